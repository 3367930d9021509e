"""Pages of names, numbers and tables in four formats: text, Markdown, LaTeX, HTML.

>>> page = [Heading("Forward"), Line([Name("z_1^1"), " = ", Answer(0.5)])]
>>> print(as_text(page))
Forward
=======
z₁¹ = 0.5000
>>> print(as_markdown(page, answers=False))
## Forward
<BLANKLINE>
*z*₁¹ = \\_\\_\\_\\_\\_\\_
>>> print(as_latex(page))
\\section*{Forward}
<BLANKLINE>
$z_1^1 = 0.5000$
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ..text import columns, escape, html_name, latex_name, number_formula, rounded, unicode_name

BLANK: Final = "______"


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


def _shown(pieces: Pieces, answers: bool) -> Iterator[Name | Answer | str]:
    for piece in pieces:
        if not isinstance(piece, Working):
            yield piece
        elif answers:
            yield from _shown(piece.pieces, answers)


# --- text -----------------------------------------------------------------------------------------


def as_text(page: Page, answers: bool = True) -> str:
    """The page for a terminal or a plain file."""
    lines: list[str] = []
    for part in page:
        if isinstance(part, Heading):
            lines += [*[""] * bool(lines), part.text, "=" * len(part.text)]
        elif isinstance(part, Words):
            lines.append(part.text)
        elif isinstance(part, Line):
            lines.append(_text(part.pieces, answers))
        else:
            rows = [[_text(cell, answers) for cell in row] for row in [part.header, *part.rows]]
            lines.append(columns(rows, "<" + ">" * (len(part.header) - 1)))
    return "\n".join(lines)


def _text(pieces: Pieces, answers: bool) -> str:
    return "".join(
        unicode_name(piece.label)
        if isinstance(piece, Name)
        else _number(piece, answers)
        if isinstance(piece, Answer)
        else piece
        for piece in _shown(pieces, answers)
    )


def _number(answer: Answer, answers: bool) -> str:
    return rounded(answer.number, answer.digits) if answers else BLANK


# --- Markdown -------------------------------------------------------------------------------------


def as_markdown(page: Page, answers: bool = True) -> str:
    """The page for a notebook's Markdown cell or a repository."""
    lines: list[str] = []
    for part in page:
        if isinstance(part, Heading):
            lines += [f"## {_plain_markdown(part.text)}", ""]
        elif isinstance(part, Words):
            lines += [_plain_markdown(part.text), ""]
        elif isinstance(part, Line):
            lines += [_markdown(part.pieces, answers), ""]
        else:
            rows = [[_markdown(cell, answers) for cell in row] for row in part.rows]
            header = [_markdown(cell, answers) for cell in part.header]
            rule = [":--", *["--:"] * (len(header) - 1)]
            lines += [f"| {' | '.join(row)} |" for row in [header, rule, *rows]] + [""]
    return "\n".join(lines).rstrip()


def _markdown(pieces: Pieces, answers: bool) -> str:
    texts = []
    for piece in _shown(pieces, answers):
        if isinstance(piece, Name):
            name = html_name(piece.label)  # escaped, with the letter between <i> and </i>
            texts.append(_plain_markdown(name.replace("<i>", "\0").replace("</i>", "\0")))
        elif isinstance(piece, Answer):
            texts.append(_plain_markdown(_number(piece, answers)))
        else:
            texts.append(_plain_markdown(piece))
    return "".join(texts).replace("\0", "*")


def _plain_markdown(text: str) -> str:
    for character in "\\`*_[]|":
        text = text.replace(character, "\\" + character)
    return text


# --- LaTeX ----------------------------------------------------------------------------------------


def as_latex(page: Page, answers: bool = True) -> str:
    """The page for a LaTeX document, between `\\begin{document}` and `\\end{document}`."""
    lines: list[str] = []
    for part in page:
        if isinstance(part, Heading):
            lines += [rf"\section*{{{part.text}}}", ""]
        elif isinstance(part, Words):
            lines += [_latex_words(part.text), ""]
        elif isinstance(part, Line):
            lines += [f"${_latex(part.pieces, answers)}$", ""]
        else:
            rows = [[_latex_cell(cell, answers) for cell in row] for row in part.rows]
            header = " & ".join(_latex_cell(cell, answers) for cell in part.header)
            lines += [
                rf"\begin{{tabular}}{{l{'r' * (len(part.header) - 1)}}}",
                rf"{header} \\ \hline",
            ]
            lines += [rf"{' & '.join(row)} \\" for row in rows] + [r"\end{tabular}", ""]
    return "\n".join(lines).rstrip()


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


def _latex(pieces: Pieces, answers: bool) -> str:
    texts = []
    for piece in _shown(pieces, answers):
        if isinstance(piece, Name):
            texts.append(latex_name(piece.label))
        elif isinstance(piece, Answer):
            blank = r"\underline{\hspace{4em}}"
            text = number_formula(_number(piece, True)).operands[1]
            texts.append(text if answers else blank)
        else:
            upright = re.sub("[A-Za-z]{2,}", r"\\mathrm{\g<0>}", piece)
            texts.append("".join(_LATEX_SIGNS.get(one, one) for one in upright))
    return "".join(texts)


def _latex_cell(pieces: Pieces, answers: bool) -> str:
    if all(isinstance(piece, str) and re.search("[A-Za-z]{2}", piece) for piece in pieces):
        return "".join(_latex_words(piece) for piece in pieces if isinstance(piece, str))
    return f"${_latex(pieces, answers)}$"


def _latex_words(text: str) -> str:
    """Plain words, with signs that only math mode has put into math mode."""
    return "".join(
        f"${sign.strip()}$"
        if (sign := _LATEX_SIGNS.get(character)) and character not in "%_&#"
        else _LATEX_SIGNS.get(character, character)
        for character in text
    )


# --- HTML -----------------------------------------------------------------------------------------


def as_html(page: Page, answers: bool = True) -> str:
    """The page as a piece of HTML."""
    parts: list[str] = []
    for part in page:
        if isinstance(part, Heading):
            parts.append(f"<h3>{escape(part.text)}</h3>")
        elif isinstance(part, Words):
            parts.append(f"<p>{escape(part.text)}</p>")
        elif isinstance(part, Line):
            parts.append(f"<p>{_html(part.pieces, answers)}</p>")
        else:
            head = "".join(f"<th>{_html(cell, answers)}</th>" for cell in part.header)
            body = "".join(
                f"<tr>{''.join(f'<td>{_html(cell, answers)}</td>' for cell in row)}</tr>"
                for row in part.rows
            )
            parts.append(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")
    return "\n".join(parts)


def _html(pieces: Pieces, answers: bool) -> str:
    return "".join(
        html_name(piece.label)
        if isinstance(piece, Name)
        else escape(_number(piece, answers))
        if isinstance(piece, Answer)
        else escape(piece)
        for piece in _shown(pieces, answers)
    )
