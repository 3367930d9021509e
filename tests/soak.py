"""The promises about files and interrupts, tried again and again at random moments.

    python tests/soak.py                 a short run, as in the suite
    python tests/soak.py --runs 1000     a long one

- `interrupts`: the command gets a Ctrl-C at a random moment: one line and the exit code 130, or,
  when all was done, its whole output and 0; no traceback, no half-written file.
- `kills`: a process that saves again and again is killed: the file is an old or a new one, whole,
  and the next save leaves nothing else in the folder.
- `mutations`: a saved file with random bytes changed is read, or refused with a message that holds
  nothing that a terminal would obey.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import minigrad as mg
from minigrad import CircuitFileError, Value

ROOT = Path(__file__).parents[1]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
NEURON = ["sigmoid(w*x + b)", "w=2", "x=-1", "b=3"]
COMMANDS = [
    ["eval", *NEURON],
    ["draw", *NEURON],
    ["draw", *NEURON, "-o", "f.svg"],
    ["draw", *NEURON, "-o", "f.png"],
    ["play", *NEURON, "-o", "f.html"],
    ["play", *NEURON, "-o", "f.gif"],
    ["playground", "-o", "page.html"],
    ["step", *NEURON],
    ["step", *NEURON, "--quiz"],
    ["demo", "demo"],
    ["--help"],
]


class Broken(AssertionError):
    """A promise that did not hold."""


def interrupts(runs: int, chance: random.Random) -> Counter[str]:
    """Ctrl-C for the command, as often as `runs` says; what came of it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
    found: Counter[str] = Counter()
    seconds: dict[int, float] = {}
    for run in range(runs):
        which = run % len(COMMANDS)
        with tempfile.TemporaryDirectory() as name:
            if which not in seconds:
                seconds[which] = _interrupted(COMMANDS[which], Path(name), None)[0]
        with tempfile.TemporaryDirectory() as name:
            delay = chance.uniform(0.0, 0.8 * seconds[which])  # the first time took longer
            _, code, errors = _interrupted(COMMANDS[which], Path(name), delay)
            found[_outcome(code, errors)] += 1
            left = [path for path in Path(name).rglob("*") if path.suffix == ".part"]
            if left:
                raise Broken(f"{COMMANDS[which][0]}: {left} left after {delay:.4f} s")
    return found


def _interrupted(arguments: list[str], folder: Path, delay: float | None) -> tuple[float, int, str]:
    """How long the command took, its exit code and its errors, with a Ctrl-C after `delay` s."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "minigrad", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=ENVIRONMENT,
    )
    try:
        if delay is not None:
            time.sleep(delay)
            process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=120)
    finally:
        process.kill()
    return time.perf_counter() - start, process.returncode, errors.decode(errors="replace")


def _outcome(code: int, errors: str) -> str:
    lines = [line for line in errors.splitlines() if line.startswith("minigrad")]
    others = [line for line in errors.splitlines() if line and line not in lines]
    if code == 130 and len(lines) == 1 and lines[0].endswith(": stopped"):
        if any("Traceback" in line or "Error" in line for line in others):
            raise Broken(f"more than one line:\n{errors}")
        return "one line, exit code 130"
    if code == 0 and "Traceback" not in errors:
        return "finished"
    if code == -signal.SIGINT and not errors:
        return "before Python had set itself up"
    if os.sep + "minigrad" + os.sep not in errors and "Traceback" in errors:
        return "before minigrad's first line"
    raise Broken(f"exit code {code}:\n{errors}")


SAVING = """
import sys
import minigrad as mg
for number in range(10**6):
    mg.save({"number": float(number), **{f"w{i}": 0.5 for i in range(200)}}, sys.argv[1])
    if not number:
        print("began", flush=True)
"""


def kills(runs: int, chance: random.Random) -> Counter[str]:
    """A process that saves is killed; the file is whole, and the next save clears up."""
    found: Counter[str] = Counter()
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as name:
            path = Path(name, "state.json")
            process = subprocess.Popen(
                [sys.executable, "-c", SAVING, str(path)], stdout=subprocess.PIPE, env=ENVIRONMENT
            )
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(chance.uniform(0.0, 0.05))
            process.kill()
            process.communicate()
            if len(mg.load(path)) != 201:
                raise Broken("half a file")
            found["with a partial file" if len(os.listdir(name)) > 1 else "between two saves"] += 1
            mg.save({"w": 1.0}, Path(name, "other.json"))
            if sorted(os.listdir(name)) != ["other.json", "state.json"]:
                raise Broken(f"left over: {os.listdir(name)}")
    return found


def mutations(runs: int, chance: random.Random) -> Counter[str]:
    """A saved file with random changes is read or refused, in words that are safe to print."""
    x = Value(0.5, label="x")
    things = [(x * 2 + 1).tanh(), mg.nn.MLP(2, [2, 1], seed=1), {"a": 1.0, "b": -2.0}]
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        path = Path(name, "it.json")
        originals = []
        for thing in things:
            mg.save(thing, path)
            originals.append(path.read_bytes())
        for run in range(runs):
            data = bytearray(originals[run % len(originals)])
            for _ in range(chance.choice([1, 1, 2, 6])):
                at = chance.randrange(len(data))
                data[at : at + chance.randrange(3)] = chance.choice(
                    [b"", b"{", b"]", b'"', b"0", b"1e400", b"null", b"\x1b", b"\\u001b", b"\xff"]
                )
            path.write_bytes(data)
            try:
                mg.load(path)
            except CircuitFileError as error:
                if not str(error).isprintable() or len(str(error)) > 1000:
                    raise Broken(f"unsafe to print: {str(error)!r}") from None
                found["refused"] += 1
            else:
                found["read"] += 1
    return found


PROMISES = {"interrupts": interrupts, "kills": kills, "mutations": mutations}


def main() -> None:
    parser = argparse.ArgumentParser(description="Try the promises about files and interrupts.")
    parser.add_argument("promise", nargs="*", default=list(PROMISES), metavar="|".join(PROMISES))
    parser.add_argument("--runs", type=int, default=16, help="of each (16)")
    parser.add_argument("--seed", type=int, default=None, help="of the random moments")
    arguments = parser.parse_args()
    for name in arguments.promise:
        runs = arguments.runs * (100 if name == "mutations" else 1)
        found = PROMISES[name](runs, random.Random(arguments.seed))
        print(f"{name}: " + ", ".join(f"{count} × {what}" for what, count in found.most_common()))


if __name__ == "__main__":
    main()
