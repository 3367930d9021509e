"""The bundled fonts, cut down to the characters that pictures use.

With them a PNG is legible on a machine without any font. Text is in Liberation Sans, which is as
wide as the Helvetica and Arial that a layout is made for; the indices and signs that it lacks are
in DejaVu Sans Condensed. Both are renamed, as their licences (in this folder) ask.
`tools/subset_fonts.py` made them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "fonts"
FAMILY: Final = "Minigrad Sans"


def _between(first: str, last: str) -> str:
    return "".join(map(chr, range(ord(first), ord(last) + 1)))


_ASCII: Final = _between(" ", "~")
_GREEK: Final = _between("Α", "Ρ") + _between("Σ", "Ω") + _between("α", "ω") + "ϑϕϵ"
_LATIN: Final = _between("\xa0", "ÿ") + "ĀāĒēĨĩĪīŌōŨũŪūŴŵŶŷẼẽỸỹȲȳŁłŠšŽžČčŐőŰűĞğİıŞş"
_INDICES: Final = (
    "⁰ⁱ⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₒₓₕₖₗₘₙₚₛₜᵢᵣᵤᵥⱼᵦᵧᵨᵩᵪᵃᵇᶜᵈᵉᶠᵍʰʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ"
)
_SIGNS: Final = "–—‘’“”…′″←↑→↓∂∇∏∑−√∞∫≈≠≤≥⋅⋯⊘ℓ\u0302\u0303\u0304\ufffd"

_LETTERS: Final = _ASCII + _GREEK + "×÷·−…∞ŷŵâêîôûñãõ"

# The faces, with the characters that each is to have if its source has them.
FACES: Final = {
    "MinigradSans-Regular.ttf": _ASCII + _LATIN + _GREEK + _INDICES + _SIGNS,
    "MinigradSans-Bold.ttf": _LETTERS,
    "MinigradSans-Italic.ttf": _LETTERS,
    "MinigradSigns-Regular.ttf": _INDICES + _SIGNS + "ϕϵẼẽỸỹȲȳ",
}
COVERED: Final = frozenset("".join(FACES.values()))
