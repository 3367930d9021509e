"""fit: learning, stopping, interruption; history, progress and pictures."""

import re
import sys
from typing import Any

import pytest
from helpers.data_frames import Labelled

import minigrad as mg
from minigrad import Value, nn
from minigrad.nn.accuracy import accuracy
from minigrad.pictures.chart import Axis, Panel, chart_svg
from minigrad.training.decision_boundary import contour_lines
from minigrad.training.fit import fit
from minigrad.training.history import Epoch, History
from minigrad.training.progress import Progress, line

LINE = ([0.0, 1.0, 2.0, 3.0, 4.0], [1.0, 3.0, 5.0, 7.0, 9.0])


class Line(nn.Module):
    def __init__(self) -> None:
        self.slope, self.offset = Value(0.0), Value(0.0)

    def __call__(self, x: float) -> Value:
        return self.slope * x + self.offset

    def loss(self, x: float, y: float) -> Value:
        return (self(x) - y) ** 2


def fit_line(**settings: Any) -> tuple[Line, History]:
    model = Line()
    optimizer = mg.optim.SGD(model.parameters(), lr=0.05)
    settings = {"data": LINE, "optimizer": optimizer, "epochs": 20, **settings}
    return model, fit(settings.pop("loss", model.loss), **settings)


def test_two_moons_are_separated_on_points_not_seen() -> None:
    X, y = mg.datasets.moons(60, noise=0.05, seed=1)
    unseen = mg.datasets.moons(200, noise=0.05, seed=2)
    model = nn.MLP(2, [8, 1], activation="tanh", seed=1)
    optimizer = mg.optim.Adam(model.parameters(), lr=0.1)
    loss = lambda x, t: mg.losses.binary_cross_entropy(model(x), t)
    history = fit(loss, data=(X, y), optimizer=optimizer, epochs=60, batch_size=15)
    assert accuracy(model, *unseen) > 0.99
    assert history.loss[-1] < 0.05 < history.loss[0]


def test_a_spiral_is_learnt_on_points_not_seen() -> None:
    X, y = mg.datasets.spirals(120, noise=0.0, seed=1)
    unseen = mg.datasets.spirals(200, noise=0.01, seed=2)
    model = nn.MLP(2, [16, 8, 1], activation="tanh", seed=1)
    rate = mg.optim.cosine(0.03, steps=100 * 12, final=0.003)
    optimizer = mg.optim.Adam(model.parameters(), lr=rate)
    loss = mg.compile(lambda x, t: mg.losses.binary_cross_entropy(model(x), t))
    fit(loss, data=(X, y), optimizer=optimizer, epochs=100, batch_size=10)
    assert accuracy(model, *unseen) > 0.95


def test_a_full_batch_is_gradient_descent_on_the_mean() -> None:
    model, history = fit_line(epochs=1)
    assert history.loss == [pytest.approx(sum(y * y for y in LINE[1]) / 5)]
    slope = sum(2 * -y * x for x, y in zip(*LINE)) / 5
    assert model.slope.data == pytest.approx(-0.05 * slope)
    offset = sum(2 * -y for y in LINE[1]) / 5
    assert history.epochs[0].gradient_norm == pytest.approx((slope**2 + offset**2) ** 0.5)


def test_a_seed_repeats_the_shuffling() -> None:
    one = fit_line(batch_size=2, seed=1)[1].loss
    assert one == fit_line(batch_size=2, seed=1)[1].loss
    assert one != fit_line(batch_size=2, seed=2)[1].loss


def test_every_row_is_seen_once_an_epoch() -> None:
    seen: list[float] = []
    model = Line()

    def loss(x: float, y: float) -> Value:
        seen.append(x)
        return model.loss(x, y)

    fit_line(loss=loss, optimizer=mg.optim.SGD(model.parameters()), batch_size=2, epochs=2)
    assert sorted(seen[:5]) == sorted(seen[5:]) == LINE[0]


def test_a_loss_with_a_batch_method_is_given_whole_batches() -> None:
    model = Line()
    sizes = []

    class Batched:
        def __call__(self, x: float, y: float) -> Value:
            raise AssertionError("row by row")

        def batch(self, X: list[float], Y: list[float]) -> Value:
            sizes.append(len(X))
            return mg.sum([model.loss(x, y) for x, y in zip(X, Y)]) / len(X)

    optimizer = mg.optim.SGD(model.parameters(), lr=0.05)
    _, history = fit_line(loss=Batched(), optimizer=optimizer, batch_size=2, seed=1)
    assert sizes[:3] == [2, 2, 1]
    assert history.loss == pytest.approx(fit_line(batch_size=2, seed=1)[1].loss)


def test_a_compiled_loss_trains_to_the_same_numbers() -> None:
    model = Line()
    optimizer = mg.optim.SGD(model.parameters(), lr=0.05)
    compiled = mg.compile(model.loss)
    _, history = fit_line(loss=compiled, optimizer=optimizer, batch_size=2, validation=LINE)
    expected, by_rows = fit_line(batch_size=2, validation=LINE)
    assert history.loss == pytest.approx(by_rows.loss, rel=1e-12)
    assert history.column("validation_loss") == pytest.approx(by_rows.column("validation_loss"))
    assert model.slope.data == pytest.approx(expected.slope.data, rel=1e-12)


@pytest.mark.parametrize("batch_size", [None, 2])
@pytest.mark.parametrize("made", [lambda loss: loss, mg.compile])
def test_rows_of_a_data_frame_belong_together_by_their_places(made: Any, batch_size: Any) -> None:
    expected, _ = fit_line(batch_size=batch_size)
    model = Line()
    optimizer = mg.optim.SGD(model.parameters(), lr=0.05)
    data = (Labelled(LINE[0]), LINE[1])
    fit_line(loss=made(model.loss), optimizer=optimizer, batch_size=batch_size, data=data)
    assert model.slope.data == pytest.approx(expected.slope.data, rel=1e-12)


def test_ctrl_c_returns_the_history_and_a_whole_model() -> None:
    model = Line()
    calls = 0

    def loss(x: float, y: float) -> Value:
        nonlocal calls
        calls += 1
        if calls == 5 * 3 + 3:
            raise KeyboardInterrupt
        return model.loss(x, y)

    optimizer = mg.optim.SGD(model.parameters(), lr=0.05)
    _, history = fit_line(loss=loss, optimizer=optimizer)
    whole, _ = fit_line(epochs=3)
    assert history.stopped == "interrupted"
    assert len(history.epochs) == 3
    assert model.state_dict() == whole.state_dict()


def test_patience_ends_training_and_puts_the_best_parameters_back() -> None:
    model = Line()
    optimizer = mg.optim.SGD(model.parameters(), lr=0.05)
    at_epoch: list[dict[str, float]] = []
    _, history = fit_line(
        loss=model.loss,
        optimizer=optimizer,
        epochs=200,
        validation=([0.0], [0.3]),
        patience=3,
        callbacks=[lambda epoch: at_epoch.append(model.state_dict())],
    )
    losses = history.column("validation_loss")
    best = losses.index(min(losses))
    assert len(losses) == best + 1 + 3 < 200
    assert history.stopped.startswith(f"stopped early: best loss {losses[best]:.4g}")
    assert model.state_dict() == at_epoch[best]


def test_a_callback_can_stop() -> None:
    _, history = fit_line(callbacks=[lambda epoch: epoch.number == 4])
    assert len(history.epochs) == 4
    assert history.stopped == "stopped by a callback"


def test_a_loss_that_overflows_stops_before_it_spoils_the_parameters() -> None:
    model = Line()
    optimizer = mg.optim.SGD(model.parameters(), lr=1e4)
    with pytest.warns(RuntimeWarning, match="lower the learning rate"):
        _, history = fit_line(loss=model.loss, optimizer=optimizer, epochs=500)
    assert "in epoch" in history.stopped
    assert all(abs(number) < float("inf") for number in model.state_dict().values())


def test_clip_norm_limits_the_step() -> None:
    model, history = fit_line(epochs=1, clip_norm=1.0)
    moved = (model.slope.data**2 + model.offset.data**2) ** 0.5
    assert moved == pytest.approx(0.05)
    assert history.epochs[0].gradient_norm > 1.0


def test_accuracy_knows_scores_signs_and_classes() -> None:
    assert accuracy(lambda x: Value(x), [0.5, -0.5, 2.0], [1, -1, -1]) == 2 / 3
    assert accuracy(lambda x: [x, 1.0, 0.0], [0.5, 2.0], [1, 0]) == 1.0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"data": ([1.0], [1.0, 2.0])}, "got lengths 1, 2"),
        ({"data": ([], [])}, "got lengths 0, 0"),
        ({"data": 3}, "must be \\(X, Y\\)"),
        ({"data": (LINE[0],), "model": Line()}, "got 1 columns"),
        ({"threshold": 0.5}, "pass model= too"),
        ({"epochs": 0}, "epochs must be at least 1"),
        ({"epochs": 2.5}, r"epochs must be a whole number, got the float 2\.5"),
        ({"batch_size": 2.0}, r"batch_size must be a whole number, got the float 2\.0"),
        ({"patience": "2"}, "patience must be a whole number, got the str '2'"),
        ({"callbacks": print}, "callbacks must be a list of functions, got the builtin"),
        ({"data": ({1.0, 2.0}, [1, 2])}, "data needs lists or arrays.*the set .*pass a list"),
        ({"data": ({1.0: 1, 2.0: 1}, [1, 2])}, "data needs lists or arrays.*got the dict"),
        ({"optimizer": 0.1}, r"pass mg\.optim\.SGD"),
        ({"batch_size": 0}, "batch_size must be at least 1"),
        ({"patience": 0}, "patience must be at least 1"),
        ({"loss": lambda x, y: 3.0}, "must return a Value, got the float 3.0"),
        ({"loss": lambda x, y: None}, "got None"),
    ],
)
def test_wrong_settings_are_named(settings: dict[str, Any], message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        fit_line(**settings)


def test_the_progress_line_tells_pace_and_numbers() -> None:
    assert line(1, 4, "loss 0.5", 2.0) == "━━━━━                 1/4  loss 0.5  6 s left"
    assert line(4, 4, "loss 0.1", 8.0).endswith("8.0 s in all")


def test_progress_is_drawn_in_a_terminal_and_nowhere_else(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fit_line(epochs=2)
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    fit_line(epochs=2)
    out, err = capsys.readouterr()
    assert out == ""
    assert "2/2  loss" in err
    assert err.endswith("\n")
    fit_line(epochs=2, progress=False)
    assert capsys.readouterr().err == ""


def test_progress_in_a_notebook_is_one_element_that_changes() -> None:
    shown = []

    class Handle:
        def update(self, element: Any) -> None:
            shown.append(element._repr_html_())

    bar = Progress(2, wanted=True)
    bar.terminal = False
    bar.notebook = lambda element, display_id: shown.append(element._repr_html_()) or Handle()
    bar.show(1, "loss <1>")
    bar.close(2, "loss 0")
    assert [text.startswith("<progress value=") for text in shown] == [True, True]
    assert "&lt;1&gt;" in shown[0]


def test_history_is_saved_as_numbers(tmp_path: Any) -> None:
    _, history = fit_line(epochs=3, validation=LINE)
    history.save(tmp_path / "h.csv")
    first, *rows = (tmp_path / "h.csv").read_text().splitlines()
    table = [dict(zip(first.split(","), row.split(","))) for row in rows]
    assert [float(row["loss"]) for row in table] == history.loss
    assert [float(row["validation_loss"]) for row in table] == history.column("validation_loss")
    assert [row["number"] + row["accuracy"] for row in table] == ["1", "2", "3"]


def test_history_draws_itself_and_saves(tmp_path: Any) -> None:
    _, history = fit_line(epochs=5, validation=LINE)
    bundle = history._repr_mimebundle_()
    assert bundle["text/html"].startswith('<img src="data:image/svg+xml;base64,')
    assert bundle["text/plain"].startswith("History(5 epochs, loss 33 → ")
    history.save(tmp_path / "h.svg")
    assert (tmp_path / "h.svg").read_text().count("<polyline") == 3
    with pytest.raises(ValueError, match=r"\.svg, \.png or \.csv"):
        history.save(tmp_path / "h.gif")


def test_a_history_of_nothing_or_of_nans_can_be_drawn() -> None:
    assert "no numbers" in History().draw().svg
    history = History([Epoch(1, float("nan"), float("inf"), 0.1)])
    assert "no numbers" in history.draw().svg


def test_missing_numbers_are_gaps() -> None:
    svg = chart_svg([Panel("p", {"a": [1.0, 2.0, None, 3.0, float("nan"), 4.0, 5.0]})], "epoch")
    assert (svg.count("<polyline"), svg.count("<circle")) == (2, 1)


@pytest.mark.parametrize(
    "numbers", [[0.0], [5.0, 5.0], [-3.0, 4.0], [1e-300, 1e300], [1e-9, 2e-9], [-9e299, 9e299]]
)
def test_an_axis_encloses_its_numbers(numbers: list[float]) -> None:
    axis = Axis(numbers, "auto")
    assert 2 <= len(axis.ticks) <= 8
    assert all(-1e-9 <= axis.height(number) <= 1 + 1e-9 for number in numbers)


def test_contour_lines_are_where_the_field_is_zero() -> None:
    n = 20
    circle = [[(i - n / 2) ** 2 + (k - n / 2) ** 2 - 49.0 for k in range(n)] for i in range(n)]
    (ring,) = contour_lines(circle)
    assert ring[0] == ring[-1]
    assert all(abs(((x - 10) ** 2 + (y - 10) ** 2) ** 0.5 - 7) < 0.05 for x, y in ring)


def test_the_decision_boundary_shows_points_map_and_line(tmp_path: Any) -> None:
    points = [[0.0, 0.0], [1.0, 1.0], [1.0, 0.0]]
    picture = mg.decision_boundary(lambda x: x[0] - 0.5, points, [0, 1, 1], cells=4)
    assert picture.svg.count("<circle") == 3
    assert picture.svg.count("<path") == 1
    pytest.importorskip("resvg_py")
    picture.save(tmp_path / "b.png")
    assert (tmp_path / "b.png").read_bytes()[:4] == b"\x89PNG"


def test_the_decision_boundary_takes_several_classes_and_infinite_scores() -> None:
    inf = float("inf")
    models = [lambda x: [x[0], x[1], 0.3], lambda x: inf if x[0] > 0.5 else float("nan")]
    for model in models:
        svg = mg.decision_boundary(model, [[0, 0], [1, 1], [0, 1]], [0, 1, 2], cells=3).svg
        assert svg.count("<circle") == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([[1, 2, 3]], [0]), "two inputs"),
        (([[1, 2]], [0, 1]), "got lengths 1, 2"),
        (([[1, float("nan")]], [0]), "no place on a map"),
        (([[1, 2]], ["a"]), "got the str 'a'"),
    ],
)
def test_the_decision_boundary_needs_points_of_a_plane(arguments: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        mg.decision_boundary(lambda x: 0.0, *arguments)


@pytest.mark.parametrize("callbacks", [[5], [print, None], print, ["stop"]])
def test_a_callback_that_is_no_function_is_refused_before_anything_moves(callbacks: Any) -> None:
    w = Value(1.0)
    with pytest.raises(TypeError, match="callbacks must be a list of functions, got"):
        mg.fit(
            lambda x, y: (w * x - y) ** 2,
            data=([1.0], [2.0]),
            optimizer=mg.optim.SGD([w], lr=0.1),
            callbacks=callbacks,
            progress=False,
        )
    assert w.data == 1.0


def test_validation_has_the_columns_of_the_data():
    w = Value(1.0)
    with pytest.raises(ValueError, match="must have the 2 columns that data has, got 1"):
        mg.fit(
            lambda x, y: (w * x - y) ** 2,
            data=([1.0], [2.0]),
            validation=([1.0],),
            optimizer=mg.optim.SGD([w]),
            progress=False,
        )


@pytest.mark.parametrize("learn", [fit, mg.lr_range])
def test_a_loss_that_data_does_not_fit_is_refused_with_what_data_is(learn: Any) -> None:
    model = mg.nn.MLP(2, [1], seed=0)
    optimizer = mg.optim.SGD(model.parameters(), lr=0.1)
    X, Y = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1]

    def loss(x: Any, y: Any) -> Value:
        return mg.losses.squared_error(model(x), y)

    for given, data, words in (
        (loss, X, "from each list in data, 3 here"),
        (lambda x: model(x), (X, Y), "too many positional arguments): data is (X, Y)"),
        (mg.compile(loss), (X,), "missing a required argument: 'y'): data is (X, Y)"),
        (model, (X, Y), "it is a model: write lambda x, y: mg.losses"),
        (3.0, (X, Y), "loss is a function of a row that returns a Value, got the float 3.0"),
    ):
        with pytest.raises(TypeError, match=re.escape(words)):
            learn(given, data=data, optimizer=optimizer)


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("batch_size", [None, 1])
@pytest.mark.parametrize("learn", [fit, mg.lr_range])
def test_parameters_of_another_model_are_refused(
    learn: Any, batch_size: int | None, compiled: bool
) -> None:
    v, w = Value(1.0), Value(5.0)
    loss: Any = lambda x, y: (v * x - y) ** 2
    with pytest.raises(ValueError, match="none of the 1 parameters: give the optimizer those of"):
        learn(
            mg.compile(loss) if compiled else loss,
            data=([1.0, 2.0], [1.0, 3.0]),
            optimizer=mg.optim.SGD([w], lr=0.1),
            batch_size=batch_size,
        )
    assert (v.data, w.data) == (1.0, 5.0)
