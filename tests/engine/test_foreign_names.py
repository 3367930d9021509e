"""What people type from other libraries exists, or is an error that says what it is here."""

from __future__ import annotations

import inspect
import math
import pickle
import pydoc
import re
import statistics
from collections.abc import Callable
from typing import Any

import pytest

import minigrad as mg
from minigrad import Value
from minigrad.engine import how_to_write
from minigrad.engine.foreign_names import misspellings


def test_max_min_mean_and_softmax_exist_under_the_names_of_other_libraries() -> None:
    x, y = Value(1.0), Value(3.0)
    assert mg.max([x, y]).gate is mg.GATES["maximum"]
    assert mg.min(x, y).data == 1.0
    mean = mg.mean([x, y, 2])
    mean.backward()
    assert (mean.data, x.grad) == (2.0, 1 / 3)
    assert mg.mean([1, 2, 6]) == 3.0
    assert [p.data for p in mg.softmax([x, y])] == [p.data for p in mg.losses.softmax([x, y])]
    for nothing in (mg.max, mg.min, mg.mean):
        with pytest.raises(TypeError, match="at least one input, got none"):
            nothing([])
    with pytest.raises(TypeError, match="mean takes Values and numbers, or one list"):
        mg.mean(3)


@pytest.mark.parametrize("nothing", [lambda: mg.sum([]), lambda: mg.sum(), lambda: mg.dot([], [])])
def test_a_sum_of_nothing_is_a_constant_0(nothing: Callable[[], Any]) -> None:
    zero = nothing()
    assert isinstance(zero, Value)
    assert zero.is_constant
    assert zero.data == 0.0
    x = Value(2.0)
    (zero + x * x).backward()
    assert x.grad == 4.0


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("tensor", "mg.Value"),
        ("Tensor", "mg.Value"),
        ("Variable", "mg.Value"),
        ("zeros", "list of Values"),
        ("backward", r"y\.backward\(\)"),
        ("GradientTape", r"mg\.grad"),
        ("jit", r"mg\.compile"),
        ("vmap", r"\.batch"),
        ("arctan", r"mg\.atan"),
        ("clamp", r"mg\.clip"),
        ("matmul", r"mg\.dot"),
        ("Linear", r"nn\.Layer"),
        ("MLP", r"mg\.nn\.MLP"),
        ("Adam", r"mg\.optim\.Adam"),
        ("mse_loss", r"mg\.losses\.mean_squared_error"),
        ("manual_seed", "seed="),
        ("sofmax", r"did you mean 'softmax'"),
        ("Vlaue", r"did you mean 'Value'"),
        ("draw_dot", r"mg\.draw"),
    ],
)
def test_a_name_of_another_library_says_ours(name: str, ours: str) -> None:
    with pytest.raises(AttributeError, match=f"has no attribute '{name}'.*{ours}"):
        getattr(mg, name)
    assert not hasattr(mg, name)


@pytest.mark.parametrize(
    ("module", "name", "ours"),
    [
        (mg.nn, "Linear", r"nn\.Layer"),
        (mg.nn, "Sequential", r"nn\.MLP"),
        (mg.nn, "ReLU", "activation="),
        (mg.nn, "CrossEntropyLoss", r"mg\.losses\.cross_entropy"),
        (mg.nn, "Modul", "did you mean 'Module'"),
        (mg.losses, "MSELoss", r"mean_squared_error"),
        (mg.losses, "crossentropy", "did you mean 'cross_entropy'"),
        (mg.optim, "lr_scheduler", "lr=mg.optim.cosine"),
        (mg.optim, "sgd", "has no attribute 'sgd'"),
        (mg.nn.MLP(2, [1]), "eval", "the same in training and afterwards"),
        (mg.nn.MLP(2, [1]), "trainable_variables", r"model\.parameters\(\)"),
        (mg.nn.MLP(2, [1]), "fit", r"mg\.fit"),
    ],
)
def test_so_do_nn_losses_optim_and_modules(module: Any, name: str, ours: str) -> None:
    with pytest.raises(AttributeError, match=ours):
        getattr(module, name)


def test_all_that_is_told_to_write_exists() -> None:
    from minigrad.engine import OTHER_FUNCTIONS, foreign_names
    from minigrad.text import (
        OF_A_MODULE,
        OF_DATASETS,
        OF_LOSSES,
        OF_MINIGRAD,
        OF_NN,
        OF_OPTIM,
    )

    tables: list[Any] = [OTHER_FUNCTIONS, OF_A_MODULE, OF_DATASETS, OF_LOSSES, OF_MINIGRAD]
    tables += [OF_NN, OF_OPTIM]
    tables += [foreign_names.OF_A_TENSOR, foreign_names.NEVER_SET, foreign_names.OF_BACKWARD]
    for table in tables:
        for how in table.values():
            for path in re.findall(r"\bmg((?:\.\w+)+)", how):
                thing: Any = mg
                for part in path[1:].split("."):
                    thing = getattr(thing, part)
    modules = {mg: OF_MINIGRAD, mg.nn: OF_NN, mg.losses: OF_LOSSES, mg.optim: OF_OPTIM}
    for module, names in modules.items():
        assert [name for name in names if hasattr(module, name)] == [], "is ours by now"


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("requires_grad", r"every Value gets a gradient; mg\.constant"),
        ("numpy", r"v\.data"),
        ("shape", "one number"),
        ("grad_fn", r"v\.gate"),
        ("zero_", r"v\.data = number"),
        ("clone", "v itself"),
        ("square", r"v \* v"),
        ("lable", r"v\.label"),
        ("gradient", r"v\.grad"),
        ("value", r"v\.data"),
    ],
)
def test_an_attribute_of_a_tensor_says_ours(name: str, ours: str) -> None:
    v = Value(2.0)
    with pytest.raises(AttributeError, match=f"a Value has no '{name}'.*{ours}"):
        getattr(v, name)
    assert not hasattr(v, name)
    assert not hasattr(Value, name)


WRONG = ["lable", "labl", "lbel", "lebel", "labell", "Label", "labels", "dta", "dtaa", "Data"]
WRONG += ["gard", "grda", "grd", "gradd", "Grad", "gradient", "value", "_bacward", "_backwards"]


@pytest.mark.parametrize("name", [*WRONG, "requires_grad"])
@pytest.mark.parametrize("make", [Value, mg.constant, lambda x: Value(x).exp()])
def test_a_misspelt_attribute_is_no_free_one(name: str, make: Callable[[float], Value]) -> None:
    v = make(1.0)
    with pytest.raises(AttributeError, match=r"write v|mg\.constant"):
        setattr(v, name, 1.0)
    assert v.__dict__ == {}


def test_every_letter_left_out_doubled_or_exchanged_is_found() -> None:
    for name in ("label", "data", "grad"):
        for wrong in misspellings(name):
            if wrong not in {name, "rad", "gad", "grid", "date"}:
                with pytest.raises(AttributeError, match=rf"v\.{name}"):
                    setattr(Value(1.0), wrong, 1.0)


FREE = ["momentum", "velocity", "name", "size", "shape", "mean", "grade", "date", "rad"]


@pytest.mark.parametrize("name", FREE)
def test_any_other_attribute_can_be_set(name: str) -> None:
    v = Value(1.0)
    setattr(v, name, 0.5)
    assert getattr(v, name) == 0.5
    assert getattr(pickle.loads(pickle.dumps(v)), name) == 0.5


@pytest.mark.parametrize(
    ("keyword", "ours"),
    [
        ("retain_graph", "leave it out"),
        ("create_graph", r"mg\.grad\(y, \[x\], create_graph=True\)"),
        ("gradient", "upstream="),
        ("inputs", r"mg\.grad"),
        ("anything", r"backward\(\) takes no anything="),
    ],
)
def test_the_keywords_of_another_backward_say_ours(keyword: str, ours: str) -> None:
    x = Value(2.0)
    with pytest.raises(TypeError, match=ours):
        (x * x).backward(**{keyword: True})
    assert not x.has_grad


@pytest.mark.parametrize(
    ("ask", "ours"),
    [
        (lambda v: v @ v, r"@ of Value\(.*mg\.dot\(xs, ys\)"),
        (lambda v: [1.0, 2.0] @ v, r"the list \[1\.0, 2\.0\].*mg\.dot"),
        (lambda v: v & v, r"a \* b for both"),
        (lambda v: True | v, r"mg\.maximum\(a, b\) for one"),
        (lambda v: v ^ 2, r"v \*\* n for a power"),
        (lambda v: v << 1, r"v \* 2\*\*n"),
        (lambda v: v >> 1, r"mg\.floor"),
        (lambda v: ~v, r"1 - v"),
        (lambda v: statistics.mean([v, v]), r"mg\.mean\(values\)"),
        (lambda v: statistics.stdev([v, v]), r"mg\.mean\(values\)"),
    ],
)
def test_an_operator_or_function_that_no_gate_has_says_ours(
    ask: Callable[[Any], object], ours: str
) -> None:
    with pytest.raises(TypeError, match=ours):
        ask(Value(2.0))
    with pytest.raises((TypeError, mg.TracingError)):
        mg.compile(ask)(2.0)


def test_an_operator_is_left_to_what_may_know_better() -> None:
    class Matrix:
        def __rmatmul__(self, other: Value) -> Value:
            return other * 3

    assert (Value(2.0) @ Matrix()).data == 6.0
    with pytest.raises(TypeError, match="unsupported operand"):
        Value(2.0) | {1}


def test_a_layout_for_whole_numbers_says_that_the_number_is_a_float() -> None:
    with pytest.raises(ValueError, match=r"'d'.*a float, 2\.5"):
        f"{Value(2.5):d}"


def test_what_a_value_has_not_is_in_no_list_of_what_it_has() -> None:
    v = Value(1.0)
    v.momentum = 0.5
    for names in (dir(v), dir(Value), [name for name, _ in inspect.getmembers(Value)]):
        assert {"label", "data", "backward", "tanh"} <= set(names)
        assert not {"lable", "requires_grad", "shape", "square"} & set(names)
    assert "momentum" in dir(v)
    assert not re.search(r"\blable\b", pydoc.render_doc(Value))  # Callable is no misspelling
    assert "train" not in dir(mg.nn.MLP)


def test_a_gate_of_ones_own_may_have_such_a_name() -> None:
    @mg.gate(symbol="sq", local_gradient=lambda x, out: (2 * x,))
    def square(x: Any) -> Any:
        return x * x

    assert Value(3.0).square().data == 9.0


LOW, HIGH = -0.25, 0.75
NUMBERS = [(-2.75, 2.0), (2.75, -2.0), (-7.0, 2.0), (-0.5, -1.5), (0.0, 0.5), (0.4, 3.0)]
REFERENCES: dict[str, Callable[[float, float], float]] = {
    "square": lambda x, y: x**2,
    "cbrt": lambda x, y: math.copysign(abs(x) ** (1 / 3), x),
    "fmod": math.fmod,
    "remainder": lambda x, y: x - y * math.floor(x / y),
    "modf": lambda x, y: math.modf(x)[0],
    "frac": lambda x, y: math.modf(x)[0],
    "ldexp": lambda x, y: x * 2**y,
    "fmax": max,
    "fmin": min,
    "erfc": lambda x, y: math.erfc(x),
    "heaviside": lambda x, y: 0.0 if x < 0 else 1.0 if x > 0 else y,
    "elu": lambda x, y: x if x > 0 else math.exp(x) - 1,
    "selu": lambda x, y: 1.05070098 * (x if x > 0 else 1.67326324 * (math.exp(x) - 1)),
    "relu6": lambda x, y: min(max(x, 0.0), 6.0),
    "hardtanh": lambda x, y: min(max(x, -1.0), 1.0),
    "hardsigmoid": lambda x, y: min(max(x / 6 + 0.5, 0.0), 1.0),
    "hardswish": lambda x, y: x * min(max(x + 3.0, 0.0), 6.0) / 6.0,
    "softsign": lambda x, y: x / (1 + abs(x)),
    "tanhshrink": lambda x, y: x - math.tanh(x),
    "mish": lambda x, y: x * math.tanh(math.log(1 + math.exp(x))),
    "swish": lambda x, y: x / (1 + math.exp(-x)),
    "expit": lambda x, y: 1 / (1 + math.exp(-x)),
    "ndtr": lambda x, y: 0.5 * math.erfc(-x / math.sqrt(2)),
    "log_sigmoid": lambda x, y: -math.log(1 + math.exp(-x)),
    "rint": lambda x, y: round(x),
    "cube": lambda x, y: x**3,
    "rsub": lambda x, y: y - x,
    "true_divide": lambda x, y: x / y,
    "clamp_min": lambda x, y: max(x, LOW),
    "clamp_max": lambda x, y: min(x, HIGH),
    "clip_by_value": lambda x, y: min(max(x, LOW), HIGH),
    "xlogy": lambda x, y: x * math.log(y) if x and y > 0.0 else math.nan if x else 0.0,
    "celu": lambda x, y: x if x > 0 else math.exp(x) - 1,
    "leakyrelu": lambda x, y: x if x > 0 else 0.01 * x,
    "threshold": lambda x, y: x if x > LOW else HIGH,
    "hardshrink": lambda x, y: x if abs(x) > 0.5 else 0.0,
    "softshrink": lambda x, y: x - 0.5 if x > 0.5 else x + 0.5 if x < -0.5 else 0.0,
    "quick_gelu": lambda x, y: x / (1 + math.exp(-1.702 * x)),
    "nan_to_num": lambda x, y: x,
    "isclose": math.isclose,
    "signbit": lambda x, y: math.copysign(1.0, x) < 0,
    "eq": lambda x, y: x == y,
    "ne": lambda x, y: x != y,
    "gt": lambda x, y: x > y,
    "ge": lambda x, y: x >= y,
    "lt": lambda x, y: x < y,
    "le": lambda x, y: x <= y,
}


@pytest.mark.parametrize("name", REFERENCES)
@pytest.mark.parametrize(("x", "y"), NUMBERS)
def test_what_to_write_gives_the_number_of_the_function_asked_for(
    name: str, x: float, y: float
) -> None:
    text = how_to_write(name).removeprefix("write ")
    expression = re.split(r", or |, which|, of |: | and ", text)[0]
    names = {"mg": mg, "math": math, "v": Value(x), "x": Value(x), "y": Value(y)}
    names |= {"low": LOW, "high": HIGH, "threshold": LOW, "value": HIGH}
    result = eval(expression, names)
    number = result.data if isinstance(result, Value) else result
    expected = float(REFERENCES[name](x, y))
    assert number == pytest.approx(expected, rel=1e-8, abs=1e-12, nan_ok=True)


OF_ONE_NUMBER = """allclose amax amin argmin bmm chunk clamp_ gather masked_fill median mse_loss
permute realize sort stack tensor topk transpose unbind where outer rand zeros one_hot forward conj
lgamma erfinv int cross_entropy sparse_categorical_crossentropy"""
OF_MINIGRAD = """Node Var eye clip_by_value cond scan while_loop pjit checkpoint Conv2d Dropout
BatchNorm1d LSTM RMSprop Adagrad l1_loss huber_loss DataLoader train_test_split make_moons
StandardScaler MLPClassifier cumsum topk one_hot multiply is_tensor summary evaluate predict func
argmin state_dict"""
OF_NN = "Dropout LayerNorm ModuleList init utils relu activation"
OF_OPTIM = "LBFGS Adagrad Nesterov OneCycleLR ReduceLROnPlateau"
OF_LOSSES = """MSE mae huber nll kl_div cosine_similarity log_loss CategoricalCrossentropy poisson
BCEWithLogits"""
OF_DATASETS = "make_moons make_blobs load_iris mnist linear"
OWNERS = [Value(2.0), mg, mg.nn, mg.optim, mg.losses, mg.datasets]
OWNED = [OF_ONE_NUMBER, OF_MINIGRAD, OF_NN, OF_OPTIM, OF_LOSSES, OF_DATASETS]


@pytest.mark.parametrize(
    ("owner", "name"),
    [(owner, name) for owner, names in zip(OWNERS, OWNED) for name in names.split()],
    ids=lambda owner: owner if isinstance(owner, str) else type(owner).__name__,
)
def test_what_people_type_from_other_libraries_says_what_to_do(owner: Any, name: str) -> None:
    with pytest.raises(AttributeError, match=rf"has no (attribute )?'{name}': \w+"):
        getattr(owner, name)


@pytest.mark.parametrize(
    ("keyword", "ours"),
    [
        ("requires_grad", r"mg\.constant"),
        ("name", "label="),
        ("dtype", "float of Python"),
        ("value", "data="),
        ("lable", r"takes no lable="),
    ],
)
def test_the_keywords_of_another_value_say_ours(keyword: str, ours: str) -> None:
    with pytest.raises(TypeError, match=rf"Value\(…\) takes no {keyword}=.*{ours}|{ours}"):
        Value(2.0, **{keyword: True})


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("eq", r"mg\.is_equal"),
        ("numel", "one number"),
        ("exp_", r"v\.data = number"),
        ("relu_", r"v\.data = number"),
        ("astype", r"v\.data"),
        ("copy", "no gate changes it"),
        ("op", r"v\.gate"),
        ("prev", r"v\.inputs"),
        ("name", r"v\.label"),
        ("register_hook", "keeps its grad"),
        ("std", "lists of Values"),
    ],
)
def test_a_method_of_another_librarys_number_says_ours(name: str, ours: str) -> None:
    v = Value(2.0)
    with pytest.raises(AttributeError, match=f"a Value has no '{name}': .*{ours}"):
        getattr(v, name)
    assert not hasattr(v, name)
    setattr(v, name, "free")
    assert getattr(v, name) == "free"
