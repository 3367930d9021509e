"""Labels as a reader sees them: the one place where labels become names, and are escaped.

>>> unicode_name("w_21^1"), latex_name("w_21^1"), html_name("w_21^1")
('w₂₁¹', 'w_{21}^1', '<i>w</i>₂₁¹')
>>> unicode_name("y_hat"), latex_name("theta_1"), html_name("<script>")
('ŷ', '\\\\theta_1', '<i>&lt;script&gt;</i>')

A label is text that somebody else may have written. What comes out of here can stand in a
terminal, in LaTeX, in HTML, in SVG and in Graphviz's HTML-like labels as it is.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final, NamedTuple

LONGEST_NAME: Final = 32
NOTATIONS: Final = ("l", "[l]")  # a layer as an upper index: w₂₁¹, or w₂₁^[1]

_HIDDEN: Final = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # control, direction marks, surrogates, separators
_ACCENTS: Final = {"hat": "\u0302", "tilde": "\u0303", "bar": "\u0304"}
_ACCENT_NAMES: Final = {mark: name for name, mark in _ACCENTS.items()}
_GREEK_NAMES: Final = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau "
    "upsilon phi chi psi omega "
    "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
)
_GREEK: Final = dict(zip(_GREEK_NAMES.split(), "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ"))
_SUBSCRIPTS: Final = dict(
    zip("0123456789+-=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ")
)
_SUPERSCRIPTS: Final = dict(
    zip(
        "0123456789+-=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ",
    )
)
_LATEX_LETTERS: Final = {letter: "\\" + name for name, letter in _GREEK.items()}
_LATEX_ESCAPES: Final = {
    **{character: "\\" + character for character in "_$#%&{}"},
    "\\": r"\backslash{}",
    "^": r"\hat{\ }",
    "~": r"\sim{}",
    "<": r"\langle{}",  # LaTeX that stands in a web page must not open a tag
    ">": r"\rangle{}",
    " ": r"\ ",
    "…": r"\ldots{}",
    "�": "?",
    **{letter: command + "{}" for letter, command in _LATEX_LETTERS.items()},
}


class Name(NamedTuple):
    """A label taken apart: a base, an accent (`hat`, `tilde`, `bar` or none) and two indices."""

    base: str
    accent: str = ""
    subscript: str = ""
    superscript: str = ""


# --- reading a label ------------------------------------------------------------------------------

_DIGITS: Final = r"[0-9]+(?:,[0-9]+)*"
_SHORT: Final = r"[0-9A-Za-zα-ω]{1,3}(?:,[0-9A-Za-zα-ω]{1,3})*"
_BRACED: Final = r"\{[-0-9A-Za-zα-ω,+=()\[\]]+\}"
_LAYER: Final = r"\[[0-9A-Za-z]{1,3}\]"  # a layer's number, as in a_1^[2]
_LETTER: Final = r"[^\W\d_]"


def _run_of(letters: Iterable[str]) -> re.Pattern[str]:
    run = f"[{''.join(letters)}]+"
    return re.compile(f"{run}(?:,{run})*")


def _pattern(base: str, index: str) -> re.Pattern[str]:
    accent = f"_(?:{'|'.join(_ACCENTS)})|[{''.join(_ACCENTS.values())}]"
    index = f"{index}|{_BRACED}"
    high = rf"{index}|{_LAYER}"
    return re.compile(
        rf"(?P<base>{base})(?P<accent>{accent})?(?P<digits>[0-9]+)?"
        rf"(?:\^(?P<early>{high}))?(?:_(?P<sub>{index}))?(?:\^(?P<late>{high}))?"
    )


_LOW: Final = _run_of(_SUBSCRIPTS.values())
_HIGH: Final = _run_of(_SUPERSCRIPTS.values())
_TO_ASCII: Final = str.maketrans(
    {small: plain for table in (_SUBSCRIPTS, _SUPERSCRIPTS) for plain, small in table.items()}
)

# A symbol (one letter) takes any short index; a word, of which `_` may be a part, only digits.
_SYMBOL: Final = _pattern(f"{'|'.join(_GREEK)}|{_LETTER}", f"{_DIGITS}|{_SHORT}")
_WORD: Final = _pattern(f"{_LETTER}+(?:_{_LETTER}+)*?", _DIGITS)


def parse_name(label: object) -> Name:
    """The parts of a label; one that does not read as a name with indices is all base.

    >>> parse_name("delta_1^2")
    Name(base='δ', accent='', subscript='1', superscript='2')
    >>> parse_name("x0").subscript, parse_name("learning_rate").base, parse_name("a = b").base
    ('0', 'learning_rate', 'a = b')

    `_` begins a subscript and `^` a superscript: digits (`w_2,11`), up to three letters after a
    single letter (`x_i`, `w_out`), or anything short in braces (`x_{t+1}`). Digits at the end are
    a subscript. Names of Greek letters become letters. Unicode indices (`w₂₁¹`) read the same. A
    layer may stand in brackets, `a_1^[2]`, so that it is no exponent.
    """
    return _parsed(printable(label))


@lru_cache(4096)
def _parsed(text: str) -> Name:
    plain = _with_ascii_indices(text)
    match = _SYMBOL.fullmatch(plain) or _WORD.fullmatch(plain)
    if not match:
        return Name(text)
    base, accent, digits, early, subscript, late = (part or "" for part in match.groups())
    if (digits and subscript) or (early and late):
        return Name(text)
    base = _GREEK.get(base, base)
    letters = unicodedata.normalize("NFD", base)
    if not accent and len(letters) == 2 and letters[1] in _ACCENTS.values():
        base, accent = letters[0], letters[1]
    return Name(
        base,
        accent.strip("_") if accent[:1] == "_" else _ACCENT_NAMES.get(accent, ""),
        (digits or subscript).strip("{}"),
        (early or late).strip("{}"),
    )


def printable(label: object) -> str:
    """The label without what a reader cannot see: `�` in its place; a long one shortened.

    >>> printable("\\x1b[31mred"), printable("a" * 10_000)
    ('�[31mred', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…')
    """
    text = "" if label is None else str(label)
    text = unicodedata.normalize("NFC", text[: 8 * LONGEST_NAME].strip())
    text = _without_hidden(text)
    return text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1] + "…"


def _without_hidden(text: str, but: str = "") -> str:
    if text.isprintable():
        return text
    return "".join("�" if c not in but and _is_hidden(c) else c for c in text)


def _is_hidden(character: str) -> bool:
    code = ord(character)
    no_character = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
    return no_character or unicodedata.category(character) in _HIDDEN


def _with_ascii_indices(text: str) -> str:
    text = _LOW.sub(lambda found: f"_{{{found[0].translate(_TO_ASCII)}}}", text)
    return _HIGH.sub(lambda found: f"^{{{found[0].translate(_TO_ASCII)}}}", text)


# --- writing a name -------------------------------------------------------------------------------


def unicode_name(label: object) -> str:
    """The name for a terminal or a picture: `w₂₁¹`, `θ₁`, `ŷ`.

    >>> [unicode_name(label) for label in ("w_21^1", "theta_1", "y_hat", "w_2,11^1", "w_b")]
    ['w₂₁¹', 'θ₁', 'ŷ', 'w₂,₁₁¹', 'w_b']

    An index for which Unicode has no small letters keeps its `_` or `^`.
    """
    name = parse_name(label)
    return _accented(name) + _small_indices(name)


def latex_name(label: object) -> str:
    """The name in LaTeX's math mode: `w_{21}^1`, `\\theta_1`, `\\hat{y}`.

    >>> print(latex_name("y_hat"), latex_name("learning_rate"), latex_name("\\\\input"))
    \\hat{y} \\mathit{learning\\_rate} \\mathit{\\backslash{}input}
    """
    name = parse_name(label)
    if not name.base:
        return ""
    base = _LATEX_LETTERS.get(name.base, name.base)
    if base is name.base and not (len(base) == 1 and base.isalpha()):
        base = rf"\mathit{{{''.join(_LATEX_ESCAPES.get(letter, letter) for letter in base)}}}"
        base = _HIGH.sub(lambda found: f"^{{{found[0].translate(_TO_ASCII)}}}", base)
    if name.accent:
        base = rf"\{name.accent}{{{base}}}"
    return base + _latex_index("_", name.subscript) + _latex_index("^", name.superscript)


def html_name(label: object) -> str:
    """The name for HTML, SVG and Graphviz's HTML-like labels: `<i>w</i>₂₁¹`.

    >>> html_name("y_hat"), html_name('"; }'), html_name("")
    ('<i>ŷ</i>', '<i>&quot;; }</i>', '')
    """
    name = parse_name(label)
    if not name.base:
        return ""
    letter = f"<i>{escape(_accented(name))}</i>"
    layer, run = _layer_and_run(name)
    if layer.startswith("["):
        low = _small("_", name.subscript, _SUBSCRIPTS)
        high = _small("^", run, _SUPERSCRIPTS)
        return f"{letter}{escape(low)}<sup>{escape(layer)}</sup>{high}"
    return letter + escape(_small_indices(name))


def check_notation(notation: object) -> None:
    """Raise a ValueError if labels cannot be written so."""
    if notation not in NOTATIONS:
        raise ValueError(
            f"notation={notation!r}: choose {' or '.join(map(repr, NOTATIONS))}: layers as plain "
            "upper indices, w₂₁¹, or in brackets, w₂₁^[1]"
        )


def in_notation(label: object, notation: str) -> Any:
    """The label with its layer written as the notation wants it.

    >>> in_notation("w_21^1", "[l]"), in_notation("w_21^1", "l"), in_notation("x_1", "[l]")
    ('w_{21}^[1]', 'w_21^1', 'x_1')
    """
    name = parse_name(label)
    if notation == "l" or not name.superscript.isdecimal():
        return label
    return _with_high_index(name, f"[{name.superscript}]")


def with_run(label: object, run: int) -> str:
    """The label of a wire that is not the only one with it: with a number in brackets above.

    >>> [with_run(label, 2) for label in ("z_1^1", "x", "y_hat", "z_1^[1]", "a = b")]
    ['z_{1}^{1(2)}', 'x^{(2)}', 'y_hat^{(2)}', 'z_{1}^{[1](2)}', 'a = b⁽²⁾']
    >>> unicode_name(with_run("z_1^1", 2))
    'z₁¹⁽²⁾'
    """
    name, mark = parse_name(label), f"({run})"
    marked = _with_high_index(name, f"{{{name.superscript}{mark}}}")
    if parse_name(marked) == name._replace(superscript=name.superscript + mark):
        return marked
    room = LONGEST_NAME - len(mark)
    text = name.base if len(name.base) <= room else name.base[: room - 1] + "…"
    return text + _small("^", mark, _SUPERSCRIPTS)


def _with_high_index(name: Name, index: str) -> str:
    """The label of a name, with another upper index."""
    accent = f"_{name.accent}" if name.accent else ""
    low = f"_{{{name.subscript}}}" if name.subscript else ""
    return f"{name.base}{accent}{low}^{index}"


def escape(text: str, exact: bool = False) -> str:
    """Any text for HTML, SVG and Graphviz's HTML-like labels, between tags or in quotes.

    >>> escape("a < b & 'c'")
    'a &lt; b &amp; &#x27;c&#x27;'

    Control characters, which XML does not allow, become `�`; tabs and ends of lines stay. With
    `exact` all stay, for a page of one's own inside another.
    """
    return html.escape(text if exact else _without_hidden(text, but="\t\n\r"))


def subscript(number: int) -> str:
    """A whole number in small low digits.

    >>> subscript(12)
    '₁₂'
    """
    return _small("_", str(number), _SUBSCRIPTS)


def _accented(name: Name) -> str:
    return unicodedata.normalize("NFC", name.base + _ACCENTS.get(name.accent, ""))


@lru_cache(4096)  # a tree of 40 runs of a network asks 5,000 times for 100 names
def _small_indices(name: Name) -> str:
    high = (_small("^", part, _SUPERSCRIPTS) for part in _layer_and_run(name))
    return _small("_", name.subscript, _SUBSCRIPTS) + "".join(high)


def _layer_and_run(name: Name) -> tuple[str, str]:
    """An upper index [1](2) taken apart."""
    layer, bracket, run = name.superscript.partition("](")
    return (f"{layer}]", f"({run}") if bracket else (name.superscript, "")


def _small(sign: str, index: str, table: dict[str, str]) -> str:
    if all(character in table or character == "," for character in index):
        return "".join(table.get(character, character) for character in index)
    plain = re.fullmatch(f"{_DIGITS}|{_SHORT}|{_LAYER}", index)
    return sign + (index if plain else f"{{{index}}}")


def _latex_index(sign: str, index: str) -> str:
    if len(index) <= 1:
        return sign * len(index) + _LATEX_LETTERS.get(index, index)
    inside = "".join(_LATEX_ESCAPES.get(character, character) for character in index)
    return f"{sign}{{{inside}}}"
