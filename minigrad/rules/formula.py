"""Rules as formulas: run a rule on symbols and print what it did, as plain text or LaTeX.

>>> x, out = Formula.symbol("x"), Formula.symbol("out")
>>> as_text(1.0 - out * out)
'1 − out²'
>>> as_latex(1.0 / (x + 2.0))
'\\\\frac{1}{x + 2}'
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any, Final, NoReturn

from .operand import Operand

MINUS: Final = "−"


def _operator(name: str, reflected: bool = False) -> Callable[[Formula, Any], Formula]:
    def method(self: Formula, other: Any) -> Formula:
        operands = as_formula(other), self
        return type(self)(name, operands if reflected else operands[::-1])

    return method


class Formula(Operand):
    """A symbolic operand: arithmetic on it builds a small tree of operations.

    >>> x = Formula.symbol("x")
    >>> as_text(-x * 3 + 1)
    '−x·3 + 1'

    `operation` is "symbol", "number", an operator, "where" or "call"; `operands` are its parts.
    """

    __slots__ = ("operands", "operation")

    def __init__(self, operation: str, operands: tuple[Any, ...]) -> None:
        self.operation = operation
        self.operands = operands

    @classmethod
    def symbol(cls, name: str, latex: str | None = None) -> Formula:
        """A named unknown; `latex` is its name in LaTeX, where that differs."""
        return cls("symbol", (name, latex or name))

    @staticmethod
    def apply_gate(gate: Any, operands: tuple[Any, ...]) -> Formula:
        return Formula("call", (gate, *map(as_formula, operands)))

    def choose(self, if_true: Any, if_false: Any) -> Formula:
        return type(self)("where", (self, as_formula(if_true), as_formula(if_false)))

    equals = _operator("==")
    __add__, __radd__ = _operator("+"), _operator("+", reflected=True)
    __sub__, __rsub__ = _operator("-"), _operator("-", reflected=True)
    __mul__, __rmul__ = _operator("*"), _operator("*", reflected=True)
    __truediv__, __rtruediv__ = _operator("/"), _operator("/", reflected=True)
    __pow__, __rpow__ = _operator("**"), _operator("**", reflected=True)
    __lt__, __le__ = _operator("<"), _operator("<=")
    __gt__, __ge__ = _operator(">"), _operator(">=")

    def __neg__(self) -> Formula:
        return type(self)("neg", (self,))

    def __abs__(self) -> NoReturn:
        raise TypeError("abs() cannot be part of a gate's rule: write mg.abs(x)")

    def __bool__(self) -> NoReturn:
        raise TypeError(
            f"a gate's rule cannot branch on {as_text(self)}: "
            "write mg.where(condition, a, b) instead of if, and, or, max(), min()"
        )

    def __float__(self) -> NoReturn:
        raise TypeError(
            f"a gate's rule cannot turn {as_text(self)} into a number: "
            "write mg.exp, mg.log, mg.sin … instead of math.exp, math.log, math.sin …"
        )

    def __repr__(self) -> str:
        return f"Formula({as_text(self)!r})"


class AskedFormula(Formula):
    """What a user's rule is tried on: what Python would decide by identity is refused.

    >>> x = AskedFormula.symbol("x")
    >>> {1.0: 5.0}.get(2.0 * x)
    Traceback (most recent call last):
    ...
    TypeError: a gate's rule cannot look up 2·x in a dict or a set: write mg.select(table, index)
    """

    __slots__ = ()

    @staticmethod
    def apply_gate(gate: Any, operands: tuple[Any, ...]) -> Formula:
        return AskedFormula("call", (gate, *map(as_formula, operands)))

    def __eq__(self, other: object) -> bool:
        shown = as_text(other) if isinstance(other, Formula) else repr(other)
        raise TypeError(
            f"a gate's rule cannot ask whether {as_text(self)} == {shown}: write "
            "mg.where(mg.is_equal(x, y), a, b) instead of if, ==, in"
        )

    def __hash__(self) -> int:
        raise TypeError(
            f"a gate's rule cannot look up {as_text(self)} in a dict or a set: write "
            "mg.select(table, index)"
        )


class NamedNumber(float):
    """A number that a textbook has a name for.

    >>> pi = NamedNumber(3.141592653589793, "π", r"\\pi")
    >>> as_text(pi * Formula.symbol("x")), as_latex(pi * Formula.symbol("x")), pi > 3
    ('π·x', '\\\\pi \\\\cdot x', True)
    """

    name: str
    latex: str

    def __new__(cls, number: float, name: str, latex: str) -> NamedNumber:
        new = super().__new__(cls, number)
        new.name, new.latex = name, latex
        return new


def as_formula(operand: Any) -> Formula:
    """A formula as it is, and a number as the formula of that number."""
    if isinstance(operand, Formula):
        return operand
    if isinstance(operand, NamedNumber):
        return Formula.symbol(operand.name, operand.latex)
    if isinstance(operand, (int, float)):
        return Formula("number", (float(operand),))
    raise TypeError(
        f"a rule works on numbers and symbols, not on {type(operand).__name__}: {operand!r}"
    )


def parts_first(*formulas: Formula) -> list[Formula]:
    """All parts of the formulas, each once, before what is made of them."""
    order: dict[Formula, None] = {}
    waiting: list[tuple[Formula, bool]] = [(formula, False) for formula in reversed(formulas)]
    while waiting:
        formula, parts_are_done = waiting.pop()
        if formula in order:
            continue
        if parts_are_done:
            order[formula] = None
            continue
        waiting.append((formula, True))
        waiting += [(part, False) for part in formula.operands if isinstance(part, Formula)]
    return list(order)


COMPARISONS: Final = ("<", "<=", ">", ">=", "==")
# How tightly an operation binds; a looser part inside a tighter one gets parentheses.
_BINDING: Final = {
    "where": 0,
    **dict.fromkeys(COMPARISONS, 1),
    **dict.fromkeys(("+", "-"), 2),
    **dict.fromkeys(("*", "/"), 3),
    "neg": 4,
    "**": 5,
    **dict.fromkeys(("number", "symbol", "call"), 6),
}
# What is written as in Python is not here.
_SUPERSCRIPTS: Final = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_SIGNS: Final = {"-": (MINUS, "-"), "<=": ("≤", r"\le"), ">=": ("≥", r"\ge"), "==": ("=", "=")}


def format_number(number: float) -> str:
    """A number in a formula: whole numbers without a point, a true minus.

    >>> format_number(-2.0), format_number(0.5)
    ('−2', '0.5')
    """
    text = repr(number)
    return (text[:-2] if text.endswith(".0") else text).replace("-", MINUS)


def as_text(formula: Formula) -> str:
    """The formula as plain text, in Unicode: `y·x^(y − 1)`, `1 − out²`."""
    return _written(formula, latex=False)


def as_latex(formula: Formula) -> str:
    """The formula as LaTeX, for a notebook or a text book."""
    return _written(formula, latex=True)


def _written(formula: Formula, latex: bool) -> str:
    operation, parts = formula.operation, formula.operands
    if operation == "symbol":
        return str(parts[latex])
    if operation == "number":
        return format_number(parts[0]).replace(MINUS, "-" if latex else MINUS)
    if operation == "call":
        gate, *arguments = parts
        written = [_written(argument, latex) for argument in arguments]
        inside = ", ".join(written)
        if latex:  # {0} alone stands for all arguments
            return str(gate.latex).format(*(written if "{1}" in gate.latex else [inside]))
        return f"{gate.text_name}({inside})"
    if operation == "where" and latex:
        return rf"\begin{{cases}} {_latex_cases(formula)} \end{{cases}}"
    texts = [_written(part, latex) for part in parts]
    if operation == "where":
        return f"{_wrap(texts[1], parts[1], 1)} if {texts[0]} else {texts[2]}"
    if operation == "neg":
        return ("-" if latex else MINUS) + _wrap_right(texts[0], parts[0], 4)
    if operation == "/" and latex:
        return rf"\frac{{{texts[0]}}}{{{texts[1]}}}"
    if operation == "*" and parts[0] is parts[1]:
        return _base(texts[0], parts[0]) + ("^2" if latex else "²")
    if operation == "**" and not latex and (small := _small_exponent(parts[1])):
        return _base(texts[0], parts[0]) + small
    if operation == "**":
        exponent = f"{{{texts[1]}}}" if latex else _wrap(texts[1], parts[1], 6)
        return f"{_base(texts[0], parts[0])}^{exponent}"
    if operation == "/":
        return f"{_wrap(texts[0], parts[0], 3)}/{_wrap_right(texts[1], parts[1], 4)}"
    binding = _BINDING[operation]
    wrap_right = _wrap if operation in COMPARISONS else _wrap_right
    left = _wrap(texts[0], parts[0], binding)
    right = wrap_right(texts[1], parts[1], binding + (operation == "-"))
    if operation == "*":
        return rf"{left} \cdot {right}" if latex else f"{left}·{right}"
    sign = _SIGNS[operation][latex] if operation in _SIGNS else operation
    return f"{left} {sign} {right}"


def _wrap(text: str, part: Formula, binding: int) -> str:
    negative = text.startswith((MINUS, "-")) and binding > _BINDING["neg"]
    return f"({text})" if negative or _BINDING[part.operation] < binding else text


def _wrap_right(text: str, part: Formula, binding: int) -> str:
    """The operand behind − + · or /: a minus sign does not stand directly after another sign."""
    return f"({text})" if text.startswith((MINUS, "-")) else _wrap(text, part, binding)


def _small_exponent(exponent: Formula) -> str:
    """A whole number as an exponent, for plain text; empty for what Unicode has no signs for.

    >>> x = Formula.symbol("x")
    >>> as_text(x**2.0), as_text(x**-1.0), as_text(x**0.5)
    ('x²', 'x⁻¹', 'x^0.5')
    """
    number = exponent.operands[0] if exponent.operation in ("number", "symbol") else ""
    text = format_number(number) if isinstance(number, float) else str(number)
    digits = text.replace(MINUS, "-")
    return digits.translate(_SUPERSCRIPTS) if digits.lstrip("-").isdecimal() else ""


def _base(text: str, part: Formula) -> str:
    """The text of what is raised to a power: in brackets if it is a power or negative already.

    >>> a = Formula.symbol("a¹", "a^1")
    >>> as_text(a * a), as_latex(a * a), as_text(Formula.symbol("−0.7") ** 2.0)
    ('(a¹)²', '(a^1)^2', '(−0.7)²')
    """
    raised = "^" in text or unicodedata.decomposition(text[-1:] or " ").startswith("<super>")
    signed = text.startswith((MINUS, "-")) or (text[:1].isdecimal() and "e" in text)  # 1e−9
    return f"({text})" if raised or signed or _BINDING[part.operation] < 6 else text


def _latex_cases(formula: Formula) -> str:
    """The lines of a choice; one whose last line is a choice again goes on with its lines.

    >>> x = Formula.symbol("x")
    >>> print(_latex_cases((x > 0.0).choose(1.0, (x < 0.0).choose(-1.0, 0.0))))
    1 & x > 0 \\\\ -1 & x < 0 \\\\ 0 & \\text{otherwise}
    """
    if formula.operation != "where":
        return rf"{as_latex(formula)} & \text{{otherwise}}"
    condition, if_true, if_false = formula.operands
    return rf"{as_latex(if_true)} & {as_latex(condition)} \\ {_latex_cases(if_false)}"
