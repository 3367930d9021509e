"""Gates as functions of PyTorch that bring minigrad's local gradients along.

A gate that PyTorch has no word for, or differentiates otherwise, is written out:

>>> from minigrad.rules import GATES
>>> print(torch_gate("SignGate", GATES["sign"], 1).partition("def backward")[2].rstrip())
(ctx, upstream):
        x0, out = ctx.saved_tensors
        return None
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace
from functools import cache
from typing import Final

from ..engine import Circuit, Value
from ..rules import GATES, Formula, Gate, is_number, with_numbers
from ..tape import Kernel, call_kernel
from .array_dialects import TORCH, TORCH_ARRAYS
from .dialects import Code
from .identifiers import plain_names
from .program import circuit_behind

ARITHMETIC: Final = ("add", "sub", "mul", "neg", "sum", "mean", "prod", "dot")

# Gates whose values and slopes are finite wherever their inputs are finite. Of infinite inputs
# these have slopes that are 0, 1 or a fixed number,
LINEAR: Final = frozenset(
    (
        *("add", "sub", "neg", "sum", "mean", "abs", "relu", "maximum", "minimum", "select"),
        *("less", "less_equal", "is_equal", "floor", "ceil", "trunc", "round", "sign"),
        *("degrees", "radians"),
    )
)
# these are finite,
BOUNDED: Final = frozenset(("tanh", "sigmoid", "erf", "atan", "normal_cdf", "normal_density"))
# and these neither.
OTHER: Final = frozenset(
    (
        *("mul", "dot", "prod", "leaky_relu", "softplus", "silu", "gelu", "logsumexp"),
        *("logaddexp", "asinh", "sin", "cos", "clip"),
    )
)
FINITE: Final = LINEAR | BOUNDED | OTHER

BASE: Final = '''\
class Gate(torch.autograd.Function):
    """A function of numbers, element by element, with the local gradients that its gate has."""

    generate_vmap_rule = True

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs, output)


def sent(local, upstream):
    """What a gate sends back; where nothing has come, nothing, were the slope infinite."""
    return torch.where(upstream == 0.0, 0.0, local * upstream)
'''

# words for gates inside a rule: they are not differentiated, and have no `dtype` at hand
_INSIDE: Final = replace(
    TORCH,
    words={
        **TORCH.words,
        "less": "({0} < {1}).to(x0.dtype)",
        "less_equal": "({0} <= {1}).to(x0.dtype)",
        "is_equal": "({0} == {1}).to(x0.dtype)",
    },
)


class _Inside(Code):
    """Formulas over tensors x0, x1, …: PyTorch's functions take no plain numbers."""

    def expression(self, formula: Formula) -> str:
        """The formula as one expression, without choices between numbers that are known."""
        return super().expression(with_numbers(self._spelled_out(formula), {}))

    def operation(self, formula: Formula, texts: list[str]) -> str:
        operands = [part for part in formula.operands if isinstance(part, Formula)]
        numbers = [part.operation == "number" for part in operands]
        if formula.operation == "call" or (formula.operation == "where" and all(numbers[1:])):
            texts = [
                f"x0.new_full((), {text})" if is_number else text
                for text, is_number in zip(texts, numbers)
            ]
        return super().operation(formula, texts)


class TorchGates:
    """The gates of a circuit that are one operation each: those with a word, the others' classes.

    `careful`: the wires whose gates are written out, though they have a word.
    """

    def __init__(self, careful: Container[Value]) -> None:
        self.careful = careful
        self.called: dict[tuple[Gate, bool], Gate] = {}  # under names that are all different
        self.used: dict[tuple[Gate, bool, int], None] = {}

    def kernel(self, wire: Value, gate: Gate, count: int) -> Kernel | None:
        """Every gate but arithmetic is one operation."""
        is_careful = wire in self.careful
        if not is_careful:
            if gate.name in ARITHMETIC and GATES.get(gate.name) is gate:
                return None
            if gate.name in TORCH_ARRAYS.reductions or gate.chooses:
                return call_kernel(gate, None)
        if gate.is_dot:
            gate, count = GATES["mul"], 2
        self.used[gate, is_careful, count] = None
        return call_kernel(self._called(gate, is_careful), count)

    def _called(self, gate: Gate, is_careful: bool) -> Gate:
        """The gate under a name of its own; it may have been defined again, under the old one."""
        key = gate, is_careful
        if key not in self.called:
            again = sum(known.name == gate.name for known, _ in self.called)
            own = f"careful_{gate.name}" if is_careful else gate.name
            self.called[key] = _renamed(gate, f"{own}_{again + 1}" if again else own)
        return self.called[key]

    def classes(self, taken: set[str]) -> tuple[list[str], dict[str, str]]:
        """The classes of gates without a word, and the words of all."""
        words = dict(TORCH_ARRAYS.gates.words)
        own = [key for key in self.called if self.called[key].name not in words]
        names = dict(zip(own, plain_names([_class_name(self.called[key]) for key in own], taken)))
        for key, name in names.items():
            gate, _ = key
            operands = "{all}" if gate.arity == 1 else "*torch.broadcast_tensors({all})"
            inputs = "{inputs}" * (gate.arity is None)
            words[self.called[key].name] = f"{name}{inputs}.apply({operands})"
        texts = [
            torch_gate(f"{names[gate, careful]}{count if gate.arity is None else ''}", gate, count)
            for gate, careful, count in self.used
            if (gate, careful) in names
        ]
        return texts, words


@cache
def _renamed(gate: Gate, name: str) -> Gate:
    return gate if name == gate.name else replace(gate, name=name)


def _class_name(gate: Gate) -> str:
    return "".join(part.capitalize() for part in gate.name.split("_")) + "Gate"


def torch_gate(name: str, gate: Gate, count: int) -> str:
    """A class with the gate of so many inputs, forward and backward, from its rules."""
    names = [f"x{i}" for i in range(count)]
    symbols = [Formula.symbol(text) for text in names]
    forward, backward = _Inside(_INSIDE), _Inside(_INSIDE)
    value = forward.expression(Formula.apply_gate(gate, tuple(symbols)))
    local = gate.local_formulas(*symbols, out=Formula.symbol("out"))
    sent = [
        f"sent({backward.expression(part)}, upstream)" if not is_number(part, 0.0) else "None"
        for part in local
    ]
    return "\n".join(
        [
            f"class {name}(Gate):",
            "    @staticmethod",
            f"    def forward({', '.join(names)}):",
            *(f"        {line}" for line in forward.lines),
            f"        return {value}",
            "",
            "    @staticmethod",
            "    def backward(ctx, upstream):",
            f"        {', '.join(names)}, out = ctx.saved_tensors",
            *(f"        {line}" for line in backward.lines),
            f"        return {', '.join(sent)}",
            "",
        ]
    )


# --- care ---


def needing_care(outputs: Sequence[Value]) -> set[Value]:
    """The wires whose gates have to be told to send nothing back where nothing has come.

    >>> import minigrad as mg
    >>> x = mg.Value(4.0, label="x")
    >>> found = needing_care([mg.maximum(mg.log(x) * x, mg.tanh(x)) + mg.exp(x)])
    >>> sorted(wire.gate.name for wire in found)
    ['log', 'mul']

    A branch that is not taken receives 0, and 0 times an infinite slope is nan; in minigrad it
    receives nothing.
    """
    circuit = circuit_behind(list(outputs))
    before: set[Value] = set()  # the wires that act through a gate that routes
    for wire in reversed(circuit.gates):
        if wire in before or circuit.gate(wire).routes:
            before.update(circuit.inputs(wire))
    infinite: set[Value] = set()  # the wires that may be infinite though all leaves are finite
    found: set[Value] = set()
    for wire in circuit.gates:
        name = circuit.gate(wire).name
        is_finite = name in FINITE or _by_a_number(circuit, wire, name)
        reads_infinite = not infinite.isdisjoint(circuit.inputs(wire))
        if not is_finite or (reads_infinite and name not in BOUNDED):
            infinite.add(wire)
        if wire in before and (not is_finite or (reads_infinite and name not in LINEAR)):
            found.add(wire)
    return found


def _by_a_number(circuit: Circuit, wire: Value, name: str) -> bool:
    """Whether it is a division by a fixed number other than 0, or a power of one that is 1 or more.

    Both are finite, and so are their slopes.
    """
    if name not in ("div", "pow"):
        return False
    _, last = circuit.inputs(wire)
    if not (last.is_leaf and last.is_constant):
        return False
    return last.data != 0.0 if name == "div" else last.data >= 1.0
