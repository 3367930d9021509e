"""Whether the tokens of an expression stand in an order that makes sense, and are not too many.

>>> from .tokens import tokens_of
>>> check_order("(w x)", tokens_of("(w x)"))
Traceback (most recent call last):
...
minigrad.expressions.errors.ExpressionError: there is no operator between w and x
  (w x)
     ^
write w*x for their product

It is checked here, so that the grammar of Python, which comes next, never has to explain itself to
somebody who typed an expression and not a program.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ..text import printable
from .errors import ALLOWED, ExpressionError, error_at
from .tokens import Token

MOST_OPERATORS: Final = 1_000  # CPython's own parser takes 3,000 in a row
DEEPEST: Final = 100  # and 200 parentheses in each other


def checked(text: str, tokens: Sequence[Token]) -> Sequence[Token]:
    """The tokens themselves, if they are not too many and in order."""
    check_size(text, tokens)
    check_order(text, tokens)
    return tokens


def check_size(text: str, tokens: Sequence[Token]) -> None:
    """No more operators, signs and parentheses in each other than Python's parser can take."""
    count = 0
    depths = [0]  # per open parenthesis, how many signs and powers are waiting for their right side
    depth = 0
    before: Token | None = None
    for token in tokens:
        if token.text == "(":
            depths.append(0)
            depth += 1
        elif token.text == ")" and len(depths) > 1:
            depth -= 1 + depths.pop()
        elif token.kind == "operator":
            count += 1
            is_sign = before is None or before.kind == "operator" or before.text in ("(", ",")
            if is_sign or token.text == "**":
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
            raise error_at(text, *token[2:], what, advice)
        before = token


def check_order(text: str, tokens: Sequence[Token]) -> None:
    """Values and operators in turn, every parenthesis closed."""
    opened: list[tuple[Token, bool]] = []  # and whether it holds the inputs of a gate
    before = Token("start", "", 0, 0)
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
                raise error_at(text, *token[2:], "this ) closes nothing", "leave it out")
            opened.pop()
        elif kind == "," and not (opened and opened[-1][1]):
            advice = "a comma stands between the inputs of a gate: max(x, y)"
            raise error_at(text, *token[2:], "this comma separates nothing", advice)
        else:
            value_expected = True
        before = token
    if opened:
        unclosed = opened[-1][0]
        raise error_at(
            text, *unclosed[2:], "this ( is never closed", "write the ) that belongs to it"
        )


def _missing_value(text: str, token: Token) -> ExpressionError:
    what = f"a value is missing before {token.text}"
    if token.kind == "end":
        what = "the expression ends where a value should follow"
    return error_at(text, token.start, token.stop, what, ALLOWED)


def _missing_operator(text: str, before: Token, token: Token) -> ExpressionError:
    left, right = printable(before.text), printable(token.text)
    if left == ")" or right == "(":
        what, advice = "there is no operator between these two", "write * between them"
    else:
        what, advice = (
            f"there is no operator between {left} and {right}",
            (f"write {left}*{right} for their product"),
        )
    return error_at(text, token.start, token.stop, what, advice)
