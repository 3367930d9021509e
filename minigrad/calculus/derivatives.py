"""Derivatives of circuits: gradients, Jacobians, Hessians, and their products with vectors.

>>> x, y = Value(2.0), Value(3.0)
>>> f = x * x * y
>>> [slope.data for slope in grad(f, [x, y])], jvp(f, {x: 1.0, y: -1.0}).data
([12.0, 4.0], 8.0)
>>> [[entry.data for entry in row] for row in hessian(f, [x, y])]
[[6.0, 4.0], [4.0, 0.0]]

Of a function they are functions, at whatever arguments these are called with:

>>> grad(lambda x: x**3)(2.0), hessian(lambda p: p["x"] ** 2 * p["y"])({"x": 2.0, "y": 3.0})["x"]
(12.0, {'x': 6.0, 'y': 4.0})

All are sweeps over one circuit (`of_circuits`), backwards (`gradients`) or with the flow
(`forward`), from the local gradients that its gates have. Results are Values; with
`create_graph=True` they are circuits, to be drawn, stepped, compiled and differentiated again. No
wire's `grad` is touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, overload

from ..engine import Value, number_of
from ..rules import as_number, described
from ..text import counted
from .gradients import (
    NO_LIST,
    WITH_A_VECTOR,
    how_to_give,
    is_without_axes,
    refuse_fixed_number,
    wires_in,
    wires_to_differentiate_by,
)
from .nesting import refuse_to_lose
from .of_circuits import (
    circuit_of,
    gradient,
    hessian_along,
    hessian_rows,
    jacobian_rows,
    pulled_back,
    pushed_forward,
)
from .of_functions import derivative_function

ByWire = Mapping[Value, Any] | Sequence[tuple[Value, Any]]  # a number for each wire
Inputs = Value | Sequence[Value]
Function = Callable[..., Any]


@overload
def grad(output: Value, inputs: Inputs, create_graph: bool = False) -> list[Value]: ...
@overload
def grad(output: Function, *, argnums: int | Sequence[int] | None = None) -> Function: ...
def grad(
    output: Any, inputs: Any = None, create_graph: bool = False, *, argnums: Any = None
) -> Any:
    """d(output)/d(input) for every input, as Values; no wire's `grad` is touched.

    >>> from minigrad.engine import Value
    >>> x, y = Value(3.0), Value(-4.0)
    >>> grad(x * y, [x, y])
    [Value(data=-4.0, constant), Value(data=3.0, constant)]

    With `create_graph` the gradients are circuits, so they can be differentiated again: every local
    gradient is recorded from its gate's rule. Inputs can be any wires of the circuit, gates too;
    for one that the output does not depend on the gradient is 0.

    Of a function it is the function that computes the gradient, in the structure of its arguments:
    numbers, arrays, and lists, tuples, dicts and dataclasses of them. By all that are given by
    place, or by those at the places in `argnums`; what is given by name is data.

    >>> grad(lambda w, x: w[0] * x + w[1] * x**2)([3.0, 4.0], 2.0)
    ([2.0, 4.0], 19.0)
    >>> grad(grad(lambda x: x**3))(2.0), grad(lambda x, n: x**n, argnums=0)(2.0, 3)
    (12.0, 12.0)
    """
    if (made := _of_function("grad", output, argnums, create_graph, inputs)) is not None:
        return made
    refuse_fixed_number("grad", create_graph)
    wanted = wires_to_differentiate_by("grad", inputs)
    return gradient(_one_output("grad", output, create_graph), wanted, create_graph)


def value_and_grad(function: Function, *, argnums: int | Sequence[int] | None = None) -> Function:
    """Of a function: the function that computes its result and the gradient, as `grad` does.

    >>> value_and_grad(lambda x, y: x * y)(3.0, 5.0)
    (15.0, (5.0, 3.0))

    So `scipy.optimize.minimize(value_and_grad(f), x, jac=True)` works. Of a compiled function it is
    its method `value_and_grad`, without a Value.
    """
    if not callable(function):
        raise TypeError(
            f"value_and_grad needs a function, got {described(function)}: of a circuit, y.data is "
            "the value and mg.grad(y, [x]) the gradient"
        )
    made: Function = derivative_function("value_and_grad", function, argnums)
    return made


def vjp(
    outputs: Inputs | Function,
    cotangents: ByWire | None = None,
    inputs: Inputs | None = None,
    create_graph: bool = False,
    *,
    argnums: int | Sequence[int] | None = None,
) -> Any:
    """Reverse mode: the gradient of the sum of cotangent · output, in one sweep from the outputs.

    >>> from minigrad.engine import Value
    >>> x, y = Value(3.0), Value(-4.0)
    >>> p, q = x * y, x + y
    >>> [gradient.data for gradient in vjp([p, q], {p: 1.0, q: 10.0}, [x, y])]
    [6.0, 13.0]

    With Jacobian J and cotangents u it is uᵀJ, a list with an item for each of the inputs. Without
    `inputs` it is a dict of all leaves of the circuit that are no constants. An output without a
    cotangent counts 0. A cotangent may be a Value, which `create_graph` keeps as a wire.

    Of a function f, `vjp(f)(x, u)` has the cotangents in the structure of what f returns.

    >>> vjp(lambda x: [x[0] * x[1], x[0]])([3.0, -4.0], [1.0, 10.0])
    [6.0, 3.0]
    """
    if (
        made := _of_function("vjp", outputs, argnums, create_graph, cotangents, inputs)
    ) is not None:
        return made
    refuse_fixed_number("vjp", create_graph)
    wires = _outputs("vjp", outputs, create_graph)
    given = _by_wire("vjp", "cotangent", cotangents, create_graph)
    if unknown := [wire for wire in given if wire not in wires]:
        raise ValueError(
            f"vjp got a cotangent for {unknown[0]!r}, which is none of its {len(wires)} outputs"
        )
    circuit = circuit_of(wires) if wires else None
    leaves = circuit.leaves if circuit else []
    wanted = (
        [leaf for leaf in leaves if not leaf.is_constant]
        if inputs is None
        else wires_to_differentiate_by("vjp", inputs)
    )
    found = pulled_back(circuit, given, wanted, create_graph, "vjp") if circuit else []
    return dict(zip(wanted, found)) if inputs is None else found


@overload
def jvp(outputs: Value, tangents: ByWire, create_graph: bool = False) -> Value: ...
@overload
def jvp(outputs: Sequence[Value], tangents: ByWire, create_graph: bool = False) -> list[Value]: ...
@overload
def jvp(outputs: Function, *, argnums: int | Sequence[int] | None = None) -> Function: ...
def jvp(
    outputs: Any, tangents: Any = None, create_graph: bool = False, *, argnums: Any = None
) -> Any:
    """Forward mode: how fast the outputs move when wires move at these speeds, in one sweep.

    >>> from minigrad.engine import Value
    >>> x, y = Value(3.0), Value(-4.0)
    >>> jvp(x * y, {x: 1.0}).data
    -4.0
    >>> [tangent.data for tangent in jvp([x * y, x - y], {x: 1.0, y: 0.5})]
    [-2.5, 0.5]

    With Jacobian J and tangents v it is J·v: a Value for one output, a list for several. Wires that
    are not named stand still. A tangent may be a Value, which `create_graph` keeps as a wire.
    Inside a compiled function, where no dict looks numbers up, write pairs: `[(x, 1.0)]`.

    Of a function f, `jvp(f)(x, v)` has the tangents in the structure of the arguments.

    >>> jvp(lambda x: [x[0] * x[1], x[0]])([3.0, -4.0], [1.0, 0.5])
    [-2.5, 1.0]
    """
    if (made := _of_function("jvp", outputs, argnums, create_graph, tangents)) is not None:
        return made
    refuse_fixed_number("jvp", create_graph)
    wires = _outputs("jvp", outputs, create_graph)
    seeds = _by_wire("jvp", "tangent", tangents, create_graph)
    found = pushed_forward(circuit_of(wires), seeds, create_graph) if wires else []
    return found[0] if isinstance(outputs, Value) else found


def jacobian(
    outputs: Inputs | Function,
    inputs: Inputs | None = None,
    create_graph: bool = False,
    *,
    argnums: int | Sequence[int] | None = None,
) -> Any:
    """d(output)/d(input) for every output and every input: a row for each output.

    >>> from minigrad.engine import Value
    >>> x, y = Value(2.0), Value(3.0)
    >>> rows = jacobian([x * y, x / y, x + 1], [x, y])
    >>> [[round(entry.data, 3) for entry in row] for row in rows]
    [[3.0, 2.0], [0.333, -0.222], [1.0, 0.0]]

    Of one output that is no list it is the one row. As many sweeps as there are outputs, or inputs
    if those are fewer. An input that an output does not depend on has 0 there.

    Of a function it is the function that computes the Jacobian: what f returns, with the derivative
    in the structure of the arguments in place of each number. An array by an array is one array.

    >>> import numpy
    >>> jacobian(lambda x: x**2)(numpy.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """
    if (made := _of_function("jacobian", outputs, argnums, create_graph, inputs)) is not None:
        return made
    refuse_fixed_number("jacobian", create_graph)
    wires = _outputs("jacobian", outputs, create_graph)
    wanted = wires_to_differentiate_by("jacobian", inputs)
    rows = jacobian_rows(wires, wanted, create_graph)
    return rows[0] if isinstance(outputs, Value) else rows


@overload
def hessian(output: Value, inputs: Inputs, create_graph: bool = False) -> list[list[Value]]: ...
@overload
def hessian(output: Function, *, argnums: int | Sequence[int] | None = None) -> Function: ...
def hessian(
    output: Any, inputs: Any = None, create_graph: bool = False, *, argnums: Any = None
) -> Any:
    """The second derivatives of one output by every pair of inputs: a row for each input.

    >>> from minigrad.engine import Value
    >>> x, y = Value(2.0), Value(3.0)
    >>> [[entry.data for entry in row] for row in hessian(x**3 + x * y, [x, y])]
    [[12.0, 1.0], [1.0, 0.0]]

    Forward over reverse: the gradient as a circuit, and one sweep with the flow for each input. Of
    a function it is the function that computes the Hessian, which has the structure twice.

    >>> hessian(lambda x: x[0] ** 3 + x[0] * x[1])([2.0, 3.0])
    [[12.0, 1.0], [1.0, 0.0]]
    """
    if (made := _of_function("hessian", output, argnums, create_graph, inputs)) is not None:
        return made
    refuse_fixed_number("hessian", create_graph)
    wanted = wires_to_differentiate_by("hessian", inputs)
    return hessian_rows(_one_output("hessian", output, create_graph), wanted, create_graph)


@overload
def hvp(output: Value, inputs: Inputs, vector: Any, create_graph: bool = False) -> list[Value]: ...
@overload
def hvp(output: Function, *, argnums: int | Sequence[int] | None = None) -> Function: ...
def hvp(
    output: Any,
    inputs: Any = None,
    vector: Any = None,
    create_graph: bool = False,
    *,
    argnums: Any = None,
) -> Any:
    """The Hessian of one output times a vector, without the Hessian: an item for each input.

    >>> from minigrad.engine import Value
    >>> x, y = Value(2.0), Value(3.0)
    >>> [entry.data for entry in hvp(x**3 + x * y, [x, y], [1.0, 10.0])]
    [22.0, 1.0]

    The vector has a number for each input, or is a dict {input: number} in which the others are 0.
    It is one sweep over the gradient's circuit, whatever the number of inputs. Of a function f,
    `hvp(f)(x, v)` has the vector in the structure of the arguments.

    >>> hvp(lambda x: x[0] ** 3 + x[0] * x[1])([2.0, 3.0], [1.0, 10.0])
    [22.0, 1.0]
    """
    if (made := _of_function("hvp", output, argnums, create_graph, inputs, vector)) is not None:
        return made
    refuse_fixed_number("hvp", create_graph)
    wanted = wires_to_differentiate_by("hvp", inputs)
    seeds = _by_wire("hvp", "vector", _vector(wanted, vector), create_graph)
    if unknown := list(seeds.keys() - set(wanted)):
        raise ValueError(f"hvp got a vector with {unknown[0]!r}, which is none of its inputs")
    return hessian_along(_one_output("hvp", output, create_graph), wanted, seeds, create_graph)


# --- what they share ------------------------------------------------------------------------------


def _of_function(kind: str, function: Any, argnums: Any, create_graph: bool, *more: Any) -> Any:
    """The function that computes the derivative of a function; None for a circuit.

    `more` is what a circuit is given besides, with None in place of what is not.
    """
    beside = [x for x in more if x is not None]
    if not callable(function):
        if not beside and not isinstance(function, (Value, list, tuple)):
            raise TypeError(
                f"{kind} of {described(function)} by what? Write mg.{kind}(y, ...) for a circuit, "
                f"with its wires, or mg.{kind}(f) for a function of numbers"
            )
        if argnums is not None:
            raise TypeError(
                f"argnums is for functions: mg.{kind} of a circuit is given the wires themselves"
            )
        return None
    if beside:
        call = f"mg.{kind}(f)(x, v)" if kind in WITH_A_VECTOR else f"mg.{kind}(f)(x)"
        raise TypeError(
            f"mg.{kind} of a function gives a function: write {call}, with argnums=0 for "
            f"the first argument alone; got {described(beside[0])} beside it"
        )
    if create_graph:
        raise TypeError(
            f"create_graph is for circuits: mg.{kind}(f) of a function gives circuits wherever "
            "the arguments that it is called with hold Values"
        )
    return derivative_function(kind, function, argnums)


def _outputs(name: str, outputs: Any, create_graph: bool) -> list[Value]:
    remedy = ": build the output from at least one Value"
    wires = wires_in(outputs, f"{name} needs", "to differentiate", remedy)
    refuse_to_lose(name, wires, create_graph)
    return wires


def _one_output(name: str, output: Any, create_graph: bool) -> Value:
    if not isinstance(output, Value):
        remedy = ": build the output from at least one Value"
        if is_without_axes(output):
            remedy = how_to_give(output)
        elif isinstance(output, Iterable) and not isinstance(output, (str, bytes)):
            remedy = ": take one of them, or a sum; mg.jacobian has the derivatives of several"
        raise TypeError(f"{name} needs one Value to differentiate, got {described(output)}{remedy}")
    refuse_to_lose(name, [output], create_graph)
    return output


def _by_wire(name: str, what: str, given: Any, create_graph: bool) -> dict[Value, Any]:
    """The number of each wire, as a float, or as a wire where that is to be kept."""
    pairs = _pairs(name, what, given)
    if strangers := [wire for wire, _ in pairs if not isinstance(wire, Value)]:
        raise TypeError(
            f"{name} needs a dict {{wire: {what}}}, got {described(strangers[0])} in place of a "
            "wire: the keys are Values of the circuit"
        )
    if what != "cotangent":
        wires_to_differentiate_by(name, [wire for wire, _ in pairs])
    numbers: dict[Value, Any] = {}
    for wire, number in pairs:
        if isinstance(number, Value):
            number = number if create_graph else number_of(number)
        else:
            try:
                number = as_number(number)
            except (TypeError, OverflowError) as error:
                raise type(error)(f"the {what} of {wire!r} is one number: {error}") from None
        numbers[wire] = numbers[wire] + number if wire in numbers else number
    return numbers


def _pairs(name: str, what: str, given: Any) -> list[tuple[Any, Any]]:
    """What a dict holds, or a list of pairs, which needs no wire looked up."""
    if isinstance(given, Mapping):
        return list(given.items())
    pairs = list(given) if isinstance(given, (list, tuple)) else []
    if not pairs or not all(isinstance(pair, tuple) and len(pair) == 2 for pair in pairs):
        raise TypeError(
            f"{name} needs a dict {{wire: {what}}}, or a list of pairs (wire, {what}), got "
            f"{described(given)}"
        )
    return pairs


def _vector(wanted: list[Value], vector: Any) -> Any:
    if isinstance(vector, Mapping):
        return vector
    if vector is None or isinstance(vector, NO_LIST):
        raise TypeError(f"hvp needs a vector, a number for each input, got {described(vector)}")
    if isinstance(vector, Value) or not isinstance(vector, Iterable):
        vector = [vector]
    if getattr(vector, "ndim", 1) != 1:
        shape = getattr(vector, "shape", ())
        raise ValueError(
            f"hvp got a vector of shape {shape}: it is a flat list or array with a number for each "
            "input; write .ravel()"
        )
    numbers = list(vector)
    if len(numbers) != len(wanted):
        raise ValueError(
            f"hvp got a vector of length {len(numbers)} for "
            f"{counted(len(wanted), 'input')}: it has a number for each"
        )
    return list(zip(wanted, numbers)) if numbers else {}
