"""minigrad: a scalar autograd engine in the form of a circuit.

>>> import minigrad as mg
>>> w, x, b = mg.Value(2.0, label="w"), mg.Value(-1.0, label="x"), mg.Value(3.0, label="b")
>>> f = (w * x + b).sigmoid()
>>> f.backward()
>>> round(f.data, 4), round(w.grad, 4), round(x.grad, 4), round(b.grad, 4)
(0.7311, -0.1966, 0.3932, 0.1966)

A `Value` is a wire that carries a number; gates record their local gradients; `backward()` sends
gradients through the circuit, from the last gate to the first.
"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING, Any, Final

from . import copying as _copying  # noqa: F401  (gives Value its copies and pickles)
from . import datasets, losses, nn, optim
from . import gates as _gates
from . import micrograd_names as _micrograd_names  # noqa: F401  (gives Value its `_backward`)
from .accuracy import accuracy
from .engine import Value
from .expression import expression
from .expression_error import ExpressionError
from .gates import GATES, dot, lookup, select, where
from .gradcheck import gradcheck
from .gradients import grad
from .health import health
from .modes import no_grad
from .nonfinite import NonfiniteError, detect_nonfinite, first_nonfinite
from .order import topological_order
from .own_gates import GateError, gate
from .paths import paths
from .recording import constant
from .table import as_table
from .tracing import TracingError
from .tree import as_tree

if TYPE_CHECKING:
    from .array_steps import training_steps
    from .boundary import decision_boundary
    from .compiler import compile
    from .drawing import Drawing
    from .exports import export
    from .files import CircuitFileError, load, save
    from .render import draw
    from .step import Step
    from .stepper import Stepper
    from .training import fit
    from .worksheet import Worksheet

__all__ = [
    "GATES",
    "CircuitFileError",
    "Drawing",
    "ExpressionError",
    "GateError",
    "NonfiniteError",
    "Step",
    "Stepper",
    "TracingError",
    "Value",
    "Worksheet",
    "accuracy",
    "as_table",
    "as_tree",
    "compile",
    "constant",
    "datasets",
    "decision_boundary",
    "detect_nonfinite",
    "dot",
    "draw",
    "export",
    "expression",
    "first_nonfinite",
    "fit",
    "gate",
    "grad",
    "gradcheck",
    "health",
    "load",
    "lookup",
    "losses",
    "nn",
    "no_grad",
    "optim",
    "paths",
    "save",
    "select",
    "topological_order",
    "training_steps",
    "where",
]

# Modules that are loaded when one of their names is first asked for. Not every program draws or
# compiles, and what is loaded takes time twice: the garbage collector looks through all of it.
_LATER: Final = {
    "CircuitFileError": "files",
    "Drawing": "drawing",
    "Step": "step",
    "Stepper": "stepper",
    "Worksheet": "worksheet",
    "compile": "compiler",
    "decision_boundary": "boundary",
    "draw": "render",
    "export": "exports",
    "fit": "training",
    "load": "files",
    "save": "files",
    "training_steps": "array_steps",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    thing = globals()[name] = getattr(_import_module(f".{_LATER[name]}", __name__), name)
    return thing


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER})


# Every gate of the table is a function of the same name: mg.tanh, mg.maximum, …
for _name in GATES:
    if _name not in __all__:
        globals()[_name] = _gates.FUNCTIONS[_name]
        __all__ += [_name]
