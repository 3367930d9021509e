"""Gates as functions of PyTorch that bring minigrad's local gradients along.

A gate that PyTorch has no word for, or differentiates otherwise, is written out:

>>> from minigrad.rules import GATES
>>> print(torch_gate("SignGate", GATES["sign"], 1).partition("def backward")[2].rstrip())
(ctx, upstream):
        x0, out = ctx.saved_tensors
        return None
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ..rules import Formula, Gate, is_number, with_numbers
from .array_dialects import TORCH
from .dialects import Code

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


def class_name(gate: Gate) -> str:
    """What the class of a gate is called, before it is made plain."""
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
