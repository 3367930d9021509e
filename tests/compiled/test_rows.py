"""Rows of a batch: lists become rows at once, and arrays that hold the same have theirs."""

import copy
import gc
import math
import weakref

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from minigrad.compiled import rows
from minigrad.compiled.rows import Rows

np = pytest.importorskip("numpy")

X, Y = [[1.0, -2.0], [0.5, 3.0], [0.0, 1.0]], [1.0, -1.0, 2.0]


@pytest.fixture
def made(monkeypatch):
    """The rows that have been made, in order."""
    all_made, init = [], Rows.__init__

    def note(self, *given):
        all_made.append(self)
        init(self, *given)

    monkeypatch.setattr(Rows, "__init__", note)
    return all_made


def new_loss(executor="auto"):
    w = mg.Value(0.5)
    return mg.compile(lambda x, y: (w * x[0] + x[1] - y) ** 2, executor=executor)


def mean(X, Y):
    return sum((0.5 * x0 + x1 - y) ** 2 for (x0, x1), y in zip(X, Y)) / len(Y)


@pytest.mark.parametrize("executor", ["auto", "python", "tape", "lanes"])
def test_the_same_numbers_make_no_rows_and_others_do(made, executor):
    loss = new_loss(executor)
    x, y = np.array(X), np.array(Y)
    first = loss.batch(x, y).data
    assert first == pytest.approx(mean(X, Y), rel=1e-15)
    assert loss.batch(x.copy(), np.array(Y)).data == loss.batch(np.array(X), y).data == first
    assert loss.batch(np.asfortranarray(x), y, reduce="sum").data == pytest.approx(3.0 * first)
    assert len(made) == 1
    x[2, 1] = 7.0  # in place
    others = [*X[:2], [0.0, 7.0]]
    assert loss.batch(x, y).data == pytest.approx(mean(others, Y), rel=1e-15)
    y[0] = -0.5
    assert loss.batch(x, y).data == pytest.approx(mean(others, [-0.5, -1.0, 2.0]), rel=1e-15)
    assert len(made) == 3


def test_equal_bytes_of_other_numbers_are_other_rows(made):
    w = mg.Value(2.0)
    loss = mg.compile(lambda x: w * x, check=False)
    there = np.array([1.0, 2.0])
    swapped = there.view(there.dtype.newbyteorder())
    assert swapped.tobytes() == there.tobytes()
    assert loss.batch(there).data == 3.0
    assert loss.batch(swapped).data == swapped.astype(float).sum() != 3.0
    assert loss.batch(there.view("i8")).data == float(there.view("i8").sum())
    assert loss.batch(there).data == 3.0


def test_other_shapes_of_the_same_numbers_are_other_rows():
    w = mg.Value(2.0)
    loss = mg.compile(lambda xs: w * mg.sum(list(xs)))
    numbers = np.arange(6.0)
    for shape in ((6, 1), (3, 2), (2, 3), (1, 6), (1, 2, 3)):
        by_hand = 2.0 * 15.0 / shape[0]
        if len(shape) == 2:
            assert loss.batch(numbers.reshape(shape)).data == by_hand
    with pytest.raises(ValueError, match="no rows"):
        loss.batch(numbers[:0].reshape(0, 2))
    with pytest.raises(TypeError, match="for one row call"):
        loss.batch(np.array(1.0))


def test_zeros_of_both_signs_and_nan_are_told_apart():
    w = mg.Value(1.0)
    loss = mg.compile(lambda x: w / x, check=False)
    zero, minus, nan = (np.array([number]) for number in (0.0, -0.0, math.nan))
    assert loss.batch(zero).data == math.inf
    assert loss.batch(minus).data == -math.inf
    assert math.isnan(loss.batch(nan).data)
    assert loss.batch(zero).data == math.inf


def test_what_the_rows_were_made_of_is_not_kept():
    loss = new_loss()
    whole = np.array([*X, *X])
    gone = weakref.ref(whole)
    first = loss.batch(whole[:3], np.array(Y)).data
    whole[:] = 0.0
    del whole
    gc.collect()
    assert gone() is None
    assert loss.batch(np.array(X), np.array(Y)).data == first
    assert loss.circuit.data == (0.5 * 1.0 - 2.0 - 1.0) ** 2


def test_a_replaced_parameter_is_noticed_and_clear_records_again(made):
    weights = [mg.Value(2.0)]
    loss = mg.compile(lambda x: weights[0] * x)
    x = np.array([1.0, 3.0])
    assert loss.batch(x).data == 4.0
    weights[0].data = 3.0
    assert loss.batch(x).data == 6.0
    weights[0] = mg.Value(5.0)
    with pytest.raises(mg.TracingError, match="has been replaced"):
        loss.batch(x)
    loss.clear()
    assert loss.batch(x).data == 10.0
    loss.recordings.clear()
    assert loss.batch(x).data == 10.0
    assert loss.recordings
    assert len(made) == 3
    assert copy.copy(loss).batch(x).data == 10.0


def test_rows_that_a_caller_asks_for_are_its_own(made):
    loss = new_loss()
    x, y = np.array(X), np.array(Y)
    loss.batch(x, y)
    rows = loss.rows(x, y)
    rows.numbers[:] = 0.0
    assert loss.batch(x, y).data == pytest.approx(mean(X, Y), rel=1e-15)
    assert len(made) == 2


def test_lists_static_arguments_and_large_arrays_take_the_long_way(made):
    w = mg.Value(2.0)
    power = mg.compile(lambda x, n: w * x**n, static=("n",))
    x = np.array([1.0, 2.0])
    assert [power.batch(x, n=n).data for n in (1, 2, 2)] == [3.0, 5.0, 5.0]
    loss = new_loss()
    assert loss.batch(X, Y).data == loss.batch(X, Y).data == loss.batch(np.array(X), Y).data
    assert len(made) == 6
    many = np.ones((70_000, 2))
    ys = np.ones(70_000)
    assert loss.batch(many, ys).data == loss.batch(many, ys).data == pytest.approx(0.25)
    assert len(made) == 8


def test_a_new_index_out_of_range_is_refused_by_its_row():
    table = [mg.Value(1.0), mg.Value(2.0)]
    loss = mg.compile(lambda i: mg.select(table, i))
    places = np.array([0.0, 1.0, 1.0])
    assert loss.batch(places, reduce="sum").data == 5.0
    places[2] = 2.0
    for _ in range(2):
        with pytest.raises(IndexError, match="row 2 of the batch"):
            loss.batch(places, reduce="sum")
    places[2] = 0.0
    assert loss.batch(places, reduce="sum").data == 4.0


NUMBERS = st.floats() | st.integers(-5, 5) | st.sampled_from([2**53 + 1, -(10**30), 10**400])
OTHERS = st.sampled_from([True, np.float64(2.5), np.int64(3), mg.Value(1.5), "no", None])
CELLS = st.lists(NUMBERS, min_size=2, max_size=2)
COLUMNS = st.lists(NUMBERS | OTHERS, min_size=1, max_size=5) | st.lists(
    CELLS | CELLS.map(tuple) | st.lists(NUMBERS | OTHERS, max_size=3), min_size=1, max_size=5
)


@settings(deadline=None, max_examples=300)
@given(st.lists(COLUMNS | COLUMNS.map(tuple), min_size=1, max_size=3))
def test_lists_of_numbers_are_the_rows_that_they_are_one_by_one(columns):
    def found(at_once):
        loss = mg.compile(lambda *args: mg.Value(1.0), check=False, executor="python")
        with pytest.MonkeyPatch.context() as patch:
            if not at_once:
                patch.setattr(rows, "_numbers_in_lists", lambda *_: None)
            try:
                made = loss.rows(*columns)
            except Exception as error:
                return type(error), str(error)
        numbers = [list(map(repr, made.row(i))) for i in range(made.count)]
        kinds = {kind: row for kind, row in made.kinds.items() if kind[1] is not bool}
        return made.recording.structure, kinds, numbers, made.first == made.row(0) or "nan"

    if len(set(map(len, columns))) == 1:
        assert found(True) == found(False)


def test_lists_of_numbers_are_not_looked_at_one_by_one(monkeypatch):
    monkeypatch.setattr(rows, "_list", None)
    for x in (X, list(map(tuple, X)), np.array(X), tuple(X)):
        assert new_loss().batch(x, [1, -1, 2.0]).data == pytest.approx(mean(X, Y), rel=1e-15)
