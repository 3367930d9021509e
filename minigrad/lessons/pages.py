"""Pages of names, numbers and tables in four formats: text, Markdown, LaTeX, HTML.

>>> page = [Heading("Forward"), Line([Name("z_1^1"), " = ", Answer(0.5)])]
>>> print(written(page, TEXT))
Forward
=======
z₁¹ = 0.5
>>> print(written(page, MARKDOWN, answers=False))
## Forward
<BLANKLINE>
*z*₁¹ = \\_\\_\\_\\_\\_\\_
>>> print(written(page, LATEX))
\\section*{Forward}
<BLANKLINE>
$z_1^1 = 0.5$
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Final

from ..rules import Formula, as_latex, as_text
from ..text import (
    columns,
    escape,
    html_name,
    in_notation,
    latex_name,
    latex_number,
    rounded,
    unicode_name,
)


@dataclass(frozen=True)
class Name:
    """A label, written as each format writes names."""

    label: str


@dataclass(frozen=True)
class Answer:
    """A number that a class works out; blank without answers. `digits`: more than the sheet's."""

    number: float
    digits: int = 0


@dataclass(frozen=True)
class Given:
    """A number that stands on the sheet, with answers and without."""

    number: float


@dataclass(frozen=True)
class Working:
    """The way to an answer in numbers; without answers there is room to write it."""

    pieces: Pieces


@dataclass(frozen=True)
class Rule:
    """A formula of the table of gates."""

    formula: Formula


@dataclass(frozen=True)
class Gap:
    """What parts two formulas on one line: a comma and some room."""


Piece = Name | Answer | Given | Working | Rule | Gap | str
Pieces = Sequence["Piece"]


@dataclass(frozen=True)
class Heading:
    """The title of a part."""

    text: str


@dataclass(frozen=True)
class Words:
    """A sentence; formulas in it are sequences of pieces."""

    parts: Sequence[str | Pieces]


@dataclass(frozen=True)
class Line:
    """A formula on a line of its own."""

    pieces: Pieces


@dataclass(frozen=True)
class Grid:
    """A table: a header and rows of cells."""

    header: Sequence[Pieces]
    rows: Sequence[Sequence[Pieces]]


Page = Sequence[Heading | Words | Line | Grid]


@dataclass(frozen=True)
class Format:
    """How a format writes the parts of a page and the pieces of a formula."""

    heading: Callable[[str], str]
    words: Callable[[str], str]  # plain text
    sentence: Callable[[str], str]  # of words and formulas that are written already
    inline: Callable[[str], str]  # a formula in a sentence, or in a cell
    line: Callable[[str], str]
    grid: Callable[[Sequence[Sequence[str]]], str]  # of the header and the rows
    name: Callable[[str], str]  # a label
    number: Callable[[str], str]  # one that has been rounded
    sign: Callable[[str], str]  # what stands between names and numbers
    rule: Callable[[Formula], str]
    gap: str
    blank: str = "______"
    room: str = "______________________"  # for a working


def joined(terms: Sequence[Pieces]) -> list[Piece]:
    """The terms of a sum, with + between them."""
    return [piece for term in terms for piece in (" + ", *term)][1:]


def in_brackets(number: Answer | Given) -> list[Piece]:
    """A number as a factor, or behind a minus: a negative one in brackets."""
    return ["(", number, ")"] if number.number < 0.0 else [number]


def written(
    page: Page, form: Format, answers: bool = True, digits: int = 4, notation: str = "l"
) -> str:
    """The page in one of the formats, with the answers or with blanks."""
    writer = _Writer(form, answers, digits, notation)
    return "\n".join(map(writer.part, page)).strip("\n")


@dataclass(frozen=True)
class _Writer:
    """Writes parts of a page, and the pieces of their formulas."""

    form: Format
    answers: bool
    digits: int
    notation: str

    def part(self, part: Heading | Words | Line | Grid) -> str:
        match part:
            case Heading(text):
                return self.form.heading(text)
            case Words(parts):
                return self.form.sentence("".join(map(self.said, parts)))
            case Line(pieces):
                return self.form.line(self.formula(pieces))
            case Grid(header, rows):
                return self.form.grid([[*map(self.cell, row)] for row in (header, *rows)])

    def said(self, part: str | Pieces) -> str:
        """Words, or a formula among them."""
        form = self.form
        return form.words(part) if isinstance(part, str) else form.inline(self.formula(part))

    def cell(self, pieces: Pieces) -> str:
        if all(isinstance(part, str) and re.search("[A-Za-z]{2}", part) for part in pieces):
            return self.form.words("".join(map(str, pieces)))
        return self.form.inline(self.formula(pieces))

    def formula(self, pieces: Pieces) -> str:
        return "".join(map(self.piece, pieces))

    def piece(self, piece: Piece) -> str:
        form = self.form
        match piece:
            case Name(label):
                return form.name(in_notation(label, self.notation))
            case Given(number):
                return form.number(rounded(number, self.digits))
            case Answer(number, digits):
                shown = rounded(number, digits or self.digits)
                return form.number(shown) if self.answers else form.blank
            case Working(pieces):
                return self.formula(pieces) if self.answers else form.room
            case Rule(formula):
                return form.rule(formula)
            case Gap():
                return form.gap
            case str():
                return form.sign(piece)


TEXT: Final = Format(
    heading=lambda text: f"\n{text}\n{'=' * len(text)}",
    words=str,
    sentence=str,
    inline=str,
    line=str,
    grid=lambda rows: columns(rows, "<" + ">" * (len(rows[0]) - 1)),
    name=unicode_name,
    number=str,
    sign=str,
    rule=as_text,
    gap=",   ",
)


def _plain_markdown(text: str) -> str:
    return re.sub(r"[\\`*_\[\]|$<>&~#^]", r"\\\g<0>", text)


def _markdown_name(label: str) -> str:
    html = html_name(label).replace("<sup>", "^").replace("</sup>", "")
    name = re.sub("</?i>", "\0", html)  # escaped, its letter between <i> and </i>
    return _plain_markdown(unescape(name)).replace("\0", "*")


def _markdown_table(rows: Sequence[Sequence[str]]) -> str:
    header, *rest = rows
    rule = [":--", *["--:"] * (len(header) - 1)]
    return "".join(f"| {' | '.join(row)} |\n" for row in (header, rule, *rest))


MARKDOWN: Final = Format(
    heading=lambda text: f"## {_plain_markdown(text)}\n",
    words=_plain_markdown,
    sentence=lambda text: f"{text}\n",
    inline=str,
    line=lambda formula: f"{formula}\n",
    grid=_markdown_table,
    name=_markdown_name,
    number=_plain_markdown,
    sign=_plain_markdown,
    rule=lambda formula: _plain_markdown(as_text(formula)),
    gap=",\u2003",
    blank=r"\_" * 6,
    room=r"\_" * 22,
)

# Signs of formulas, as pieces of text hold them.
_LATEX_SIGNS: Final = {
    "Σ": r"\sum ",
    "ⱼ": "_j",
    "ₖ": "_k",
    "≠": r"\ne ",
    "≤": r"\le ",
    "·": r" \cdot ",
    "−": "-",
    "∂": r"\partial ",
    "′": "'",
    "Φ": r"\Phi ",
    "φ": r"\varphi ",
    "δ": r"\delta ",
    "η": r"\eta ",
    "σ": r"\sigma ",
    "²": "^2",
    "½": r"\tfrac12 ",
    "→": r"\to ",
    "∞": r"\infty ",
}
_LATEX_ESCAPES: Final = {
    **{character: "\\" + character for character in "%_&#${}"},
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": "$<$",
    ">": "$>$",
    "′": "$'$",
}


_LATEX_FUNCTIONS: Final = ("exp", "log", "max", "min", "sin", "cos", "tan", "sinh", "cosh", "tanh")


def _latex_sign(text: str) -> str:
    """Signs and words in math mode; the spaces beside words are kept."""

    def word(found: re.Match[str]) -> str:
        if found[0].strip() in _LATEX_FUNCTIONS:
            return rf"\{found[0].strip()} "
        return rf"\{'text' if ' ' in found[0] else 'mathrm'}{{{found[0]}}}"

    signs = re.split("( *[A-Za-z]{2,}(?: +[A-Za-z]{2,})* *)", text.replace("_", r"\_"))
    signs[1::2] = [re.sub(".+", word, found) for found in signs[1::2]]
    signs[::2] = ["".join(_LATEX_SIGNS.get(one, one) for one in found) for found in signs[::2]]
    return "".join(signs)


def _latex_words(text: str) -> str:
    """Plain words, with signs that only math mode has put into math mode."""
    signs = {**{sign: f"${latex.strip()}$" for sign, latex in _LATEX_SIGNS.items()}}
    signs |= _LATEX_ESCAPES
    return "".join(signs.get(character, character) for character in text)


def _latex_table(rows: Sequence[Sequence[str]]) -> str:
    header, *rest = (" & ".join(row) + r" \\" for row in rows)
    start = rf"\begin{{tabular}}{{l{'r' * (len(rows[0]) - 1)}}}"
    return "\n".join([start, rf"{header} \hline", *rest, r"\end{tabular}", ""])


LATEX: Final = Format(
    heading=lambda text: rf"\section*{{{text}}}" + "\n",
    words=_latex_words,
    sentence=lambda text: f"{text}\n",
    inline=lambda formula: f"${formula}$",
    line=lambda formula: f"${formula}$\n",
    grid=_latex_table,
    name=latex_name,
    number=latex_number,
    sign=_latex_sign,
    rule=as_latex,
    gap=r",\quad ",
    blank=r"\underline{\hspace{4em}}",
    room=r"\underline{\hspace{16em}}",
)


def _html_table(rows: Sequence[Sequence[str]]) -> str:
    head, *body = (
        f"<tr>{''.join(f'<{tag}>{cell}</{tag}>' for cell in row)}</tr>"
        for tag, row in zip(["th", *["td"] * len(rows)], rows)
    )
    table = f"<table><thead>{head}</thead><tbody>{''.join(body)}</tbody></table>"
    scrolls = 'style="overflow-x: auto" tabindex="0" role="group" aria-label="table"'
    return f"<div {scrolls}>{table}</div>"


HTML: Final = Format(
    heading=lambda text: f"<h3>{escape(text)}</h3>",
    words=escape,
    sentence=lambda text: f"<p>{text}</p>",
    inline=str,
    line=lambda formula: f"<p>{formula}</p>",
    grid=_html_table,
    name=html_name,
    number=escape,
    sign=escape,
    rule=lambda formula: escape(as_text(formula)),
    gap=",\u2003",
)
