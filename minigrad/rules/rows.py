"""Rows are put into the table here, and each gets the function that users call.

>>> from minigrad.rules import GATES, function_of
>>> function_of(GATES["leaky_relu"])(-2.0, slope=0.5)
-1.0
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, Signature
from typing import Any, Final

from .gate import FUNCTIONS, GATES, SLOPES, Gate, GateFunction, apply
from .items import items_of
from .operand import Operand

LIST_OR_EACH: Final = "Values and numbers, or one list of them"

# What makes a number that no operand gave: a wire, since one would have come of any Value.
constant_makers: Final[list[Callable[[float], Any]]] = [float]


def of_nothing(gate: Gate) -> Any:
    """The gate without an input: a constant, if it has an answer.

    >>> import minigrad as mg
    >>> mg.sum([])
    Value(data=0.0, constant)
    """
    if gate.empty is None:
        gate.check_arity(0)
    return constant_makers[-1](gate.empty or 0.0)


def function_of(gate: Gate) -> GateFunction:
    """The function that users call: `mg.tanh` for the row tanh.

    >>> import minigrad as mg
    >>> mg.tanh(0.0), mg.maximum(1, 3, 2), mg.sum([1, 2, 3])
    (0.0, 3.0, 6.0)
    """

    def function(*operands: Any, **named: Any) -> Any:
        if gate.arity is None and not named:
            if len(operands) == 1 and not isinstance(operands[0], Operand):
                operands = tuple(items_of(gate.name, operands[0], LIST_OR_EACH, in_order=False))
        elif named or len(operands) != gate.arity:
            operands = all_inputs(gate, operands, named)
        return apply(gate, operands) if operands else of_nothing(gate)

    function.__name__ = function.__qualname__ = gate.name
    function.__signature__ = _signature(gate)  # type: ignore[attr-defined]
    return function


def all_inputs(gate: Gate, given: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
    """The inputs in order, when some are given by name or left out.

    >>> import minigrad as mg
    >>> all_inputs(mg.GATES["leaky_relu"], (2.0,), {"slope": 0.5})
    (2.0, 0.5)
    """
    if named and (named := {name: x for name, x in named.items() if _is_given(name, x)}):
        try:
            bound = _signature(gate).bind(*given, **named)
        except TypeError as error:
            takes = LIST_OR_EACH if gate.arity is None else ", ".join(gate.input_names)
            raise TypeError(f"{gate.name}() {error}: it takes {takes}") from None
        bound.apply_defaults()
        return bound.args
    missing = (gate.arity or 0) - len(given)
    return given + (gate.defaults[-missing:] if 0 < missing <= len(gate.defaults) else ())


def _is_given(name: str, argument: Any) -> bool:
    """Whether it is more than NumPy adds of itself, in `np.mean(v)` or `np.clip(v, 0, 1)`."""
    return argument is not None or name not in ("axis", "dtype", "out")


def _signature(gate: Gate) -> Signature:
    if gate.arity is None:
        return Signature([Parameter("values", Parameter.VAR_POSITIONAL)])
    defaults = [Parameter.empty] * (gate.arity - len(gate.defaults)) + list(gate.defaults)
    return Signature(
        [
            Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, default=default)
            for name, default in zip(gate.input_names, defaults)
        ]
    )


def row(name: str, symbol: str, sentence: str, **rules: Any) -> GateFunction:
    """Put a gate into the table and return the function that applies it to operands of any kind."""
    GATES[name] = gate = Gate(name, symbol, sentence=sentence, **rules)
    FUNCTIONS[name] = function = function_of(gate)
    function.__module__ = "minigrad"  # where a pickle finds it again
    return function


def slope_row(name: str, symbol: str, sentence: str, **rules: Any) -> GateFunction:
    """A gate that only derivatives apply: another one's local gradient, of its inputs and output.

    Machine code may answer its call in its own way; Python has its rule written out.
    """
    SLOPES[name] = Gate(name, symbol, sentence=sentence, is_slope=True, **rules)
    return function_of(SLOPES[name])


def documentation(gate: Gate) -> str:
    """The docstring of a gate's function and method, with an example that runs.

    >>> import minigrad as mg
    >>> print(mg.exp.__doc__.splitlines()[0])
    exp multiplies the gradient by its own output.
    """
    local_gradients = "; ".join(gate.local_gradient_texts())
    lines = [f"{gate.sentence}."]
    if inputs := gate.example[: gate.arity]:
        shown = ", ".join(f"{number:g}" for number in inputs)
        lines += ["", ">>> import minigrad as mg", f">>> mg.{gate.name}({shown})"]
        lines += [repr(gate.forward(*inputs))]
    lines += ["", f"Local gradients: {local_gradients}, where out is the output.", ""]
    lines += ["A Value among the inputs gives a Value, numbers alone give a float."]
    return "\n".join(lines)
