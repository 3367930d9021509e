"""A circuit as a module of WebAssembly, written byte by byte.

>>> x = WasmCode({"x": 0})
>>> x.expression(Formula.symbol("x") + 1.0).encode(BYTES).hex(" ")
'41 00 2b 03 00 44 00 00 00 00 00 00 f0 3f a0'

WebAssembly is a dialect like the others: its words are the bytes of instructions, behind those of
their operands, and a byte is written as the character of its number until the module is put
together. Variables stand in memory, so that no engine's limit on local variables matters, and a
long circuit is cut into many functions.
"""

from __future__ import annotations

import struct
from typing import Any, Final

from ..rules import COMPARISONS, FUNCTIONS, LIMIT, Formula, density, equal, tail, where
from .dialects import Code, Dialect
from .program import Program
from .wasm_bytes import unsigned, wasm_module

BYTES: Final = "latin-1"  # a byte as a character
PAGE: Final = 65_536
MOST_BYTES: Final = 20_000  # of a function: engines compile long ones slowly, or not at all
MOST_PAGES: Final = 65_536

# fmt: off
_IMPORTED: Final = (
    "exp", "log", "log1p", "expm1", "log2", "log10", "sin", "cos", "tan", "asin", "acos", "atan",
    "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "atan2",
)
# fmt: on
_FOLDS: Final = {"maximum": "\xa5", "minimum": "\xa4"}
_ZERO: Final = "\x44" + "\x00" * 8
_IS_NOT: Final = "\x62"
_OPERATIONS: Final = {
    "neg": "{0}\x9a",
    "+": "{0}{1}\xa0",
    "-": "{0}{1}\xa1",
    "*": "{0}{1}\xa2",
    "/": "{0}{1}\xa3",
    "==": "{0}{1}\x61",
    "<": "{0}{1}\x63",
    ">": "{0}{1}\x64",
    "<=": "{0}{1}\x65",
    ">=": "{0}{1}\x66",
    "where": "{1}{2}{0}\x1b",
    "copysign": "{0}{1}\xa6",
    # the exponent of a float: 1023 more than the power, from the 53rd bit on
    "two to the": "{0}\xfc\x06\x42\xff\x07\x7c\x42\x34\x86\xbf",
}


def _operation(name: str, *operands: Any) -> Formula:
    """An instruction that no rule of a gate has."""
    return Formula(name, operands)


def _times_two_to_the(x: Any, n: Any) -> Any:
    """x · 2ⁿ, rounded once: 2ⁿ itself may be too small for a float."""
    half = FUNCTIONS["trunc"](n * 0.5)
    return x * _operation("two to the", half) * _operation("two to the", n - half)


def _normal_density(x: Any) -> Any:
    t = FUNCTIONS["abs"](x)
    y, n = density(t)
    return where(t < LIMIT, _times_two_to_the(y, -n), where(equal(x, x), 0.0, x))


def _normal_cdf(x: Any) -> Any:
    t = FUNCTIONS["abs"](x)
    head, rest, n = tail(t)
    scale = _times_two_to_the(Formula("number", (1.0,)), -n)
    left = _times_two_to_the(head + rest, -n)
    share = where(x < 0.0, left, (1.0 - head * scale) - rest * scale)
    return where(t < LIMIT, share, where(x < 0.0, 0.0, where(equal(x, x), 1.0, x)))


# of erf(x)/x − 1 in x²: those of javascript/kernels.js
_ERF: Final = (
    -9.502840894774706e-10,
    1.4413879289095029e-08,
    -1.63332293434337e-07,
    1.646038320985815e-06,
    -1.4925589383821143e-05,
    0.00012055331545294116,
    -0.0008548327001135946,
    0.005223977625222192,
    -0.026866170645118446,
    0.11283791670955087,
    -0.37612638903183754,
    0.1283791670955126,
)


def _erf(x: Any) -> Any:
    size, square = FUNCTIONS["abs"](x), x * x
    total: Any = _ERF[0]
    for coefficient in _ERF[1:]:
        total = total * square + coefficient
    beyond = 1.0 - 2.0 * _normal_cdf(-1.4142135623730951 * size)
    return where(size < 0.75, x + x * total, where(x < 0.0, -beyond, beyond))


WASM: Final = Dialect(
    "WebAssembly",
    assignment="\x41\x00{1}\x39\x03{0}",
    choice=_OPERATIONS["where"],
    division=_OPERATIONS["/"],
    power="",  # see `operation`
    infinity="",
    not_a_number="",
    words={
        **dict.fromkeys([*_IMPORTED, "mod", "select", *_FOLDS], ""),
        "abs": "{0}\x99",
        "floor": "{0}\x9c",
        "trunc": "{0}\x9d",
        "round": "{0}\x9e",
        "sqrt": "{0}\x9f",
    },
    rules={"normal_density": _normal_density, "normal_cdf": _normal_cdf, "erf": _erf},
)


class WasmCode(Code):
    """Lines of instructions; what they compute stands in memory, at a place of eight bytes each."""

    def __init__(self, places: dict[str, int]) -> None:
        super().__init__(WASM)
        self.places = places
        self.imports: dict[str, tuple[str, int]] = {}
        self._stored: set[str] = set()
        self._written: dict[str, str] = {}  # the place of a variable, as it stands in instructions

    def _place(self, name: str) -> str:
        if name not in self._written:
            place = self.places.setdefault(name, len(self.places))
            self._written[name] = unsigned(8 * place).decode(BYTES)
        return self._written[name]

    def _variable(self, name: str) -> str:
        return f"\x41\x00\x2b\x03{self._place(name)}"

    def assignment(self, name: str, text: str) -> str:
        return self.dialect.assignment.format(self._place(name), text)

    change = assignment

    def addition(self, name: str, text: str) -> str:
        return self.assignment(name, f"{self._variable(name)}{text}\xa0")

    def upstream(self, place: int) -> str:
        return self._variable(f"upstream {place}")

    def where_not_zero(self, number: str, lines: list[str]) -> list[str]:
        condition = f"{self._variable(number)}{_ZERO}{_IS_NOT}\x04\x40"
        return [f"{condition}{part}\x0b" for part in joined(lines)]

    def number(self, number: float) -> str:
        return "\x44" + struct.pack("<d", number).decode(BYTES)

    def stored(self, part: Formula, text: str) -> str:
        name = self.new_name()
        self.lines.append(self.assignment(name, self._as_number(part, text)))
        self._stored.add(self._variable(name))
        return self._variable(name)

    def expression(self, formula: Formula) -> str:
        return self._as_number(formula, super().expression(formula))

    def _is_truth(self, part: Formula, text: str) -> bool:
        """Whether it is a whole number, 0 or 1, as comparisons give it."""
        return part.operation in COMPARISONS and text not in self._stored

    def _as_number(self, part: Formula, text: str) -> str:
        return f"{text}\xb8" if self._is_truth(part, text) else text

    def operation(self, formula: Formula, texts: list[str]) -> str:
        operation = formula.operation
        if operation == "symbol":
            return self._variable(formula.operands[0])
        if operation == "number":
            return self.number(formula.operands[0])
        parts = [part for part in formula.operands if isinstance(part, Formula)]
        numbers = [self._as_number(part, text) for part, text in zip(parts, texts)]
        if operation == "call":
            return self.call(formula.operands[0], numbers)
        if operation == "**":
            return self._power(*numbers)
        if operation == "Math.pow":
            return self._imported("pow", numbers)
        if operation == "where":
            is_truth = self._is_truth(parts[0], texts[0])
            numbers[0] = texts[0] if is_truth else f"{texts[0]}{_ZERO}{_IS_NOT}"
        return _OPERATIONS[operation].format(*numbers)

    def call(self, gate: Any, texts: list[str]) -> str:
        if gate.name in _FOLDS:
            return texts[0] + "".join(text + _FOLDS[gate.name] for text in texts[1:])
        if gate.name == "select":
            return self._chosen(*texts)
        if gate.name == "mod":
            return self._modulo(*texts)
        word = self.dialect.words[gate.name]
        return word.format(*texts) if word else self._imported(gate.name, texts)

    def _imported(self, name: str, texts: list[str]) -> str:
        """A call of a function of JavaScript's Math."""
        self.imports.setdefault(name, (name, len(texts)))
        number = list(self.imports).index(name)
        return f"{''.join(texts)}\x10{unsigned(number).decode(BYTES)}"

    def _symbol(self, text: str) -> Formula:
        name = self.new_name()
        self.lines.append(self.assignment(name, text))
        return Formula.symbol(name)

    def _chosen(self, *texts: str) -> str:
        """The choice at the index; nan where there is none."""
        *choices, index = texts
        index = self._variable(self._symbol(index).operands[0])
        chosen = self.number(float("nan"))
        for place, choice in enumerate(choices):
            at = f"{index}{self.number(float(place))}\x61"
            chosen = self._variable(self._symbol(f"{choice}{chosen}{at}\x1b").operands[0])
        return chosen

    def _power(self, base: str, exponent: str) -> str:
        """C's pow, which differs from Math.pow for bases 1 and −1."""
        x, y = self._symbol(base), self._symbol(exponent)
        of_infinity = where(
            equal(FUNCTIONS["abs"](y), float("inf")), 1.0, _operation("Math.pow", x, y)
        )
        power = where(equal(x, -1.0), of_infinity, _operation("Math.pow", x, y))
        return self.expression(where(equal(x, 1.0), 1.0, power))

    def _modulo(self, dividend: str, divisor: str) -> str:
        """Python's %: the rest of a long division in base 2, with the divisor's sign."""
        x, y, nan = self._symbol(dividend), self._symbol(divisor), float("nan")
        absolute = FUNCTIONS["abs"]
        size = self.named(absolute(y))
        rest = self.named(where(absolute(x) < float("inf"), absolute(x), nan))
        part = self.named(where(size > 0.0, size, nan))  # the divisor, doubled and halved again
        doubled = self.assignment(part.operands[0], self.expression(part + part))
        halved = self.assignment(part.operands[0], self.expression(part * 0.5))
        less = self.expression(where(rest >= part, rest - part, rest))
        taken = self.assignment(rest.operands[0], less)
        fits = super().expression(part + part <= rest)
        larger = super().expression(part > size)
        self.lines.append(f"\x03\x40{fits}\x04\x40{doubled}\x0c\x01\x0b\x0b")
        self.lines.append(f"\x03\x40{taken}{larger}\x04\x40{halved}\x0c\x01\x0b\x0b")
        left = self.named(_operation("copysign", where(equal(part, part), rest, nan), x))
        negative = where(left < 0.0, 1.0, 0.0), where(y < 0.0, 1.0, 0.0)
        other = where(equal(*negative), left, left + y)
        return self.expression(where(equal(left, 0.0), _operation("copysign", left, y), other))


def joined(lines: list[str]) -> list[str]:
    """Lines put together to pieces that are not long."""
    pieces: list[list[str]] = []
    length = MOST_BYTES
    for line in lines:
        if length + len(line) > MOST_BYTES:
            pieces.append([])
            length = 0
        pieces[-1].append(line)
        length += len(line)
    return ["".join(piece) for piece in pieces]


def wasm_source(program: Program) -> bytes:
    """The module: the numbers that go in and out stand at the beginning of its memory."""
    if program.name == "memory":
        raise ValueError("the module's memory is called 'memory': give the function another name")
    arguments = program.argument_names
    count = len(program.outputs)
    between = [f"{what} {i}" for what in ("output", "upstream") for i in range(count)]
    names = [*arguments, *between, *(f"g_{argument}" for argument in arguments)]
    code = WasmCode({name: place for place, name in enumerate(names)})
    results = program.forward(code)
    code.lines += [code.assignment(f"output {i}", text) for i, text in enumerate(results)]
    forward, code.lines = code.lines, []
    program.backward(code)
    pages = 8 * len(code.places) // PAGE + 1
    if pages > MOST_PAGES:
        raise ValueError(
            f"the circuit needs {len(code.places)} numbers, and WebAssembly's memory has 4 GiB"
        )
    there, back = joined(forward), joined(code.lines)
    first = len(code.imports)
    calls = [f"\x10{unsigned(first + i).decode(BYTES)}" for i in range(len(there) + len(back))]
    bodies = [*there, *back, "".join(calls[: len(there)]), "".join(calls)]
    last = first + len(bodies) - 1
    return wasm_module(
        list(code.imports.values()),
        [body.encode(BYTES) for body in bodies],
        {program.name: last - 1, f"{program.name}_gradients": last},
        pages,
        struct.pack(f"<{count}d", *[1.0] * count),
        8 * (len(arguments) + count),
    )
