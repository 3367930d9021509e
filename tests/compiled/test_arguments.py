"""What a compiled function takes: numbers in structures of every kind, and columns of a batch."""

from collections import OrderedDict, defaultdict, namedtuple
from types import MappingProxyType

import pytest

import minigrad as mg
from minigrad import Value


def test_dicts_and_tuples_of_any_kind_arrive_as_such():
    Point = namedtuple("Point", "x y")
    at = mg.compile(lambda p: Point(p.x * p.y, p.y))
    assert (at(Point(2.0, 3.0)).x.data, at(Point(4.0, 5.0)).x.data) == (6.0, 20.0)
    item = mg.compile(lambda d: d["a"] - d["b"])
    for kind in (dict, OrderedDict, MappingProxyType, lambda d: defaultdict(list, d)):
        assert item(kind({"a": 5.0, "b": 3.0})).data == 2.0
    with pytest.raises(ValueError, match=r"row 0 is \(Point\(number, number\)\), row 1 is"):
        at.batch([Point(1.0, 2.0), (1.0, 2.0)])


def test_an_array_without_axes_is_a_number():
    np = pytest.importorskip("numpy")
    square = mg.compile(lambda x: x * x)
    x = Value(4.0)
    assert [square(np.array(3.0)).data, square(np.array(x, dtype=object)).data] == [9.0, 16.0]
    assert len(square.recordings) == 1
    for wrong in (np.array(1j), np.array("3")):
        with pytest.raises(TypeError, match="expected a number"):
            square(wrong)


def test_lists_nested_thousands_deep_are_an_error_that_says_so():
    deep = [1.0]
    for _ in range(2000):
        deep = [deep]
    first = mg.compile(lambda x: mg.sum(x[0]))
    for call in (first, lambda deep: first.batch([deep])):
        with pytest.raises(ValueError, match="nested too deep"):
            call(deep)


def test_a_bool_in_a_batch_is_a_label_and_a_number():
    w = Value(1.0)
    loss = mg.compile(lambda x, y: (w * x - y) ** 2)
    assert loss.batch([1.0, 2.0], [True, False]).data == 2.0
    assert loss.batch([1.0, True], (False, 1)).data == 0.5
    assert mg.compile(lambda x: mg.sum(x)).batch([[1, True]]).data == 2.0
    history = mg.fit(
        loss,
        data=([1.0, 2.0, 3.0], [True, False, True]),
        optimizer=mg.optim.SGD([w], lr=0.01),
        epochs=2,
        progress=False,
    )
    assert history.loss[0] == pytest.approx(8 / 3)


def test_arrays_in_a_batch_hold_real_numbers():
    np = pytest.importorskip("numpy")
    loss = mg.compile(lambda x: mg.sum(x))
    for wrong in (np.ones((2, 2)) * 1j, np.array([["1", "2"]]), np.zeros((1, 2), "datetime64[s]")):
        for columns in ([wrong, [1.0] * len(wrong)], [wrong]):
            message = rf"real numbers; argument 1 is an array of {wrong.dtype}".replace("[", r"\[")
            with pytest.raises(TypeError, match=message):
                loss.batch(*columns)
    for kind in (bool, "u1", "i4", "f4", object):
        assert loss.batch(np.array([[1, 0], [1, 1]], dtype=kind)).data == 1.5
    with pytest.raises(ValueError, match=r"row 1 is \(\[number\]\)"):
        loss.batch(np.array([[1.0, 2.0], [3.0]], dtype=object))
    with pytest.raises(TypeError, match="expected a number, got the complex"):
        loss.batch(np.array([[1j]], dtype=object))
