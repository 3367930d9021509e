"""Training: `fit`, `training_steps`, the optimisers, and what a run leaves to look at.

`optim` has the optimisers, whose `parameters` are Values (`optim_in_slots`) or arrays, and whose
numbers are `settings`; it hands on `gradient_clipping` and the `schedules` of learning rates. `fit`
takes the data in `batches`, with an item for each of the loss's `arguments`, and runs `epochs` over
Values or, in `native_training`, `native_epochs`, where an optimiser's `optim_formulas` become
`optim_machine_code`; `steps` is for those who write the loop themselves. `early_stopping` keeps the
best parameters, `not_finite_rows` says which row stopped a run. `learning_rate_finder` tries which
rate to take; `history`, `progress`, `health` and `decision_boundary` show how it went.
"""

from . import optim
from .decision_boundary import decision_boundary
from .fit import fit
from .health import health
from .history import History
from .learning_rate_finder import lr_range
from .optim import Adam
from .schedules import cosine
from .steps import training_steps

__all__ = [
    "Adam",
    "History",
    "cosine",
    "decision_boundary",
    "fit",
    "health",
    "lr_range",
    "optim",
    "training_steps",
]
