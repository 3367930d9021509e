"""Cross entropies as a reader sees them: probabilities as wires, and δ = p − y at the logits."""

from __future__ import annotations

import copy
import math
import pickle
import random
from typing import Any

import pytest

import minigrad as mg
from minigrad import Value
from minigrad.engine import Circuit
from minigrad.nn import losses

SOURCE = random.Random(15)


def logits(count: int, size: float = 3.0) -> list[Value]:
    return [Value(SOURCE.uniform(-size, size), label=f"z_{i + 1}") for i in range(count)]


def shown(loss: Value) -> dict[str, Value]:
    return {wire.label: wire for wire in Circuit(loss, textbook=True).gates if wire.label}


@pytest.mark.parametrize("target", [0, 2, mg.constant(1.0), [0.2, 0.5, 0.3]])
def test_the_probabilities_of_a_cross_entropy_are_wires(target: object) -> None:
    zs = logits(3)
    wires = shown(losses.cross_entropy(zs, target))
    expected = [p.data for p in losses.softmax(zs)]
    assert [wires[f"p_{j}"].data for j in (1, 2, 3)] == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("target", [1, 1.0, mg.constant(1.0)])
def test_the_probability_of_a_known_class_goes_straight_into_the_logarithm(target: object) -> None:
    loss = losses.cross_entropy(logits(3), target)
    loss.backward()
    circuit = Circuit(loss, textbook=True)
    assert [circuit.gate(wire).name for wire in circuit.gates if wire.label == ""] == [
        *["exp"] * 3,
        *["sum", "log"],
        "neg",
    ]
    assert [wire.label for wire in circuit.beside] == ["p_1", "p_3"]
    tree = str(mg.as_tree(loss))
    assert "╰─ log" in tree
    assert "   ╰─ p₂ = ÷" in tree
    assert all(f"\n{name} = ÷" in tree for name in ("p₁", "p₃"))
    assert "select" not in tree + mg.draw(loss).dot.source + str(mg.as_table(loss))


def test_no_path_leads_through_a_probability_that_stands_beside() -> None:
    zs = logits(3)
    loss = losses.cross_entropy(zs, 0)
    loss.backward()
    for z, count in zip(zs, (2, 1, 1)):
        paths = mg.paths(loss, z)
        assert paths.count == count
        assert paths.total == pytest.approx(z.grad, rel=1e-12)


def test_what_a_logit_receives_is_p_minus_y() -> None:
    zs = logits(4)
    loss = losses.cross_entropy(zs, 2)
    loss.backward()
    wires = shown(loss)
    for j, z in enumerate(zs):
        assert z.grad == pytest.approx(wires[f"p_{j + 1}"].data - (j == 2), rel=1e-12)


@pytest.mark.parametrize("y", [0, 1, 0.0, 1.0, 0.25, mg.constant(1.0), mg.constant(0.5)])
def test_the_probability_of_a_binary_cross_entropy_is_a_wire(y: object) -> None:
    z = Value(0.7, label="z")
    loss = losses.binary_cross_entropy(z, y)
    loss.backward()
    p = shown(loss)["p"]
    assert p.data == mg.sigmoid(0.7)
    assert z.grad == pytest.approx(p.data - float(y.data if isinstance(y, Value) else y), rel=1e-12)


def test_a_probability_never_takes_the_name_of_a_logit() -> None:
    """One name stands for one wire: a reader's own p is the logit."""
    assert "p" not in shown(losses.binary_cross_entropy(Value(0.3, label="p"), 1))
    for name in ("p_1", "p₁"):
        zs = [Value(0.3, label=name), Value(0.1, label="s")]
        assert list(shown(losses.cross_entropy(zs, 1))) == ["p_2"]


@pytest.mark.parametrize(
    "numbers",
    [[-226.0, 299.0], [-288.0, -137.0, 246.0], [-356.0, 355.0], [0.0, 705.0], [0.0, 720.0]],
)
def test_a_class_that_is_all_but_excluded_sends_what_backward_sends(numbers: list[float]) -> None:
    zs = [Value(number) for number in numbers]
    for loss in (losses.cross_entropy(zs, 0), losses.binary_cross_entropy(zs[0] - zs[-1], 1)):
        loss.backward()
        stepper = mg.Stepper(loss)
        list(stepper)
        for z in zs:
            if z in stepper.gradients and z.has_grad:
                assert stepper.gradients[z] == pytest.approx(z.grad, rel=1e-8, abs=1e-300)
            z.grad = None


def test_every_step_of_a_shown_loss_agrees_with_backward_to_9_digits() -> None:
    for count in range(2, 7):
        for size in (0.1, 3.0, 12.0, 400.0):
            zs = logits(count, size)
            for target in (0, count - 1):
                loss = losses.cross_entropy(zs, target)
                for z in zs:
                    z.grad = None
                loss.backward()
                stepper = mg.Stepper(loss)
                list(stepper)
                for z in zs:
                    assert stepper.gradients[z] == pytest.approx(z.grad, rel=1e-8, abs=1e-300)


def test_the_wires_inside_obey_the_chain_rule() -> None:
    loss = losses.cross_entropy(logits(3), 0)
    loss.backward()
    circuit = Circuit(loss, textbook=True)
    received = {loss: 1.0} | dict.fromkeys(circuit.beside, 0.0)
    for wire in reversed(circuit.gates):
        for source, local in zip(circuit.inputs(wire), circuit.local_gradients(wire)):
            received[source] = received.get(source, 0.0) + local * received[wire]
    for wire, gradient in received.items():
        if not wire.is_constant:
            assert wire.grad == pytest.approx(gradient, rel=1e-12)


@pytest.mark.parametrize(
    "loss",
    [
        lambda: losses.cross_entropy([Value(40.0), Value(0.0)], 0),
        lambda: losses.cross_entropy([Value(1000.0), Value(-1000.0)], 1),
        lambda: losses.binary_cross_entropy(Value(40.0), 1),
        lambda: losses.binary_cross_entropy(Value(-800.0), 1),
    ],
)
def test_where_rounding_takes_the_digits_of_p_what_is_computed_is_shown(loss: object) -> None:
    made = loss()
    assert Circuit(made, textbook=True).gates == Circuit(made).gates


@pytest.mark.parametrize("now", [0.0, 7.0])
def test_a_class_that_was_changed_since_shows_what_was_computed(now: float) -> None:
    target = Value(1.0)
    loss = losses.cross_entropy(logits(2), target)
    target.data = now
    assert Circuit(loss, textbook=True).gates == Circuit(loss).gates


def test_logits_that_overflow_are_shown_less_the_largest() -> None:
    loss = losses.cross_entropy([Value(1000.0), Value(1001.0)], 0)
    circuit = Circuit(loss, textbook=True)
    assert "sub" in {circuit.gate(wire).name for wire in circuit.gates}
    assert shown(loss)["p_1"].data == pytest.approx(1.0 / (1.0 + math.e))


def test_losses_can_be_shown_as_they_are_computed() -> None:
    loss = losses.cross_entropy(logits(3), 0)
    gates = Circuit(loss).gates
    assert mg.Stepper(loss, expand="losses").circuit.gates == gates
    assert repr(mg.draw(loss, expand="losses")).startswith(f"<Drawing of {len(gates)} gates")
    assert repr(mg.draw(loss)).startswith("<Drawing of 9 gates")
    with pytest.raises(ValueError, match="expand='loss': choose None or 'losses'"):
        mg.Stepper(loss, expand="loss")


def test_what_is_counted_and_rounded_is_what_is_computed() -> None:
    loss = losses.cross_entropy(logits(3), 0)
    gates = len(Circuit(loss).gates)
    assert f"of {gates} gates" in repr(mg.draw(loss, show="operations"))
    assert f"of {gates} gates" in repr(mg.draw(loss, color="rounding"))


def test_saved_exported_and_compiled_losses_are_what_is_computed(tmp_path: object) -> None:
    zs = logits(3)
    loss = losses.cross_entropy(zs, 0)
    mg.save(loss, tmp_path / "loss.json")
    assert mg.load(tmp_path / "loss.json").data == loss.data
    assert "exp" in mg.export(loss, "python")
    compiled = mg.compile(lambda *xs: losses.cross_entropy(xs, 0))
    assert compiled(*zs).data == loss.data
    (gradient,) = mg.grad(loss, [zs[0]])
    loss.backward()
    assert gradient.data == zs[0].grad


@pytest.mark.parametrize("create_graph", [False, True])
def test_a_probability_that_is_only_shown_is_no_wire_to_differentiate_by(
    create_graph: bool,
) -> None:
    zs = logits(3)
    loss = losses.cross_entropy(zs, 1)
    loss.backward()
    p = shown(loss)["p_2"]
    assert p.grad == pytest.approx(-1.0 / p.data)
    with pytest.raises(ValueError, match="is shown as a text book writes a loss"):
        mg.grad(loss, [p], create_graph=create_graph)
    computed = losses.softmax(zs)
    (slope,) = mg.grad(-mg.log(computed[1]), [computed[1]])
    assert slope.data == pytest.approx(p.grad)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda y: pickle.loads(pickle.dumps(y))])
@pytest.mark.parametrize("target", [1, [0.25, 0.75]])
def test_a_copied_cost_shows_its_probabilities(copied: Any, target: Any) -> None:
    rows = [[Value(0.5, label="a"), Value(-1.0, label="b")], [Value(2.0), Value(0.1)]]
    cost = mg.mean([mg.losses.cross_entropy(row, target) for row in rows])
    cost += mg.losses.binary_cross_entropy(Value(0.3), 0.5)
    cost.backward()
    assert mg.as_tree(copied(cost)) == mg.as_tree(cost)
    assert "log1p" not in mg.as_tree(cost)
