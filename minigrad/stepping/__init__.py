"""Backpropagation one gate at a time: forward and back, with words, formulas and questions.

Read `snapshot` and `step` first: a circuit with the numbers that it had, and what one gate does
with them; `words` makes the sentences and formulas of a step, `tangent_words` those of forward
mode, which begins at its `seeds`. `replay` takes the steps and undoes them, and `stepper` is what a
reader holds: it also stops at a wire, tells why a gradient is what it is (`why`), and grades
predictions (`quiz`, which asks `questions`). `player` is the page that plays the steps in a
browser, with `page_data` (of boxes `boxes_data`) and `web_files`; `frames` has a picture for
each step. `playground_page` makes a page of its own, in which circuits are typed and trained
without Python; its scripts are in web/, and have the table of gates from `gate_formulas`.
"""

from .playground_page import playground
from .snapshot import STEP_LESS
from .step import Step
from .stepper import Stepper

__all__ = [
    "STEP_LESS",
    "Step",
    "Stepper",
    "playground",
]
