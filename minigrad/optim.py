"""`import minigrad.optim` gives `minigrad.training.optim`, the module itself and not a copy."""

import sys

from .training import optim
from .training.optim import *  # noqa: F403  (what type checkers and editors see of it)

sys.modules[__name__] = optim
