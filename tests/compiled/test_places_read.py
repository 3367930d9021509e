"""What is not written in Python holds numbers too, that a compiled function may read."""

from __future__ import annotations

import builtins
import functools
import hashlib
import importlib
import inspect
import io
import operator
import sys
from operator import attrgetter, methodcaller
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
NAMES = {"joined": "scale_1", "last": 1, "rest": "TE"}
READ, READERS = getattr, {"get": getattr}


def matched(it: Any) -> Any:
    match it:
        case SimpleNamespace(scale_1=number):
            return number


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
    "attrgetter": changes(lambda it: operator.attrgetter("scale_" + str(NAMES["last"]))(it)),
    "attrgetter by its name": changes(lambda it: attrgetter(NAMES["joined"])(it)),
    "attrgetter of two": changes(lambda it: attrgetter("__class__", NAMES["joined"])(it)[1]),
    "builtins.getattr": changes(lambda it: builtins.getattr(it, NAMES["joined"])),
    "another name of getattr": changes(lambda it: READ(it, NAMES["joined"])),
    "getattr as an argument": changes(lambda it, read=getattr: read(it, NAMES["joined"])),
    "getattr in a dict": changes(lambda it: READERS["get"](it, NAMES["joined"])),
    "a partial of getattr": changes(lambda it: functools.partial(getattr, it)(NAMES["joined"])),
    "getattr_static": changes(lambda it: inspect.getattr_static(it, NAMES["joined"])),
    "__getattribute__": changes(lambda it: it.__getattribute__(NAMES["joined"])),
    "object's": changes(lambda it: object.__getattribute__(it, NAMES["joined"])),
    "methodcaller": changes(lambda it: methodcaller("__getattribute__", NAMES["joined"])(it)),
    "vars": changes(lambda it: vars(it)[NAMES["joined"]]),
    "__dict__": changes(lambda it: it.__dict__[NAMES["joined"]]),
    "all of vars": changes(lambda it: sum(v for v in vars(it).values() if type(v) is float)),
    "getmembers": changes(lambda it: dict(inspect.getmembers(it))[NAMES["joined"]]),
    "a format": changes(lambda it: float("{0.scale_1}".format(it))),  # noqa: UP030, UP032
    "a made format": changes(lambda it: float(("{0." + NAMES["joined"] + "}").format(it))),
    "format_map": changes(lambda it: float("{it.scale_1}".format_map({"it": it}))),
    "eval": changes(lambda it: eval("it." + NAMES["joined"], {"it": it})),
    "a pattern": changes(matched),
}
RATE = 2.0
THIS = sys.modules[__name__]


def changes_rate(read: Any) -> Any:
    return (lambda x: W * x * read()), lambda: globals().update(RATE=RATE + 3.0)


CHANGES |= {
    "globals": changes_rate(lambda: globals()["RATE"]),
    "globals by a made name": changes_rate(lambda: globals()["RA" + NAMES["rest"]]),
    "globals by get": changes_rate(lambda: globals().get("RA" + NAMES["rest"])),
    "vars of a module": changes_rate(lambda: vars(THIS)["RA" + NAMES["rest"]]),
    "getattr of a module": changes_rate(lambda: getattr(THIS, "RA" + NAMES["rest"])),
    "sys.modules": changes_rate(lambda: sys.modules[__name__].RATE),
    "import_module": changes_rate(lambda: importlib.import_module(__name__).RATE),
    "__globals__": changes_rate(lambda: changes.__globals__["RA" + NAMES["rest"]]),
    "eval of a name": changes_rate(lambda: eval("RA" + NAMES["rest"])),
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
    with pytest.raises(mg.TracingError, match=r"the number of an mg\.constant .* 4\.25 then") as e:
        compiled(5.0)
    assert "Compute with the constant itself" in str(e.value)
    assert "make it an mg.constant" not in str(e.value)


def test_a_constant_that_is_a_wire_alone_may_change_at_each_call():
    constant = mg.constant(3.0)
    compiled = mg.compile(lambda x: W * x * constant)
    for number in (3.0, 4.0, 5.0, 6.0):
        constant.data = number
        assert compiled(2.0).data == 4.0 * number
    (recording,) = compiled.recordings.values()
    constant.data = 7.0
    assert recording.plain_numbers.changed() is None


class Network:
    def __init__(self) -> None:
        self.w1, self.w2, self.calls, self.log = Value(0.5), Value(-0.3), 0, []

    def counting(self, x: Any) -> Value:
        self.calls += 1
        return mg.sum([getattr(self, f"w{i}") * x for i in (1, 2)])

    def remembering(self, x: Any) -> Value:
        self.log.append(1)
        return self.w1 * x

    def remembering_by_name(self, x: Any) -> Value:
        self.log.append(1)
        return getattr(self, "w" + str(1)) * x

    def remembering_by_vars(self, x: Any) -> Value:
        self.log.append(x)
        return vars(self)["w1"] * self.__dict__["w2"] * x

    def replacing(self, x: Any) -> Value:
        self.latest = x
        return self.__getattribute__("w1") * x

    def by_gate(self, x: Any) -> Value:
        activation = getattr(mg, "tan" + "h")
        return activation(self.w1 * x)  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", [name for name in vars(Network) if name[0] != "_"])
def test_what_is_counted_or_remembered_is_no_number_that_is_read_whatever_reads_by_name(name):
    network = Network()
    function = getattr(network, name)
    compiled = mg.compile(function)
    for i in range(6):
        assert compiled(float(i)).data == function(float(i)).data
        network.w1.data += 0.1


class MatchesByProperty:
    """As classes of nanobind do, of JAX's among them."""

    __match_args__ = property(lambda self: ("scale",))


class MatchesByPlace:
    """What a pattern takes apart by place."""

    __match_args__ = ("scale",)

    def __init__(self) -> None:
        self.scale, self.other = 2.0, MatchesByProperty()


def test_a_class_whose_match_arguments_are_no_tuple_stands_in_nobody_s_way():
    held = MatchesByPlace()

    def f(x):
        match held:
            case MatchesByPlace(scale):
                return W * x * scale if held.other else x

    compiled = mg.compile(f)
    assert [compiled(x).data for x in (1.0, 2.0)] == [4.0, 8.0]
    held.scale = 5.0
    with pytest.raises(mg.TracingError, match="where the function itself gives"):
        compiled(3.0)


HAS_VARS = SimpleNamespace(vars=3.0)
ENDS = {
    "an attribute": lambda: HAS_VARS.vars,
    "the function": lambda: vars and HAS_VARS.vars,
    "its name alone": lambda: vars,
}


@pytest.mark.parametrize("what", ENDS)
def test_code_may_end_with_a_name_that_reads_by_texts(what):
    read = ENDS[what]
    compiled = mg.compile(lambda x: W * x if read() else x)
    assert [compiled(x).data for x in (1.0, 2.0)] == [2.0, 4.0]


def test_getattr_that_is_itself_found_by_a_text_is_noticed():
    held, name = SimpleNamespace(scale=2.0), ["sc", "ale"]
    compiled = mg.compile(lambda x: W * x * vars(builtins)["getattr"](held, "".join(name)))
    compiled(1.0), compiled(2.0)
    held.scale = 5.0
    with pytest.raises(mg.TracingError, match="where the function itself gives"):
        compiled(3.0)
