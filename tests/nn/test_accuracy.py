"""Accuracy and the decision map know what an output means: a score, a probability, one of many."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from helpers.data_frames import Labelled

import minigrad as mg
from minigrad import Value, nn, no_grad
from minigrad.text import meaning_of

NAN = float("nan")
X, Y = mg.datasets.moons(60, noise=0.05, seed=1)


def trained(last: str) -> nn.MLP:
    model = nn.MLP(2, [8, 1], activation=["tanh", last], seed=1)
    loss = mg.compile(lambda x, y: (model(x) - y) ** 2)
    optimizer = mg.optim.Adam(model.parameters(), lr=0.1)
    mg.fit(loss, data=(X, Y), optimizer=optimizer, epochs=150, progress=False)
    return model


MODEL = trained("sigmoid")
RIGHT = sum((MODEL(x).data > 0.5) == (y == 1) for x, y in zip(X, Y)) / len(X)
NET = nn.MLP(2, [8, 1], activation="tanh", seed=1)

COMPILED_ON_TWO = mg.compile(lambda x, y: MODEL([x, y]))


def z(x: Any) -> Value:
    """The pre-activation of the trained network's only output."""
    MODEL(x)
    return MODEL.layers[-1].z[0]


def without_gates(x: Any) -> Value:
    with no_grad():
        return MODEL(x)


class Wrapped(nn.Module):
    def __init__(self) -> None:
        self.net = MODEL

    def __call__(self, x: Any) -> Any:
        return [self.net(x)]


PROBABILITIES: dict[str, Callable[[Any], Any]] = {
    "network": MODEL,
    "function": lambda x: MODEL(x),
    "module, in a list": Wrapped(),
    "by hand": lambda x: 1 / (1 + mg.exp(-z(x))),
    "by hand, from exp": lambda x: (lambda s: mg.exp(s) / (1 + mg.exp(s)))(z(x)),
    "from tanh": lambda x: (mg.tanh(z(x) / 2) + 1) / 2,
    "class 1 of a softmax": lambda x: mg.losses.softmax([Value(0.0), z(x)])[1],
    "one less another": lambda x: 1 - mg.sigmoid(-z(x)),
    "from arctan": lambda x: mg.atan(1e9 * z(x)) / math.pi + 0.5,
    "from erf": lambda x: 0.5 * (1.0 + mg.erf(z(x))),
    "from softplus": lambda x: mg.exp(-mg.softplus(-z(x))),
    "a root of a square": lambda x: mg.sqrt(mg.sigmoid(z(x)) ** 2),
    "a power": lambda x: mg.sigmoid(z(x) / 3) ** 1.0,
    "a square": lambda x: mg.sin(mg.clip(z(x), -1.0, 1.0) + math.pi / 4) ** 2,
    "an absolute value": lambda x: abs(mg.sigmoid(z(x))),
    "clipped": lambda x: mg.clip(0.25 * z(x) + 0.5, 0, 1),
    "hard sigmoid": lambda x: mg.relu(mg.minimum(z(x) + 0.5, 1)),
    "with a little against log 0": lambda x: MODEL(x) * (1.0 - 2e-7) + 1e-7,
    "with a little more": lambda x: MODEL(x) + 1e-7,
    "a share of Python's own sum": lambda x: (lambda p, q: p / sum([q, p]))(
        mg.exp(z(x)), mg.exp(0.0 * z(x))
    ),
    "a share by a power": lambda x: (lambda p: p * (p + 1.0) ** -1)(mg.exp(z(x))),
    "compiled": mg.compile(MODEL),
    "compiled, on Values": lambda x: COMPILED_ON_TWO(*map(Value, x)),
    "function of a compiled one": (lambda net: lambda x: net(x))(mg.compile(MODEL)),
}


@pytest.mark.parametrize("name", PROBABILITIES)
def test_an_output_between_0_and_1_is_cut_at_a_half(name: str) -> None:
    assert RIGHT > 0.95
    assert nn.accuracy(PROBABILITIES[name], X, Y) == RIGHT
    with no_grad():
        assert nn.accuracy(PROBABILITIES[name], X, Y) == RIGHT


def test_the_rule_of_an_own_gate_says_what_it_means() -> None:
    @mg.gate(symbol="s", local_gradient=lambda x, out: (out * (1.0 - out),))
    def own_sigmoid(x: Any) -> Any:
        return 1.0 / (1.0 + mg.exp(-x))

    assert nn.accuracy(lambda x: own_sigmoid(z(x)), X, Y) == RIGHT
    with pytest.raises(ValueError, match="this output of the gate own_sigmoid is kept between 0"):
        mg.losses.binary_cross_entropy(own_sigmoid(Value(1.0)), 1)


def test_a_score_and_a_tanh_are_cut_at_0() -> None:
    assert nn.accuracy(z, X, Y) == RIGHT
    assert nn.accuracy(lambda x: mg.tanh(z(x)), X, Y) == RIGHT
    assert nn.accuracy(lambda x: z(x).data, X, Y) == RIGHT


ON_ONE_SIDE: dict[str, Callable[[Any], Any]] = {
    "exp": lambda x: mg.exp(z(x)),
    "softplus": lambda x: mg.softplus(z(x)),
    "per cent": lambda x: 100.0 * MODEL(x),
    "a logarithm of a probability": lambda x: -mg.softplus(-z(x)),
    "compiled": mg.compile(lambda x: mg.exp(MODEL(x))),
}


@pytest.mark.parametrize("name", ON_ONE_SIDE)
def test_an_output_that_0_does_not_part_is_refused_with_the_remedy(name: str) -> None:
    with pytest.raises(ValueError, match="0 parts no classes: say threshold="):
        nn.accuracy(ON_ONE_SIDE[name], X, Y)
    with pytest.raises(ValueError, match="0 parts no classes: say threshold="):
        mg.decision_boundary(ON_ONE_SIDE[name], X, Y, cells=4)


def test_an_output_that_a_threshold_or_a_relu_parts_is_none_of_these() -> None:
    assert nn.accuracy(ON_ONE_SIDE["exp"], X, Y, threshold=1.0) == RIGHT
    assert nn.accuracy(ON_ONE_SIDE["per cent"], X, Y, threshold=50) == RIGHT
    assert nn.accuracy(lambda x: mg.relu(z(x)), X, Y) == RIGHT
    assert nn.accuracy(mg.compile(lambda x: mg.relu(z(x))), X, Y) == RIGHT


def test_what_is_no_model_is_refused() -> None:
    with pytest.raises(TypeError, match="accuracy takes a model"):
        nn.accuracy(None, X, Y)  # type: ignore[arg-type]


def test_a_threshold_that_no_output_crosses_is_refused() -> None:
    with pytest.raises(ValueError, match=r"threshold 50 is never crossed: the gates .* 0 and 1"):
        nn.accuracy(MODEL, X, Y, threshold=50)
    with pytest.raises(TypeError, match="threshold: expected a number, got the str"):
        nn.accuracy(MODEL, X, Y, threshold="half")  # type: ignore[arg-type]


def test_a_threshold_says_otherwise() -> None:
    above = sum((MODEL(x).data > 0.9) == (y == 1) for x, y in zip(X, Y)) / len(X)
    assert nn.accuracy(MODEL, X, Y, threshold=0.9) == above
    assert nn.accuracy(lambda x: MODEL(x).data, X, Y, threshold=0.5) == RIGHT
    assert nn.accuracy(MODEL, X, Y, threshold=0) == sum(Y) / len(Y)
    with pytest.raises(ValueError, match="threshold must be a number, got nan"):
        nn.accuracy(MODEL, X, Y, threshold=NAN)
    with pytest.raises(ValueError, match="the model has 2"):
        nn.accuracy(lambda x: [x[0], x[1]], X, Y, threshold=0.5)


@pytest.mark.parametrize("model", [lambda x: MODEL(x).data, without_gates])
def test_numbers_that_may_be_probabilities_or_scores_are_refused_with_the_remedy(
    model: Any,
) -> None:
    with pytest.raises(ValueError, match=r"say threshold=0\.5 or threshold=0"):
        nn.accuracy(model, X, Y)
    with pytest.raises(ValueError, match=r"say threshold=0\.5 or threshold=0"):
        mg.decision_boundary(model, X, Y, cells=4)
    assert nn.accuracy(lambda x: int(MODEL(x).data > 0.5), X, Y) == RIGHT


@pytest.mark.parametrize("y", [[1], [1, 0], [0, 1, 1], []])
def test_columns_of_other_lengths_or_empty_ones_are_refused(y: list[int]) -> None:
    x = [] if y == [] else [[0.0, 1.0]] * (1 if len(y) != 1 else 2)
    with pytest.raises(ValueError, match=r"lists of one length.*got lengths"):
        nn.accuracy(MODEL, x, y)


def test_data_frames_and_arrays_are_read_by_their_places() -> None:
    numpy = pytest.importorskip("numpy")
    xs, ys = [0.5, -1.0, 2.0, -3.0], [1, 0, 1, 1]
    for data in (
        (Labelled(xs), Labelled(ys)),
        (numpy.array(xs), numpy.array(ys)),
        (numpy.array(xs).reshape(4, 1), numpy.array(ys).reshape(4, 1)),
        (xs, [True, False, True, True]),
        (xs, [1, -1, 1, Fraction(1)]),
        (xs, [Value(y) for y in ys]),
    ):
        assert (
            nn.accuracy(
                lambda x: mg.constant(*x) if hasattr(x, "ravel") and x.shape else mg.constant(x),
                *data,
            )
            == 0.75
        )
    with pytest.raises(TypeError, match="the set"):
        nn.accuracy(MODEL, {1.0, 2.0}, [0, 1])


def test_an_output_that_is_nan_is_not_right() -> None:
    outputs = [NAN, 1.0, -1.0, NAN]
    assert nn.accuracy(lambda x: outputs[x], [0, 1, 2, 3], [0, 1, 0, 1]) == 0.5
    assert nn.accuracy(lambda x: [outputs[x], 0.0], [0, 1, 2, 3], [0, 0, 1, 1]) == 0.5


def test_of_several_outputs_the_largest_counts_and_labels_may_be_one_of_many() -> None:
    rows = [[0.1, 0.7, 0.2], [0.5, 0.3, 0.2]]
    numpy = pytest.importorskip("numpy")
    for model in (lambda i: rows[i], lambda i: numpy.array(rows[i]), lambda i: tuple(rows[i])):
        assert nn.accuracy(model, [0, 1], [1, 2]) == 0.5
        assert nn.accuracy(model, [0, 1], [[0, 1, 0], [1.0, 0.0, 0.0]]) == 1.0


@pytest.mark.parametrize(
    ("outputs", "labels", "message"),
    [
        ([0.5], [0, 2], "row 1 has the label the int 2: the classes are 0 .or −1. and 1"),
        ([0.5], [0, 3.25], "to learn numbers, leave accuracy and model= away"),
        ([0.5], [-1, 0], "row 0 has the label −1 and row 1 the label 0, which would be one class"),
        ([0.5], [0.25, Value(-1.0)], "row 1 has the label −1 .* label the two classes 0 and 1, or"),
        ([0.5], [NAN, 0], "row 0 has the label the float nan"),
        ([0.5, 0.1], [0, 2], "row 1 .* the classes are 0 to 1"),
        ([0.5, 0.1], [0, -1], "row 1 .* the classes are 0 to 1"),
        ([0.5, 0.1], [0, 0.5], "row 1 .* the classes are 0 to 1"),
        ([0.5], ["a", 0], "the label of row 0: expected a number, got the str 'a'"),
        ([], [1, 0], "got an empty list"),
    ],
)
def test_labels_that_name_no_class_are_named(outputs: Any, labels: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        nn.accuracy(lambda x: [Value(out) for out in outputs], [0, 1], labels)


# --- fit ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("compiled", [False, True])
def test_fit_and_its_history_know_it_too(compiled: bool) -> None:
    model = nn.MLP(2, [4, 1], activation=["tanh", "sigmoid"], seed=1)
    loss = lambda x, y: (model(x) - y) ** 2
    options: dict[str, Any] = {"epochs": 3, "progress": False, "validation": (X, Y)}
    optimizer = mg.optim.Adam(model.parameters(), lr=0.1)
    loss = mg.compile(loss) if compiled else loss
    history = mg.fit(loss, data=(X, Y), optimizer=optimizer, model=model, **options)
    right = sum((model(x).data > 0.5) == (y == 1) for x, y in zip(X, Y)) / len(X)
    assert history.accuracy[-1] == history.column("validation_accuracy")[-1] == right
    history = mg.fit(loss, data=(X, Y), optimizer=optimizer, model=model, threshold=0.99, **options)
    assert history.accuracy[-1] == nn.accuracy(model, X, Y, threshold=0.99) < right


@pytest.mark.parametrize(
    ("model", "labels", "message"),
    [
        (lambda x: MODEL(x).data, Y, r"say threshold=0\.5 or threshold=0"),
        (MODEL, [*Y[:-1], 7.5], "row 59 has the label"),
        (MODEL, [-1, 0, 1, *Y[3:]], "row 0 has the label −1 and row 1 the label 0"),
    ],
)
def test_fit_says_before_it_begins_that_it_cannot_judge(
    model: Any, labels: Any, message: str
) -> None:
    before = MODEL.state_dict()
    optimizer = mg.optim.SGD(MODEL.parameters(), lr=0.1)
    with pytest.raises(ValueError, match=message):
        mg.fit(lambda x, y: (MODEL(x) - y) ** 2, data=(X, labels), optimizer=optimizer, model=model)
    assert (MODEL.state_dict(), optimizer.steps) == (before, 0)


# --- the map --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "outputs", "shares"),
    [
        (lambda x: Value(x) * 2, [0.0], [0.5, 0.5]),
        (lambda x: Value(x) * 2, [2.0], [1 - 0.8807970779778823, 0.8807970779778823]),  # σ(2)
        (lambda x: Value(x).sigmoid(), [0.8], [0.2, 0.8]),
        (lambda x: Value(x).tanh(), [-0.5], [0.75, 0.25]),
        (lambda x: [Value(x) * 2, Value(x) * 3], [0.0, 0.0], [0.5, 0.5]),
        (lambda x: mg.losses.softmax([Value(x), Value(0.0)]), [0.9, 0.1], [0.9, 0.1]),
        (lambda x: [Value(x).sigmoid(), Value(x).sigmoid()], [0.9, 0.3], [0.75, 0.25]),
        (lambda x: [x, 1 - x], [0.7, 0.3], [0.7, 0.3]),
        (lambda x: Value(x) * 2, [NAN], [0.5, 0.5]),
        (lambda x: [Value(x) * 2] * 3, [1.0, NAN, 0.0], [1 / 3] * 3),
        (lambda x: Value(x) * 2, [float("inf")], [0.0, 1.0]),
    ],
)
def test_the_colours_are_the_probability_that_an_output_means(
    model: Any, outputs: Any, shares: Any
) -> None:
    assert meaning_of(model, 0.25).shares(outputs) == pytest.approx(shares)


def line_of(picture: Any) -> list[float]:
    """Where a map's line goes, from left to right in points."""
    path = re.search(r'<path d="M([^"]*)"', picture.svg)
    return [] if path is None else [float(spot.split()[0]) for spot in path[1].split("L")]


def test_the_line_of_a_sigmoid_is_that_of_its_z_and_moves_with_the_threshold() -> None:
    points, labels = [[0.0, 0.0], [1.0, 1.0]], [0, 1]
    score = lambda x: 8 * Value(x[0]) - 4
    probability = lambda x: score(x).sigmoid()
    of_score = mg.decision_boundary(score, points, labels, cells=40)
    of_probability = mg.decision_boundary(probability, points, labels, cells=40)
    assert line_of(of_score) == pytest.approx(line_of(of_probability), abs=0.2)
    assert of_score.svg.split("<path")[0][-200:] == of_probability.svg.split("<path")[0][-200:]
    moved = mg.decision_boundary(probability, points, labels, cells=40, threshold=0.9)
    assert min(line_of(moved)) > max(line_of(of_probability)) + 20


def test_labels_of_a_map_are_classes() -> None:
    with pytest.raises(ValueError, match="row 1 has the label"):
        mg.decision_boundary(lambda x: Value(x[0]), [[0, 1], [1, 0]], [0, NAN])


# --- outputs that are squashed twice, or not at all -----------------------------------------------


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("name", [name for name in PROBABILITIES if "compiled" not in name])
def test_binary_cross_entropy_of_a_probability_is_refused_with_the_remedy(
    name: str, compiled: bool
) -> None:
    (model,) = [PROBABILITIES[name]]
    output = lambda x: model(x)[0] if isinstance(model, Wrapped) else model(x)
    loss = lambda x, y: mg.losses.binary_cross_entropy(output(x), y)
    loss = mg.compile(loss) if compiled else loss
    with pytest.raises(ValueError, match="squashed twice: leave the last layer linear"):
        loss(X[0], Y[0])


def test_cross_entropy_of_a_softmax_is_refused_and_of_logits_is_not() -> None:
    logits = [Value(1.0), Value(-2.0) * 3, Value(0.5).sigmoid()]
    with pytest.raises(ValueError, match="softmax would be applied twice: pass the logits"):
        mg.losses.cross_entropy(mg.losses.softmax(logits), 0)
    mg.losses.cross_entropy(logits, 0).backward()
    mg.losses.cross_entropy([z / 2.0 for z in logits], 0).backward()


@pytest.mark.parametrize("logit", [Value(0.5), mg.constant(0.5), 0.5, Value(0.5) * 2, X[0][0]])
def test_any_logit_is_taken(logit: Any) -> None:
    mg.losses.binary_cross_entropy(logit, 1)
    mg.losses.binary_cross_entropy(mg.tanh(logit), 1)


def test_an_activation_that_is_chosen_for_the_only_layer_is_its_own() -> None:
    logistic = nn.MLP(2, [1], activation="sigmoid", weights=[[[1.0, 0.0]]])
    assert logistic([0.5, 0.0]).data == mg.sigmoid(Value(0.5)).data
    assert nn.MLP(2, [3], activation="relu").layers[0].neurons[2].activation.name == "relu"
    for activation in (None, "linear", "identity", ["linear"]):
        assert (
            nn.MLP(2, [1], activation=activation).layers[0].neurons[0].activation.name == "linear"
        )
    assert [layer.neurons[0].activation.name for layer in nn.MLP(2, [3, 1]).layers] == [
        *("relu", "linear")
    ]
    assert repr(nn.MLP(2, [1])) == "MLP(2, [1], activation=['linear'])"


def test_a_model_with_another_number_of_outputs_in_a_later_row_is_refused():
    outputs = [[Value(1.0)], [Value(1.0), Value(2.0)]]
    with pytest.raises(ValueError, match="for the first it returns 1, for row 1 2"):
        mg.nn.accuracy(lambda i: outputs[int(i)], [0.0, 1.0], [0, 1])


@pytest.mark.parametrize("judge", [nn.accuracy, mg.decision_boundary])
@pytest.mark.parametrize(
    "label", [[0.0, 0.0, 0.0], [0.5, 0.5, 0.0], [NAN, 1.0, 0.0], [1.0, NAN, 0.0], [1.0, 1.0, 1.0]]
)
def test_a_list_of_probabilities_that_names_no_one_class_is_no_label(
    judge: Callable[..., Any], label: list[float]
) -> None:
    model = nn.MLP(2, [3], seed=0)
    with pytest.raises(ValueError, match=r"row 1 has the label .* in a list one number must be"):
        judge(model, [[0.0, 1.0], [1.0, 0.0]], [[0.0, 1.0, 0.0], label])


@pytest.mark.parametrize("label", [-2, 1.5, math.inf, NAN])
def test_a_map_refuses_what_is_no_class(label: float) -> None:
    for judge in (nn.accuracy, mg.decision_boundary):
        with pytest.raises(ValueError, match="row 1 has the label"):
            judge(nn.MLP(2, [1]), [[0.0, 1.0], [1.0, 0.0]], [1, label])


def test_points_of_a_class_that_no_output_is_for_have_a_colour_of_their_own() -> None:
    rows, labels = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [2.0, 1.0]], [0, 1, 2, [1.0]]
    svg = mg.decision_boundary(lambda x: x[0] - x[1], rows, labels, cells=2, threshold=0.0).svg
    colours = re.findall(r'<circle [^>]*fill="([^"]*)"', svg)
    assert len(set(colours)) == 3
    assert colours[1] == colours[3]


def test_the_keys_of_a_dict_are_no_outputs() -> None:
    with pytest.raises(
        TypeError, match=r"the model must return a Value or a list of them, got the dict"
    ):
        nn.accuracy(lambda x: {0: 1.0, 1: 2.0}, X, Y)


def test_a_map_is_of_two_inputs() -> None:
    for rows in ([1.0, 2.0], [[1.0], [2.0]], [[1.0, 2.0, 3.0]] * 2):
        with pytest.raises(ValueError, match=r"two inputs, got a row the (float|list) "):
            mg.decision_boundary(lambda x: Value(1.0), rows, [0, 1])
