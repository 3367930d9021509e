"""One step of the two passes through a circuit: what one gate does, in numbers and in words.

>>> import minigrad as mg
>>> w, x = mg.Value(-3.0, label="w_1"), mg.Value(-2.0, label="x_1")
>>> *_, last = mg.Stepper(w * x, upstream=0.1966)
>>> print(last.sentence)
× switches its inputs: w₁ receives 0.197 · x₁ = −0.393; x₁ receives 0.197 · w₁ = −0.590

A step holds numbers only; its texts are made when they are asked for. The words come from the
gate's row in the table, the formulas from its rules.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..engine import Value
from ..rules import Gate, as_latex, as_text
from ..text import ShownAsLines
from .snapshot import Snapshot
from .tangent_words import meeting, tangent_formula, tangent_sentence, terms
from .words import (
    Branch,
    Writer,
    backward_sentence,
    forward_formulas,
    forward_sentence,
    local_formulas,
)


@dataclass(slots=True, eq=False, repr=False)
class Step(ShownAsLines):
    """What one gate does in one pass.

    >>> import minigrad as mg
    >>> w, x = mg.Value(2.0, label="w"), mg.Value(-1.0, label="x")
    >>> forward, backward = mg.Stepper(w * x)
    >>> forward.direction, forward.output is backward.output, backward.value
    ('forward', True, -2.0)
    >>> backward.gate.symbol, backward.upstream, backward.local_gradients, backward.contributions
    ('×', 1.0, (-1.0, 2.0), (-1.0, 2.0))
    >>> backward.before, backward.after
    ((None, None), (-1.0, 2.0))

    `local_gradients`, `contributions`, `before` and `after` (the gradient before and after) have
    one item for each of `inputs`. In a forward step `upstream` is None and all but the local
    gradients are empty. None stands for what does not exist: a gradient that no contribution has
    reached yet, the contribution to a constant, and the local gradients of a gate whose `_backward`
    is a user's own function.

    In forward mode `tangent` is that of the output, and `moved` has one item for each of `inputs`:
    local gradient × tangent, which add up to it. Where both modes are shown `met` has the gradients
    of the wires that move, in the step that brings the last of these.
    """

    circuit: Snapshot
    position: int
    output: Value
    upstream: float | None = None
    contributions: tuple[float | None, ...] = ()
    before: tuple[float | None, ...] = ()
    after: tuple[float | None, ...] = ()
    met: dict[Value, float] = field(default_factory=dict)

    @property
    def gate(self) -> Gate:
        """The row of the table that the gate at work belongs to."""
        return self.circuit.gate(self.output)

    @property
    def direction(self) -> str:
        """`"forward"` or `"backward"`."""
        return "forward" if self.upstream is None else "backward"

    @property
    def inputs(self) -> tuple[Value, ...]:
        """The wires that go into the gate."""
        return self.circuit.inputs(self.output)

    @property
    def local_gradients(self) -> tuple[float | None, ...]:
        """d(output)/d(input) for every input, as they were when the gate was recorded."""
        if self.output.own_backward:
            return (None,) * len(self.inputs)
        return self.circuit.local_gradients(self.output)

    @property
    def input_values(self) -> tuple[float, ...]:
        """The numbers on the inputs."""
        return tuple(self.circuit.values[source] for source in self.inputs)

    @property
    def value(self) -> float:
        """The number on the gate's output."""
        return self.circuit.values[self.output]

    @property
    def tangent(self) -> float | None:
        """How fast the output moves; None where no tangents are followed.

        >>> import minigrad as mg
        >>> x = mg.Value(3.0, label="x")
        >>> (step,) = mg.Stepper(x * 2.0, mode="forward", seed=x)
        >>> step.tangent, step.moved
        (2.0, (2.0, None))
        """
        if not self.circuit.seeds:
            return None
        tangent: float = self.circuit.tangents.get(self.output, 0.0)
        return tangent

    @property
    def moved(self) -> tuple[float | None, ...]:
        """What each input adds to the tangent; None where it moves nothing."""
        found = {term.place: term.product for term in terms(self.circuit, self.output)}
        return tuple(found.get(place) for place in range(len(self.inputs)))

    @property
    def title(self) -> str:
        """Where in the two passes the step stands.

        >>> import minigrad as mg
        >>> [step.title for step in mg.Stepper(mg.Value(1.0).exp())]
        ['forward 1 of 1 · gate exp', 'backward 1 of 1 · gate exp']
        """
        count = len(self.circuit.gates)
        number = self.position - count * (self.upstream is not None)
        return f"{self.direction} {number} of {count} · gate {self.circuit.symbol(self.output)}"

    @property
    def sentence(self) -> str:
        """What the gate does, in plain words and numbers."""
        return self.told(in_deltas=self.circuit.show != "values")

    def told(self, in_deltas: bool) -> str:
        """The sentence, with the gradients of a network as formulas in δ if they are wanted."""
        circuit, output = self.circuit, self.output
        if self.upstream is not None:
            told = backward_sentence(self.gate, self.branches, in_deltas)
            met = meeting(circuit, self.met) if self.met else ""
            return f"{told}. {met}" if met else told
        told = forward_sentence(circuit, output)
        return f"{told}. {tangent_sentence(circuit, output)}" if circuit.seeds else told

    @property
    def formulas(self) -> list[str]:
        """With symbols and then with numbers: one for each input, or the forward one.

        >>> import minigrad as mg
        >>> for step in mg.Stepper(mg.Value(0.5, label="z").tanh()):
        ...     print(step.formulas)
        ['f = tanh(z) = tanh(0.5) = 0.462']
        ['df/dz = df/df · (1 − f²) = 1 · 0.786 = 0.786']

        `+=` stands where contributions over several branches add.
        """
        return self._formulas(as_text)

    @property
    def latex(self) -> list[str]:
        """`formulas` in LaTeX's math mode.

        >>> import minigrad as mg
        >>> w, x = mg.Value(2.0, label="w_1"), mg.Value(-1.0, label="x")
        >>> for step in mg.Stepper(w * x):
        ...     print(step.latex[0].replace(" = ", "\\n= "))
        f
        = w_1 \\cdot x
        = 2 \\cdot (-1)
        = -2
        \\frac{\\mathrm{d}f}{\\mathrm{d}w_1}
        = \\frac{\\mathrm{d}f}{\\mathrm{d}f} \\cdot x
        = 1 \\cdot (-1)
        = -1
        """
        return self._formulas(as_latex)

    def _formulas(self, write: Writer) -> list[str]:
        if self.upstream is None:
            if self.circuit.seeds:
                return [tangent_formula(self.circuit, self.output, write)]
            return [" = ".join(map(write, forward_formulas(self.circuit, self.output)))]
        return [branch.chain_rule(write) for branch in self.branches]

    @property
    def branches(self) -> list[Branch]:
        """What goes to each input that receives something: constants do not."""
        circuit, output, upstream = self.circuit, self.output, self.upstream or 0.0
        formulas = local_formulas(circuit, output)
        gradients = self.local_gradients, self.contributions, self.before, self.after
        return [
            Branch(circuit, output, upstream, wire, place, formula, local, sent, before, after)
            for place, (wire, formula, local, sent, before, after) in enumerate(
                zip(self.inputs, formulas, *gradients)
            )
            if sent is not None and after is not None
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.sentence}"

    def __repr__(self) -> str:
        return f"<step {self}>"
