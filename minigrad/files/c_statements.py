"""How a node of a tape is written in C: a line, a sum with its loop, a loop of other nodes.

`v` is the array of what is given and computed, `c` that of constants.

>>> from minigrad.files.c_dialect import c_dialect
>>> from minigrad.tape import MUL, VARIABLES
>>> statements = CStatements("f", c_dialect("double"), "double", [])
>>> factors = [Spot(7, ["2 * i"]), Spot(VARIABLES, [])]
>>> statements.operation(Operation(MUL, (Run((True,)), Run((False,)))), factors, "v[9 + i]")
['v[9 + i] = c[7 + 2 * i] * v[0];']
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from ..rules import Formula, as_formula
from ..tape import DOT, SUM, VARIABLES, Kernel, Operation, Rolled, Run
from .dialects import Code, Dialect, bare, indented

INDEXES: Final = "ijklmnop"  # of the loops in one another
LISTED: Final = 16  # numbers in a line of a table
LONGEST_INLINE: Final = 40  # letters of a kernel that is written where it is used


class Spot(NamedTuple):
    """A place, and what is added to it in the loops around it."""

    place: int
    moves: list[str]

    def moved(self, step: int, index: str) -> Spot:
        """The spot in a loop that moves it by so much each time."""
        if not step:
            return self
        by = {1: index, -1: f"-{index}"}.get(step, f"{step} * {index}")
        return Spot(self.place, [*self.moves, by])

    @property
    def subscript(self) -> str:
        """The place in its array."""
        at = self.place % VARIABLES
        text = " + ".join([*([str(at)] if at or not self.moves else []), *self.moves])
        return text.replace("+ -", "- ")

    @property
    def number(self) -> str:
        """The number that stands there."""
        return f"{'v' if self.place >= VARIABLES else 'c'}[{self.subscript}]"


class CStatements:
    """Lines of C for nodes, and the functions and tables that these lines use."""

    def __init__(self, name: str, dialect: Dialect, real: str, constants: list[float]) -> None:
        self.name, self.dialect, self.real, self.constants = name, dialect, real, constants
        self.functions: list[str] = []  # of kernels that are not written where they are used
        self._tables: dict[str, int] = {}  # by their text, with a gap for the number
        self._words: dict[Kernel, Callable[[Sequence[str]], str]] = {}

    @property
    def tables(self) -> list[str]:
        """The tables of places, as lines."""
        return [text.format(number) for text, number in self._tables.items()]

    def nodes(self, found: Rolled, target: str = "v", more: str = "") -> list[list[str]]:
        """The lines of every node; what is computed goes to the array `target`."""
        return [
            self._node(found, node.kind, [Spot(at, []) for at in node.places], 0, target, more)
            for node in found.nodes
        ]

    def _node(
        self, found: Rolled, number: int, spots: list[Spot], depth: int, target: str, more: str
    ) -> list[str]:
        kind = found.kinds[number]
        if isinstance(kind, Operation):
            out = f"{target}[{spots[0].subscript}]"
            return self.operation(kind, spots[1:], out, more, INDEXES[depth])
        index = INDEXES[depth]
        moved = [spot.moved(step, index) for spot, step in zip(spots, kind.steps)]
        for place, by in kind.tables:
            spot = spots[place]
            moved[place] = Spot(spot.place, [*spot.moves, f"{self._table(by)}[{index}]"])
        body: list[str] = []
        at = 0
        for part, length in zip(kind.body, found.place_counts(kind)):
            body += self._node(found, part, moved[at : at + length], depth + 1, target, more)
            at += length
        return loop(index, 0, kind.times, body)

    def operation(
        self, operation: Operation, spots: list[Spot], out: str, more: str = "", index: str = "i"
    ) -> list[str]:
        """The lines that compute `out` from what stands where the runs of operands begin."""
        kernel, runs = operation.kernel, operation.runs
        if kernel is None or kernel.formula is not None:
            operands = [spot.number for spot in spots]
            text = operands[0] if kernel is None else bare(self._word(kernel)(operands))
            return [f"{out} = {text}{more};"]
        if kernel.chooses:
            return self._choice(runs, spots, out, index)
        width = len(runs[0].is_fixed)
        starts = [spots[i : i + width] for i in range(0, len(spots), width)]
        return self._folded(kernel, runs, starts, out, index)

    def _folded(
        self,
        kernel: Kernel,
        runs: Sequence[Run],
        starts: Sequence[Sequence[Spot]],
        out: str,
        index: str,
    ) -> list[str]:
        """A sum, or the like, from left to right; the first term begins it."""
        lines = [f"{self.real} total = {bare(self._term(starts[0]))};"]
        for i, (run, start) in enumerate(zip(runs, starts)):
            first = 1 if i == 0 else 0
            if run.length == first:
                continue
            if run.length > 1:
                start = [spot.moved(step, index) for spot, step in zip(start, run.steps)]
            term = self._term(start)
            if kernel in (SUM, DOT):
                line = f"total += {bare(term)};"
            else:
                line = f"total = {bare(self._word(kernel)(['total', term]))};"
            lines += loop(index, first, run.length, [line]) if run.length > 1 else [line]
        return ["{", *indented([*lines, f"{out} = total;"]), "}"]

    def _term(self, factors: Sequence[Spot]) -> str:
        """A number, or a product of two; a factor that is 1 is left out."""
        kept = [spot for spot in factors if len(factors) == 1 or not self._is_one(spot)]
        texts = [spot.number for spot in kept or factors[:1]]
        return f"({' * '.join(texts)})" if len(texts) > 1 else texts[0]

    def _is_one(self, spot: Spot) -> bool:
        """Whether it is always the number 1."""
        is_fixed = spot.place < VARIABLES and not spot.moves
        return is_fixed and self.constants[spot.place] == 1.0

    def _choice(self, runs: Sequence[Run], spots: list[Spot], out: str, index: str) -> list[str]:
        """One of many numbers, by the last: they are put side by side first."""
        lines: list[str] = []
        at = 0
        for run, spot in zip(runs, spots):
            if run.length > 1:
                source = spot.moved(run.steps[0], index).number
                to = f"{at} + {index}" if at else index
                lines += loop(index, 0, run.length, [f"given[{to}] = {source};"])
            else:
                lines.append(f"given[{at}] = {spot.number};")
            at += run.length
        word = self.dialect.words["select"]
        chosen = word.format(count=at - 1, choices="given", index=f"given[{at - 1}]")
        lines.append(f"{out} = {chosen};")
        return ["{", *indented([f"{self.real} given[{at}];", *lines]), "}"]

    def _table(self, numbers: Sequence[int]) -> str:
        """A table of what is added to a place; one for equal ones."""
        name = f"{self.name}_table{{}}"
        text = table(f"static const {integer(numbers)} {name}", map(str, numbers), len(numbers))
        head, _, rest = text.partition("{}")
        text = f"{head}{{}}{rest.replace('{', '{{').replace('}', '}}')}"
        return name.format(self._tables.setdefault(text, len(self._tables)))

    def _word(self, kernel: Kernel) -> Callable[[Sequence[str]], str]:
        """How a kernel is written over its operands: as it is, or as a function of its own."""
        if kernel not in self._words:
            arity = kernel.count if kernel.formula is not None else 2
            names = [f"x{i}" for i in range(arity or 0)]
            code = Code(self.dialect)
            text = code.expression(_formula(kernel, names))
            used = re.findall(r"\bx\d+\b", text)
            if code.lines or len(used) != len(set(used)) or len(text) > LONGEST_INLINE:
                text = self._function(names, [*code.lines, f"return {bare(text)};"])
            template = re.sub(r"\bx(\d+)\b", r"{\1}", text.replace("{", "{{").replace("}", "}}"))
            self._words[kernel] = lambda operands: template.format(*operands)
        return self._words[kernel]

    def _function(self, names: list[str], body: list[str]) -> str:
        name = f"{self.name}_kernel{len(self.functions)}"
        given = ", ".join(f"{self.real} {each}" for each in names)
        lines = [*unused(names, body), *body]
        head = f"static inline {self.real} {name}({given})"
        self.functions.append("\n".join([head, "{", *indented(lines), "}", ""]))
        return f"{name}({', '.join(names)})"


def _formula(kernel: Kernel, names: list[str]) -> Formula:
    if kernel.formula is not None:
        return kernel.formula
    if kernel.fold is None:
        raise ValueError(f"{kernel.name} has no formula that could be written in C")
    return as_formula(kernel.fold(*map(Formula.symbol, names)))


def loop(index: str, first: int, end: int, body: list[str]) -> list[str]:
    """The lines again and again."""
    head = f"for (int {index} = {first}; {index} < {end}; {index}++)"
    if len(body) == 1:
        return [head, f"    {body[0]}"]
    return [f"{head} {{", *indented(body), "}"]


def unused(names: Iterable[str], body: Iterable[str]) -> list[str]:
    """Lines that name what a function is given and does not read, so that no compiler warns."""
    read = set(re.findall(r"\w+", "\n".join(body)))
    return [f"(void){name};" for name in names if name not in read]


def table(declaration: str, numbers: Iterable[str], count: int) -> str:
    """An array of numbers.

    >>> table("static const int places", ["1", "2"], 2)
    'static const int places[2] = {1, 2};'
    """
    texts = list(numbers)
    rows = [", ".join(texts[i : i + LISTED]) for i in range(0, len(texts), LISTED)]
    inside = rows[0] if len(rows) == 1 else "".join(f"\n    {row}," for row in rows) + "\n"
    return f"{declaration}[{count}] = {{{inside}}};"


def integer(numbers: Sequence[int]) -> str:
    """The shortest type of C that has room for all of them.

    >>> integer([-5, 40_000])
    'int'
    """
    return "short" if max(map(abs, numbers), default=0) < 32_768 else "int"
