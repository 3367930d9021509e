"""What is not written in Python holds numbers too, that a compiled function may read."""

from __future__ import annotations

import hashlib
import io
from types import SimpleNamespace
from typing import Any

import pytest

import minigrad as mg
from minigrad import Value

W = Value(2.0)


def read_so_far(stream: Any) -> float:
    return stream.tell() + 1.0


NUMBERS, TABLE, KEYS, ITEMS, VIEWED = [1.0, 2.0], {"a": 1.0}, {1.0: 0}, {1.0: 2.0}, {"a": 1.0}
VIEWS = (VIEWED.values(), KEYS.keys(), ITEMS.items())
COUNT, GET, AT, HASH = NUMBERS.count, TABLE.get, NUMBERS.__getitem__, hashlib.sha256()
STREAM, TEXT = io.BytesIO(b"abc"), io.StringIO("abc")


class Prefixed:
    """An attribute whose name begins in the code, and ends elsewhere."""

    def __init__(self) -> None:
        self.scale_1 = 2.0

    def __call__(self, i: int) -> float:
        scale: float = getattr(self, f"scale_{i}")
        return scale


PREFIXED = Prefixed()
NAMES = {"joined": "scale_1", "last": 1}
NAMED = SimpleNamespace(scale_1=2.0)


def changes(read: Any) -> Any:
    return (lambda x: W * x * read(NAMED)), lambda: setattr(NAMED, "scale_1", NAMED.scale_1 + 3.0)


CHANGES = {
    "a method of a list": (lambda x: W * x * COUNT(1.0), lambda: NUMBERS.append(1.0)),
    "a method of a dict": (lambda x: W * x * GET("a"), lambda: TABLE.update(a=5.0)),
    "an operator of a list": (lambda x: W * x * AT(1), lambda: NUMBERS.__setitem__(1, 7.0)),
    "values": (lambda x: W * x * sum(VIEWS[0]), lambda: VIEWED.update(a=5.0)),
    "keys": (lambda x: W * x * sum(VIEWS[1]), lambda: KEYS.update({5.0: 0})),
    "items": (lambda x: W * x * max(VIEWS[2])[1], lambda: ITEMS.update({5.0: 5.0})),
    "a hash": (lambda x: W * x * HASH.digest()[0], lambda: HASH.update(b"a")),
    "bytes": (lambda x: W * x * read_so_far(STREAM), lambda: STREAM.read(1)),
    "text": (lambda x: W * x * read_so_far(TEXT), lambda: TEXT.read(1)),
    "a made name": (lambda x: W * x * PREFIXED(1), lambda: setattr(PREFIXED, "scale_1", 5.0)),
    "a name of two": changes(lambda it: getattr(it, "scale_" + str(NAMES["last"]))),
    "a formatted name": changes(lambda it: getattr(it, "scale_{}".format(NAMES["last"]))),
    "a joined name": changes(lambda it: getattr(it, "_".join(["scale", str(NAMES["last"])]))),
    "a name that is looked up": changes(lambda it: getattr(it, NAMES["joined"], "scale")),
    "a name behind a call": changes(lambda it: getattr(max(it, it, key=id), NAMES["joined"])),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_a_number_that_changes_there_is_noticed_at_the_next_call(what):
    body, change = CHANGES[what]
    compiled = mg.compile(body)
    for i in range(4):
        compiled(float(i))
    change()
    with pytest.raises(mg.TracingError, match="where the function itself gives"):
        compiled(5.0)


def test_the_parameters_in_a_view_of_a_dict_are_found_and_one_that_is_replaced_is_noticed():
    parameters = {"w": Value(2.0), "b": Value(1.0)}
    values = parameters.values()
    compiled = mg.compile(lambda x: mg.sum([x * value for value in values]))
    assert [compiled(x).data for x in (1.0, 2.0, 3.0)] == [3.0, 6.0, 9.0]
    parameters["w"] = Value(3.0)
    with pytest.raises(mg.TracingError, match="has been replaced by another"):
        compiled(1.0)


def test_other_labels_of_a_data_frame_and_another_layout_of_an_array_are_noticed():
    numpy, pandas = pytest.importorskip("numpy"), pytest.importorskip("pandas")
    series, frame, array = pandas.Series([1.0, 2.0]), pandas.DataFrame([[1.0, 2.0]]), numpy.ones(3)
    bodies = (
        lambda x: W * x * series[0],
        lambda x: W * x * frame[0][0],
        lambda x: W * x * (2.0 if array.flags.writeable else 3.0),
    )
    compiled = list(map(mg.compile, bodies))
    for function in compiled:
        function(1.0), function(2.0)
    series.index, frame.columns = [1, 0], [1, 0]
    array.setflags(write=False)
    for function in compiled:
        with pytest.raises(mg.TracingError, match="where the function itself gives"):
            function(1.0)


def without_gates(constant: Value) -> Value:
    with mg.no_grad():
        return constant * 2.0


AS_NUMBERS = {
    "data": lambda x, c: W * x * c.data,
    "float": lambda x, c: W * x * float(c),
    "item": lambda x, c: W * x * c.item(),
    "a new Value": lambda x, c: W * x * Value(c.data),
    "detach": lambda x, c: W * x * c.detach(),
    "a comparison": lambda x, c: W * x * (2.0 if c > 3.5 else 3.0),
    "two constants": lambda x, c: W * x * (2.0 if mg.constant(3.5) < c else 3.0),
    "where": lambda x, c: mg.where(c > 3.5, W * x, W * x * x),
    "if": lambda x, c: W * x if c else x,
    "a text": lambda x, c: W * x * len(f"{c:.3g}"),
    "no_grad": lambda x, c: W * x * without_gates(c),
}  # fmt: skip


@pytest.mark.parametrize("executor", ["auto", "python"])
@pytest.mark.parametrize("how", AS_NUMBERS)
def test_a_constant_whose_number_python_reads_is_noticed_when_it_changes(how, executor):
    constant, body = mg.constant(4.25), AS_NUMBERS[how]
    compiled = mg.compile(lambda x: body(x, constant), executor=executor)
    for i in range(4):
        assert compiled(float(i)).data == body(float(i), constant).data
    constant.data = 0.0
    with pytest.raises(mg.TracingError, match=r"the number of an mg\.constant .* 4\.25 then"):
        compiled(5.0)


def test_a_constant_that_is_a_wire_alone_may_change_at_each_call():
    constant = mg.constant(3.0)
    compiled = mg.compile(lambda x: W * x * constant)
    for number in (3.0, 4.0, 5.0, 6.0):
        constant.data = number
        assert compiled(2.0).data == 4.0 * number
    (recording,) = compiled.recordings.values()
    constant.data = 7.0
    assert recording.plain_numbers.changed() is None
