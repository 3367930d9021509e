"""Unknowns that an equation defines: solved by Newton's method, differentiated without its steps.

>>> a = Value(2.0, label="a")
>>> root = implicit(lambda x: x * x - a, 1.0)
>>> root.backward()
>>> root.data == 2.0**0.5, a.grad == 0.5 / 2.0**0.5
(True, True)

Where F(u, p) = 0 defines u by p, du/dp = −(∂F/∂u)⁻¹ ∂F/∂p at the solution, however it was found.
So each unknown is one gate, whose inputs are the wires that the equation uses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from math import hypot, inf, isfinite, nan
from pickle import PicklingError
from typing import Any, Final, NoReturn

from ..engine import (
    Circuit,
    Value,
    constant,
    float_of,
    guards,
    number_of,
    observed,
    observers,
    observing,
    one_at_a_time,
    output_of,
    with_gates,
    write_numbers,
)
from ..rules import (
    Formula,
    Gate,
    as_formula,
    as_latex,
    as_text,
    at_least_one,
    described,
)
from ..text import counted
from .arguments import put_together, take_apart
from .forward import tangents
from .gradients import sent_back
from .nesting import differentiating
from .results import take_result_apart

STEPS: Final = 50  # of Newton's method, at most
SHORTEST: Final = 2.0**-30  # part of a Newton step that is still tried
ROUNDING: Final = 1e-10  # a step this small, of the unknown, changes its rounding alone
SINGULAR: Final = 1e-14  # of its row: a pivot below this is what rounding has left of 0
NO_REPLAY: Final = "Solve it outside, and pass what it gives as an argument"


def implicit(equation: Callable[[Any], Any], unknowns: Any, *, steps: int = STEPS) -> Any:
    """The unknowns for which the equation gives 0, as Values that depend on its other wires.

    >>> from minigrad.engine import Value
    >>> r, angle = Value(2.0), Value(0.5)
    >>> def meet(p):  # where a circle of radius r meets a ray
    ...     return [p["x"] ** 2 + p["y"] ** 2 - r * r, p["y"] - p["x"] * angle.tan()]
    >>> point = implicit(meet, {"x": 1.0, "y": 1.0})
    >>> point["x"].backward()
    >>> round(point["x"].data, 6), round(r.grad, 6), round(angle.grad, 6)
    (1.755165, 0.877583, -0.958851)

    `unknowns` are numbers to start from, one or any structure of them; the equation takes Values in
    that structure and returns one Value for each unknown. Newton's method goes at most `steps`
    steps, each halved until the equations are nearer to 0. Each unknown is one gate, which draws,
    steps, and differentiates any number of times; its local gradients are those of the implicit
    function, −(∂F/∂u)⁻¹ ∂F/∂p. It is a ValueError if there is no solution in reach, a number is not
    finite, or the Jacobian ∂F/∂u is singular.
    """
    if not callable(equation):
        raise TypeError(
            f"mg.implicit needs a function that gives 0 at the solution, got {described(equation)}"
        )
    steps = at_least_one("steps of mg.implicit", steps)
    if guards:
        guards[-1].fixes_a_number("mg.implicit", NO_REPLAY)
    given: list[Any] = []
    structure = take_apart(unknowns, given)
    if not given:
        raise TypeError(
            f"mg.implicit needs numbers to start from, got {described(unknowns)}: 1.0, or a list, "
            "dict or array of them"
        )
    system = _System(equation, structure, int(steps))
    start = list(map(float_of, given))
    found = _solved(system, system.at(start))
    return put_together(structure, iter(system.wires(found)))


class _Point:
    """The equations at some unknowns: wires, and how fast each changes with each unknown."""

    def __init__(self, unknowns: list[Value], residuals: list[Value], made: set[Value]) -> None:
        self.unknowns, self.residuals = unknowns, residuals
        self.circuit = Circuit(residuals[0], others=residuals[1:])
        self.numbers = [number_of(wire) for wire in unknowns]
        self.errors = [number_of(wire) for wire in residuals]
        self.size = hypot(*self.errors)
        self._made = made

    @cached_property
    def slopes(self) -> list[list[float]]:
        """The Jacobian as numbers."""
        return self.jacobian()

    @property
    def is_finite(self) -> bool:
        """Whether all numbers here are."""
        return isfinite(self.size) and all(isfinite(x) for row in self.slopes for x in row)

    def jacobian(self, create_graph: bool = False) -> list[list[Any]]:
        """∂F/∂u, a row for each equation."""
        columns = [
            tangents(self.circuit, {wire: 1.0}, create_graph, "implicit") for wire in self.unknowns
        ]
        return [[moving.get(wire, 0.0) for moving in columns] for wire in self.residuals]

    def parameters(self) -> dict[Value, None]:
        """The wires from outside that the equations use, in order."""
        found: dict[Value, None] = {}
        seen, waiting = set(self.unknowns), list(self.residuals[::-1])
        while waiting:
            wire = waiting.pop()
            if wire in seen or wire.is_constant:
                continue
            seen.add(wire)
            if wire.is_leaf or wire not in self._made:
                found[wire] = None
            else:
                waiting += wire.inputs[::-1]
        return found

    def gradients(
        self, place: int, parameters: Sequence[Value], create_graph: bool = False
    ) -> tuple[Any, ...]:
        """d(unknown)/d(parameter) of the unknown at that place, by the implicit function."""
        rows = self.jacobian(create_graph)
        transposed = [list(column) for column in zip(*rows)]
        weights = _linear(transposed, [1.0 if i == place else 0.0 for i in range(len(rows))])
        cotangents: dict[Value, Any] = {}
        for wire, weight in zip(self.residuals, weights):
            cotangents[wire] = cotangents[wire] - weight if wire in cotangents else -weight
        stops = {*self.unknowns, *parameters} - set(self.residuals)
        received = sent_back(self.circuit, cotangents, parameters, create_graph, "implicit", stops)
        return tuple(received.get(wire, 0.0) for wire in parameters)

    def __str__(self) -> str:
        unknowns = ", ".join(f"{x:.6g}" for x in self.numbers[:4]) + ", …" * (len(self.errors) > 4)
        errors = ", ".join(f"{x:.3g}" for x in self.errors[:4]) + ", …" * (len(self.errors) > 4)
        return f"at {unknowns} the equation gives {errors}"


class _System:
    """An equation, or several, and the structure of the unknowns."""

    def __init__(self, equation: Callable[[Any], Any], structure: Any, steps: int) -> None:
        self.equation, self.structure, self.steps = equation, structure, steps
        name = getattr(equation, "__name__", type(equation).__name__)
        self.name = name if name.isidentifier() else "equation"

    def at(self, numbers: Sequence[float]) -> _Point:
        """The equations at new wires with these numbers."""
        return self.on([Value(number) for number in numbers])

    def on(self, unknowns: list[Value]) -> _Point:
        """The equations at these wires."""
        made: set[Value] = set()

        def note(wire: Value) -> Value:
            made.add(wire)
            return wire

        with with_gates(), observing(note), differentiating(unknowns, by_all=True):
            result = self.equation(put_together(self.structure, iter(unknowns)))
        _, residuals = take_result_apart(self.name, result, with_numbers=True)
        if len(residuals) != len(unknowns):
            raise ValueError(
                f"{self.name} gives {counted(len(residuals), 'number')} for "
                f"{counted(len(unknowns), 'unknown')}: mg.implicit needs one equation for each"
            )
        return _Point(unknowns, residuals, made)

    def wires(self, found: _Point) -> list[Value]:
        """The unknowns as gates of the wires that the equations use."""
        again = self.at(found.numbers).parameters()
        parameters = tuple(wire for wire in found.parameters() if wire in again)  # not made inside
        wires = []
        for place, number in enumerate(found.numbers):
            try:
                local = found.gradients(place, parameters)
            except _SingularError as error:
                raise self.singular(found, error) from None
            if not parameters:
                wires.append(constant(number))
                continue
            out = output_of(self._gate(place, found.numbers, parameters), parameters, number, local)
            wires.append(observed(out) if observers or not all(map(isfinite, local)) else out)
        return wires

    def singular(self, at: _Point, error: _SingularError) -> ValueError:
        """An error for a Jacobian that has no inverse."""
        which = f" in unknown {error.column + 1}" if len(at.numbers) > 1 else ""
        return ValueError(
            f"the Jacobian of {self.name} is singular{which}: {at}, and changing the unknowns "
            "does not change that to first order. Start elsewhere, or see whether an equation is "
            "missing, or says the same as another"
        )

    def _gate(self, place: int, numbers: list[float], parameters: tuple[Value, ...]) -> Gate:
        name = "root" if self.name == "equation" else self.name
        return ImplicitGate(
            name if len(numbers) == 1 else f"{name}_{place + 1}",
            "F=0",
            partial(self._local_gradients, place, numbers, parameters),
            "an unknown of an equation: multiplies the gradient by −(∂F/∂u)⁻¹ ∂F/∂p",
            kernel=partial(self._solved_again, place, numbers, parameters),
            opaque=True,
            arity=None,
        )

    def _moved(
        self, start: list[float], parameters: tuple[Value, ...], numbers: Sequence[float]
    ) -> Iterator[_Point]:
        """The solution where the parameters have other numbers, which they are given meanwhile."""
        before = [number_of(wire) for wire in parameters]
        with one_at_a_time:
            try:
                write_numbers(parameters, numbers)
                with suppress(ValueError):
                    yield _solved(self, self.at(start))
            finally:
                write_numbers(parameters, before)

    def _solved_again(
        self, place: int, start: list[float], parameters: tuple[Value, ...], *numbers: float
    ) -> float:
        """The unknown for other numbers of the parameters; nan where there is none."""
        found = [point.numbers[place] for point in self._moved(start, parameters, numbers)]
        return found[0] if found else nan

    def _local_gradients(
        self, place: int, start: list[float], parameters: tuple[Value, ...], *operands: Any
    ) -> tuple[Any, ...]:
        """The local gradients of numbers; of wires circuits; of symbols symbols."""
        *given, out = operands
        if any(isinstance(operand, Formula) for operand in operands):
            return tuple(_symbol(as_formula(x), as_formula(out)) for x in given)
        if not isinstance(out, Value):
            found = [
                point.gradients(place, parameters)
                for point in self._moved(start, parameters, given)
            ]
            return found[0] if found else (nan,) * len(given)
        # all of it again, at wires that are unknowns
        unknowns = [out] if len(start) == 1 else self.wires(self.at(start))
        unknowns[place] = out
        return self.on(unknowns).gradients(place, given, create_graph=True)


def _symbol(parameter: Formula, out: Formula) -> Formula:
    below = rf"\frac{{\partial {as_latex(out)}}}{{\partial {as_latex(parameter)}}}"
    return Formula.symbol(f"∂{as_text(out)}/∂{as_text(parameter)}", below)


@dataclass(frozen=True, eq=False, repr=False)
class ImplicitGate(Gate):
    """The gate behind an unknown: it is a function of this program, and in no table."""

    def __reduce__(self) -> NoReturn:
        raise PicklingError(
            f"an unknown of mg.implicit cannot be pickled: its gate, {self.name}, is a function of "
            "this program. Pickle numbers (.data)"
        )


def _solved(system: _System, at: _Point) -> _Point:
    """Newton's method from a point, with steps that are halved until they lead nearer to 0."""
    largest = [abs(x) for x in at.numbers]
    for _ in range(system.steps):
        if at.size == 0.0:
            return at
        if not at.is_finite:
            raise ValueError(
                f"{system.name} is not finite where mg.implicit starts, or its slope is not: {at}. "
                "Start elsewhere; mg.first_nonfinite finds the gate where a nan began"
            )
        try:
            step = _linear(at.slopes, [-error for error in at.errors])
        except _SingularError as error:
            raise system.singular(at, error) from None
        largest = [max(x, abs(u), abs(u + d)) for x, u, d in zip(largest, at.numbers, step)]
        is_rounding = all(abs(d) <= ROUNDING * x for d, x in zip(step, largest))
        part = 1.0
        while part >= SHORTEST:
            moved = system.at([u + part * d for u, d in zip(at.numbers, step)])
            if moved.size < at.size and moved.is_finite:
                break
            if is_rounding:
                return at
            part /= 2
        else:
            break
        at = moved
    raise ValueError(
        f"mg.implicit has found no solution of {system.name} = 0 in {system.steps} steps of "
        f"Newton's method: {at}. Start nearer to a solution, allow more with steps=, and see "
        "whether there is one: at a double root, where the slope is 0 too, it cannot be "
        "differentiated"
    )


# --- linear equations, of floats or of wires ------------------------------------------------------


class _SingularError(Exception):
    def __init__(self, column: int) -> None:
        super().__init__(column)
        self.column = column


def _linear(rows: list[list[Any]], right: list[Any]) -> list[Any]:
    """The solution of linear equations, by elimination with the pivot that is largest in its row.

    >>> _linear([[2.0, 1.0], [1.0, 3.0]], [5.0, 10.0])
    [1.0, 3.0]
    """
    rows = [[*row, number] for row, number in zip(rows, right)]
    sizes = [max(abs(_number(x)) for x in row[:-1]) for row in rows]
    for column in range(len(rows)):
        _pivot(rows, sizes, column)
        above = rows[column]
        for row in rows[column + 1 :]:
            if _is_zero(row[column]):
                continue
            factor = row[column] / above[column]
            for i in range(column + 1, len(row)):
                if not _is_zero(above[i]):
                    row[i] = row[i] - factor * above[i]
    found: list[Any] = []
    for place in reversed(range(len(rows))):
        *row, rest = rows[place]
        for coefficient, known in zip(row[:place:-1], found):
            if not _is_zero(coefficient):
                rest = rest - coefficient * known
        found.append(rest / row[place])
    return found[::-1]


def _pivot(rows: list[list[Any]], sizes: list[float], column: int) -> None:
    """Bring the row with the largest number in a column, for its size, to where it is needed."""

    def relative(place: int) -> float:
        return abs(_number(rows[place][column])) / sizes[place] if sizes[place] else -inf

    best = max(range(column, len(rows)), key=relative)
    if not relative(best) > SINGULAR:
        raise _SingularError(column)
    rows[column], rows[best] = rows[best], rows[column]
    sizes[column], sizes[best] = sizes[best], sizes[column]


def _number(entry: Any) -> float:
    return number_of(entry) if isinstance(entry, Value) else entry


def _is_zero(entry: Any) -> bool:
    return not isinstance(entry, Value) and entry == 0.0
