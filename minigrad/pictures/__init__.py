"""Circuits as pictures, and the charts of a training: SVG, PNG, PDF and DOT.

Read `draw` first: it takes outputs (`drawn_outputs`), puts simpler gates in the place of those that
are to be expanded (`expansion`), selects the gates to show (`selection`), finds the units of a
network among them (`units`), puts all that is to be seen into a `scene`, and has it written as DOT
in one of three styles (`circuit_style`, `graph_style`, `collapsed_style`), of pieces that they
share (`dot_source`, `captions`). Which colour a wire or a gate has is decided in `colours`, from a
theme in `themes`. `layout` hands the DOT to Graphviz (in a browser that of `layout_in_browser`),
`drawing` is the finished picture, and `raster` makes a PNG of an SVG with `bundled_fonts`; `chart`
draws curves without Graphviz.
"""

from .chart import HUGE, Panel, chart_svg, even_ticks, svg_document, tick_text
from .draw import draw, draw_circuit, drawn_as_boxes, drawn_downwards
from .drawing import Drawing, Picture
from .layout import DRAW_LESS
from .layout_in_browser import graphviz_licence, graphviz_script
from .raster import png_from_svg, size_of
from .themes import THEMES, Theme, theme_named
from .units import factor_of

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
    "draw_circuit",
    "drawn_as_boxes",
    "drawn_downwards",
    "even_ticks",
    "factor_of",
    "graphviz_licence",
    "graphviz_script",
    "png_from_svg",
    "size_of",
    "svg_document",
    "theme_named",
    "tick_text",
]
