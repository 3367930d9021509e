"""Checks for the notebooks' exercises: right or wrong, and why. Reading on shows the answers.

>>> check("01.1", ...)
Not answered yet: write your answer in place of the dots, then run the cell again.
>>> check("01.1", 0.0)
Wrong, 0 is not it: 6 is larger than 5, so max routes the gradient to x·y.

Every right number, and every wrong one that is known by its mistake, is computed by the engine.
"""

from __future__ import annotations

import difflib
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isclose
from pathlib import Path
from typing import Any

import minigrad as mg
from minigrad import Value, nn

TOLERANCE = 0.006  # two digits after the point are enough


@dataclass(frozen=True)
class Verdict:
    """What a check found; true when the answer is right."""

    right: bool
    text: str

    def __bool__(self) -> bool:
        return self.right

    def __repr__(self) -> str:
        return self.text


BLANK = Verdict(
    False, "Not answered yet: write your answer in place of the dots, then run the cell again."
)

Judge = Callable[[Any], "str | None"]  # None when the answer is right, else what is wrong with it
Numbers = tuple[float, Mapping[float, str]]  # the right one, and what each wrong one forgets


@dataclass(frozen=True)
class Exercise:
    """How an answer is judged, and why the right one is right."""

    judge: Judge
    why: str
    numbers: Callable[[], Numbers] | None = None  # of one whose answer is a number


EXERCISES: dict[str, Exercise] = {}


def check(name: str, answer: Any) -> Verdict:
    """Judge the answer to an exercise, `"01.1"` for the first of notebook 1."""
    if name not in EXERCISES:
        near = difflib.get_close_matches(str(name), EXERCISES, 1) or sorted(EXERCISES)[:1]
        raise KeyError(f"there is no exercise {name!r}; did you mean {near[0]!r}?")
    if answer is ...:
        return BLANK
    exercise = EXERCISES[name]
    try:
        wrong = exercise.judge(answer)
    except Exception as error:
        wrong = f"your answer could not be used: {type(error).__name__}: {error}"
    if wrong is None:
        return Verdict(True, f"Right: {exercise.why}.")
    return Verdict(False, f"Wrong, {wrong}.")


# --- two kinds of exercises: a number, and a function ---


def number(name: str, why: str) -> Callable[[Callable[[], Numbers]], None]:
    """An exercise whose answer is a number; the function below works it out."""

    def register(numbers: Callable[[], Numbers]) -> None:
        def judge(given: Any) -> str | None:
            right, mistakes = numbers()
            answer = given.data if isinstance(given, Value) else float(given)
            # a mistake may be as near to what is right as a rounded answer
            meant = min([right, *mistakes], key=lambda number: abs(answer - number))
            if not _close(answer, meant):
                return f"{answer:g} is not it: go through the gates again, one at a time"
            return None if meant == right else f"{answer:g} is not it: {mistakes[meant]}"

        EXERCISES[name] = Exercise(judge, why, numbers)

    return register


def function(name: str, why: str) -> Callable[[Judge], None]:
    """An exercise whose answer is a function, or whatever the judge below can use."""

    def register(judge: Judge) -> None:
        EXERCISES[name] = Exercise(judge, why)

    return register


def _close(given: float, expected: float) -> bool:
    return isclose(given, expected, rel_tol=0.01, abs_tol=TOLERANCE)


# --- 1: a neuron is a circuit ---


@number("01.1", "× sends w = −1 to max, max routes it to x·y = 6 > 5, and × switches: x·(−1)")
def _() -> Numbers:
    x, y, z, w = Value(2.0), Value(3.0), Value(5.0), Value(-1.0)
    (mg.maximum(x * y, z) * w).backward()
    return y.grad, {
        0.0: "6 is larger than 5, so max routes the gradient to x·y",
        -y.grad: "the sign of w is lost",
        x.grad: "that is what x gets; × switches its inputs",
        w.data: "that is what arrives at the gate x·y; it still multiplies by its local gradient",
    }


@number("01.2", "3 comes from × directly, 2 through x + 1, and 1 from the last +: they add")
def _() -> Numbers:
    x = Value(2.0)
    (x * (x + 1) + x).backward()
    return x.grad, {
        3.0: "that is one of three contributions; at a fan-out they add",
        2.0: "that is one of three contributions; at a fan-out they add",
        1.0: "that is the last + alone; at a fan-out the contributions add",
        5.0: "the × sends two contributions and the last + a third one",
        4.0: "one contribution is missing: x also feeds x + 1",
    }


@function("01.3", "value and gradient agree with the tanh gate at three places")
def _(tanh_of: Any) -> str | None:
    for place in (-1.5, 0.0, 0.7):
        z, reference = Value(place), Value(place)
        out, expected = tanh_of(z), reference.tanh()
        used = {wire.gate.name for wire in mg.topological_order(out) if wire.gate}
        if not used <= {"add", "sub", "mul", "div", "exp", "neg"}:
            return f"it uses the gates {', '.join(sorted(used))}"
        if abs(out.data - expected.data) > 1e-9:
            return f"at z = {place} it gives {out.data:.4f}, and tanh is {expected.data:.4f}"
        out.backward()
        expected.backward()
        if abs(z.grad - reference.grad) > 1e-9:
            return f"at z = {place} the gradient is {z.grad:.4f}, not {reference.grad:.4f}"
    return None


# --- 2: the chain rule in paths ---


def _three_layers(b2: float = 2.0) -> tuple[list[Value], list[Value], Value, Value]:
    """Weights, biases, ŷ and cost of the notebook's network."""
    theta, b = [Value(n) for n in (0.5, -1.5, 2.0)], [Value(n) for n in (0.2, b2, -1.0)]
    a1 = (theta[0] * 1.0 + b[0]).relu()
    a2 = (theta[1] * a1 + b[1]).relu()
    y_hat = (theta[2] * a2 + b[2]).sigmoid()
    cost = (y_hat - 1.0) ** 2
    cost.backward()
    return theta, b, y_hat, cost


@number("02.1", "z² is negative, so relu's local gradient is 0, and a factor 0 makes the product 0")
def _() -> Numbers:
    open_gates = _three_layers()[0][0].grad
    return _three_layers(b2=0.5)[0][0].grad, {
        open_gates: "that was with b₂ = 2, where both relu gates were open"
    }


@number("02.2", "the path from b₃ has two slopes that are not 1: 2(ŷ − y) and ŷ(1 − ŷ)")
def _() -> Numbers:
    theta, b, y_hat, _ = _three_layers()
    return b[2].grad, {
        y_hat.grad: "that is dC/dŷ; the sigmoid's own slope, ŷ(1 − ŷ), is missing",
        -b[2].grad: "ŷ is too small, so raising b₃ lowers the cost: the sign is minus",
        theta[2].grad: "that is θ₃'s; a bias has 1 as its first factor, not the activation",
    }


@function("02.3", "at every layer each path goes on to each of its units")
def _(count: Any) -> str | None:
    for widths in ([3, 3], [2, 5, 4], [1]):
        x = Value(0.3)
        layer = [x]
        for width in widths:
            layer = [mg.sum(*(0.5 * a for a in layer)).tanh() for _ in range(width)]
        really = mg.paths(mg.sum(*layer), x).count
        if count(widths) != really:
            return f"for widths {widths} there are {really} paths and you say {count(widths)}"
    return None


# --- 3: one step of learning ---


@number("03.1", "(a − t)·a·(1 − a)")
def _() -> Numbers:
    z = Value(0.8 / 0.2).log()  # the number whose sigmoid is 0.8
    mg.losses.half_squared_error(z.sigmoid(), 0.0).backward()
    return z.grad, {
        0.8: "that is a − t; the activation's slope a·(1 − a) is missing",
        0.16: "that is g'(z) alone; it multiplies a − t",
        -z.grad: "a is above the target: the sign is plus, and the weights will shrink",
        2 * z.grad: "the ½ of the cost takes the 2 away",
    }


@number("03.2", "−0.4 · 2 · 0.25, with the weight as it was in the forward pass")
def _() -> Numbers:
    z, w = Value(0.0), Value(2.0)
    (z.sigmoid() * w).backward(-0.4)
    w_updated = w.data - 1.0 * w.grad
    return z.grad, {
        -0.4 * w_updated * 0.25: "that is with the updated weight, 2.2; the old one belongs here",
        -0.8: "the unit's own slope, 0.25, is missing",
        -0.1: "the weight on the way, 2, is missing",
        0.2: "the sign is lost",
    }


@function("03.3", "all nine weights took the step, each with its own old value")
def _(step: Any) -> str | None:
    weights = [[[0.5, -0.4], [1.0, 0.3], [-0.6, 0.8]], [[0.7, -1.2, 0.9]]]
    model, twin = (
        nn.MLP(2, [3, 1], activation=["sigmoid"] * 2, weights=weights, bias=False) for _ in "12"
    )
    for each in (model, twin):
        mg.losses.half_squared_error(each([1.0, -2.0]), 1.0).backward()
    step(model, 0.5)
    for w, before in zip(model.parameters(), twin.parameters()):
        expected = before.data - 0.5 * (before.grad + 0.1 * before.data)
        if abs(w.data - expected) > 1e-12:
            without = abs(w.data - (before.data - 0.5 * before.grad)) < 1e-12
            hint = "the decay 0.1·w is missing" if without else f"not {w.data:.4f}"
            return f"{w.label} should go from {before.data} to {expected:.4f}: {hint}"
    return None


# --- 4: the four equations ---


@number("04.1", "tanh'(0) = 1, and 1·0.5 − 3·1 + 0.5·2 = −1.5")
def _() -> Numbers:
    z = Value(0.0)
    a = z.tanh()
    mg.sum(1.0 * a * 0.5, 3.0 * a * -1.0, 0.5 * a * 2.0).backward()
    return z.grad, {
        0.0: "tanh(0) is 0, but its slope there is 1 − 0² = 1",
        1.5: "the second δ is negative, and so is its product with 3",
        6.75: "each δ belongs to its own weight: sum the products",
        4.5: "the sign of the second δ is lost",
    }


@number("04.2", "a·(1 − a) cancels and a − t is left: with this cost the sigmoid cannot stall")
def _() -> Numbers:
    z = Value(0.9 / 0.1).log()
    a = z.sigmoid()
    (-a.log()).backward()
    return z.grad, {
        a.grad: "that is dC/da; equation (1) multiplies it by σ'(z) = a·(1 − a)",
        0.1: "the sign: a is below its target, so raising z lowers the cost",
        -0.009: "that is the squared error's δ",
    }


@function("04.3", "the column of W, times δ, times the slope, for every unit")
def _(previous: Any) -> str | None:
    model = nn.MLP(2, [3, 2], activation=["tanh", "tanh"], seed=8)
    mg.losses.half_squared_error(model([1.0, -0.5]), [0.3, 0.1]).backward()
    first, last = model.layers
    W = [[w.data for w in neuron.w] for neuron in last.neurons]
    got = list(previous(W, last.delta, [1 - a.data**2 for a in first.a]))
    if len(got) != 3:
        return f"it returns {len(got)} numbers for a layer of 3 units: sum over k, one for each j"
    for j, (mine, right) in enumerate(zip(got, first.delta), 1):
        if abs(mine - right) > 1e-12:
            return f"for unit {j} it gives {mine:.4f}, and the gates say {right:.4f}"
    return None


# --- 5: two moons ---


@number("05.1", "σ(2) − 0: the network believes in class 1 with 0.88, and all of that is wrong")
def _() -> Numbers:
    score = Value(2.0)
    mg.losses.binary_cross_entropy(score, 0).backward()
    return score.grad, {
        score.grad - 1.0: "that is for a point of class 1, σ(z) − 1",
        -score.grad: "the sign: the score is too high, so raising it raises the loss",
        mg.losses.binary_cross_entropy(2.0, 0): "that is the loss itself, log(1 + e²)",
    }


@number("05.2", "the running sum 1 + 0.9 + 0.9² + … goes to 10, times the rate 0.1")
def _() -> Numbers:
    w = Value(0.0)
    optimizer = mg.optim.SGD([w], lr=0.1, momentum=0.9)
    before = 0.0
    for _ in range(500):
        before = w.data
        w.grad = 1.0
        optimizer.step()
    return before - w.data, {
        0.1: "that is plain gradient descent; momentum adds up past gradients",
        10.0: "that is the running sum; the rate multiplies it",
        0.19: "that is the second step; the sum goes on",
        -1.0: "the distance was asked for; the direction is against the gradient, yes",
    }


@function("05.3", "counted over all points that the network has not seen")
def _(accuracy: Any) -> str | None:
    X, Y = mg.datasets.moons(100, noise=0.1, seed=2)
    for seed in (3, 5):
        model = nn.MLP(2, [8, 8, 1], activation="relu", weights="he", seed=seed)
        right = sum((model(x).data > 0) == (y == 1) for x, y in zip(X, Y)) / len(X)
        given = accuracy(model, X, Y)
        if abs(given - right) > 1e-9:
            return f"for a new model it gives {given:.3f}, and {right:.3f} of the points are right"
    return None


# --- 6: a GPT in scalars ---


def _gpt() -> Any:
    examples = str(Path(__file__).parents[1] / "examples")
    if examples not in sys.path:
        sys.path.insert(0, examples)
    import gpt

    return gpt


def _shares(scores: Sequence[Value]) -> list[Value]:
    terms, total = _gpt().softmax_terms(scores)
    return [term / total for term in terms]


@number("06.1", "e⁰ = 1 and e^(log 3) = 3, so 3 of 4 parts")
def _() -> Numbers:
    return _shares([Value(0.0), Value(3.0).log()])[1].data, {
        3.0: "that is e to the score; softmax divides by the sum, 1 + 3",
        0.25: "that is the first one's share",
        1.0: "the first place gets a share as well: e⁰ is 1, not 0",
    }


@number("06.2", "p·(v − y) = 0.25·3")
def _() -> Numbers:
    scores = [Value(0.0), Value(3.0).log()]
    mg.dot(_shares(scores), [4.0, 0.0]).backward()
    return scores[0].grad, {
        1.0: "that is p·v; raising this share lowers the others, so y is taken off: p·(v − y)",
        3.0: "that is v − y; it is multiplied by the share",
        0.1875: "that is p·(1 − p), how the share itself changes; its value multiplies it",
    }


@function("06.3", "near 27 for a new model, and a good deal less after training")
def _(perplexity: Any) -> str | None:
    gpt = _gpt()
    for seed in (1, 2):
        model = gpt.GPT(seed=seed)
        right = math.exp(model.loss(gpt.symbols_of("anna")).data)
        given = float(perplexity(model, "anna"))
        if abs(given - right) > 1e-6:
            return f"for a new model it gives {given:.2f}, not {right:.2f}"
    return None


# --- 7: your own gate ---


@number("07.1", "−x / y² = −6/4: a larger divisor makes the quotient smaller")
def _() -> Numbers:
    y = Value(2.0)
    (Value(6.0) / y).backward()
    return y.grad, {
        0.5: "that is towards x, 1/y",
        1.5: "the sign: a larger divisor makes the quotient smaller",
        -3.0: "−x / y needs one more division by y",
    }


@number("07.2", "forward mode: one pass for each input, and each pass serves all outputs")
def _() -> Numbers:
    return float(min(3, 1000)), {
        1000.0: "that is reverse mode, one pass for each output",
        1.0: "one pass would do for one input (forward) or one output (reverse)",
        3000.0: "one pass serves a whole row or column of the 3,000 derivatives",
    }


@function("07.3", "1/(p·(1 − p)), the inverse of the sigmoid's own slope")
def _(local_gradient: Any) -> str | None:
    for p in (0.1, 0.5, 0.8):
        wire = Value(p)
        out = (wire / (1 - wire)).log()
        out.backward()
        given = local_gradient(p, out.data)
        if not isinstance(given, tuple) or len(given) != 1:
            return f"it returns {given!r}; a tuple with one item is (slope,)"
        if abs(given[0] - wire.grad) > 1e-9:
            return f"at p = {p} it gives {given[0]:.4f}, and the gates say {wire.grad:.4f}"
    return None


# --- 8: when gradients go wrong ---


@number("08.1", "tanh'(0) = 1, so only the weights count: 0.8 to the power 10")
def _() -> Numbers:
    x = Value(1e-9)
    wire = x
    for _ in range(10):
        wire = (0.8 * wire).tanh()
    wire.backward()
    return x.grad, {
        0.8: "that is one layer; the factors multiply",
        8.0: "the factors multiply, they do not add",
        0.25**10: "that would be the sigmoid's slope; tanh has slope 1 at 0",
        1 / x.grad: "that is how much larger it is at the end; the question goes the other way",
    }


@function("08.2", "√'(0) = inf, and 0 · inf is nan; put a small number under √")
def _(given: Any) -> str | None:
    x = Value(0.0)
    (x.sqrt() * 0.0).backward()
    if given == given and x.grad != x.grad:
        hint = "√ has an infinite slope at 0" if given == 0 else "the upstream gradient is 0"
        return f"not {given}: {hint}, and 0 · inf has no value"
    return None


@function("08.3", "with the larger logit taken out, no exp is ever above 1")
def _(log_sum_exp: Any) -> str | None:
    for a, b in ((0.3, -0.2), (1000.0, 999.0), (-1000.0, -1001.0)):
        z1, z2 = Value(a), Value(b)
        out = log_sum_exp(z1, z2)
        out.backward()
        found = mg.first_nonfinite(out)
        if found:
            return f"at ({a}, {b}): {found.what}"
        expected = max(a, b) + mg.softplus(-abs(a - b))
        if abs(out.data - expected) > 1e-9:
            return f"at ({a}, {b}) it gives {out.data:.6g}, not {expected:.6g}"
        if abs(z1.grad - mg.sigmoid(a - b)) > 1e-9:
            return f"at ({a}, {b}) the gradient of z1 is {z1.grad:.4f}, not {mg.sigmoid(a - b):.4f}"
    return None


# --- 9: second derivatives ---


@number("09.1", "f″ = 12·x² at x = 2; the slope 4·x³ is differentiated once more")
def _() -> Numbers:
    x = Value(2.0)
    (slope,) = mg.grad(x**4, [x], create_graph=True)
    (second,) = mg.grad(slope, [x])
    return second.data, {
        slope.data: "that is the slope, 4·x³; differentiate it once more",
        16.0: "that is f itself",
        second.data / 2: "6·x² would be half of it: 4·3 is 12",
    }


@number("09.2", "for a parabola the slope divided by the curvature leads to the minimum at once")
def _() -> Numbers:
    x = Value(5.0)
    (slope,) = mg.grad(3 * (x - 1) ** 2 + 7, [x], create_graph=True)
    (curvature,) = mg.grad(slope, [x])
    return x.data - slope.data / curvature.data, {
        5.0 - slope.data: "that is gradient descent with rate 1; Newton divides by the curvature",
        slope.data / curvature.data: "that is the step; it is taken off x = 5",
        5.0 + slope.data / curvature.data: "the sign: the step goes against the slope",
    }


@function("09.3", "one backward pass over the slope's circuit in direction v, and no matrix at all")
def _(product: Any) -> str | None:
    for v in ((1.0, 0.0), (0.5, -2.0)):
        x, y = Value(0.7), Value(-1.3)
        f = x * x * y + mg.exp(x * y)
        slopes = mg.grad(f, [x, y], create_graph=True)
        rows = [[w.data for w in mg.grad(slope, [x, y])] for slope in slopes]
        expected = [sum(h * number for h, number in zip(row, v)) for row in rows]
        given = [float(getattr(w, "data", w)) for w in product(f, [x, y], list(v))]
        if len(given) != 2:
            return f"it returns {len(given)} numbers for 2 inputs"
        if not all(isclose(a, b, rel_tol=1e-9) for a, b in zip(given, expected)):
            shown = ", ".join(f"{number:.4f}" for number in given)
            right = ", ".join(f"{number:.4f}" for number in expected)
            return f"for v = {v} it gives ({shown}), and the whole matrix says ({right})"
    return None


@number("09.4", "forward takes a sweep for each of the 6 inputs, backward one for each output")
def _() -> Numbers:
    inputs, outputs, sweep = 6, 40, 500
    return float(min(inputs, outputs) * sweep), {
        float(outputs * sweep): "that is backward, a sweep for each output; there are fewer inputs",
        float(sweep): "that is one sweep, which follows one input only",
        float(inputs * outputs * sweep): "a sweep forward reaches every output at once",
    }


@function("09.5", "a sweep for each input against one for each output: the fewer win")
def _(winner: Any) -> str | None:
    for n, m in ((10, 2), (2, 10), (30, 1), (1, 30), (5, 4), (4, 6)):
        xs = [Value(0.1 * i) for i in range(1, n + 1)]
        made = nn.MLP(n, [8, 8, m], activation="tanh", seed=0)(xs)
        outputs = made if isinstance(made, list) else [made]
        forward = sum(_on_the_way([x], outputs) for x in xs)
        backward = sum(_on_the_way(xs, [output]) for output in outputs)
        right = "forward" if forward < backward else "backward"
        if (given := winner(n, m)) != right:
            return (
                f"{given!r} for {n} inputs and {m} outputs: forward takes {forward:,} "
                f"multiplications, backward {backward:,}"
            )
    return None


def _on_the_way(starts: Sequence[Value], outputs: Sequence[Value]) -> int:
    """The gate inputs on any way from the starts to the outputs."""
    moving, count = set(starts), 0
    for wire in dict.fromkeys(w for output in outputs for w in mg.topological_order(output)):
        used = sum(source in moving for source in wire.inputs)
        count += used
        if used:
            moving.add(wire)
    return count
