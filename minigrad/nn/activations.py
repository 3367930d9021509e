"""Activations: a gate by its name, a gate function, or a Python function of a Value.

>>> activation_of("tanh").name, activation_of(None).name
('tanh', 'linear')
>>> activation_of(lambda z: z * z).function(Value(3.0)).data
9.0
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from ..engine import Value
from ..rules import FUNCTIONS, GATES, Gate, described, gate_named


class Activation(NamedTuple):
    """A function from z to a, and the name by which it is shown and saved."""

    name: str
    function: Callable[[Value], Value] | None  # None for linear: a is z itself

    @property
    def gate(self) -> Gate | None:
        """The row of the table that it is; None for linear and for a user's own function."""
        if self.function is None or isinstance(self.function, _Checked):
            return None  # a function of the user's may be called as a gate is
        return GATES.get(self.name)

    def __reduce__(self) -> tuple[Any, ...]:
        if self.gate is None:
            return Activation, tuple(self)
        return _gate_activation, (self.name,)  # a gate that was defined again has another method


LINEAR: Final = Activation("linear", None)


def activation_of(given: Any) -> Activation:
    """The activation that a user means by a name, a function, or None for linear."""
    if given is None or isinstance(given, Activation):
        return given or LINEAR
    if given == "softmax":
        raise ValueError(
            "activation: softmax works on a whole layer, not on one z: leave the layer linear and "
            "use mg.losses.cross_entropy, or mg.losses.softmax on the outputs"
        )
    if isinstance(given, str):
        return LINEAR if given in ("linear", "identity") else _gate_activation(given)
    name = getattr(given, "__name__", type(given).__name__)
    if FUNCTIONS.get(name) is given:
        return _gate_activation(name)
    if not callable(given):
        raise TypeError(
            f"activation: expected a name such as 'tanh', a function of a Value, or None for "
            f"linear, got {described(given)}"
        )
    return Activation(name, _Checked(given, name))


def _gate_activation(name: str) -> Activation:
    gate = gate_named(name)
    if gate.arity is None or gate.arity - len(gate.defaults) != 1:
        fits = [row.name for row in GATES.values() if row.arity == 1]
        raise ValueError(
            f"activation: the gate {name!r} takes {gate.arity or 'any number of'} inputs, an "
            f"activation takes one; gates that do: {', '.join(fits)}"
        )
    return Activation(name, getattr(Value, name))


@dataclass(frozen=True)
class _Checked:
    """A user's function; an object, so that a pickle finds the function by its name."""

    function: Callable[[Any], Any]
    name: str

    def __call__(self, z: Value) -> Value:
        a = self.function(z)
        if not isinstance(a, Value):
            raise TypeError(
                f"the activation {self.name} returned {described(a)} for z = {z.data!r}: it must "
                "return a Value, so write it with operators and gates such as mg.exp, not math.exp"
            )
        return a


USUAL: Final = _gate_activation("relu")  # of hidden layers, where nobody has chosen one


def activations_of_layers(given: Any, count: int) -> list[Activation]:
    """One activation for every layer; a single one is for the hidden layers, the last is linear.

    Where there is no hidden layer, an activation that somebody has chosen is for the only one.
    """
    if not isinstance(given, (list, tuple)) or isinstance(given, Activation):
        activation = activation_of(given)
        if count == 1 and given is not USUAL:
            return [activation]
        return [activation] * (count - 1) + [LINEAR]
    if len(given) != count:
        raise ValueError(
            f"activation: a list needs one item for each of the {count} layers, the last "
            f"included, got {len(given)}: {list(given)!r}"
        )
    return [activation_of(one) for one in given]
