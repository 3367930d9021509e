"""`import minigrad.datasets` gives `minigrad.nn.datasets`, the module itself and not a copy."""

import sys

from .nn import datasets
from .nn.datasets import *  # noqa: F403  (what type checkers and editors see of it)

sys.modules[__name__] = datasets
