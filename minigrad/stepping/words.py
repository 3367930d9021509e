"""A step in words and formulas: the gate's row gives the words, its rules give the formulas.

>>> import minigrad as mg
>>> w, x = mg.Value(-3.0, label="w_1"), mg.Value(-2.0, label="x_1")
>>> forward, backward = mg.Stepper(w * x, upstream=0.1966)
>>> sentence(forward)
'× computes w₁·x₁ = −3.00·(−2.00) = 6.00'
>>> sentence(backward)
'× switches its inputs: w₁ receives 0.20 · x₁ = −0.39; x₁ receives 0.20 · w₁ = −0.59'
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ..engine import Value, own_backward
from ..rules import Formula, as_formula, as_latex, as_text, simplified
from ..text import gate_formula, number_formula

if TYPE_CHECKING:
    from .step import Step

MOST_IN_A_SENTENCE: Final = 6

OUT: Final = Formula.symbol("out", r"\mathit{out}")  # as the rows of the table call it

Writer = Callable[[Formula], str]


@dataclass(frozen=True)
class Branch:
    """What a gate sends to one of its inputs."""

    wire: Value
    formula: Formula  # of the local gradient
    local: float | None
    contribution: float
    before: float | None
    after: float

    @property
    def passes_on(self) -> bool:
        """Whether the gradient goes through as it is."""
        return self.formula.operation == "number" and self.formula.operands[0] == 1.0


def branches(step: Step) -> list[Branch]:
    """One for each input that receives something: constants do not."""
    return [
        Branch(source, formula, local, contribution, before, after)
        for source, formula, local, contribution, before, after in zip(
            step.inputs,
            _local_formulas(step),
            step.local_gradients,
            step.contributions,
            step.before,
            step.after,
        )
        if contribution is not None and after is not None
    ]


def _local_formulas(step: Step) -> list[Formula]:
    if own_backward(step.output) or not step.gate.has_rules:
        unknown = Formula.symbol("its own function", r"\text{its own function}")
        return [unknown] * len(step.inputs)
    name = step.circuit.names.formula
    out = name(step.output) if step.output.label else OUT
    rule = step.gate.textbook_gradient or step.gate.local_gradient
    return [simplified(as_formula(part)) for part in rule(*map(name, step.inputs), out)]


# --- sentences ------------------------------------------------------------------------------------


def sentence(step: Step) -> str:
    """What the gate does, in plain words and numbers; where a fan-out adds, that too."""
    if step.upstream is None:
        return f"{step.gate.symbol} computes {' = '.join(map(as_text, _forward(step)))}"
    sending = branches(step)
    if not sending:
        return f"{lead(step)}: its inputs are constants, which receive nothing"
    shown = sending[:MOST_IN_A_SENTENCE]
    parts = [_received(step, branch) for branch in shown]
    if len(sending) > len(shown):
        parts.append(f"and {len(sending) - len(shown)} more inputs likewise")
    additions = [addition(step, branch) for branch in shown if branch.before is not None]
    return ". ".join([f"{lead(step)}: {'; '.join(parts)}", *additions])


def lead(step: Step) -> str:
    """What such a gate does to gradients, from its row in the table."""
    return step.gate.sentence.partition(":")[0]


def _received(step: Step, branch: Branch) -> str:
    rounded = step.circuit.rounded
    name, amount = step.circuit.names.text(branch.wire), rounded(branch.contribution)
    if branch.local is None or branch.passes_on:
        return f"{name} receives {amount}"
    upstream = rounded(step.upstream or 0.0)
    product = f"{name} receives {upstream} · {_factor(branch.formula, as_text)}"
    if branch.formula.operation in ("symbol", "number"):
        return f"{product} = {amount}"
    return f"{product} = {upstream} · {_in_a_product(rounded(branch.local))} = {amount}"


def addition(step: Step, branch: Branch) -> str:
    """That a contribution is added to what another branch has sent before."""
    assert branch.before is not None
    rounded = step.circuit.rounded
    return (
        f"{step.circuit.names.text(branch.wire)} feeds {step.circuit.branches[branch.wire]} gate "
        f"inputs, so contributions add: {rounded(branch.before)} + "
        f"{_in_a_product(rounded(branch.contribution))} = {rounded(branch.after)}"
    )


# --- formulas -------------------------------------------------------------------------------------


def formulas(step: Step, write: Writer) -> list[str]:
    """The forward formula, or the chain rule for each input, as text or as LaTeX."""
    if step.upstream is None:
        return [" = ".join(map(write, _forward(step)))]
    return [chain_rule(step, branch, write) for branch in branches(step)]


def _forward(step: Step) -> list[Formula]:
    """The output's label if any, what is computed with symbols, with numbers, and the result."""
    circuit = step.circuit
    name = [circuit.names.formula(step.output)] if step.output.label else []
    numbers = [number_formula(circuit.rounded(number)) for number in step.input_values]
    return [
        *name,
        circuit.names.computed(step.output),
        gate_formula(step.gate, numbers),
        number_formula(circuit.rounded(step.value)),
    ]


def chain_rule(step: Step, branch: Branch, write: Writer) -> str:
    """The gradient of one input as upstream times local gradient, in symbols and numbers."""
    circuit = step.circuit
    latex = write is as_latex
    dot = r" \cdot " if latex else " · "
    adds = r"\mathrel{+}=" if latex else "+="
    equals = adds if circuit.branches[branch.wire] > 1 else "="
    if step.output is circuit.output:
        out = circuit.output_name
    else:
        out = circuit.names.formula(step.output)
    to_wire = _derivative(circuit.output_name, circuit.names.formula(branch.wire), write)
    to_out = _derivative(circuit.output_name, out, write)
    parts = [f"{to_wire} {equals} {to_out}{dot}{_factor(branch.formula, write)}"]
    upstream, amount = (
        write(number_formula(circuit.rounded(number)))
        for number in (step.upstream or 0.0, branch.contribution)
    )
    if branch.local is not None:
        local = write(number_formula(circuit.rounded(branch.local)))
        parts.append(f"{upstream}{dot}{_in_a_product(local)}")
    return " = ".join([*parts, amount])


def _derivative(top: Formula, bottom: Formula, write: Writer) -> str:
    bottom_text = write(bottom)
    if bottom.operation not in ("symbol", "call"):
        bottom_text = f"({bottom_text})"
    if write is as_latex:
        return rf"\frac{{\partial {write(top)}}}{{\partial {bottom_text}}}"
    return f"∂{write(top)}/∂{bottom_text}"


def _factor(formula: Formula, write: Writer) -> str:
    """A formula as a factor of a product."""
    text = write(formula)
    plain = formula.operation in ("symbol", "call", "*") or text.replace(".", "").isdecimal()
    return text if plain else f"({text})"


def _in_a_product(number: str) -> str:
    return f"({number})" if number.startswith(("−", "-")) else number
