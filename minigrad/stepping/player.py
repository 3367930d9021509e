"""The step player: one piece of HTML that steps through a circuit in a browser or a notebook.

>>> import minigrad as mg
>>> w, x = mg.Value(2.0, label="w"), mg.Value(-1.0, label="x")
>>> player = mg.Stepper((w * x).tanh()).player()
>>> player.html.startswith("<div"), player.html.count("<img"), player.html.count("<script")
(True, 1, 1)

It is a picture, as an `<img>` with its data, and one script that turns it into the player: with
scripts off, or in a notebook that is not trusted, the picture stays. Nothing is fetched. All texts
are made here; the script (player.js) knows nothing of gates.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import asdict
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from ..engine import Stage
from ..pictures import THEMES, Theme, draw
from ..rules import as_number
from ..text import escape, unicode_name
from .quiz import MISTAKES, Question, questions
from .step import Step

if TYPE_CHECKING:
    from .stepper import Stepper

MOST_FORMULAS: Final = 6
KINDS: Final = list(MISTAKES)

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
<style>body {{ margin: 2rem auto; max-width: 64rem; padding: 0 1rem }}</style>
</head>
<body>
{player}
</body>
</html>
"""


class Player:
    """The player of a circuit's steps; it shows itself in a notebook.

    `html` is for a place in a page, `page` a page of its own. A network of more than 300 gates is
    drawn with a box for each unit; the boxes show the end of both passes, the words every step.
    """

    def __init__(self, stepper: Stepper, learning_rate: float = 0.1) -> None:
        learning_rate = as_number(learning_rate)
        run = stepper.another()
        steps = list(run)
        self._title = _title(run)
        self.html = _html(run, _data(run, steps, stepper.position, learning_rate))

    @property
    def page(self) -> str:
        """A whole page, which works from a file, offline."""
        return PAGE.format(title=escape(self._title), player=self.html)

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return f"<player of {self._title}>"


def _title(run: Stepper) -> str:
    name, value = unicode_name(run.output.label), run.circuit.rounded(run.output.data)
    return f"{name} = {value}" if name else f"a circuit with the output {value}"


def _html(run: Stepper, data: dict[str, Any]) -> str:
    """The picture and the script; `run` has taken all its steps."""
    svg = draw(run.output, stage=_finished(run), digits=run.circuit.digits, title="").svg
    picture = b64encode(svg.encode()).decode()
    script = "".join(
        [
            "(() => {",
            _resource("player.js"),
            'const host = document.currentScript?.closest(".minigrad-player") ?? ',
            '[...document.querySelectorAll(".minigrad-player")].find((one) => !one.shadowRoot);\n',
            f"startPlayer(host, {as_script(_stylesheet())}, {as_script(data)});",
            "})();",
        ]
    )
    return (
        f'<div class="minigrad-player"><img style="max-width:100%" alt="{escape(_summary(run))}" '
        f'src="data:image/svg+xml;base64,{picture}"><script>{script}</script></div>'
    )


def picture_html(stepper: Stepper) -> str:
    """The circuit at the present step, with the sentence below it, for a notebook."""
    svg = draw(stepper.output, stage=stepper.stage, digits=stepper.circuit.digits, title="").svg
    picture = b64encode(svg.encode()).decode()
    step = stepper.present
    lines = [step.sentence, *step.formulas[: MOST_FORMULAS if step.upstream else 0]] if step else []
    return (
        f'<img style="max-width:100%" alt="{escape(_title(stepper))}" '
        f'src="data:image/svg+xml;base64,{picture}">'
        f"<p><b>{escape(step.title if step else 'start')}</b><br>"
        f"{'<br>'.join(map(escape, lines))}</p>"
    )


def _finished(run: Stepper) -> Stage:
    """The last stage, with no gate lit: what a reader sees where the script does not run."""
    stage = run.stage
    return Stage(stage.values, stage.gradients, stage.contributions)


def _summary(run: Stepper) -> str:
    """The picture in words, for who cannot see it."""
    circuit = run.circuit
    leaves = [leaf for leaf in circuit.leaves if leaf in run.gradients]
    gradients = [
        f"{circuit.names.text(leaf)} {circuit.rounded(run.gradients[leaf])}" for leaf in leaves[:12]
    ]
    more = [f"and {len(leaves) - 12} more"] * (len(leaves) > 12)
    return f"{_title(run)}: {len(circuit.gates)} gates; gradients: {', '.join([*gradients, *more])}"


def as_script(thing: Any) -> str:
    """Data as a literal of JavaScript that cannot end the script it stands in.

    >>> print(as_script("</script>&\u2028"))
    "\\u003c/script\\u003e\\u0026\\u2028"
    """
    text = json.dumps(thing, separators=(",", ":"), ensure_ascii=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _resource(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


# --- the looks ------------------------------------------------------------------------------------


def _stylesheet() -> str:
    """player.css with the themes' colours; every colour of the picture becomes a variable."""
    light = asdict(THEMES["light"])
    rules = []
    for name, colour in light.items():
        if isinstance(colour, str):
            for attribute in ("fill", "stroke"):
                selector = f'svg [{attribute}="{colour.lower()}"]'
                rules.append(f"{selector} {{ {attribute}: var(--{name}); }}")
    sheet = _resource("player.css").replace("@COLOURS@", "\n".join(rules))
    for theme in ("light", "dark"):
        sheet = sheet.replace(f"@{theme.upper()}@", _variables(THEMES[theme]))
    return sheet


def _variables(theme: Theme) -> str:
    colours = [
        f"--{name}: {colour};" for name, colour in asdict(theme).items() if isinstance(colour, str)
    ]
    return " ".join([*colours, f"--border: {theme.cluster_line};"])


# --- the data -------------------------------------------------------------------------------------


def _data(run: Stepper, steps: list[Step], position: int, learning_rate: float) -> dict[str, Any]:
    """All that the script shows, as texts; wires and gates by their place in the circuit."""
    circuit = run.circuit
    count = len(circuit.gates)
    return {
        "title": _title(run),
        "start": "The values of the leaves are given; the forward pass computes all others, gate "
        "by gate, and the backward pass their gradients.",
        "position": position,
        "leaves": len(circuit.leaves),
        "output": circuit.place[run.output],
        "upstream": circuit.rounded(run.upstream),
        "values": [circuit.rounded(circuit.values[wire]) for wire in circuit.wires],
        "kinds": list(MISTAKES.items()),
        "forward": [_texts(step) for step in steps[:count]],
        "backward": [
            _backward(run, step, questions(step, run.sent_to(step.output), learning_rate))
            for step in steps[count:]
        ],
    }


def _texts(step: Step) -> dict[str, Any]:
    return {
        "gate": step.circuit.place[step.output],
        "title": step.title,
        "sentence": step.sentence,
    }


def _backward(run: Stepper, step: Step, asked: Iterable[Question]) -> dict[str, Any]:
    circuit = step.circuit
    formulas = step.formulas
    more = [f"… and {len(formulas) - MOST_FORMULAS} more"] * (len(formulas) > MOST_FORMULAS)
    return {
        **_texts(step),
        "formulas": formulas[:MOST_FORMULAS] + more,
        "upstream": circuit.rounded(step.upstream or 0.0),
        "sent": [
            [circuit.place[source], place, circuit.rounded(sent), circuit.rounded(after)]
            for place, (source, sent, after) in enumerate(
                zip(step.inputs, step.contributions, step.after)
            )
            if sent is not None and after is not None
        ],
        "asked": [
            [
                question.name,
                _short(question.expected),
                circuit.rounded(question.expected),
                _short(question.after),
                [[KINDS.index(kind), _short(wrong)] for kind, wrong in question.mistakes],
            ]
            for question in asked
        ],
    }


def _short(number: float) -> float:
    """Six digits are enough to grade by."""
    return float(f"{number:.6g}")
