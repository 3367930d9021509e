"""Optimisers against PyTorch, on Values and on arrays; schedules and clipping."""

import copy
import pickle
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

import minigrad as mg
from minigrad import Value, optim

# The ends of 100 steps of PyTorch 2.13 in float64 from (1.5, −2) down the function of `descend`.
TRAJECTORIES = [
    (optim.SGD, {"lr": 0.01}, (0.7196064419145265, -0.13047228815687198)),
    (optim.SGD, {"lr": 0.01, "momentum": 0.9}, (-0.4048515357097168, 0.05793132728740672)),
    (
        optim.SGD,
        {"lr": 0.01, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1},
        (-0.29981523762529444, 0.04900438473164564),
    ),
    (optim.Adam, {"lr": 0.05}, (0.47564101911716844, -0.08278257551908676)),
    (
        optim.Adam,
        {"lr": 0.05, "betas": (0.8, 0.95), "weight_decay": 0.1},
        (0.3153067691989183, -0.0531474759659584),
    ),
    (optim.AdamW, {"lr": 0.05, "weight_decay": 0.1}, (0.366876125219021, -0.06488610275603207)),
]


def height(x: Any, y: Any) -> Any:
    return x**4 / 4 + mg.sin(x * y) + y**2 * 3


def descend(make: Callable[[list[Value]], optim.Optimizer]) -> list[list[float]]:
    x, y = Value(1.5), Value(-2.0)
    optimizer = make([x, y])
    path = []
    for _ in range(100):
        optimizer.zero_grad()
        height(x, y).backward()
        optimizer.step()
        path.append([x.data, y.data])
    return path


@pytest.mark.parametrize(("kind", "settings", "end"), TRAJECTORIES)
def test_a_hundred_steps_end_where_pytorch_ends(
    kind: type[optim.Optimizer], settings: dict[str, Any], end: tuple[float, float]
) -> None:
    path = descend(lambda parameters: kind(parameters, **settings))
    assert path[-1] == pytest.approx(end, abs=1e-11)


@pytest.mark.parametrize(("kind", "settings", "end"), TRAJECTORIES)
def test_every_step_is_pytorchs(
    kind: type[optim.Optimizer], settings: dict[str, Any], end: object
) -> None:
    torch = pytest.importorskip("torch")
    p = torch.tensor([1.5, -2.0], requires_grad=True, dtype=torch.float64)
    theirs = getattr(torch.optim, kind.__name__)([p], **settings)
    for x, y in descend(lambda parameters: kind(parameters, **settings)):
        theirs.zero_grad()
        (p[0] ** 4 / 4 + (p[0] * p[1]).sin() + p[1] ** 2 * 3).backward()
        theirs.step()
        assert [x, y] == pytest.approx(p.tolist(), abs=1e-11)


class Everything:
    """All parameters at once, as an array."""

    def __init__(self, data: Any) -> None:
        self.data, self.grad = data, None


@pytest.mark.parametrize(("kind", "settings", "end"), TRAJECTORIES)
def test_an_array_of_all_parameters_takes_the_same_path(
    kind: type[optim.Optimizer], settings: dict[str, Any], end: object
) -> None:
    numpy = pytest.importorskip("numpy")
    holder = Everything(numpy.array([1.5, -2.0]))
    optimizer = kind([holder], **settings)
    for expected in descend(lambda parameters: kind(parameters, **settings)):
        x, y = map(Value, holder.data)
        height(x, y).backward()
        holder.grad = numpy.array([x.grad, y.grad])
        optimizer.step()
        assert holder.data.tolist() == pytest.approx(expected, abs=1e-12)


def test_a_parameter_without_gradient_is_left_alone() -> None:
    used, unused = Value(1.0), Value(1.0)
    optimizer = optim.AdamW([used, unused], lr=0.1, weight_decay=0.5)
    (used * used).backward()
    optimizer.step()
    assert used.data < 1.0
    assert unused.data == 1.0


def test_a_step_without_any_gradient_is_an_error() -> None:
    with pytest.raises(ValueError, match="call backward"):
        optim.SGD([Value(1.0)]).step()


def test_a_step_that_fails_halfway_changes_nothing() -> None:
    class Stubborn(Value):
        @property
        def data(self) -> float:
            return self._datum

        @data.setter
        def data(self, number: float) -> None:
            if number != 1.0:
                raise KeyboardInterrupt
            self._datum = number

    parameters = [Value(1.0), Stubborn.__new__(Stubborn)]
    parameters[1]._datum, parameters[1]._first, parameters[1]._second = 1.0, None, None
    parameters[1].gate = None
    for p in parameters:
        p.grad = 2.0
    optimizer = optim.SGD(parameters, lr=0.1, momentum=0.5)
    with pytest.raises(KeyboardInterrupt):
        optimizer.step()
    assert [p.data for p in parameters] == [1.0, 1.0]
    assert optimizer.steps == 0


def test_schedules_follow_their_formulas() -> None:
    numbers = [optim.linear(1.0, 0.1, steps=100)(k) for k in range(100)]
    assert numbers == pytest.approx([1.0 - 0.9 * k / 100 for k in range(100)])
    assert optim.cosine(1.0, steps=4)(1) == pytest.approx(0.5 + 0.5 * 2**-0.5)
    assert optim.cosine(1.0, steps=4, final=0.25)(99) == 0.25
    assert [optim.step_decay(1.0, every=2, factor=0.5)(k) for k in range(5)] == [
        *(1.0, 1.0, 0.5, 0.5, 0.25)
    ]


def test_an_optimizer_follows_its_schedule() -> None:
    w = Value(1.0)
    optimizer = optim.SGD([w], lr=optim.linear(0.5, 0.1, steps=2))
    moved = []
    for _ in range(3):
        w.data, w.grad = 0.0, -1.0
        optimizer.step()
        moved.append(w.data)
    assert moved == pytest.approx([0.5, 0.3, 0.1])


def test_clipping_by_norm_keeps_the_direction_and_by_value_the_sign() -> None:
    v, w = Value(0.0), Value(0.0)
    v.grad, w.grad = 30.0, -40.0
    assert optim.clip_grad_norm([v, w], 100.0) == 50.0
    assert (v.grad, w.grad) == (30.0, -40.0)
    optim.clip_grad_norm([v, w], 5.0)
    assert (v.grad, w.grad) == pytest.approx((3.0, -4.0))
    optim.clip_grad_value([v, w], 3.5)
    assert (v.grad, w.grad) == pytest.approx((3.0, -3.5))


def test_the_gradient_norm_does_not_overflow_before_its_time() -> None:
    v, w = Value(0.0), Value(0.0)
    v.grad, w.grad = 3e200, 4e200
    assert optim.gradient_norm([v, w]) == pytest.approx(5e200)


def test_planned_is_what_a_step_would_do() -> None:
    w = Value(1.0)
    optimizer = optim.Adam([w], lr=0.1)
    w.grad = 0.5
    (planned,) = optimizer.planned()
    assert w.data == 1.0
    optimizer.step()
    assert w.data == planned


@pytest.mark.parametrize(("kind", "settings", "end"), TRAJECTORIES)
def test_all_parameters_at_once_move_as_one_by_one(
    kind: type[optim.Optimizer], settings: dict[str, Any], end: object
) -> None:
    class OneByOne(kind):  # type: ignore[valid-type, misc]
        def update(self, data: float, grad: float, state: optim.State) -> Any:
            return super().update(data, grad, state)

    together, alone = [[Value(0.5), Value(1.0), Value(-3.0)] for _ in range(2)]
    for make, parameters in ((kind, together), (OneByOne, alone)):
        optimizer = make(parameters, **settings)
        for grads in [(1.0, None, -2.0), (None, None, 0.5), (0.3, 0.2, 0.1)]:
            for parameter, grad in zip(parameters, grads):
                parameter.grad = grad
            optimizer.step()
    assert [p.data for p in together] == pytest.approx([p.data for p in alone], rel=1e-15)


def test_an_optimizer_goes_on_after_a_copy_and_a_pickle() -> None:
    w = Value(1.0)
    optimizer = optim.Adam([w], lr=0.1)
    w.grad = 1.0
    optimizer.step()
    for twin in (copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))):
        (v,) = twin.parameters
        v.grad = -0.5
        twin.step()
        assert (twin.steps, optimizer.steps) == (2, 1)
        w.grad = -0.5
        assert v.data == optimizer.planned()[0] != w.data


def test_a_setting_can_be_changed_between_steps() -> None:
    w = Value(1.0)
    optimizer = optim.SGD([w], lr=Fraction(1, 10))
    for momentum, weight_decay in ((0.0, 0.0), (0.5, 0.0), (0.5, 2.0)):
        w.grad, optimizer.momentum, optimizer.weight_decay = 1.0, momentum, weight_decay
        optimizer.step()
    # 1 − 0.1 = 0.9;  v = 1, 0.9 − 0.1 = 0.8;  v = 0.5 + 1 + 2 · 0.8 = 3.1, 0.8 − 0.31
    assert w.data == pytest.approx(0.49)
    assert type(w.data) is float


def test_an_update_marked_as_a_formula_that_is_none_says_so() -> None:
    class Sign(optim.Optimizer):
        @optim.formula
        def update(self, data: Any, grad: Any, state: optim.State) -> Any:
            return data - self.lr * (1 if grad > 0 else -1), state

    class Longer(optim.Optimizer):
        @optim.formula
        def update(self, data: Any, grad: Any, state: optim.State) -> Any:
            return data - self.lr * grad, (*state, 1.0)

    class Counted(optim.Optimizer):
        initial_state = (0,)

        @optim.formula
        def update(self, data: Any, grad: Any, state: optim.State) -> Any:
            return data - self.lr * grad, (state[0] + grad,)

    w = Value(1.0)
    w.grad = 1.0
    for kind, message in [
        (Sign, r"Sign\.update is marked as a formula: .* cannot branch on g > 0"),
        (Longer, r"Longer\.update gives a state of 1 parts, initial_state has 0"),
        (Counted, r"Counted\.update .* write 0\.0 for it"),
    ]:
        with pytest.raises(TypeError, match=message):
            kind([w], lr=0.1).step()
    assert w.data == 1.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: optim.SGD([]), "empty list"),
        (lambda: optim.SGD([1.0]), "got the float 1.0"),
        (lambda: optim.SGD([Value(1.0) * 2]), "a parameter is a leaf"),
        (lambda: optim.SGD([Value(1.0)], lr=-1.0), "lr must be 0 or more, got -1.0"),
        (lambda: optim.SGD([Value(1.0)], momentum=1.0), "momentum"),
        (lambda: optim.SGD([Value(1.0)], nesterov=True), "nesterov needs a momentum"),
        (lambda: optim.Adam([Value(1.0)], betas=(0.9, 1.0)), "betas"),
        (lambda: optim.Adam([Value(1.0)], eps=0.0), "eps"),
        (lambda: optim.linear(1.0, 0.0, steps=0), "at least 1 step"),
        (lambda: optim.clip_grad_norm([Value(1.0)], 0.0), "max_norm"),
    ],
)
def test_impossible_settings_are_named(call: Callable[[], object], message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        call()


@pytest.mark.parametrize(
    ("kind", "name", "ours"),
    [
        (mg.optim.SGD, "learning_rate", "lr"),
        (mg.optim.Adam, "learning_rate", "lr"),
        (mg.optim.Adam, "beta1", "betas"),
        (mg.optim.AdamW, "epsilon", "eps"),
        (mg.optim.Adam, "momentum", "betas"),
        (mg.optim.SGD, "betas", "momentum"),
        (mg.optim.SGD, "param_groups", "lr"),
    ],
)
def test_a_setting_by_another_librarys_name_is_refused_with_ours(kind, name, ours):
    optimizer = kind([Value(1.0)], lr=0.1)
    with pytest.raises(AttributeError, match=rf"has no '{name}': write optimizer\.{ours}"):
        setattr(optimizer, name, 0.5)
    optimizer.note = "anything else is free"


def test_an_optimiser_of_ones_own_names_its_settings_as_it_likes():
    class Mine(mg.optim.Optimizer):
        def update(self, data, grad, state):
            return data - self.learning_rate * grad, state

    w = Value(1.0)
    optimizer = Mine([w], lr=1.0)
    optimizer.learning_rate = 0.5
    w.grad = 1.0
    optimizer.step()
    assert w.data == 0.5


@pytest.mark.parametrize("cut", [mg.optim.clip_grad_norm, mg.optim.clip_grad_value])
@pytest.mark.parametrize("given", [mg.nn.MLP(1, [1]), {"w": Value(1.0)}, [1.0], None])
def test_what_has_no_gradient_is_not_clipped(cut, given):
    with pytest.raises(TypeError, match=r"a parameter has \.data and \.grad, got .*parameters\(\)"):
        cut(given, 1.0)


@pytest.mark.parametrize("kind", ["SGD", "Adam"])
def test_a_long_run_needs_no_machine_code(kind):
    program = f"""
import sys
sys.modules["llvmlite"] = None
import minigrad as mg
from minigrad.training.optim import MOVES_IN_PYTHON
weights = [mg.Value(1.0) for _ in range(1000)]
optimizer = mg.optim.{kind}(weights, lr=0.5)
for _ in range(MOVES_IN_PYTHON // len(weights) + 2):
    optimizer.zero_grad()
    for w in weights:
        w.grad = 2.0 * w.data
    optimizer.step()
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.stderr == ""
