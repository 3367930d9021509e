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

from . import nn
from .calculus import (
    GateError,
    NonfiniteError,
    detect_nonfinite,
    first_nonfinite,
    gate,
    grad,
    gradcheck,
    paths,
)
from .engine import Value, constant, no_grad, topological_order
from .expressions import ExpressionError, expression
from .nn import accuracy, datasets, losses
from .rules import FUNCTIONS as _FUNCTIONS
from .rules import GATES, dot, lookup, select, where
from .text import as_table, as_tree

if TYPE_CHECKING:
    from .compiled import TracingError, compile
    from .files import CircuitFileError, export, load, save
    from .lessons import Worksheet
    from .pictures import Drawing, draw
    from .stepping import Step, Stepper
    from .training import decision_boundary, fit, health, optim, training_steps

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

# Wings that are loaded when one of their names is first asked for. Not every program draws or
# compiles, and what is loaded takes time twice: the garbage collector looks through all of it.
_LATER: Final = {
    "CircuitFileError": "files",
    "Drawing": "pictures",
    "Step": "stepping",
    "Stepper": "stepping",
    "TracingError": "compiled",
    "Worksheet": "lessons",
    "compile": "compiled",
    "decision_boundary": "training",
    "draw": "pictures",
    "export": "files",
    "fit": "training",
    "health": "training",
    "load": "files",
    "optim": "training",
    "save": "files",
    "training_steps": "training",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        thing: Any = _import_module("importlib.metadata").version("minigrad-circuits")
    elif name in _LATER:
        thing = getattr(_import_module(f".{_LATER[name]}", __name__), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = thing
    return thing


def __dir__() -> list[str]:
    return __all__


# Every gate of the table is a function of the same name: mg.tanh, mg.maximum, …
for _name in GATES:
    if _name not in __all__:
        globals()[_name] = _FUNCTIONS[_name]
        __all__ += [_name]
