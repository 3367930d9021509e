"""What a reader is shown where gates only keep digits: a loss as a text book writes it.

>>> x = Value(2.0, label="x")
>>> y = written_as((x + x) / 2.0, lambda x: x * 1.0, x)
>>> from minigrad.engine import Circuit
>>> [Circuit(y, textbook=True).gate(wire).name for wire in Circuit(y, textbook=True).gates]
['mul']
>>> [Circuit(y).gate(wire).name for wire in Circuit(y).gates]
['add', 'div']

The gates of the text book exist in circuits alone, as the × gates of a dot product do. Where their
output is not the number that was computed, to 9 digits, the gates that computed it are shown.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context
from itertools import chain
from math import isclose, isfinite
from typing import Any, Final, NamedTuple
from weakref import WeakKeyDictionary, WeakSet

from .number_like import is_recording
from .numbers_of_wires import gradient_of
from .value import Value, leaves_and_gates, one_at_a_time, write_grad

DIGITS: Final = 1e-9  # how near a text book's number has to be: beyond, rounding has taken digits


class _Recipe(NamedTuple):
    """How a text book writes a wire: what makes the gates, and from what."""

    make: Callable[..., Any]
    arguments: tuple[Any, ...]

    def sources(self) -> set[Value]:
        """The wires among the arguments, and in the lists among these."""
        flat = chain.from_iterable(a if isinstance(a, list) else [a] for a in self.arguments)
        return {thing for thing in flat if isinstance(thing, Value)}


class Written(NamedTuple):
    """The output of a text book's gates, what is shown beside, and all of these gates in order."""

    output: Value
    beside: tuple[Value, ...]
    gates: list[Value]


RECIPE: Final = "_text_book"  # in `__dict__` of a wire: copies and pickles take it along
# the same gates for whoever looks: a picture shows what a stepper has done
_made: Final[WeakKeyDictionary[Value, Written | None]] = WeakKeyDictionary()
_shown_alone: Final[WeakSet[Value]] = WeakSet()  # these gates: no number has come out of them


def written_as(wire: Any, make: Callable[..., Any], *arguments: Any) -> Any:
    """The wire as it is; a reader is shown what `make` builds from the arguments.

    What `make` builds is one wire, or a list: the first stands for this one, the others beside it.
    It is a function of a module if the wire is to be pickled. While a function is recorded nobody
    looks, and what holds a wire is counted.
    """
    if isinstance(wire, Value) and wire.gate is not None and not is_recording():
        wire.__dict__[RECIPE] = _Recipe(make, arguments)
    return wire


def is_of_a_text_book(wire: Value) -> bool:
    """Whether a wire is one that readers are shown, and behind which no output stands."""
    return wire in _shown_alone


def text_book_of(wire: Value) -> Written | None:
    """The gates that a text book has in the place of this wire's, if any.

    They have the gradients that the wire's own would send them now.
    """
    recipe: _Recipe | None = wire.__dict__.get(RECIPE)
    if recipe is None:
        return None
    with one_at_a_time:
        if wire not in _made:
            _made[wire] = _gates_of(wire, recipe)
        made = _made[wire]
        if made is not None:
            _send_back(made, gradient_of(wire))
    return made


def _gates_of(wire: Value, recipe: _Recipe) -> Written | None:
    # in a context of its own: recorded even inside no_grad()
    try:
        built = Context().run(recipe.make, *recipe.arguments)
    except LookupError:  # a class that was changed since, and is none any more
        return None
    output, *beside = built if isinstance(built, list) else [built]
    if not isinstance(output, Value) or not isclose(output._datum, wire._datum, rel_tol=DIGITS):
        return None
    sources = recipe.sources()

    def inputs_of(gate: Value, _: set[Value]) -> tuple[Value, ...]:
        return () if gate in sources else gate.inputs

    shown = [wire for wire in beside if isinstance(wire, Value) and wire not in sources]
    first, *others = *shown, output
    _, gates = leaves_and_gates(first, inputs_of, others)
    own = [gate for gate in gates if gate not in sources]
    if not all(isfinite(local) for gate in own for local in gate._local_gradients()):
        return None  # of a probability that is nearly 0 the logarithm sends back an infinity
    _shown_alone.update(own)
    return Written(output, tuple(shown), own)


def _send_back(made: Written, gradient: float | None) -> None:
    """Give the gates the gradients that reach them from this one at their output."""
    received = {} if gradient is None else {made.output: gradient}
    for gate in reversed(made.gates):
        assert gate.gate is not None
        for source, local in zip(gate.inputs, gate._local_gradients()):
            sent = gate.gate.contribution(local, received.get(gate))
            if sent is not None:
                received[source] = received.get(source, 0.0) + sent
    for gate in made.gates:
        write_grad(gate, None if gradient is None else received.get(gate, 0.0))
