"""The function itself beside its recording: it is called again, on numbers, and compared.

The first call is compared on the numbers as the caller gave them, and so is the first with numbers
of another kind; the next one with others on numbers that let nobody look them up in a dict. After
that the calls 2, 4, 8, … are, if the circuit is small: a variable that changes late is then found
late, but found.
"""

from __future__ import annotations

import copy
import gc
import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from math import inf
from typing import Any, Final, NamedTuple

from ..calculus import fixed_values, structure_text, take_result_apart
from ..engine import BEHIND, Value, float_of, numbers_of, with_gates
from ..rules import described
from ..tape import flatten, replay, without_collector
from .arguments import as_floats, as_given
from .comparison import ComparedCircuit, Wires, is_close
from .plain_numbers import how_it_may_change
from .recording import Recording
from .rows import Rows, rows_that_differ
from .tracing import TracingError, recorded
from .watching import Watched, states_of, watched_call

SMALL: Final = 2_000  # gates: those of a circuit that is compared now and then for ever
MOST_GATES: Final = 20_000  # in the rows of a first batch that are compared: 0.1 s
LATER_ROWS: Final = 4  # of a later batch
SHORT: Final = 1e-6  # what float32 rounds, some times over
WHY: Final = (
    "something that depends on the numbers or on the moment was fixed when it was recorded (a dict "
    "or a set that looks a value up, isinstance, random numbers, the time, a variable that "
    "changes). Use Values and mg.where throughout, or call the function without mg.compile"
)
ARE_SHORT: Final = (
    "a number of NumPy's float32 that it closes over, perhaps: it rounds each plain number that it "
    "meets. Write float(...) around it, or .astype(float)"
)


def _watched(number: Any) -> Watched:
    return Watched(float_of(number))


def _as_value(number: Any) -> Value:
    return Value(float_of(number))


Kinds = tuple[Callable[[Any], Any], ...]
ON_GIVEN: Final[Kinds] = (as_given, _watched, _as_value)  # the next where one raises
# Other errors are what the function itself gives: of a label that is none, say.
NOT_FOR_NUMBERS: Final = (AttributeError, TypeError, ArithmeticError)
ON_WATCHED: Final[Kinds] = (_watched, _as_value)


class Run(NamedTuple):
    """What the recording has made of what it was given."""

    given: Sequence[Any]
    parameters: list[float]
    numbers: list[float]
    outputs: list[float]
    arguments: Any = None  # as the caller has them; of a row there are numbers alone


class Check:
    """What has been compared of a recording, and what is compared next."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self._circuit = self._circuit_of(recording)
        self._fixed = fixed_values(recording.structure)
        self._first_is_done = False
        self._kinds: set[Any] = set()  # of the numbers in batches that were
        self._asks_for_kinds = False
        self._changed: str | None = None  # what the function reads, and is another at this call
        self.left: float = 0  # calls, by whatever way, that go by before one is compared
        self._next = 1  # call or batch since all was done

    def call(self, run: Run) -> None:
        """Compare a call, if it is due."""
        recording = self.recording
        is_new = recording.natures.is_new(run.arguments) or not self._first_is_done
        if is_new and not BEHIND.isdisjoint(recording.asked):
            self._refuse_circuits(run)
        self._changed = recording.plain_numbers.changed()
        if is_new or self._changed is not None:
            self._compare(ON_GIVEN, run)
            if is_new:
                self._compare_own(run)
        elif not recording.checked:
            if (run.parameters, run.numbers) != recording.recorded_with:
                self._compare(ON_WATCHED, run)
                if self._asks_for_kinds:  # it did the same at the first numbers, perhaps by chance
                    self._compare(ON_GIVEN, run)
                recording.checked = True
        elif self._is_due():
            self._compare(ON_GIVEN, run)

    def _refuse_circuits(self, run: Run) -> None:
        arguments, named = run.arguments
        others = [x for x in (*arguments, *named.values()) if not isinstance(x, Value)]
        asked = (BEHIND & self.recording.asked).difference(*map(dir, others))
        if asked and any(isinstance(x, Value) and not x.is_leaf for x in run.given):
            raise TracingError(
                f"{self.recording.place} asks what is behind an argument, and this one comes out "
                "of a gate: a recording has a leaf in its place. Pass v.detach() or Value(v.data), "
                "or call the function without mg.compile"
            )

    def _compare_own(self, run: Run) -> None:
        """Where an argument is a wire that the function knows, and may ask for."""
        own = [x for x in run.given if isinstance(x, Value) and x in self.recording.wires_read]
        call = self._call_of_the_caller(run.given, run.arguments, own) if own else None
        if call is not None:
            with with_gates():
                _, wires = take_result_apart(self.recording.name, recorded(call), with_numbers=True)
            theirs, outputs = numbers_of(wires), run.outputs
            if len(theirs) != len(outputs) or not all(map(is_close, theirs, outputs)):
                raise self._refused(_listed(outputs), _listed(theirs))

    def batch(self, rows: Rows) -> None:
        """Compare rows of a batch, if it is due."""
        recording = self.recording
        self._changed = recording.plain_numbers.changed()
        new = [row for kind, row in rows.kinds.items() if kind not in self._kinds]
        if not recording.checked:
            chosen = rows_that_differ(rows, max(4, MOST_GATES // (recording.gate_count + 1)), new)
            for i in chosen:
                self._row(ON_GIVEN, rows, i)
            self._row(ON_WATCHED, rows, chosen[-1])
            recording.checked = True
        elif self._is_due() or new or self._changed is not None:
            for i in rows_that_differ(rows, LATER_ROWS, new):
                self._row(ON_GIVEN, rows, i)
        self._kinds |= rows.kinds.keys()

    def _is_due(self) -> bool:
        """Whether this is call 2, 4, 8, … since all was done, of a small circuit."""
        if self.left > 0:
            self.left -= 1
            return False
        if self.recording.gate_count > SMALL:
            self.left = inf
            return False
        this = self._next
        self.left, self._next = this - 1, 2 * this
        return this > 1

    def _row(self, kinds: Kinds, rows: Rows, i: int) -> None:
        parameters, numbers = self.recording.parameter_numbers(), rows.row(i)
        outputs, _ = self.recording.running.run_as_it_is(parameters, numbers)
        self._compare(kinds, Run(rows.given(i), parameters, numbers, outputs, rows.arguments(i)))

    def _compare(self, kinds: Kinds, run: Run) -> None:
        # garbage in a circle still holds the leaves that it has made; and what the function builds
        # is gone before the collector looks at it, which took a twentieth of a first call
        with without_collector():
            self._compare_with_a_call(kinds, run)
        if not self._first_is_done:
            self.recording.check_counters()
        self.recording.plain_numbers.refresh()
        self._first_is_done = True

    def _compare_with_a_call(self, kinds: Kinds, run: Run) -> None:
        call = self._called if self._first_is_done else self._called_without_draws
        result = call(kinds, run.given, run.arguments)
        if _holds_complex(result):
            result = self._called((_as_value,), run.given)
        try:
            structure, wires = take_result_apart(self.recording.name, result, with_numbers=True)
        except TypeError:
            raise self._refused(_listed(run.outputs), described(result)) from None
        del result  # it holds leaves that it may have made
        is_same = structure == self.recording.output_structure
        if not (is_same and self._circuit.agrees(wires, run.outputs)):
            self._compare_circuits(structure, wires, run)

    def _compare_circuits(self, structure: Hashable, wires: list[Value], run: Run) -> None:
        """Compare what the function has built, where it is no plain number that came out here."""
        numbers, outputs = run.numbers, run.outputs
        theirs, is_same = numbers_of(wires), structure == self.recording.output_structure
        if (
            is_same
            and not self.recording.missing
            and all(map(is_close, theirs, outputs))
            and self._circuit.is_built_by(wires, numbers)
        ):
            return
        others = self._wires_behind(wires)
        if (wire := self._circuit.wire_from_outside(others)) is not None:
            raise TracingError(
                f"{self.recording.place} uses {wire!r}, which was computed before the call: a "
                "replay would compute it anew from its leaves, where the function itself reads "
                "what it was. Compute it inside the function, or pass it as an argument"
            )
        if missing := [wire for wire in self.recording.missing if wire in others.held]:
            raise TracingError(
                f"{self.recording.place} uses {missing[0]!r}, and minigrad does not find where the "
                "function has it from, so that it would not notice if it were replaced: keep it in "
                "a variable, an attribute, a list or a dict, or pass it as an argument, or call "
                "the function without mg.compile"
            )
        if not is_same:
            if theirs != outputs:
                raise self._refused(_listed(outputs), _listed(theirs))
            ours = structure_text(self.recording.output_structure)
            raise self._refused(ours, structure_text(structure))
        difference = self._difference(others, numbers)
        on_the_way = [*theirs, *outputs, *self._circuit.numbers(numbers).values()]
        if not all(is_close(x, y, on_the_way) for x, y in zip(theirs, outputs)):
            if self._changed is None and all(map(_differ_in_rounding, theirs, outputs)):
                raise self._refused(_listed(outputs, 10), _listed(theirs, 10), ARE_SHORT)
            raise self._refused(_listed(outputs), _listed(theirs))
        if difference:
            self._asks_for_kinds = True
            if self._does_the_same(others, run):
                difference = None
            else:
                del others  # it holds leaves, as does garbage: a function that calls itself inside
                gc.collect()
                difference = self._difference(self._wires_behind(wires), numbers)
        if difference:
            raise self._refused(*[f"a circuit with {one}" for one in difference[::-1]])

    def _wires_behind(self, outputs: Sequence[Value]) -> Wires:
        return Wires(outputs, known=lambda _: self._circuit.held_ids)

    def _difference(self, others: Wires, numbers: list[float]) -> tuple[str, str] | None:
        """What differs in another circuit; where chains have become dot products: in the chains.

        Of numbers in place of wires Python makes one number, and a shorter chain.
        """
        difference = self._circuit.difference(others, numbers)
        if difference and self.recording.wires.spell_out():
            self._circuit = self._circuit_of(self.recording)
            difference = self._circuit.difference(others, numbers)
        return difference

    @staticmethod
    def _circuit_of(recording: Recording) -> ComparedCircuit:
        return ComparedCircuit(recording.wires, recording.inputs, recording.missing)

    def _does_the_same(self, others: Wires, run: Run) -> bool:
        """Whether another circuit has the same gradients, and comes of numbers in place of wires.

        A function may ask what it has been given, a number or a Value, and do the same with either.
        """
        recording, parameters = self.recording, run.parameters
        _, again = take_result_apart(recording.name, self._called((_as_value,), run.given))
        if self._difference(Wires(again), run.numbers):
            return False
        if not others.held <= self._circuit.held:
            return False
        _, ours = recording.run(parameters, run.numbers)
        _, theirs = replay(flatten(others.outputs, recording.parameters, []), parameters, [])
        return all(
            is_close(x, y, there)
            for here, there in zip(ours, theirs)
            for x, y, wire in zip(there, here, recording.parameters)
            if wire in self._circuit.held
        )

    def _called(
        self,
        kinds: Kinds,
        given: Sequence[Any],
        arguments: Any = None,
        asked: list[str] | None = None,
    ) -> Any:
        """What the function returns for these numbers, in the first of the kinds it works with.

        With `asked` a list, what it asks of the machine meanwhile is appended to it.
        """
        recording = self.recording

        def of(call: Callable[[], Any]) -> Any:
            with with_gates():
                return recorded(call if asked is None else partial(watched_call, call, asked))

        if kinds is ON_GIVEN and (call := self._call_of_the_caller(given, arguments)) is not None:
            try:
                return of(call)
            except TracingError:
                raise
            except NOT_FOR_NUMBERS:
                pass
        for kind in kinds:
            try:
                return of(partial(recording.call, map(kind, given), kind is as_given))
            except TracingError:
                raise
            except NOT_FOR_NUMBERS:
                if kind is kinds[-1]:
                    raise
        raise AssertionError("there is a kind")

    def _call_of_the_caller(
        self, given: Sequence[Any], arguments: Any, own: Sequence[Value] = ()
    ) -> Callable[[], Any] | None:
        """The call itself, on a copy of its arguments with new Values in place of theirs.

        But for the function's `own`, which stay.

        A list of a class of its own, or a data frame, may find other items than a list or an array.
        Numbers of NumPy's are floats: its other kinds wrap around, or round as no recording does.
        None where they cannot be copied.
        """
        if arguments is None:
            return None
        try:
            memo = {id(array): numbers for array, numbers in as_floats(arguments)}
            memo |= {id(thing): thing for thing in self._fixed}
            memo |= {id(x): as_given(x) for x in given if isinstance(x, Value)}
            memo |= {id(x): x for x in own}
            places = [copy.deepcopy(argument, memo) for argument in arguments[0]]
            named = {name: copy.deepcopy(x, memo) for name, x in arguments[1].items()}
        except Exception:
            return None
        return partial(self.recording.function, *places, **named)

    def _called_without_draws(self, kinds: Kinds, given: Sequence[Any], arguments: Any) -> Any:
        """The same, if it draws no random numbers and asks nothing else of the machine."""
        asked: list[str] = []
        before = self._drawn()
        result = self._called(kinds, given, arguments, asked)
        if asked:
            raise TracingError(
                f"{self.recording.place} {asked[0]}: the recording would keep the answer of its "
                "first call. Ask before the call and pass the answer as an argument (to write or "
                "to measure, do it around the call), or call the function without mg.compile"
            )
        if before != self._drawn():
            self._refuse_draws(given)
        return result

    def _drawn(self) -> list[Any]:
        return states_of(self.recording.places.generators)

    def _refuse_draws(self, given: Sequence[Any]) -> None:
        """Refuse a function that draws random numbers: a replay would have those of the first call.

        Another thread may have drawn them, but hardly both times.
        """
        if threading.active_count() > 1:
            before = self._drawn()
            self._called(ON_GIVEN, given)
            if before == self._drawn():
                return
        raise TracingError(
            f"{self.recording.place} draws random numbers: the recording would keep those of its "
            "first call. Draw them before the call and pass them as an argument, or call the "
            "function without mg.compile"
        )

    def _refused(self, ours: str, theirs: str, why: str = WHY) -> TracingError:
        if self._changed is not None:
            remedy = how_it_may_change(self._changed, self.recording.name)
            why = f"it reads {self._changed}, which has changed since it was recorded. {remedy}"
        return TracingError(
            f"the recording of {self.recording.place} gives {ours} where the function itself "
            f"gives {theirs}: {why}"
        )


def _holds_complex(result: Any) -> bool:
    """Whether it holds Python's own power of a negative number, where that of a wire is nan."""
    waiting = [result]
    for thing in waiting:  # it grows meanwhile
        if isinstance(thing, complex):
            return True
        if isinstance(thing, Mapping):
            waiting += thing.values()
        elif isinstance(thing, (list, tuple)):
            waiting += thing
        elif type(thing).__name__ == "ndarray":
            waiting.append(thing.tolist())
    return False


def _differ_in_rounding(number: float, own: float) -> bool:
    return abs(number - own) <= SHORT * abs(own)


def _listed(numbers: list[float], digits: int = 6) -> str:
    return ", ".join(f"{number:.{digits}g}" for number in numbers[:4]) + ", …" * (len(numbers) > 4)
