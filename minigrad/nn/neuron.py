"""One unit of a network: × gates for its weights, one Σ, + for the bias, an activation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ..engine import Circuit, Value, constant, gradient_of
from ..rules import at_least_one, dot, items_of
from ..text import counted
from .activations import Activation, activation_of
from .initial_weights import initial_biases, initial_weights, random_numbers
from .module import Module


class UnitNames:
    """The texts' names for what belongs to one unit: w_jk^l, b_j^l, z_j^l, a_j^l.

    >>> names = UnitNames(layer=2, place=0)
    >>> names.w(2), names.b, names.z, names.a
    ('w_13^2', 'b_1^2', 'z_1^2', 'a_1^2')
    >>> UnitNames(layer=2, place=1).w(10), UnitNames(layer=2, place=0, first_index=0).w(2)
    ('w_2,11^2', 'w_02^2')

    `place` counts the units of a layer from 0; without a layer it is a unit alone.
    """

    __slots__ = ("a", "b", "first_index", "layer", "place", "unit", "z")

    def __init__(self, layer: int | None = None, place: int = 0, first_index: int = 1) -> None:
        self.layer, self.place, self.first_index = layer, place, first_index
        j = place + first_index
        self.unit = (layer or 1, j)
        suffix = f"_{j}^{layer}" if layer is not None else ""
        self.b, self.z, self.a = f"b{suffix}", f"z{suffix}", f"a{suffix}"

    def w(self, k: int) -> str:
        """The name of the weight from input number `k` (from 0)."""
        k += self.first_index
        if self.layer is None:
            return f"w_{k}"
        j = self.unit[1]
        comma = "," if max(j, k) > 9 else ""
        return f"w_{j}{comma}{k}^{self.layer}"

    def x(self, k: int) -> str:
        """The name of input number `k` (from 0)."""
        return f"x_{k + self.first_index}"

    def __reduce__(self) -> tuple[type[UnitNames], tuple[int | None, int, int]]:
        return UnitNames, (self.layer, self.place, self.first_index)  # any protocol, 0 too

    @property
    def owner(self) -> str:
        """The unit's layer, in words."""
        return "the neuron" if self.layer is None else f"layer {self.layer}"


class Pass(NamedTuple):
    """The wires of one forward pass through a unit: Σ_k w_k · x_k, z and a.

    Whether it `follows` one that was not differentiated by then: both may be of one cost.
    """

    total: Value
    z: Value
    a: Value
    follows: bool = False


def has_delta(one: Pass) -> bool:
    """Whether a pass was differentiated."""
    return gradient_of(one.z) is not None


class Neuron(Module):
    """One unit: z = Σ_k w_k · x_k + b and a = σ(z).

    >>> unit = Neuron(2, activation="sigmoid", weights=[2.0, -3.0], bias=-3.0)
    >>> a = unit([-1.0, -2.0])
    >>> unit.z.data, round(a.data, 4)
    (1.0, 0.7311)

    `nonlin=False` (micrograd's word) makes it linear. `bias` is True (it begins at 0), False for
    none, or a number. `weights` is a scheme ("uniform", "xavier", "he", "zeros") or the numbers;
    `seed` makes a scheme repeatable, without it Python's `random` decides. `labels=False` leaves z
    and a without label and `unit`, for speed: pictures then have no frames.
    """

    w: list[Value]
    b: Value | None

    def __init__(
        self,
        nin: int,
        nonlin: bool = True,
        *,
        activation: Any = "relu",
        weights: Any = "uniform",
        bias: Any = True,
        seed: Any = None,
        names: UnitNames | None = None,
        labels: bool = True,
    ) -> None:
        nin = at_least_one("the number of inputs of a Neuron", nin)
        names = names or UnitNames()
        if not isinstance(weights, str):
            weights = [weights]
        (row,) = initial_weights(weights, nin, 1, random_numbers(seed))
        (offset,) = initial_biases(bias if isinstance(bias, bool) else [bias], 1)
        self.w = [Value(number, label=names.w(k)) for k, number in enumerate(row)]
        self.b = None if offset is None else Value(offset, label=names.b)
        for parameter in self.parameters():
            parameter.unit = names.unit
        self.activation: Activation = activation_of(activation if nonlin else None)
        self.names = names
        self.labels = labels
        self._latest: Pass | None = None
        self._before: Pass | None = None
        self._known: Pass | None = None  # the last one older than these that was differentiated

    def __call__(self, x: Any) -> Value:
        return self.forward(input_wires(x, self.names))

    def forward(self, inputs: Sequence[Value]) -> Value:
        """The unit's circuit on these wires."""
        if len(inputs) != len(self.w):
            expected = counted(len(self.w), "input")
            raise ValueError(f"{self.names.owner} takes {expected}, got {len(inputs)}")
        weights: Sequence[Any] = self.w
        total: Any = weights[0] * inputs[0] if len(weights) == 1 else dot(weights, inputs)
        z = total if self.b is None else total + self.b
        function = self.activation.function
        a: Value = z if function is None else function(z)
        if self.labels:
            names = self.names
            a.label, a.unit = names.a, names.unit
            z.label, z.unit = names.z, names.unit
        self._keep(total, z, a)
        return a

    def _keep(self, total: Value, z: Value, a: Value) -> None:
        """Remember this pass, the one before it, and an older one that was differentiated."""
        before, older = self._latest, self._before
        follows = before is not None and gradient_of(before.z) is None
        if before is not None and not follows:
            self._known = before
        elif older is not None and gradient_of(older.z) is not None:
            self._known = older
        self._before, self._latest = before, Pass(total, z, a, follows)

    @property
    def z(self) -> Value:
        """The pre-activation of the latest forward pass."""
        if self._latest is None:
            raise ValueError(f"{self!r} has no z yet: call it on inputs first")
        return self._latest.z

    @property
    def a(self) -> Value:
        """The activation of the latest forward pass; for a linear unit the same wire as `z`."""
        if self._latest is None:
            raise ValueError(f"{self!r} has no a yet: call it on inputs first")
        return self._latest.a

    @property
    def delta(self) -> float:
        """δ = dC/dz of the last pass that was differentiated, after `C.backward()`."""
        return self.delta_in_pass(self.differentiated())

    def delta_in_pass(self, one: Pass) -> float:
        """δ of one pass."""
        if not one.z.has_grad:
            raise ValueError(f"{self!r} has no δ yet: call backward() on the cost first")
        return one.z.grad

    def differentiated(self) -> Pass:
        """The last pass that was differentiated; the latest one if none was."""
        if self._latest is None:
            raise ValueError(f"{self!r} has no z yet: call it on inputs first")
        return next(filter(has_delta, self._passes()), self._latest)

    @property
    def is_one_of_several(self) -> bool:
        """Whether the last differentiated pass has been differentiated with the one before it."""
        latest, before = self._latest, self._before
        if latest is None or before is None or not latest.follows:
            return False
        return has_delta(latest) and has_delta(before)

    def _passes(self) -> list[Pass]:
        """The passes that are kept, the latest first."""
        kept = (self._latest, self._before, self._known)
        return [one for one in kept if one is not None]

    def weights_in_pass(self, one: Pass) -> list[float]:
        """The weights as they were in a pass: local gradients of their gates."""
        total = one.total
        circuit = Circuit(total)
        products = [total] if len(self.w) == 1 else circuit.inputs(total)
        return [circuit.local_gradients(product)[1] for product in products]

    def slope_in_pass(self, one: Pass) -> float:
        """σ'(z) of a pass, from a circuit of the activation alone."""
        if self.activation.function is None:
            return 1.0
        z = Value(one.z.data)
        self.activation.function(z).backward()
        return z.grad

    def __repr__(self) -> str:
        bias = "" if self.b is not None else ", bias=False"
        return f"Neuron({len(self.w)}, activation={self.activation.name!r}{bias})"


def input_wires(x: Any, names: UnitNames) -> list[Value]:
    """Inputs as wires: numbers become constants, one each, so that every unit sees the same."""
    if isinstance(x, Value):
        return [x]
    items = items_of("a network", x, "a list of inputs") if hasattr(x, "__iter__") else [x]
    return [
        item if isinstance(item, Value) else constant(item, label=names.x(k))
        for k, item in enumerate(items)
    ]
