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
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from .formula import Operand
from .gate import Gate, as_number

# Layout. A circuit has millions of wires, and the garbage collector visits each object again and
# again, so a gate is one object: two inputs and their local gradients stand in its own slots.
# With another number of inputs, `_second` is MANY and the slots of the first hold tuples. A plain
# number beside one wire gets a wire of its own only when somebody asks for it; until then the gate
# looks like one with a single input, and `_d_second` holds the number (in a tuple: it comes first).
MANY: Final = object()
CONSTANT: Final = object()  # in `_second` of a leaf: a plain number, which gets no gradient

new_object: Final[Any] = object.__new__


class Value(Operand):
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
        "label",
    )

    __array_ufunc__ = None  # NumPy's numbers leave arithmetic with a Value to us

    gate: Gate | None
    label: str
    _data: float
    _grad: float | None
    _first: Any
    _second: Any
    _d_first: Any
    _d_second: Any

    def __init__(
        self, data: Any, _children: Iterable[Value] = (), _op: str = "", label: str = ""
    ) -> None:
        if isinstance(data, Value):
            raise TypeError(
                f"Value(...) got a Value, {data!r}: use it as it is, or Value(v.data) for a new "
                "wire with the same number and no gates behind it"
            )
        self._data = as_number(data)
        self._grad = None
        self.label = label
        self.gate = None
        self._first = self._second = None
        self._d_first = self._d_second = None
        if _op or _children:
            self.gate = _gate_made_by_hand(_op)
            self._first, self._second, self._d_first = tuple(_children), MANY, ()

    @property
    def data(self) -> float:
        """The number that the wire carries; writing it converts as `Value(...)` does."""
        return self._data

    @data.setter
    def data(self, number: Any) -> None:
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
        return 0.0 if self._grad is None else self._grad

    @grad.setter
    def grad(self, number: Any) -> None:
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
        if self._second is MANY:
            wires: tuple[Value, ...] = self._first
            return wires
        give_number_a_wire(self)
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
        if self._second is MANY:
            gradients: tuple[float, ...] = self._d_first
            return gradients
        give_number_a_wire(self)
        return (self._d_first,) if self._second is None else (self._d_first, self._d_second)

    @property
    def is_leaf(self) -> bool:
        """Whether the wire comes out of no gate: an input, a parameter or a constant."""
        return self.gate is None

    @property
    def is_constant(self) -> bool:
        """Whether the wire is a plain number of an expression: it gets no gradient."""
        return self._first is None and self._second is CONSTANT

    @staticmethod
    def apply_gate(gate: Gate, operands: tuple[Any, ...]) -> Value:
        from .recording import as_wire, record

        gate.check_arity(len(operands))
        return record(gate, tuple(map(as_wire, operands)))

    def equals(self, other: Any) -> bool:
        return self._data == float(other)

    def __lt__(self, other: Any) -> bool:
        return self._data < _compared(other)

    def __le__(self, other: Any) -> bool:
        return self._data <= _compared(other)

    def __gt__(self, other: Any) -> bool:
        return self._data > _compared(other)

    def __ge__(self, other: Any) -> bool:
        return self._data >= _compared(other)

    def __pos__(self) -> Value:
        return self

    def __float__(self) -> float:
        return self._data

    def __int__(self) -> int:
        return int(self._data)

    def __bool__(self) -> bool:
        return self._data != 0.0

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

    # --- micrograd's names ---

    @property
    def _prev(self) -> set[Value]:
        return set(self.inputs)

    @property
    def _op(self) -> str:
        return "" if self.gate is None else self.gate.symbol

    @property
    def _backward(self) -> Callable[[], None]:
        """Send this gate's contributions to its inputs' `grad`; assign a function to replace it."""
        if self._second is MANY and self._d_second is not None:
            function: Callable[[], None] = self._d_second
            return function
        return lambda: _send_contributions(self)

    @_backward.setter
    def _backward(self, function: Callable[[], None]) -> None:
        self._first, self._d_first = self.inputs, self.local_gradients
        self._second, self._d_second = MANY, function

    if TYPE_CHECKING:  # given by engine, recording and copying; attributes can be set freely

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


def _gate_made_by_hand(symbol: str) -> Gate:
    def local_gradient(*_: Any) -> Any:
        return gate.trace()  # raises: it has no rules

    sentence = f"{symbol} was made by hand: its own function sends the gradients"
    gate = Gate(symbol or "?", symbol, local_gradient, sentence, arity=None)
    return gate


def _send_contributions(wire: Value) -> None:
    for target, local in zip(wire.inputs, wire.local_gradients):
        target.grad += local * wire.grad


def _compared(other: Any) -> float:
    return other._data if isinstance(other, Value) else as_number(other)


_one_at_a_time: Final = Lock()


def holds_number(wire: Value) -> bool:
    """Whether the gate was recorded with a plain number that has no wire yet."""
    gate = wire.gate
    return wire._second is None and gate is not None and gate.arity == 2


def give_number_a_wire(wire: Value) -> None:
    """If the gate was recorded with a plain number, make that number an input like any other."""
    if not holds_number(wire):
        return
    with _one_at_a_time:
        if not holds_number(wire):
            return  # another thread has just done it
        number = wire._d_second
        constant = Value(number[0] if type(number) is tuple else number)
        constant._second = CONSTANT
        if type(number) is tuple:
            wire._first, wire._second = constant, wire._first
            wire._d_first, wire._d_second = 0.0, wire._d_first
        else:
            wire._second, wire._d_second = constant, 0.0
