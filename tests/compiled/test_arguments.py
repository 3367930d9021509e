"""What a compiled function takes: numbers in structures of every kind, and columns of a batch."""

import copy
import math
from collections import OrderedDict, defaultdict, deque, namedtuple
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from types import MappingProxyType
from typing import Any

import pytest
from helpers.data_frames import Labelled

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


# --- structure, numbers, and what is refused ------------------------------------------------------


class Mode(str, Enum):
    TRAIN = "train"
    TEST = "test"


class Size(IntEnum):
    SMALL = 1
    LARGE = 2


class Name(str):
    pass


@dataclass(frozen=True)
class Example:
    x: float
    label: str
    more: list = field(default_factory=list)


@dataclass
class Slotted:
    __slots__ = ("x", "y")
    x: float
    y: float


def test_what_is_a_text_an_enum_or_a_bool_is_fixed_as_what_it_is():
    np = pytest.importorskip("numpy")
    scaled = mg.compile(lambda x, m: x * 2 if m in (Mode.TRAIN, Size.LARGE, True, b"x") else x)
    for train, other in (
        (Mode.TRAIN, Mode.TEST),
        (Name("train"), Name("test")),
        (np.str_("train"), "b"),
        (Size.LARGE, Size.SMALL if Size.SMALL != True else Mode.TEST),  # noqa: E712
        (True, False),
        (np.bool_(True), np.bool_(False)),
        (b"x", b"y"),
        (True, None),
    ):
        assert scaled(1.0, train).data == 2.0
        assert scaled(1.0, other).data == 1.0
    named = mg.compile(lambda x, m: x * (1 if type(m) is str else 2 if type(m) is Mode else 3))
    assert [named(1.0, m).data for m in ("train", Mode.TRAIN, Name("train"))] == [1.0, 2.0, 3.0]


def test_slices_dataclasses_and_data_frames_are_taken_apart():
    total = mg.compile(lambda xs, part: mg.sum(xs[part]))
    assert [total([1.0, 2.0, 4.0], slice(*s)).data for s in ((2,), (1, 3), (0, 3, 2))] == [3, 6, 5]
    scaled = mg.compile(lambda e: e.x * (2 if e.label == "a" else 3) + mg.sum([0, *e.more]))
    assert scaled(Example(5.0, "a")).data == 10.0
    assert scaled(Example(Value(5.0), "b", [1.0, 2.0])).data == 18.0
    assert mg.compile(lambda p: p.x - p.y)(Slotted(5.0, 3.0)).data == 2.0
    assert mg.compile(mg.sum)(Labelled([1.0, 2.0])).data == 3.0
    with pytest.raises(ValueError, match=r"row 1 is \(Example\(x=number, label='b'"):
        scaled.batch([Example(1.0, "a"), Example(2.0, "b")])


@pytest.mark.parametrize(
    "wrong",
    [{1.0, 2.0}, frozenset([1.0]), deque([1.0]), range(3), iter([1.0]), (x for x in [1.0])],
)
def test_what_else_can_be_gone_through_is_refused_by_name(wrong):
    with pytest.raises(TypeError, match=rf"the {type(wrong).__name__} .*write list\(\.\.\.\)"):
        mg.compile(mg.sum)(wrong)


@pytest.mark.parametrize("what", [mg.tanh, mg, object(), ..., mg.nn.MLP(1, [1])])
def test_what_is_no_number_is_refused_and_may_be_closed_over_or_static(what):
    for call in (mg.compile(lambda x, g: x), mg.grad(lambda x, g: x)):
        with pytest.raises(TypeError, match=r"an argument is the .*close over.*static=\("):
            call(2.0, what)
    of = mg.compile(lambda x, g: x * 2.0, static=("g",))
    assert of(2.0, what).data == 4.0
    assert mg.compile(lambda x, g: g(x), static=("g",))(0.5, mg.tanh).data == mg.tanh(0.5)


def test_a_module_with_functions_named_as_those_of_an_array_is_none():
    np = pytest.importorskip("numpy")
    with pytest.raises(TypeError, match="an argument is the module"):
        mg.compile(lambda x, lib: lib.sin(x))(1.0, np)


def test_masked_entries_are_refused_and_an_array_without_any_is_taken():
    np = pytest.importorskip("numpy")
    total = mg.compile(mg.sum)
    masked, open_ = (np.ma.array([1.0, 2.0], mask=mask) for mask in ([True, False], [0, 0]))
    assert total(open_).data == 3.0
    for call in (total, total.batch):
        with pytest.raises(TypeError, match=r"masked.*filled\(0\.0\)"):
            call(np.ma.array([masked, masked]) if call is not total else masked)


# --- static arguments -----------------------------------------------------------------------------


def powers(x, n, *, start=0):
    return mg.sum([x**i for i in range(start, n)])


def test_a_static_argument_is_recorded_once_for_each_value():
    compiled = mg.compile(powers, static=("n", "start"))
    assert [compiled(2.0, n).data for n in (3, 4, 3)] == [7.0, 15.0, 7.0]
    assert compiled(2.0, n=3).data == 7.0
    assert compiled(2.0, 4, start=1).data == 14.0
    assert len(compiled.recordings) == 4
    assert compiled.batch([1.0, 2.0], n=3, reduce="sum").data == 10.0
    pickled = copy.copy(compiled)
    assert pickled(2.0, 3).data == 7.0


def test_a_static_argument_may_be_looked_up_and_kinds_are_told_apart():
    table = {1: 2.0, "a": 3.0, (1, 2): 4.0}
    compiled = mg.compile(lambda x, key: x * table[key], static="key")
    assert [compiled(1.0, key).data for key in (1, "a", (1, 2))] == [2.0, 3.0, 4.0]
    kinds = mg.compile(lambda x, n: x * (2 if type(n) is int else 3), static=["n"])
    assert [kinds(1.0, n).data for n in (1, 1.0, True)] == [2.0, 3.0, 3.0]


def test_a_compiled_method_and_a_decorator_take_static_names():
    class Model:
        def __init__(self):
            self.w = Value(2.0)

        @mg.compile(static=("n",))
        def power(self, x, n):
            return self.w * mg.sum([x] * n)

    model = Model()
    assert [model.power(1.0, 2).data, model.power(1.0, n=3).data] == [4.0, 6.0]
    steps = mg.compile(lambda x, n: (model.w - 1) ** 2 * n + 0 * x, static=("n",))
    with mg.training_steps(steps, mg.optim.SGD([model.w], lr=0.1)) as step:
        assert [step(1.0, n) for n in (1, 1, 2)] == pytest.approx([1.0, 0.64, 0.8192])


def test_static_arguments_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match=r"static names the str 'k', .* it has x, n, start"):
        mg.compile(powers, static=("k",))
    compiled = mg.compile(powers, static=("n",))
    with pytest.raises(TypeError, match=r"static argument n is the list .* a tuple in place"):
        compiled(2.0, [3])
    with pytest.raises(TypeError, match=r"static argument n is Value.* pass a plain number"):
        compiled(2.0, Value(3.0))
    with pytest.raises(TypeError, match=r"given by name, n=\.\.\."):
        compiled.batch([1.0], [3])
    with pytest.raises(TypeError, match="'start' is not static"):
        compiled.batch([1.0], n=3, start=1)
    with pytest.raises(mg.TracingError, match=r"static=\(\"n\",\)"):
        mg.compile(powers)(2.0, 3)


@pytest.mark.parametrize("executor", ["python", "auto"])
def test_a_bool_of_a_batch_that_decides_by_what_it_is_is_refused(executor):
    w = Value(2.0)
    compiled = mg.compile(lambda x, y: w * x if y is True else x, executor=executor)
    with pytest.raises(mg.TracingError, match="where the function itself gives"):
        compiled.batch([1.0, 2.0], [True, False])
    compiled = mg.compile(lambda x, y: w * x if isinstance(y, bool) else x, executor=executor)
    with pytest.raises(mg.TracingError, match="where the function itself gives"):
        compiled.batch([1.0, 2.0], [True, False])
    compiled = mg.compile(lambda x, y: w * x * (2.0 * y - 1.0), executor=executor)
    assert compiled.batch([1.0, 3.0], [True, False]).data == -2.0


# What an argument is beside its number: each of these decides, at a later call alone.


class Angle(Value):
    """A wire of a class of one's own."""


class Metres(float):
    """A number of a class of one's own."""


class Series:
    """Numbers with labels, as pandas has them."""

    def __init__(self, numbers: list[float], index: list[int]) -> None:
        self.numbers, self.index = numbers, index

    def to_numpy(self) -> Any:
        return pytest.importorskip("numpy").array(self.numbers)

    def __getitem__(self, label: int) -> Any:
        return self.numbers[self.index.index(label)]


def with_scale(number: float, scale: float) -> Value:
    wire = Value(number)
    wire.scale = scale  # type: ignore[attr-defined]
    return wire


V, KEPT = Value(2.0), Value(2.0)
LIST = [Value(1.0)]
DECIDES_LATER = {
    "a label": (lambda x: x * 2 if x.label == "a" else x * 3, [V], [Value(1.0, label="a")]),
    "an attribute": (lambda x: x * getattr(x, "scale", 1.0), [V], [with_scale(1.0, 4.0)]),
    "a class": (lambda x: x * 2 if isinstance(x, Angle) else x * 3, [V], [Angle(1.0)]),
    "a class of floats": (lambda x: x * 2 if type(x) is Metres else x * 3, [1.0], [Metres(1.0)]),
    "a constant": (lambda x: x * 2 if x.is_constant else x * 3, [V], [mg.constant(1.0)]),
    "a gate": (lambda x: x * 2 if x.gate else x * 3, [V], [V * 1.0]),
    "no leaf": (lambda x: x * 2 if x.is_leaf else x * 3, [V], [V * 1.0]),
    "one of its own": (lambda x: x * 2 if x is KEPT else x * 3, [V], [KEPT]),
    "two in a list": (lambda x: x[0] * 2 if x[0] is x[1] else x[0], [[V, KEPT]], [[V, V]]),
    "two lists": (lambda d: d["a"][0] * (2 if d["a"] is d["b"] else 3), [{"a": LIST, "b": [V]}],
                  [{"a": LIST, "b": LIST}]),
    "the fifth": (lambda a, b, c, d, e: a * 2 if a is e else a * 3,
                  [Value(1.0) for _ in range(5)], [V, KEPT, Value(1.0), Value(1.0), V]),
    "an int, there": (lambda x, y: x * 5 if isinstance(x, int) else x * y, [1.0, 2], [1, 2.0]),
    "places": (lambda x: x[0] * 2, [Series([1.0, 2.0], [0, 1])], [Series([1.0, 2.0], [1, 0])]),
}  # fmt: skip


@pytest.mark.parametrize("executor", ["python", "tape"])
@pytest.mark.parametrize("what", DECIDES_LATER)
def test_what_an_argument_is_beside_its_number_is_noticed_at_the_first_call_that_has_it(
    what, executor
):
    body, first, other = DECIDES_LATER[what]
    f = mg.compile(body, executor=executor)
    for _ in range(3):
        f(*first)
    with pytest.raises(mg.TracingError, match=r"itself gives|asks what is behind"):
        f(*other)


def test_a_label_and_an_attribute_that_decide_nothing_go_the_short_way():
    f = mg.compile(lambda x: mg.tanh(x) * V, executor="tape")
    for label in "abc":
        assert f(Value(1.0, label=label)).data == math.tanh(1.0) * 2.0
    assert len(f.recordings) == 1


@dataclass
class Batch:
    """Arguments with a field that is named as what stands behind a wire."""

    inputs: list[Value]


def test_a_field_named_inputs_asks_for_no_circuit():
    f = mg.compile(lambda batch: mg.sum([x * x for x in batch.inputs]))
    assert f(Batch([V * 1.0, V])).data == 8.0


class Key(tuple[Any, ...]):
    """A key of a class of one's own."""


KEYS = [(1, True), (1, 1.0), (0.0, -0.0), ("a", type("Text", (str,), {})("a")), ((1,), (True,))]
KEYS += [(frozenset([1]), frozenset([True])), ((1, 2), Key((1, 2)))]


@pytest.mark.parametrize(("key", "other"), KEYS)
def test_keys_and_static_arguments_that_are_equal_and_differ_in_kind_are_recorded_each(key, other):
    by_key = mg.compile(lambda d: d[key] * (2 if repr(next(iter(d))) == repr(key) else 3))
    static = mg.compile(lambda x, n: x * (2 if repr(n) == repr(key) else 3), static=("n",))
    expected = [2.0, 3.0 if repr(key) != repr(other) else 2.0]
    assert [by_key({one: V}).data / V.data for one in (key, other)] == expected
    assert [static(V, one).data / V.data for one in (key, other)] == expected
    assert len(by_key.recordings) == len(static.recordings) == 2


def test_a_number_of_another_kind_in_any_row_of_a_later_batch_is_noticed():
    f = mg.compile(lambda x, y: x * (2.0 if isinstance(y, int) else 3.0))
    f.batch([1.0, 2.0, 3.0], [0.0, 1.0, 2.0])
    with pytest.raises(mg.TracingError, match="where the function itself gives"):
        f.batch([1.0] * 9, [0.0] * 8 + [1])


def test_what_is_refused_is_so_if_the_function_catches_it():
    def by_number(x):
        try:
            return x * 2 if x.data > 0 else x * 3
        except Exception:
            return x * 4

    with pytest.raises(mg.TracingError, match=r"reading \.data of a value"):
        mg.compile(by_number)(Value(1.0))


def test_what_is_to_have_no_gradient_is_given_as_an_argument_of_its_own_as_the_refusal_says():
    with pytest.raises(mg.TracingError, match=r"detach.* argument of its own, f\(x, x.detach"):
        mg.compile(lambda x: x * x.detach())(Value(3.0))
    x = Value(3.0)
    mg.compile(lambda x, fixed: x * fixed)(x, x.detach()).backward()
    assert x.grad == 3.0


def test_values_are_kept_in_an_array_of_objects_as_the_refusal_says():
    numpy = pytest.importorskip("numpy")

    def doubled(x, kind):
        kept = numpy.zeros(2, dtype=kind)
        kept[0] = x * 2
        return kept.sum() * 1.0

    with pytest.raises(mg.TracingError, match=r"of them, np.zeros\(n, dtype=object\)"):
        mg.compile(doubled, static=("kind",))(Value(3.0), float)
    assert mg.compile(doubled, static=("kind",))(Value(3.0), object).data == 6.0
