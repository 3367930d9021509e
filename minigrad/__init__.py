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

from typing import TYPE_CHECKING, Any

from . import copying as _copying  # noqa: F401  (gives Value its copies and pickles)
from . import gates as _gates
from .compiler import compile
from .engine import Value, topological_order
from .gates import GATES, dot, lookup, select, where
from .gradients import grad
from .modes import no_grad
from .nonfinite import NonfiniteError, detect_nonfinite, first_nonfinite
from .recording import constant
from .tracing import TracingError

__all__ = [
    "GATES",
    "NonfiniteError",
    "TracingError",
    "Value",
    "compile",
    "constant",
    "detect_nonfinite",
    "dot",
    "first_nonfinite",
    "grad",
    "lookup",
    "no_grad",
    "select",
    "topological_order",
    "where",
]

if TYPE_CHECKING:

    def __getattr__(name: str) -> Any: ...


# Every gate of the table is a function of the same name: mg.tanh, mg.maximum, …
for _name in GATES:
    if _name not in __all__:
        globals()[_name] = _gates.FUNCTIONS[_name]
        __all__ += [_name]
