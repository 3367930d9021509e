"""Files: exact and whole on the way out, checked at every step on the way in."""

import json
import math
import os
import random
import struct
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import minigrad as mg
from minigrad import CircuitFileError, Value, nn
from minigrad.engine import Circuit
from minigrad.files.checked_json import checked_object
from minigrad.files.saved_files import MOST_BYTES


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "it.json"


def some_circuit() -> Value:
    model = nn.MLP(2, [2, 1], activation="tanh", seed=1)
    loss = mg.losses.hinge(model([0.5, -2.0]), 1) + mg.maximum(Value(1e-300), math.pi, -0.0)
    loss.backward()
    return loss


def everything(output: Value) -> list[Any]:
    circuit = Circuit(output)
    bits = lambda x: struct.pack("<d", x)
    return [
        (
            bits(wire.data),
            bits(wire.grad) if wire.has_grad else None,
            wire.label,
            wire.is_constant,
            None if wire.is_leaf else circuit.gate(wire),
            [circuit.place[source] for source in circuit.inputs(wire)],
            [bits(local) for local in circuit.local_gradients(wire)],
            wire.__dict__.get("unit"),
        )
        for wire in circuit.wires
    ]


def test_a_circuit_comes_back_bit_for_bit(path: Path) -> None:
    circuit = some_circuit()
    mg.save(circuit, path)
    again = mg.load(path)
    assert everything(again) == everything(circuit)
    again.zero_grad()
    again.backward()
    assert everything(again) == everything(circuit)


def test_a_loaded_circuit_is_drawn_and_stepped_like_the_saved_one(path: Path) -> None:
    circuit = some_circuit()
    mg.save(circuit, path)
    again = mg.load(path)
    assert mg.draw(again).dot.source == mg.draw(circuit).dot.source
    steps = zip(mg.Stepper(again), mg.Stepper(circuit), strict=True)
    assert all(repr(one) == repr(other) for one, other in steps)


@given(st.lists(st.floats(allow_nan=True), min_size=2, max_size=4))
def test_every_float_survives(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[float]
) -> None:
    path = tmp_path_factory.mktemp("f") / "f.json"
    mg.save(mg.sum([Value(number) for number in numbers]), path)
    again = [wire.data for wire in mg.load(path).inputs]
    assert list(map(repr, again)) == list(map(repr, numbers))
    json.loads(path.read_text(), parse_constant=pytest.fail)


def test_a_long_chain_is_saved_and_loaded_without_recursion(path: Path) -> None:
    y = x = Value(1.0)
    for _ in range(20_000):
        y = y + x
    mg.save(y, path)
    assert mg.load(path).data == 20_001.0


def test_a_network_comes_back_with_its_shape_and_its_numbers(path: Path) -> None:
    model = nn.MLP(3, [4, 1, 2], activation=["tanh", "leaky_relu", None], seed=1, first_index=0)
    mg.save(model, path)
    again = mg.load(path)
    assert repr(again) == repr(model)
    assert again.state_dict() == model.state_dict()
    assert [p.label for p in again.parameters()] == [p.label for p in model.parameters()]
    bare = nn.MLP(1, [1, 1], bias=False, seed=1)
    mg.save(bare, path)
    assert repr(mg.load(path)) == repr(bare)


def test_a_state_dict_comes_back(path: Path) -> None:
    state = {"slope": 0.1, "ŷ": math.inf}
    mg.save(state, path)
    assert mg.load(path) == state


def test_a_failed_save_leaves_the_old_file_and_no_other(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mg.save(some_circuit(), path)
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no space"):
        mg.save(nn.MLP(2, [1]), path)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_what_a_file_cannot_hold_is_refused_with_the_remedy(path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        mg.save({"w": 1.0}, path.parent / "missing" / "it.json")
    with pytest.raises(TypeError, match="state_dict"):
        mg.save(nn.Layer(2, 2), path)
    with pytest.raises(ValueError, match=r"define it with @mg\.gate"):
        mg.save(nn.MLP(1, [1, 1], activation=lambda z: z * z), path)
    x = Value(2.0)
    with pytest.raises(ValueError, match=r"define it with @mg\.gate"):
        mg.save(Value(4.0, (x,), "sq"), path)
    for made in (mg.compile(lambda x: x * x)(x), mg.implicit(lambda u: u * u - x, 1.0)):
        with pytest.raises(ValueError, match=r"save its number, Value\(y\.data\), or .* f\.circ"):
            mg.save(made, path)
    y = x * x
    y._backward = lambda: None
    with pytest.raises(ValueError, match="function of its own"):
        mg.save(y, path)
    assert not path.exists()


WIRES = '{"format": "minigrad", "version": 1, "kind": "circuit", "wires": [%s]}'
X = '{"data": 1.0}'
NETWORK = (
    '{"format": "minigrad", "version": 1, "kind": "network", "first_index": 1, "layers": [%s]}'
)


def gate(name: str, inputs: str, local: str, data: str = X + ", ") -> str:
    wire = f'{{"data": 1, "gate": "{name}", "inputs": {inputs}, "local": {local}}}'
    return WIRES % (data + wire)


def layer(activation: str, weights: str = "[[1]]", bias: str = "null") -> str:
    one = f'{{"activation": "{activation}", "weights": {weights}, "bias": {bias}}}'
    return NETWORK % one


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "line 1, column 1: not JSON"),
        ("[1, 2]", "at the top: expected an object, got a list"),
        ('{"a": 1}', '"format" is missing'),
        ('{"format": "other"}', "at format: expected 'minigrad'"),
        ('{"format": "minigrad", "version": 2}', "this minigrad reads version 1: update"),
        ('{"format": "minigrad", "version": true}', "at version: expected a whole number"),
        ('{"format": "minigrad", "version": 1, "kind": "pickle"}', "at kind: expected 'circuit'"),
        (WIRES % "", "at wires: expected at least 1 items"),
        (WIRES % "{}", "empty object"),
        (WIRES % '{"data": "one"}', r"at wires\[0\]\.data: expected a number, got 'one'"),
        (WIRES % '{"data": 1e999}', "too large"),
        (WIRES % f'{{"data": 1{"0" * 5000}}}', "5001 digits"),
        (WIRES % '{"data": NaN}', "written as text"),
        (WIRES % '{"data": 1, "data": 2}', "'data' stands twice"),
        (WIRES % '{"data": 1, "dta": 2}', r"at wires\[0\]: unknown name 'dta'"),
        (WIRES % f"{X}, {X}", r"at wires\[0\]: the wire leads nowhere"),
        (gate("exp", "[0]", "[1]", data=""), r"at wires\[0\]\.inputs\[0\]"),
        (gate("exp", "[1]", "[1]"), r"from 0 to 0, got 1"),
        (gate("exp", "[-1]", "[1]"), r"from 0 to 0, got -1"),
        (gate("epx", "[0]", "[1]"), "did you mean 'exp'"),
        (gate("mul", "[0]", "[1]"), "mul takes 2 inputs, got 1"),
        (gate("sum", "[]", "[]"), "at least one input"),
        (gate("exp", "[0]", "[]"), "1 inputs, got 0"),
        (WIRES % '{"data": 1, "label": 3}', r"wires\[0\]\.label: expected text"),
        (WIRES % '{"data": 1, "label": "\\ud800"}', "lone surrogate"),
        (WIRES % '{"data": 1, "unit": [1]}', "expected layer and unit"),
        (WIRES % '{"data": 1, "constant": 1}', "expected true"),
        (WIRES % '{"data": 1, "constant": true, "grad": 1}', "a constant has no gradient"),
        (layer("tanh", "[[1, 2], [1]]", "null"), r"weights\[1\]: expected 2 weights"),
        (layer("tanh", "[[1]]", "[1, 2]"), "expected 1 biases"),
        (layer("os.system", "[[1]]", "null"), "no gate 'os.system'"),
        (layer("mul", "[[1]]", "null"), "an activation takes one"),
        ("[" * 200_000, "nested too deep"),
        ('{"a":' * 200_000, "nested too deep"),
    ],
)  # fmt: skip
def test_a_damaged_file_names_the_place(path: Path, content: str, message: str) -> None:
    path.write_text(content)
    with pytest.raises(CircuitFileError, match=message):
        mg.load(path)


@pytest.mark.parametrize("filler", [b"[],", b"0,", b"0.5,", b'"",', b'{"data":0},', b'{"a":[0]},'])
def test_memory_stays_in_bounds_whatever_the_file_holds(path: Path, filler: bytes) -> None:
    size = 100_000  # memory grows in proportion: 100 MB for the largest file that is read
    start, end = (WIRES % "~").encode().split(b"~")
    path.write_bytes(start + filler * (size // len(filler)) + b"0" + end)
    tracemalloc.start()
    with pytest.raises(CircuitFileError):
        mg.load(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak * (MOST_BYTES / size) < 100e6


HEAD = '{"format": "minigrad", "version": 1, "kind": "%s", '
NAMES = ", ".join(f'"name{i:06d}": 1' for i in range(40_000))
LAYER = '{"activation": "tanh", "weights": %s, "bias": null}'
LARGE = {
    "the last name twice": HEAD % "state" + f'"parameters": {{{NAMES}, "name039999": 2}}}}',
    "units with one input": NETWORK % (LAYER % f"[{'[0],' * 400_000}[0]]"),
    "few units of many inputs": NETWORK % (LAYER % f"[[{'0,' * 900_000}0]]"),
    "many layers": NETWORK % ",".join([LAYER % "[[1]]"] * 20_000),
}


@pytest.mark.parametrize("name", LARGE)
def test_a_large_file_takes_time_and_memory_in_proportion_or_is_refused(
    path: Path, name: str
) -> None:
    path.write_text(LARGE[name])
    calls = 0

    def count(*_: Any) -> None:
        nonlocal calls
        calls += 1

    tracemalloc.start()
    sys.setprofile(count)
    try:
        with pytest.raises(CircuitFileError):
            mg.load(path)
    finally:
        sys.setprofile(None)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 100e6
    assert calls < 8 * len(LARGE[name])


def test_a_name_that_stands_twice_is_found_by_looking_at_each_once() -> None:
    looked = 0

    class Looked(str):
        def __eq__(self, other: object) -> bool:
            nonlocal looked
            looked += 1
            return str.__eq__(self, other)

        __hash__ = str.__hash__

    pairs = [(Looked(f"n{i}"), 0) for i in range(2_000)] + [(Looked("n1999"), 0)]
    with pytest.raises(CircuitFileError, match="'n1999' stands twice"):
        checked_object(pairs)
    assert looked < 20_000


def test_a_large_network_is_read_when_it_is_trusted(path: Path) -> None:
    path.write_text(NETWORK % (LAYER % f"[{'[0],' * 30_000}[0]]"))
    with pytest.raises(
        CircuitFileError, match=r"layers\[0\]\.weights: .*if you trust it, mg\.load"
    ):
        mg.load(path)
    assert len(mg.load(path, most_bytes=10**8).parameters()) == 30_001


@pytest.mark.parametrize("layers", ["0", '"abc"', "null", "[1]", "true"])
def test_a_layer_that_is_no_object_is_refused(path: Path, layers: str) -> None:
    path.write_text(NETWORK % layers)
    with pytest.raises(CircuitFileError, match=r"at layers\[0\]: expected an object, got"):
        mg.load(path)


COPIES = "\x1b]52;c;aGFja2Vk\x07"  # a terminal puts it on the clipboard
TURNS = "\u202eevil\u2066"  # a terminal shows it backwards


@pytest.mark.parametrize("name", [COPIES, TURNS, "a" * 900, COPIES * 30, "\n\n", "a.b", ""])
@pytest.mark.parametrize(
    "content",
    [
        HEAD % "state" + '"parameters": {~: "x"}}',
        HEAD % "state" + '"parameters": {~: 1, ~: 2}}',
        '{"format": "minigrad", "version": 1, "kind": ~}',
        '{"format": ~}',
        WIRES % "{~: 1}",
        WIRES % '{"data": ~}',
        WIRES % '{"data": 1, "constant": ~}',
        gate("~", "[0]", "[1]").replace('"~"', "~"),
        layer("~").replace('"~"', "~"),
        "{~: [}",
    ],
)
def test_a_message_holds_no_raw_text_of_the_file(path: Path, content: str, name: str) -> None:
    path.write_text(content.replace("~", json.dumps(name)))
    with pytest.raises(CircuitFileError) as caught:
        mg.load(path)
    said = str(caught.value)
    assert said.isprintable()
    assert len(said) < 600


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are Unix's")
def test_only_regular_files_are_opened(path: Path) -> None:
    os.mkfifo(path)
    for name in (path, Path("/dev/zero"), Path("/dev/null")):
        with pytest.raises(CircuitFileError, match="is no regular file but a pipe"):
            mg.load(name)
    with pytest.raises(IsADirectoryError):
        mg.load(path.parent)
    with pytest.raises(FileNotFoundError):
        mg.load(path.parent / "missing")
    with pytest.raises(TypeError):
        mg.load(0)
    link, real = path.parent / "link.json", path.parent / "real.json"
    mg.save({"w": 1.0}, real)
    link.symlink_to(real)
    assert mg.load(link) == {"w": 1.0}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "the name of the file is empty"),
        ("a\0b.json", r"cannot read .*a.x00b\.json'"),
        ("half \ud800.json", r"cannot read .*half .ud800\.json'"),
        ("a" * 5000, "^cannot read .{1,250}$"),
        ("missing\x1b[31m.json", r"cannot read .*missing.x1b\[31m\.json': No such file"),
        (".", r"cannot read '\.': Is a directory"),
    ],
)
def test_what_cannot_be_opened_is_named(name: str, words: str) -> None:
    with pytest.raises((ValueError, OSError), match=words):
        mg.load(name)


def test_a_file_in_another_encoding_is_read_or_called_what_it_is(path: Path) -> None:
    mg.save({"w": 1.0}, path)
    text = path.read_text(encoding="utf-8")
    for same in ("\ufeff" + text, text.replace("\n", "\r\n"), text.replace("\n", "\r")):
        path.write_bytes(same.encode())
        assert mg.load(path) == {"w": 1.0}
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        path.write_bytes(text.encode(encoding))
        with pytest.raises(CircuitFileError, match=r"at byte \d: .*the file is not UTF-8 text"):
            mg.load(path)


def test_only_a_file_that_was_cut_off_is_asked_whether_it_was(path: Path) -> None:
    mg.save({"w": 1.0}, path)
    text = path.read_text(encoding="utf-8").rstrip()
    for content, is_asked in [(text[:-1], True), (text.replace(":", ";"), False), ("", True)]:
        path.write_text(content)
        with pytest.raises(CircuitFileError, match=r"^at line \d+, column \d+: not JSON") as caught:
            mg.load(path)
        assert ("cut off" in str(caught.value)) is is_asked


DEEP = """
import sys
import minigrad as mg
sys.setrecursionlimit(10**7)
for brackets in ("[", '{"a":', '["a",'):
    with open(sys.argv[1], "w") as file:
        file.write(brackets * 300_000)
    try:
        mg.load(sys.argv[1])
    except mg.CircuitFileError as error:
        print(error)
"""


def test_deep_files_end_no_process_that_has_a_higher_limit_of_recursion(path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(Path(mg.__file__).parents[1])}
    command = [sys.executable, "-c", DEEP, str(path)]
    ran = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert ran.stdout == "the file has lists nested too deep for a circuit\n" * 3, ran.stderr


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({}, "nothing to save"),
        ({1: 1.0, "1": 2.0}, "got the int 1 as a name"),
        ({None: 1.0}, "got None as a name"),
        ({"w": "x"}, "at 'w': expected a number, got the str 'x'"),
        ({"w": [1.0]}, "at 'w': expected a number, got the list"),
        ({"w": 1j}, "at 'w': expected a number, got the complex"),
        ({"w": 10**400}, "at 'w': expected a number within the range"),
    ],
)
def test_save_refuses_what_would_not_come_back(path: Path, state: Any, words: str) -> None:
    with pytest.raises((TypeError, ValueError, OverflowError), match=words):
        mg.save(state, path)
    assert not path.exists()


class Name(str, Enum):
    W = "w"


def test_save_writes_numbers_of_every_kind_as_what_they_are(path: Path) -> None:
    numpy = pytest.importorskip("numpy")
    state: dict[Any, Any] = {"a": True, "b": Value(2.5), "c": Fraction(1, 4), Name.W: 3}
    state |= {"d": numpy.float32(0.1), numpy.str_("e"): numpy.int64(7)}
    mg.save(state, path)
    expected = {"a": 1.0, "b": 2.5, "c": 0.25, "w": 3.0, "d": float(numpy.float32(0.1)), "e": 7.0}
    assert mg.load(path) == expected


@given(st.dictionaries(st.text(max_size=20), st.floats(allow_nan=False), min_size=1, max_size=5))
def test_every_state_that_is_saved_is_loaded(
    tmp_path_factory: pytest.TempPathFactory, state: dict[str, float]
) -> None:
    path = tmp_path_factory.mktemp("s") / "s.json"
    mg.save(state, path)
    assert mg.load(path) == state


def test_free_attributes_and_gradients_of_constants_do_no_harm(path: Path) -> None:
    x, c = Value(2.0), mg.constant(3.0)
    c.grad = 1.0
    for unit in ("volt", (1, 2, 3), (-1, 2), (1.5, 2), 7, (10**12, 1), None):
        x.unit = unit
        mg.save(x * c, path)
        assert mg.load(path).data == 6.0


CHANGES: list[Callable[[Any], object]] = [
    lambda model: model.layers[0].neurons.pop(),
    lambda model: model.layers.clear(),
    lambda model: model.layers[1].neurons.clear(),
    lambda model: setattr(model.layers[0].neurons[1], "b", None),
    lambda model: setattr(model.layers[0].neurons[1], "activation", nn.Neuron(1).activation),
    lambda model: model.layers[0].neurons[0].w.append(Value(1.0)),
    lambda model: model.layers[0].neurons[0].w.clear(),
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_network_that_no_file_can_hold_is_refused(
    path: Path, change: Callable[[Any], object]
) -> None:
    model = nn.MLP(2, [3, 1], activation="tanh", seed=1)
    change(model)
    with pytest.raises(ValueError, match=r"state_dict\(\)|empty layer"):
        mg.save(model, path)
    assert not path.exists()


def test_a_large_file_is_refused_until_it_is_trusted(path: Path) -> None:
    mg.save(some_circuit(), path)
    with pytest.raises(CircuitFileError, match="larger than 100 bytes: if you trust it"):
        mg.load(path, most_bytes=100)


# MINIGRAD_LONG=1 is the long profile
MUTATIONS = 10_000 if os.environ.get("MINIGRAD_LONG") == "1" else 300


def mutations(original: bytes, count: int) -> Iterator[bytes]:
    """Files with bytes changed, cut out, doubled, cut off, and JSON parts put elsewhere."""
    rng = random.Random(7)
    parts = [b'"inputs"', b"[", b"]", b"{", b"}", b"-1", b"1e308", b"null", b"true", b'"mul"']
    parts += [
        b"99999999999999999999",
        b'"nan"',
        b'"',
        b",",
        b":",
        b"\\u0000",
        b"\xff",
        b'{"data":1}',
    ]
    for _ in range(count):
        data = bytearray(original)
        for _ in range(rng.choice([1, 1, 1, 2, 5])):
            start = rng.randrange(len(data))
            end = min(len(data), start + rng.choice([0, 1, 1, 2, 8, 40]))
            kind = rng.randrange(4)
            if kind == 0:
                data[start:end] = rng.choice(parts)
            elif kind == 1:
                del data[start:end]
            elif kind == 2:
                data[start:start] = data[start:end]
            else:
                data[start] = rng.randrange(256)
            if not data:
                break
        yield bytes(data[: rng.randrange(len(data) + 1)] if rng.random() < 0.1 else data)


@pytest.mark.parametrize(
    "thing", [some_circuit(), nn.MLP(2, [2, 1], seed=0)], ids=["circuit", "net"]
)
def test_a_mutated_file_is_read_or_refused_and_nothing_else(path: Path, thing: Any) -> None:
    mg.save(thing, path)
    refused = 0
    for data in mutations(path.read_bytes(), MUTATIONS // 2):
        path.write_bytes(data)
        try:
            again = mg.load(path)
        except CircuitFileError as error:
            refused += bool(str(error))
        else:
            if isinstance(again, Value):
                again.backward()
    assert refused > 100


@pytest.mark.parametrize(
    ("most", "error", "message"),
    [
        *[(most, TypeError, "must be a whole number, got") for most in ("5", None, 1e6, True)],
        *[(most, ValueError, f"must be at least 1, got {most}") for most in (0, -2)],
    ],
)
def test_most_bytes_is_a_whole_number_of_them(tmp_path, most, error, message):
    mg.save({"w": 1.0}, tmp_path / "w.json")
    with pytest.raises(error, match=f"most_bytes {message}"):
        mg.load(tmp_path / "w.json", most_bytes=most)


def test_a_label_that_is_too_long_to_be_saved_is_shortened_in_the_message(tmp_path):
    with pytest.raises(CircuitFileError, match=r"the label of the Value .*5000 characters") as e:
        mg.save(Value(1.0, label="a" * 5_000), tmp_path / "circuit.json")
    assert len(str(e.value)) < 200
