"""A wire where Python asks for its number: comparisons, `if`, `float()`; and who is asked before.

>>> from minigrad import Value
>>> x = Value(2.5)
>>> int(x), bool(x), f"{x:.2f}"
(2, True, '2.50')
>>> [10, 20, 30][x]
Traceback (most recent call last):
...
TypeError: An index made of Value(data=2.5, grad=?) is not a gate: write int(v) for its number, or \
mg.select(table, v) for an item of a table
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

from ..rules import FUNCTIONS, Operand, as_number, described
from .arrays import UFUNCS, is_array, ufunc_of
from .foreign_names import NamesOfTensors
from .lost_gradients import warn_of_lost_gradient

# Who is asked before a number leaves the circuit or changes: nobody in ordinary use. `compiled`
# puts its guard here while it records a function, which is to be replayed with other numbers.
guards: Final[list[Any]] = []


def is_recording() -> bool:
    """Whether a function is being recorded in this thread: a wire then stands for any number."""
    return bool(guards) and bool(guards[-1].is_recording())


INSTEAD_OF_A_NUMBER: Final = (
    "Write mg.exp, mg.log, mg.sin … instead of math.exp …, and keep Values in a list or in an "
    "array of them, np.zeros(n, dtype=object)"
)
AFTERWARDS: Final = "Look after the call, at what the function returns or at its .circuit"

Wire = TypeVar("Wire", bound="NumberLike")


def _no_gate(what: str, instead: str, remedy: str) -> Callable[..., NoReturn]:
    """A method for what no gate does: it says what to write in its place."""

    def refuse(self: NumberLike, *_: Any) -> NoReturn:
        self._become_a_number(what, remedy)
        raise TypeError(f"{what} of {self!r} is not a gate: {instead}")

    return refuse


BITS: Final = (
    "where a and b are conditions (less, is_equal, …: 1.0 or 0.0) write a * b for both of them, "
    "mg.maximum(a, b) for one of them, 1 - a for the opposite"
)


def _no_operator(symbol: str, instead: str) -> Callable[..., Any]:
    """The method of an operator between two things that no gate has."""

    def refuse(self: NumberLike, other: Any) -> Any:
        if is_array(other) or not isinstance(other, (NumberLike, int, float, list, tuple)):
            return NotImplemented  # it may know better
        raise TypeError(f"{symbol} of {self!r} and {described(other)} is no gate: {instead}")

    return refuse


def _comparison(
    gate: str, holds: Callable[[float, float], bool], swapped: bool = False
) -> Callable[[NumberLike, Any], bool]:
    """A comparison of numbers; while a function is recorded, the gate that compares wires."""

    def compare(self: NumberLike, other: Any) -> bool:
        if guards:
            x, y = (other, self) if swapped else (self, other)
            if (wire := guards[-1].condition(gate, x, y)) is not None:
                return wire  # type: ignore[no-any-return]
        if isinstance(other, NumberLike):
            return holds(self._datum, other._datum)
        if type(other) is not float and is_array(other):
            return NotImplemented  # type: ignore[no-any-return]  # NumPy compares each item
        return holds(self._datum, as_number(other))

    return compare


def looks_at_numbers(what: str) -> None:
    """Ask whether somebody may look at the numbers of a circuit, who then decides by them."""
    if guards:
        guards[-1].fixes_a_number(what, AFTERWARDS)


class NumberLike(Operand, NamesOfTensors):
    """The operators of a wire, declared; its comparisons and conversions to Python's numbers."""

    __slots__ = ()

    _datum: float
    data: float
    is_constant: bool

    # what NumPy calls of each item of an array of Values, np.arctan(x): a gate under its name there
    arccos, arccosh, arctan2 = (UFUNCS[name] for name in ("arccos", "arccosh", "arctan2"))
    arcsin, arcsinh, arctan = (UFUNCS[name] for name in ("arcsin", "arcsinh", "arctan"))
    arctanh, deg2rad, rad2deg = (UFUNCS[name] for name in ("arctanh", "deg2rad", "rad2deg"))
    rint, fabs = UFUNCS["rint"], FUNCTIONS["abs"]

    def _become_a_number(self, what: str, remedy: str) -> None:
        """Ask whether Python may have the number: it has no gradient."""
        if guards:
            guards[-1].decides(self, what, remedy)

    __lt__ = _comparison("less", operator.lt)
    __le__ = _comparison("less_equal", operator.le)
    __gt__ = _comparison("less", operator.gt, swapped=True)
    __ge__ = _comparison("less_equal", operator.ge, swapped=True)
    equals = _comparison("is_equal", operator.eq)

    def choose(self, if_true: Any, if_false: Any) -> Any:
        if guards and (gate := guards[-1].choice(self, if_true, if_false)) is not None:
            return gate
        return if_true if self else if_false

    def __eq__(self, other: object) -> bool:
        if guards and other is not self and hasattr(type(other), "__float__"):
            self._become_a_number(
                "== or != (or `in`)",
                "Write mg.where(mg.is_equal(x, y), a, b) or mg.select(table, index) to compare "
                "numbers, `x is y` to ask for the same wire",
            )
        return NotImplemented  # Python asks the other operand, and then for identity

    __hash__ = Operand.__hash__

    def __pos__(self: Wire) -> Wire:
        return self

    def __bool__(self) -> bool:
        self._become_a_number(
            "bool() (an if, while, and, or, not, or a comparison in one of them)",
            "Write mg.where(condition, a, b), mg.maximum or mg.minimum",
        )
        return self._datum != 0.0

    def __float__(self) -> float:
        self._become_a_number("float()", INSTEAD_OF_A_NUMBER)
        if not self.is_constant:
            warn_of_lost_gradient()
        return self._datum

    def __int__(self) -> int:
        self._become_a_number("int()", "Write mg.select(table, index) to choose by a number")
        return int(self._datum)

    def __round__(self: Wire, digits: int | None = None) -> Wire:
        if digits is None:
            return self.round()
        raise TypeError(
            f"round(v, {digits}) of {self!r} is not a gate: write round(v.data, {digits}) for its "
            "number, or v * 10**n, round and / 10**n"
        )

    def __floor__(self: Wire) -> Wire:
        return self.floor()

    def __ceil__(self: Wire) -> Wire:
        return self.ceil()

    def __trunc__(self: Wire) -> Wire:
        return self.trunc()

    def __divmod__(self: Wire, other: Any) -> tuple[Wire, Wire]:
        return self // other, self % other

    def __rdivmod__(self: Wire, other: Any) -> tuple[Wire, Wire]:
        return other // self, other % self

    def __array_ufunc__(self, ufunc: Any, method: str, *operands: Any, **options: Any) -> Any:
        return ufunc_of(ufunc, method, operands, options)

    def conjugate(self: Wire) -> Wire:
        """The wire itself: NumPy asks for it, in `np.var` of a list of Values."""
        return self

    def __dir__(self) -> list[str]:
        return [*dir(type(self)), *self.__dict__]

    def __format__(self, layout: str) -> str:
        try:
            return format(self.data, layout) if layout else str(self)
        except ValueError as error:
            raise ValueError(f"{error}: the number of a Value is a float, {self.data!r}") from None

    if not TYPE_CHECKING:  # a type checker refuses them as they are
        as_integer_ratio = _no_gate(  # what the module statistics asks for, and Fraction
            "A fraction",
            "write mg.mean(values) in place of statistics.mean(values), or take v.data",
            "Write mg.mean(values) in place of statistics.mean(values)",
        )
        __matmul__ = _no_operator("@", "write v * w, or mg.dot(xs, ys) of two lists")
        __rmatmul__ = __matmul__
        __and__ = __rand__ = _no_operator("&", BITS)
        __or__ = __ror__ = _no_operator("|", BITS)
        __xor__ = __rxor__ = _no_operator("^", f"write v ** n for a power; {BITS}")
        __lshift__ = __rlshift__ = _no_operator("<<", "write v * 2**n")
        __rshift__ = __rrshift__ = _no_operator(">>", "write mg.floor(v / 2**n)")
        __invert__ = _no_gate(
            "~", "write 1 - v where v is a condition", "Write 1 - v where v is a condition"
        )
        __index__ = _no_gate(
            "An index made",
            "write int(v) for its number, or mg.select(table, v) for an item of a table",
            "Write mg.select(table, index) for an item, mg.lookup(matrix, index) for a row; for a "
            'count, as in range(n), name the argument: mg.compile(f, static=("n",))',
        )

    if TYPE_CHECKING:  # `recorders` makes them from the table; what is not here is Any

        def __add__(self: Wire, other: Any) -> Wire: ...
        def __radd__(self: Wire, other: Any) -> Wire: ...
        def __sub__(self: Wire, other: Any) -> Wire: ...
        def __rsub__(self: Wire, other: Any) -> Wire: ...
        def __mul__(self: Wire, other: Any) -> Wire: ...
        def __rmul__(self: Wire, other: Any) -> Wire: ...
        def __truediv__(self: Wire, other: Any) -> Wire: ...
        def __rtruediv__(self: Wire, other: Any) -> Wire: ...
        def __pow__(self: Wire, other: Any) -> Wire: ...
        def __rpow__(self: Wire, other: Any) -> Wire: ...
        def __neg__(self: Wire) -> Wire: ...
        def __abs__(self: Wire) -> Wire: ...
        def __mod__(self: Wire, other: Any) -> Wire: ...
        def __rmod__(self: Wire, other: Any) -> Wire: ...
        def __floordiv__(self: Wire, other: Any) -> Wire: ...
        def __rfloordiv__(self: Wire, other: Any) -> Wire: ...
        def exp(self: Wire) -> Wire: ...
        def log(self: Wire) -> Wire: ...
        def log1p(self: Wire) -> Wire: ...
        def sqrt(self: Wire) -> Wire: ...
        def sin(self: Wire) -> Wire: ...
        def cos(self: Wire) -> Wire: ...
        def normal_density(self: Wire) -> Wire: ...
        def normal_cdf(self: Wire) -> Wire: ...
        def tanh(self: Wire) -> Wire: ...
        def sigmoid(self: Wire) -> Wire: ...
        def relu(self: Wire) -> Wire: ...
        def leaky_relu(self: Wire, slope: Any = 0.01) -> Wire: ...
        def softplus(self: Wire) -> Wire: ...
        def silu(self: Wire) -> Wire: ...
        def gelu(self: Wire) -> Wire: ...
        def maximum(self: Wire, *others: Any) -> Wire: ...
        def minimum(self: Wire, *others: Any) -> Wire: ...
        def less(self: Wire, other: Any) -> Wire: ...
        def less_equal(self: Wire, other: Any) -> Wire: ...
        def is_equal(self: Wire, other: Any) -> Wire: ...
        def expm1(self: Wire) -> Wire: ...
        def exp2(self: Wire) -> Wire: ...
        def log2(self: Wire) -> Wire: ...
        def log10(self: Wire) -> Wire: ...
        def erf(self: Wire) -> Wire: ...
        def tan(self: Wire) -> Wire: ...
        def asin(self: Wire) -> Wire: ...
        def acos(self: Wire) -> Wire: ...
        def atan(self: Wire) -> Wire: ...
        def degrees(self: Wire) -> Wire: ...
        def radians(self: Wire) -> Wire: ...
        def sinh(self: Wire) -> Wire: ...
        def cosh(self: Wire) -> Wire: ...
        def asinh(self: Wire) -> Wire: ...
        def acosh(self: Wire) -> Wire: ...
        def atanh(self: Wire) -> Wire: ...
        def sinc(self: Wire) -> Wire: ...
        def sign(self: Wire) -> Wire: ...
        def floor(self: Wire) -> Wire: ...
        def ceil(self: Wire) -> Wire: ...
        def trunc(self: Wire) -> Wire: ...
        def round(self: Wire) -> Wire: ...
        def logaddexp(self: Wire, other: Any) -> Wire: ...
        def atan2(self: Wire, other: Any) -> Wire: ...
        def hypot(self: Wire, other: Any) -> Wire: ...
        def mod(self: Wire, other: Any) -> Wire: ...
        def floor_divide(self: Wire, other: Any) -> Wire: ...
        def clip(self: Wire, low: Any, high: Any) -> Wire: ...
        def logsumexp(self: Wire, *others: Any) -> Wire: ...
        def prod(self: Wire, *others: Any) -> Wire: ...
        def mean(self: Wire, *others: Any) -> Wire: ...
        def __getattr__(self, name: str) -> Any: ...  # gates of one's own, free attributes
        def __setattr__(self, name: str, value: Any) -> None: ...
