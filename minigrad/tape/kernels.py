"""The operations of a tape: what it applies to numbers, made from the gates' rules.

>>> from minigrad.rules.gates import GATES
>>> forward_kernel(GATES["tanh"]).on_floats(0.0)
0.0
>>> [local.kernel.name for local in local_kernels(GATES["sqrt"])]
['0.5/x0']

A kernel is a gate's forward rule or one of its local gradients, traced on symbols. Rules that come
out as the same formula are one kernel: the local gradient of `×` towards x is no operation, but y.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache, reduce
from operator import add, mul, neg, sub
from typing import Any, Final, NamedTuple

from ..rules import (
    Formula,
    Gate,
    Rule,
    as_formula,
    as_python,
    as_text,
    called_gates,
    define,
    ieee,
    names_in,
    parts_first,
    with_numbers,
)


@dataclass(frozen=True, eq=False)
class Kernel:
    """A function of numbers: one formula, a fold over any number of inputs, or a primitive gate."""

    name: str
    on_floats: Callable[..., float]
    formula: Formula | None = None
    count: int | None = None  # inputs; None for any number
    fold: Rule | None = None
    primitive: str = ""  # the name of that gate

    @property
    def partial(self) -> bool:
        """Whether it can raise: it is a Python function of its own, or chooses by number."""
        return self.formula is None and self.fold is None and self.primitive != "dot"

    @property
    def chooses(self) -> bool:
        """Whether its last input is the number of one of the others."""
        return self.primitive == "select"

    @property
    def slope(self) -> str:
        """The name of the slope that it computes, from an input and the output, and nothing else.

        See `slope_row`: machine code may compute it together with the output.
        """
        formula = self.formula
        if formula is None or formula.operation != "call" or not formula.operands[0].is_slope:
            return ""
        gate, *inputs = formula.operands
        return str(gate.name) if inputs == SYMBOLS[:2] else ""

    def __repr__(self) -> str:
        return f"<kernel {self.name}>"


def _total(*numbers: float) -> float:
    return reduce(add, numbers)


def _dot(
    x: float,
    y: float,
    x1: float = 0.0,
    y1: float = -0.0,  # a product of -0.0 changes no sum, to the last bit
    x2: float = 0.0,
    y2: float = -0.0,
    x3: float = 0.0,
    y3: float = -0.0,
    *others: float,
) -> float:
    """Four pairs written out: half the time of a loop."""
    total = x * y + x1 * y1 + x2 * y2 + x3 * y3
    if others:
        pairs = iter(others)
        for x, y in zip(pairs, pairs):
            total += x * y
    return total


@cache
def _symbol(place: int) -> Formula:
    return Formula.symbol(f"x{place}")


def input_symbols(count: int) -> list[Formula]:
    """x0, x1, …: what inputs are called in formulas, the same objects each time."""
    return [_symbol(place) for place in range(count)]


SYMBOLS: Final = input_symbols(8)
SUM: Final = Kernel("sum", _total, fold=lambda x, y: x + y)
DOT: Final = Kernel("dot", _dot, primitive="dot")  # pairs of factors: x0·x1 + x2·x3 + …
DOTS: Final = Kernel("dots side by side", _dot, primitive="dot")  # made by `native`

_kernels: dict[Any, Kernel] = {}


def kernel_of(formula: Formula, count: int) -> Kernel:
    """The kernel of a formula over x0, x1, …; the same one for the same formula."""
    assignments, (text,) = as_python(formula)
    called = called_gates([formula])
    key = (tuple(assignments), text, tuple(called))
    if key not in _kernels:
        if text == "(x0 + x1)":
            return SUM
        on_floats = _only_call(formula, count)
        if on_floats is None:
            names = [f"x{i}" for i in range(count)]
            body = [*assignments, f"return {text}"]
            on_floats = define("kernel", names, body, names_in([formula]))
        _kernels[key] = Kernel(as_text(formula), on_floats, formula, count)
    return _kernels[key]


# What Python does in C; `ieee` has what never raises.
_FUNCTIONS: Final[dict[str, Callable[..., float]]] = {
    "+": add,
    "-": sub,
    "*": mul,
    "neg": neg,
    "/": ieee.divide,
    "**": ieee.power,
}


def _only_call(formula: Formula, count: int) -> Callable[..., float] | None:
    """The function that a formula calls with x0, x1, … and nothing else: then it needs no other."""
    if formula.operation != "call":
        called = _FUNCTIONS.get(formula.operation)
        return called if [*formula.operands] == SYMBOLS[:count] else None
    gate, *operands = formula.operands
    return None if gate.is_slope or operands != SYMBOLS[:count] else gate.on_floats(count)


MUL: Final = kernel_of(SYMBOLS[0] * SYMBOLS[1], 2)
COPY: Final = kernel_of(SYMBOLS[0], 1)


@cache
def forward_kernel(gate: Gate) -> Kernel:
    """What the gate computes."""
    if gate.arity is not None:
        return kernel_of(gate.trace_formula(*input_symbols(gate.arity)), gate.arity)
    if gate.fold is not None and as_text(gate.fold(*SYMBOLS[:2])) == "x0 + x1":
        return SUM
    primitive = gate.name if gate.kernel else ""
    return Kernel(gate.name, gate.kernel or gate.trace, fold=gate.fold, primitive=primitive)


@cache
def call_kernel(gate: Gate, count: int | None) -> Kernel:
    """The gate as it is, not what its rule is made of; with None on any number of inputs.

    For code that has a word for it, and a derivative of its own.
    """
    if count is None:
        return Kernel(gate.name, gate.forward, primitive=gate.name)
    formula = Formula.apply_gate(gate, tuple(input_symbols(count)))
    return Kernel(gate.name, gate.forward, formula, count)


class Local(NamedTuple):
    """A local gradient: a number, an input, or a kernel on some.

    Places are those of inputs; behind the last come the output and the `numbers`.
    """

    number: float | None = None
    kernel: Kernel | None = None
    places: tuple[int, ...] = ()
    numbers: tuple[float, ...] = ()


@cache
def local_kernels(gate: Gate) -> list[Local]:
    """The local gradients of a gate with a fixed number of inputs."""
    assert gate.arity is not None
    symbols = input_symbols(gate.arity + 1)
    return [_local(formula, symbols) for formula in local_formulas(gate, tuple(symbols))]


@lru_cache(maxsize=10_000)
def local_kernels_at(gate: Gate, known: tuple[str | None, ...]) -> list[Local]:
    """The local gradients where some inputs are known numbers, which come as `float.hex` has them.

    >>> from minigrad.rules.gates import GATES
    >>> local_kernels_at(GATES["pow"], (None, (3.0).hex()))[0]
    Local(number=None, kernel=<kernel x0·x1^x2>, places=(3, 0, 4), numbers=(3.0, 2.0))

    A choice that they decide is made here; where they decide none it is the kernel for all numbers.
    """
    assert gate.arity is not None
    symbols = input_symbols(gate.arity + 1)
    values = {x: x for x in symbols}
    values |= {x: as_formula(float.fromhex(n)) for x, n in zip(symbols, known) if n is not None}
    found = []
    for formula, local in zip(local_formulas(gate, tuple(symbols)), local_kernels(gate)):
        decided = with_numbers(formula, values)
        is_less = _choices(decided) < _choices(formula)
        found.append(_local_with_numbers(decided, symbols) if is_less else local)
    return found


@cache
def has_choices(gate: Gate) -> bool:
    """Whether a local gradient of the gate chooses, so that known inputs may decide it."""
    symbols = tuple(input_symbols((gate.arity or 0) + 1))
    return any(_choices(formula) for formula in local_formulas(gate, symbols))


def _choices(formula: Formula) -> int:
    return sum(part.operation == "where" for part in parts_first(formula))


def _local_with_numbers(formula: Formula, symbols: list[Formula]) -> Local:
    """A local gradient whose numbers are operands: one kernel for all powers."""
    if formula.operation in ("number", "symbol"):
        return _local(formula, symbols)
    leaves = [x for x in parts_first(formula)[::-1] if x.operation in ("number", "symbol")]
    numbers = [part for part in leaves if part.operation == "number"]
    available = [*symbols, *numbers]
    kernel = kernel_of(renamed_formula(formula, {x: i for i, x in enumerate(leaves)}), len(leaves))
    return Local(
        kernel=kernel,
        places=tuple(map(available.index, leaves)),
        numbers=tuple(part.operands[0] for part in numbers),
    )


def local_formulas(gate: Gate, symbols: tuple[Formula, ...]) -> list[Formula]:
    """The local gradients over these symbols, the last of which is the output."""
    *inputs, out = symbols
    return gate.local_formulas(*inputs, out=out)


def _local(formula: Formula, symbols: list[Formula]) -> Local:
    if formula.operation == "number":
        return Local(number=formula.operands[0])
    if formula.operation == "symbol":
        return Local(places=(symbols.index(formula),))
    used = symbols_of(formula)
    places = tuple(place for place, symbol in enumerate(symbols) if symbol in used)
    renamed = renamed_formula(formula, {symbols[place]: i for i, place in enumerate(places)})
    return Local(kernel=kernel_of(renamed, len(places)), places=places)


def symbols_of(formula: Formula) -> set[Formula]:
    """The symbols that a formula is made of."""
    return {part for part in parts_first(formula) if part.operation == "symbol"}


def renamed_formula(formula: Formula, places: dict[Formula, int]) -> Formula:
    """The formula with x0, x1, … for its symbols."""
    new: dict[Formula, Formula] = {}
    for part in parts_first(formula):
        if part in places:
            new[part] = _symbol(places[part])
        elif part.operation in ("symbol", "number"):
            new[part] = part
        else:
            new[part] = Formula(
                part.operation,
                tuple(new[p] if isinstance(p, Formula) else p for p in part.operands),
            )
    return new[formula]
