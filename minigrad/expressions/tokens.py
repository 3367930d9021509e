"""An expression as tokens.

>>> [token.text for token in tokens_of("w*x − 2")]
['w', '*', 'x', '-', '2', '']
>>> as_formula(tokens_of("sigmoid(w0*x0 + b**2)"))
'σ(w₀·x₀ + b^2)'

Every character of a text is part of a token, a space, or an error with its place.
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


def cleaned(text: str) -> str:
    """The expression as it is read and shown: composed letters, plain spaces, none around it."""
    if len(text) > LONGEST_TEXT:
        raise ExpressionError(
            f"the expression has {len(text):,} characters, more than {LONGEST_TEXT:,}: "
            "build a circuit of this size in Python, with Value and a loop"
        )
    return re.sub(r"\s", " ", unicodedata.normalize("NFC", text)).strip()


def tokens_of(text: str) -> list[Token]:
    """The tokens of an expression; the last one is its end."""
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
    return [*tokens, Token("end", "", len(text), len(text))]


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
        raise error_at(
            text, token.start, token.stop, f"{printable(token.text)} is not a name", advice
        )
    if keyword.iskeyword(plain):
        raise error_at(
            text,
            token.start,
            token.stop,
            f"{plain} is a word of Python and cannot be a name",
            f"choose another name, such as {plain}_; {ALLOWED}",
        )


def as_formula(tokens: Sequence[Token]) -> str:
    """The expression as a reader would write it: `σ(w₀·x₀ + b)`."""
    parts: list[str] = []
    before = Token("start", "", 0, 0)
    for token, after in zip(tokens, [*tokens[1:], tokens[-1]]):
        text = token.text
        if token.kind == "name":
            is_gate = after.text == "(" and text in GATES
            text = GATES[text].text_name if is_gate else unicode_name(text)
        elif token.kind == "operator":
            is_sign = before.kind in ("start", "operator") or before.text in ("(", ",")
            text = text.replace("-", "−")
            if not is_sign:
                text = {"*": "·", "**": "^", "/": "/"}.get(text, f" {text} ")
        elif text == ",":
            text = ", "
        parts.append(text)
        before = token
    return "".join(parts)
