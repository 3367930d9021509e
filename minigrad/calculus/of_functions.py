"""Derivatives of plain functions: a function in, the function that computes its derivative out.

>>> slope = derivative_function("grad", lambda point: point["x"] ** 2 * point["y"], None)
>>> slope({"x": 3.0, "y": 2.0})
{'x': 12.0, 'y': 9.0}

The function is called on new wires in the structure of its arguments, and what it returns is
differentiated as any circuit is. Numbers give numbers; where an argument holds a Value the
derivative is made of Values, with circuits behind them: so a derivative can be differentiated. It
is so too in a function that is being differentiated, of whose wires it makes use (`nesting`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from math import prod
from types import MethodType
from typing import Any, Final

from ..engine import Value, float_of, is_recording, number_of, with_gates
from ..rules import FUNCTIONS, as_whole_number, described
from .arguments import (
    NO_NUMBER,
    NUMBER,
    is_of_numbers,
    put_together,
    shapes_in,
    structure_text,
    take_apart,
    without_arrays,
)
from .gradients import WITH_A_VECTOR
from .nesting import differentiating, holds_a_value, is_differentiated, is_nested
from .of_circuits import (
    circuit_of,
    gradient,
    hessian_along,
    hessian_rows,
    jacobian_rows,
    pulled_back,
    pushed_forward,
)
from .results import take_result_apart
from .vectors import numbers_of_vector, without_vector

_sum: Final = FUNCTIONS["sum"]


def derivative_function(kind: str, function: Callable[..., Any], argnums: Any) -> Any:
    """The function that computes a derivative of that kind, at whatever arguments it is given.

    It can be pickled if the function can.
    """
    derivative: Any = _DerivativeFunction(_derivative, kind, function, argnums)
    name = getattr(function, "__name__", type(function).__name__)
    derivative.__name__ = derivative.__qualname__ = f"{kind}({name})"
    derivative.__doc__ = f"mg.{kind} of the function {name}."
    return derivative


class _DerivativeFunction(partial[Any]):
    """In a class it is a method, as the function is that it takes the place of."""

    __name__: str

    def __repr__(self) -> str:
        return f"<mg.{self.__name__}>"

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else MethodType(self, instance)


def _derivative(
    kind: str, function: Callable[..., Any], argnums: Any, /, *arguments: Any, **data: Any
) -> Any:
    """The derivative at arguments.

    A compiled function has methods of its own for numbers; where it has none, or where its result
    is to be differentiated again, the function that was compiled is taken.
    """
    is_compiled = hasattr(function, "value_and_grad")
    method = getattr(function, kind, None) if is_compiled else None
    plain = getattr(function, "function", function) if is_compiled else function
    vector: Any = None
    given = arguments
    if kind in WITH_A_VECTOR:
        given, vector = without_vector(f"mg.{kind}(f)", "f", arguments)
    call = _Call(kind, plain, given, data, argnums)
    if method is not None and argnums is None and not call.is_graph and not is_nested():
        return method(*arguments, **data)
    return _KINDS[kind](call, vector)


class _Call:
    """One call of a function on wires, in place of the numbers to differentiate by."""

    def __init__(
        self,
        kind: str,
        function: Callable[..., Any],
        arguments: tuple[Any, ...],
        data: dict[str, Any],
        argnums: Any,
    ) -> None:
        self.kind, self.function = kind, function
        self.name = getattr(function, "__name__", type(function).__name__)
        self._arguments, self._data = arguments, data
        self._is_one = _is_place(argnums)
        numbers: list[Any] = []
        self._parts: dict[int, Any] = {}  # the structure of each argument to differentiate by
        for place in self._places(argnums):
            structure = take_apart(arguments[place], numbers)
            if is_of_numbers(structure):
                self._parts[place] = structure
            elif argnums is not None:
                raise TypeError(
                    f"mg.{kind}({self.name}) is to differentiate by argument {place}, which is "
                    f"{described(arguments[place])} and holds no number"
                )
        if not numbers:
            raise TypeError(f"mg.{kind}({self.name}) {NO_NUMBER}")
        self.numbers = numbers
        others = [x for place, x in enumerate(arguments) if place not in self._parts]
        self.is_graph = (
            is_recording()
            or any(isinstance(x, Value) for x in numbers)
            or any(map(holds_a_value, (*others, *data.values())))
        )

    def _places(self, argnums: Any) -> Sequence[int]:
        count = len(self._arguments)
        if argnums is None:
            return range(count)
        places = [argnums] if self._is_one else argnums
        if not (isinstance(places, (list, tuple)) and places and all(map(_is_place, places))):
            raise TypeError(
                f"argnums is the place of an argument, or a tuple of them, got {described(argnums)}"
            )
        if outside := [place for place in places if not -count <= place < count]:
            raise ValueError(
                f"argnums names argument {outside[0]}, and mg.{self.kind}({self.name}) was given "
                f"{count}: the first is 0"
            )
        found = [int(place) % count for place in places]
        if len(set(found)) < len(found):
            raise ValueError(
                f"argnums names an argument twice, got {described(argnums)}: the derivative has an "
                "item for each"
            )
        return found

    def run(self) -> tuple[list[Value], Any, list[Value]]:
        """The wires of the numbers, the structure of the result, and the wires in it."""
        arguments = list(self._arguments)
        with with_gates():
            leaves = [self._wire(number) for number in self.numbers]
            wires = iter(leaves)
            for place, structure in self._parts.items():
                arguments[place] = put_together(structure, wires)
            with differentiating(leaves):
                result = self.function(*arguments, **self._data)
        structure, outputs = take_result_apart(self.name, result, with_numbers=True)
        self.is_graph = self.is_graph or is_differentiated(outputs, leaves)
        return leaves, structure, outputs

    def _wire(self, number: Any) -> Value:
        """A new wire: an outer derivative may hold another circuit with the same one in it."""
        if isinstance(number, Value) and not number.is_constant:
            wire: Value = _sum([number])
            return wire
        return Value(float_of(number))

    def run_for_one(self) -> tuple[list[Value], Value]:
        """The wires of the numbers, and the result, which must be one Value."""
        leaves, structure, outputs = self.run()
        if structure != NUMBER:
            raise TypeError(
                f"mg.{self.kind} needs a function that returns one Value, {self.name} returned "
                f"{structure_text(structure)}: mg.jacobian(f) has the derivatives of several"
            )
        return leaves, outputs[0]

    def shaped(self, derivative: Sequence[Value]) -> Any:
        """An item for each number of the arguments, in the structure that they have."""
        items = self.plain(derivative)
        return self._of_arguments(
            [put_together(x, items, not self.is_graph) for x in self._parts.values()]
        )

    def plain(self, derivative: Sequence[Value]) -> Iterator[Any]:
        """The derivatives as they are, or as floats."""
        return iter(derivative if self.is_graph else map(number_of, derivative))

    def number(self, wire: Value) -> Any:
        """A wire as it is, or as a float."""
        return wire if self.is_graph else number_of(wire)

    def _of_arguments(self, parts: list[Any]) -> Any:
        return parts[0] if self._is_one or len(parts) == 1 else tuple(parts)

    def blocks(self, structure: Any, rows: Sequence[Sequence[Value]]) -> Any:
        """Rows of derivatives in the structure of what was differentiated, then of the arguments.

        An array by an array is an array with the axes of both.
        """
        made, first = [], 0
        for shape in shapes_in(structure):
            count = prod(shape)
            mine, at = rows[first : first + count], 0
            first += count
            parts = []
            for part in self._parts.values():
                leaves = []
                for inner in shapes_in(part):
                    width = prod(inner)
                    block = [row[at : at + width] for row in mine]
                    leaves.append(self._block(block, (*shape, *inner)))
                    at += width
                parts.append(put_together(without_arrays(part), iter(leaves)))
            made.append(self._of_arguments(parts))
        return put_together(without_arrays(structure), iter(made))

    def _block(self, rows: Sequence[Sequence[Value]], shape: tuple[int, ...]) -> Any:
        numbers = [self.number(wire) for row in rows for wire in row]
        if not shape:
            return numbers[0]
        import numpy

        array = numpy.empty(len(numbers), dtype=object if self.is_graph else float)
        array[:] = numbers
        return array.reshape(shape)

    def of_arguments(self) -> Any:
        """The structure of all arguments to differentiate by, as a derivative has it."""
        parts = list(self._parts.values())
        return parts[0] if self._is_one or len(parts) == 1 else (tuple, *parts)

    def vector(self, structure: Any, vector: Any, what: str) -> list[Any]:
        """The numbers of a vector that must have this structure; a Value stays one in a graph."""
        name = f"mg.{self.kind}({self.name})"
        numbers = numbers_of_vector(name, vector, structure, what)
        if any(isinstance(number, Value) for number in numbers):
            self.is_graph = True
        return numbers


def _is_place(number: Any) -> bool:
    """Whether it is a whole number, of Python or of NumPy, and no truth value or wire."""
    return as_whole_number(number) is not None


# --- the kinds of derivatives ---------------------------------------------------------------------


def _value_and_grad(call: _Call, _: Any) -> tuple[Any, Any]:
    leaves, output = call.run_for_one()
    return call.number(output), call.shaped(gradient(output, leaves, call.is_graph, call.kind))


def _grad(call: _Call, _: Any) -> Any:
    return _value_and_grad(call, None)[1]


def _jvp(call: _Call, vector: Any) -> Any:
    speeds = call.vector(call.of_arguments(), vector, "the arguments are")
    leaves, structure, outputs = call.run()
    moved = pushed_forward(circuit_of(outputs), dict(zip(leaves, speeds)), call.is_graph)
    return put_together(structure, call.plain(moved), not call.is_graph)


def _vjp(call: _Call, vector: Any) -> Any:
    leaves, structure, outputs = call.run()
    weights = call.vector(structure, vector, "the result is")
    cotangents: dict[Value, Any] = {}
    for output, weight in zip(outputs, weights):
        cotangents[output] = cotangents[output] + weight if output in cotangents else weight
    return call.shaped(pulled_back(circuit_of(outputs), cotangents, leaves, call.is_graph, "vjp"))


def _jacobian(call: _Call, _: Any) -> Any:
    leaves, structure, outputs = call.run()
    return call.blocks(structure, jacobian_rows(outputs, leaves, call.is_graph))


def _hessian(call: _Call, _: Any) -> Any:
    leaves, output = call.run_for_one()
    return call.blocks(call.of_arguments(), hessian_rows(output, leaves, call.is_graph))


def _hvp(call: _Call, vector: Any) -> Any:
    speeds = call.vector(call.of_arguments(), vector, "the arguments are")
    leaves, output = call.run_for_one()
    return call.shaped(hessian_along(output, leaves, dict(zip(leaves, speeds)), call.is_graph))


_KINDS: Final[dict[str, Callable[[_Call, Any], Any]]] = {
    "grad": _grad,
    "value_and_grad": _value_and_grad,
    "jvp": _jvp,
    "vjp": _vjp,
    "jacobian": _jacobian,
    "hessian": _hessian,
    "hvp": _hvp,
}
