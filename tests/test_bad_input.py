"""What cannot be a number or a circuit is an error that names what came and what to do."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import pytest

import minigrad as mg
from minigrad import Value
from minigrad.rules import described


class HugeFloat:
    def __float__(self) -> float:
        raise OverflowError("too large")


NOT_NUMBERS: list[tuple[Any, str, str]] = [
    (2 + 1j, "complex", r"take \.real"),
    ("3", "str '3'", "write float"),
    (b"3", "bytes", "one number"),
    (None, "None", "forget its return"),
    ([1.0], "list", "one number"),
    ((), "tuple", "one number"),
    ({"a": 1}, "dict", "one number"),
    (object, "type", "pass an int, a float or a Value"),
]


@pytest.mark.parametrize(("thing", "names", "remedy"), NOT_NUMBERS)
def test_value_of_what_is_no_number(thing: Any, names: str, remedy: str) -> None:
    with pytest.raises(TypeError, match=f"{names}.*{remedy}"):
        Value(thing)


@pytest.mark.parametrize(("thing", "names", "remedy"), NOT_NUMBERS)
def test_writing_data_and_grad(thing: Any, names: str, remedy: str) -> None:
    x = Value(1.0)
    with pytest.raises(TypeError, match=f"{names}.*{remedy}"):
        x.data = thing
    assert x.data == 1.0
    if thing is not None:  # grad = None is "not yet"
        with pytest.raises(TypeError, match=f"{names}.*{remedy}"):
            x.grad = thing


@pytest.mark.parametrize(("thing", "names", "remedy"), NOT_NUMBERS)
@pytest.mark.parametrize(
    ("symbol", "operation"),
    [
        ("+", lambda x, y: x + y),
        ("−", lambda x, y: x - y),
        ("×", lambda x, y: x * y),
        ("÷", lambda x, y: x / y),
        ("xʸ", lambda x, y: x**y),
    ],
)
def test_operators_with_what_is_no_number(
    thing: Any, names: str, remedy: str, symbol: str, operation: Callable[[Any, Any], Any]
) -> None:
    x = Value(1.0)
    for left, right in ((x, thing), (thing, x)):
        with pytest.raises(TypeError, match=f"{re.escape(symbol)} takes.*{names}.*{remedy}"):
            operation(left, right)


@pytest.mark.parametrize("thing", ["3", None, 1j, [1.0]])
def test_comparisons_and_functions_with_what_is_no_number(thing: Any) -> None:
    x = Value(1.0)
    for operation in (
        lambda: x < thing,
        lambda: x >= thing,
        lambda: mg.maximum(x, thing),
        lambda: mg.sum([x, thing]),
        lambda: mg.leaky_relu(x, thing),
        lambda: mg.tanh(thing),
    ):
        with pytest.raises(TypeError, match=r"."):
            operation()


def test_numbers_beyond_the_largest_float() -> None:
    for thing in (10**400, -(10**5000), HugeFloat()):
        with pytest.raises(OverflowError, match=r"range of a float.*scale it down"):
            Value(thing)
        with pytest.raises(OverflowError, match=r"range of a float"):
            _ = Value(1.0) * thing


def test_a_value_is_not_made_of_a_value() -> None:
    with pytest.raises(TypeError, match=r"got a Value.*Value\(v\.data\)"):
        Value(Value(1.0))


def test_an_array_is_not_one_number() -> None:
    numpy = pytest.importorskip("numpy")
    for array in (numpy.zeros(3), numpy.zeros((2, 2)), numpy.zeros(1), numpy.array(2.0)):
        for operation in (Value, mg.tanh, lambda a: mg.maximum(Value(1.0), a)):
            with pytest.raises(TypeError, match=r"ndarray.*one number"):
                operation(array)
    with pytest.raises(TypeError, match=r"complex.*real"):
        Value(numpy.complex128(1j))
    with pytest.raises(TypeError, match=r"complex64.*real"):
        Value(numpy.complex64(1j))
    with pytest.raises(OverflowError, match="longdouble"):
        Value(numpy.longdouble("1e4000"))


def test_backward_on_a_constant() -> None:
    with mg.no_grad():
        y = Value(2.0) * 3
    with pytest.raises(ValueError, match=r"no gate has made.*no_grad"):
        y.backward()


def test_topological_order_of_a_number() -> None:
    with pytest.raises(TypeError, match=r"float 3\.0.*at least one Value"):
        mg.topological_order(3.0)  # type: ignore[arg-type]


def test_upstream_that_is_no_number() -> None:
    x = Value(2.0)
    with pytest.raises(TypeError, match="str"):
        (x * x).backward("1")  # type: ignore[arg-type]
    assert not x.has_grad


def test_the_wrong_number_of_inputs() -> None:
    x = Value(2.0)
    with pytest.raises(TypeError, match=r"tanh takes 1 input, got 2"):
        mg.tanh(x, x)
    with pytest.raises(TypeError, match=r"add takes 2 inputs, got 1"):
        mg.add(x)
    for empty in (lambda: mg.maximum(), lambda: mg.min([]), lambda: mg.mean([])):
        with pytest.raises(TypeError, match=r"needs at least one input, got none"):
            empty()
    with pytest.raises(TypeError, match=r"takes Values and numbers, or one list.*int 3"):
        mg.sum(3)


def test_an_index_out_of_range_says_which_are_in_it() -> None:
    table = [Value(1.0), Value(2.0)]
    for index in (2, -1, 0.5, float("nan"), Value(7)):
        with pytest.raises(IndexError, match=r"whole number from 0 to 1, got"):
            mg.select(table, index)
    with pytest.raises(IndexError, match="empty table"):
        mg.select([], Value(0))
    with pytest.raises(IndexError, match="empty table"):
        mg.select([], 0)


def test_select_from_what_is_no_table() -> None:
    with pytest.raises(TypeError, match=r"select takes a list .* and then an index, got .* 3\.0"):
        mg.select(3.0, 0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("thing", "named"), [(3.0, r"float 3\.0"), ([1.0], r"float 1\.0"), (None, "None")]
)
def test_lookup_in_what_has_no_rows(thing: Any, named: str) -> None:
    with pytest.raises(TypeError, match=f"list of rows, each a list, .* got .*{named}"):
        mg.lookup(thing, 0)


def test_lookup_takes_rows_of_any_kind() -> None:
    assert mg.lookup(iter([(1, 2), (3, 4)]), 1) == [3.0, 4.0]  # type: ignore[arg-type]


NO_DIGITS = [-1, 18, 400, 10**9, 1.5, "3", None, True, float("nan"), [2]]


@pytest.mark.parametrize("digits", NO_DIGITS)
def test_digits_of_every_text_and_picture(digits: Any) -> None:
    wire = Value(2.0).exp()
    model = mg.nn.MLP(2, [1])
    for show in (
        lambda: mg.as_tree(wire, digits),
        lambda: mg.as_table(wire, digits),
        lambda: mg.draw(wire, digits=digits),
        lambda: mg.Stepper(wire, digits=digits),
        lambda: mg.Worksheet(model, [1.0, 2.0], 1.0, digits=digits),
    ):
        with pytest.raises(ValueError, match=r"digits= .* from 1 to 17, got ") as caught:
            show()
        assert str(caught.value).endswith(described(digits))


@pytest.mark.parametrize("width", [0, -5, 1.5, "80", True])
def test_a_width_that_is_no_number_of_cells(width: Any) -> None:
    for text in (mg.as_tree, mg.as_table):
        with pytest.raises(ValueError, match=r"width= is a number of cells, at least 1, or None"):
            text(Value(2.0).exp(), width=width)


def test_other_arguments_of_the_wrong_kind_are_named() -> None:
    wire = Value(2.0).exp()
    model = mg.nn.MLP(2, [1])
    worksheet: Any = mg.Worksheet
    attempts: list[tuple[Callable[[], object], str]] = [
        (lambda: mg.export(wire, ["c"]), r"export writes python, c, .*wasm; got \['c'\]"),  # type: ignore[arg-type]
        (lambda: mg.expression("x", {1: 2}), r"given for names, such as 'x', got the int 1"),  # type: ignore[dict-item]
        (lambda: mg.Stepper(wire).save("f.html", theme="red"), r"no theme 'red'"),
        (lambda: mg.Stepper(wire).player("a"), r"expected a number, got the str 'a'"),  # type: ignore[arg-type]
        (lambda: worksheet(model, 3, 1), r"list of the network's inputs, got the int 3"),
        (lambda: worksheet(model, [1, 2], 1, loss=3), r"loss= is a function .* got the int 3"),
        (lambda: worksheet(model, [1, 2], [1, 2]), r"has 1 output: .* got \[1, 2\]"),
        (lambda: worksheet(model, [1, 2], 1, learning_rate="a"), r"got the str 'a'"),
        (lambda: mg.as_tree(wire, stage=5), r"stage= takes a Stage.* got the int 5"),  # type: ignore[arg-type]
        (lambda: mg.export(wire, name=5), r"plain identifier, got 5"),  # type: ignore[arg-type]
        (lambda: mg.expression("x", 5), r"values come as a dict or by name.* got the int 5"),  # type: ignore[arg-type]
        (lambda: mg.gradcheck(5, [1.0]), r"takes a function .* got the int 5"),  # type: ignore[arg-type]
    ]
    for attempt, message in attempts:
        with pytest.raises((TypeError, ValueError), match=message):
            attempt()


@pytest.mark.parametrize("label", [None, 3, 4.5, ("a", 1), b"q", object()])
def test_a_label_that_is_no_text_is_no_obstacle(label: Any) -> None:
    wire = Value(1.5)
    wire.label = label
    assert mg.gradcheck(lambda x: x * x, [wire])
    assert len(str(mg.gradcheck(lambda x: x * x, [wire])).splitlines()) == 3
    assert "return" in mg.export(wire * wire)


@pytest.mark.parametrize(
    "attempt",
    [
        lambda v: v % 2,
        lambda v: 2 % v,
        lambda v: v // 2,
        lambda v: 2 // v,
        lambda v: divmod(v, 2)[1],
        lambda v: divmod(2, v)[0],
        math.trunc,
        round,
    ],
)
def test_pythons_own_rounding_is_a_gate(attempt: Callable[[Any], Any]) -> None:
    result = attempt(Value(1.5))
    assert isinstance(result, Value)
    assert result.data == attempt(1.5)


@pytest.mark.parametrize(
    ("attempt", "remedy"),
    [
        (lambda v: round(v, 1), r"round\(v\.data, 1\)"),
        (lambda v: [1, 2, 3][v], r"int\(v\)"),
    ],
)
def test_what_only_plain_numbers_do(attempt: Callable[[Value], object], remedy: str) -> None:
    with pytest.raises(TypeError, match=remedy) as caught:
        attempt(Value(1.5))
    assert "Value(data=1.5" in str(caught.value)
    assert f"{Value(1.5)}" == "Value(data=1.5, grad=?)"


def test_dot_of_lists_of_different_length() -> None:
    with pytest.raises(ValueError, match=r"got 2 and 1 items"):
        mg.dot([1, 2], [3])


def test_grad_by_what_is_no_value() -> None:
    x = Value(2.0)
    with pytest.raises(TypeError, match=r"list of Values.*float 2\.0"):
        mg.grad(x * x, [2.0])  # type: ignore[list-item]
    with pytest.raises(TypeError, match=r"at least one Value"):
        mg.grad(4.0, [x])  # type: ignore[arg-type]
    for thing, name in ((3, "the int 3"), (None, "None"), ("x", "the str 'x'")):
        with pytest.raises(TypeError, match=f"Values to differentiate by, got {name}"):
            mg.grad(x * x, thing)  # type: ignore[arg-type]


def test_an_unknown_gate_is_named_with_its_neighbour() -> None:
    from minigrad.rules.gate import gate_named

    with pytest.raises(KeyError, match=r"did you mean 'tanh'"):
        gate_named("tahn")


def test_a_decimal_that_no_float_can_hold() -> None:
    from decimal import Decimal

    with pytest.raises(OverflowError, match=r"Decimal.*1E\+400.*scale it down"):
        Value(Decimal("1e400"))
    with pytest.raises(TypeError, match="sNaN"):
        Value(Decimal("sNaN"))
    assert Value(Decimal("-Infinity")).data == float("-inf")


def test_an_index_that_is_nearly_whole_is_shown_in_full() -> None:
    with pytest.raises(IndexError, match=r"from 0 to 1, got 0\.9999999999"):
        mg.select([Value(1.0), Value(2.0)], 0.9999999999)
