"""Links, lines of Python and files of the playground: right ones come back, others are refused."""

import base64
import json
import random
import re

import pytest
from helpers.engine import ask, close

import minigrad as mg
from minigrad.engine import Circuit

EXPRESSION = {
    "kind": "expression",
    "text": "y = tanh(w₁*x) + 2",
    "values": {"w1": 2.0, "x": -0.1, "__proto__": 0.1 + 0.2},
    "theme": "dark",
    "position": 3,
    "show": "values",
    "collapsed": True,
    "learningRate": 0.1,
    "mistakes": ["overwrite", "no_slope"],
}
NETWORK = {
    "kind": "network",
    "sizes": [2, 3, 1],
    "activations": ["tanh", "linear"],
    "cost": "hinge",
    "bias": True,
    "seed": 7,
    "scheme": "he",
    "parameters": [(-1) ** k * (k + 1) / 7 for k in range(13)],
    "data": {"name": "moons", "n": 20, "noise": 0.15, "seed": 3},
    "row": 4,
    "learningRate": 0.05,
    "batchSize": 5,
    "mistakes": [],
    "steps": 12,
    "theme": "safe",
    "position": None,
    "show": "delta",
    "collapsed": False,
}
JUNK = [None, True, -1, 0.5, 1e300, "x", "", "<img src=x onerror=alert(1)>", [], [[]], {}, {"a": 1}]
JUNK += ["__proto__", "constructor", 2**60, [1] * 50, "a" * 20_000, {"x": {"y": 0}}, "\ud800"]


def hash_of(state):
    text = json.dumps(state) if not isinstance(state, str) else state
    return "#v1." + base64.urlsafe_b64encode(text.encode("utf-8", "replace")).decode().rstrip("=")


def test_a_state_comes_back_from_its_hash():
    special = {**EXPRESSION, "values": {"x": float("inf"), "y": float("-inf"), "z": -0.0}}
    states = [EXPRESSION, NETWORK, special, {"kind": "network", "example": "one_step", "row": 0}]
    for state, answer in zip(states, ask([{"do": "hash", "state": s} for s in states])):
        assert answer["state"] == state
        assert re.fullmatch(r"#v1\.[A-Za-z0-9_-]+", answer["hash"])
        assert len(answer["hash"]) < 900


def hostile_hashes():
    chance = random.Random(11)
    hashes = [
        "",
        "#",
        "#v1.",
        "#v2.e30",
        "#v1.!!!!",
        "#v1." + "A" * 400_000,
        "#v1.e30",
        "x" * 10**6,
    ]
    hashes += [
        "#<script>alert(1)</script>",
        "#v999999999999.e30",
        "#v1.%3Cscript%3E",
        "javascript:1",
    ]
    hashes += [
        hash_of("[" * 50_000),
        hash_of('{"kind":' * 10_000),
        hash_of("null"),
        hash_of("1e999"),
    ]
    while len(hashes) < 520:
        state = json.loads(json.dumps(chance.choice([EXPRESSION, NETWORK])))
        name = chance.choice([*state, "__proto__", "constructor", "onclick", "script"])
        state[name] = chance.choice(JUNK)
        if chance.random() < 0.3:
            state["data"] = {"name": chance.choice(JUNK), "n": chance.choice(JUNK)}
        if chance.random() < 0.2:
            state.pop(chance.choice(list(state)), None)
        hashes.append(hash_of(state))
        cut = hash_of(state)
        hashes.append(cut[: chance.randrange(len(cut))])
    return hashes


KNOWN = set(EXPRESSION) | set(NETWORK) | {"example", "saved", "firstIndex"}


def test_five_hundred_hostile_hashes_are_refused_or_are_a_checked_state():
    hashes = hostile_hashes()
    answers = ask([{"do": "state", "hash": each} for each in hashes], seconds=60)
    refused = 0
    for text, answer in zip(hashes, answers, strict=True):
        if "error" in answer:
            refused += 1
            assert answer["error"] == "ShareError", (text[:200], answer)
            assert re.fullmatch(r"[^<]{1,300}", answer["message"])
            continue
        assert set(answer) <= KNOWN
        assert answer["kind"] in ("expression", "network")
        if answer["kind"] == "network":
            assert all(1 <= size <= 64 for size in answer["sizes"])
            assert answer["data"]["name"] in ("moons", "xor", "circles", "spirals")
    assert len(hashes) > 500
    assert refused > 300


# --- lines of Python ------------------------------------------------------------------------------


def run(source):
    """What the lines make: their names."""
    names = {}
    exec(compile(source, "copied", "exec"), names)  # our own lines, written by the page
    return names


STATES = [
    EXPRESSION | {"values": {"w1": 2.0, "x": -0.1}, "position": 5},
    {"kind": "expression", "text": "x*\u202fy\t+ 1", "values": {"x": float("inf"), "y": 3.0}},
    NETWORK,
    {key: value for key, value in NETWORK.items() if key != "parameters"},
    NETWORK
    | {"sizes": [2, 2, 2], "cost": "cross_entropy", "parameters": [0.25] * 12, "bias": True},
    NETWORK
    | {"sizes": [2, 2], "activations": ["sigmoid"], "cost": "squared_error", "bias": False}
    | {"parameters": [0.5, -1.0, 1e-9, 2.0]},
    NETWORK | {"data": {"name": "xor"}, "firstIndex": 0, "row": 2},
    *(
        {"kind": "network", "example": name, "row": 0}
        for name in ("one_step", "three_layers", "classes", "svm", "four_equations", "two_moons")
    ),
]


@pytest.mark.parametrize("place", range(len(STATES)))
def test_the_lines_of_python_rebuild_what_the_page_shows(place):
    state = STATES[place]
    source, shown = ask([{"do": "python", "state": state}, {"do": "shown", "state": state}])
    made = run(source)
    output = made.get("cost", made.get("f"))
    circuit = Circuit(output, textbook=True)
    assert [wire.label or "" for wire in circuit.wires] == [w["label"] for w in shown["wires"]]
    for wire, value, gradient in zip(circuit.wires, shown["values"], shown["gradients"]):
        assert close(wire.data, value)
        if not wire.is_constant:
            assert close(wire.grad, gradient)


def test_examples_are_the_circuits_of_the_texts():
    names, *_ = ask([{"do": "examples"}])
    answers = dict(zip(names, ask([{"do": "example", "name": name} for name in names])))
    assert answers["neuron"]["value"] == pytest.approx(0.7310585786300049, abs=1e-15)
    assert answers["sum_times"]["value"] == -12.0
    assert answers["max"]["value"] == -20.0
    model = mg.nn.MLP(2, [8, 8, 1], activation="relu", weights="he", seed=3)
    parameters = [p.data for p in model.parameters()]
    assert all(map(close, answers["two_moons"]["parameters"], parameters))
    assert all("error" not in answer for answer in answers.values())


# --- files of mg.save -----------------------------------------------------------------------------


def saved(thing, path):
    mg.save(thing, path)
    return path.read_text()


def test_files_of_mg_save_open_and_wrong_ones_are_refused_as_by_mg_load(tmp_path):
    w, x = mg.Value(2.0, label="w_1"), mg.Value(-1.0, label="x")
    y = mg.maximum((w * x).tanh() + 3 * x, mg.dot([w, x], [x, 2]))
    y.backward()
    model = mg.nn.MLP(2, [3, 1], activation=["tanh", "sigmoid"], seed=1, first_index=0)
    things = [y, model, {"a": 1.5, "b": float("inf")}]
    texts = [saved(thing, tmp_path / f"{i}.json") for i, thing in enumerate(things)]
    circuit, network, state = ask([{"do": "open", "text": text} for text in texts])
    assert all(map(close, circuit["values"], [v.data for v in Circuit(y).wires]))
    assert [g for g in circuit["gradients"] if g is not None] == [
        pytest.approx(v.grad) for v in Circuit(y).wires if not v.is_constant
    ]
    assert network["labels"] == [p.label for p in model.parameters()]
    assert network["layers"][0]["weights"][0] == [p.data for p in model.layers[0].neurons[0].w]
    assert state["parameters"] == {"a": 1.5, "b": float("inf")}
    damaged = damaged_files(texts)
    answers = ask([{"do": "open", "text": text} for text in damaged])
    wrong = 0
    for text, answer in zip(damaged, answers, strict=True):
        path = tmp_path / "damaged.json"
        path.write_text(text, encoding="utf-8")
        expected = what_load_says(path)
        wrong += bool(expected)
        assert answer.get("error", "") == ("CircuitFileError" if expected else ""), (text, answer)
        # names of gates are looked for among others there, those of activations told otherwise
        if expected and not re.search("no gate|activation", expected):
            assert answer["message"] == expected, text
    assert wrong > 250


def what_load_says(path):
    try:
        mg.load(path)
    except mg.CircuitFileError as error:
        return str(error)
    return ""


def damaged_files(texts):
    chance = random.Random(3)
    damaged = []
    for _ in range(350):
        text = chance.choice(texts)
        place = chance.randrange(len(text))
        new = chance.choice(
            ["", "", "{", "]", '"', "1", ",", ":", "x", "-", "\\", "null", "1e999", "é"]
        )
        damaged.append(text[:place] + new + text[place + chance.choice([0, 1, 1, 3]) :])
    return damaged
