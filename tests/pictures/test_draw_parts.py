"""A picture can show a part of a circuit; of a circuit that is too large it has to."""

from __future__ import annotations

import pytest
from helpers.pictures import Picture, fan_out, gates_in, network, neuron, picture

import minigrad as mg
from minigrad import Value

# --- parts ----------------------------------------------------------------------------------------


def test_depth_goes_back_from_the_output():
    seen = picture(neuron(), depth=2)
    assert gates_in(seen) == {"gate-8", "gate-9"}
    assert seen.texts("wire-7") == ["⋯", "4", "0.197"]  # what is behind it is left out


def test_around_shows_the_gates_near_a_wire():
    f = neuron()
    x0 = mg.topological_order(f)[1]
    assert gates_in(picture(f, around=x0, depth=1)) == {"gate-5"}
    assert gates_in(picture(f, around=x0)) == {"gate-5", "gate-7"}


def test_between_shows_all_routes_from_one_wire_to_another():
    y = fan_out()
    x, _, product, total, _ = mg.topological_order(y)
    assert gates_in(picture(y, between=(x, total))) == {"gate-2", "gate-3"}
    assert gates_in(picture(y, between=(product, y))) == {"gate-3", "gate-4"}


def test_branches_to_gates_left_out_are_counted():
    y = fan_out()
    x, *_ = mg.topological_order(y)
    assert "⋯ 2 more" in picture(y, between=(x, y.inputs[0].inputs[0])).all_text()


def test_parts_that_do_not_exist_are_errors_that_say_so():
    f, stranger = neuron(), Value(1.0, label="stranger")
    with pytest.raises(ValueError, match="does not use this wire"):
        mg.draw(f, around=stranger)
    with pytest.raises(ValueError, match="no route leads from"):
        mg.draw(f, between=(f, mg.topological_order(f)[0]))
    with pytest.raises(ValueError, match="give one of them"):
        mg.draw(f, around=f, between=(f, f))
    with pytest.raises(ValueError, match="two wires"):
        mg.draw(f, between=f)
    with pytest.raises(ValueError, match="at least 1"):
        mg.draw(f, depth=0)


# --- sizes ----------------------------------------------------------------------------------------


def chain(length: int) -> Value:
    y = Value(1.0, label="x")
    for _ in range(length):
        y = y + 1
    return y


@pytest.mark.parametrize("length", [2_001, 1_000_000])
def test_more_than_2000_gates_are_refused_with_advice(length):
    with pytest.raises(ValueError, match=r'2,000.*depth=20, around=wire.*collapse="neuron"'):
        mg.draw(chain(length))


def test_the_circuit_is_put_in_order_once(monkeypatch):
    from minigrad.engine import circuit

    made = []
    order = circuit.leaves_and_gates
    monkeypatch.setattr(
        circuit,
        "leaves_and_gates",
        lambda *given: made.append(given[0]) or order(*given),
    )
    f = neuron()
    assert mg.draw(f, style="graph", show="local").svg
    assert mg.draw(f, depth=2, highlight=f, color="gradient").svg
    assert made == [f, f]
    mg.draw(f, expand="sigmoid")
    assert len(made) == 4  # the expanded circuit is another one


def test_a_dot_product_can_stay_one_gate_in_a_picture_without_boxes():
    product = mg.dot([Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)])
    assert "unit-" not in mg.draw(product, collapse="dot").source
    whole = network(3, 1)
    assert mg.draw(whole, collapse="dot", style="graph").source.count('class="gate"') > 0
    assert Picture(mg.draw(whole, collapse="dot").svg).names("unit-") == set()
    with pytest.raises(ValueError, match="collapse='gate': choose None or 'neuron' or 'layer' or"):
        mg.draw(whole, collapse="gate")


def test_a_refusal_looks_at_no_more_gates_than_it_must():
    from minigrad.pictures.selection import more_gates_than

    class Counted(Value):
        looks = 0

        @property
        def inputs(self):
            Counted.looks += 1
            return super().inputs

    y = chain(5_000)
    wire = y
    while wire.gate is not None:
        wire.__class__, wire = Counted, wire.inputs[0]
    assert more_gates_than([y], 100)
    assert Counted.looks <= 5_000 + 101  # ours above, then one for each gate counted


def test_a_part_of_a_large_circuit_can_be_drawn():
    assert len(gates_in(picture(chain(10_000), depth=3))) == 3


def test_2000_gates_are_written_as_dot():
    assert mg.draw(chain(2_000)).source.count('class="gate"') == 2_000


def test_a_large_circuit_without_units_says_how_to_see_a_part():
    assert "301 gates" in mg.draw(chain(301)).source
    assert "gates:" not in mg.draw(chain(300)).source
