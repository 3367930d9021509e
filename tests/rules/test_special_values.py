"""The edges of the floats: zeros of both signs, infinities, nan, the smallest and the largest.

`special_values.txt` holds what every gate gives there and its local gradients, singly and in pairs.
It was made by make_special_values.py, not by this library.
"""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import pytest
from helpers.counts import counts

import minigrad as mg
from minigrad.rules.gate import Gate

LARGEST = 1.7976931348623157e308
MAGNITUDES = [0.0, 5e-324, 1e-8, 0.5, 1.0, 2.0, 710.0, 750.0, LARGEST, math.inf]
SPECIAL = [-x for x in MAGNITUDES] + MAGNITUDES + [math.nan]

Row = tuple[tuple[float, ...], list[float]]


def written_table() -> dict[str, list[Row]]:
    table: dict[str, list[Row]] = {}
    text = (Path(__file__).parents[1] / "helpers" / "special_values.txt").read_text()
    for line in text.splitlines():
        if not line.startswith("#"):
            left, right = line.split(":")
            name, *inputs = left.split()
            row = tuple(map(float, inputs)), list(map(float, right.split()))
            table.setdefault(name, []).append(row)
    return table


TABLE = written_table()
# what is made of other gates has a rule; before a test has defined others
PRIMITIVES = {name for name, gate in mg.GATES.items() if gate.kernel}


def agree(result: float, expected: float, relative: float) -> bool:
    """The same kind of number with the same sign, and finite ones nearly the same.

    Of a subnormal number only the sign and the size are asked for: it has few digits.
    """
    if math.isnan(expected):
        return math.isnan(result)
    if math.copysign(1.0, result) != math.copysign(1.0, expected):
        return False
    if expected == 0.0 or math.isinf(expected):
        return result == expected
    return math.isclose(result, expected, rel_tol=relative, abs_tol=2e-323)


@pytest.mark.parametrize("name", TABLE)
def test_outputs_and_local_gradients_are_those_of_the_written_table(name: str) -> None:
    gate = mg.GATES[name]
    for inputs, (output, *gradients) in TABLE[name]:
        result = gate.forward(*inputs)
        assert agree(result, output, relative=4e-16), (inputs, result, output)
        results = gate.local_gradients(*inputs)
        for result, gradient in zip(results, gradients, strict=True):
            assert agree(result, gradient, relative=4e-15), (inputs, results, gradients)


def test_the_written_table_holds_all_special_values_singly_and_in_pairs() -> None:
    for name, rows in TABLE.items():
        arity = mg.GATES[name].arity or 2
        expected = set(map(str, itertools.product(SPECIAL, repeat=arity)))
        assert {str(inputs) for inputs, _ in rows} == expected
    assert {*TABLE, "select"} >= PRIMITIVES


@pytest.mark.parametrize("gate", mg.GATES.values(), ids=lambda gate: gate.name)
def test_recording_and_sending_back_never_raise(gate: Gate) -> None:
    """The whole way: wires, gate, backward pass; the same numbers as the row's."""
    for count in counts(gate, most=2)[: 2 if gate.accepts(1) else 1]:
        for numbers in itertools.product(SPECIAL, repeat=count):
            wires = [mg.Value(number) for number in numbers]
            try:
                output = getattr(wires[0], gate.name)(*wires[1:])
            except IndexError:
                assert gate.name == "select"
                continue
            output.backward()
            assert type(output.data) is float
            assert agree(output.data, gate.forward(*numbers), 0.0)
            for wire, gradient in zip(wires, gate.local_gradients(*numbers), strict=True):
                assert type(wire.grad) is float
                expected = gradient + 0.0 if gate.routes else gradient  # where it routes, no −0.0
                assert agree(wire.grad, expected, 0.0)


@pytest.mark.parametrize("operation", ["add", "sub", "mul", "truediv", "pow"])
def test_a_plain_number_on_either_side_gives_the_same(operation: str) -> None:
    for x, y in itertools.product(SPECIAL, repeat=2):
        both = getattr(mg.Value(x), f"__{operation}__")(mg.Value(y))
        right = getattr(mg.Value(x), f"__{operation}__")(y)
        left = getattr(mg.Value(y), f"__r{operation}__")(x)
        assert agree(right.data, both.data, 0.0), (x, y)
        assert agree(left.data, both.data, 0.0), (x, y)
        assert agree(right.local_gradients[0], both.local_gradients[0], 0.0), (x, y)
        assert agree(left.local_gradients[1], both.local_gradients[1], 0.0), (x, y)


def test_select_has_an_index_for_zeros_only_in_a_table_of_one() -> None:
    for chosen, index in itertools.product(SPECIAL, repeat=2):
        if index == 0.0:
            assert agree(mg.select([chosen], index), chosen, 0.0)
        else:
            with pytest.raises(IndexError, match="whole number from 0 to 0"):
                mg.select([chosen], index)
