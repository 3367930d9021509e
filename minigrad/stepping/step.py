"""One step of the two passes through a circuit: what one gate does, in numbers and in words.

>>> import minigrad as mg
>>> w, x = mg.Value(-3.0, label="w_1"), mg.Value(-2.0, label="x_1")
>>> *_, last = mg.Stepper(w * x, upstream=0.1966)
>>> print(last.sentence)
× switches its inputs: w₁ receives 0.20 · x₁ = −0.39; x₁ receives 0.20 · w₁ = −0.59

A step holds numbers only; its texts are made when they are asked for. The words come from the
gate's row in the table, the formulas from its rules.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property

from ..engine import Circuit as WholeCircuit
from ..engine import Value, own_backward
from ..rules import Formula, Gate, as_latex, as_text
from ..text import Names, rounded
from . import words


class Circuit(WholeCircuit):
    """A circuit and its numbers, as they were when the stepping began."""

    def __init__(self, output: Value, digits: int) -> None:
        super().__init__(output)
        self.digits = digits
        self.values = {wire: wire._data for wire in self.wires}
        self.names = Names(self)

    @cached_property
    def branches(self) -> Counter[Value]:
        """How many gate inputs each wire feeds."""
        return Counter(source for wire in self.gates for source in wire.inputs)

    @cached_property
    def output_name(self) -> Formula:
        """What the differentiated quantity is called in `∂f/∂w`."""
        return self.names.formula(self.output) if self.output.label else Formula.symbol("f")

    def rounded(self, number: float) -> str:
        return rounded(number, self.digits)


class Step:
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
    """

    __slots__ = (
        "after",
        "before",
        "circuit",
        "contributions",
        "output",
        "position",
        "upstream",
    )

    def __init__(
        self,
        circuit: Circuit,
        position: int,
        output: Value,
        upstream: float | None = None,
        contributions: tuple[float | None, ...] = (),
        before: tuple[float | None, ...] = (),
        after: tuple[float | None, ...] = (),
    ) -> None:
        self.circuit = circuit
        self.position = position
        self.output = output
        self.upstream = upstream
        self.contributions = contributions
        self.before = before
        self.after = after

    @property
    def gate(self) -> Gate:
        """The row of the table that the gate at work belongs to."""
        assert self.output.gate is not None
        return self.output.gate

    @property
    def direction(self) -> str:
        """`"forward"` or `"backward"`."""
        return "forward" if self.upstream is None else "backward"

    @property
    def inputs(self) -> tuple[Value, ...]:
        """The wires that go into the gate."""
        return self.output.inputs

    @property
    def local_gradients(self) -> tuple[float | None, ...]:
        """d(output)/d(input) for every input, as they were when the gate was recorded."""
        if own_backward(self.output):
            return (None,) * len(self.inputs)
        return self.output.local_gradients

    @property
    def input_values(self) -> tuple[float, ...]:
        """The numbers on the inputs."""
        return tuple(self.circuit.values[source] for source in self.inputs)

    @property
    def value(self) -> float:
        """The number on the gate's output."""
        return self.circuit.values[self.output]

    @property
    def title(self) -> str:
        """Where in the two passes the step stands.

        >>> import minigrad as mg
        >>> [step.title for step in mg.Stepper(mg.Value(1.0).exp())]
        ['forward 1 of 1 · gate exp', 'backward 1 of 1 · gate exp']
        """
        count = len(self.circuit.gates)
        number = self.position - count * (self.upstream is not None)
        return f"{self.direction} {number} of {count} · gate {self.gate.symbol}"

    @property
    def sentence(self) -> str:
        """What the gate does, in plain words and numbers."""
        return words.sentence(self)

    @property
    def formulas(self) -> list[str]:
        """With symbols and then with numbers: one for each input, or the forward one.

        >>> import minigrad as mg
        >>> for step in mg.Stepper(mg.Value(0.5, label="z").tanh()):
        ...     print(step.formulas)
        ['tanh(z) = tanh(0.50) = 0.46']
        ['∂f/∂z = ∂f/∂f · (1 − out²) = 1.00 · 0.79 = 0.79']

        `+=` stands where contributions over several branches add.
        """
        return words.formulas(self, as_text)

    @property
    def latex(self) -> list[str]:
        """`formulas` in LaTeX's math mode.

        >>> import minigrad as mg
        >>> w, x = mg.Value(2.0, label="w_1"), mg.Value(-1.0, label="x")
        >>> for step in mg.Stepper(w * x):
        ...     print(step.latex[0].replace(" = ", "\\n= "))
        w_1 \\cdot x
        = 2.00 \\cdot (-1.00)
        = -2.00
        \\frac{\\partial f}{\\partial w_1}
        = \\frac{\\partial f}{\\partial f} \\cdot x
        = 1.00 \\cdot (-1.00)
        = -1.00
        """
        return words.formulas(self, as_latex)

    def __str__(self) -> str:
        return f"{self.title}: {self.sentence}"

    def __repr__(self) -> str:
        return f"<step {self}>"
