"""`import minigrad.losses` gives `minigrad.nn.losses`, the module itself and not a copy."""

import sys

from .nn import losses
from .nn.losses import *  # noqa: F403  (what type checkers and editors see of it)

sys.modules[__name__] = losses
