"""The step player: one piece of HTML that steps through a circuit in a browser or a notebook.

>>> import minigrad as mg
>>> w, x = mg.Value(2.0, label="w"), mg.Value(-1.0, label="x")
>>> player = mg.Stepper((w * x).tanh()).player()
>>> player.html.startswith("<div"), player.html.count("<img"), player.html.count("<script")
(True, 1, 1)

It is a picture, as an `<img>` with its data, and one script that turns it into the player: with
scripts off, or in a notebook that is not trusted, the picture stays. Nothing is fetched. The
script, built from web/player/ by tools/web/build.mjs, is given the circuit's numbers, the texts
that no number changes (page_data.py), and the functions of the circuit's gates. So every leaf can
get another number in the page, and both passes, their words and the quiz follow.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from ..files import as_script, javascript_gates
from ..pictures import png_from_svg
from ..rules import as_number
from ..text import escape
from .page_data import needs_python, page_data
from .replay import Replay
from .snapshot import Snapshot
from .tangent_words import start_of_tangents
from .web_files import themed_sheet, web_file

MOST_FORMULAS: Final = 6

SCRIPT: Final = """\
(() => {{
{player}
const host = document.currentScript?.closest(".minigrad-player") ??
  [...document.querySelectorAll(".minigrad-player")].find((one) => !one.shadowRoot);
const functions = (() => {{
{functions}
}})();
minigradPlayer.startPlayer(host, {style}, {data}, functions);
}})();"""
HOST: Final = '<div class="minigrad-player">'
PAGE: Final = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; \
script-src 'unsafe-inline'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
html, body {{ height: 100%; margin: 0 }}
body {{ display: flex; flex-direction: column; box-sizing: border-box; padding: 0.5rem }}
@media screen and (prefers-color-scheme: dark) {{ body {{ background: #0D1117; color: #E6EDF3 }} }}
h1 {{ margin: 0 0.5rem 0.4rem; font: 600 1.1rem/1.3 system-ui, sans-serif }}
main {{ display: flex; flex-direction: column; flex: 1 1 0; min-height: 0 }}
.minigrad-player {{ flex: 1 1 0; min-height: 0 }}
</style>
</head>
<body>
<main>
<h1>{title}, step by step</h1>
{player}
</main>
</body>
</html>
"""


class Player:
    """The player of a circuit's steps; it shows itself in a notebook.

    `html` is for a place in a page, `page` a page of its own. A network of more than 300 gates is
    drawn with a box for each unit, or each layer.
    """

    def __init__(self, replay: Replay, learning_rate: float = 0.1) -> None:
        learning_rate = as_number(learning_rate)
        run = replay.another()
        run.position = len(run)
        self._title = _title(run)
        # where the script does not run a reader sees the end, with no gate lit
        finished = replace(run.stage, done=frozenset(), active=None)
        circuit = run.circuit
        show = "room" if circuit.deltas else "values"  # the script writes formulas where wanted
        self._picture = circuit.picture(finished, show=show)  # first: it refuses what is too large
        data = page_data(run, replay.position, learning_rate)
        down = circuit.picture_for_a_phone(finished, self._picture, show)
        data["down"] = b64encode(down.encode()).decode()
        self.html = _html(run, self._picture, data)

    @property
    def page(self) -> str:
        """A whole page, which works from a file, offline."""
        player = self.html.replace(HOST, f"{HOST[:-1]} data-page>", 1)
        return PAGE.format(title=escape(self._title), player=player)

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """The player, and a picture of the finished circuit for where no HTML is shown."""
        return {"text/html": self.html, **png_of(lambda: self._picture), "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"<player of {self._title}>"


def picture_html(replay: Replay) -> str:
    """The circuit at the present step, with the sentence below it, for a notebook."""
    step = replay.present
    circuit = replay.circuit
    svg = circuit.picture(replay.stage)
    told = step and (step.upstream or circuit.seeds)
    start = [start_of_tangents(circuit)] if circuit.seeds else []
    lines = [step.sentence, *step.formulas[: MOST_FORMULAS if told else 0]] if step else start
    return (
        f"{_image(svg, _title(replay))}"
        f"<p><b>{escape(step.title if step else 'start')}</b><br>"
        f"{'<br>'.join(map(escape, lines))}</p>"
    )


def _html(run: Replay, svg: str, data: dict[str, Any]) -> str:
    """The picture and the script; `run` has taken all its steps."""
    style = themed_sheet(web_file("player/player.css"), "svg")
    script = SCRIPT.format(
        player=web_file("built/player.js"),
        style=as_script(style),
        data=as_script(data),
        functions=functions_of(run.circuit),
    )
    image = _image(svg, _summary(run))
    return f"{HOST}{image}<script>{script}</script></div>"


def functions_of(circuit: Snapshot) -> str:
    """The functions of the circuit's gates, as the body of a function of JavaScript."""
    names = {gate.name for gate in map(circuit.gate, circuit.gates) if not needs_python(gate)}
    _, _, source = javascript_gates(sorted(names)).partition("\n\n")  # without its comment
    return source.replace("export const GATES =", "return", 1)


def png_of(picture: Callable[[], str]) -> dict[str, str]:
    """The picture as the part of a notebook's bundle that a PDF takes; none without resvg-py."""
    with suppress(ImportError):
        return {"image/png": b64encode(png_from_svg(picture())).decode()}
    return {}


def _image(svg: str, alt: str) -> str:
    picture = b64encode(svg.encode()).decode()
    return (
        f'<img style="max-width:100%" alt="{escape(alt)}" '
        f'src="data:image/svg+xml;base64,{picture}">'
    )


def _title(replay: Replay) -> str:
    circuit, output = replay.circuit, replay.output
    name, value = circuit.names.label(output), circuit.rounded(circuit.values[output])
    return f"{name} = {value}" if name else f"a circuit with the output {value}"


def _summary(run: Replay) -> str:
    """The picture in words, for who cannot see it."""
    circuit = run.circuit
    if not circuit.goes_back:
        tangent = circuit.rounded(circuit.tangents.get(circuit.output, 0.0))
        seeds = ", ".join(map(circuit.names.text, circuit.seeds))
        return f"{_title(run)}: {len(circuit.gates)} gates; tangent {tangent}, seed: {seeds}"
    leaves = [leaf for leaf in circuit.leaves if leaf in run.gradients]
    gradients = [
        f"{circuit.names.text(leaf)} {circuit.rounded(run.gradients[leaf])}" for leaf in leaves[:12]
    ]
    more = [f"and {len(leaves) - 12} more"] * (len(leaves) > 12)
    return f"{_title(run)}: {len(circuit.gates)} gates; gradients: {', '.join([*gradients, *more])}"
