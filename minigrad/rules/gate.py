"""What a row of the table of gates is, how its rules run, and the table itself.

A rule is an expression over generic operands: arithmetic, comparisons, `where`, and other gates. It
runs as it stands on any kind of `Operand`; for floats it is compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from inspect import Parameter, signature
from typing import Any, Final

from .floats import function_of_formulas
from .formula import Formula, as_formula, as_text
from .number import as_number, nearest_name
from .operand import Operand

Rule = Callable[..., Any]
GateFunction = Callable[..., Any]


@dataclass(frozen=True, eq=False)
class Gate:
    """One row of the table: a gate's name, its symbol, its two rules, and what is special about it.

    >>> import minigrad as mg
    >>> gate = mg.GATES["mul"]
    >>> gate.symbol, gate.text("w", "x"), gate.local_gradient_texts("w", "x")
    ('×', 'w·x', ['x', 'w'])
    >>> gate.forward(2.0, 3.0), gate.local_gradients(2.0, 3.0)
    (6.0, (3.0, 2.0))

    A rule takes the inputs, or the inputs and then the output, of any kind of operand.
    """

    name: str
    symbol: str  # in a picture
    local_gradient: Rule  # of the inputs and the output: a tuple with one item per input
    sentence: str  # what the gate does to a gradient
    # The output: by a rule of the inputs, and on floats by a kernel if there is one (a primitive
    # has no rule). A fold is the rule of two inputs that one with any number of them applies from
    # left to right.
    rule: Rule | None = None
    kernel: Callable[..., float] | None = None
    fold: Rule | None = None
    # What readers are shown: in simpler gates, where the rules take care of overflow and edges.
    definition: Rule | None = None  # in place of `rule`
    textbook_gradient: Rule | None = None  # in place of `local_gradient`
    tangent_sentence: str = ""  # what it does to tangents, where that is not as with a gradient
    latex: str = ""  # a template: {0} is the first input, or all of them
    text_name: str = ""  # in formulas as plain text
    constant_in_symbol: bool = False  # with a constant as its last input it is drawn x², not xʸ
    # The inputs.
    arity: int | None = 1  # None for any number
    empty: float | None = None  # the output of none
    defaults: tuple[float, ...] = ()  # the last inputs, when they are left out
    dunder: str = ""  # Python's operator method, without underscores
    example: tuple[float, ...] = (0.5, 2.0)  # in the docstring of the function
    # The gate chooses among its inputs or stops the gradient: where its local gradient is 0 it
    # sends nothing, whatever it receives. (0 times an infinity would be nan.)
    routes: bool = False
    chooses: bool = False  # the last input is the number of the one that comes out
    is_dot: bool = False  # left factors, then right ones; readers see × gates and their Σ
    is_product: bool = False  # each of two inputs receives the gradient times the other
    is_slope: bool = False  # the local gradient of another gate: see `slope_row`
    opaque: bool = False  # the kernel is a user's Python function, which only Python can run
    # What holds at some inputs; the rules take inputs and output.
    kinks: Rule | None = None  # numbers, at whose change of sign there is no derivative
    idle: tuple[str, Rule] | None = None  # a word, and where hardly any gradient passes
    exact: bool | Rule = False  # where the gate rounds nothing
    # Between which numbers the output is, or a rule of the inputs' intervals that says it; without
    # it `intervals` asks the rule of the output.
    output_range: tuple[float, float] | Rule | None = None

    def __post_init__(self) -> None:
        latex_name = self.name.replace("_", r"\_")
        object.__setattr__(
            self, "latex", self.latex or rf"\operatorname{{{{{latex_name}}}}}({{0}})"
        )
        object.__setattr__(self, "text_name", self.text_name or self.name)

    @property
    def input_names(self) -> tuple[str, ...]:
        """What the gate calls its inputs; x and y stand for any number of them."""
        if self.arity is None:
            return ("x", "y")
        names = _named_inputs(self.local_gradient)[: self.arity]
        if len(names) < self.arity and self.rule is not None:  # local_gradient=lambda *inputs: …
            names = _named_inputs(self.rule)
        return tuple(names)

    @property
    def has_rules(self) -> bool:
        """False for a gate made by hand, with micrograd's `Value(data, children, op)`."""
        return self.rule is not None or self.kernel is not None

    def accepts(self, count: int) -> bool:
        """Whether the gate takes this many inputs."""
        if self.arity is not None:
            return count == self.arity
        return count > 0 and not (self.is_dot and count % 2)

    def check_arity(self, count: int) -> None:
        """Raise a TypeError if the gate does not take `count` inputs."""
        if self.accepts(count):
            return
        if self.arity is None and count == 0:
            raise TypeError(f"{self.name} needs at least one input, got none")
        if self.is_dot:
            raise TypeError(f"{self.name} takes as many right as left factors, got {count} inputs")
        takes = f"{self.arity} input" + "s" * (self.arity != 1)
        raise TypeError(f"{self.name} takes {takes}, got {count}")

    def contribution(self, local: float, upstream: float | None) -> float | None:
        """Local gradient × upstream gradient, or None where the gate sends nothing.

        >>> import math
        >>> gate_named("mul").contribution(0.0, math.inf), gate_named("relu").contribution(0.0, 1.0)
        (nan, None)
        """
        if upstream is None or (self.routes and local == 0.0):
            return None
        return local * upstream

    def is_exact(self, *inputs_and_out: float) -> bool:
        """Whether the gate has rounded nothing on its way from these inputs to its output.

        >>> gate_named("mul").is_exact(0.1, 4.0, 0.4), gate_named("add").is_exact(0.1, 4.0, 4.1)
        (True, False)
        """
        return bool(self.exact(*inputs_and_out)) if callable(self.exact) else self.exact

    # --- on floats ---

    @cache  # noqa: B019  (the table keeps its gates anyway)
    def on_floats(self, count: int) -> Callable[..., float]:
        """The forward rule as a function of `count` floats, in the total arithmetic of `ieee`."""
        self.check_arity(count)
        if self.arity is None or self.kernel is not None:
            forward: Callable[..., float] = self.kernel or self.rule or self.trace
            return forward
        names, symbols = _float_symbols(count)
        function: Callable[..., float] = function_of_formulas(
            self.name, names, self.trace_formula(*symbols)
        )
        return function

    @cache  # noqa: B019
    def gradients_on_floats(self, count: int) -> Callable[..., tuple[float, ...]]:
        """The local-gradient rule as a function of `count` floats and the output."""
        self.check_arity(count)
        if self.arity is None:
            return self.local_gradient
        names, symbols = _float_symbols(count)
        formulas = self.local_formulas(*symbols, out=Formula.symbol("out"))
        function: Callable[..., tuple[float, ...]] = function_of_formulas(
            f"{self.name}_gradients", [*names, "out"], *formulas, as_tuple=True
        )
        return function

    def forward(self, *inputs: float) -> float:
        """The output for float inputs."""
        return self.on_floats(len(inputs))(*inputs)

    def local_gradients(self, *inputs: float) -> tuple[float, ...]:
        """d(output)/d(input) at float inputs, one for each."""
        return self.gradients_on_floats(len(inputs))(*inputs, self.forward(*inputs))

    # --- on symbols, and on anything ---

    def trace(self, *inputs: Any) -> Any:
        """The forward rule run on operands of any kind."""
        if not self.has_rules:
            raise TypeError(
                f"the gate {self.symbol!r} was made by hand, with Value(data, children, op), and "
                "has no rules: define it with @mg.gate to print, differentiate and compile it"
            )
        return apply(self, inputs) if self.rule is None else self.rule(*inputs)

    def trace_formula(self, *inputs: Formula) -> Formula:
        """The forward rule as a formula: what is computed."""
        return as_formula(self.trace(*inputs))

    def shown_formula(self, *inputs: Formula) -> Formula:
        """As an operator, if Python has one for the gate and formulas too; else as a function."""
        traced = self.trace_formula(*inputs) if self.dunder else None
        if traced is None or traced.operation == "where":  # of // formulas have no operator
            return Formula.apply_gate(self, inputs)
        return traced

    def formula(self, *inputs: Formula) -> Formula:
        """The gate as a textbook writes it."""
        return as_formula((self.definition or self.trace)(*inputs))

    def local_formulas(self, *inputs: Formula, out: Formula) -> list[Formula]:
        """The local gradients as formulas of the inputs and the output."""
        parts = self.local_gradient(*inputs, out)
        if not isinstance(parts, tuple) or len(parts) != len(inputs):
            raise TypeError(
                f"the local-gradient rule of {self.name} must give a tuple with one item for each "
                f"of its {len(inputs)} inputs, got {parts!r}"
            )
        return [as_formula(part) for part in parts]

    def shown_local_formulas(self, names: Sequence[str], out: str) -> list[Formula]:
        """The local gradients as a textbook writes them."""
        symbols = (*self._symbols(names), Formula.symbol(out))
        return [
            as_formula(part) for part in (self.textbook_gradient or self.local_gradient)(*symbols)
        ]

    def text(self, *names: str) -> str:
        """The gate applied to inputs of these names, as plain text."""
        return as_text(self.formula(*self._symbols(names)))

    def local_gradient_texts(self, *names: str, out: str = "out") -> list[str]:
        """The local gradients as plain text, one for each input."""
        return [as_text(formula) for formula in self.shown_local_formulas(names, out)]

    def _symbols(self, names: Sequence[str]) -> list[Formula]:
        return [Formula.symbol(name) for name in names or self.input_names]

    def __reduce__(self) -> tuple[Callable[[str], Gate], tuple[str]]:
        return gate_named, (self.name,)

    def __repr__(self) -> str:
        return f"<gate {self.name} {self.symbol}>"


def _float_symbols(count: int) -> tuple[list[str], list[Formula]]:
    names = [f"x{i}" for i in range(count)]
    return names, [Formula.symbol(name) for name in names]


def _named_inputs(rule: Rule) -> list[str]:
    parameters = signature(rule).parameters.values()
    return [p.name for p in parameters if p.kind is not Parameter.VAR_POSITIONAL]


# --- the table ---

GATES: Final[dict[str, Gate]] = {}
FUNCTIONS: Final[dict[str, GateFunction]] = {}  # what users call, for each row
SLOPES: Final[dict[str, Gate]] = {}


def gate_named(name: str) -> Gate:
    """The row of that name; an unknown one is an error that names its neighbour.

    >>> gate_named("tahn")
    Traceback (most recent call last):
    ...
    KeyError: "there is no gate 'tahn' in the table; did you mean 'tanh'? @mg.gate defines your own"
    """
    if name in GATES or name in SLOPES:
        return GATES.get(name) or SLOPES[name]
    near = nearest_name(name, GATES)
    hint = f"; did you mean {near!r}?" if near else "."
    raise KeyError(f"there is no gate {name!r} in the table{hint} @mg.gate defines your own")


def apply(gate: Gate, operands: Sequence[Any]) -> Any:
    """The gate applied to operands of any kind: a Value among them gives a Value, else a float."""
    for operand in operands:
        if isinstance(operand, Operand):
            return operand.apply_gate(gate, tuple(operands))
    gate.check_arity(len(operands))
    return gate.forward(*map(as_number, operands))
