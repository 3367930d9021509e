"""Exercises for a class: a network's forward pass, backward pass and update, written out.

Read `worksheet` first, which is what a teacher holds: with the numbers, or with blanks in their
place. `training_step` works the numbers out and says what stands on the page; `written_costs` has
the formulas of the costs, `function_names` what activations are called. `pages` writes such a page
as text, Markdown, LaTeX or HTML.
"""

from .worksheet import Worksheet

__all__ = [
    "Worksheet",
]
