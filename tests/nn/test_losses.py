"""Losses against their formulas, at ordinary and at extreme points."""

import math
from math import inf, isfinite, isnan, nan

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp

import minigrad as mg
from minigrad import Value, losses

LOGITS = st.lists(st.floats(-1000, 1000), min_size=2, max_size=6)


def values(numbers: list[float]) -> list[Value]:
    return [Value(number) for number in numbers]


def exact_softmax(numbers: list[float]) -> list[float]:
    top = max(numbers)
    powers = [math.exp(number - top) for number in numbers]
    return [power / math.fsum(powers) for power in powers]


@given(LOGITS, st.data())
def test_cross_entropy_sends_softmax_minus_onehot(
    numbers: list[float], data: st.DataObject
) -> None:
    target = data.draw(st.integers(0, len(numbers) - 1))
    logits = values(numbers)
    loss = losses.cross_entropy(logits, target)
    loss.backward()
    top = max(numbers)
    log_total = top + math.log(math.fsum(math.exp(number - top) for number in numbers))
    assert loss.data == pytest.approx(log_total - numbers[target], rel=1e-14, abs=1e-12)
    for j, (z, p) in enumerate(zip(logits, exact_softmax(numbers))):
        assert z.grad == pytest.approx(p - (j == target), abs=1e-15)


@given(LOGITS)
def test_softmax_is_a_distribution_and_never_overflows(numbers: list[float]) -> None:
    p = losses.softmax(values(numbers))
    assert [one.data for one in p] == pytest.approx(exact_softmax(numbers), rel=1e-14)
    assert sum(one.data for one in p) == pytest.approx(1.0)


def test_cross_entropy_takes_probabilities_and_wires_as_targets() -> None:
    numbers = [0.3, -1.2, 2.0]
    by_class = losses.cross_entropy(values(numbers), 2).data
    assert losses.cross_entropy(values(numbers), [0.0, 0.0, 1.0]).data == by_class
    assert losses.cross_entropy(values(numbers), mg.constant(2)).data == by_class
    logits = values(numbers)
    losses.cross_entropy(logits, [0.2, 0.3, 0.5]).backward()
    expected = [p - t for p, t in zip(exact_softmax(numbers), [0.2, 0.3, 0.5])]
    assert [z.grad for z in logits] == pytest.approx(expected, abs=1e-15)


@given(st.floats(-1000, 1000), st.floats(0, 1))
def test_binary_cross_entropy_sends_sigmoid_minus_target(number: float, target: float) -> None:
    z = Value(number)
    loss = losses.binary_cross_entropy(z, target)
    loss.backward()
    assert z.grad == pytest.approx(mg.sigmoid(number) - target, abs=1e-15)
    assert loss.data == pytest.approx(exact_binary_cross_entropy(number, target), rel=1e-15, abs=0)


def exact_binary_cross_entropy(z: float, y: float) -> float:
    """−y·log σ(z) − (1 − y)·log(1 − σ(z)), by mpmath."""
    with mp.workdps(60):
        one = mp.mpf(1)
        right, wrong = (mpmath.log1p(mpmath.exp(sign * mp.mpf(z))) for sign in (-1, 1))
        return float(y * right + (one - mp.mpf(y)) * wrong)


def exact_cross_entropy(zs: list[float], target: int) -> float:
    """−log softmax(z)_target, by mpmath."""
    with mp.workdps(400):
        return float(mpmath.log(mpmath.fsum(mpmath.exp(mp.mpf(z) - zs[target]) for z in zs)))


def as_numbers(z: float, y: float) -> tuple[float, float]:
    loss = losses.binary_cross_entropy(logit := Value(z), y)
    loss.backward()
    return loss.data, logit.grad


def with_a_wire_as_target(z: float, y: float) -> tuple[float, float]:
    loss = losses.binary_cross_entropy(logit := Value(z), mg.constant(y))
    loss.backward()
    return loss.data, logit.grad


def compiled_for_other_numbers(executor: str) -> object:
    def run(z: float, y: float) -> tuple[float, float]:
        compiled = mg.compile(losses.binary_cross_entropy, executor=executor)
        compiled(0.5, 1)
        loss = compiled(logit := Value(z), y)
        loss.backward()
        return loss.data, logit.grad

    return run


def in_a_batch(z: float, y: float) -> tuple[float, float]:
    logit = Value(z)
    loss = mg.compile(lambda y: losses.binary_cross_entropy(logit, y)).batch([y])
    loss.backward()
    return loss.data, logit.grad


WAYS = [
    as_numbers,
    with_a_wire_as_target,
    compiled_for_other_numbers("auto"),
    compiled_for_other_numbers("python"),
    in_a_batch,
]
each_way = pytest.mark.parametrize("run", WAYS, ids=["numbers", "wire", "auto", "python", "batch"])


@each_way
def test_binary_cross_entropy_keeps_its_digits_where_it_is_nearly_nothing(run: object) -> None:
    # by mpmath: log(1 + exp(-20)) and log(1 + exp(-40))
    for z, golden in ((20.0, 2.06115362031438e-9), (40.0, 4.24835425529159e-18)):
        for sign, y in ((1.0, 1), (-1.0, 0)):
            loss, gradient = run(sign * z, y)
            assert loss == pytest.approx(golden, rel=1e-14, abs=0)
            assert loss == pytest.approx(exact_binary_cross_entropy(sign * z, y), rel=4e-16, abs=0)
            assert gradient == pytest.approx(-sign * golden, rel=1e-8, abs=0)
    for z, y in ((20.0, 0.999), (40.0, 1 - 1e-9), (-40.0, 1e-9), (0.0, 0.25), (-3.0, 0.25)):
        loss, gradient = run(z, y)
        assert loss == pytest.approx(exact_binary_cross_entropy(z, y), rel=1e-15, abs=0)
        assert gradient == pytest.approx(mg.sigmoid(z) - y, abs=1e-15)


@each_way
def test_binary_cross_entropy_at_an_infinite_logit_is_0_or_infinite(run: object) -> None:
    assert run(math.inf, 1) == run(-math.inf, 0) == (0.0, 0.0)
    assert run(math.inf, 0) == (math.inf, 1.0)
    assert run(-math.inf, 1) == (math.inf, -1.0)
    assert run(math.inf, 0.5) == (math.inf, 0.5)
    assert run(-math.inf, 0.5) == (math.inf, -0.5)
    for y in (0, 0.5, 1):
        assert all(map(math.isnan, run(math.nan, y)))


@given(st.floats(-50, 50), st.sampled_from([0.0, 0.25, 1.0]))
def test_a_target_that_is_a_wire_has_minus_the_logit_as_gradient(z: float, y: float) -> None:
    target = Value(y)
    losses.binary_cross_entropy(z, target).backward()
    assert target.grad == -z


def test_binary_cross_entropy_of_a_target_of_0_or_1_is_one_softplus() -> None:
    z = Value(3.0)
    assert losses.binary_cross_entropy(z, 0).gate.name == "softplus"
    assert losses.binary_cross_entropy(z, 1).inputs[0].gate.name == "neg"
    assert losses.binary_cross_entropy(3.0, 1) == mg.softplus(-3.0)


def cross_entropies(zs: list[float], target: int) -> list[tuple[float, list[float]]]:
    """Loss and gradients: with numbers, a wire, probabilities; and all of that compiled."""
    onehot = [float(j == target) for j in range(len(zs))]
    results = []
    for given_target in (target, onehot, mg.constant(target), [mg.constant(p) for p in onehot]):
        logits = values(zs)
        runs = [losses.cross_entropy]
        if not isinstance(given_target, Value):
            for executor in ("auto", "python"):
                compiled = mg.compile(losses.cross_entropy, executor=executor)
                compiled(values([0.1 * j for j in range(len(zs))]), given_target)
                runs.append(compiled)
        for run in runs:
            logits = values(zs)
            loss = run(logits, given_target)
            loss.backward()
            results.append((loss.data, [z.grad for z in logits]))
    return results


@pytest.mark.parametrize(
    "zs", [[40.0, 0.0], [0.0, 40.0], [0.0, 300.0, -300.0], [20.0, 0.0, 20.0], [1.0, 1.0], [800, 1]]
)
def test_cross_entropy_keeps_its_digits_where_it_is_nearly_nothing(zs: list[float]) -> None:
    for target in range(len(zs)):
        expected = exact_cross_entropy(zs, target)
        with mp.workdps(400):
            powers = [mpmath.exp(mp.mpf(z) - max(zs)) for z in zs]
            shares = [power / mpmath.fsum(powers) for power in powers]
            slopes = [float(p - (j == target)) for j, p in enumerate(shares)]
        for loss, gradients in cross_entropies(zs, target):
            assert loss == pytest.approx(expected, rel=4e-16, abs=0)
            assert gradients == pytest.approx(slopes, rel=1e-14, abs=1e-300)


@pytest.mark.parametrize(
    ("zs", "target", "loss", "slopes"),
    [
        ([0.0, math.inf], 0, math.inf, [-1.0, 1.0]),
        ([0.0, math.inf], 1, 0.0, [0.0, 0.0]),
        ([0.0, math.inf, 5.0], 2, math.inf, [0.0, 1.0, -1.0]),
        ([math.inf, -math.inf], 1, math.inf, [1.0, -1.0]),
        ([-math.inf, 0.0, 0.0], 0, math.inf, [-1.0, 0.5, 0.5]),
        ([-math.inf, 0.0], 1, 0.0, [0.0, 0.0]),
        ([1e308, -1e308], 1, math.inf, [1.0, -1.0]),
    ],
)
def test_cross_entropy_at_infinite_logits_is_its_limit(
    zs: list[float], target: int, loss: float, slopes: list[float]
) -> None:
    for found, gradients in cross_entropies(zs, target):
        assert found == loss
        assert gradients == slopes


@pytest.mark.parametrize(
    ("scores", "loss", "slopes"),
    [
        ([math.inf, 0.0], 0.0, [0.0, 0.0]),
        ([0.0, math.inf], math.inf, [-1.0, 1.0]),
        ([0.0, -1.0 + 1e-16], 1.1102230246251565e-16, [-1.0, 1.0]),
        ([0.0, 0.5, -3.0], 1.5, [-1.0, 1.0, 0.0]),
    ],
)
def test_multiclass_hinge_leaves_the_right_class_out_for_a_number_and_for_a_wire(
    scores: list[float], loss: float, slopes: list[float]
) -> None:
    compiled = mg.compile(lambda s, t: losses.multiclass_hinge(s, t))
    for target in (0, mg.constant(0.0)):
        for run in (losses.multiclass_hinge, compiled):
            wires = values(scores)
            found = run(wires, target)
            found.backward()
            assert found.data == loss
            assert [s.grad for s in wires] == slopes


def test_two_infinite_logits_have_no_probabilities() -> None:
    for found, _ in cross_entropies([math.inf, math.inf], 0):
        assert math.isnan(found)


def test_cross_entropy_at_40_and_0_is_the_number_of_mpmath() -> None:
    assert losses.cross_entropy([40.0, 0.0], 0) == pytest.approx(
        4.24835425529159e-18, rel=1e-14, abs=0
    )
    assert losses.cross_entropy([math.inf, 0.0], 0) == 0.0
    assert losses.cross_entropy([0.0, -math.inf], [1.0, 0.0]) == 0.0
    assert losses.cross_entropy([0.0, -math.inf], 1) == math.inf
    assert math.isnan(losses.cross_entropy([math.nan, 0.0], 0))
    assert math.isnan(losses.cross_entropy([0.0, math.nan], [1.0, 0.0]))


@pytest.mark.parametrize("zs", [[0.0, 0.0], [2.0, 2.0, 2.0], [1.0, 3.0, -2.0]])
def test_the_second_derivatives_of_cross_entropy_are_those_of_softmax_at_ties_too(
    zs: list[float],
) -> None:
    p = exact_softmax(zs)
    for target in (0, 1, [1 / len(zs)] * len(zs)):
        logits = values(zs)
        slopes = mg.grad(losses.cross_entropy(logits, target), logits, create_graph=True)
        for i, slope in enumerate(slopes):
            row = [d if isinstance(d, float) else d.data for d in mg.grad(slope, logits)]
            assert row == pytest.approx([p[i] * ((i == j) - p[j]) for j in range(len(zs))])


def test_squared_errors_in_their_three_sizes() -> None:
    outputs, targets = [1.0, 2.0, 4.0], [0.0, 4.0, 4.5]
    assert losses.half_squared_error(values(outputs), targets).data == 2.625
    assert losses.squared_error(values(outputs), targets).data == 5.25
    assert losses.mean_squared_error(values(outputs), targets).data == 1.75
    a = Value(0.75)
    losses.half_squared_error(a, 1.0).backward()
    assert a.grad == -0.25


@pytest.mark.parametrize(("score", "label", "loss", "gradient"), [
    (0.25, 1, 0.75, -1.0),
    (0.25, -1, 1.25, 1.0),
    (0.25, 0, 1.25, 1.0),
    (2.0, 1, 0.0, 0.0),
    (1.0, 1, 0.0, 0.0),
])  # fmt: skip
def test_hinge_asks_for_a_margin_of_one(
    score: float, label: int, loss: float, gradient: float
) -> None:
    for given_label in (label, mg.constant(label)):
        s = Value(score)
        out = losses.hinge(s, given_label)
        out.backward()
        assert (out.data, s.grad) == (loss, gradient)


def test_multiclass_hinge_on_the_course_notes_numbers() -> None:
    # CS231n, lecture 3: scores of a cat, a car and a frog picture; losses 2.9, 0 and 12.9
    pictures = [([3.2, 5.1, -1.7], 0, 2.9), ([1.3, 4.9, 2.0], 1, 0), ([2.2, 2.5, -3.1], 2, 12.9)]
    for scores, target, expected in pictures:
        for given_target in (target, mg.constant(target)):
            loss = losses.multiclass_hinge(values(scores), given_target)
            assert loss.data == pytest.approx(expected, abs=1e-12)


def test_multiclass_hinge_pushes_the_right_class_once_for_each_rival() -> None:
    for target in (0, mg.constant(0)):
        scores = values([3.2, 5.1, 2.9])
        losses.multiclass_hinge(scores, target).backward()
        assert [s.grad for s in scores] == [-2.0, 1.0, 1.0]


def test_l2_regularization_pulls_to_zero() -> None:
    w = values([3.0, -4.0])
    loss = losses.l2_regularization(w, 0.1)
    loss.backward()
    assert loss.data == 2.5
    assert [p.grad for p in w] == pytest.approx([0.6, -0.8])


@pytest.mark.parametrize("point", [[0.3, -1.2, 2.0], [5.0, 5.5, -3.0]])
@pytest.mark.parametrize(
    "loss",
    [
        lambda *z: losses.cross_entropy(z, 1),
        lambda *z: losses.multiclass_hinge(z, 1),
        lambda *z: losses.mean_squared_error(z, [1, 2, 3]),
        lambda *z: losses.binary_cross_entropy(z[0], 1) + losses.hinge(z[1], -1),
    ],
)
def test_gradients_are_the_slopes(loss: object, point: list[float]) -> None:
    zs = values(point)
    loss(*zs).backward()
    for j, z in enumerate(zs):
        ends = []
        for sign in (-1, 1):
            moved = list(point)
            moved[j] += sign * 1e-6
            ends.append(loss(*values(moved)).data)
        assert z.grad == pytest.approx((ends[1] - ends[0]) / 2e-6, abs=1e-6)


@pytest.mark.parametrize(
    ("loss", "targets"),
    [
        (losses.cross_entropy, [0, 2, 1]),
        (losses.multiclass_hinge, [2, 0, 1]),
        (losses.squared_error, [[1.0, 2.0, 3.0], [0.0, -1.0, 0.5]]),
        (lambda z, t: losses.binary_cross_entropy(z[0], t), [0, 1, 0.25]),
        (lambda z, t: losses.hinge(z[0], t), [1, -1, 0]),
    ],
)
def test_a_compiled_loss_follows_targets_that_change(loss: object, targets: list) -> None:
    numbers = [0.3, -1.2, 2.0]
    compiled = mg.compile(loss)
    for target in targets:
        one, other = values(numbers), values(numbers)
        by_replay, by_hand = compiled(one, target), loss(other, target)
        by_replay.backward()
        by_hand.backward()
        assert by_replay.data == pytest.approx(by_hand.data, abs=1e-15)
        assert [z.grad for z in one] == pytest.approx([z.grad for z in other], abs=1e-15)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: losses.cross_entropy(values([1, 2]), 2), "from 0 to 1, got the int 2"),
        (lambda: losses.cross_entropy(values([1, 2]), 0.5), "number of a class"),
        (lambda: losses.cross_entropy(values([1, 2]), [1.0]), "2 logits, got 1"),
        (lambda: losses.cross_entropy(values([1, 2]), [1.5, -0.5]), "from 0 to 1, got 1.5"),
        (lambda: losses.cross_entropy(values([1, 2]), [mg.constant(1), -0.1]), "got -0.1"),
        (lambda: losses.cross_entropy(values([1, 2]), [0.5, math.nan]), "got nan"),
        (lambda: losses.cross_entropy(values([1, 2]), [0.5, 0.6]), "sum 1, got the sum 1.1"),
        (lambda: losses.cross_entropy(values([1, 2]), [0, 0]), "got the sum 0"),
        (
            lambda: losses.cross_entropy(values([1, 2, 3]), [0.5, Value(0.0), 0.6]),
            "got the sum 1.1",
        ),
        (lambda: mg.compile(losses.cross_entropy)(values([1, 2]), [2, 3]), "from 0 to 1, got 2"),
        (
            lambda: mg.compile(losses.cross_entropy).batch([[1, 2]] * 9, [[0, 1]] * 8 + [[1, 1]]),
            "got the sum 2",
        ),
        (lambda: losses.cross_entropy(values([1]), 0), "cross_entropy needs at least two logits"),
        (lambda: losses.multiclass_hinge(values([1]), 0), "at least two scores"),
        (lambda: losses.squared_error(values([1, 2]), [1]), "2 outputs and 1 targets"),
        (lambda: losses.hinge(Value(1.0), 2), "got 2"),
        (lambda: losses.binary_cross_entropy(Value(1.0), -1), "from 0 to 1"),
    ],
)
def test_wrong_shapes_and_labels_are_named(call: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


W = Value(0.3)
WITH_A_LABEL = {
    "binary cross entropy": lambda x, y: losses.binary_cross_entropy(W * x, y),
    "hinge": lambda x, y: losses.hinge(W * x, y),
    "cross entropy": lambda x, y: losses.cross_entropy([W * x, x], [y, 1.0 - y]),
}


@pytest.mark.parametrize("name", WITH_A_LABEL)
@pytest.mark.parametrize("label", [2.0, 3.0, -5.0, math.nan])
def test_a_label_that_is_none_gives_nan_in_a_replay_and_an_error_elsewhere(name, label):
    loss = WITH_A_LABEL[name]
    for y in (label, Value(label), mg.constant(label)):
        with pytest.raises(ValueError, match="needs"):
            loss(1.0, y)
    for executor in ("auto", "python"):
        replay = mg.compile(loss, executor=executor)
        for _ in range(9):
            assert replay(1.0, 1.0).data == pytest.approx(loss(1.0, 1.0).data)
            assert replay(2.0, 0.0).data == pytest.approx(loss(2.0, 0.0).data)
        assert math.isnan(replay(1.0, label).data)
        replay.batch([1.0] * 8, [0.0, 1.0] * 4)
        replay.batch([1.0] * 8, [1.0, 0.0] * 4)
        assert math.isnan(
            replay.batch([1.0] * 9, [0.0, 1.0, 1.0, label, 1.0, 0.0, 0.0, 1.0, 1.0]).data
        )


def powers_and_sum(zs):
    powers = [z.exp() for z in (*zs, Value(0.5))]
    return powers, sum(powers)


@pytest.mark.parametrize(
    "outputs",
    [
        lambda zs: [z.sigmoid() for z in zs],
        lambda zs: [1.0 - z.sigmoid() for z in zs],
        lambda zs: [(z.tanh() + 1.0) / 2.0 for z in zs],
        lambda zs: [p * 1.0 for p in losses.softmax(zs)],
        lambda zs: [mg.clip(z, 0, 1) for z in zs],
        lambda zs: [p + 1e-8 for p in losses.softmax(zs)],
        lambda zs: (lambda powers: [p / sum(powers) for p in powers])([z.exp() for z in zs]),
        lambda zs: (lambda ps, total: [p / total for p in ps])(*powers_and_sum(zs)),
        lambda zs: (lambda ps, total: [p * total**-1 for p in ps])(*powers_and_sum(zs)),
        lambda zs: (lambda ps, total: [p * (1 / total) for p in ps])(*powers_and_sum(zs)),
        lambda zs: mg.nn.MLP(2, [3, 2], activation=["tanh", "sigmoid"], seed=0)(zs),
    ],
)
def test_cross_entropy_over_outputs_that_are_squashed_already_is_refused(outputs):
    with pytest.raises(ValueError, match=r"would be squashed twice: pass the logits"):
        losses.cross_entropy(outputs([Value(1.0), Value(-2.0)]), 0)


def test_the_result_of_a_compiled_function_is_a_logit_or_squashed_as_its_last_gate_says():
    double, squash = mg.compile(lambda z: 2.0 * z), mg.compile(lambda z: z.sigmoid())
    z = Value(0.25)
    with_parameter = mg.compile(lambda x: (x * z).sigmoid())
    loss = losses.binary_cross_entropy(double(z), 1)
    loss.backward()
    assert z.grad == pytest.approx(2.0 * (mg.sigmoid(0.5) - 1.0))
    assert losses.cross_entropy([double(z), double(-z)], 0).data < 0.4
    for output in (squash(z), with_parameter(1.0), squash(z) + 1e-7):
        with pytest.raises(ValueError, match="would be squashed twice"):
            losses.binary_cross_entropy(output, 1)


def test_cross_entropy_takes_scores_of_which_one_is_squashed_by_chance():
    assert losses.cross_entropy([Value(1.0).sigmoid(), Value(2.0)], 1).data > 0.0
    assert losses.cross_entropy([Value(1.0).relu(), Value(2.0).tanh()], 1).data > 0.0


def test_lists_in_a_list_are_refused_with_what_to_write():
    for outputs, targets in (([[Value(1.0)]], [[1.0]]), ([Value(1.0)], [(1.0,)])):
        for loss in (losses.squared_error, losses.mean_squared_error, losses.half_squared_error):
            with pytest.raises(TypeError, match=r"of one example.*got the .*mg\.mean"):
                loss(outputs, targets)


INFINITE = [  # logits, softmax, and the cross entropy of each class
    ([0.0, inf], [0.0, 1.0], [inf, 0.0]),
    ([inf, 3.0, -inf], [1.0, 0.0, 0.0], [0.0, inf, inf]),
    ([-inf, 0.0], [0.0, 1.0], [inf, 0.0]),
    ([0.0, inf, inf], [nan, nan, nan], [inf, nan, nan]),
    ([-inf, -inf], [nan, nan], [nan, nan]),
    ([0.0, inf, nan], [nan, nan, nan], [nan, nan, nan]),
]


@pytest.mark.parametrize("executor", [None, "python", "tape", "lanes"])
@pytest.mark.parametrize(("logits", "probabilities", "surprises"), INFINITE)
def test_infinite_logits_give_the_limit_where_there_is_one(
    logits, probabilities, surprises, executor
):
    def made(function):
        return mg.compile(function, executor=executor) if executor else function

    found = made(lambda *zs: losses.softmax(zs))(*values(logits))
    shares = [p.data for p in found]
    if nan in probabilities:
        assert all(map(isnan, shares))
    else:
        assert shares == probabilities
        mg.sum([p * (i + 1.0) for i, p in enumerate(found)]).backward()
    for k, expected in enumerate(surprises):
        onehot = [float(i == k) for i in range(len(logits))]
        for target in (k, onehot):
            zs = values(logits)
            loss = made(lambda *zs, y=target: losses.cross_entropy(zs, y))(*zs)
            assert repr(loss.data) == repr(expected)
            if expected == expected:
                loss.backward()
                assert all(isfinite(z.grad) for z in zs)


@pytest.mark.parametrize(
    "of_a_row",
    [
        losses.binary_cross_entropy,
        losses.hinge,
        lambda z, y: losses.cross_entropy([z, 0.0], y),
        lambda z, y: losses.multiclass_hinge([z, 0.0], y),
        lambda z, y: losses.squared_error([z], [y]),
    ],
)
def test_a_row_of_a_column_of_targets_is_refused_with_ravel(of_a_row):
    column = pytest.importorskip("numpy").array([[0.0], [1.0], [1.0]])
    with pytest.raises((TypeError, ValueError), match=r"column.*\.ravel\(\)|\.ravel\(\).*column"):
        of_a_row(Value(0.5), column[0])
    with pytest.raises((TypeError, ValueError), match=r"column.*\.ravel\(\)"):
        losses.squared_error([Value(0.5)] * 3, column)
