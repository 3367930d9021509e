"""A compiled function gives what the function itself gives, or says why it cannot."""

import itertools
import math
import threading
from fractions import Fraction

import pytest
from helpers.circuits import EXECUTORS, bits, circuits
from helpers.data_frames import Labelled
from hypothesis import HealthCheck, given, settings

import minigrad as mg
from minigrad import Value

W = Value(1.0)


def gradients(output, leaves):
    for leaf in leaves:
        leaf.grad = None
    output.backward()
    return [leaf.grad for leaf in leaves]


@pytest.mark.parametrize("executor", EXECUTORS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(circuit=circuits())
def test_a_random_circuit_has_the_same_bits_compiled_and_eager(executor, circuit):
    function, parameters, inputs = circuit
    eager = function(*inputs)
    compiled = mg.compile(function, executor=executor, check=False)
    replayed = compiled(*inputs)
    assert bits(replayed.data) == bits(eager.data)
    leaves = [*parameters, *inputs]
    assert [bits(g) for g in gradients(replayed, leaves)] == [
        bits(g) for g in gradients(eager, leaves)
    ]


@pytest.mark.parametrize("executor", EXECUTORS)
def test_later_calls_read_new_inputs_and_new_parameters(executor):
    w = Value(2.0)
    product = mg.compile(lambda x, y: w * x + y, executor=executor)
    assert product(3.0, 1.0).data == 7.0
    assert product(5.0, 1.0).data == 11.0
    w.data -= 1.0
    assert product(5.0, [1.0][0]).data == 6.0


def test_gradients_accumulate_in_parameters_and_inputs_and_pass_through_later_gates():
    w, x = Value(3.0), Value(2.0)
    square = mg.compile(lambda x: (w * x) ** 2)
    (square(x) * 0.5 + square(x)).backward()
    assert (w.grad, x.grad) == (36.0, 54.0)


def test_one_wire_given_twice_gets_both_gradients():
    x = Value(3.0)
    mg.compile(lambda a, b: a * b)(x, x).backward()
    assert x.grad == 6.0


def test_a_new_structure_of_arguments_is_recorded_anew():
    total = mg.compile(lambda xs, scale=1.0: mg.sum(xs) * scale)
    assert total([1.0, 2.0]).data == 3.0
    assert total([1.0, 2.0, 3.0]).data == 6.0
    assert total([1.0, 2.0], scale=2.0).data == 6.0
    assert repr(total).endswith("3 recordings>")


def test_several_results_come_back_as_they_were_returned():
    both = mg.compile(lambda x: [x * 2, (x * x).exp()])
    x = Value(1.0)
    double, square = both(x)
    square.backward()
    assert double.data == 2.0
    assert x.grad == pytest.approx(2 * math.e)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_each_of_several_results_has_the_leaves_behind_it_and_no_others(executor):
    w, v, x, y = (Value(float(i)) for i in (2, 3, 4, 5))
    function = lambda x, y: (w * x, v * y, mg.constant(1.0), w * v)
    a, b, one, both = mg.compile(function, executor=executor)(x, y)
    assert [out.inputs for out in (a, b, both)] == [(w, x), (v, y), (w, v)]
    assert one.is_constant
    a.backward()
    assert [leaf.has_grad for leaf in (w, v, x, y)] == [True, False, True, False]
    b.backward()
    both.backward()
    assert [leaf.grad for leaf in (w, v, x, y)] == [4 + 3, 5 + 2, 2, 3]


def test_a_function_may_return_its_argument_or_a_parameter():
    w = Value(4.0)
    for leaf in (w, Value(5.0)):
        out = mg.compile(lambda x, leaf=leaf: w if leaf is w else x)(leaf)
        out.backward()
        assert (out.data, leaf.grad) == (leaf.data, 1.0)


def test_compiled_functions_nest():
    inner = mg.compile(lambda x: x * x)
    outer = mg.compile(lambda x: inner(x) + inner(x + 1))
    assert outer(2.0).data == 13.0
    assert outer(3.0).data == 25.0
    assert outer.stats()["gates"] == 4


def test_a_compiled_function_may_call_itself_to_an_end():
    w = Value(2.0)

    @mg.compile
    def total(xs):
        return w * xs[0] if len(xs) == 1 else w * xs[0] + total(xs[1:])

    @mg.compile
    def endless(x):
        return endless(w * x)

    assert [total(xs).data for xs in ([1.0, 2.0, 3.0], [4.0], [2.0, 2.0, 1.0])] == [12, 8, 10]
    with pytest.raises(RecursionError):
        endless(1.0)
    assert w > 1


def test_no_grad_gives_constants():
    w = Value(2.0)
    with mg.no_grad():
        assert mg.compile(lambda x: w * x)(3.0).is_constant


def test_no_grad_around_the_first_call_is_not_recorded():
    for call in (lambda f, x: f(x), lambda f, x: f.batch([x])):
        w = Value(1.0)
        loss = mg.compile(lambda x: mg.grad((w * x - 1) ** 2, [w], create_graph=True)[0])  # noqa: B023
        with mg.no_grad():
            assert call(loss, 0.5).is_constant
            assert call(loss, 0.25).data == -0.375
            assert not loss.circuit.is_constant
        assert gradients(call(loss, 0.5), [w]) == [0.5]
        assert call(loss, 0.75).data == -0.375


@pytest.mark.parametrize("executor", EXECUTORS)
def test_a_derivative_can_be_taken_inside(executor):
    w = Value(0.5)
    slope = mg.compile(
        lambda x: mg.grad((w * x).tanh() * mg.maximum(x, w) ** 2, [x], create_graph=True)[0],
        executor=executor,
    )
    for number in (2.0, -1.5, 0.25):
        x = Value(number)
        eager, replayed = slope.function(x), slope(x)
        assert replayed.data == pytest.approx(eager.data, rel=1e-12)
        assert gradients(replayed, [w, x]) == pytest.approx(gradients(eager, [w, x]), rel=1e-12)


@pytest.mark.parametrize(
    "body",
    [
        lambda x: round(x) * 1.0,
        lambda x: x % 2,
        lambda x: 7 % x,
        lambda x: 7 // x,
        lambda x: x // 2 * W,
        lambda x: math.floor(x) * W,
    ],
)
def test_what_rounds_is_a_gate_that_is_replayed_at_0_too(body):
    compiled = mg.compile(body)
    for number in (1.4, 2.5, -3.7, 0.0, -2.0, 5.0):
        result = compiled(number).data
        assert result == pytest.approx(body(Value(number)).data, nan_ok=True)


# --- control flow ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        lambda x: x if x > 0 else -x,
        lambda x: x * (1 if x else 2),
        lambda x: max(x, 0.0),
        lambda x: x * math.exp(x),
        lambda x: x * int(x),
        lambda x: x * [1.0, 2.0][x],
        lambda x: mg.sum([x] * 3) if x * 2 <= 3 else x,
        lambda x: x if x == 1 else -x,
        lambda x: x if x != Fraction(1) else -x,
        lambda x: mg.where(2.0 == x, x, -x),  # noqa: SIM300
        lambda x: x if x in [1, 2] else -x,
        lambda x: x if x == W else -x,
        lambda x: x if W in (1, 2) else -x,
        lambda x: x if mg.grad(W * 2, [W])[0] == x else -x,
        lambda x: x if W > 0 else -x,
        lambda x: x * W if W else x,
        lambda x: x * float(W),
        lambda x: x * int(W),
        lambda x: x * math.exp(W),
    ],
)
def test_a_decision_by_a_recorded_number_is_refused_with_the_line_and_the_remedy(body):
    with pytest.raises(
        mg.TracingError, match=r"test_compiler\.py, line \d+.*(mg\.|before)"
    ) as caught:
        mg.compile(body)(1.0)
    assert "without mg.compile" in str(caught.value)


def test_after_a_refused_recording_values_are_ordinary_again():
    w = Value(1.0)
    with pytest.raises(mg.TracingError):
        mg.compile(lambda x: w if w * x > 0 else x)(1.0)
    assert bool(w * 2)
    assert (w * 2).data == 2.0


def test_wires_kept_from_a_recording_are_ordinary_afterwards():
    kept = []

    def body(x):
        kept.extend([x, x * 2])
        return x * (1 if refuse and x > 0 else 3)

    for refuse in (False, True):
        if refuse:
            with pytest.raises(mg.TracingError):
                mg.compile(body)(1.0)
        else:
            mg.compile(body)(1.0)
        recorded, kept = kept[:2], []
        for wire, number in zip(recorded, (1.0, 2.0)):
            assert (wire.item(), int(wire), wire > 0, wire == number) == (
                number,
                number,
                True,
                False,
            )
            assert type(wire) is Value
            assert repr(wire).startswith("Value(")


def test_a_parameter_may_decide_by_where():
    w = Value(2.0)
    signed = mg.compile(lambda x: mg.where(w > 0, x, -x) + mg.where(mg.is_equal(w, 2), 10, 0))
    on = mg.compile(lambda x: mg.where(w, x, 0.0))
    assert (signed(3.0).data, on(3.0).data) == (13.0, 3.0)
    w.data = 0.0
    assert (signed(3.0).data, on(3.0).data) == (-3.0, 0.0)


def test_constants_and_the_identity_of_wires_may_decide():
    w = Value(2.0)
    (two,) = mg.grad(w * 2, [w])

    def body(x):
        assert two > 1
        assert float(two) == 2.0
        assert {x: 1}[x] == 1
        same = x
        assert x == same
        assert x != "a"
        assert x is not None
        return x * two

    assert mg.compile(body)(3.0).data == 6.0


def test_other_threads_decide_as_ever_while_one_records():
    seen = []

    def body(x):
        other = threading.Thread(target=lambda: seen.append((x.data, x > 0, x == 1.0)))
        other.start()
        other.join()
        return x * 2

    mg.compile(body, check=False)(1.0)
    assert seen == [(1.0, True, False)]


def test_where_on_a_comparison_follows_the_numbers_of_each_call():
    for body in (
        lambda x, y: mg.where(x > y, x, -y),
        lambda x, y: mg.where(y < x, x, -y),
        lambda x, y: mg.where(x <= y, -y, x),
        lambda x, y: mg.where(y >= x, -y, x),
    ):
        compiled = mg.compile(body)
        for x, y in [(1.0, 2.0), (2.0, 1.0), (3.0, 3.0), (-1.0, 0.0)]:
            a, b = Value(x), Value(y)
            out = compiled(a, b)
            out.backward()
            eager = body(Value(x), Value(y))
            assert out.data == eager.data
            assert (a.grad, b.grad) == ((1.0, 0.0) if x > y else (0.0, -1.0))


@pytest.mark.parametrize(
    ("body", "gates"),
    [
        (lambda x, y: mg.where(x > y, x, -y), ["less", "neg", "select"]),
        (lambda x, y: mg.where(x, x, -y), ["is_equal", "neg", "select"]),
    ],
)
def test_where_on_a_comparison_chooses_by_it_and_on_a_number_by_whether_it_is_0(body, gates):
    compiled = mg.compile(body)
    for numbers in ((1.0, 2.0), (2.0, 1.0), (0.0, -3.0), (math.nan, 1.0), (1.0, math.nan)):
        assert compiled(*numbers).data == pytest.approx(body(*numbers), nan_ok=True)
    (recording,) = compiled.recordings.values()
    assert sorted(wire.gate.name for wire in recording.wires.all if wire.gate) == gates


def test_a_variable_that_changes_is_found_out_at_the_second_call():
    scale = [2.0]
    scaled, unchecked = (mg.compile(lambda x: x * scale[0], check=check) for check in (True, False))
    assert [f(2.0).data for f in (scaled, scaled, unchecked)] == [4.0, 4.0, 4.0]
    scale[0] = 3.0
    with pytest.raises(
        mg.TracingError,
        match=r"<lambda> \(test_compiler\.py, line \d+.*gives 6 where the function itself gives 9",
    ):
        scaled(3.0)
    assert unchecked(3.0).data == 6.0


def test_a_result_whose_structure_changes_is_found_out():
    count = [2]
    body = mg.compile(lambda x: [x] * count[0])
    assert [wire.data for wire in body(1.0)] == [1.0, 1.0]
    count[0] = 1
    with pytest.raises(mg.TracingError, match="gives 3, 3 where the function itself gives 3:"):
        body(3.0)


# --- select and lookup ----------------------------------------------------------------------------


@pytest.mark.parametrize("executor", EXECUTORS)
def test_select_and_lookup_follow_a_traced_index(executor):
    table = [[Value(10.0 * i + j) for j in range(2)] for i in range(3)]
    pick = mg.compile(lambda i: mg.sum(mg.lookup(table, i)), executor=executor)
    assert [pick(i).data for i in (2, 0, 1)] == [41.0, 1.0, 21.0]
    pick(1).backward()
    assert [[cell.grad for cell in row] for row in table] == [[0, 0], [1, 1], [0, 0]]


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("index", [3, -1, 0.5, math.nan])
def test_an_index_out_of_range_is_an_error_and_writes_nothing(executor, index):
    table = [Value(1.0), Value(2.0), Value(3.0)]
    pick = mg.compile(lambda i: mg.select(table, i) * 2, executor=executor)
    pick(0).backward()
    with pytest.raises(IndexError, match="from 0 to 2"):
        pick(index)
    with pytest.raises(IndexError, match=r"row 1 of the batch.*from 0 to 2"):
        pick.batch([0, index])
    assert [cell.grad for cell in table] == [2.0, 0.0, 0.0]


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("index", [3, -1, 0.5, math.nan])
def test_an_index_out_of_range_in_a_later_batch_is_found_in_its_row(executor, index):
    table = [Value(1.0), Value(2.0), Value(3.0)]
    pick = mg.compile(lambda i: mg.select(table, i) * 2, executor=executor)
    assert pick.batch([0, 1, 2]).data == pick.batch([2, 1, 0]).data == 4.0  # checked by now
    with pytest.raises(IndexError, match=r"row 1 of the batch.*from 0 to 2"):
        pick.batch([0, index, 1])


# --- batches --------------------------------------------------------------------------------------


def neuron():
    w, b = [Value(0.5), Value(-1.5)], Value(0.25)

    def loss(x, y):
        penalty = 0.01 * (w[0] * w[0] + w[1] * w[1])
        return (mg.dot(w, x) + b - y) ** 2 + penalty

    return loss, [*w, b]


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("count", [1, 7, 8, 9, 33, 100])
@pytest.mark.parametrize("reduce", ["mean", "sum"])
def test_a_batch_is_the_mean_or_the_sum_over_its_rows(executor, count, reduce):
    loss, parameters = neuron()
    X = [[math.sin(i), math.cos(3 * i)] for i in range(count)]
    y = [math.sin(2 * i) for i in range(count)]
    batch = mg.compile(loss, executor=executor).batch(X, y, reduce=reduce)
    eager = mg.sum([loss(*row) for row in zip(X, y)])
    eager = eager / count if reduce == "mean" else eager
    assert batch.data == pytest.approx(eager.data, rel=1e-12)
    assert gradients(batch, parameters) == pytest.approx(gradients(eager, parameters), rel=1e-12)


def test_a_batch_that_does_not_depend_on_its_rows():
    w = Value(3.0)
    constant = mg.compile(lambda x: w * w)
    out = constant.batch([1.0, 2.0], reduce="sum")
    out.backward()
    assert (out.data, w.grad) == (18.0, 12.0)


def test_a_batch_of_wrong_shape_is_an_error_that_says_which_row():
    loss = mg.compile(neuron()[0])
    with pytest.raises(ValueError, match=r"one length.*2, 3"):
        loss.batch([[1, 2], [3, 4]], [1, 2, 3])
    with pytest.raises(ValueError, match=r"row 1 is \(\[number\], number\)"):
        loss.batch([[1, 2], [3]], [1, 2])
    with pytest.raises(ValueError, match="no rows"):
        loss.batch([], [])
    with pytest.raises(TypeError, match="lists or arrays with one item per row"):
        loss.batch(1.0, 2.0)
    with pytest.raises(TypeError, match="got none"):
        loss.batch()
    with pytest.raises(ValueError, match="'mean' or 'sum'"):
        loss.batch([[1, 2]], [1], reduce="max")


def test_a_batch_in_a_compiled_function_is_refused_with_what_to_write():
    w = Value(1.0)
    inner = mg.compile(lambda x: w * x)
    rows = inner.rows([1.0, 2.0])
    for body in (lambda x: x * inner.batch([1.0, 2.0]), lambda x: x * inner.run_rows(rows)[0]):
        with pytest.raises(
            mg.TracingError, match=r"mg\.sum\(\[<lambda>\(row\) for row in rows\]\)"
        ):
            mg.compile(body)(1.0)


def test_columns_without_places_are_refused_and_a_data_frame_goes_by_places():
    loss = mg.compile(lambda x, y: x * y)
    for column in ({1.0, 2.0}, {0: 1.0, 1: 2.0}):
        with pytest.raises(TypeError, match=r"batch needs lists or arrays.*got the .*pass a list"):
            loss.batch(column, [1.0, 2.0])
    assert loss.batch(Labelled([1.0, 2.0, 3.0]), [1.0, 0.0, 0.0], reduce="sum").data == 1.0


def test_a_batch_with_a_variable_that_changes_is_found_out():
    w, calls = Value(1.0), itertools.count(1)
    with pytest.raises(mg.TracingError, match="where the function itself gives"):
        mg.compile(lambda x: w * x * next(calls)).batch([1.0, 2.0])


def test_rows_run_with_the_function_they_were_made_for_and_its_present_parameters():
    w = [Value(1.0)]
    one, two = mg.compile(lambda x: w[0] * x), mg.compile(lambda x: w[0] + x)
    rows = one.rows([1.0, 2.0])
    for other in (two, mg.compile(one.function, executor="python")):
        with pytest.raises(
            ValueError, match=r"another compiled function, <lambda>.*rows\(\.\.\.\)"
        ):
            other.run_rows(rows)
    assert one.run_rows(rows) == (3.0, [3.0])
    w[0] = Value(2.0)
    with pytest.raises(mg.TracingError, match="replaced by another object"):
        one.run_rows(rows)


# --- errors and looks -----------------------------------------------------------------------------


def test_a_replaced_parameter_is_an_error_until_the_recording_is_cleared():
    weights = [Value(2.0)]
    product = mg.compile(lambda x: weights[0] * x)
    assert product(3.0).data == 6.0
    weights[0] = Value(5.0)
    with pytest.raises(mg.TracingError, match="replaced by another object"):
        product(3.0)
    product.clear()
    assert product(3.0).data == 15.0


def test_what_is_not_a_function_of_numbers_is_refused():
    with pytest.raises(TypeError, match="needs a function"):
        mg.compile(3)
    with pytest.raises(ValueError, match="auto, python, tape, lanes"):
        mg.compile(abs, executor="gpu")
    with pytest.raises(TypeError, match="expected a number, got the complex"):
        mg.compile(lambda x: x)(1j)
    with pytest.raises(ValueError, match="has not been called yet"):
        _ = mg.compile(lambda x: x).circuit


def test_the_circuit_of_the_latest_call_is_plain_and_current():
    w = Value(2.0, label="w")
    product = mg.compile(lambda x: (w * x).tanh())
    product(1.0)
    w.data = 0.5
    product(0.25)
    circuit = product.circuit
    assert type(circuit) is Value
    assert circuit.data == math.tanh(0.125)
    assert [wire.label for wire in mg.topological_order(circuit)][:2] == ["w", "x_1"]


def test_stats_tell_what_was_folded_shared_and_dropped():
    def wasteful(x):
        unused = x.exp()
        assert unused is not None
        return (x * x + 1.0) * (x * x + 1.0) + mg.constant(2.0) * 3.0

    compiled = mg.compile(wasteful, executor="python")
    compiled(2.0)
    stats = compiled.stats()
    assert stats["gates"] == 7
    assert stats["operations"] == 3
    assert stats["executor"] == "python tape"


@pytest.mark.parametrize("executor", EXECUTORS)
def test_threads_share_a_compiled_function(executor):
    w = Value(2.0)
    function = mg.compile(lambda x: mg.tanh(w * x) * x, executor=executor)
    function(0.0)
    expected = {x: mg.tanh(2.0 * x) * x for x in map(float, range(-4, 4))}
    wrong = []

    def work(x):
        for _ in range(200):
            if abs(function(x).data - expected[x]) > 1e-15:
                wrong.append(x)

    threads = [threading.Thread(target=work, args=(x,)) for x in expected]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_calls_with_values_are_the_same_before_and_after_there_is_machine_code():
    w = Value(2.0, label="w")
    function = lambda x, ys: mg.tanh(w * x) * ys[0] + ys[1] ** 2
    compiled = mg.compile(function)
    for i in range(2_500):
        numbers = [0.5 + i % 7, -1.0, 0.25 * (i % 5)]
        x, *ys = map(Value, numbers)
        out = compiled(x, ys)
        if i % 100 < 3 or i > 2_490:
            w.grad = None
            out.backward()
            a, *bs = map(Value, numbers)
            ours = [w.grad, x.grad, *[y.grad for y in ys]]
            w.grad = None
            eager = function(a, bs)
            eager.backward()
            assert out.data == eager.data
            assert ours == [w.grad, a.grad, *[b.grad for b in bs]]
            assert out.gate is compiled.gate
    assert compiled.stats()["executor"] == "straight-line code"


def test_a_prepared_call_with_values_goes_the_long_way_where_it_has_to():
    weights = [Value(2.0)]
    compiled = mg.compile(lambda x, y: weights[0] * x * y, executor="tape")
    x, y = Value(3.0), Value(5.0)
    for i in range(4):
        x.data = 3.0 + i
        compiled(x, y)

    def gradients(x, y):
        wires = [wire for wire in (weights[0], x, y) if isinstance(wire, Value)]
        for wire in wires:
            wire.grad = None
        out = compiled(x, y)
        out.backward()
        return out.data, [wire.grad for wire in wires]

    x.data = 3.0
    assert gradients(x, y) == (30.0, [15.0, 10.0, 6.0])
    assert gradients(x, x) == (18.0, [9.0, 12.0, 12.0])
    assert gradients(x, 5.0) == (30.0, [15.0, 10.0])
    assert gradients(x, mg.constant(5.0))[0] == 30.0
    assert gradients(weights[0], y) == (20.0, [20.0, 20.0, 4.0])
    x.grad, product = None, x * y
    assert gradients(product, y)[0] == 150.0
    assert x.grad == 50.0
    with mg.no_grad():
        assert compiled(x, y).is_constant
    compiled(x, y)
    assert compiled.circuit.data == 30.0
    weights[0] = Value(4.0)
    with pytest.raises(mg.TracingError, match="replaced"):
        compiled(x, y)


def test_a_result_that_is_not_finite_is_still_noticed_by_those_who_watch():
    compiled = mg.compile(lambda x, y: x / y, executor="tape")
    for i in range(4):
        compiled(Value(1.0 + i), Value(2.0))
    with mg.detect_nonfinite(), pytest.raises(mg.NonfiniteError):
        compiled(Value(1.0), Value(0.0))


@pytest.mark.parametrize("executor", ["python", "tape", "auto"])
@pytest.mark.parametrize("calls", [0, 1, 6])
@pytest.mark.parametrize(
    "call",
    [
        lambda f: f(4.0, 0.0),
        lambda f: f(4.0, Value(0.0)),
        lambda f: f(x=4.0, y=0.0),
        lambda f: f.value_and_grad(4.0, 0.0),
        lambda f: f.batch([4.0, 4.0], [2.0, 0.0]),
        lambda f: mg.no_grad(f)(4.0, 0.0),
    ],
)
def test_a_call_of_numbers_alone_says_where_an_infinity_began(executor, calls, call):
    f = mg.compile(lambda x, y: mg.sqrt(x) / y, executor=executor)
    for i in range(calls):
        f(1.0 + i, 2.0)
    with mg.detect_nonfinite(), pytest.raises(mg.NonfiniteError, match=r"div\(2\.0, .* gave inf"):
        call(f)
    assert f(4.0, 0.0).data == math.inf


@pytest.mark.parametrize("count", [2, 7])  # leaves are told apart pair by pair, or as a set
def test_a_prepared_call_takes_a_list_of_that_many_leaves_and_adds_to_their_gradients(count):
    class Weight(Value):
        """Of a class of its own."""

    compiled = mg.compile(lambda xs, y: mg.sum([x * x for x in xs]) * y, executor="tape")
    xs, y = [Value(i + 1.0) for i in range(count)], Value(2.0)
    for i in range(4):
        y.data = 2.0 + i
        compiled(xs, y)
    y.data = 2.0
    out = compiled(xs, y)
    for times in (1, 2):  # leaves add up, the output's own gradient is the latest
        out.backward(0.5)
        assert [x.grad for x in xs] == [times * x.data * 2.0 for x in xs]
        assert out.grad == 0.5
    for others in ([*xs[:-1], xs[0]], xs[:-1], tuple(xs), [Weight(3.0), *xs[1:]]):
        for x in (*others, y):
            x.grad = None
        compiled(others, y).backward()
        ours = [x.grad for x in (*others, y)]
        for x in (*others, y):
            x.grad = None
        compiled.function(others, y).backward()
        assert ours == [x.grad for x in (*others, y)]


@pytest.mark.parametrize("executor", ["auto", "python", "tape", "lanes"])
def test_a_function_without_arguments_is_called_again_and_again(executor):
    w = Value(3.0)
    for compiled in (
        mg.compile(lambda: w * w, executor=executor),
        mg.compile(lambda *xs: w * w + sum(xs), executor=executor),
    ):
        for number in (3.0, 4.0, 5.0):
            w.data, w.grad = number, 0.0
            (out := compiled()).backward()
            assert (out.data, w.grad) == (number * number, 2.0 * number)
