"""Rules on floats: a rule is traced once on symbols and compiled as Python, in total arithmetic.

>>> from minigrad.rules.gates import GATES
>>> code = FloatCode(GATES["mul"])
>>> code.inputs, code.forward(), code.local_gradients(0, 1)
(['x0', 'x1'], ['out = (x0 * x1)'], ['d0 = x1', 'd1 = x0'])
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from . import ieee
from .formula import Formula
from .python_code import as_python

if TYPE_CHECKING:
    from .gate import Gate


class FloatCode:
    """The two rules of a gate with a fixed number of inputs, as lines of Python on floats."""

    def __init__(self, gate: Gate) -> None:
        assert gate.arity is not None
        self.inputs = [f"x{i}" for i in range(gate.arity)]
        symbols = [Formula.symbol(name) for name in self.inputs]
        self._forward = gate.trace_formula(*symbols)
        self._local_gradients = gate.local_formulas(*symbols, out=Formula.symbol("out"))
        self.namespace: dict[str, Any] = {"divide": ieee.divide, "power": ieee.power}
        for called in called_gates([self._forward, *self._local_gradients]):
            self.namespace[called.name] = float_forward(called, called.arity or 1)

    def forward(self) -> list[str]:
        """Lines that compute `out` from the inputs."""
        assignments, (output,) = as_python(self._forward)
        return [*assignments, f"out = {output}"]

    def local_gradients(self, *which: int) -> list[str]:
        """Lines that compute the local gradients d0, d1, … of the given inputs."""
        assignments, gradients = as_python(*(self._local_gradients[i] for i in which))
        return [*assignments, *(f"d{i} = {text}" for i, text in zip(which, gradients))]

    def kept_local_gradients(self, places: dict[int, str]) -> list[str]:
        """Lines that put local gradients in these places; the computed ones are d0, d1, … too."""
        assignments, gradients = as_python(*(self._local_gradients[i] for i in places))
        computed = self.computed(*places)
        targets = [
            f"{place} = d{i}" if f"d{i}" in computed else place for i, place in places.items()
        ]
        return [*assignments, *(f"{target} = {text}" for target, text in zip(targets, gradients))]

    def computed(self, *which: int) -> list[str]:
        """Those of the local gradients d0, d1, … that are not plain numbers or inputs."""
        formulas = self._local_gradients
        return [f"d{i}" for i in which if formulas[i].operation not in ("number", "symbol")]


def called_gates(formulas: list[Formula]) -> list[Gate]:
    """The gates that formulas call, each once."""
    gates: dict[Gate, None] = {}
    waiting: list[Any] = list(formulas)
    while waiting:
        formula = waiting.pop()
        if isinstance(formula, Formula):
            if formula.operation == "call":
                gates[formula.operands[0]] = None
            waiting.extend(formula.operands)
    return list(gates)


def define(name: str, parameters: list[str], body: list[str], namespace: dict[str, Any]) -> Any:
    """A Python function made from the text of its body.

    >>> define("double", ["x"], ["return x + x"], {})(2.0)
    4.0
    """
    source = "\n    ".join([f"def _defined({', '.join(parameters)}):", *body])
    scope = dict(namespace)
    exec(compile(source, f"<minigrad: {name}>", "exec"), scope)
    function = scope["_defined"]
    function.__name__ = function.__qualname__ = name
    return function


@cache
def float_forward(gate: Gate, count: int) -> Callable[..., float]:
    """The forward rule as a function of `count` floats."""
    gate.check_arity(count)
    if gate.arity is None or gate.kernel is not None:
        forward: Callable[..., float] = gate.kernel or gate.rule or gate.trace
        return forward
    code = FloatCode(gate)
    body = [*code.forward(), "return out"]
    function: Callable[..., float] = define(gate.name, code.inputs, body, code.namespace)
    return function


@cache
def float_local_gradients(gate: Gate, count: int) -> Callable[..., tuple[float, ...]]:
    """The local-gradient rule as a function of `count` floats and the output."""
    gate.check_arity(count)
    if gate.arity is None:
        return gate.local_gradient
    code = FloatCode(gate)
    names = [f"d{i}" for i in range(count)]
    body = [*code.local_gradients(*range(count)), f"return ({', '.join(names)},)"]
    function: Callable[..., tuple[float, ...]] = define(
        gate.name, [*code.inputs, "out"], body, code.namespace
    )
    return function
