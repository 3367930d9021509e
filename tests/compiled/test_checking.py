"""A compiled function is compared with the function itself, and what differs is refused."""

import datetime
import functools
import gc
import itertools
import logging
import math
import operator
import os
import random
import secrets
import sys
import threading
import time
import uuid
from collections import Counter
from contextlib import contextmanager

import numpy as np
import pytest

import minigrad as mg
from minigrad import Value, losses
from minigrad.calculus import take_result_apart
from minigrad.compiled import watching

W, V = Value(2.0), Value(-1.0)
TABLE = {1.0: 3.0, 2.0: 5.0}
PARAMETERS = {1.0: Value(0.0), 2.0: Value(0.0)}
CALLS = itertools.count(1)


@pytest.fixture(autouse=True)
def first_numbers():
    W.data, V.data = 2.0, -1.0


LOOKS_UP = [
    lambda y: W * y + TABLE.get(y, 0.0),
    lambda y: W * y + PARAMETERS.get(y, 0.0),
    lambda y: W * y if y in {1.0, 2.0} else y,
    lambda y: W * y if y in frozenset((1.0, 2.0)) else y,
    lambda y: W * y * TABLE.get(y * 2 - 1, 0.0),
    lambda y: W * y * TABLE.get(mg.abs(y), 0.0),
    lambda y: W * y * Counter([1.0, y])[1.0],
    lambda y: W * y * len({y, 1.0}),
    lambda y: W * y.relu() + TABLE.get(y, 0.0),
    lambda y: W * (y * 2 - y).relu() + TABLE.get(y * 1.0, 0.0),
]


@pytest.mark.parametrize("body", LOOKS_UP)
def test_a_number_that_is_looked_up_is_refused_whether_it_is_in_the_table_or_not(body):
    compiled = mg.compile(body)
    with pytest.raises(mg.TracingError, match=r"\.py, line \d+.*mg\.where"):
        list(map(compiled, (5.0, 6.0, 7.0, 1.0)))
    for rows in ([5.0, 6.0, 1.0, 7.0], [5.0] * 200 + [1.0] + [5.0] * 200, [7.0, 8.0]):
        with pytest.raises(mg.TracingError, match=r"\.py, line \d+.*mg\.where"):
            mg.compile(body).batch(rows)


@pytest.mark.parametrize(
    "body",
    [
        lambda y: W * y if isinstance(y, float) else y,
        lambda y: W * y if isinstance(y, Value) else y,
        lambda y: W * y if type(y) is float else y,
        lambda y: W * y if hasattr(y, "backward") else y,
        lambda y: W * y * time.time(),
        lambda y: W * y if random.random() < 0.5 else y,
        lambda y: W * y if random.random() < 0.999 else y,
        lambda y: W * y * random.Random().random(),
        lambda y: W * y * next(CALLS),
        lambda y: W * y if next(CALLS) % 2 else y,
        lambda y: [W, Value(2.0)][next(CALLS) % 2] * y,
    ],
)
def test_what_depends_on_kinds_or_on_the_moment_is_refused_at_the_first_call(body):
    for call in (lambda f: f(3.0), lambda f: f.batch([3.0, 4.0])):
        with pytest.raises(mg.TracingError, match=r"test_checking\.py, line \d+"):
            call(mg.compile(body))


HELD = [
    random.Random(0),
    np.random.default_rng(0),
    np.random.Generator(np.random.MT19937(0)),
    np.random.RandomState(0),
]
BITS = np.random.PCG64(0)


@pytest.mark.parametrize(
    "draw",
    [
        *[generator.random for generator in HELD],
        lambda: np.random.rand(),
        lambda: np.random.normal(0.0, 0.01),
        lambda: BITS.random_raw() / 2**64,
    ],
)
def test_random_numbers_of_numpy_and_of_a_generator_that_is_held_are_refused(draw):
    for _ in range(2):  # normal numbers come in pairs, of which the second is no draw of bits
        with pytest.raises(mg.TracingError, match=r"draws random numbers.*Draw them before"):
            mg.compile(lambda y: W * y if draw() < 0.999 else y)(3.0)


def test_random_numbers_of_a_distribution_of_scipys_are_refused():
    stats = pytest.importorskip("scipy.stats")
    own = stats.uniform()
    own.random_state = np.random.RandomState(0)
    for draw in (lambda: stats.norm.rvs(0.0, 0.01), own.rvs):
        test_random_numbers_of_numpy_and_of_a_generator_that_is_held_are_refused(draw)


@pytest.mark.parametrize("has_ctypes", [True, False])
def test_numpys_own_state_is_as_numpy_tells_it(monkeypatch, has_ctypes):
    if not has_ctypes:
        monkeypatch.setitem(sys.modules, "ctypes", None)
    monkeypatch.setattr(watching, "_numpys_own", type(watching._numpys_own)())
    np.random.seed(3)
    draws = [np.random.rand, np.random.randn, np.random.randn, lambda: np.random.seed(3)]
    for draw in draws * 2:
        before = watching.states_of([])
        assert watching.states_of([]) == before
        draw()
        assert watching.states_of([]) != before


@pytest.mark.parametrize(
    "draw",
    [
        lambda: os.urandom(1)[0] / 256,
        lambda: secrets.randbelow(1_000) / 1_000,
        lambda: uuid.uuid4().int % 1_000 / 1_000,
        lambda: random.Random().random(),
        lambda: random.SystemRandom().random(),
        lambda: np.random.default_rng().random(),
        lambda: np.random.RandomState().random_sample(),
    ],
)
@pytest.mark.parametrize("run", [lambda f: f(3.0), lambda f: f.batch([3.0, 4.0])])
def test_random_numbers_of_the_operating_system_are_refused_by_their_line(draw, run):
    body = mg.compile(lambda y: W * y if draw() < 0.9999 else y)
    with pytest.raises(
        mg.TracingError, match=r"from the operating system, test_checking\.py, line"
    ):
        run(body)


@pytest.mark.parametrize(
    ("what", "ask"),
    [
        ("asks for the time", lambda path: int(time.time()) // 10**9),
        ("asks for the time", lambda path: time.monotonic_ns() // 10**18),
        ("asks for the time", lambda path: time.localtime().tm_year),
        ("asks for the time", lambda path: datetime.datetime.now().year),
        ("asks for the time", lambda path: datetime.date.today().month),
        ("opens or looks up a file or a folder", lambda path: float(open(path).read())),  # noqa: SIM115
        ("opens or looks up a file or a folder", lambda path: float(path.read_text())),
        ("opens or looks up a file or a folder", lambda path: float(np.loadtxt(path))),
        ("opens or looks up a file or a folder", lambda path: path.exists()),
        ("opens or looks up a file or a folder", lambda path: open(path, "a").write("") or 2.0),  # noqa: SIM115
        ("opens or looks up a file or a folder", lambda path: os.path.getsize(path)),
        ("opens or looks up a file or a folder", lambda path: len(os.listdir(path.parent))),
    ],
)
@pytest.mark.parametrize("run", [lambda f: f(3.0), lambda f: f.batch([3.0, 4.0])])
def test_the_time_and_files_are_refused_by_their_line_though_two_calls_agree(
    what, ask, run, tmp_path
):
    path = tmp_path / "number.txt"
    path.write_text("2.0", encoding="utf-8")
    body = mg.compile(lambda y: W * y * ask(path))
    with pytest.raises(mg.TracingError, match=what + r", test_checking\.py, line .*Ask before"):
        run(body)


def test_what_python_asks_for_itself_does_not_hinder(caplog):
    def logged(y):
        logging.getLogger("test").warning("called")  # with the time
        import colorsys  # a file is read

        return W * y * len(colorsys.__name__)

    sys.modules.pop("colorsys", None)
    assert mg.compile(logged)(3.0).data == logged(3.0).data


def test_generators_that_are_made_with_a_seed_give_the_same_at_each_call():
    compiled = mg.compile(
        lambda y: W * y * random.Random(5).random() * np.random.default_rng(3).random()
    )
    assert compiled(3.0).data == compiled.function(3.0).data


@contextmanager
def a_profiler():
    seen = []
    sys.setprofile(lambda *event: seen.append(event[1]))
    try:
        yield
        assert sys.getprofile() is not None
    finally:
        sys.setprofile(None)
    assert seen


MONITORS = sys.version_info >= (3, 12)


@pytest.mark.skipif(MONITORS, reason="Python tells of calls beside a profiler")
def test_a_profiler_goes_on_while_a_function_is_compiled_and_what_is_not_seen_is_said():
    with (
        a_profiler(),
        pytest.warns(RuntimeWarning, match="a profiler is running.*Call it once without"),
    ):
        mg.compile(lambda y: W * y)(3.0)


@pytest.mark.skipif(not MONITORS, reason="a profiler takes the place of what tells of calls")
def test_a_profiler_and_others_that_are_told_of_calls_hide_nothing():
    for number in (4, 3):
        sys.monitoring.use_tool_id(number, "another")
    try:
        with pytest.raises(mg.TracingError, match="asks for the time"):
            mg.compile(lambda y: W * y * (time.time() > 0))(3.0)
    finally:
        for number in (4, 3):
            sys.monitoring.free_tool_id(number)
    with a_profiler(), pytest.raises(mg.TracingError, match="asks for the time"):
        mg.compile(lambda y: W * y * (time.time() > 0))(3.0)
    assert sys.monitoring.get_tool(4) is sys.monitoring.get_tool(3) is None


@pytest.mark.skipif(not MONITORS, reason="before, nothing is registered")
def test_what_a_ctrl_c_has_left_registered_goes_when_the_next_function_is_compiled():
    sys.monitoring.use_tool_id(4, "minigrad")
    mg.compile(lambda y: W * y)(3.0)
    assert sys.monitoring.get_tool(4) is None
    sys.monitoring.use_tool_id(4, "another")
    sys.monitoring.use_tool_id(3, "minigrad")
    mg.compile(lambda y: W * y)(3.0)
    assert sys.monitoring.get_tool(3) is None
    assert sys.monitoring.get_tool(4) == "another"
    sys.monitoring.free_tool_id(4)


def test_what_another_thread_asks_does_not_hinder():
    stop = threading.Event()

    def asking():
        while not stop.is_set():
            time.time()

    thread = threading.Thread(target=asking)
    thread.start()
    try:
        for _ in range(20):
            mg.compile(lambda y: W * mg.sum([y * k for k in range(100)]))(3.0)
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize("first", [(Value(1.0), 1.0), (1.0, 2.0, 1), (5, Value(1.0), 7, 1.0)])
def test_numbers_of_another_kind_are_compared_when_they_first_come(first):
    for body in (
        lambda y: W * TABLE.get(y, 1.0),
        lambda y: W * y if isinstance(y, int) else y,
        lambda y: W * y if isinstance(y, float) else y,
    ):
        compiled, results = mg.compile(body), []
        try:
            for number in first:
                results.append((compiled(number).data, body(number)))
        except mg.TracingError:
            pass
        for ours, own in results:
            assert ours == (own.data if isinstance(own, Value) else own)


def test_random_numbers_drawn_elsewhere_do_not_hinder():
    compiled = mg.compile(lambda y: W * y)
    numbers = [random.random() for _ in range(3)]
    assert [compiled(number).data for number in numbers] == [2.0 * n for n in numbers]


def test_a_variable_that_changes_late_is_found_at_a_later_call():
    scale = [2.0]
    compiled = mg.compile(lambda y: W * y * scale[0])
    assert [compiled(float(i)).data for i in range(5)] == [4.0 * i for i in range(5)]
    scale[0] = 3.0
    with pytest.raises(mg.TracingError, match=r"gives .* where the function itself gives"):
        list(map(compiled, map(float, range(5, 100))))
    rows = mg.compile(lambda y: W * y * scale[0])
    rows.batch([1.0, 2.0])
    scale[0] = 4.0
    with pytest.raises(mg.TracingError, match=r"gives .* where the function itself gives"):
        [rows.batch([float(i), 1.0]) for i in range(100)]


def test_a_short_number_that_is_closed_over_is_named():
    short = np.float32(0.1)
    for call in (mg.compile(lambda y: y * short), mg.compile(lambda y: y * short).value_and_grad):
        with pytest.raises(mg.TracingError, match=r"0\.03000000045 where .*'s float32 .* float\("):
            call(0.3)
        with pytest.raises(mg.TracingError, match="depends on the numbers"):
            mg.compile(lambda y: W * y * (1.0 + 1e-4 * isinstance(y, float)))(0.3)


def test_a_row_of_a_label_that_comes_once_is_compared():
    body = lambda x, y: W * x * (2.0 if str(y) == "3" else 1.0)
    X, Y = [0.01 * i for i in range(20_000)], [0] * 20_000
    Y[777] = 3
    deep = mg.compile(lambda x, y: mg.sum([body(x, y)] + [W * V] * 30))
    with pytest.raises(mg.TracingError, match="where the function itself gives"):
        deep.batch(X, Y)


@pytest.mark.parametrize(
    "body",
    [
        lambda y: Value(3.0) * y * W,
        lambda y: mg.constant(3.0) * y * W,
        lambda y: (y if isinstance(y, Value) else Value(y)) * W,
        lambda y: losses.multiclass_hinge([W * 2, V, W], y),
        lambda y: losses.cross_entropy([W * 2, V, W], y),
        lambda y: losses.binary_cross_entropy(W, y / 3),
        lambda y: losses.hinge(W * V, mg.where(y > 1, 1.0, -1.0)),
        lambda y: mg.where(y > 1, W, V) * y + mg.where(y > W, W, V),
        lambda y: mg.select([W, V, W * V, y], y) * mg.maximum(y, W, 1.0),
        lambda y: sum([y, y, 0.1, -0.3]) * W + sum([W, y]),
        lambda y: sum([0.1 * y, 0.2 * y, -0.3 * y]) * W,
        lambda y: W / (y - y),
        lambda y: mg.sqrt(y - 1) * W,
        lambda y: [y, W, mg.constant(2.0), None],
    ],
)
def test_a_function_that_does_the_same_on_numbers_and_on_values_is_not_refused(body):
    compiled = mg.compile(body)
    for number in (2, 1, 0, 2, 1, 2.0, 0):
        outs, again = compiled(number), body(Value(number))
        for one, other in zip(as_list(outs), as_list(again)):
            assert one is other is None or one.data == pytest.approx(other.data, nan_ok=True)
    if isinstance(outs, Value):
        assert not math.isnan(mg.compile(body).batch([2, 1, 2]).data)


def as_list(result):
    return result if isinstance(result, list) else [result]


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        (lambda y: losses.hinge(W, y), 0.5),
        (lambda y: losses.binary_cross_entropy(W, y), -1.0),
        (lambda y: losses.multiclass_hinge([W, V, W], y), 1.5),
    ],
)
def test_a_label_that_the_function_itself_refuses_is_refused(body, wrong):
    for call in (lambda f: f(wrong), lambda f: f.batch([1.0, wrong])):
        with pytest.raises((ValueError, IndexError), match=r"label|target|index"):
            call(mg.compile(body))
    compiled = mg.compile(body)
    compiled(1.0)
    with pytest.raises((ValueError, IndexError), match=r"label|target|index"):
        compiled(wrong)


@pytest.mark.parametrize("number", [0.0, -8.0, 1e200])
def test_where_plain_numbers_have_no_answer_it_is_compared_on_numbers_that_have(number):
    compiled = mg.compile(lambda y: 1.0 / y * W + y**0.5 + (y * 1e10) ** 20 * W)
    eager = compiled.function(Value(number))
    assert compiled(number).data == pytest.approx(eager.data, nan_ok=True)


@pytest.mark.parametrize(
    "body",
    [
        lambda y: y**0.5,
        lambda y: mg.sin(y) ** 0.5 * W,
        lambda y: mg.exp(y**1.5),
        lambda y: [y * 1.0, y**-0.5],
        lambda y: {"root": (y**0.5,), "y": y * 1.0},
        lambda y: np.array([y**0.5, y * 1.0]),
        lambda y: mg.where(y > 0.0, y**0.5, 2.0 * y),
    ],
)
@pytest.mark.parametrize("first", [-1.0, 1.0])
def test_pythons_complex_power_of_a_negative_number_is_nan_as_that_of_a_wire(body, first):
    compiled = mg.compile(body)
    for number in (first, 0.5, -1.0, -2.0):
        structure, expected = take_result_apart("body", body(Value(number)))
        again, found = take_result_apart("body", compiled(number))
        assert again == structure
        assert [x.data for x in found] == pytest.approx([x.data for x in expected], nan_ok=True)


def test_a_row_with_a_complex_power_is_nan_too():
    compiled = mg.compile(lambda y: y**0.5)
    assert math.isnan(compiled.batch([1.0, -1.0]).data)
    assert all(map(math.isnan, mg.compile(lambda y: y**0.5).value_and_grad(-1.0)))


def test_a_function_that_calls_itself_may_make_constants_and_values():
    def body(x):
        k, v = mg.constant(2.0), Value(3.0)

        def down(n):
            return x * k * v if n == 0 else down(n - 1) * W

        return down(3)

    def collecting(x):  # the collector comes by as soon as it may
        before = gc.get_threshold()
        gc.set_threshold(1)
        try:
            return compiled(x).data
        finally:
            gc.set_threshold(*before)

    compiled = mg.compile(body)
    assert [collecting(x) for x in (1.0, 2.0, 3.0)] == [48.0, 96.0, 144.0]


# --- what is read at each call -------------------------------------------------------------------


@pytest.mark.parametrize("executor", ["auto", "python"])
def test_a_constant_that_is_closed_over_is_read_at_each_call(executor):
    k, table = mg.constant(2.0), [mg.constant(3.0)]
    compiled = mg.compile(lambda x: W * x * k + table[0] ** 2, executor=executor)
    assert [compiled(x).data for x in (1.0, 2.0, 3.0)] == [13.0, 17.0, 21.0]
    k.data, table[0].data = 5.0, 1.0
    out = compiled(1.0)
    W.grad = None
    out.backward()
    assert (out.data, W.grad, out.inputs, k.has_grad) == (11.0, 5.0, (W,), False)
    batch = compiled.batch([1.0, 2.0], reduce="sum")
    assert (batch.data, batch.inputs) == (32.0, (W,))
    assert compiled.run_rows(compiled.rows([1.0, 2.0])) == (32.0, [15.0])
    assert compiled.stats()["parameters"] == 1


def test_training_reads_a_constant_at_each_step():
    k, w = mg.constant(1.0), Value(0.0)
    loss = mg.compile(lambda x: (w - k) ** 2 + 0 * x)
    with mg.training_steps(loss, mg.optim.SGD([w], lr=0.5)) as step:
        for number in (1.0, 1.0, 1.0, 4.0, 4.0):
            k.data = number
            last = step(number)
    assert (w.data, last) == (4.0, 0.0)


def test_a_wire_computed_outside_is_refused_by_name():
    w = Value(4.0)
    doubled = w * 2
    doubled.label = "doubled"
    for body in (lambda x: doubled * x, lambda x: doubled, lambda x: [x, W * doubled.relu()]):
        with pytest.raises(mg.TracingError, match=r"label='doubled'.*inside the function"):
            mg.compile(body)(1.0)


def test_a_wire_that_is_kept_from_an_earlier_call_is_refused():
    kept = []

    def body(x):
        kept.append(W * x)
        return kept[0] + x

    with pytest.raises(mg.TracingError, match="computed before the call"):
        mg.compile(body)(1.0)


def test_an_infinite_slope_in_a_gradient_is_no_other_circuit():
    root = mg.compile(lambda x: mg.grad(x.sqrt(), [x], create_graph=True)[0])
    assert [root(at).data for at in (0.25, 0.0)] == [1.0, math.inf]
    either = mg.compile(
        lambda x: mg.grad(mg.max(x.sqrt() - 1, x) + mg.relu(x), [x], create_graph=True)[0]
    )
    assert [either(at).data for at in (0.25, 0.0)] == [2.0, 1.0]


@pytest.mark.parametrize(
    "function",
    [
        lambda x: mg.max(mg.sqrt(x), 3.0),
        lambda x: mg.min(x * x, 3.0) + mg.max(x, mg.constant(2.0)),
        lambda x: mg.select([mg.constant(3.0), x * x], x > 2.0),
        lambda x: mg.where(mg.constant(3.0) > x, mg.constant(3.0), x),
    ],
    ids=["max", "of both kinds", "select", "where"],
)
def test_a_constant_that_the_function_makes_is_nobodys_though_its_number_is_read(function):
    slope = mg.grad(function)
    for derivative in (slope, mg.grad(slope), mg.grad(mg.grad(slope))):
        compiled = mg.compile(derivative)
        for x in (1.0, 16.0, 0.5):
            assert compiled(x).data == derivative(x)


def test_a_product_with_the_hessian_of_several_arguments_may_stand_in_a_compiled_function():
    def product(x, y):
        return mg.hvp(x**3 * y, [x, y], [1.0, -1.0], create_graph=True)

    compiled = mg.compile(product)
    for point in [(2.0, 3.0), (-1.0, 0.5)]:
        assert [d.data for d in compiled(*point)] == [d.data for d in product(*map(Value, point))]
    with pytest.raises(ValueError, match="none of its inputs"):
        mg.compile(lambda x, y: mg.hvp(x * y, [x], {y: 1.0}, create_graph=True))(1.0, 2.0)


@pytest.mark.parametrize(
    "function",
    [
        lambda x, y: mg.sin(mg.dot([x, y], [y, x])),
        lambda x, y: mg.sin(x * y + y * x + x * x),
        lambda x, y: mg.losses.squared_error(x * y, 1.0),
        lambda x, y: mg.losses.cross_entropy([x, y, x * y], 1),
        lambda x, y: mg.losses.binary_cross_entropy(x * y, 1.0),
        lambda x, y: mg.logsumexp([x, y, x * y]),
    ],
    ids=["dot", "chain", "squared error", "cross entropy", "binary cross entropy", "logsumexp"],
)
def test_second_derivatives_inside_a_compiled_function_are_those_of_the_function(function):
    def rows(x, y):
        return [
            entry for row in mg.hessian(function(x, y), [x, y], create_graph=True) for entry in row
        ]

    compiled = mg.compile(rows)
    for point in [(0.5, -2.0), (1.5, 2.0)]:
        expected = [entry.data for entry in rows(*map(Value, point))]
        assert [entry.data for entry in compiled(*point)] == pytest.approx(expected, rel=1e-12)


def sums_of_products(xs, ws):
    rows = [sum(w * x for w, x in zip(ws[i : i + 4], xs)) for i in range(0, 12, 4)]
    return mg.tanh(mg.sum(rows) + rows[0] * ws[0] + ws[1])


def test_sums_by_hand_are_looked_at_as_dot_products_and_give_the_same_bits():
    draw = random.Random(0)
    ws = [Value(draw.gauss(0.0, 1.0)) for _ in range(12)]
    xs = [draw.gauss(0.0, 1.0) for _ in range(4)]
    compiled = mg.compile(lambda *xs: sums_of_products(list(xs), ws))
    out, eager = compiled(*xs), sums_of_products([Value(x) for x in xs], ws)
    (recording,) = compiled.recordings.values()
    recorded = [wire.gate.name for wire in recording.wires.all if wire.gate]
    assert recorded == ["dot", "dot", "dot", "sum", "mul", "add", "add", "tanh"]
    found = []
    for output in (out, eager):
        mg.optim.SGD(ws, lr=0.1).zero_grad()
        output.backward()
        found.append([output.data, *[w.grad for w in ws]])
    assert found[0] == found[1]
    assert compiled.stats()["gates"] == len(mg.engine.topological_order(eager)) - len(
        [wire for wire in mg.engine.topological_order(eager) if wire.is_leaf]
    )
    assert [wire.gate.name for wire in recording.wires.all if wire.gate].count("dot") == 0


def test_a_sum_that_somebody_holds_stays_the_sum_that_it_was():
    kept = []
    ws = [Value(1.0), Value(2.0)]

    def loss(x):
        total = sum(w * x for w in ws)
        kept.append(total)
        return mg.tanh(total)

    assert mg.compile(loss)(0.5).data == loss(0.5).data
    assert {total.gate.name for total in kept} == {"add"}
    before = mg.tanh(sum(w * w for w in ws))
    mg.compile(lambda: before * 2.0, check=False)()
    assert before.inputs[0].gate.name == "add"


def test_a_sum_of_other_products_than_were_recorded_is_told_by_its_gates():
    w, seen = Value(2.0), []

    def loss(x, y):
        seen.append(x)
        return mg.tanh(sum([w * x, w * y, (x * y if len(seen) == 1 else x + y)]))

    with pytest.raises(mg.TracingError, match="where the function itself gives"):
        mg.compile(loss)(0.25, 0.5)


OTHER_SUMS = {
    "one less": lambda ws, x: sum(w * x for w in ws[:-1]),
    "one more": lambda ws, x: sum(w * x for w in [*ws, ws[-1]]),
    "another factor": lambda ws, x: sum(w * x for w in [*ws[:-1], ws[0] - ws[0]]),
    "another parameter": lambda ws, x: sum(w * x for w in [ws[1], ws[0], ws[2]]),
    "another gate": lambda ws, x: sum([*[w * x for w in ws[:-1]], ws[-1] / x]),
    "another sum": lambda ws, x: ws[0] * x + ws[1] * x - ws[2] * x,
    "one alone": lambda ws, x: sum([*[w * x for w in ws[:-1]], ws[-1]]),
    "once more": lambda ws, x: sum(w * x for w in ws) + (ws[-1] + ws[-1]),
}


@pytest.mark.parametrize("other", OTHER_SUMS.values(), ids=OTHER_SUMS)
def test_a_sum_that_is_another_at_the_next_call_is_refused_though_its_number_is_the_same(other):
    ws = [Value(3.0), Value(3.0), Value(0.0)]
    calls = itertools.count()

    def loss(x):
        if next(calls):
            return mg.tanh(other(ws, x))
        return mg.tanh(sum(w * x for w in ws))

    with pytest.raises(TypeError, match="the recording of loss"):
        mg.compile(loss)(0.5)


def added_up(products, start):
    total = start
    for product in products:
        total += product
    return total


SUMS = {
    "sum": lambda ws, xs: sum(w * x for w, x in zip(ws, xs)),
    "sum with a start": lambda ws, xs: sum((w * x for w, x in zip(ws, xs)), start=W),
    "reduce": lambda ws, xs: functools.reduce(operator.add, map(operator.mul, ws, xs)),
    "+=": lambda ws, xs: added_up([w * x for w, x in zip(ws, xs)], 0.0),
    "+= from a bias": lambda ws, xs: added_up([w * x for w, x in zip(ws, xs)], W),
    "the mean": lambda ws, xs: sum(w * x for w, x in zip(ws, xs)) / len(xs),
    "squares": lambda ws, xs: sum((w - x) ** 2 for w, x in zip(ws, xs)),
    "mg.sum": lambda ws, xs: mg.sum([w * x for w, x in zip(ws, xs)]),
    "mg.dot": mg.dot,
    "np.dot": np.dot,
}


@pytest.mark.parametrize("write", SUMS.values(), ids=SUMS)
@pytest.mark.parametrize("count", [2, 16, 200])
def test_who_builds_the_same_sums_again_is_believed_without_a_pass_over_all_wires(
    write, count, monkeypatch
):
    monkeypatch.setattr("minigrad.compiled.checking.Wires", None)
    ws = [Value(0.1 * i - 1.0) for i in range(count)]

    def loss(xs):
        hidden = [mg.tanh(w * xs[0]) for w in ws]  # wires, whatever the numbers are
        return write(ws, hidden) + write(ws, xs)

    compiled = mg.compile(loss)
    for xs in ([0.5] * count, [-0.25 * i for i in range(count)]):
        assert compiled(xs).data == loss(xs).data


def test_a_function_inside_that_calls_itself_is_no_reason_to_refuse_wires():
    def power(x):
        def times(n):
            return x if n == 0 else times(n - 1) * x

        return times(3)

    compiled = mg.compile(power)
    for number in (2.0, Value(2.0), Value(3.0), 4.0, Value(5.0)):
        assert compiled(number).data == power(number if type(number) is float else number.data)
    x = Value(2.0)
    compiled(x).backward()
    assert x.grad == 32.0
