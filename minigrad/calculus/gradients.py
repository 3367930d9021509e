"""Reverse mode as values: cotangents go back through a circuit, which can record what it does.

>>> x = Value(2.0)
>>> y = x**3
>>> sent_back(Circuit(y), {y: 1.0}, [x], create_graph=False)
{Value(data=8.0, grad=?, gate=pow): 1.0, Value(data=2.0, grad=?): 12.0}

What it has in common with forward mode stands here too: which products a gate sends on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import repeat
from math import copysign
from typing import Any, Final

from ..engine import (
    Circuit,
    Value,
    WithoutGate,
    constant,
    guards,
    is_of_a_text_book,
    is_recording,
    number_of,
)
from ..rules import Gate, described, equal, vanishing_product, where
from .local_gradients import (
    either,
    is_plain,
    moves_at_zero,
    recorded_local_gradients,
    refuse_custom,
)

NO_LIST: Final = (str, bytes, set, frozenset)
WITH_A_VECTOR: Final = ("jvp", "vjp", "hvp")  # of a user's: there a wire of 0 may be a seed


def sent_back(
    circuit: Circuit,
    cotangents: Mapping[Value, Any],
    inputs: Iterable[Value],
    create_graph: bool,
    name: str = "grad",
    stops: Collection[Value] = (),
) -> dict[Value, Any]:
    """The gradient of each wire between the outputs and the inputs that has received one.

    Each gate, the last first, sends local gradient × what it has received. Numbers are floats; with
    `create_graph`, what depends on a wire is a circuit. What is in `stops` keeps what it receives.
    """
    leading = circuit.depending_on(inputs)
    received: dict[Value, Any] = dict(cotangents)
    products = Products(received)
    for wire in reversed(circuit.gates):
        upstream = received.get(wire)
        if upstream is None or wire not in leading or wire in stops:
            continue
        gate = circuit.gate(wire)
        inputs = circuit.inputs(wire)
        slopes = slopes_of(name, circuit, wire, leading, create_graph)
        for source, local, number, moves in zip(inputs, *slopes):
            if source not in leading:
                continue
            sent = products.sent(gate, wire, source, upstream, local, number, moves)
            if sent is not None:
                received[source] = received[source] + sent if source in received else sent
    return received


def slopes_of(
    name: str, circuit: Circuit, wire: Value, among: Collection[Value], create_graph: bool
) -> tuple[Iterable[Any], Iterable[float], Iterable[Any]]:
    """What `Products.sent` asks of the inputs of a gate that are `among` these.

    The local gradients, their numbers, and whether they move where they are 0.
    """
    refuse_custom(name, circuit, wire)
    numbers = circuit.local_gradients(wire)
    if not create_graph:
        return numbers, numbers, repeat(0.0)
    routes = circuit.gate(wire).routes
    moving: Iterable[Any] = moves_at_zero(circuit, wire) if routes else repeat(0.0)
    return recorded_local_gradients(circuit, wire, among), numbers, moving


class Products:
    """What gates send from one wire to another, with the flow or against it.

    A gate that routes sends nothing to, and takes nothing from, an input that it does not choose.
    While a function is recorded, for any numbers of a later call, which those are is not known. So
    the derivative's circuit has, for each wire that may receive nothing, a number that is 0 where
    it has, and multiplexers in place of the products that are not sent then.

    Where the 0 is that of a wire, a slope to be learnt, the product is a circuit all the same: its
    number is 0, and its own derivatives need not be. Of a wire that may have received such a one
    another number is 0 where there is not even that. So it is from the start with a tangent or
    cotangent that is a wire: 0 is nothing, as a plain 0 is.
    """

    def __init__(self, received: Mapping[Value, Any]) -> None:
        self._received = received
        self._is_recording = is_recording()
        wires = {wire: x for wire, x in received.items() if isinstance(x, Value)}
        # for each wire whether anything arrives, and whether a circuit does, be its number nothing
        self._arrives: dict[Value, tuple[Any, Any]] = dict.fromkeys(received, (1.0, 1.0))
        self._moving: set[Value] = set()  # what has such a circuit in place of nothing
        if self._is_recording:
            self._arrives |= {wire: (_is_something(x), 1.0) for wire, x in wires.items()}
        else:
            self._moving |= {wire for wire, x in wires.items() if number_of(x) == 0.0}

    def sent(
        self,
        gate: Gate,
        origin: Value,
        target: Value,
        received: Any,
        local: Any,
        number: float,
        moves: Any,
    ) -> Any:
        """Local gradient × what the origin has received; None where nothing is sent.

        `number` is the local gradient as it was when the gate was recorded; `moves`, 1 or 0: where
        it is 0 it is so by the number of a wire.
        """
        if self._is_recording:
            return self._sent_in_any_call(gate, origin, target, local, received, moves)
        is_nothing = gate.contribution(number, 1.0) is None
        if is_nothing and not moves:
            return None
        if not (is_nothing or origin in self._moving):
            self._moving.discard(target)
            return _product(local, received)
        product = vanishing_product(local, received)
        if not isinstance(product, Value):
            return None
        if target not in self._received:
            self._moving.add(target)
        return product

    def _sent_in_any_call(
        self, gate: Gate, origin: Value, target: Value, local: Any, received: Any, moves: Any
    ) -> Any:
        """The same for any numbers, while a function is recorded."""
        arrives, leads = self._arrives[origin]
        if gate.routes:
            chosen = _is_something(local)
            is_same = leads is arrives and is_plain(moves, 0.0)
            arrives = _both(arrives, chosen)
            leads = arrives if is_same else _both(leads, either(moves, chosen))
        if is_plain(leads, 0.0):
            return None
        known, known_leads = self._arrives.get(target, (0.0, 0.0))
        is_same = known is known_leads and arrives is leads
        reached = either(known, arrives)
        leading = reached if is_same else either(known_leads, leads)
        self._arrives[target] = reached, leading
        product = _product(local, received)
        if product is received or is_plain(arrives, 1.0):
            return product
        nothing: Any = -0.0
        if leads is not arrives:
            vanishing = vanishing_product(local, received)
            nothing = where(equal(leads, 0.0), -0.0, vanishing)
        return where(equal(arrives, 0.0), nothing, product)


def _is_something(x: Any) -> Any:
    """1 where it is not 0."""
    return where(equal(x, 0.0), 0.0, 1.0)


def _both(x: Any, y: Any) -> Any:
    """1 if both are, of two that are 1 or 0."""
    if is_plain(x, 1.0) or is_plain(y, 0.0):
        return y
    return x if is_plain(y, 1.0) or is_plain(x, 0.0) or x is y else x * y


def _product(local: Any, received: Any) -> Any:
    if type(local) is float and isinstance(received, Value) and local == 1.0:
        return received  # + and Σ pass it on as it is: no gate is needed for that
    return local * received


def as_wires_of(circuit: Circuit, numbers: Iterable[Any], name: str) -> list[Value]:
    """Derivatives as wires; one of nothing is 0.0, never −0.0.

    Nothing comes where a gate routes, and of a tangent or cotangent that is 0.
    A wire of a function that is being recorded stands for any number.
    """
    wires = [x if isinstance(x, Value) else constant(x) for x in numbers]
    if not (circuit.routes or name in WITH_A_VECTOR):
        return wires
    is_open = is_recording()
    return [_without_minus_zero(wire, is_open) for wire in wires]


def _without_minus_zero(derivative: Value, is_open: bool) -> Value:
    number = number_of(derivative)
    if derivative.is_constant:
        return constant(number + 0.0)
    is_minus_zero = number == 0.0 and copysign(1.0, number) < 0.0
    return derivative + 0.0 if is_open or is_minus_zero else derivative


# --- what is asked for ----------------------------------------------------------------------------


def refuse_fixed_number(name: str, create_graph: bool) -> None:
    """While a function is recorded a derivative must be part of the circuit."""
    if guards and not create_graph:
        guards[-1].fixes_a_number(
            f"mg.{name} without create_graph", f"Write mg.{name}(..., create_graph=True)"
        )


def refuse_without_gates(name: str, circuit: Circuit, outputs: Iterable[Value]) -> None:
    """A derivative is not 0 because `no_grad` has forgotten what an output was computed from."""
    lost = [wire for wire in outputs if isinstance(wire, WithoutGate)]
    if not lost and all(leaf.is_constant for leaf in circuit.leaves):
        lost = [leaf for leaf in circuit.leaves if isinstance(leaf, WithoutGate)]
    if lost:
        raise ValueError(
            f"mg.{name} of {lost[0]!r}, which was computed inside no_grad(): its gates are "
            "forgotten, and every derivative would be 0. Compute it outside, or pass "
            "mg.constant(y.data) where 0 is meant"
        )


def wires_in(given: Any, needs: str, purpose: str, remedy: str = "") -> list[Value]:
    """One Value, or those in a list, tuple or array; the rest words the error for all else.

    A set is refused: what comes out is a list in the same order.
    """
    if isinstance(given, Value):
        return [given]
    if not isinstance(given, Iterable) or isinstance(given, NO_LIST) or is_without_axes(given):
        got, remedy = described(given), how_to_give(given) or remedy
        raise TypeError(f"{needs} a Value or a list of Values {purpose}, got {got}{remedy}")
    wires = list(given)
    for wire in wires:
        if not isinstance(wire, Value):
            got, remedy = described(wire), how_to_give(wire, given) or remedy
            raise TypeError(f"{needs} a list of Values {purpose}, got {got} in it{remedy}")
    return wires


def is_without_axes(thing: Any) -> bool:
    """Whether it is an array without axes, which cannot be gone through."""
    return getattr(thing, "shape", None) == ()


def how_to_give(thing: Any, around: Any = None) -> str:
    """What to write in place of a thing, or of one `around` it, that holds what is wanted."""
    if isinstance(around, Mapping):
        return ": pass the values of a dict, list(d.values())"
    if isinstance(thing, (set, frozenset)):
        return ": write a list of it, in the order that the result is to have"
    if is_without_axes(thing):
        return ": an array without axes has its one item in .item()"
    if isinstance(thing, (list, tuple)) or hasattr(thing, "ravel"):
        return ": make one flat list of it; of an array, write .ravel()"
    return ""


def wires_to_differentiate_by(name: str, inputs: Any) -> list[Value]:
    """The inputs as a list of wires; what has no derivative is refused."""
    wires = wires_in(inputs, f"{name} needs", "to differentiate by")
    for wire in wires:
        if wire.is_constant:
            raise ValueError(
                f"{wire!r} is a constant and gets no gradient: make it a Value(...) to "
                "differentiate by it"
            )
        if is_of_a_text_book(wire):
            raise ValueError(
                f"{wire!r} is shown as a text book writes a loss, and was computed by other gates, "
                "which do not go through it: its grad is there after backward(). To differentiate "
                "by it, compute it, p = mg.softmax(z) or mg.sigmoid(z), and the loss from that"
            )
    return wires
