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
from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Final, NamedTuple

from ..rules import GATES, described
from ..text import printable, unicode_name
from .errors import ADVICE, ALLOWED, ExpressionError, error_at
from .functions import application

LONGEST_TEXT: Final = 100_000  # characters
MOST_OPERATORS: Final = 1_000  # CPython's own parser takes 3,000 in a row
DEEPEST: Final = 100  # and 200 parentheses in each other

# As Python spells what a formula on paper, or one that minigrad has printed, spells otherwise.
_SPELLINGS: Final = {**dict(zip("×·⋅∗÷∕−", "****//-")), "^": "**"}

_DIGITS = "[0-9](?:_?[0-9])*"
_HIGH: Final = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_TO_HIGH: Final = str.maketrans("0123456789-", f"{_HIGH}⁻")
_TOKEN: Final = re.compile(
    rf"(?P<number>(?:{_DIGITS}(?:\.(?:{_DIGITS})?)?|\.{_DIGITS})(?:[eE][-+−]?[0-9]+)?)"
    rf"|(?P<exponent>[⁻⁺]?[{_HIGH}]+)"
    rf"|(?P<name>√(?=\s*\()|∞|[^\W\d](?:(?![{_HIGH}])[\w\u0300-\u036f])*)"
    r"|(?P<operator>\*\*|\^|(?!//)[-+*/×·⋅∗÷∕−])"
    r"|(?P<punctuation>[(),]|=(?!=))"
)


class Token(NamedTuple):
    """A piece of an expression: `kind` is number, name, operator, punctuation or end.

    `text` is how Python spells it. A small exponent, as in x², is an operator and a number that
    stand at the same place.
    """

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


def parts_of(text: str) -> list[str]:
    """The expressions that stand in a text with commas between them.

    >>> parts_of("a = max(x, y), a*x")
    ['a = max(x, y)', 'a*x']
    """
    text = cleaned(text)
    depth, commas = 0, []
    for place, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth <= 0:
            commas.append(place)
    for place in commas:
        if text[place - 1 : place].isdecimal() and text[place + 1 : place + 2].isdecimal():
            advice = "a decimal number has a point, 0.5; after a comma between two, put a space"
            raise error_at(text, place, place + 1, "this comma stands between digits", advice)
    ends = pairwise([-1, *commas, len(text)])
    parts = [text[before + 1 : after].strip() for before, after in ends]
    if commas and "" in parts:
        place = commas[max(0, parts.index("") - 1)]
        advice = "leave it out, or write an expression on both sides"
        raise error_at(text, place, place + 1, "this comma separates nothing", advice)
    return parts


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
        found = _tokens_at(text, place)
        tokens += found
        place = found[-1].stop
    tokens.append(Token("end", "", len(text), len(text)))
    _, formula = result_and_formula(tokens)
    if equals := [token for token in formula if token.text == "="]:
        raise _not_allowed(text, equals[0].start)
    _check_size(text, formula)
    _check_order(text, formula)
    return tokens


def result_and_formula(tokens: Sequence[Token]) -> tuple[Token | None, Sequence[Token]]:
    """The name that the result has in `y = x*x`, if any, and the tokens of the formula.

    >>> result_and_formula(tokens_of("y = x"))[0].text
    'y'
    """
    if tokens[0].kind == "name" and tokens[1].text == "=":
        return tokens[0], tokens[2:]
    return None, tokens


def _tokens_at(text: str, place: int) -> list[Token]:
    match = _TOKEN.match(text, place)
    if match is None:
        raise _not_allowed(text, place)
    kind, found, end = str(match.lastgroup), match[0], match.end()
    if kind == "exponent":
        plain = unicodedata.normalize("NFKC", found).replace("−", "-")
        number = Token("number", plain.lstrip("+-"), place, end)
        _check_number(text, number)
        sign = [Token("operator", "-", place, end)] * plain.startswith("-")
        return [Token("operator", "**", place, end), *sign, number]
    if kind == "number":
        found = found.replace("−", "-")
    token = Token(kind, _SPELLINGS.get(found, found), place, end)
    if kind == "number":
        _check_number(text, token)
    elif kind == "name":
        _check_name(text, token)
    return [token]


def normal_name(name: str) -> str:
    """The name as Python spells it: ŷ is one name, however it was typed, and w₀ is w0.

    >>> normal_name("w₀"), normal_name("w₂₁"), normal_name("wₖ"), normal_name("ﬁ")
    ('w0', 'w21', 'w_k', 'fi')
    """
    if not isinstance(name, str):
        raise TypeError(f"values are given for names, such as 'x', got {described(name)}")
    parts = []
    for is_low, letters in groupby(name, _is_low):
        part = unicodedata.normalize("NFKC", "".join(letters))
        parts.append(f"_{part}" if is_low and not part.isdecimal() else part)
    return unicodedata.normalize("NFKC", "".join(parts))


def _is_low(character: str) -> bool:
    return unicodedata.decomposition(character).startswith("<sub>")


def _not_allowed(text: str, place: int) -> ExpressionError:
    bad = text[place : place + 2]
    bad = bad if bad in ("//", "==") else text[place]
    gates = [gate.name for gate in GATES.values() if bad in (gate.symbol, gate.text_name)]
    advice = ADVICE.get(bad) or (f"write {gates[0]}(…)" if gates else ALLOWED)
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
    if token.text in ("√", "∞"):
        return
    plain = normal_name(token.text)
    small = [c for c in token.text if unicodedata.decomposition(c).startswith("<super>")]
    if small or not plain.isidentifier():
        advice = "a name is made of letters, digits and _"
        if small:
            base, _, exponent = (normal_name(p) for p in token.text.partition(small[0]))
            exponent = normal_name(small[0]) + exponent
            advice = f"write {printable(base or 'x')}**{printable(exponent)} for a power"
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
    order = _Order(text)
    for token in tokens:
        order.take(token)
    if order.opened:
        (token, _), advice = order.opened[-1], "write the ) that belongs to it"
        raise error_at(text, *token.place, "this ( is never closed", advice)


class _Order:
    """What has been read so far, and which tokens may follow."""

    def __init__(self, text: str) -> None:
        self.text, self.taken = text, [START]
        self.opened: list[tuple[Token, bool]] = []  # and whether it holds the inputs of a gate
        self.value_expected = True

    @property
    def before(self) -> Token:
        """The token that was read last."""
        return self.taken[-1]

    @property
    def in_gate(self) -> bool:
        """Whether the inputs of a gate are being read."""
        return bool(self.opened) and self.opened[-1][1]

    def take(self, token: Token) -> None:
        """Go on by one token, or raise the error that it is."""
        if self.value_expected:
            self._take_for_value(token)
        else:
            self._take_after_value(token)
        self.taken.append(token)

    def _take_for_value(self, token: Token) -> None:
        if token.text == "(":
            self.opened.append((token, False))
        elif token.text == ")" and self.before.text == "(" and self.in_gate:
            self.opened.pop()  # how many inputs the gate takes is not known here
            self.value_expected = False
        elif token.kind in ("number", "name"):
            self.value_expected = False
        elif token.text not in ("+", "-"):
            raise _missing_value(self.text, token)

    def _take_after_value(self, token: Token) -> None:
        text, before = self.text, self.before
        if token.text == "(" and before.kind == "name":
            self.opened.append((token, True))
            self.value_expected = True
        elif token.kind in ("number", "name") or token.text == "(":
            raise _missing_operator(text, self.taken, token)
        elif token.text == "**" and is_small(text, before):
            power, sign = text[before.start : before.stop], text[token.start : token.stop]
            advice = f"say with parentheses which is meant: (…{power}){sign}…"
            raise error_at(text, before.start, token.stop, "a power of a power", advice)
        elif token.text == ")":
            if not self.opened:
                raise error_at(text, *token.place, "this ) closes nothing", "leave it out")
            self.opened.pop()
        elif token.text == "," and not self.in_gate:
            advice = "a comma stands between the inputs of a gate: max(x, y)"
            raise error_at(text, *token.place, "this comma separates nothing", advice)
        else:
            self.value_expected = True


def is_small(text: str, token: Token) -> bool:
    """Whether it is part of a small exponent, as in x²."""
    return text[token.start : token.start + 1] in {*_HIGH, "⁻", "⁺"} - {""}


def _missing_value(text: str, token: Token) -> ExpressionError:
    what = f"a value is missing before {token.text}"
    if token.kind == "end":
        what = "the expression ends where a value should follow"
    return error_at(text, *token.place, what, ALLOWED)


def _missing_operator(text: str, taken: Sequence[Token], token: Token) -> ExpressionError:
    base, power, before = [START, START, *taken][-3:]
    left, right = printable(before.text), printable(token.text)
    what, advice = "there is no operator between these two", "write * between them"
    if power.text == "**" and (applied := application(normal_name(base.text), "…")):  # sin²(x)
        advice = f"write {applied}**{left}"
    elif not (left == ")" or right == "(" or is_small(text, before)):
        what = f"there is no operator between {left} and {right}"
        inside = application(normal_name(token.text), "…") or right
        applied = application(normal_name(before.text), inside)
        advice = f"write {applied or f'{left}*{right} for their product'}"
    return error_at(text, *token.place, what, advice)


# --- tokens to a formula --------------------------------------------------------------------------


def as_formula(text: str) -> str:
    """The expression as a reader would write it.

    >>> as_formula("sigmoid(w0*x0 + b**2)"), as_formula("y = x⁻¹")
    ('σ(w₀·x₀ + b²)', 'y = x⁻¹')
    """
    result, tokens = result_and_formula(tokens_of(text))
    parts: list[str] = [f"{unicode_name(normal_name(result.text))} = "] if result else []
    before, written = START, 0
    for place, (token, after) in enumerate(zip(tokens, [*tokens[1:], tokens[-1]])):
        text = token.text
        if place < written:
            continue
        if text == "**" and (exponent := _whole_exponent(before, tokens[place + 1 :])):
            text = "".join(exponent).translate(_TO_HIGH)
            written = place + 1 + len(exponent)
        elif token.kind == "name":
            is_gate = after.text == "(" and text in GATES
            text = GATES[text].text_name if is_gate else unicode_name(normal_name(text))
        elif token.kind == "operator":
            text = text.replace("-", "−")
            if not token.is_sign_after(before):
                text = {"*": "·", "**": "^", "/": "/"}.get(text, f" {text} ")
        elif text == ",":
            text = ", "
        parts.append(text)
        before = tokens[written - 1] if place < written else token
    return "".join(parts)


def _whole_exponent(base: Token, after: Sequence[Token]) -> list[str]:
    """The tokens of a whole number that a power may have as a small exponent, x²; else none."""
    exponent = [token.text for token in after[: 1 + (after[0].text == "-")]]
    is_whole = exponent[-1].isascii() and exponent[-1].isdecimal()
    is_tower = [token.text for token in after[len(exponent) :][:1]] == ["**"]
    reads_as_one = base.kind == "number" and not base.text.isdecimal()  # 1e5² and 0.5²
    return exponent if is_whole and not is_tower and not reads_as_one else []
