"""Values: wires that carry a number, the circuit behind them, and the backward pass.

>>> x, y, z = Value(-2.0, label="x"), Value(5.0, label="y"), Value(-4.0, label="z")
>>> f = (x + y) * z
>>> f.backward()
>>> f.data, x.grad, y.grad, z.grad
(-12.0, -4.0, -4.0, 3.0)

Arithmetic on wires records gates: an output wire knows its gate, its inputs, and the local
gradient towards each of them, taken when the gate was recorded. The backward pass walks the gates
from the last to the first; each multiplies the gradient that it receives by its local gradients and
sends the products back, and where a wire fans out, the products add.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from threading import RLock
from typing import Any, Final, NoReturn

from ..rules import Gate, as_number
from .backward import FACTORS, MANY, ROUTED, Leaves, whole_pass
from .foreign_names import OF_BACKWARD, OF_VALUE, refuse_keywords
from .micrograd import MicrogradNames
from .number_like import guards

# What files above this one do for the methods below: they need this class.
above: Final[dict[str, Any]] = {}

one_at_a_time: Final = RLock()  # one thread at a time sends gradients or writes out a gate

NO_CHILDREN: Final = ()  # asked for by identity: nearly every wire is made without any

let_go: Final[list[Any]] = []  # in a browser: see `Value.__del__`


class Value(MicrogradNames):
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

    # Layout. A circuit has millions of wires, and the garbage collector visits each object again
    # and again, so a gate is one object: two inputs and their local gradients stand in its slots.
    # - A plain number beside one wire has no wire of its own until somebody looks: `_second` is
    #   None, as in a gate with one input, and `_d_second` is the number (in a tuple: it is first).
    # - With another number of inputs `_second` is MANY, and the slots of the first hold tuples.
    #   `_d_second` is None, FACTORS in a dot product, where each factor has the other's number,
    #   constants too, ROUTED where local gradients that are None send nothing, or the function
    #   that a user has assigned to `_backward`.
    __slots__ = (
        *("__dict__", "__weakref__", "gate"),
        *("_datum", "_grad", "_first", "_second", "_d_first", "_d_second"),
    )

    gate: Gate | None
    label: str = ""  # most wires have none: no slot for the collector to look into
    is_constant: bool = False
    _datum: float  # not _data: NumPy takes what has that for a masked array, and its number
    _grad: float | None
    _first: Any
    _second: Any
    _d_first: Any
    _d_second: Any

    def __init__(
        self,
        data: Any,
        _children: Iterable[Value] = NO_CHILDREN,
        _op: str = "",
        label: str = "",
        **unknown: NoReturn,
    ) -> None:
        if unknown:
            refuse_keywords("Value(…)", unknown, OF_VALUE)
        if isinstance(data, Value):
            raise TypeError(
                f"Value(...) got a Value, {data!r}: use it as it is, or Value(v.data) for a new "
                "wire with the same number and no gates behind it"
            )
        self._datum = as_number(data)
        self._grad = self.gate = None
        self._first = self._second = self._d_first = self._d_second = None
        if label:
            self.label = label
        if _op or _children is not NO_CHILDREN:
            self._make_by_hand(_children, _op)

    @property
    def data(self) -> float:
        """The number that the wire carries; writing it converts as `Value(...)` does."""
        if guards:
            guards[-1].reads_data(self)
        return self._datum

    @data.setter
    def data(self, number: Any) -> None:
        if guards:
            guards[-1].writes(self, ".data")
        self._datum = as_number(number)

    def item(self) -> float:
        """The number that the wire carries: `data`, as other libraries call it."""
        return self.data

    def detach(self) -> Value:
        """A constant with the same number: no gradient flows back through it.

        >>> x = Value(3.0)
        >>> (x * x.detach()).backward()
        >>> x.grad
        3.0
        """
        if guards:
            guards[-1].detaches(self)
        return Constant(self._datum)

    @property
    def grad(self) -> float:
        """d(output)/d(this), from the latest `output.backward()`; leaves add up over calls.

        >>> x = Value(3.0)
        >>> for _ in range(2):
        ...     (x * x).backward()
        >>> x.grad
        12.0
        """
        if guards:
            guards[-1].reads_grad(self)
        return 0.0 if self._grad is None else self._grad

    @grad.setter
    def grad(self, number: Any) -> None:
        if guards:
            guards[-1].writes(self, ".grad")
        self._grad = None if number is None else as_number(number)

    @property
    def has_grad(self) -> bool:
        """Whether a gradient has been computed (or set) since the wire was made or cleared."""
        if guards:
            guards[-1].reads_grad(self)
        return self._grad is not None

    @property
    def is_leaf(self) -> bool:
        """Whether the wire comes out of no gate: an input, a parameter or a constant."""
        return self.gate is None

    @property
    def inputs(self) -> tuple[Value, ...]:
        """The wires that go into the gate behind this wire, in order; none for a leaf."""
        if self._second is MANY:
            return tuple(self._first)
        if self._second is None:
            if self._first is None:
                return ()
            self._give_number_a_wire()
        return (self._first,) if self._second is None else (self._first, self._second)

    @property
    def local_gradients(self) -> tuple[float, ...]:
        """d(this)/d(input) for every input, as they were when the gate was recorded.

        >>> w, x = Value(2.0), Value(-3.0)
        >>> (w * x).local_gradients
        (-3.0, 2.0)

        Towards a constant it is 0.0 and never used.
        """
        if guards:
            guards[-1].reads_local_gradients(self)
        return self._local_gradients()

    def _local_gradients(self) -> tuple[float, ...]:
        if self._d_second is FACTORS:
            others = zip(self._first, self._d_first)
            return tuple([0.0 if x.is_constant else other for x, other in others])
        if self._d_second is ROUTED:
            return tuple([local or 0.0 for local in self._d_first])
        if self._second is MANY:
            return tuple(self._d_first)
        if self._first is None:
            return ()
        self._give_number_a_wire()
        return (self._d_first,) if self._second is None else (self._d_first, self._d_second)

    def _give_number_a_wire(self) -> None:
        """If a plain number stands beside the one input, make it a wire like any other."""
        if self._second is None and self.gate is not None and self.gate.arity == 2:
            with one_at_a_time:
                number = self._d_second
                if self._second is not None:  # another thread was first
                    return
                if type(number) is tuple:
                    constant, self._d_second, self._d_first = Constant(*number), self._d_first, 0.0
                    self._first, self._second = constant, self._first
                else:
                    self._d_second, self._second = 0.0, Constant(number)

    def _hold_many(
        self,
        gate: Gate,
        inputs: tuple[Value, ...],
        local_gradients: tuple[float, ...],
        own_backward: Callable[[], None] | None = None,
    ) -> None:
        self.gate, self._first, self._second = gate, inputs, MANY
        self._d_first, self._d_second = local_gradients, own_backward

    # --- the backward pass ---

    def backward(self, upstream: float = 1.0, **unknown: Any) -> None:
        """Compute `grad` = d(self)/d(wire) for every wire of the circuit behind this one.

        >>> x, y = Value(3.0), Value(-4.0)
        >>> (x * y + x).backward()
        >>> x.grad, y.grad
        (-3.0, 3.0)

        Leaves accumulate over calls; the gradients in between belong to the latest call. All or
        nothing: after an exception or Ctrl-C at any point every `grad` is as it was. `upstream` is
        the gradient that this wire itself receives. Passes of several threads wait for one another;
        a thread that only reads a `grad` does not wait, and may see a sum that is not finished.
        """
        if unknown:
            refuse_keywords("backward()", unknown, OF_BACKWARD)
        if guards:
            guards[-1].is_done_once("backward()")
        seed = upstream if type(upstream) is float else as_number(upstream)
        if self.is_constant:
            raise ValueError(
                f"backward() on {self!r}, which no gate has made: was it computed from numbers "
                "alone, or inside no_grad()?"
            )
        with one_at_a_time:
            if isinstance(self._first, Leaves):
                self._first.receive(self, self._d_first, seed, write_grad)
            else:
                whole_pass(self, seed, write_grad)

    def zero_grad(self) -> None:
        """Forget every gradient in the circuit behind this wire, the leaves' too.

        >>> x = Value(3.0)
        >>> y = x * x
        >>> y.backward(); y.zero_grad(); x
        Value(data=3.0, grad=?)
        """
        if guards:
            guards[-1].is_done_once("zero_grad()")
        with one_at_a_time:
            for wire in topological_order(self):
                wire._grad = None

    # Copies and pickles take whole circuits along: `copying` says how.
    def __copy__(self) -> Value:
        return above["copy"](self)  # type: ignore[no-any-return]

    def __deepcopy__(self, memo: dict[int, Any]) -> Value:
        return above["deepcopy"](self, memo)  # type: ignore[no-any-return]

    def __reduce_ex__(self, protocol: Any) -> Any:
        return above["reduce"](self, protocol)

    def __repr__(self) -> str:
        parts = ["data=?" if guards and guards[-1].hides(self) else f"data={self._datum!r}"]
        if self.is_constant:
            return f"Value({parts[0]}, constant)"
        parts.append("grad=?" if self._grad is None else f"grad={self._grad!r}")
        if self.label:
            parts.append(f"label={self.label!r}")
        if self.gate is not None:
            parts.append(f"gate={self.gate.name}")
        return f"Value({', '.join(parts)})"

    if sys.platform == "emscripten":
        # Elsewhere Python sees to it that a long chain of objects is let go without recursion; in
        # a browser (3.14) it watches another stack than the one that overflows, and that is fatal.
        def __del__(self) -> None:
            own = self.__dict__
            held = getattr(self, "_first", None), getattr(self, "_second", None), *own.values()
            self._first = self._second = None
            own.clear()
            if let_go:  # an outer call of this one is at work: it lets these go, too
                let_go.append(held)
                return
            let_go.extend((None, held))
            del held
            while len(let_go) > 1:
                let_go.pop()
            let_go.clear()


class Constant(Value):
    """A wire for a plain number of an expression: it gets no gradient."""

    __slots__ = ()
    is_constant = True


class WithoutGate(Constant):
    """A result of `no_grad`: the wires that it was computed from cannot be found any more."""

    __slots__ = ()


# in C from end to end: no Ctrl-C comes between the writes of `deque(map(write_grad, …), maxlen=0)`
write_grad: Final = Value.__dict__["_grad"].__set__


def topological_order(output: Value) -> list[Value]:
    """All wires of the circuit behind `output`: first the leaves, then the gates, inputs first.

    >>> x, y = Value(2.0, label="x"), Value(3.0, label="y")
    >>> z = x * y; z.label = "z"
    >>> [wire.label for wire in topological_order(z + x)]
    ['x', 'y', 'z', '']

    Always the same for the same circuit: depth first, left to right.
    """
    leaves, gates = leaves_and_gates(output)
    return leaves + gates


def leaves_and_gates(
    output: Value,
    inputs_of: Callable[[Value, set[Value]], Sequence[Value]] | None = None,
    others: Sequence[Value] = (),
    gates: list[Value] | None = None,
) -> tuple[list[Value], list[Value]]:
    """The topological order in its two parts; `inputs_of(wire, seen)` in place of `wire.inputs`.

    `others` are more outputs of the same circuit. `gates`, an empty list, is filled on the way.
    """
    if not isinstance(output, Value):
        raise TypeError(
            f"a circuit is what stands behind a Value, got the {type(output).__name__} {output!r}: "
            "build the output from at least one Value"
        )
    leaves: list[Value] = []
    gates = [] if gates is None else gates
    seen: set[Value] = set()
    waiting: list[Any] = [*others[::-1], output]  # a gate, None, then its inputs, the first on top
    while waiting:
        wire = waiting.pop()
        if wire is None:
            gates.append(waiting.pop())
        elif wire not in seen:
            seen.add(wire)
            if wire._first is None:
                leaves.append(wire)
            else:
                inputs: Sequence[Value] = inputs_of(wire, seen) if inputs_of else wire.inputs
                waiting += wire, None, *inputs[::-1]
    return leaves, gates
