"""Text to circuit: an expression that somebody typed, read by a whitelist and never run as Python.

`expression` is the way through: text to tokens to a tree to wires; `expressions` takes several at
once. `parsing` cuts the text into tokens and checks their order, before Python's own parser sees
it. `functions` knows what gates are called; `errors` is how a mistake is shown: what is wrong,
carets under the place, and what to write.
"""

from .errors import ExpressionError, shown
from .expression import expression, expressions
from .parsing import as_formula, normal_name, parts_of

__all__ = [
    "ExpressionError",
    "as_formula",
    "expression",
    "expressions",
    "normal_name",
    "parts_of",
    "shown",
]
