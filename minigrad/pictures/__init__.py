"""The wing pictures."""

from .chart import HUGE, Panel, chart_svg, even_ticks, svg_document
from .draw import draw
from .drawing import Drawing
from .layout import DRAW_LESS
from .picture import Picture
from .raster import png_from_svg, size_of
from .themes import THEMES, Theme, theme_named

__all__ = [
    "DRAW_LESS",
    "HUGE",
    "THEMES",
    "Drawing",
    "Panel",
    "Picture",
    "Theme",
    "chart_svg",
    "draw",
    "even_ticks",
    "png_from_svg",
    "size_of",
    "svg_document",
    "theme_named",
]
