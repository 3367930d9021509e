"""The stepper against `backward()`: whole runs, every prefix, there and back, and what is left."""

import re
from dataclasses import replace

import pytest
from helpers.circuits import bits
from helpers.printed import false_lines
from helpers.stepped import circuits, neuron, numbers
from hypothesis import given
from hypothesis import strategies as st

import minigrad as mg
from minigrad import Stepper, Value
from minigrad.engine import Circuit


def all_bits(gradients) -> dict:
    return {wire: bits(number) for wire, number in gradients.items()}


def wires_behind(output: Value) -> list[Value]:
    return mg.topological_order(output)


@given(circuits(), numbers)
def test_all_steps_together_give_what_backward_gives_to_the_last_bit(output, upstream):
    stepper = Stepper(output, upstream)
    assert len(list(stepper)) == len(stepper) == stepper.position
    assert not any(wire.has_grad for wire in wires_behind(output))
    output.backward(upstream)
    wires = [wire for wire in Circuit(output).wires if not wire.is_constant]
    assert all_bits(stepper.gradients) == {wire: bits(wire.grad) for wire in wires}


@given(circuits())
def test_commit_leaves_every_grad_as_backward_would_have(output):
    wires = wires_behind(output)
    for times in (1, 2):
        Stepper(output).commit()
        committed = [bits(wire.grad) if wire.has_grad else None for wire in wires]
        output.zero_grad()
        for _ in range(times):
            output.backward()
        assert committed == [bits(wire.grad) if wire.has_grad else None for wire in wires]


@given(circuits())
def test_every_prefix_is_the_backward_pass_broken_off_there(output):
    """The engine's own loop, stopped after k gates, and the stepper after k steps."""
    circuit = Circuit(output)
    expected, received = {output: 1.0}, {output}
    stepper = Stepper(output)
    stepper.run_forward()
    for wire in reversed(circuit.gates):
        arrived = expected[wire] if wire in received else None
        for source, local in zip(circuit.inputs(wire), circuit.local_gradients(wire)):
            sent = circuit.gate(wire).contribution(local, arrived)
            if sent is None and not source.is_constant:
                expected.setdefault(source, 0.0)  # nothing is shown as 0
            elif not source.is_constant:
                expected[source] = sent + (expected[source] if source in received else -0.0)
                received.add(source)
            if source.is_leaf and circuit.routes and source in expected:
                expected[source] += 0.0
        assert stepper.step().output is wire
        assert all_bits(stepper.gradients) == all_bits(expected)


@given(circuits(), st.lists(st.integers(-5, 5), max_size=12))
def test_going_back_and_forth_at_random_restores_every_state(output, moves):
    walked, recorded = Stepper(output), [all_bits(Stepper(output).gradients)]
    straight = Stepper(output)
    for _ in straight:
        recorded.append(all_bits(straight.gradients))
    for move in moves:
        for _ in range(abs(move)):
            (walked.step if move > 0 else walked.back)()
        assert all_bits(walked.gradients) == recorded[walked.position]
        assert str(walked.present) == str(_at(output, walked.position).present)


def _at(output: Value, position: int) -> Stepper:
    stepper = Stepper(output)
    stepper.position = position
    return stepper


@given(circuits())
def test_a_step_adds_up(output):
    for step in Stepper(output):
        assert len(step.inputs) == len(step.local_gradients)
        for amount, before, after in zip(step.contributions, step.before, step.after):
            if amount is not None:
                assert bits(after + 0.0) == bits(amount + (before or 0.0))
        assert all([step.sentence, *step.formulas, *step.latex])


def test_the_sentence_of_the_mock_up():
    f, v = neuron()
    step = Stepper(f).run_to(v["w_1"])
    assert step.title == "backward 4 of 5 · gate ×"
    assert step.sentence == (
        "× switches its inputs: w₁ receives 0.197 · x₁ = −0.393; x₁ receives 0.197 · w₁ = −0.590"
    )
    assert step.formulas[0] == "df/dw₁ = df/d(w₁·x₁) · x₁ = 0.197 · (−2) = −0.393"
    assert step.upstream == pytest.approx(0.1966, abs=5e-5)
    assert step.contributions == pytest.approx((-0.3932, -0.5898), abs=5e-5)


def test_a_fan_out_is_said():
    x = Value(3.0, label="x")
    stepper = Stepper(x * x + x)
    stepper.run()
    assert stepper.present.sentence.endswith(
        "x feeds 3 gate inputs, so contributions add: 1 + 3 + 3 = 7"
    )
    assert stepper.present.formulas[0].startswith("df/dx += ")


def test_long_names_give_way_to_numbers():
    value = Value(1.0, label="a" * 500)
    chain = value
    for _ in range(50):
        chain = (chain + 1).tanh()
    assert all(len(step.sentence) < 300 for step in Stepper(chain))


def test_a_label_cannot_reach_the_terminal():
    x = Value(1.0, label="\x1b[31m<b>&\u2028")
    for step in Stepper(x.exp()):
        assert "\x1b" not in str(step) + "".join(step.latex)
        assert "\u2028" not in str(step) + "".join(step.latex)


def test_leaving_half_way_harms_nothing():
    f, _ = neuron()
    f.backward()
    before = [(wire.data, wire.grad) for wire in wires_behind(f)]
    stepper = Stepper(f)
    stepper.position = 7
    assert [(wire.data, wire.grad) for wire in wires_behind(f)] == before


def test_data_changed_on_the_way_does_not_reach_the_stepper():
    w, x = Value(2.0, label="w"), Value(5.0, label="x")
    stepper = Stepper(w * x)
    w.data = 100.0
    stepper.run()
    assert stepper.gradients[x] == 2.0
    stepper.reset()
    assert stepper.step().sentence == "× computes f = w·x = 2·5 = 10"


def test_breakpoints_stop_a_run():
    f, v = neuron()
    stepper = Stepper(f)
    stepper.breakpoints = ["sigmoid", v["b"]]
    titles = []
    while (step := stepper.run()) and stepper.position < len(stepper):
        titles.append(step.title)
    assert titles == [
        "forward 5 of 5 · gate σ",
        "backward 1 of 5 · gate σ",
        "backward 2 of 5 · gate +",
    ]


def test_running_to_what_is_not_there_says_so_and_goes_nowhere():
    f, _ = neuron()
    stepper = Stepper(f)
    with pytest.raises(ValueError, match="not in the circuit"):
        stepper.run_to(Value(1.0))
    with pytest.raises(ValueError, match=r"no gate 'cosh'.*add, mul, sigmoid"):
        stepper.run_to("cosh")
    with pytest.raises(TypeError, match="the int 3"):
        stepper.run_to(3)
    with pytest.raises(IndexError, match=r"0 .*to 10 .*got 11"):
        stepper.position = 11
    assert stepper.position == 0


def test_stepping_past_the_ends_stays_there():
    stepper = Stepper(Value(2.0).exp())
    assert stepper.back() is None
    assert [stepper.step() is None for _ in range(4)] == [False, False, True, True]
    assert stepper.position == 2


def test_a_leaf_is_a_circuit_without_steps():
    x = Value(2.0)
    stepper = Stepper(x)
    assert (len(stepper), stepper.step(), dict(stepper.gradients)) == (0, None, {x: 1.0})
    stepper.commit()
    assert x.grad == 1.0


def test_numbers_alone_cannot_be_stepped():
    with pytest.raises(ValueError, match="nothing to step through"):
        Stepper(mg.constant(3.0))
    with pytest.raises(TypeError, match="float"):
        Stepper(3.0)
    with pytest.raises(ValueError, match="from 1 to 17, got the int -1"):
        Stepper(Value(1.0), digits=-1)


def test_a_function_assigned_to_backward_is_honoured_and_undone():
    def build() -> tuple[Value, Value, Value]:
        a, b = Value(2.0, label="a"), Value(3.0, label="b")
        out = Value(a.data * b.data + 1, (a, b), "mine")

        def send():
            a.grad += b.data * out.grad
            b.grad += a.data * out.grad

        out._backward = send
        return a, b, out * a

    a, b, f = build()
    stepper = Stepper(f)
    steps = list(stepper)
    assert (a.has_grad, b.has_grad, f.inputs[0].has_grad) == (False, False, False)
    assert stepper.gradients[a] == 7.0 + 6.0
    assert steps[-1].local_gradients == (None, None)
    assert steps[-1].contributions == (6.0, 4.0)
    stepper.back()
    assert stepper.gradients[a] == 7.0
    stepper.commit()
    committed = (a.grad, b.grad)
    f.zero_grad()
    f.backward()
    assert committed == (a.grad, b.grad)


def test_an_exception_in_a_users_function_leaves_the_stepper_where_it_was():
    a = Value(2.0)
    out = a.exp()

    def broken():
        a.grad = 99.0
        raise RuntimeError("broken")

    out._backward = broken
    stepper = Stepper(out)
    stepper.run_forward()
    with pytest.raises(RuntimeError, match="broken"):
        stepper.step()
    assert (stepper.position, a.has_grad, dict(stepper.gradients)) == (1, False, {out: 1.0})


def test_a_stage_shows_what_is_known():
    f, v = neuron()
    stepper = Stepper(f)
    assert set(stepper.stage.values) == set(v.values())
    assert stepper.stage.gradients == {}
    stepper.run_to(v["w_1"])
    stage = stepper.stage
    assert stage.active is stepper.present.output
    assert len(stage.done) == 3
    assert v["w_0"] not in stage.gradients
    assert stage.gradients[v["w_1"]] == stage.contributions[stage.active, 0]


def test_a_chain_of_a_hundred_thousand_gates_is_stepped_both_ways():
    wire = x = Value(0.5)
    for _ in range(50_000):
        wire = wire.tanh() + 1.0
    stepper = Stepper(wire)
    stepper.run()
    wire.backward()
    assert stepper.gradients[x] == x.grad
    assert stepper.step() is None
    stepper.reset()
    assert stepper.position == 0


def test_the_circuit_is_put_in_order_once_for_steps_pictures_and_player(monkeypatch):
    from minigrad.engine import circuit

    made = []
    order = circuit.leaves_and_gates
    monkeypatch.setattr(
        circuit,
        "leaves_and_gates",
        lambda *given: made.append(given[0]) or order(*given),
    )
    f, v = neuron()
    stepper = Stepper(f)
    assert stepper.player().html
    assert stepper.why(v["x_0"])
    assert stepper.run_to(v["w_0"])
    assert stepper._repr_mimebundle_()["text/html"]
    assert made == [f]


def test_a_dot_product_can_stay_one_step():
    product = mg.dot([Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)])
    stepper = Stepper(product, collapse="dot")
    assert stepper.circuit.collapse == {"dot"}
    assert stepper.another().circuit is stepper.circuit
    stepper.commit()
    assert product.grad == 1.0
    with pytest.raises(ValueError, match="collapse='neuron': choose None or 'dot'"):
        Stepper(product, collapse="neuron")


def test_a_stage_is_drawn_with_the_circuit_that_was_stepped_through():
    f, _ = neuron()
    stepper = Stepper(f)
    stepper.run_to("sigmoid")
    alone = replace(stepper.stage, circuit=None)
    assert mg.draw(f, stage=stepper.stage).source == mg.draw(f, stage=alone).source
    inner = stepper.circuit.inputs(f)[0]
    assert mg.draw(inner, stage=stepper.stage).source == mg.draw(inner, stage=alone).source


def cost_of_a_network() -> Value:
    model = mg.nn.MLP(1, [1, 1], activation="tanh", seed=1)
    cost = (model([Value(2.0, label="x_1")]) - 1.0) ** 2
    cost.label = "C"
    return cost


def test_sentences_tell_the_gradients_of_a_network_as_formulas_in_delta():
    told = [step.sentence for step in Stepper(cost_of_a_network(), show="delta")]
    text = "\n".join(told)
    assert "w₁₁² receives δ₁²·a₁¹ = " in text
    assert "a₁¹ receives δ₁²·w₁₁² = " in text
    assert "b₁¹ receives δ₁¹ = " in text
    assert re.search(r"z₁¹ receives δ₁²·w₁₁² · tanh′\(z₁¹\) = −?[0-9.]+, called δ₁¹", text)
    assert re.search(r"z₁² receives −?[0-9.]+, called δ₁²", text)
    assert not any("δ" in step.sentence for step in Stepper(cost_of_a_network()))


def test_a_grade_tells_the_formula_in_delta():
    stepper = Stepper(cost_of_a_network(), show="delta")
    stepper.run_to(lambda step: step.upstream is not None and "b₁²" in step.sentence)
    assert "w₁₁² receives δ₁²·a₁¹ = " in str(stepper.predict({}))


def test_pictures_of_a_stepper_show_formulas_once_they_are_known():
    stepper = Stepper(cost_of_a_network(), show="delta")
    assert "δ₁²" not in mg.draw(stepper.output, stage=stepper.stage, show="delta").svg
    stepper.run()
    assert "δ₁²" in mg.draw(stepper.output, stage=stepper.stage, show="delta").svg


def test_what_a_stepper_shows_is_one_of_three():
    with pytest.raises(ValueError, match="'values' or 'delta' or 'both'"):
        Stepper(cost_of_a_network(), show="deltas")


@given(circuits())
def test_every_printed_product_and_sum_holds_within_the_rounding_of_what_is_printed(output: Value):
    if output.is_constant:
        return
    for step in Stepper(output):
        assert not false_lines("\n".join([step.sentence, *step.formulas]))


def test_the_gradients_of_probabilities_beside_a_loss_are_known_to_be_zero():
    stepper = Stepper(mg.losses.cross_entropy([Value(1.0), Value(2.0), Value(-0.5)], 1))
    assert len(stepper.circuit.beside) == 2
    stepper.run_forward()
    assert [stepper.gradients[wire] for wire in stepper.circuit.beside] == [0.0, 0.0]
    stepper.position = len(stepper)
    assert [stepper.gradients[wire] for wire in stepper.circuit.beside] == [0.0, 0.0]
    stepper.position = 2
    assert not stepper.gradients
