"""Training steps as machine code: gradients, their norm, and the optimiser's update, in one loop.

A step puts the parameters into a recording's slots, calls the native functions that run it, and
takes the mean gradient from there; then comes the update, made from the optimiser's own formulas.
Needs llvmlite and NumPy.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from threading import RLock
from typing import Any, Final

import llvmlite.ir as ir
import numpy as np

from ..native import (
    DOUBLE,
    LONG,
    POINTER,
    VOID,
    Code,
    Native,
    emit_formulas,
    function_at,
    machine,
    move_function,
    sqrt,
)
from ..rules import as_text
from .optim_formulas import UpdateFormulas

# What the native loop reads, an address or a number each; `done` it counts as it goes.
FIELDS: Final = (
    "size",  # how many parameters, filled up to whole vectors
    "data",  # their numbers, and their gradients
    "grad",
    "state",  # the parts of the optimiser's state that each parameter has, one after the other
    "shared",  # the largest norm, then the whole numbers of the state
    "used",  # how many of the parameters a recording has; which ones, and where it has them:
    "straight",  # the first so many, whole vectors of them, stand in the same places in both
    "places",
    "slots",
    "gradient_slots",
    "consecutive",  # the gradients of the first so many, whole vectors, stand side by side
    "values",  # its slots, and the one with the loss
    "output",
    "calls",  # functions to call, with their arguments; then how many rows the loss is summed over
    "stride",  # from the calls of one step to those of the next; 0: they are the same
    "rates",  # of each step: the learning rate; the loss and the gradient's norm are written
    "losses",
    "norms",
    "steps",  # to take now, and how many have been taken in all
    "done",
)
NUMBERS: Final = ("data", "grad", "state", "shared", "values", "rates", "losses", "norms")
INDEXES: Final = ("places", "slots", "gradient_slots", "calls")
SMALL: Final = 2.0**-600  # the largest float times this has a square that is a float

_functions: dict[Any, Any] = {}
_lock = RLock()


class Job:
    """The table of fields, and the native loop that works on it."""

    def __init__(self) -> None:
        self._table = np.zeros(len(FIELDS), dtype=np.int64)
        self._address: int = self._table.ctypes.data

    def set(self, **fields: int) -> None:
        """Set fields by name."""
        for name, number in fields.items():
            self._table[FIELDS.index(name)] = number

    @property
    def done(self) -> int:
        """How many steps have been taken in all; true at any time, whatever has interrupted."""
        return int(self._table[-1])

    def run(self, function: Any) -> None:
        """Take the steps, or as many as come before a loss or gradient that is not finite."""
        function(self._address)


def step_function(formulas: UpdateFormulas, argument_counts: tuple[int, ...]) -> Any:
    """The native loop for an optimiser, and for steps that call functions with so many arguments.

    Compiled once for equal formulas.
    """
    key = (formulas.key(), argument_counts)
    with _lock:
        if key not in _functions:
            module = _Writer(formulas, argument_counts).module
            (address,) = machine().compile(module, ["take_steps"])
            _functions[key] = function_at(address, 1)
        return _functions[key]


def move_of(formulas: UpdateFormulas) -> Any:
    """The native function of a step over Values, compiled once for equal formulas."""
    key = (formulas.key(), "over Values")
    with _lock:
        if key not in _functions:
            shared, results = formulas.shared_and_own()
            if formulas.ignores_states:
                results = results[:1]
            _functions[key] = move_function(shared, list(map(as_text, formulas.whole)), results)
        return _functions[key]


class _Writer:
    """Writes take_steps(table of fields)."""

    def __init__(self, formulas: UpdateFormulas, argument_counts: tuple[int, ...]) -> None:
        self.formulas, self.argument_counts = formulas, argument_counts
        self.module = ir.Module()
        kind = ir.FunctionType(VOID, [LONG.as_pointer()])
        function = ir.Function(self.module, kind, "take_steps")
        (table,) = function.args
        self.b = b = ir.IRBuilder(function.append_basic_block())
        self.one, self.many = Code(b, 1), Code(b, machine().width)
        places = {name: b.gep(table, [LONG(i)]) for i, name in enumerate(FIELDS)}
        self.done = places["done"]
        self.field = {name: b.load(place) for name, place in places.items()}
        self.numbers = {name: b.inttoptr(self.field[name], POINTER) for name in NUMBERS}
        self.indexes = {name: b.inttoptr(self.field[name], LONG.as_pointer()) for name in INDEXES}
        self.total, self.norm = b.alloca(self.many.number), b.alloca(DOUBLE)
        with self.one.loop(self.field["steps"]) as step:
            self._step(step)
        b.ret_void()

    def _load(self, name: str, place: Any) -> Any:
        arrays = self.numbers if name in self.numbers else self.indexes
        return self.b.load(self.b.gep(arrays[name], [place]))

    def _store(self, number: Any, name: str, place: Any) -> None:
        self.b.store(number, self.b.gep(self.numbers[name], [place]))

    @contextmanager
    def _others(self) -> Iterator[Any]:
        """Repeat for the parameters of the recording that are not straight."""
        straight = self.field["straight"]
        with self.one.loop(self.b.sub(self.field["used"], straight)) as k:
            yield self.b.add(straight, k)

    def _step(self, step: Any) -> None:
        b = self.b
        rows = b.sitofp(self._calls(step), DOUBLE)
        loss = b.fdiv(self._load("values", self.field["output"]), rows)
        norm = self._norm(sqrt(Native(self.one, self._gradient(rows))))
        self._store(loss, "losses", step)
        self._store(norm.value, "norms", step)
        probe = b.fadd(b.fsub(loss, loss), b.fsub(norm.value, norm.value))  # 0, or nan
        with b.if_then(b.fcmp_unordered("uno", probe, probe)):
            b.ret_void()
        self._update(Native(self.one, self._load("rates", step)), self._scale(norm))
        b.store(b.add(b.load(self.done), LONG(1)), self.done)

    def _calls(self, step: Any) -> Any:
        """Put the parameters into the slots and run the recording; gives the number of rows."""
        b, many = self.b, self.many
        with many.loop(self.field["straight"], many.width) as k:
            source, target = (b.gep(self.numbers[name], [k]) for name in ("data", "values"))
            many.store(many.load(source), target)
        with self._others() as k:
            number = self._load("data", self._load("places", k))
            self._store(number, "values", self._load("slots", k))
        place = b.mul(step, self.field["stride"])
        for count in self.argument_counts:
            address, *arguments = [
                self._load("calls", b.add(place, LONG(i))) for i in range(1 + count)
            ]
            kind = ir.FunctionType(VOID, [LONG] * count)  # addresses pass as whole numbers
            b.call(b.inttoptr(address, kind.as_pointer()), arguments)
            place = b.add(place, LONG(1 + count))
        return self._load("calls", place)

    def _gradient(self, rows: Any) -> Any:
        """Take the mean gradient from the slots; gives the sum of its squares."""
        b, many = self.b, self.many
        consecutive, straight = self.field["consecutive"], self.field["straight"]
        first = b.gep(self.numbers["values"], [self._load("gradient_slots", LONG(0))])
        with many.loop(consecutive, many.width) as k:
            many.store(many.load(b.gep(first, [k])), b.gep(self.numbers["grad"], [k]))
        with self.one.loop(b.sub(straight, consecutive)) as rest:
            k = b.add(consecutive, rest)
            self._store(self._load("values", self._load("gradient_slots", k)), "grad", k)
        with self._others() as k:
            number = self._load("values", self._load("gradient_slots", k))
            self._store(number, "grad", self._load("places", k))
        b.store(many.constant(0.0).value, self.total)
        divisor = many.splat(rows)
        with many.loop(self.field["size"], many.width) as k:
            place = b.gep(self.numbers["grad"], [k])
            numbers = many.load(place) / divisor
            many.store(numbers, place)
            b.store((Native(many, b.load(self.total)) + numbers * numbers).value, self.total)
        return many.across(Native(many, b.load(self.total)))

    def _norm(self, norm: Native) -> Native:
        """The gradient's norm; computed from small parts where the squares are too large."""
        b, many = self.b, self.many
        b.store(norm.value, self.norm)
        with b.if_then(norm.equals(inf).value):
            b.store(many.constant(0.0).value, self.total)
            with many.loop(self.field["size"], many.width) as k:
                small = many.load(b.gep(self.numbers["grad"], [k])) * SMALL
                b.store((Native(many, b.load(self.total)) + small * small).value, self.total)
            of_parts = sqrt(Native(self.one, many.across(Native(many, b.load(self.total)))))
            b.store((of_parts / SMALL).value, self.norm)
        return Native(self.one, b.load(self.norm))

    def _scale(self, norm: Native) -> Native:
        """What the gradient is multiplied by, so that its norm is within the limit."""
        largest = Native(self.one, self.b.load(self.numbers["shared"]))
        return (largest < norm).choose(largest / norm, 1.0)

    def _update(self, rate: Native, scale: Native) -> None:
        """The optimiser's formulas: what all parameters share once, the rest in vectors."""
        b, one, many, formulas = self.b, self.one, self.many, self.formulas
        places = [b.gep(self.numbers["shared"], [LONG(1 + k)]) for k in range(len(formulas.whole))]
        known = {"lr": rate, **dict(zip(map(as_text, formulas.whole), map(one.load, places)))}
        shared, (new_data, *new_state) = formulas.shared_and_own()
        made = emit_formulas(one, shared, known)
        known |= {f"c{i}": number for i, number in enumerate(made)}
        new_whole, new_own = formulas.split(new_state)
        in_common = {name: many.splat(number.value) for name, number in known.items()}
        factor, size = many.splat(scale.value), self.field["size"]
        with many.loop(size, many.width) as k:
            data, grad = (b.gep(self.numbers[name], [k]) for name in ("data", "grad"))
            parts = [
                b.gep(self.numbers["state"], [b.add(b.mul(size, LONG(i)), k)])
                for i in range(len(formulas.own))
            ]
            scaled = many.load(grad) * factor
            many.store(scaled, grad)
            state = zip(map(as_text, formulas.own), map(many.load, parts))
            symbols = {"p": many.load(data), "g": scaled, **dict(state), **in_common}
            results = emit_formulas(many, [new_data, *new_own], symbols)
            for number, pointer in zip(results, [data, *parts]):
                many.store(number, pointer)
        for number, pointer in zip(emit_formulas(one, new_whole, known), places):
            one.store(number, pointer)
