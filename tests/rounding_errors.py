"""The bound on rounding errors against mpmath, on random circuits.

    python tests/rounding_errors.py --circuits 10000

What rounding does to one output is chance: it may be nothing. So the bound is compared with the
largest error at 100 points nearby, where all gates round otherwise. It is one to first order, and
the functions are right to two units in the last place, not to half of one: it may be a little low.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from typing import Any

from helpers.references import DIGITS, REFERENCES
from mpmath import mp, mpf

import minigrad as mg

GATES = (
    *("add", "sub", "mul", "div", "sum", "prod", "dot", "neg", "abs", "maximum", "relu"),
    *("exp", "log", "sqrt", "sin", "cos", "tanh", "sigmoid", "softplus", "log1p", "hypot", "atan"),
)
POINTS = 100
NEARBY = 1e-11  # of each leaf: nearer than a circuit changes, farther than it rounds
LARGEST, SMALLEST = 1e6, 1e-6  # of the numbers in a circuit


class Program:
    """Gates on leaves and on one another, none of them outside of its domain."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        count = self.random.randint(1, 4)
        self.leaves = [
            self.random.choice((-1, 1)) * self.random.uniform(0.1, 3) for _ in range(count)
        ]
        numbers = list(self.leaves)
        self.steps: list[tuple[str, list[int]]] = []
        wanted = self.random.randint(2, 16)
        while len(self.steps) < wanted:
            name, places = self._step(len(numbers))
            number = float(mg.GATES[name].forward(*(numbers[place] for place in places)))
            if SMALLEST < abs(number) < LARGEST:
                numbers.append(number)
                self.steps.append((name, places))

    def _step(self, known: int) -> tuple[str, list[int]]:
        name = self.random.choice(GATES)
        arity = min(mg.GATES[name].arity or 4, known)  # no input twice: x − x is exact
        others = self.random.sample(range(known), arity)
        newest = [known - 1] * (self.random.random() < 0.6)
        places = list(dict.fromkeys([*newest, *others]))[:arity]
        return (name, places) if mg.GATES[name].accepts(arity) else self._step(known)

    def run(self, leaves: list[Any], apply: Any) -> Any:
        """The output, by gates applied to numbers of any kind."""
        wires = list(leaves)
        for name, places in self.steps:
            wires.append(apply(name, [wires[place] for place in places]))
        return wires[-1]

    def bound(self) -> float:
        """What `mg.rounding` says."""
        output = self.run([mg.Value(x) for x in self.leaves], _on_values)
        return mg.rounding(output).total if isinstance(output, mg.Value) else 0.0

    def points(self) -> Iterator[list[float]]:
        """The leaves, then points nearby."""
        yield self.leaves
        for _ in range(POINTS - 1):
            yield [x * (1.0 + self.random.uniform(-NEARBY, NEARBY)) for x in self.leaves]

    def worst_error(self) -> float:
        """The largest difference to mpmath at all points."""
        return max(self.error(point) for point in self.points())

    def error(self, point: list[float]) -> float:
        """The difference to mpmath at one point."""
        found = self.run(list(point), lambda name, xs: mg.GATES[name].forward(*xs))
        with mp.workdps(DIGITS):
            exact = self.run([mpf(x) for x in point], lambda name, xs: REFERENCES[name](*xs))
            return float(abs(mpf(found) - exact))


def _on_values(name: str, xs: list[Any]) -> Any:
    if name == "dot":
        middle = len(xs) // 2
        return mg.dot(xs[:middle], xs[middle:])
    return mg.rules.FUNCTIONS[name](*xs)


def ratios(seeds: range) -> list[tuple[int, float]]:
    """For each circuit that rounds anything, the bound as a multiple of the worst error."""
    found = []
    for seed in seeds:
        program = Program(seed)
        bound, worst = program.bound(), program.worst_error()
        if bound or worst:
            found.append((seed, bound / worst if worst else float("inf")))
    return found


def main() -> None:
    """Print how many bounds hold, and how many are within 10 times the error."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--circuits", type=int, default=10_000)
    found = sorted(ratios(range(parser.parse_args().circuits)), key=lambda pair: pair[1])
    of_bounds = [ratio for _, ratio in found]
    count = len(found)
    print(f"{count:,} circuits with rounding")
    print(f"bound below the error: {sum(r < 1.0 for r in of_bounds):,}; worst: {found[:3]}")
    print(f"within 10 times: {100 * sum(0.1 <= r <= 10.0 for r in of_bounds) / count:.1f} %")
    print(f"median {of_bounds[count // 2]:.1f}, 95 % below {of_bounds[int(0.95 * count)]:.1f}")


if __name__ == "__main__":
    main()
