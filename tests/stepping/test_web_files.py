"""Pages in the colours of pictures follow the theme."""

from dataclasses import asdict

from minigrad.pictures import THEMES
from minigrad.stepping.web_files import themed_sheet


def test_every_colour_of_a_picture_gives_way_to_a_variable_that_every_theme_sets():
    colours = [name for name, it in asdict(THEMES["light"]).items() if isinstance(it, str)]
    rules = themed_sheet("@COLOURS@", ".picture")
    assert len(colours) > 10
    for name in colours:
        assert f"{{ fill: var(--{name}) }}" in rules
        assert f"{{ stroke: var(--{name}) }}" in rules
        for theme in THEMES:
            assert f"--{name}: {getattr(THEMES[theme], name)};" in themed_sheet(
                f"@{theme.upper()}@", ".picture"
            )
