"""Random programs of all gates in every executor: one value, one gradient, to the sign of zero.

    python tests/fuzz.py --programs 100000

A program takes wires made so far, so inputs repeat and wires fan out; its numbers are ordinary ones
and the edges: zeros of both signs, infinities, nan, 800. The engine is the reference; a nan equals
any nan. Batches of two rows are compared with the sum of the rows' gradients.
"""

from __future__ import annotations

import argparse
import inspect
import math
import random
import struct
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import minigrad as mg
from minigrad import Value
from minigrad.native import has_native

SPECIAL = (0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 800.0, -800.0, 1e-310, 1e300, math.inf, -math.inf)
FIXED = [gate.name for gate in mg.GATES.values() if gate.arity is not None]
MANY = ["sum", "maximum", "minimum", "dot", "select", "lookup", "where", "choose"]
QUICK = ("grad", "grad, create_graph", "stepper")
LANES_EVERY = 500  # straight-line code is compiled anew for each program

Step = tuple[str, tuple[int, ...], int]


class Program:
    """Leaves, constants and gates, from a seed."""

    def __init__(self, seed: int) -> None:
        rnd = random.Random(seed)
        self.seed = seed
        self.leaves = [_number(rnd) for _ in range(rnd.randint(1, 4))]
        self.constants = [_number(rnd) for _ in range(rnd.randint(0, 2))]
        known = len(self.leaves) + len(self.constants)
        self.steps: list[Step] = []
        for i in range(rnd.randint(1, 12)):
            name = rnd.choice(FIXED if rnd.random() < 0.6 else MANY)
            newest = known + i - 1
            arity = mg.GATES[name].arity if name in FIXED else 4
            places = tuple(
                newest if rnd.random() < 0.4 else rnd.randint(0, newest) for _ in range(arity or 4)
            )
            self.steps.append((name, places, rnd.randint(0, 2)))

    def __call__(self, *leaves: Any) -> Any:
        wires: list[Any] = [*leaves, *self.constants]
        for name, places, choice in self.steps:
            wires.append(_applied(name, [wires[place] for place in places], choice))
        return wires[-1] + 0.5 * leaves[0]


def _number(rnd: random.Random) -> float:
    kind = rnd.random()
    if kind < 0.02:
        return math.nan
    return rnd.choice(SPECIAL) if kind < 0.35 else round(rnd.uniform(-3, 3), 3)


def _applied(name: str, xs: list[Any], choice: int) -> Any:
    if name == "select":
        return mg.select(xs, choice)
    if name == "lookup":
        return mg.sum(mg.lookup([xs[:2], xs[2:]], choice % 2))
    if name == "dot":
        return mg.dot(xs[:2], xs[2:])
    if name == "where":
        return mg.where(xs[0] > xs[1], xs[2], xs[3])
    if name == "choose":
        return mg.select(xs[2:], mg.less(xs[0], xs[1]))
    if name in ("sum", "maximum", "minimum"):
        return getattr(mg, name)(xs[: 2 + choice])
    return getattr(mg, name)(*xs)


def bits(number: float) -> bytes:
    """The number's bits; all nans are one."""
    return b"nan" if number != number else struct.pack("d", number)


Results = tuple[float, list[float]]


def eager(program: Program, numbers: Sequence[float]) -> Results:
    """The reference."""
    wires = [Value(x) for x in numbers]
    output = program(*wires)
    output.backward()
    return output.data, [wire.grad for wire in wires]


def by_grad(program: Program, numbers: Sequence[float], create_graph: bool = False) -> Results:
    wires = [Value(x) for x in numbers]
    output = program(*wires)
    return output.data, [d.data for d in mg.grad(output, wires, create_graph=create_graph)]


def by_stepper(program: Program, numbers: Sequence[float]) -> Results:
    wires = [Value(x) for x in numbers]
    output = program(*wires)
    mg.Stepper(output).commit()
    return output.data, [wire.grad for wire in wires]


def compiled(program: Program, numbers: Sequence[float], executor: str) -> Results:
    wires = [Value(x) for x in numbers]
    output = mg.compile(program.__call__, executor=executor, check=False)(*wires)
    output.backward()
    return output.data, [wire.grad for wire in wires]


def by_recorded_derivative(program: Program, numbers: Sequence[float]) -> Results:
    """The derivative's circuit, recorded with other numbers than it is replayed with."""

    def both(*xs: Any) -> Any:
        y = program(*xs)
        return [y, *(1.0 * d for d in mg.grad(y, list(xs), create_graph=True))]

    function = mg.compile(both, executor="python", check=False)
    function(*[Value(1.5 + i) for i in range(len(numbers))])
    value, *gradients = function(*[Value(x) for x in numbers])
    return value.data, [d.data for d in gradients]


def in_batch(program: Program, numbers: Sequence[float], executor: str) -> Results:
    """Two equal rows, whose sum is exact; the leaves are parameters."""
    wires = [Value(x) for x in numbers]
    loss = mg.compile(lambda row: program(*wires) + 0.0 * row, executor=executor, check=False)
    output = loss.batch([1.0, 1.0])
    output.backward()
    return output.data, [wire.grad for wire in wires]


def exported(program: Program, numbers: Sequence[float]) -> Results:
    """The circuit as source code in Python, whose sums begin with 0.0."""
    wires = [Value(x, label=f"x{i}") for i, x in enumerate(numbers)]
    output = program(*wires)
    names: dict[str, Any] = {}
    exec(mg.export(output, "python", name="f"), names)
    of_names = {wire.label: x for wire, x in zip(wires, numbers)}
    arguments = inspect.signature(names["f"]).parameters
    (value,), gradients = names["f_gradients"](*[of_names[name] for name in arguments])
    found = dict(zip(arguments, gradients))
    return value, [found.get(wire.label, 0.0) for wire in wires]


EXECUTORS: dict[str, Callable[[Program, Sequence[float]], Results]] = {
    "grad": by_grad,
    "grad, create_graph": lambda p, x: by_grad(p, x, create_graph=True),
    "stepper": by_stepper,
    "exported python": exported,
    "recorded derivative": by_recorded_derivative,
    "python tape": lambda p, x: compiled(p, x, "python"),
    "batch in python": lambda p, x: in_batch(p, x, "python"),
}
if has_native():
    EXECUTORS["native tape"] = lambda p, x: compiled(p, x, "tape")
    EXECUTORS["batch in blocks"] = lambda p, x: in_batch(p, x, "tape")
    EXECUTORS["batch in lanes"] = lambda p, x: in_batch(p, x, "lanes")


def same(name: str, program: Program, found: Results, expected: Results) -> bool:
    """To the last bit, but for a batch, whose lanes have an exp of their own and whose mean is
    never −0.0, and for `where`: the engine goes one way there and records no gate, a recording has
    a gate that routes, whose input sums by itself.
    """
    numbers = zip([found[0], *found[1]], [expected[0], *expected[1]])
    has_where = any(step[0] == "where" for step in program.steps)
    if name == "exported python":
        return all(bits(x + 0.0) == bits(y + 0.0) for x, y in numbers)
    if not (name.startswith("batch") or has_where):
        return all(bits(x) == bits(y) for x, y in numbers)
    if name.startswith("batch"):  # the sum over both rows may overflow
        numbers = ((x, (y + y) / 2.0) for x, y in numbers)
    return all(
        bits(x + 0.0) == bits(y + 0.0) or math.isclose(x, y, rel_tol=1e-9, abs_tol=1e-300)
        for x, y in numbers
    )


def differences(seed: int, thin: int = 1) -> list[str]:
    """The executors that do not agree with the engine on the program of this seed.

    Those that compile run only on every `thin`-th program, each on others.
    """
    program = Program(seed)
    try:
        expected = eager(program, program.leaves)
    except (IndexError, AttributeError, ValueError):
        return []
    found = []
    for number, (name, run) in enumerate(EXECUTORS.items()):
        if name == "batch in lanes" and seed % LANES_EVERY:
            continue
        if name not in QUICK and (seed + number) % thin:
            continue
        result = run(program, program.leaves)
        if not same(name, program, result, expected):
            found.append(f"{name}: program {seed} gives {result}, the engine {expected}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0)
    arguments = parser.parse_args()
    counts: Counter[str] = Counter()
    for seed in range(arguments.first, arguments.first + arguments.programs):
        for text in differences(seed):
            counts[text.partition(":")[0]] += 1
            if sum(counts.values()) <= 10:
                print(text)
    print(f"{arguments.programs} programs, {sum(counts.values())} differences {dict(counts)}")
    raise SystemExit(bool(counts))


if __name__ == "__main__":
    main()
