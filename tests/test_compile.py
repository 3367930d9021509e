"""A compiled function gives what the function itself gives, or says why it cannot."""

import copy
import functools
import gc
import math
import sys
import threading
import weakref
from collections import OrderedDict, defaultdict, namedtuple
from dataclasses import dataclass
from pickle import dumps, loads
from types import MappingProxyType, SimpleNamespace

import pytest
from circuits import EXECUTORS, bits, circuits
from hypothesis import HealthCheck, given, settings

import minigrad as mg
from minigrad import Value, nn


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


def test_no_grad_gives_constants():
    w = Value(2.0)
    with mg.no_grad():
        assert mg.compile(lambda x: w * x)(3.0).is_constant


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
    ],
)
def test_a_decision_by_a_recorded_number_is_refused_with_the_line_and_the_remedy(body):
    with pytest.raises(mg.TracingError, match=r"test_compile\.py, line \d+.*mg\.") as caught:
        mg.compile(body)(1.0)
    assert "without mg.compile" in str(caught.value)


def test_after_a_refused_recording_values_are_ordinary_again():
    w = Value(1.0)
    with pytest.raises(mg.TracingError):
        mg.compile(lambda x: w if w * x > 0 else x)(1.0)
    assert bool(w * 2)
    assert float(w * 2) == 2.0


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


def test_data_read_while_recording_is_found_out_at_the_second_call():
    baked = mg.compile(lambda x: x * x.data)
    assert baked(2.0).data == 4.0
    assert baked(2.0).data == 4.0
    with pytest.raises(mg.TracingError, match=r"gives 6 where the function itself gives 9"):
        baked(3.0)
    assert mg.compile(lambda x: x * x.data, check=False)(2.0).data == 4.0


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


# --- arguments ---


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
    assert len(square._recordings) == 1
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


def test_a_batch_that_reads_data_is_found_out():
    w = Value(1.0)
    with pytest.raises(mg.TracingError, match="where the function itself gives"):
        mg.compile(lambda x: w * x.data).batch([1.0, 2.0])


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


class Plain:
    def __init__(self):
        self.w = Value(2.0)

    def apply(self, x):
        return self.w * x


class Slotted:
    __slots__ = ("__w", "w")

    def __init__(self):
        self.w = self.__w = Value(2.0)


@dataclass
class Data:
    w: Value


def attribute_of(thing):
    return thing, lambda x: thing.w * x


def a_compiled_method():
    class WithMethod(Plain):
        apply = mg.compile(Plain.apply)

    thing = WithMethod()
    return thing, thing.apply


def a_default_argument():
    return (thing := Plain()), lambda x, thing=thing: thing.w * x


def a_named_default_argument():
    thing = Plain()

    def product(x, *, thing=thing):
        return thing.w * x

    return thing, product


def a_helper():
    thing = Plain()

    def helper(x):
        return thing.w * x

    return thing, lambda x: helper(x) + 1


def a_callable_object():
    thing = Plain()

    class Model:
        def __init__(self, thing):
            self.parts = {"first": [(thing,)]}

        def __call__(self, x):
            return self.parts["first"][0][0].w * x

    return thing, Model(thing)


def a_partial():
    return (thing := Plain()), functools.partial(lambda thing, x: thing.w * x, thing)


def an_inner_compiled_function():
    thing = Plain()
    inner = mg.compile(lambda x: thing.w * x)
    return thing, lambda x: inner(x) + 1


def a_bound_method():
    return (thing := Plain()), thing.apply


@pytest.mark.parametrize(
    "make",
    [
        *[lambda thing=thing: attribute_of(thing()) for thing in (Plain, Slotted)],
        lambda: attribute_of(Data(Value(2.0))),
        lambda: attribute_of(SimpleNamespace(w=Value(2.0))),
        a_bound_method,
        a_compiled_method,
        a_default_argument,
        a_named_default_argument,
        a_helper,
        a_callable_object,
        a_partial,
        an_inner_compiled_function,
    ],
)
def test_a_replaced_attribute_is_noticed_wherever_the_function_finds_it(make):
    thing, function = make()
    compiled = function if hasattr(function, "clear") else mg.compile(function)
    compiled(3.0)
    compiled(4.0)
    thing.w = Value(5.0)
    with pytest.raises(mg.TracingError, match="replaced by another object"):
        compiled(3.0)
    with pytest.raises(mg.TracingError, match="replaced by another object"):
        compiled.batch([3.0])
    compiled.clear()
    assert compiled(3.0).data in (15.0, 16.0)


W, LISTED = Value(2.0), [Value(3.0)]


def reads_globals(x):
    return mg.sum([W * v for v in LISTED]) * x


def test_a_replaced_global_is_noticed_through_a_helper_and_in_a_comprehension(monkeypatch):
    compiled = mg.compile(lambda x: reads_globals(x) + 1)
    assert compiled(1.0).data == 7.0
    LISTED[0] = Value(1.0)
    with pytest.raises(mg.TracingError, match="replaced by another object"):
        compiled(1.0)
    compiled.clear()
    assert compiled(1.0).data == 3.0
    monkeypatch.setattr(sys.modules[__name__], "W", Value(10.0))
    with pytest.raises(mg.TracingError, match="replaced by another object"):
        compiled(1.0)


def test_a_replaced_variable_of_an_outer_function_is_noticed():
    w = Value(2.0)
    compiled = mg.compile(lambda x: w * x)
    compiled(1.0)
    w = Value(3.0)
    with pytest.raises(mg.TracingError, match="replaced by another object"):
        compiled(1.0)


def test_what_does_not_lead_to_a_parameter_can_be_replaced():
    thing = Plain()
    thing.log, thing.me, thing.kind = [], thing, Plain
    compiled = mg.compile(lambda x: thing.apply(x))
    compiled(1.0)
    thing.log.append(Value(1.0))
    thing.latest, thing.kind = Value(2.0), None
    assert compiled(2.0).data == 4.0


def test_a_large_and_unrelated_object_is_not_searched_to_the_end():
    first = thing = SimpleNamespace(next=[])
    for _ in range(100):
        thing.next = [SimpleNamespace(next=[]) for _ in range(1000)]
        thing = thing.next[0]
    w = Value(2.0)
    compiled = mg.compile(lambda x: w * x if first else x)
    assert [compiled(x).data for x in (1.0, 2.0)] == [2.0, 4.0]


def test_what_is_not_a_function_of_numbers_is_refused():
    with pytest.raises(TypeError, match="needs a function"):
        mg.compile(3)
    with pytest.raises(ValueError, match="auto, python, tape, lanes"):
        mg.compile(abs, executor="gpu")
    with pytest.raises(TypeError, match="must return a Value"):
        mg.compile(lambda x: None)(1.0)
    with pytest.raises(TypeError, match="must return a Value"):
        mg.compile(lambda x: 1.0)(1.0)
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


def test_a_method_is_compiled_for_each_object():
    class Scale:
        def __init__(self, factor):
            self.factor = Value(factor)

        @mg.compile
        def apply(self, x):
            return self.factor * x

    two, three = Scale(2.0), Scale(3.0)
    assert [two.apply(5.0).data, three.apply(5.0).data, two.apply(1.0).data] == [10.0, 15.0, 2.0]


class Scale:
    def __init__(self, factor):
        self.factor = Value(factor)

    @mg.compile
    def apply(self, x):
        return self.factor * x


@mg.compile(executor="python")
def cubed(x):
    return x**3


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda x: loads(dumps(x))])
def test_a_copy_of_an_object_with_a_compiled_method_has_a_recording_of_its_own(copied):
    one = Scale(2.0)
    assert one.apply(1.0).data == 2.0
    two = copied(one)
    two.factor = Value(3.0)
    assert [two.apply(1.0).data, one.apply(1.0).data, two.apply(2.0).data] == [3.0, 2.0, 6.0]
    assert one.apply is one.apply


def test_a_compiled_function_is_copied_and_pickled_without_its_recordings():
    cubed(2.0)
    assert copy.deepcopy(cubed) is loads(dumps(cubed)) is cubed
    model = nn.MLP(1, [1], weights="zeros")
    output = mg.compile(model, executor="python")
    output([1.0])
    twin = copy.deepcopy(output)
    assert (twin.executor, twin.function is model, repr(twin)) == (
        "python",
        False,
        "<compiled MLP, 0 recordings>",
    )
    method = Scale(2.0).apply
    assert loads(dumps(method))(1.0).data == 2.0


def test_a_compiled_method_calls_that_of_the_class_above():
    class Shifted(Scale):
        @mg.compile
        def apply(self, x):
            return super().apply(x) + 1.0

    assert [Shifted(2.0).apply(x).data for x in (1.0, 2.0)] == [3.0, 5.0]


def test_objects_without_a_dict_and_classes_have_compiled_methods():
    class Slots:
        __slots__ = ("factor",)

        def __init__(self, factor):
            self.factor = Value(factor)

        __eq__ = None  # neither hashable nor weakly referenced

        @mg.compile
        def apply(self, x):
            return self.factor * x

    class Family:
        factor = Value(4.0)

        @classmethod
        @mg.compile
        def apply(cls, x):
            return cls.factor * x

    class Child(Family):
        factor = Value(5.0)

    many = [Slots(float(i)) for i in range(100)]
    for _ in range(2):
        assert [thing.apply(2.0).data for thing in many] == [2.0 * i for i in range(100)]
    assert many[0].apply is many[0].apply
    assert [Family.apply(1.0).data, Child.apply(1.0).data, Family.apply(3.0).data] == [4, 5, 12]


def test_an_object_is_let_go_with_its_compiled_methods():
    thing = Scale(2.0)
    thing.apply(1.0)
    gone = weakref.ref(thing)
    del thing
    gc.collect()
    assert gone() is None


def test_a_compiled_object_in_a_class_is_no_method():
    model = nn.MLP(1, [1], activation="identity", weights=[[[2.0]]])

    class Holder:
        output = mg.compile(model)

    assert Holder().output([3.0]).data == 6.0


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
