"""The table of gates in JavaScript, which the playground computes with, is the table of gates."""

import importlib.util
import json
import random
import shutil
import subprocess
from math import inf, isclose, isnan, nan

import pytest
from helpers.house import ROOT
from helpers.needed import missing

from minigrad import GATES

ENGINE = ROOT / "minigrad/stepping/web/engine"
TOOL = ROOT / "tools/web/gates.py"
SPECIAL = [0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 0.5, 2.5, inf, -inf, nan, 1e308, 1e-308, 710.0, -745.0]
PROGRAM = """
import {{ GATES }} from {gates};
let text = "";
for await (const piece of process.stdin) text += piece;
const number = (x) => (typeof x === "string" ? Number(x.replace("inf", "Infinity")) : x);
const told = (x) => (Number.isFinite(x) ? x : String(x));
const results = JSON.parse(text).map(([name, xs]) => {{
  const numbers = xs.map(number);
  const out = GATES[name].forward(numbers);
  return [told(out), GATES[name].localGradients(numbers, out).map(told)];
}});
console.log(JSON.stringify(results));
"""


@pytest.mark.skipif(not TOOL.exists(), reason="needs all files of a clone")
def test_what_is_committed_is_what_the_table_gives():
    spec = importlib.util.spec_from_file_location("gates_tool", TOOL)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert (ENGINE / "gates.js").read_text(encoding="utf-8") == tool.source(), (
        "gates.js is old: run python tools/web/gates.py and npm run build in tools/web"
    )


def points(name: str, chance: random.Random) -> list[list[float]]:
    gate = GATES[name]
    count = gate.arity or (4 if gate.is_dot else 3)
    usual = [[chance.uniform(-3, 3) for _ in range(count)] for _ in range(20)]
    special = [[chance.choice(SPECIAL) for _ in range(count)] for _ in range(40)]
    if name == "select":
        return [[*xs[:-1], float(chance.randrange(count - 1))] for xs in usual]
    return [list(gate.example)] * (gate.arity is not None and len(gate.example) == count) + (
        usual + special
    )


def test_every_gate_and_its_slopes_are_pythons():
    if not shutil.which("node"):
        missing("node", "apt-get install nodejs")
    chance = random.Random(5)
    asked = [(name, xs) for name in GATES for xs in points(name, chance)]
    program = PROGRAM.format(gates=json.dumps((ENGINE / "gates.js").as_uri()))
    given = [[name, [x if abs(x) < inf else str(x) for x in xs]] for name, xs in asked]
    done = subprocess.run(
        ["node", "--input-type=module", "-e", program],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    wrong = []
    for (name, xs), (value, slopes) in zip(asked, json.loads(done.stdout)):
        gate = GATES[name]
        expected = [gate.forward(*xs), *gate.local_gradients(*xs)]
        got = [float(str(x).replace("Infinity", "inf")) for x in (value, *slopes)]
        if not (len(got) == len(expected) and all(map(same, got, expected))):
            wrong.append((name, xs, got, expected))
    assert wrong == []


def same(one: float, other: float) -> bool:
    return (isnan(one) and isnan(other)) or isclose(one, other, rel_tol=1e-12, abs_tol=1e-300)
