"""Health: what is dead, saturated, vanishing, exploding or not finite is found, and only that."""

import pytest

import minigrad as mg
from minigrad import Value, nn
from minigrad.training.health import ADVICE, health

X, Y = mg.datasets.moons(20, seed=1)


def loss_of(model: nn.MLP) -> Value:
    loss = mg.sum([mg.losses.binary_cross_entropy(model(x), y) for x, y in zip(X, Y)]) / len(X)
    model.zero_grad()
    loss.backward()
    return loss


def test_an_ordinary_network_is_healthy() -> None:
    model = nn.MLP(2, [8, 8, 1], activation="tanh", weights="xavier", seed=1)
    report = health(loss_of(model), optimizer=mg.optim.SGD(model.parameters(), lr=0.05))
    assert report
    assert repr(report).startswith("healthy")
    rows = report.layers.rows
    assert [row[0] for row in rows] == [1, 2, 3]
    for row, layer in zip(rows, model.layers):
        norm = sum(p.grad**2 for p in layer.parameters()) ** 0.5
        size = sum(p.data**2 for p in layer.parameters()) ** 0.5
        assert row[2:] == pytest.approx((size, norm, 0.05 * norm / size))


def test_a_relu_that_no_row_opens_is_dead_and_named() -> None:
    model = nn.MLP(2, [4, 1], activation="relu", weights="he", seed=1)
    model.layers[0].neurons[2].b.data = -100.0
    report = health(loss_of(model))
    assert report.kinds == {"dead"}
    assert "layer 1: 1 of 4 (unit 3)" in repr(report)
    assert not report


def test_a_relu_that_one_row_opens_is_not_dead() -> None:
    model = nn.MLP(1, [1, 1], weights=[[[1.0]], [[1.0]]])
    loss = mg.sum([model(x) for x in (-3.0, -2.0, 1.0)])
    loss.backward()
    assert "dead" not in health(loss).kinds


@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
def test_units_on_the_flat_ends_are_saturated(activation: str) -> None:
    model = nn.MLP(2, [4, 1], activation=activation, weights="xavier", seed=1)
    for neuron in model.layers[0].neurons:
        neuron.b.data = 50.0
    report = health(loss_of(model))
    assert "saturated" in report.kinds
    assert "4 of 4 (units 1, 2, 3, 4)" in repr(report)


def test_a_fading_gradient_is_vanishing_and_a_growing_one_exploding() -> None:
    fading = nn.MLP(2, [4] * 6 + [1], activation="sigmoid", weights="xavier", seed=1)
    assert "vanishing" in health(loss_of(fading)).kinds
    growing = nn.MLP(2, [4] * 6 + [1], activation="leaky_relu", weights="uniform", seed=1)
    for layer in growing.layers:
        for w in [w for neuron in layer.neurons for w in neuron.w]:
            w.data *= 8.0 if layer.number > 1 else 1e-6
    assert "exploding" in health(loss_of(growing)).kinds


def test_numbers_that_are_not_finite_are_traced_to_their_gate() -> None:
    model = nn.MLP(1, [1, 1], activation="exp", weights=[[[1.0]], [[1.0]]])
    loss = model(1000.0)
    loss.backward()
    report = health(loss)
    assert "nonfinite" in report.kinds
    assert "exp(z_1^1 = 1000.0) gave inf" in repr(report)


@pytest.mark.parametrize(("lr", "kind"), [(1e-9, "slow"), (100.0, "fast")])
def test_steps_are_compared_with_the_weights(lr: float, kind: str) -> None:
    model = nn.MLP(2, [4, 1], activation="tanh", weights="xavier", seed=1)
    report = health(loss_of(model), optimizer=mg.optim.SGD(model.parameters(), lr=lr))
    assert report.kinds == {kind}


def test_a_model_is_judged_on_rows_or_by_its_latest_pass() -> None:
    model = nn.MLP(2, [4, 1], activation="relu", weights="he", seed=1)
    model.layers[0].neurons[0].b.data = -100.0
    loss_of(model)
    assert "1 of 4 (unit 1)" in repr(health(model, X))
    assert "dead" in health(model).kinds


def test_before_backward_gradients_are_said_to_be_missing() -> None:
    model = nn.MLP(2, [4, 1], activation="tanh", weights="xavier", seed=1)
    report = health(model, X)
    assert report.kinds == {"no gradient"}
    assert report.layers.rows[0][3] == "?"


def test_only_losses_and_networks_have_health() -> None:
    with pytest.raises(TypeError, match="got the float"):
        health(3.0)


def test_every_finding_has_advice_and_shows_in_a_notebook() -> None:
    model = nn.MLP(2, [2, 1], activation="relu", weights="zeros")
    report = health(loss_of(model))
    page = report._repr_html_()
    assert all(finding.advice in ADVICE.values() for finding in report.findings)
    assert page.count("<p>") == len(report.findings)
    assert "<table>" in page


def test_a_data_frame_is_run_row_by_row_and_no_rows_are_refused():
    pandas = pytest.importorskip("pandas")
    model = nn.MLP(2, [2, 1], activation="tanh", seed=1)
    rows = [[1.0, 2.0], [0.5, -1.0]]
    frame = pandas.DataFrame(rows, columns=["a", "b"])
    assert str(mg.health(model, frame)) == str(mg.health(model, rows))
    with pytest.raises(ValueError, match="at least one row"):
        mg.health(model, [])
    with pytest.raises(TypeError, match="in which every row has its place"):
        mg.health(model, {"a": [1.0, 2.0]})
