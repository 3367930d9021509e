"""Values among NumPy's arrays: a ufunc of one Value is its gate, an array of Values has one each.

>>> import numpy as np
>>> from minigrad import Value
>>> v = Value(2.0)
>>> np.tanh(v).gate.name, (np.array([1.0, 2.0]) * v).tolist()[1].data
('tanh', 4.0)

NumPy is not imported here before an array has come.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from math import log
from typing import Any, Final

from ..rules import FUNCTIONS, GATES, Gate, Operand, apply, as_number, equal, is_time, where
from .foreign_names import how_to_write

LOG_2: Final = log(2.0)


def _of_numbers(name: str) -> Callable[[Any, Any], Any]:
    """The larger or the smaller of two where nan counts for nothing, as in `fmax` of C."""
    gate = FUNCTIONS[name]
    return lambda x, y: gate(where(equal(x, x), x, y), where(equal(y, y), y, x))


# Those that are not called as their gate is; Python's operators are the same gates.
UFUNCS: Final[dict[str, Callable[..., Any]]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "true_divide": operator.truediv,
    "remainder": operator.mod,
    "power": operator.pow,
    "float_power": operator.pow,
    "negative": operator.neg,
    "positive": operator.pos,
    "conjugate": operator.pos,
    "absolute": operator.abs,
    "fabs": operator.abs,
    "arcsin": FUNCTIONS["asin"],
    "arccos": FUNCTIONS["acos"],
    "arctan": FUNCTIONS["atan"],
    "arctan2": FUNCTIONS["atan2"],
    "arcsinh": FUNCTIONS["asinh"],
    "arccosh": FUNCTIONS["acosh"],
    "arctanh": FUNCTIONS["atanh"],
    "deg2rad": FUNCTIONS["radians"],
    "rad2deg": FUNCTIONS["degrees"],
    "rint": FUNCTIONS["round"],
    "fmax": _of_numbers("maximum"),
    "fmin": _of_numbers("minimum"),
    "logaddexp2": lambda x, y: FUNCTIONS["logaddexp"](x * LOG_2, y * LOG_2) / LOG_2,
    "square": lambda x: x * x,
    "reciprocal": lambda x: 1.0 / x,
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "equal": operator.eq,
    "not_equal": operator.ne,
}
BOOLEAN: Final = {"less", "less_equal", "greater", "greater_equal", "equal", "not_equal"}


def is_array(thing: Any) -> bool:
    """Whether this is an array or a data frame, not one of NumPy's numbers.

    >>> import numpy as np
    >>> is_array(np.array(2.0)), is_array(np.float64(2.0))
    (True, False)
    """
    return hasattr(thing, "__array_ufunc__") and hasattr(thing, "__len__")


def of_each_item(gate: Gate, operands: tuple[Any, ...]) -> Any:
    """The gate for each item of the arrays, or data frames, among its operands."""
    return _each(lambda *items: apply(gate, items), operands)


def of_operator(gate: Gate, operands: tuple[Any, ...]) -> Any:
    """The same, of an operator: NotImplemented where the other side does it by itself.

    Data frames, masked arrays and quantities with units do.
    """
    if any(is_array(x) and not (_is_plain(x) or _is_masked(x)) for x in operands):
        return NotImplemented
    return of_each_item(gate, operands)


def ufunc_of(ufunc: Any, method: str, operands: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """What a ufunc makes of operands of which at least one is a Value."""
    name = ufunc.__name__
    function = UFUNCS.get(name) or (FUNCTIONS[name] if name in GATES else None)
    if method == "__call__" and not options and function:
        numbers: list[Any] = []
        for operand in operands:  # what comes most often, in a third of the time
            if isinstance(operand, Operand):
                numbers.append(operand)
            elif isinstance(operand, float):
                numbers.append(float(operand))
            else:
                break
        else:
            return function(*numbers)
    import numpy

    operands = tuple(numpy.asarray(x) if isinstance(x, (list, tuple)) else x for x in operands)
    if any(is_array(x) and not (_is_plain(x) or _is_masked(x)) for x in operands):
        return NotImplemented
    is_python = set(ufunc.types) == {"O" * ufunc.nin + "->" + "O" * ufunc.nout}  # np.frompyfunc
    if not function and not is_python:
        raise TypeError(f"{name} of a Value is no gate: {how_to_write(name)}")
    if function and method == "__call__" and not options:
        return _each(function, operands, kind=bool if name in BOOLEAN else object)
    for out in options.get("out", ()):
        if out.dtype != object:
            raise TypeError(
                f"{name} cannot write Values into an array of {out.dtype}: let it make a new one "
                "(a = a * v in place of a *= v)"
            )
    return getattr(ufunc, method)(*map(_as_object, operands), **options)


def _is_masked(thing: Any) -> bool:
    """Whether this is no number and no array, but the place of a masked one: np.ma.masked."""
    return type(thing).__name__ == "MaskedConstant"


def _is_plain(array: Any) -> bool:
    return type(array).__name__ == "ndarray" and type(array).__module__ == "numpy"


def _each(function: Callable[..., Any], operands: tuple[Any, ...], kind: type = object) -> Any:
    def of_one(*items: Any) -> Any:
        return function(*map(_as_python, items))

    if not any(is_array(x) and getattr(x, "ndim", 1) for x in operands):
        return of_one(*operands)
    import numpy

    array = numpy.frompyfunc(of_one, len(operands), 1)(*map(_as_object, operands))
    return array if kind is object else array.astype(kind)


def _as_python(item: Any) -> Any:
    """One of NumPy's numbers as a float: its own arithmetic would ask here again, without end.

    The Value in an array without a dimension, as `np.where(v > 0, v, w)` gives it, is that Value.
    """
    if isinstance(item, (Operand, int)) or not hasattr(item, "dtype"):
        return item
    if is_array(item) and not _is_masked(item):
        item = item.item()
    return item if isinstance(item, Operand) else as_number(item)


def _as_object(operand: Any) -> Any:
    """An array of one in the place of a Value: NumPy then goes through the items by itself."""
    if not isinstance(operand, Operand):
        return as_number(operand) if is_time(operand) else operand
    import numpy

    array = numpy.empty((), dtype=object)
    array[()] = operand
    return array
