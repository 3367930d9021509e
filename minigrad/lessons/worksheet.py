"""A network's forward pass, backward pass and update, written out: an exercise and its key.

>>> from minigrad.nn import MLP
>>> model = MLP(1, [1, 1], activation=["sigmoid", "tanh"], weights=[[[0.5]], [[-2.0]]])
>>> sheet = Worksheet(model, [1.0], [0.5], learning_rate=0.1)
>>> print(sheet.text().split("Backward pass")[0].split("Forward pass")[1])
<BLANKLINE>
============
z₁¹ = w₁₁¹·x₁ + b₁¹ = 0.5·1 + 0 = 0.5
a₁¹ = σ(z₁¹) = 0.6225
z₁² = w₁₁²·a₁¹ + b₁² = (−2)·0.6225 + 0 = −1.245
a₁² = tanh(z₁²) = −0.8469
C = ½·(a₁² − t₁)² = ½·(−0.8469 − 0.5)² = 0.9070
<BLANKLINE>
<BLANKLINE>
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from ..engine import Value
from ..nn import MLP, losses
from ..rules import as_number, described, items_of
from ..text import Lines, check_digits, check_notation, save
from .pages import HTML, LATEX, MARKDOWN, TEXT, Format, written
from .training_step import TrainingStep


class Worksheet:
    """One training step of a network by hand, with the numbers or with blanks.

    >>> sheet = Worksheet.from_seed(7)
    >>> blank, key = sheet.text(answers=False), sheet.text()
    >>> "______" in blank, "______" in key
    (True, False)

    `model` is an `nn.MLP`, `x` and `t` are its inputs and targets (or what else the loss takes,
    such as the number of a class), `loss(model(x), t)` is the cost. No parameter and no `grad` of
    the model changes. The formulas of the activations, of the cost and of its derivative stand on
    the sheet; of a cost or an activation of one's own the numbers do. The last table has two
    columns that show what goes wrong when a layer's δ is computed with weights that have been
    updated already; `mistakes=False` leaves them out. `digits` is how many digits numbers have, and
    these columns more where it takes more to tell right from wrong. `notation="[l]"` writes layers
    in brackets.
    """

    def __init__(
        self,
        model: MLP,
        x: Sequence[float],
        t: float | Sequence[float],
        *,
        loss: Callable[[Any, Any], Value] = losses.half_squared_error,
        learning_rate: float = 0.5,
        mistakes: bool = True,
        digits: int = 4,
        notation: str = "l",
    ) -> None:
        if not isinstance(model, MLP):
            raise TypeError(f"a worksheet is about an nn.MLP, got {described(model)}")
        if not isinstance(x, Iterable):
            raise TypeError(f"x= is a list of the network's inputs, got {described(x)}")
        x = items_of("a worksheet", x, "a list of the network's inputs as x=")
        if isinstance(t, Iterable):
            t = items_of("a worksheet", t, "the target, or a list of targets, as t=")
        if not callable(loss):
            raise TypeError(f"loss= is a function of outputs and targets, got {described(loss)}")
        check_digits(digits)
        check_notation(notation)
        self._model, self._digits, self._notation = model, digits, notation
        rate = as_number(learning_rate)
        self._page = TrainingStep(model, x, t, loss, rate, mistakes, digits).page()

    @classmethod
    def from_seed(
        cls,
        seed: int,
        nin: int = 2,
        nouts: Sequence[int] = (2, 1),
        activation: Any = "sigmoid",
        **settings: Any,
    ) -> Worksheet:
        """An exercise with weights and inputs of one digit; the same seed gives the same one.

        >>> Worksheet.from_seed(3).text() == Worksheet.from_seed(3).text()
        True
        """
        chance = random.Random(seed)

        def number() -> float:
            return chance.choice([-1, 1]) * chance.randint(1, 15) / 10

        sizes = [nin, *nouts]
        weights = [[[number() for _ in range(k)] for _ in range(j)] for k, j in zip(sizes, nouts)]
        bias = [[number() for _ in range(j)] for j in nouts]
        each = [activation] * len(nouts) if isinstance(activation, str) else activation
        model = MLP(nin, list(nouts), activation=each, weights=weights, bias=bias)
        x = [number() for _ in range(nin)]
        return cls(model, x, [float(chance.randint(0, 1)) for _ in range(nouts[-1])], **settings)

    # --- the formats ---

    def text(self, answers: bool = True) -> str:
        """The sheet as plain text."""
        return self._written(TEXT, answers)

    def markdown(self, answers: bool = True) -> str:
        """The sheet in Markdown."""
        return self._written(MARKDOWN, answers)

    def latex(self, answers: bool = True) -> str:
        """The sheet in LaTeX, for the body of a document."""
        return self._written(LATEX, answers)

    def html(self, answers: bool = True) -> str:
        """The sheet as a piece of HTML."""
        return self._written(HTML, answers)

    def _written(self, form: Format, answers: bool) -> str:
        return Lines(written(self._page, form, answers, self._digits, self._notation))

    def save(self, path: str | os.PathLike[str], answers: bool = True) -> None:
        """Write the sheet to a file: `.txt`, `.md`, `.tex` or `.html` by its ending."""
        texts = {
            ".txt": self.text(answers),
            ".md": self.markdown(answers),
            ".tex": LATEX_DOCUMENT.replace("SHEET", self.latex(answers)),
            ".html": HTML_DOCUMENT.replace("SHEET", self.html(answers).replace("h3>", "h2>")),
        }
        save("a worksheet", path, {end: f"{text}\n".encode for end, text in texts.items()})

    def __repr__(self) -> str:
        return f"Worksheet({self._model!r})"

    def _repr_html_(self) -> str:
        return self.html()

    def __str__(self) -> str:
        return self.text()


LATEX_DOCUMENT: Final = r"""\documentclass{article}
\usepackage[margin=2cm]{geometry}
\usepackage{amsmath}
\setlength{\parindent}{0pt}
\setlength{\parskip}{4pt}
\renewcommand{\arraystretch}{1.4}
\begin{document}
\footnotesize\raggedright
SHEET
\end{document}"""

HTML_DOCUMENT: Final = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>One training step</title>
<style>
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
body { font: 15px/1.7 Helvetica, Arial, sans-serif; overflow-wrap: break-word }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin: 1.6rem 0 0.4rem }
table { border-collapse: collapse; margin: 0.5rem 0 1rem }
th, td { padding: 2px 12px; text-align: right; border-bottom: 1px solid #9FB0BF }
th:first-child, td:first-child { text-align: left; padding-left: 0 }
p { margin: 2px 0 }
@media (max-width: 32rem) { body { font-size: 14px } th, td { padding: 2px 7px } }
@media print {
  :root { color-scheme: light }
  body { max-width: none; margin: 0; font-size: 10.5pt }
  h2 { break-after: avoid } tr, p { break-inside: avoid } div { overflow: visible !important }
  @page { margin: 18mm }
}
</style>
</head>
<body>
<main>
<h1>One training step</h1>
SHEET
</main>
</body>
</html>"""
