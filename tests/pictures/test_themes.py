"""Every text of a picture can be read on whatever it stands on."""

from __future__ import annotations

import pytest

import minigrad as mg
from minigrad.pictures.themes import THEMES

TEXTS = ["ink", "value", "gradient", "local", "faint", "warning"]
GROUNDS = ["background", "cluster", "gate"]


def contrast(colour, other):
    """The contrast of two colours by WCAG 2: from 1 (the same) to 21 (black on white)."""
    bright, dark = sorted((luminance(colour), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.478, abs=1e-3)  # the known near miss
    assert contrast("#123456", "#123456") == 1.0


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("ground", GROUNDS)
def test_every_text_has_a_contrast_of_at_least_4_5(theme, text, ground):
    colours = THEMES[theme]
    assert contrast(getattr(colours, text), getattr(colours, ground)) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ground", ["done", "active"])
def test_symbols_can_be_read_in_every_state_of_a_gate(theme, ground):
    colours = THEMES[theme]
    assert contrast(colours.ink, getattr(colours, ground)) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_a_drawing_has_the_colours_of_its_theme_and_no_others(theme):
    import re

    x = mg.Value(1.0, label="x")
    y = (x * 2).relu() * x
    y.backward()
    source = mg.draw(y, theme=theme, show="local", highlight=y, color="gradient").source
    colours = THEMES[theme]
    known = {c for c in vars(colours).values() if isinstance(c, str)} | set(colours.heat)
    assert set(re.findall(r"#[0-9A-Fa-f]{6}", source)) <= known
