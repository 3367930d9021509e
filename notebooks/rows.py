"""Long pictures in rows, as a page has lines: each begins where the one above it ends.

A committed notebook is read on paper and on telephones, where a circuit of twenty gates in one line
would have figures of two millimetres. It is cut between columns, through wires alone, and no wider
than a printed page.
"""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

WIDEST = 420  # points: of a printed page beside the margin for prompts
TALLEST = 620  # and of its height
SMALLEST = 0.45  # so small figures can still be read, 6 points
MOST_ROWS = 5
GAP = 10  # points between rows
MARGIN = 6  # and around each
LETTER = 0.6  # of the size of its letters: how wide a letter is, rather more than less
SIZE = re.compile(r'width="([\d.]+)pt" height="([\d.]+)pt"')
NUMBER = r"(-?[\d.]+)"
ElementTree.register_namespace("", "http://www.w3.org/2000/svg")
Box = tuple[float, float, float, float]  # left, right, top, bottom


def page_wide(svg: str) -> str:
    """The picture, no wider than a printed page, in as many rows as let its figures be read."""
    size = SIZE.search(svg)
    if not size or float(size[1]) <= WIDEST:
        return svg
    width, height = float(size[1]), float(size[2])
    fitted = f'width="{WIDEST}pt" height="{height * WIDEST / width:.1f}pt"'
    found = [(WIDEST / width, svg.replace(size[0], fitted, 1))]
    while found[-1][0] < SMALLEST and len(found) < MOST_ROWS:
        if cuts := cuts_of(svg, width, len(found) + 1):
            found.append(in_rows(svg, [0.0, *cuts, width]))
        else:
            break
    return max(found)[1]


def in_rows(svg: str, ends: list[float]) -> tuple[float, str]:
    """The scale at which it fits a page, and the picture cut there, one part under the other."""
    rows = [row_of(ElementTree.fromstring(svg), *part) for part in pairwise(ends)]
    rows += legend_of(ElementTree.fromstring(svg))
    across = max(float(row.get("width")) for row in rows)
    down = 0.0
    whole = Element("{http://www.w3.org/2000/svg}svg")
    ground = ElementTree.SubElement(whole, "{http://www.w3.org/2000/svg}rect", fill="#ffffff")
    for row in rows:
        row.set("y", f"{down:.2f}")
        down += float(row.get("height")) + GAP
        whole.append(row)
    down -= GAP
    scale = min(1.0, WIDEST / across, TALLEST / down)
    for each, unit, factor in ((ground, "", 1.0), (whole, "pt", scale)):
        each.set("width", f"{across * factor:.0f}{unit}")
        each.set("height", f"{down * factor:.0f}{unit}")
    whole.set("viewBox", f"0 0 {across:.2f} {down:.2f}")
    return scale, ElementTree.tostring(whole, encoding="unicode")


def row_of(root: Element, start: float, stop: float) -> Element:
    """What of a picture stands between two places, as tall as need be."""
    graph = graph_of(root)
    left, _ = moved(graph)
    reached = []
    for part in list(graph)[1:]:  # the first is the ground
        inside = [box for box in boxes_of(part) if box[0] + left < stop and box[1] + left > start]
        if not inside or is_legend(part):
            graph.remove(part)
        else:
            reached += inside
    return framed(root, reached, start, stop)


def legend_of(root: Element) -> list[Element]:
    """The words under a picture as a row of their own, if there are any."""
    graph = graph_of(root)
    for part in list(graph)[1:]:
        if not is_legend(part):
            graph.remove(part)
    reached = [box for part in list(graph)[1:] for box in boxes_of(part)]
    if not reached:
        return []
    left, _ = moved(graph)
    start, stop = min(box[0] for box in reached), max(box[1] for box in reached)
    return [framed(root, reached, left + start - MARGIN, left + stop + MARGIN)]


def is_legend(part: Element) -> bool:
    """Whether it is a word or a colour that belongs to no gate and no wire."""
    return part.tag.endswith(("}text", "}polygon"))


def framed(root: Element, reached: list[Box], start: float, stop: float) -> Element:
    """The picture from one place to another, and as tall as what it reaches there."""
    _, down = moved(graph_of(root))
    top = min(box[2] for box in reached) + down - MARGIN
    bottom = max(box[3] for box in reached) + down + MARGIN
    width, height = f"{stop - start:.2f}", f"{bottom - top:.2f}"
    view = f"{start:.2f} {top:.2f} {width} {height}"
    root.attrib = {"width": width, "height": height, "viewBox": view}
    return root


def cuts_of(svg: str, width: float, rows: int) -> list[float]:
    """Where to cut so that all rows are about as wide: through wires, and no unit if that goes."""
    graph = graph_of(ElementTree.fromstring(svg))
    left, _ = moved(graph)
    cuts = []
    for i in range(1, rows):
        wanted, slack = width * i / rows, width / rows / 3
        for whole in (("edge",), ("edge", "cluster")):
            places = [place for place in gaps(graph, left, whole) if abs(place - wanted) < slack]
            if places:
                cuts.append(min(places, key=lambda place: abs(place - wanted)))
                break
    return sorted(cuts)


def gaps(graph: Element, left: float, crossed: tuple[str, ...]) -> list[float]:
    """The middles of all columns in which only parts of these classes stand."""
    parts = [part for part in list(graph)[1:] if not is_legend(part)]
    kept = [part for part in parts if not part.get("class", "").startswith(crossed)]
    end, found = 0.0, []
    for start, stop, *_ in sorted(box for part in kept for box in boxes_of(part)):
        if start > end:
            found.append(left + (start + end) / 2)
        end = max(end, stop)
    return found


def graph_of(root: Element) -> Element:
    """The group of all that Graphviz has drawn."""
    return next(group for group in root.iter() if group.get("class") == "graph")


def moved(graph: Element) -> tuple[float, float]:
    """How far Graphviz moves its drawing, to the right and down."""
    across, down = re.search(rf"translate\({NUMBER} {NUMBER}\)", graph.get("transform")).groups()
    return float(across), float(down)


def boxes_of(group: Element) -> list[Box]:
    """The places of the shapes and texts of a group."""
    boxes = []
    for part in group.iter():
        kind = part.tag.partition("}")[2]
        if kind == "text":
            boxes.append(_box_of_text(part))
        elif kind == "ellipse":
            x, y, rx, ry = (float(part.get(name)) for name in ("cx", "cy", "rx", "ry"))
            boxes.append((x - rx, x + rx, y - ry, y + ry))
        elif found := re.findall(rf"{NUMBER},{NUMBER}", part.get("d") or part.get("points") or ""):
            across, down = ([float(number) for number in axis] for axis in zip(*found))
            boxes.append((min(across), max(across), min(down), max(down)))
    return boxes


def _box_of_text(text: Element) -> Box:
    x, y, size = (float(text.get(name)) for name in ("x", "y", "font-size"))
    width = LETTER * size * len(text.text or "")
    start = x - width * {"start": 0.0, "middle": 0.5, "end": 1.0}[text.get("text-anchor", "start")]
    return start, start + width, y - size, y + size / 3
