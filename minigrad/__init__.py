"""minigrad: a scalar autograd engine in the form of a circuit.

>>> import minigrad as mg
>>> w, x, b = mg.Value(2.0, label="w"), mg.Value(-1.0, label="x"), mg.Value(3.0, label="b")
>>> f = (w * x + b).sigmoid()
>>> f.backward()
>>> [f"{number:.4f}" for number in (f.data, w.grad, x.grad, b.grad)]
['0.7311', '-0.1966', '0.3932', '0.1966']

A `Value` is a wire that carries a number; gates record their local gradients; `backward()` sends
gradients through the circuit, from the last gate to the first.
"""

import sys as _sys

# At Ctrl-C the command stops with one line, also while the rest is still being loaded: this first.
# Python's first argument is "-m" until it has found what it shall run.
if (_sys.argv[:1] == ["-m"] and "minigrad" in _sys.orig_argv) or (
    _sys.argv and _sys.argv[0].endswith("/minigrad")
):
    import _signal  # type: ignore[import-not-found]  # is there already, which `signal` is not

    def _leave(*_: object) -> None:
        import os

        try:
            os.write(2, b"minigrad: stopped\n")
        finally:  # no stderr, no line
            os._exit(130)

    if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, _leave)

from importlib import import_module as _import_module
from typing import TYPE_CHECKING, Any, Final

from .engine import GradientLostWarning, Value, constant, no_grad, topological_order
from .rules import FUNCTIONS as _FUNCTIONS
from .rules import GATES, dot, lookup, select, where

if TYPE_CHECKING:
    from . import datasets, losses, nn, optim
    from .calculus import (
        GateError,
        NonfiniteError,
        detect_nonfinite,
        first_nonfinite,
        gate,
        grad,
        gradcheck,
        hessian,
        hvp,
        implicit,
        jacobian,
        jvp,
        paths,
        rounding,
        value_and_grad,
        vjp,
    )
    from .compiled import TracingError, compile
    from .expressions import ExpressionError, expression
    from .files import CircuitFileError, export, load, save
    from .lessons import Worksheet
    from .nn import accuracy, softmax
    from .pictures import Drawing, draw
    from .stepping import Step, Stepper, playground
    from .text import as_table, as_tree
    from .training import decision_boundary, fit, health, lr_range, training_steps

__all__ = [
    "GATES",
    "CircuitFileError",
    "Drawing",
    "ExpressionError",
    "GateError",
    "GradientLostWarning",
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
    "hessian",
    "hvp",
    "implicit",
    "jacobian",
    "jvp",
    "load",
    "lookup",
    "losses",
    "lr_range",
    "max",
    "min",
    "nn",
    "no_grad",
    "optim",
    "paths",
    "playground",
    "rounding",
    "save",
    "select",
    "softmax",
    "topological_order",
    "training_steps",
    "value_and_grad",
    "vjp",
    "where",
]

# By their wing, the names that are loaded when they are first asked for. Not every program draws or
# compiles, and what is loaded takes time twice: the garbage collector looks through all of it.
_LATER: Final = {
    "calculus": (
        "GateError NonfiniteError detect_nonfinite first_nonfinite gate grad gradcheck "
        "hessian hvp implicit jacobian jvp paths rounding value_and_grad vjp"
    ),
    "compiled": "TracingError compile",
    "expressions": "ExpressionError expression",
    "files": "CircuitFileError export load save",
    "lessons": "Worksheet",
    "nn": "accuracy softmax",
    "pictures": "Drawing draw",
    "stepping": "Step Stepper playground",
    "text": "as_table as_tree",
    "training": "decision_boundary fit health lr_range training_steps",
}
_MODULES: Final = ("datasets", "losses", "nn", "optim")


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return _import_module(f".{name}", __name__)  # which also sets it here
    if name == "__version__":
        thing: Any = _installed_version()
    elif home := next((wing for wing, names in _LATER.items() if name in names.split()), None):
        thing = getattr(_import_module(f".{home}", __name__), name)
    else:
        raise _no_such_name(name)
    globals()[name] = thing
    return thing


def _no_such_name(name: str) -> AttributeError:
    """The error for a name that is not here, which says what other libraries' names are here."""
    if name.startswith("_"):
        return AttributeError(f"module {__name__!r} has no attribute {name!r}")
    text = _import_module(".text", __name__)
    error: AttributeError = text.no_such_name(__name__, name, __all__, text.OF_MINIGRAD)
    return error


def __dir__() -> list[str]:
    return __all__


def _installed_version() -> str:
    """The version in the metadata; a checkout that was never installed has none, and still runs."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("minigrad-circuits")
    except PackageNotFoundError:
        return "0+unknown"


max, min = _FUNCTIONS["maximum"], _FUNCTIONS["minimum"]  # as Python and others call them

# Every gate of the table is a function of the same name: mg.tanh, mg.maximum, …
for _name in GATES:
    if _name not in __all__:
        globals()[_name] = _FUNCTIONS[_name]
        __all__ += [_name]
