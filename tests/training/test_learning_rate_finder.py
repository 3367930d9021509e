"""The learning-rate finder: what it finds, that nothing is changed, and its picture."""

from __future__ import annotations

from typing import Any

import pytest

import minigrad as mg
from minigrad import Value, nn
from minigrad.pictures.chart import Panel, chart_svg
from minigrad.training.learning_rate_finder import LearningRates

X, Y = mg.datasets.moons(60, noise=0.1, seed=1)


def moons(optimizer: Any = mg.optim.SGD, compiled: bool = True, **settings: Any) -> Any:
    model = nn.MLP(2, [8, 1], activation="tanh", seed=1)

    def loss(x: Any, label: Any) -> Value:
        return mg.losses.binary_cross_entropy(model(x), label)

    chosen = optimizer(model.parameters())
    made = mg.compile(loss) if compiled else loss
    return model, chosen, mg.lr_range(made, data=(X, Y), optimizer=chosen, **settings)


def test_on_a_parabola_the_loss_rises_beyond_the_rate_that_analysis_gives() -> None:
    w = Value(1.0)  # each step multiplies w by 1 − 2·rate: smaller below 1, larger above
    found = mg.lr_range(
        lambda x: x * w * w, data=([1.0],), optimizer=mg.optim.SGD([w]), low=1e-3, high=1e3
    )
    before_it = found.rates[found.rates.index(found.lowest) - 1]
    assert found.fastest is not None
    assert found.fastest < before_it < 1.0 < found.lowest < found.rates[-1] < 1e3
    assert found.losses[-1] > 4 * min(found.losses)


@pytest.mark.parametrize("optimizer", [mg.optim.SGD, mg.optim.Adam])
@pytest.mark.parametrize("batch_size", [None, 10])
def test_training_with_the_rate_that_it_finds_works(optimizer: Any, batch_size: Any) -> None:
    model, chosen, found = moons(optimizer, batch_size=batch_size)
    chosen.lr = found.suggestion
    loss = mg.compile(lambda x, label: mg.losses.binary_cross_entropy(model(x), label))
    history = mg.fit(
        loss, data=(X, Y), optimizer=chosen, epochs=40, batch_size=batch_size, progress=False
    )
    assert not history.stopped
    assert history.loss[-1] < 0.7 * history.loss[0]


def test_rates_grow_by_one_factor_and_compiled_and_eager_agree() -> None:
    *_, compiled = moons(steps=20, batch_size=15)
    *_, eager = moons(steps=20, batch_size=15, compiled=False)
    factors = {round(b / a, 9) for a, b in zip(compiled.rates, compiled.rates[1:])}
    assert len(factors) == 1
    assert compiled.losses == pytest.approx(eager.losses, rel=1e-9)


@pytest.mark.parametrize("lr", [0.3, lambda step: 0.3 / (1 + step)])
def test_parameters_gradients_and_optimiser_are_as_before(lr: Any) -> None:
    v, w = Value(0.5), Value(2.0)
    v.grad = 3.0
    optimizer = mg.optim.SGD([v, w], lr=lr, momentum=0.9)
    optimizer.step()
    before = v.data, w.data, v.grad, w.has_grad, optimizer.lr, optimizer.steps, optimizer.schedule
    twin_v = v.data - optimizer.lr * (0.9 * 3.0 + 3.0)  # the velocity is kept as well
    mg.lr_range(lambda x: (v * x + w) ** 2, data=([1.0, 2.0],), optimizer=optimizer)
    after = v.data, w.data, v.grad, w.has_grad, optimizer.lr, optimizer.steps, optimizer.schedule
    assert after == before
    optimizer.step()
    assert v.data == pytest.approx(twin_v)


def test_an_exception_in_the_loss_leaves_the_parameters_as_they_were() -> None:
    w, calls = Value(1.0), []

    def loss(x: float) -> Value:
        calls.append(x)
        if len(calls) > 9:
            raise KeyboardInterrupt
        return (w * x) ** 2

    with pytest.raises(KeyboardInterrupt):
        mg.lr_range(loss, data=([1.0],), optimizer=mg.optim.SGD([w]), low=0.01)
    assert w.data == 1.0


def test_of_many_rows_a_sample_is_measured() -> None:
    w, seen = Value(0.0), []

    def loss(x: float) -> Value:
        seen.append(x)
        return (w - x) ** 2

    rows = [float(i) for i in range(1000)]
    mg.lr_range(loss, data=(rows,), optimizer=mg.optim.SGD([w]), steps=2, batch_size=10)
    assert seen[:200] == rows[::5]
    assert len(seen) == 2 * (200 + 10)


def test_a_loss_that_never_falls_gets_no_rate() -> None:
    w = Value(0.0)
    found = mg.lr_range(lambda x: w * w + x, data=([1.0],), optimizer=mg.optim.SGD([w]))
    assert found.fastest is None
    assert found.suggestion is None
    assert "never falls" in repr(found)
    assert "falls fastest" not in found.draw().svg


def test_the_picture_has_the_rates_below_and_a_mark_where_it_falls_fastest(tmp_path: Any) -> None:
    *_, found = moons()
    svg = found.draw("dark").svg
    for word in ("learning rate", "0.001", "0.1", f"falls fastest at {found.fastest:.2g}"):
        assert f">{word}</text>" in svg
    assert found._repr_mimebundle_()["text/plain"] == repr(found)
    found.save(tmp_path / "rates.png")
    assert (tmp_path / "rates.png").read_bytes().startswith(b"\x89PNG")


def test_a_mark_stands_at_its_place_among_the_points() -> None:
    panel = Panel("loss", {"": [3.0, 2.0, 1.0]})
    svg = chart_svg([panel], "rate", ticks=[(0, "a"), (2, "b")], mark=(1, "here"))
    assert 'x1="300.0" x2="300.0"' in svg  # half way between 58 and 542
    assert ">here</text>" in svg
    assert ">1</text>" in svg  # of the vertical axis
    assert ">2</text>" in svg
    assert svg.index(">a</text>") < svg.index(">b</text>")


def test_the_suggestion_stays_well_below_the_rate_from_which_the_loss_rises() -> None:
    *_, found = moons(mg.optim.Adam)
    assert found.suggestion == min(found.fastest, found.lowest / 5)
    falling = [3.0] * 9 + [2.9, 2.0, 1.0, 4.0]
    late = LearningRates([1.2**i for i in range(13)], falling)
    assert late.fastest is not None
    assert late.fastest > late.lowest / 5 == late.suggestion


def test_a_fall_behind_a_rise_does_not_count() -> None:
    rates = [10.0 ** (i / 4) for i in range(17)]
    valley = [1.0, 1.0, 1.001, 1.0, 0.9, 0.8, 0.7, 0.6, 0.5]
    found = LearningRates(rates, [*valley, 2.0, 2.0, 2.0, 0.4, 0.4, 0.4, 2.0, 2.0])
    assert rates[2] <= found.fastest <= rates[6]  # type: ignore[operator]


def test_one_step_alone_is_a_picture_too() -> None:
    assert "<circle" in LearningRates([0.1], [1.0]).draw().svg


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"low": 0.0}, ValueError, "low must be above 0, and high above low, got 0.0 and 10.0"),
        ({"low": 1.0, "high": 0.1}, ValueError, "got 1.0 and 0.1"),
        ({"high": float("inf")}, ValueError, "got 1e-05 and inf"),
        ({"high": "much"}, TypeError, "expected a number, got the str 'much'"),
        ({"steps": 1}, ValueError, "steps must be at least 2, got 1"),
        ({"steps": 2.5}, TypeError, "steps must be a whole number"),
        ({"optimizer": "SGD"}, TypeError, "lr_range needs an optimizer, got the str 'SGD'"),
        ({"data": ([1.0], [1.0, 2.0])}, ValueError, "lists of one length"),
    ],
)
def test_what_makes_no_sense_is_said(settings: Any, error: Any, message: str) -> None:
    w = Value(1.0)
    given = {"data": ([1.0],), "optimizer": mg.optim.SGD([w]), **settings}
    with pytest.raises(error, match=message):
        mg.lr_range(lambda x: w * x, **given)


def test_a_loss_that_is_not_finite_at_the_start_is_an_error() -> None:
    w = Value(-1.0)
    with pytest.raises(ValueError, match=r"look with mg.first_nonfinite\(loss\)"):
        mg.lr_range(lambda x: (w * x).log(), data=([1.0],), optimizer=mg.optim.SGD([w]))
