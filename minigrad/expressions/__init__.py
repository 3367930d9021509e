"""The wing expressions."""

from .errors import ExpressionError, shown
from .expression import expression, normal_name
from .given_values import values_from
from .tokens import as_formula, tokens_of

__all__ = [
    "ExpressionError",
    "as_formula",
    "expression",
    "normal_name",
    "shown",
    "tokens_of",
    "values_from",
]
