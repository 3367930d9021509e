"""`mg.compile`: record the circuit that a function builds once, and replay it from then on.

>>> import minigrad as mg
>>> w = mg.Value(0.5, label="w")
>>> @mg.compile
... def loss(x, y):
...     return (w * x - y) ** 2
>>> out = loss(2.0, 3.0)
>>> out.backward()
>>> out.data, w.grad
(4.0, -8.0)
>>> loss.batch([1.0, 2.0], [1.0, 3.0])
Value(data=2.125, grad=?, gate=loss)
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from math import isnan
from typing import Any, Final, NamedTuple

from ..calculus import put_together
from ..engine import Value, constant, guards, observed, observers, output_of
from ..rules import described
from .arguments import argument_shapes, checked_names, named_static
from .derivatives import Derivatives
from .methods import kept_with
from .prepared_values import PreparedValues
from .recording import Recording
from .recordings import Latest
from .rows import KeptRows, Rows, rows_of
from .tracing import FIXED, is_recording, refuse_while_recording

EXECUTORS: Final = ("auto", "python", "tape", "lanes")


def compile(
    function: Callable[..., Any] | None = None,
    *,
    check: bool = True,
    executor: str = "auto",
    static: Iterable[str] = (),
) -> Any:
    """Record the circuit that `function` builds, once, and replay it at every later call.

    >>> import minigrad as mg
    >>> w = mg.Value(3.0)
    >>> square = mg.compile(lambda x: (w * x) ** 2)
    >>> x = mg.Value(2.0)
    >>> square(x).backward()
    >>> x.grad, w.grad
    (36.0, 24.0)

    The function takes numbers, Values, lists of them or arrays, and returns a Value or a list or
    tuple of them; the Values that it closes over are its parameters, and are read at each call, as
    constants are; plain numbers that it closes over are fixed when it is recorded, and one that has
    changed is noticed. A new structure of arguments (another length of a list) is recorded anew.
    The result is a Value like any other; its gate is the whole function.

    The function must build the same circuit whatever the numbers are. A decision by a number raises
    a `TracingError` that names the line, and so does what would take one out of the circuit: `data`
    and `grad`, `backward()`, `no_grad`, `grad(...)` without `create_graph`.

    The first call, the next with other numbers, and a small function's calls 4, 8, 16, … are
    compared with the function itself, on plain numbers, gate by gate: so a dict that looks a number
    up, `isinstance`, random numbers or a counter are found. Of a batch, rows that differ are
    compared: all of a few, else each number of a column that has few, the extremes and others in
    between. What the function prints is printed again then. `check=False` leaves that out. What no
    comparison finds stands in docs/compile.md: settings of other libraries, files that are open.

    Arguments are taken apart: lists, tuples, dicts, dataclasses, arrays and data frames. A str, an
    `Enum`, a bool, None and a slice are structure. `static` names arguments that are too, such as a
    count for `range`: each of their values is recorded by itself, and can be looked up in a dict.

    >>> mean = mg.compile(lambda xs, n: mg.sum(xs[:n]) / n, static=("n",))
    >>> mean([1.0, 3.0, 8.0], 2).data, mean([1.0, 3.0, 8.0], n=3).data
    (2.0, 4.0)

    With the extra `native` (llvmlite and NumPy) the replay is machine code: "tape" is a loop over
    the operations, "lanes" straight-line code for many rows at a time; "auto" chooses by size, and
    replays one example in Python, with the same numbers, until it has run 50,000 operations: about
    as long as machine code takes to be made. Without the extra it is "python".
    """
    if function is None:
        return functools.partial(compile, check=check, executor=executor, static=static)
    if not callable(function):
        raise TypeError(f"compile needs a function, got {described(function)}")
    if executor not in EXECUTORS:
        raise ValueError(f"the executor is one of {', '.join(EXECUTORS)}; got {executor!r}")
    return Compiled(function, check, executor, checked_names(function, static))


class RecordedCircuit(NamedTuple):
    """A circuit with its parameters and inputs, and the shape of each argument that has inputs.

    The parameters are in the order in which the circuit reaches them.
    """

    outputs: list[Value]
    parameters: list[Value]
    inputs: list[Value]
    arguments: Mapping[str, tuple[int, ...]]


class Compiled(Derivatives):
    """A function that is recorded once and replayed: what `mg.compile` makes."""

    def __init__(
        self,
        function: Callable[..., Any],
        check: bool,
        executor: str,
        static: tuple[str, ...] = (),
    ) -> None:
        super().__init__(function, check, executor, static)
        functools.update_wrapper(self, function, updated=())

    def clear(self) -> None:
        """Forget all recordings; the next call records again."""
        super().clear()
        self._prepared_values: PreparedValues | None = None  # of the latest call with Values
        self._prepared_of_values: dict[Hashable, PreparedValues] = {}
        self._kept_rows = KeptRows()

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """The function's result, replayed: a Value, or the list or tuple of Values it returns."""
        prepared = self._prepared_values
        if prepared is not None and not named and not guards:
            wire = prepared.call(arguments)
            if wire is not None:
                self._latest = prepared
                return wire
        return self._whole_call(arguments, named)

    def _whole_call(self, arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """The long way of a call; the next one like this may then go the shortest."""
        if is_recording():
            return self.function(*arguments, **named)  # part of the circuit being recorded
        if not named and self._prepare(arguments):
            return self(*arguments)
        call = self._call_of(arguments, named)
        recording, numbers = call.recording, call.given
        parameters = recording.parameter_numbers()
        outputs, gradients = recording.run(parameters, call.numbers)
        self._compare(call, parameters, outputs)
        self._raise_nonfinite(recording, [call.numbers], outputs)
        if not (named or self.static or recording.asked):
            self._prepare_next(recording, arguments)
        wires = [i for i, number in enumerate(numbers) if isinstance(number, Value)]
        first_input = len(recording.parameters)
        results = []
        for output, gradient, behind in zip(outputs, gradients, recording.behind):
            leaves: tuple[Value, ...] = behind.parameters
            if behind.places is None:
                local = gradient[: len(leaves)]
            else:
                local = [gradient[i] for i in behind.places]
            if given := [i for i in wires if i in behind.inputs]:
                leaves = (*leaves, *[numbers[i] for i in given])
                local += [
                    0.0 if numbers[i].is_constant else gradient[first_input + i] for i in given
                ]
            results.append(self._result(output, leaves, tuple(local)))
        return put_together(recording.output_structure, iter(results))

    def _prepare(self, arguments: tuple[Any, ...]) -> bool:
        """Whether calls like this were prepared, while the latest was another."""
        known = self._prepared_of_values.get(PreparedValues.key(arguments))
        is_other = known is not None and known is not self._prepared_values
        if is_other:
            self._prepared_values = known
        return is_other

    def _prepare_next(self, recording: Recording, arguments: tuple[Any, ...]) -> None:
        """Let the next call like this one go the shortest way, if there is one."""
        key = PreparedValues.key(arguments)
        known = self._prepared_of_values.get(key)
        if known is not None and known.function is recording.running.function:
            return
        made = PreparedValues.made(recording, self._check_of(recording), arguments)
        if made is not None:
            self._prepared_values = self._prepared_of_values[key] = made

    def batch(self, *columns: Any, reduce: str = "mean", **static: Any) -> Value:
        """The mean (or the sum) of the function over rows, one Value, with its gradients.

        >>> import minigrad as mg
        >>> w = mg.Value(1.0)
        >>> loss = mg.compile(lambda x, y: (w * x - y) ** 2)
        >>> total = loss.batch([1.0, 2.0], [0.0, 0.0], reduce="sum")
        >>> total.backward()
        >>> total.data, w.grad
        (5.0, 10.0)

        Static arguments are given by name, and are the same in all rows. Each other argument is a
        list (or array) with one item per row: X of shape (n, features), y of
        shape (n,). Only the parameters get gradients. The sum goes over the rows in an order of its
        own, so its last bits can differ from those of a sum written by hand.
        """
        if reduce not in ("mean", "sum"):
            raise ValueError(f"reduce is 'mean' or 'sum', got {reduce!r}")
        rows = self._kept_rows.rows(columns, static, self.rows, self._recording_of)
        total, gradients = self._run(rows, rows.count if reduce == "mean" else 1)
        self._raise_nonfinite(rows.recording, map(rows.row, range(rows.count)), [total])
        leaves = rows.recording.leaves_of_batches
        return self._result(total, leaves, gradients[: len(leaves)])

    def rows(self, *columns: Any, **static: Any) -> Rows:
        """The rows of a batch in the form in which they are run: make it once, run it often."""
        named = named_static(self._static_places, len(columns), static)
        return rows_of(self.name, columns, self._recording_of, named)

    def run_rows(self, rows: Rows, divisor: int = 1) -> tuple[float, list[float]]:
        """The sum over the rows, and its gradients towards the parameters, as plain numbers.

        All are divided by `divisor`: with the number of rows they are means.
        """
        if rows.recording.gate is not self.gate:
            raise ValueError(
                f"run_rows of {self!r} got rows that were made by another compiled function, "
                f"{rows.recording.name}: make them with its own rows(...)"
            )
        rows.recording.check_places()
        self._latest = Latest(rows.recording, rows.first)
        total, gradients = self._run(rows, divisor)
        return total, list(gradients[: len(rows.recording.leaves)])

    def _run(self, rows: Rows, divisor: int) -> tuple[float, Sequence[float]]:
        refuse_while_recording(
            f"a batch of {self.name}", FIXED, f"Write mg.sum([{self.name}(row) for row in rows])"
        )
        recording = rows.recording
        try:
            if check := self._check_of(recording):
                check.batch(rows)
            total, gradients, is_finite = recording.batch_runner().run(rows, divisor)
            if not is_finite and recording.tape.may_be_wrong([gradients]):
                recording.running.be_careful()
                total, gradients, _ = recording.batch_runner().run(rows, divisor)
        except IndexError:
            rows.explain_nan(recording.parameter_numbers())
            raise
        if isnan(total):
            rows.explain_nan(recording.parameter_numbers())
        return total, gradients

    @property
    def circuit(self) -> Any:
        """The circuit of the latest call, built anew, to be drawn and stepped.

        >>> import minigrad as mg
        >>> double = mg.compile(lambda x: x + x)
        >>> double(4.0).data, double.circuit.gate.name
        (8.0, 'add')
        """
        recording, numbers = self._last_call()
        return recording.circuit_at(numbers)

    def recorded_circuit(self) -> RecordedCircuit:
        """The circuit of the latest call as it was recorded, for `mg.export`.

        >>> import minigrad as mg
        >>> double = mg.compile(lambda x: x + x)
        >>> double(4.0).data, dict(double.recorded_circuit().arguments)
        (8.0, {'x': ()})
        """
        recording, _ = self._last_call()
        shapes = argument_shapes(recording.structure, self.function)
        return RecordedCircuit(
            recording.spelled_out(), list(recording.leaves), recording.inputs, shapes
        )

    def stats(self) -> dict[str, Any]:
        """What the recorder and the compiler made of the latest circuit.

        >>> import minigrad as mg
        >>> double = mg.compile(lambda x: x * x + x * x)
        >>> double(4.0).data
        32.0
        >>> stats = double.stats()
        >>> stats["gates"], stats["repeated"], stats["uses"]
        (3, 1, {'x₁': 4})
        >>> stats["multiplications"]
        {'forward': 2, 'local': 0, 'backward': 6, 'all': 8}

        `operations` are those that are run, of both passes, after repeated ones have been shared;
        the last four are those of the circuit, as `draw(…, show="operations")` shows it.
        """
        return self._last_call()[0].stats()

    def _result(self, data: float, leaves: tuple[Value, ...], gradient: Sequence[float]) -> Value:
        if not leaves:
            return constant(data)
        wire = output_of(self.gate, leaves, data, gradient)
        return observed(wire) if observers or data - data != 0.0 else wire

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """A compiled method: recorded for each object by itself."""
        bind = getattr(self.function, "__get__", None)
        if instance is None or bind is None:
            return self
        kept = kept_with(instance)
        bound = kept.get(self)
        if bound is None:
            made = Compiled(bind(instance, owner), self.check, self.executor, self.static)
            bound = kept.setdefault(self, made)  # another thread may have been first
        return bound

    def __reduce__(self) -> str | tuple[Any, ...]:
        """Copies and pickles have the function and the settings; they record again."""
        owner = getattr(self.function, "__self__", None)
        if owner is not None and getattr(owner, self.name, None) is self:
            return getattr, (owner, self.name)
        if _named(self.function) is self:  # a decorated function is found where it stands
            return str(self.function.__qualname__)
        return Compiled, (self.function, self.check, self.executor, self.static)

    def __repr__(self) -> str:
        return f"<compiled {self.name}, {len(self.recordings)} recordings>"


def _named(function: Any) -> Any:
    """What the name of a function leads to, if anything."""
    thing: Any = sys.modules.get(getattr(function, "__module__", None) or "")
    for name in getattr(function, "__qualname__", "").split("."):
        thing = getattr(thing, name, None)
    return thing
