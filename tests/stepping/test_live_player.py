"""The page of a player computes and says what Python does, whatever its leaves' numbers are."""

import math
import random
import re
from itertools import chain, product

import pytest
from helpers.counts import count_near
from helpers.live import ask_player, question, told_by_python

import minigrad as mg
from minigrad import Stepper, Value
from minigrad.calculus.own_gates import BUILT_IN
from minigrad.engine import present_stage
from minigrad.rules.gate import FUNCTIONS
from minigrad.stepping.boxes_data import boxes_data

ARITHMETIC = ["add", "sub", "mul", "div", "neg", "sum", "prod", "dot", "maximum", "minimum", "abs"]
ARITHMETIC += ["relu", "leaky_relu", "sqrt", "floor", "ceil", "round", "sign", "clip", "select"]
ARITHMETIC += ["less", "less_equal", "is_equal", "mod", "floor_divide"]
SPECIAL = [0.0, -0.0, math.inf, -math.inf, math.nan, 1e300, 5e-324]
CIRCUITS = 120  # of each kind, each with its author's numbers and with others


def a_number(chance: random.Random) -> float:
    plain = [chance.uniform(-3, 3), round(chance.uniform(-3, 3), 1), float(chance.randint(-3, 3))]
    return chance.choice([*plain, *plain, chance.choice(SPECIAL)])


def built(seed: int, names: list[str], numbers: list[float]) -> tuple[list[Value], Value]:
    """The circuit of a seed, with these numbers on its leaves."""
    chance = random.Random(seed)
    leaves = [Value(number, label=f"x_{i}") for i, number in enumerate(numbers)]
    wires = list(leaves)
    for _ in range(chance.randint(1, 12)):
        gate = mg.GATES[chance.choice(names)]
        operands = [chance.choice(wires) for _ in range(count_near(gate, chance.randint(1, 4)))]
        if len(operands) > 1 and chance.random() < 0.5:
            operands[-1] = a_number(chance)
        if gate.name == "select":  # whose index nobody may move
            wires.append(mg.select(operands, float(chance.randrange(len(operands)))))
        else:
            wires.append(FUNCTIONS[gate.name](*operands))
    return leaves, wires[-1]


def settings_of(chance: random.Random) -> dict:
    mode = chance.choice(["backward", "backward", "forward", "both"])
    more = {} if mode == "forward" else {"upstream": chance.choice([1.0, 1.0, -0.5])}
    return {"mode": mode, "collapse": chance.choice([None, None, "dot"]), **more}


def pairs(names: list[str], count: int) -> list[tuple[Stepper, dict[int, float], Stepper]]:
    """Circuits, other numbers for their leaves, and the same circuits with these."""
    found, chance = [], random.Random(f"live {names}")
    while len(found) < count:
        seed, some = chance.random(), range(chance.randint(1, 4))
        first, second = ([a_number(chance) for _ in some] for _ in range(2))
        (leaves, f), (others, g) = (built(seed, names, numbers) for numbers in (first, second))
        settings, i = settings_of(chance), chance.choice(list(some))
        if f.is_leaf or f.is_constant or leaves[i] not in Stepper(f).circuit.place:
            continue
        seeds = [None, None]
        if settings["mode"] != "backward":
            speed = chance.choice([1.0, -2.0])
            seeds = [{leaves[i]: speed}, {others[i]: speed}]
        given, wanted = (Stepper(w, **settings, seed=s) for w, s in zip((f, g), seeds))
        place = given.circuit.place
        moved = {place[w]: x for w, x in zip(leaves, second) if w in place}
        found.append((given, moved, wanted))
    return found


def same(one: float | None, other: float | None, ulps: float) -> bool:
    if one is None or other is None or one == other:
        return one is other or one == other
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    return abs(one - other) <= ulps * math.ulp(max(abs(one), abs(other)))


def agree(one: dict, other: dict, ulps: float) -> bool:
    """Whether the page says at a position what Python says: numbers that close, texts alike."""
    texts = ("title", "sentence", "formulas", "prompt")
    numbers = [(x["gradients"], chain.from_iterable(x["sent"])) for x in (one, other)]
    return all(one[text] == other[text] for text in texts) and all(
        same(x, y, ulps) for these, those in zip(*numbers) for x, y in zip(these, those)
    )


def ask_alike(one: dict, other: dict, ulps: float) -> bool:
    """Whether the page asks what Python asks, and knows the same mistakes."""
    told = [
        [(q["wire"], q["label"], q["truth"], q["inDeltas"]) for q in x["asked"]]
        for x in (one, other)
    ]
    if told[0] != told[1]:
        return False
    for question_, wanted in zip(one["asked"], other["asked"]):
        mine, theirs = (distinct(q["mistakes"]) for q in (question_, wanted))
        right = all(same(question_[key], wanted[key], ulps) for key in ("expected", "after"))
        alike = [k == kind and same(x, y, ulps) for (k, x), (kind, y) in zip(mine, theirs)]
        if not right or len(mine) != len(theirs) or not all(alike):
            return False
    return True


def distinct(mistakes: list) -> list:
    found: list = []
    for kind, number in mistakes:
        if not any(kind == k and same(number, x, 0) for k, x in found):
            found.append((kind, number))
    return found


@pytest.mark.parametrize(("names", "ulps"), [(ARITHMETIC, 0), (sorted(BUILT_IN), 1e6)])
def test_numbers_words_and_quiz_are_pythons_before_and_after_a_drag(names, ulps):
    cases = pairs(names, CIRCUITS)
    asked = [question(given, moved) for given, moved, _ in cases]
    before = [question(given) for given, *_ in cases]
    for answers, steppers, allowed in [
        (ask_player(before), [given for given, *_ in cases], 0),
        (ask_player(asked), [wanted for *_, wanted in cases], ulps),
    ]:
        for answer, stepper in zip(answers, steppers):
            wanted = told_by_python(stepper)
            assert len(answer["steps"]) == len(wanted)
            for one, other in zip(answer["steps"], wanted):
                assert agree(one, other, allowed), (one, other)
                assert ask_alike(one, other, max(allowed, 4)), (one["asked"], other["asked"])


def test_each_gate_is_computed_anew_within_two_ulp():
    asked, wanted = [], []
    for name in sorted(set(BUILT_IN) - {"select"}):
        gate, chance = mg.GATES[name], random.Random(name)
        count = count_near(gate, 3)
        for _ in range(10):
            first, second = ([chance.uniform(0.1, 0.9) for _ in range(count)] for _ in range(2))
            given = Stepper(FUNCTIONS[name](*(Value(x, label="x") for x in first)))
            leaves = {given.circuit.place[w]: x for w, x in zip(given.circuit.leaves, second)}
            asked.append(question(given, leaves))
            wanted.append((name, second, gate.forward(*second)))
    for answer, (name, numbers, number) in zip(ask_player(asked), wanted):
        assert same(answer["values"][-1], number, 2), (name, numbers, number)


def test_a_formula_with_numbers_has_its_brackets_where_a_number_is_negative():
    steppers = []
    for name in sorted(set(BUILT_IN) - {"select"}):
        count = count_near(mg.GATES[name], 2)
        for signs in product((1.0, -1.0), repeat=count):
            inputs = [Value(sign * (i + 1.5), label="x") for i, sign in enumerate(signs)]
            steppers.append(Stepper(FUNCTIONS[name](*inputs)))
    for answer, stepper in zip(ask_player(list(map(question, steppers))), steppers):
        assert answer["steps"][0]["sentence"] == stepper.step().sentence


def network(**settings) -> Stepper:
    model = mg.nn.MLP(2, [3, 2, 1], activation="tanh", seed=1)
    return Stepper(mg.losses.half_squared_error(model([0.5, -1.0]), [1.0]), **settings)


@pytest.mark.parametrize("settings", [{"show": "delta"}, {"notation": "[l]"}, {"digits": 6}])
def test_formulas_in_deltas_notations_and_digits_are_pythons(settings):
    stepper = network(**settings)
    deltas = settings.get("show") == "delta"
    (answer,) = ask_player([question(stepper, inDeltas=deltas)])
    for one, other in zip(answer["steps"], told_by_python(stepper, deltas)):
        assert agree(one, other, 0), (one, other)
        assert ask_alike(one, other, 4)


def test_a_cross_entropy_and_the_probabilities_beside_it_are_pythons():
    scores, others = ([Value(x, label="a score") for x in xs] for xs in ((1, 2, -0.5), (3, -1, 2)))
    given, wanted = (Stepper(mg.losses.cross_entropy(zs, 1)) for zs in (scores, others))
    moved = {given.circuit.place[z]: other.data for z, other in zip(scores, others)}
    before, after = ask_player([question(given), question(given, moved)])
    for answer, stepper in ((before, given), (after, wanted)):
        for one, other in zip(answer["steps"], told_by_python(stepper)):
            assert agree(one, other, 4), (one, other)
            assert ask_alike(one, other, 4)


def test_a_gate_of_ones_own_is_alive_and_one_of_ordinary_python_says_that_it_is_still():
    @mg.gate(symbol="sq", local_gradient=lambda x, out: (2 * x,))
    def live_square(x):
        return x * x

    @mg.gate(symbol="py", local_gradient=lambda x, out: (2 * x,), opaque=True)
    def still_square(x):
        return float(x) * float(x)

    x = Value(3.0, label="x")
    alive, still = Stepper(live_square(x)), Stepper(still_square(x) * 2.0)
    moved, kept = ask_player([question(alive, {0: 5.0}), question(still)])
    assert moved["values"] == [5.0, 25.0]
    assert kept["movable"] == []
    assert kept["values"] == [3.0, 2.0, 9.0, 18.0]
    for one, other in zip(kept["steps"], told_by_python(still)):
        assert agree(one, other, 0), (one, other)
    assert "These numbers stay as they are: py is a Python function." in still.player().html


def test_a_gate_that_has_been_defined_anew_keeps_its_old_numbers():
    def squared(factor):
        @mg.gate(symbol="sq", local_gradient=lambda x, out: (2.0 * factor * x,))
        def defined_twice(x):
            return factor * x * x

        return defined_twice

    old = Stepper(squared(1.0)(Value(3.0, label="x")))
    assert ask_player([question(old, {0: 2.0})])[0]["values"] == [2.0, 4.0]
    new = Stepper(squared(10.0)(Value(3.0, label="x")))
    kept, moved = ask_player([question(old), question(new, {0: 2.0})])
    assert (kept["movable"], kept["values"]) == ([], [3.0, 9.0])
    assert moved["values"] == [2.0, 40.0]


def test_a_leaf_alone_is_a_circuit_too():
    (answer,) = ask_player([question(Stepper(Value(1.0, label="x")), {0: 2.0})])
    assert (answer["values"], answer["steps"], answer["result"]) == ([2.0], [], "x = 2")


@pytest.mark.parametrize("sizes", [[16, 9, 1], [*[3] * 17, 1], [60, 20, 1]])
def test_the_picture_of_a_large_network_has_every_box_and_line_of_which_its_page_knows(sizes):
    model = mg.nn.MLP(8, sizes, activation="tanh", seed=1)
    circuit = Stepper(model([0.1] * 8)).circuit
    data, picture = boxes_data(circuit), circuit.picture(present_stage(circuit))
    boxes = {box["id"] for box in data["boxes"]}
    reads = {f"read-{i}" for i in range(len(data["reads"]))}
    drawn = set(re.findall(r'id="([^"]+)"', picture.replace("&#45;", "-")))
    assert boxes == {name for name in drawn if name.startswith("unit-")}
    assert reads == {"-".join(name.split("-")[:2]) for name in drawn if name.startswith("read-")}
    gates = [n for box in data["boxes"] for n in box["gates"]]
    assert len(circuit.gates) > 300
    assert sorted(gates) == [circuit.place[gate] for gate in circuit.gates]


def test_no_page_of_a_circuit_that_javascript_knows_says_that_it_is_still():
    model = mg.nn.MLP(8, [16, 9, 1], activation="tanh", seed=1)
    wire = Value(0.5, label="x")
    for _ in range(310):
        wire = wire.tanh()
    for output in (model([0.1] * 8), wire):
        assert "These numbers stay" not in Stepper(output).player().html


def test_a_circuit_with_a_users_backward_tells_what_python_did():
    x = Value(3.0, label="x")
    y = Value(9.0, (x,), "sq")
    y._backward = lambda: setattr(x, "grad", x.grad + 6.0 * y.grad)
    stepper = Stepper(y * x)
    (answer,) = ask_player([question(stepper)])
    assert answer["movable"] == []
    for one, other in zip(answer["steps"], told_by_python(stepper)):
        assert agree(one, other, 0), (one, other)


def test_numbers_that_do_not_belong_together_are_shown_as_python_had_them():
    w, x = Value(2.0, label="w"), Value(3.0, label="x")
    f = w * x
    w.data = 5.0  # after the circuit was made
    stale, moved, back = ask_player(
        [
            question(Stepper(f)),
            question(Stepper(f), {1: 4.0}),
            question(Stepper(f), {1: 4.0}, reset=True),
        ]
    )
    assert stale["values"] == back["values"] == [5.0, 3.0, 6.0]
    assert moved["values"] == [5.0, 4.0, 20.0]
    assert (stale["isAsGiven"], moved["isAsGiven"], back["isAsGiven"]) == (True, False, True)


def test_an_index_that_select_refuses_changes_nothing():
    i, x = Value(0.0, label="i"), Value(3.0, label="x")
    stepper = Stepper(mg.select([x, x * 2.0], i))
    place = stepper.circuit.place
    with pytest.raises(AssertionError, match=r"whole number from 0 to 1, got 0\.5"):
        ask_player([question(stepper, {place[i]: 0.5})])
    (answer,) = ask_player([question(stepper, {place[i]: 1.0})])
    assert answer["values"][-1] == 6.0


def test_a_prediction_at_a_select_is_graded():
    x = Value(3.0, label="x")
    stepper = Stepper(
        mg.select([x, 2.0, 1.0], 2.0)
    )  # another order or one input less has no index 2
    assert stepper.predict({"f": 1.0})
    assert not stepper.predict({"f": 3.0})
