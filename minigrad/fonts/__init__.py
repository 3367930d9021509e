"""The bundled fonts: DejaVu Sans Condensed, cut down to the characters that pictures use.

With them a PNG or a PDF is legible on a machine without any font. They were made by
`tools/subset_fonts.py`; LICENSE in this folder is DejaVu's.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent
FAMILY: Final = "DejaVu Sans Condensed"


def _between(first: str, last: str) -> str:
    return "".join(map(chr, range(ord(first), ord(last) + 1)))


_ASCII: Final = _between(" ", "~")
_GREEK: Final = _between("Α", "Ρ") + _between("Σ", "Ω") + _between("α", "ω") + "ϑϕϵ"
_LATIN: Final = _between("\xa0", "ÿ") + "ĀāĒēĨĩĪīŌōŨũŪūŴŵŶŷẼẽỸỹȲȳŁłŠšŽžČčŐőŰűĞğİıŞş"
_INDICES: Final = (
    "⁰ⁱ⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₒₓₕₖₗₘₙₚₛₜᵢᵣᵤᵥⱼᵦᵧᵨᵩᵪᵃᵇᶜᵈᵉᶠᵍʰʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ"
)
_SIGNS: Final = "–—‘’“”…′″←↑→↓∂∇∏∑−√∞∫≈≠≤≥⋅⋯⊘ℓ\u0302\u0303\u0304\ufffd"

# The characters of each face; a character that its face lacks comes from the regular one.
FACES: Final = {
    "Minigrad-Regular.ttf": _ASCII + _LATIN + _GREEK + _INDICES + _SIGNS,
    "Minigrad-Bold.ttf": _ASCII + "ασ×÷·−…∞Σ?",
    "Minigrad-Oblique.ttf": _ASCII + _GREEK + "ŷŵâêîôûñãõ…",
}
COVERED: Final = frozenset(FACES["Minigrad-Regular.ttf"])
