"""Gradients as formulas in δ: what stands below a wire, evaluated, is the wire's gradient."""

from __future__ import annotations

import random
import re
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

import minigrad as mg
from minigrad import Value, nn
from minigrad.engine import Circuit
from minigrad.text import Deltas, Names, unicode_name

LOSSES = {
    "half squares": lambda ys: mg.losses.half_squared_error(ys, [0.25] * len(ys)),
    "cross entropy": lambda ys: mg.losses.cross_entropy(ys, 0) if len(ys) > 1 else ys[0],
    "hinge": lambda ys: sum(mg.losses.hinge(y, 1) for y in ys),
}


def evaluated(text: str, numbers: dict[str, float]) -> float:
    """A formula like `δ₁²·w₁₁² − δ₂²·w₂₁²` or `Σₖ δₖ²·wₖ₁²`, as a reader would work it out."""
    if text.startswith("Σₖ "):
        body = text.removeprefix("Σₖ ")
        pattern = re.compile(re.escape(body.split("·")[0]).replace("ₖ", "(₁₀|[₁-₉])"))
        ks = [found[1] for name in numbers if (found := pattern.fullmatch(name))]
        assert len(ks) > 2
        return sum(evaluated(body.replace("ₖ", k), numbers) for k in ks)
    total = 0.0
    for sign, product in re.findall(r"([−+]?) ?([^ −+]+)", text):
        term = prod(numbers[factor] for factor in product.split("·"))
        total += -term if sign == "−" else term
    return total


def numbers_of(circuit: Circuit, deltas: Deltas) -> dict[str, float]:
    named = {unicode_name(wire.label): wire.data for wire in circuit.wires if wire.label}
    return named | {deltas.text(z): z.grad for z in deltas.preactivations}


@given(
    sizes=st.lists(st.integers(1, 4), min_size=1, max_size=3),
    activation=st.sampled_from(["tanh", "relu", "sigmoid", "linear", "gelu"]),
    loss=st.sampled_from(sorted(LOSSES)),
    collapse=st.sampled_from([(), ("dot",)]),
    seed=st.integers(0, 1000),
)
def test_each_label_evaluated_is_the_gradient_in_random_networks(
    sizes: list[int], activation: str, loss: str, collapse: tuple[str, ...], seed: int
) -> None:
    rng = random.Random(seed)
    inputs = [Value(rng.gauss(0, 1), label=f"x_{k}") for k in range(1, rng.randint(1, 4) + 1)]
    last = activation if loss == "half squares" else "linear"
    activations = [activation] * (len(sizes) - 1) + [last]
    model = nn.MLP(len(inputs), sizes, activation=activations, seed=seed)
    cost = LOSSES[loss](model.forward(inputs))
    cost.backward()
    circuit = Circuit(cost, collapse)
    deltas = Deltas(circuit)
    numbers = numbers_of(circuit, deltas)
    assert len(deltas.preactivations) == sum(sizes)
    for wire in (
        *inputs,
        *model.parameters(),
        *(a for layer in model.layers[:-1] for a in layer.a),
    ):
        assert deltas.text(wire)
        assert evaluated(deltas.text(wire), numbers) == pytest.approx(
            wire.grad, rel=1e-12, abs=1e-15
        )
    for wire in circuit.wires:
        if text := deltas.text(wire):
            assert evaluated(text, numbers) == pytest.approx(wire.grad, rel=1e-12, abs=1e-15)


def test_the_labels_are_those_of_the_text() -> None:
    model = nn.MLP(2, [2, 3], activation="sigmoid", seed=1)
    cost = mg.losses.cross_entropy(model([1.0, 2.0]), 1)
    deltas = Deltas(Circuit(cost))
    (first, _), (last, *_) = model.layers[0].neurons, model.layers[1].neurons
    assert deltas.text(first.w[1]) == "δ₁¹·x₂"
    assert deltas.text(first.b) == deltas.text(first.z) == "δ₁¹"
    assert deltas.text(last.w[1]) == "δ₁²·a₂¹"
    assert deltas.text(first.a) == "Σₖ δₖ²·wₖ₁²"
    assert deltas.latex(first.a) == r"\sum_k \delta_k^2 \cdot w_{k1}^2"
    assert deltas.recursion(first.z) == "Σₖ δₖ²·wₖ₁² · σ′(z₁¹)"
    assert deltas.text(cost) == deltas.text(cost.inputs[0]) == ""


def test_a_sum_over_a_part_of_a_layer_is_not_written_as_one_over_all() -> None:
    model = nn.MLP(1, [1, 4], activation="tanh", seed=1)
    outputs, hidden = model([1.0]), model.layers[0].a[0]
    other = Value(1.0, label="w") * Value(2.0)
    other.label = "z_9^2"  # a fifth unit of that layer, which does not read a
    whole = Deltas(Circuit(outputs[0] + outputs[1] + outputs[2] + outputs[3]))
    part = Deltas(Circuit(outputs[0] + outputs[1] + outputs[2] + outputs[3] + other))
    assert whole.text(hidden) == "Σₖ δₖ²·wₖ₁²"
    assert part.text(hidden) == "δ₁²·w₁₁² + δ₂²·w₂₁² + 2 more"


def test_wires_labelled_z_in_a_network_by_hand_have_their_delta() -> None:
    w, x, v = Value(2.0, label="w"), Value(-1.0, label="x"), Value(0.5, label="v")
    z_1 = w * x
    z_1.label = "z_1"
    z_2 = v * z_1.tanh() - z_1
    z_2.label = "z_2"
    cost = (z_2 - 1.0) ** 2
    cost.backward()
    deltas = Deltas(Circuit(cost))
    assert [deltas.text(wire) for wire in (z_1, z_2, w, x)] == ["δ₁", "δ₂", "δ₁·x", "δ₁·w"]
    assert deltas.recursion(z_1) == ""  # two gates use it
    assert deltas.text(v).startswith("δ₂·")


def test_what_comes_through_another_gate_than_plus_and_times_has_no_formula() -> None:
    model = nn.MLP(1, [1], activation="tanh", seed=1)
    (weight,) = model.layers[0].neurons[0].w
    z = model([2.0])
    deltas = Deltas(Circuit(z + mg.exp(weight)))
    assert deltas.text(weight) == ""  # a number: the part that comes through exp is no formula


def test_a_network_that_ran_twice_tells_the_runs_apart() -> None:
    model = nn.MLP(1, [1, 1], activation="tanh", seed=1)
    cost = model([2.0]) + model([3.0])
    deltas = Deltas(Circuit(cost))
    assert deltas.text(model.layers[0].neurons[0].b) == "δ₁¹⁽¹⁾ + δ₁¹⁽²⁾"
    assert deltas.text(model.layers[1].neurons[0].w[0]) == "δ₁²⁽¹⁾·a₁¹⁽¹⁾ + δ₁²⁽²⁾·a₁¹⁽²⁾"


def test_a_long_chain_of_units_takes_no_recursion() -> None:
    x = Value(1.0)
    for _ in range(20_000):
        x = x + 1.0
        x.label = "z"
    assert Deltas(Circuit(x)).terms(x)


def test_layers_can_stand_in_brackets() -> None:
    model = nn.MLP(1, [1, 3], activation="tanh", seed=1)
    circuit = Circuit(mg.losses.cross_entropy(model([2.0]), 0))
    deltas = Deltas(circuit, names=Names(circuit, notation="[l]"))
    hidden, outer = model.layers[0].neurons[0], model.layers[1].neurons[2]
    assert deltas.text(hidden.w[0]) == "δ₁^[1]·x₁"
    assert deltas.text(outer.w[0]) == "δ₃^[2]·a₁^[1]"
    assert deltas.text(hidden.a) == "Σₖ δₖ^[2]·wₖ₁^[2]"
    assert deltas.latex(hidden.a) == r"\sum_k \delta_k^{[2]} \cdot w_{k1}^{[2]}"
