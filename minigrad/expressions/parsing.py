"""An expression as tokens, in an order that makes sense, and not too many of them.

>>> [token.text for token in tokens_of("w*x − 2")]
['w', '*', 'x', '-', '2', '']
>>> tokens_of("(w x)")
Traceback (most recent call last):
...
minigrad.expressions.errors.ExpressionError: there is no operator between w and x
  (w x)
     ^
write w*x for their product

Every character of a text is part of a token, a space, or an error with its place. Size and order
are checked here, so that the grammar of Python, which comes next, never has to explain itself to
somebody who typed an expression and not a program.
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from ..rules import GATES
from ..text import printable, unicode_name
from .errors import ALLOWED, ExpressionError, error_at

LONGEST_TEXT: Final = 100_000  # characters
MOST_OPERATORS: Final = 1_000  # CPython's own parser takes 3,000 in a row
DEEPEST: Final = 100  # and 200 parentheses in each other

# One character for one, so that Python sees every token at its place.
_SPELLINGS: Final = dict(zip("×·⋅∗÷∕−", "****//-"))

_DIGITS = "[0-9](?:_?[0-9])*"
_TOKEN: Final = re.compile(
    rf"(?P<number>(?:{_DIGITS}(?:\.(?:{_DIGITS})?)?|\.{_DIGITS})(?:[eE][-+]?[0-9]+)?)"
    r"|(?P<name>[^\W\d][\w\u0300-\u036f]*)"
    r"|(?P<operator>\*\*|(?!//)[-+*/×·⋅∗÷∕−])"
    r"|(?P<punctuation>[(),])"
)

_ADVICE: Final[Mapping[str, str]] = {
    "^": "write ** for a power",
    "//": "write / for a quotient: all numbers are real",
    "%": "there is no gate for a remainder",
    ".": "an expression has no attributes, and a decimal number begins or ends with a digit",
    "[": "write names such as x0 and x1 in place of x[0] and x[1]",
    "{": "group with round parentheses",
    "'": "text in quotes cannot stand in an expression",
    '"': "text in quotes cannot stand in an expression",
    "=": "an expression compares nothing; values come after it: x=2",
    "<": "an expression compares nothing: relu, max and min choose by size",
    ">": "an expression compares nothing: relu, max and min choose by size",
}


class Token(NamedTuple):
    """A piece of an expression: `kind` is number, name, operator, punctuation or end."""

    kind: str
    text: str
    start: int
    stop: int

    @property
    def place(self) -> tuple[int, int]:
        """Where it begins and ends."""
        return self.start, self.stop

    def is_sign_after(self, before: Token) -> bool:
        """Whether this + or - belongs to what follows."""
        return before.kind in ("start", "operator") or before.text in ("(", ",")


START: Final = Token("start", "", 0, 0)


def cleaned(text: str) -> str:
    """The expression as it is read and shown: composed letters, plain spaces, none around it."""
    if len(text) > LONGEST_TEXT:
        raise ExpressionError(
            f"the expression has {len(text):,} characters, more than {LONGEST_TEXT:,}: "
            "build a circuit of this size in Python, with Value and a loop"
        )
    return re.sub(r"\s", " ", unicodedata.normalize("NFC", text)).strip()


def tokens_of(text: str) -> list[Token]:
    """The tokens of an expression, checked; the last one is its end."""
    text = cleaned(text)
    if not text:
        raise ExpressionError(
            'the expression is empty: write one such as "tanh(w*x + b)"; ' + ALLOWED
        )
    tokens: list[Token] = []
    place = 0
    while place < len(text):
        if text[place] == " ":
            place += 1
            continue
        token = _token_at(text, place)
        tokens.append(token)
        place = token.stop
    tokens.append(Token("end", "", len(text), len(text)))
    _check_size(text, tokens)
    _check_order(text, tokens)
    return tokens


def _token_at(text: str, place: int) -> Token:
    match = _TOKEN.match(text, place)
    if match is None:
        raise _not_allowed(text, place)
    token = Token(str(match.lastgroup), _SPELLINGS.get(match[0], match[0]), place, match.end())
    if token.kind == "number":
        _check_number(text, token)
    elif token.kind == "name":
        _check_name(text, token)
    return token


def _not_allowed(text: str, place: int) -> ExpressionError:
    bad = "//" if text.startswith("//", place) else text[place]
    gates = [gate.name for gate in GATES.values() if bad in (gate.symbol, gate.text_name)]
    advice = _ADVICE.get(bad) or (f"write {gates[0]}(…)" if gates else ALLOWED)
    what = f"{bad if bad.isprintable() else 'this character'} is not allowed"
    return error_at(text, place, place + len(bad), what, advice)


def _check_number(text: str, token: Token) -> None:
    suffix = re.compile(r"[^\W\d]\w*").match(text, token.stop)
    unit = suffix[0] if suffix else ""
    if unit in ("j", "J"):
        what = f"{printable(token.text)}{unit} is a complex number"
        advice = f"numbers here are real; if {unit} is a name, write a * before it"
    elif token.text == "0" and unit[:1] in ("x", "X", "o", "O", "b", "B"):
        what = f"{printable('0' + unit)} is not a decimal number"
        advice = "write it with the digits 0 to 9"
    elif float(token.text) == float("inf"):
        what = f"{printable(token.text)} is beyond the range of a float (up to 1.8e308)"
        advice = "write a smaller number"
    elif re.match("0[0-9_]*[1-9]", token.text) and token.text.replace("_", "").isdecimal():
        what = "a whole number begins with a zero"
        advice = "write it without zeros in front"
    else:
        return
    raise error_at(text, token.start, token.stop + len(unit), what, advice)


def _check_name(text: str, token: Token) -> None:
    plain = unicodedata.normalize("NFKC", token.text)
    if not token.text.isidentifier():
        power = re.search("[²³⁰¹⁴-⁹]+$", token.text)
        advice = "a name is made of letters, digits and _"
        if power:
            exponent = unicodedata.normalize("NFKC", power[0])
            advice = f"write {printable(token.text[: power.start()])}**{exponent} for a power"
        elif plain.isidentifier():
            advice = f"write {printable(plain)}: it is shown with small digits"
        raise error_at(text, *token.place, f"{printable(token.text)} is not a name", advice)
    if keyword.iskeyword(plain):
        what = f"{plain} is a word of Python and cannot be a name"
        advice = f"choose another name, such as {plain}_; {ALLOWED}"
        raise error_at(text, *token.place, what, advice)


# --- what tokens may follow one another -----------------------------------------------------------


def _check_size(text: str, tokens: Sequence[Token]) -> None:
    """No more operators, signs and parentheses in each other than Python's parser can take."""
    count = 0
    depths = [0]  # per open parenthesis, how many signs and powers are waiting for their right side
    depth = 0
    before = START
    for token in tokens:
        if token.text == "(":
            depths.append(0)
            depth += 1
        elif token.text == ")" and len(depths) > 1:
            depth -= 1 + depths.pop()
        elif token.kind == "operator":
            count += 1
            if token.is_sign_after(before) or token.text == "**":
                depths[-1] += 1
                depth += 1
            else:
                depth -= depths[-1]
                depths[-1] = 0
        if depth > DEEPEST or count > MOST_OPERATORS:
            too_deep = f"is nested more than {DEEPEST} levels deep"
            too_long = f"has more than {MOST_OPERATORS:,} operators"
            what = f"the expression {too_deep if depth > DEEPEST else too_long}"
            advice = "build a circuit of this size in Python, with Value and a loop"
            raise error_at(text, *token.place, what, advice)
        before = token


def _check_order(text: str, tokens: Sequence[Token]) -> None:
    """Values and operators in turn, every parenthesis closed."""
    opened: list[tuple[Token, bool]] = []  # and whether it holds the inputs of a gate
    before = START
    value_expected = True
    for token in tokens:
        kind = token.text if token.kind == "punctuation" else token.kind
        if value_expected:
            nothing_inside = kind == ")" and before.text == "(" and opened[-1][1]
            if kind == "(":
                opened.append((token, False))
            elif nothing_inside:  # how many inputs the gate takes is not known here
                opened.pop()
                value_expected = False
            elif kind in ("number", "name"):
                value_expected = False
            elif token.text not in ("+", "-"):
                raise _missing_value(text, token)
        elif kind == "(" and before.kind == "name":
            opened.append((token, True))
            value_expected = True
        elif kind in ("number", "name", "("):
            raise _missing_operator(text, before, token)
        elif kind == ")":
            if not opened:
                raise error_at(text, *token.place, "this ) closes nothing", "leave it out")
            opened.pop()
        elif kind == "," and not (opened and opened[-1][1]):
            advice = "a comma stands between the inputs of a gate: max(x, y)"
            raise error_at(text, *token.place, "this comma separates nothing", advice)
        else:
            value_expected = True
        before = token
    if opened:
        advice = "write the ) that belongs to it"
        raise error_at(text, *opened[-1][0].place, "this ( is never closed", advice)


def _missing_value(text: str, token: Token) -> ExpressionError:
    what = f"a value is missing before {token.text}"
    if token.kind == "end":
        what = "the expression ends where a value should follow"
    return error_at(text, *token.place, what, ALLOWED)


def _missing_operator(text: str, before: Token, token: Token) -> ExpressionError:
    left, right = printable(before.text), printable(token.text)
    if left == ")" or right == "(":
        what, advice = "there is no operator between these two", "write * between them"
    else:
        what = f"there is no operator between {left} and {right}"
        advice = f"write {left}*{right} for their product"
    return error_at(text, *token.place, what, advice)


# --- tokens to a formula --------------------------------------------------------------------------


def as_formula(text: str) -> str:
    """The expression as a reader would write it.

    >>> as_formula("sigmoid(w0*x0 + b**2)")
    'σ(w₀·x₀ + b^2)'
    """
    tokens = tokens_of(text)
    parts: list[str] = []
    before = START
    for token, after in zip(tokens, [*tokens[1:], tokens[-1]]):
        text = token.text
        if token.kind == "name":
            is_gate = after.text == "(" and text in GATES
            text = GATES[text].text_name if is_gate else unicode_name(text)
        elif token.kind == "operator":
            text = text.replace("-", "−")
            if not token.is_sign_after(before):
                text = {"*": "·", "**": "^", "/": "/"}.get(text, f" {text} ")
        elif text == ",":
            text = ", "
        parts.append(text)
        before = token
    return "".join(parts)
