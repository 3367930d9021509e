"""Values: wires that carry a number, and know the gate that they come out of.

>>> w = Value(2.0, label="w")
>>> y = w * w + 3
>>> y.data, y.gate.symbol, y.inputs[0].local_gradients
(7.0, '+', (2.0, 2.0))

`engine` finds the circuit behind a value and sends gradients through it; `recording` gives values
their operators and methods, from the table of gates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import attrgetter
from threading import RLock
from typing import TYPE_CHECKING, Any, Final

from ..rules import GATES, Gate, as_number
from .made_by_hand import gate_made_by_hand, inputs_made_by_hand
from .tracing import Deciding, recordings, refuse_reading_data, refuse_reading_grad, refuse_writing

# Layout. A circuit has millions of wires, and the garbage collector visits each object again and
# again, so a gate is one object: two inputs and their local gradients stand in its own slots.
# With another number of inputs, `_second` is MANY and the slots of the first hold tuples.
#
# Some gates are recorded in short form, and written out when somebody looks at their inputs:
# - A plain number beside one wire has no wire of its own. The gate looks like one with a single
#   input, and `_d_second` holds the number (in a tuple: it comes first).
# - The × gates of a dot product are not there. Their Σ has the factors as its inputs, the last
#   product's first, which is the order in which the × gates would send to them, and `_d_second`
#   is PRODUCTS.
#
# The many inputs of a compiled function's gate are Leaves: backward need not look for a circuit.
PRODUCTS: Final = object()
CONSTANT: Final = object()  # in `_second` of a leaf: a plain number, which gets no gradient

NO_CHILDREN: Final = ()

new_object: Final[Any] = object.__new__

# One thread at a time sends gradients or writes out a gate.
one_at_a_time: Final = RLock()


class Leaves(tuple["Value", ...]):
    """Inputs of a gate, in `_first`, that are leaves and no constants, each there once."""

    __slots__ = ()


class Value(Deciding):
    """A wire that carries a number, and the gate that it comes out of, if any.

    >>> w = Value(2.0, label="w")
    >>> y = w * w + 3
    >>> y
    Value(data=7.0, grad=?, gate=add)
    >>> y.backward()
    >>> w
    Value(data=2.0, grad=4.0, label='w')

    `data` takes anything that is one real number and holds a float. `grad` is d(output)/d(this)
    after `output.backward()`; before, it reads 0.0 and is shown as `?`. Comparisons (`<`, `<=`,
    `>`, `>=`) compare data; `==` and `hash` are identity, so that values live in sets and dicts.
    Other attributes can be set freely. `_children`, `_op`, `_prev` and `_backward` are micrograd's.
    """

    __slots__ = (
        "__dict__",
        "__weakref__",
        "_d_first",
        "_d_second",
        "_data",
        "_first",
        "_grad",
        "_second",
        "gate",
    )

    __array_ufunc__ = None  # NumPy's numbers leave arithmetic with a Value to us

    gate: Gate | None
    label: str = ""  # most wires have none: no slot for the collector to look into
    _data: float
    _grad: float | None
    _first: Any
    _second: Any
    _d_first: Any
    _d_second: Any

    def __init__(
        self, data: Any, _children: Iterable[Value] = NO_CHILDREN, _op: str = "", label: str = ""
    ) -> None:
        if isinstance(data, Value):
            raise TypeError(
                f"Value(...) got a Value, {data!r}: use it as it is, or Value(v.data) for a new "
                "wire with the same number and no gates behind it"
            )
        self._data = as_number(data)
        self._grad = None
        if label:
            self.label = label
        self.gate = None
        self._first = self._second = None
        self._d_first = self._d_second = None
        if _op or _children is not NO_CHILDREN:
            self._first = inputs_made_by_hand(_children, _op)
            if self._first is not None:
                self.gate = gate_made_by_hand(_op)
                self._second, self._d_first = MANY, ()

    @property
    def data(self) -> float:
        """The number that the wire carries; writing it converts as `Value(...)` does."""
        if recordings:
            refuse_reading_data(self)
        return self._data

    @data.setter
    def data(self, number: Any) -> None:
        if recordings:
            refuse_writing(self, ".data")
        self._data = as_number(number)

    @property
    def grad(self) -> float:
        """d(output)/d(this), from the latest `output.backward()`; leaves add up over calls.

        >>> x = Value(3.0)
        >>> for _ in range(2):
        ...     (x * x).backward()
        >>> x.grad
        12.0
        """
        if recordings:
            refuse_reading_grad(self)
        return 0.0 if self._grad is None else self._grad

    @grad.setter
    def grad(self, number: Any) -> None:
        if recordings:
            refuse_writing(self, ".grad")
        self._grad = None if number is None else as_number(number)

    @property
    def has_grad(self) -> bool:
        """Whether a gradient has been computed (or set) since the wire was made or cleared."""
        return self._grad is not None

    @property
    def inputs(self) -> tuple[Value, ...]:
        """The wires that go into the gate behind this wire, in order; none for a leaf."""
        if self._first is None:
            return ()
        write_out(self)
        if self._second is MANY:
            return tuple(self._first)
        return (self._first,) if self._second is None else (self._first, self._second)

    @property
    def local_gradients(self) -> tuple[float, ...]:
        """d(this)/d(input) for every input, as they were when the gate was recorded.

        >>> w, x = Value(2.0), Value(-3.0)
        >>> (w * x).local_gradients
        (-3.0, 2.0)

        Towards a constant it is 0.0 and never used.
        """
        if self._first is None:
            return ()
        write_out(self)
        if self._second is MANY:
            gradients: tuple[float, ...] = self._d_first
            return gradients
        return (self._d_first,) if self._second is None else (self._d_first, self._d_second)

    @property
    def is_leaf(self) -> bool:
        """Whether the wire comes out of no gate: an input, a parameter or a constant."""
        return self.gate is None

    @property
    def is_constant(self) -> bool:
        """Whether the wire is a plain number of an expression: it gets no gradient."""
        return self._first is None and self._second is CONSTANT

    def __pos__(self) -> Value:
        return self

    def __repr__(self) -> str:
        parts = [f"data={self._data!r}"]
        if self.is_constant:
            return f"Value({parts[0]}, constant)"
        parts.append("grad=?" if self._grad is None else f"grad={self._grad!r}")
        if self.label:
            parts.append(f"label={self.label!r}")
        if self.gate is not None:
            parts.append(f"gate={self.gate.name}")
        return f"Value({', '.join(parts)})"

    if TYPE_CHECKING:  # given by engine, recording, copying and micrograd_names
        apply_gate: Callable[..., Value]
        _op: str
        _prev: set[Value]
        _backward: Callable[[], None]

        def backward(self, upstream: float = 1.0) -> None: ...
        def zero_grad(self) -> None: ...
        def __add__(self, other: Any) -> Value: ...
        def __radd__(self, other: Any) -> Value: ...
        def __sub__(self, other: Any) -> Value: ...
        def __rsub__(self, other: Any) -> Value: ...
        def __mul__(self, other: Any) -> Value: ...
        def __rmul__(self, other: Any) -> Value: ...
        def __truediv__(self, other: Any) -> Value: ...
        def __rtruediv__(self, other: Any) -> Value: ...
        def __pow__(self, other: Any) -> Value: ...
        def __rpow__(self, other: Any) -> Value: ...
        def __neg__(self) -> Value: ...
        def __abs__(self) -> Value: ...
        def __deepcopy__(self, memo: dict[int, Any]) -> Value: ...
        def __copy__(self) -> Value: ...
        def __getattr__(self, name: str) -> Any: ...
        def __setattr__(self, name: str, value: Any) -> None: ...


MANY: Final = Value(0.0)  # a Value: backward asks it for its gradient like any second input


# What other wings read and write a wire's two numbers with: without asking whether they may.
number_of: Final[Callable[[Value], float]] = attrgetter("_data")
gradient_of: Final[Callable[[Value], float | None]] = attrgetter("_grad")
# Setters in C: no Ctrl-C comes between the writes of `deque(map(write_grad, wires, numbers), 0)`.
write_data: Final = Value.__dict__["_data"].__set__
write_grad: Final = Value.__dict__["_grad"].__set__


def own_backward(wire: Value) -> Callable[[], None] | None:
    """The function that the user assigned to `_backward` of a gate, if any."""
    if wire._second is not MANY or wire._d_second is PRODUCTS:
        return None
    function: Callable[[], None] | None = wire._d_second
    return function


def is_dot(wire: Value) -> bool:
    """Whether the gate is a Σ whose × gates have not been written out."""
    return wire._second is MANY and wire._d_second is PRODUCTS


def is_short(wire: Value) -> bool:
    """Whether the gate stands in short form: a number or products that have no wires yet."""
    if wire._second is MANY:
        return wire._d_second is PRODUCTS
    return wire._second is None and wire.gate is not None and wire.gate.arity == 2


def write_out(wire: Value) -> None:
    """If the gate was recorded in short form, make all its inputs wires like any other."""
    if is_short(wire):
        with one_at_a_time:
            if wire._second is MANY:
                if wire._d_second is PRODUCTS:
                    _write_out_products(wire)
            elif is_short(wire):
                _write_out_number(wire)


def _write_out_number(wire: Value) -> None:
    number = wire._d_second
    constant = Value(number[0] if type(number) is tuple else number)
    constant._second = CONSTANT
    if type(number) is tuple:
        wire._first, wire._second = constant, wire._first
        wire._d_first, wire._d_second = 0.0, wire._d_first
    else:
        wire._second, wire._d_second = constant, 0.0


def _write_out_products(wire: Value) -> None:
    factors, local_gradients = wire._first[::-1], wire._d_first[::-1]
    products = []
    for place in range(0, len(factors), 2):
        product: Value = new_object(type(wire))
        product._second, product._first = factors[place : place + 2]
        product._d_second, product._d_first = local_gradients[place : place + 2]
        product._data = product._d_second * product._d_first
        product._grad = wire._grad  # Σ hands on what it receives
        product.gate = _MUL
        products.append(product)
    wire._first, wire._d_first = tuple(products), (1.0,) * len(products)
    wire._d_second = None  # last: until here, a thread that looks without the lock finds PRODUCTS


_MUL: Final = GATES["mul"]
