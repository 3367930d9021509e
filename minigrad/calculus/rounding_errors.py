"""How far rounding can have moved a circuit's output, and its gradients.

>>> x = Value(1e-9, label="x")
>>> f = (1.0 + x) - 1.0
>>> f.data
1.000000082740371e-09
>>> rounding(f).total >= abs(f.data - 1e-9)
True

Every gate rounds its output, by a part in 10¹⁶ of it, and the gates behind it multiply that by its
gradient. Where large numbers cancel, as the 1 above, the sum over all gates is far more than a part
in 10¹⁶ of the output. (To first order: N. Higham, Accuracy and Stability of Numerical Algorithms.)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import accumulate
from math import inf, isfinite, log10
from operator import add as plus
from operator import mul as times
from random import Random
from sys import float_info
from typing import Final

from ..engine import (
    Circuit,
    Value,
    gradients_of,
    looks_at_numbers,
    number_of,
    one_at_a_time,
    write_grad,
)
from ..rules import GATES, Gate, as_text, described, ieee
from ..text import DIGITS, Names, ShownAsLines, columns, fitted, rounded

BUILT_IN: Final = frozenset(GATES)  # their rules are right to two units in the last place
EPSILON: Final = float_info.epsilon
SMALLEST: Final = 5e-324  # what underflow takes, but from no sum
SMALLEST_NORMAL: Final = float_info.min

DIGITS_OF_A_FLOAT: Final = 16
CANCELS: Final = 100.0  # by so much a gate makes a relative error larger: two digits are lost
MATTERS: Final = 0.01  # of the whole error
TRIALS: Final = 8
MOST_LINES: Final = 300
WIDEST: Final = 44  # cells for a formula


@dataclass(frozen=True)
class RoundedWire:
    """One number that was rounded, and how far that can have moved the output.

    `error` is ε · |value · gradient|. `digits_lost` is how many of the digits that are right in the
    inputs of the gate are wrong in its output, where it cancels; else 0.
    """

    wire: Value
    value: float
    gradient: float
    error: float
    digits_lost: int
    names: Names = field(repr=False, compare=False)

    @property
    def name(self) -> str:
        """What the wire is called: made when it is asked for, since few of many are shown."""
        return self.names.text(self.wire)

    @property
    def formula(self) -> str:
        """What it is computed from, where the name does not say it."""
        names, wire = self.names, self.wire
        if wire.is_leaf or names.is_expression(wire):
            return ""
        return fitted(as_text(names.shown(names.computed(wire))), WIDEST)


@dataclass(frozen=True)
class Rounding(ShownAsLines):
    """What `rounding` found, the largest error first; print it to read it."""

    name: str
    value: float
    wires: tuple[RoundedWire, ...]

    @property
    def total(self) -> float:
        """How far rounding can have moved the output: the sum of all errors."""
        return sum(each.error for each in self.wires)

    @property
    def relative(self) -> float:
        """The total as a part of the output."""
        return _quotient(self.total, self.value)

    @property
    def cancelling(self) -> tuple[RoundedWire, ...]:
        """The gates where large numbers cancel, and digits are lost."""
        return tuple(each for each in self.wires if each.digits_lost)

    @property
    def summary(self) -> str:
        """The output, how far it can be off, and how many of its digits are right."""
        total, head = self.total, f"{self.name} = {rounded(self.value)}"
        if total:
            head += f", off by at most {rounded(total)}"
        return f"{head}: {_right_digits(self.value, total, self.relative)}"

    def __float__(self) -> float:
        return self.total

    def __str__(self) -> str:
        total, lines = self.total, [self.summary]
        shown = [each for each in self.wires[:MOST_LINES] if each.error]
        rows = [("", "value", "gradient", "error at most", "share")]
        rows += [
            (
                f"{each.name} = {each.formula}" if each.formula else each.name,
                rounded(each.value),
                rounded(each.gradient),
                rounded(each.error),
                f"{100.0 * _quotient(each.error, total):.0f} %" if total < inf else "",
            )
            for each in shown
        ]
        if shown:
            lines += columns(rows, "<....").splitlines()
        if (more := len(self.wires) - MOST_LINES) > 0:
            lines.append(f"… {more:,} more gates")
        lines += [
            f"{each.name} cancels: {each.digits_lost} digits of its inputs are lost"
            for each in self.cancelling
        ]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return str(self)


def _right_digits(value: float, total: float, relative: float) -> str:
    if not (isfinite(value) and isfinite(total)):
        return "a number is not finite; see mg.first_nonfinite"
    if total == 0.0:
        return "no gate has rounded anything"
    right = max(0, min(DIGITS_OF_A_FLOAT, int(-log10(relative)))) if relative < inf else 0
    return f"at least {right} of its {DIGITS_OF_A_FLOAT} digits are right"


def rounding(output: Value, *, leaves: bool = False) -> Rounding:
    """How far the rounding of all gates can have moved the output, gate by gate.

    >>> x = Value(0.1, label="x")
    >>> rounding((x + 1000.0) - x * 10000.0)
    f = 0.1, off by at most 4.44e−13: at least 11 of its 16 digits are right
                             value  gradient  error at most  share
    x + 1000                1000           1       2.22e−13   50 %
    x·10000                 1000          −1       2.22e−13   50 %
    f = x + 1000 − x·10000     0.1         1       2.22e−17    0 %
    f cancels: 4 digits of its inputs are lost

    To first order, a gate's is ε · |value · gradient|, with ε = 2⁻⁵², and the total the sum of
    these; half of it where every gate rounds as well as can be. Gates that round nothing (neg, max,
    relu, products with a power of two; the row says which) have none. With `leaves` the leaves
    count as decimals that were rounded to be floats: 0.1 does, 0.5 was not. No `grad` is touched.
    `draw(output, color="rounding")` shows the same.
    """
    looks_at_numbers("mg.rounding")
    if not isinstance(output, Value):
        raise TypeError(
            f"rounding() takes the output of a circuit, a Value, got {described(output)}: "
            "build it with Value(...) and gates"
        )
    return rounding_of(Circuit(output), leaves)


def rounding_of(circuit: Circuit, leaves: bool = False) -> Rounding:
    """The same for a circuit that is at hand."""
    names = Names(circuit, DIGITS)
    gradients = _gradients(circuit)
    noises = dict(_noises(circuit))
    if leaves:
        noises |= {leaf: _noise_of_decimal(number_of(leaf)) for leaf in circuit.leaves}
    errors = {wire: _times(noise, gradients.get(wire)) for wire, noise in noises.items()}
    lost = _digits_lost(circuit, noises, gradients, sum(errors.values()))
    found = [
        RoundedWire(
            wire,
            number_of(wire),
            gradients.get(wire, 0.0),
            errors[wire],
            lost.get(wire, 0),
            names,
        )
        for wire, noise in noises.items()
        if noise or wire in lost
    ]
    found.sort(key=lambda each: -each.error)
    return Rounding(names.text(circuit.output), number_of(circuit.output), tuple(found))


def _digits_lost(
    circuit: Circuit,
    noises: Mapping[Value, float],
    gradients: Mapping[Value, float],
    total: float,
) -> dict[Value, int]:
    """The gates that make a relative error a hundred times larger, and by how many digits.

    Only where that matters to the output. Beside each wire goes all the error that it carries.
    """
    carried: dict[Value, float] = {}
    relative: dict[Value, float] = {}
    lost = {}
    for wire in circuit.wires:
        before, passed = EPSILON, 0.0
        if not wire.is_leaf:
            for source, local in zip(circuit.inputs(wire), circuit.local_gradients(wire)):
                before = max(before, relative[source])
                if local and carried[source]:
                    passed += abs(local) * carried[source]
        carried[wire] = noises.get(wire, 0.0) + passed
        relative[wire] = _quotient(carried[wire], number_of(wire))
        matters = _times(passed, gradients.get(wire)) >= MATTERS * total
        if matters and before < inf and relative[wire] >= CANCELS * before:
            lost[wire] = round(min(DIGITS_OF_A_FLOAT, log10(relative[wire] / before)))
    return lost


def noise_of_output(circuit: Circuit) -> float:
    """How far the rounding of all gates can have moved the circuit's output.

    The sum of |value · gradient| · ε over the gates; no `grad` is left changed.
    """
    gradients = _gradients(circuit)
    return sum(_times(noise, gradients.get(wire)) for wire, noise in _noises(circuit))


def _gradients(circuit: Circuit) -> dict[Value, float]:
    """The gradient of every wire that receives one; every `grad` is put back."""
    with one_at_a_time:
        before = gradients_of(circuit.wires)
        try:
            for leaf in circuit.leaves:
                write_grad(leaf, None)
            if not circuit.output.is_constant:
                circuit.output.backward()
            circuit.hand_gradients_on()
            found = zip(circuit.wires, gradients_of(circuit.wires))
            return {wire: gradient for wire, gradient in found if gradient is not None}
        finally:
            for wire, old in zip(circuit.wires, before):
                write_grad(wire, old)


def _noises(circuit: Circuit) -> Iterator[tuple[Value, float]]:
    """How far the rounding inside each gate can have moved the gate's own output."""
    for wire in circuit.gates:
        gate, number = circuit.gate(wire), number_of(wire)
        numbers = [number_of(source) for source in circuit.inputs(wire)]
        if gate.is_exact(*numbers, number):
            yield wire, 0.0
            continue
        noise = EPSILON * _size(circuit, wire, numbers)
        if abs(number) < SMALLEST_NORMAL and gate.fold is not plus and any(numbers):
            noise += SMALLEST
        if gate.name not in BUILT_IN and gate.rule is not None and not gate.is_slope:
            noise += _noise_of_rule(gate, numbers)
        yield wire, noise


def _size(circuit: Circuit, wire: Value, numbers: list[float]) -> float:
    """The size of what a gate has rounded: its output, and all that it has added up before."""
    gate = circuit.gate(wire)
    if gate.is_dot:
        middle = len(numbers) // 2
        products: list[float] = list(map(times, numbers[:middle], numbers[middle:]))
        return sum(map(abs, products)) + _size_of_sums(products)
    if gate.fold is plus:
        return _size_of_sums(numbers)
    size = abs(number_of(wire))
    if gate.fold is times:
        return size * (len(numbers) - 1)
    if gate.arity is None:  # it may have rounded after each of its inputs
        local = circuit.local_gradients(wire)
        size += sum(abs(number * d) for number, d in zip(numbers, local))
    return size


def _size_of_sums(numbers: list[float]) -> float:
    """The sums that are rounded when numbers are added, from the second number on."""
    sums = list(accumulate(numbers))
    each = zip(sums, numbers[1:], sums[1:])
    return sum(abs(after) for before, x, after in each if not ieee.adds_exactly(before, x))


def _noise_of_rule(gate: Gate, numbers: list[float]) -> float:
    """A gate of the user's own rounds at every step of its rule."""
    result = gate.trace(*map(Value, numbers))
    if not isinstance(result, Value):
        return 0.0
    return noise_of_output(Circuit(result, collapse=["dot"]))


def _noise_of_decimal(number: float) -> float:
    """What a decimal may have lost when it became this float; nothing if it is the float itself."""
    if not isfinite(number) or Fraction(repr(number)) == Fraction(number):
        return 0.0
    return EPSILON * abs(number)


def _times(noise: float, gradient: float | None) -> float:
    """What a noise does to the output; where nothing arrives it does nothing."""
    if not noise or gradient is None:
        return 0.0
    error = noise * abs(gradient)
    return error if error == error else inf


def _quotient(part: float, whole: float) -> float:
    return part / abs(whole) if whole else inf if part else 0.0


def noise_of_gradients(circuit: Circuit, wires: list[Value]) -> list[float]:
    """How far the rounding of all contributions can have moved the gradients of some wires.

    For each gate a part in 10¹⁶ of what would arrive if all contributions had the same sign.
    """
    sizes: dict[Value, float] = {circuit.output: 1.0}
    for wire in reversed(circuit.gates):
        size = sizes.get(wire, 0.0)
        for source, local in zip(circuit.inputs(wire), circuit.local_gradients(wire)):
            if size and local:
                sizes[source] = sizes.get(source, 0.0) + abs(local) * size
    each = EPSILON * (4 + len(circuit.gates))
    noises = [each * sizes.get(wire, 0.0) + SMALLEST for wire in wires]
    return [noise if noise == noise else inf for noise in noises]


def scatter_of_gradients(circuit: Circuit, wires: list[Value]) -> list[float]:
    """How far gradients move when all gates round otherwise: local ones are of rounded numbers.

    Of (1 − cos x) / x² the gradient at 1e-8 has not one right digit, though every rule is right.
    Tried with random signs (D. Parker, Monte Carlo Arithmetic, 1997), always the same ones.
    """
    if not all(circuit.gate(wire).has_rules for wire in circuit.gates):
        return [0.0] * len(wires)
    noises, signs = dict(_noises(circuit)), Random(0)
    exact = _rounded_otherwise(circuit, dict.fromkeys(noises, 0.0))
    scatter = [0.0] * len(wires)
    for _ in range(TRIALS):
        moved = {wire: signs.choice((-noise, noise)) for wire, noise in noises.items()}
        other = _rounded_otherwise(circuit, moved)
        for place, wire in enumerate(wires):
            apart = abs(other.get(wire, 0.0) - exact.get(wire, 0.0))
            scatter[place] = max(scatter[place], apart if apart == apart else inf)
    return scatter


def _rounded_otherwise(circuit: Circuit, moved: Mapping[Value, float]) -> dict[Value, float]:
    """The gradients where the output of every gate is another by so much."""
    numbers = {leaf: number_of(leaf) for leaf in circuit.leaves}
    locals_of: dict[Value, tuple[float, ...]] = {}
    for wire in circuit.gates:
        gate, inputs = circuit.gate(wire), [numbers[source] for source in circuit.inputs(wire)]
        numbers[wire] = gate.forward(*inputs) + moved[wire]
        locals_of[wire] = gate.gradients_on_floats(len(inputs))(*inputs, numbers[wire])
    gradients = {circuit.output: 1.0}
    for wire in reversed(circuit.gates):
        if upstream := gradients.get(wire, 0.0):
            for source, local in zip(circuit.inputs(wire), locals_of[wire]):
                if local:
                    gradients[source] = gradients.get(source, 0.0) + local * upstream
    return gradients
