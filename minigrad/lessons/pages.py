"""Pages of names, numbers and tables in four formats: text, Markdown, LaTeX, HTML.

>>> page = [Heading("Forward"), Line([Name("z_1^1"), " = ", Answer(0.5)])]
>>> print(written(page, TEXT))
Forward
=======
z₁¹ = 0.5000
>>> print(written(page, MARKDOWN, answers=False))
## Forward
<BLANKLINE>
*z*₁¹ = \\_\\_\\_\\_\\_\\_
>>> print(written(page, LATEX))
\\section*{Forward}
<BLANKLINE>
$z_1^1 = 0.5000$
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from ..text import columns, escape, html_name, latex_name, latex_number, rounded, unicode_name


@dataclass(frozen=True)
class Name:
    """A label, written as each format writes names."""

    label: str


@dataclass(frozen=True)
class Answer:
    """A number that a class works out; blank without answers."""

    number: float
    digits: int = 4


@dataclass(frozen=True)
class Working:
    """The way to an answer in numbers; it is not there without answers."""

    pieces: Pieces


Piece = Name | Answer | Working | str
Pieces = Sequence["Piece"]


@dataclass(frozen=True)
class Heading:
    """The title of a part."""

    text: str


@dataclass(frozen=True)
class Words:
    """A sentence."""

    text: str


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
    words: Callable[[str], str]
    line: Callable[[str], str]
    cell: Callable[[str], str]
    title: Callable[[str], str]  # a cell of words
    grid: Callable[[Sequence[Sequence[str]]], str]  # of the header and the rows
    name: Callable[[str], str]  # a label
    number: Callable[[str], str]  # one that has been rounded
    sign: Callable[[str], str]  # what stands between names and numbers
    blank: str = "______"


def written(page: Page, form: Format, answers: bool = True) -> str:
    """The page in one of the formats, with the answers or with blanks."""

    def piece(part: Piece) -> str:
        if isinstance(part, Name):
            return form.name(part.label)
        if isinstance(part, Answer):
            return form.number(rounded(part.number, part.digits)) if answers else form.blank
        if isinstance(part, Working):
            return formula(part.pieces) if answers else ""
        return form.sign(part)

    def formula(pieces: Pieces) -> str:
        return "".join(map(piece, pieces))

    def cell(pieces: Pieces) -> str:
        if all(isinstance(part, str) and re.search("[A-Za-z]{2}", part) for part in pieces):
            return form.title("".join(map(str, pieces)))
        return form.cell(formula(pieces))

    parts = []
    for part in page:
        if isinstance(part, Heading):
            parts.append(form.heading(part.text))
        elif isinstance(part, Words):
            parts.append(form.words(part.text))
        elif isinstance(part, Line):
            parts.append(form.line(formula(part.pieces)))
        else:
            parts.append(form.grid([[cell(c) for c in row] for row in (part.header, *part.rows)]))
    return "\n".join(parts).strip("\n")


TEXT: Final = Format(
    heading=lambda text: f"\n{text}\n{'=' * len(text)}",
    words=str,
    line=str,
    cell=str,
    title=str,
    grid=lambda rows: columns(rows, "<" + ">" * (len(rows[0]) - 1)),
    name=unicode_name,
    number=str,
    sign=str,
)


def _plain_markdown(text: str) -> str:
    for character in "\\`*_[]|":
        text = text.replace(character, "\\" + character)
    return text


def _markdown_name(label: str) -> str:
    name = html_name(label)  # escaped, with the letter between <i> and </i>
    return _plain_markdown(re.sub("</?i>", "\0", name)).replace("\0", "*")


def _markdown_table(rows: Sequence[Sequence[str]]) -> str:
    header, *rest = rows
    rule = [":--", *["--:"] * (len(header) - 1)]
    return "".join(f"| {' | '.join(row)} |\n" for row in (header, rule, *rest))


MARKDOWN: Final = Format(
    heading=lambda text: f"## {_plain_markdown(text)}\n",
    words=lambda text: f"{_plain_markdown(text)}\n",
    line=lambda formula: f"{formula}\n",
    cell=str,
    title=_plain_markdown,
    grid=_markdown_table,
    name=_markdown_name,
    number=_plain_markdown,
    sign=_plain_markdown,
    blank=r"\_" * 6,
)

# Signs of formulas, as pieces of text hold them.
_LATEX_SIGNS: Final = {
    "·": r" \cdot ",
    "−": "-",
    "∂": r"\partial ",
    "′": "'",
    "δ": r"\delta ",
    "η": r"\eta ",
    "σ": r"\sigma ",
    "²": "^2",
    "½": r"\tfrac12 ",
    "→": r"\to ",
    "∞": r"\infty ",
    "%": r"\%",
    "_": r"\_",
    "&": r"\&",
    "#": r"\#",
}


def _latex_sign(text: str) -> str:
    upright = re.sub("[A-Za-z]{2,}", r"\\mathrm{\g<0>}", text)
    return "".join(_LATEX_SIGNS.get(one, one) for one in upright)


def _latex_words(text: str) -> str:
    """Plain words, with signs that only math mode has put into math mode."""
    return "".join(
        f"${sign.strip()}$"
        if (sign := _LATEX_SIGNS.get(character)) and character not in "%_&#"
        else sign or character
        for character in text
    )


def _latex_table(rows: Sequence[Sequence[str]]) -> str:
    header, *rest = (" & ".join(row) + r" \\" for row in rows)
    start = rf"\begin{{tabular}}{{l{'r' * (len(rows[0]) - 1)}}}"
    return "\n".join([start, rf"{header} \hline", *rest, r"\end{tabular}", ""])


LATEX: Final = Format(
    heading=lambda text: rf"\section*{{{text}}}" + "\n",
    words=lambda text: f"{_latex_words(text)}\n",
    line=lambda formula: f"${formula}$\n",
    cell=lambda formula: f"${formula}$",
    title=_latex_words,
    grid=_latex_table,
    name=latex_name,
    number=latex_number,
    sign=_latex_sign,
    blank=r"\underline{\hspace{4em}}",
)


def _html_table(rows: Sequence[Sequence[str]]) -> str:
    head, *body = (
        f"<tr>{''.join(f'<{tag}>{cell}</{tag}>' for cell in row)}</tr>"
        for tag, row in zip(["th", *["td"] * len(rows)], rows)
    )
    return f"<table><thead>{head}</thead><tbody>{''.join(body)}</tbody></table>"


HTML: Final = Format(
    heading=lambda text: f"<h3>{escape(text)}</h3>",
    words=lambda text: f"<p>{escape(text)}</p>",
    line=lambda formula: f"<p>{formula}</p>",
    cell=str,
    title=escape,
    grid=_html_table,
    name=html_name,
    number=escape,
    sign=escape,
)
