"""Change the library in one place after the other; the tests must notice every time.

    python tests/mutants.py              # ends with an error if a mutant survives
    python tests/mutants.py tanh grad    # only mutants whose name contains one of the words

Each rule of the table is multiplied by 1.001, gets the other sign, or gets its inputs swapped; the
backward pass, its order and the gradients-as-values are changed in their source. A mutant that
computes the same as the original (a + b swapped) is no mutant. Nothing is written: every core has a
process, which changes what it has imported. The tests that name the mutated thing run first, then,
if none of them failed, the rest.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import os
import random
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, wraps
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from helpers.counts import count_near

import minigrad as mg
from minigrad.calculus import gradients, of_circuits
from minigrad.engine import backward as engine
from minigrad.engine import recorders, recording, value
from minigrad.rules.gate import FUNCTIONS, Gate

TESTS = Path(__file__).parent
RULES, VALUE, GRADIENTS = (
    "rules/test_gates.py",
    "engine/test_value.py",
    "calculus/test_gradients.py",
)
# what takes longest stands last: most mutants are killed before
FILES = [VALUE, "engine/test_nothing.py", "engine/test_dot.py", "engine/test_all_or_nothing.py"]
FILES += [GRADIENTS, "engine/test_micrograd.py", "engine/test_random_circuits.py", RULES]


@dataclass
class Mutant:
    """A name, the tests to run first (a file, and words in their names), how to apply it."""

    name: str
    first: tuple[str, str]
    applied: Callable[[], contextlib.AbstractContextManager[None]]


# --- the rules of the table ---


def mutants_of_rules(gate: Gate) -> Iterator[Mutant]:
    forward = "rule" if gate.rule else "kernel"
    output = getattr(gate, forward)
    gradient = gate.local_gradient
    changes = {
        f"{forward} × 1.001": {forward: wraps(output)(lambda *xs: 1.001 * output(*xs))},
        f"{forward} negated": {forward: wraps(output)(lambda *xs: -output(*xs))},
        f"{forward} with inputs swapped": {
            forward: wraps(output)(lambda *xs: output(*xs[1::-1], *xs[2:]))
        },
        "local gradients swapped": {"local_gradient": _swapped(gradient)},
    }
    for place in range(gate.arity or 2):
        for factor in (1.001, -1.0):
            changes[f"local gradient {place} × {factor}"] = {
                "local_gradient": _scaled(gradient, place, factor)
            }
    for name, fields in changes.items():
        if _differs(gate, fields):
            words = f"{gate.name}-" if gate.arity else gate.name
            first = (RULES, words)
            yield Mutant(f"{gate.name}: {name}", first, lambda f=fields: _with_fields(gate, f))


def _scaled(rule: Callable[..., Any], place: int, factor: float) -> Callable[..., Any]:
    @wraps(rule)  # the names of its parameters are those of the inputs
    def scaled(*inputs_and_out: Any) -> tuple[Any, ...]:
        parts = rule(*inputs_and_out)
        return tuple(factor * part if i == place else part for i, part in enumerate(parts))

    return scaled


def _swapped(rule: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(rule)
    def swapped(*inputs_and_out: Any) -> tuple[Any, ...]:
        parts = rule(*inputs_and_out)
        return (*parts[1::-1], *parts[2:])

    return swapped


def _differs(gate: Gate, fields: dict[str, Any]) -> bool:
    """Whether the change can be seen at all, at some of many points."""
    source = random.Random(1)
    count = count_near(gate, 3)
    for _ in range(200):
        inputs = [float(source.choice((0, 1, -1, source.uniform(-3, 3)))) for _ in range(count)]
        results: list[Any] = []
        for changed in ({}, fields):
            with _with_fields(gate, changed, reinstall=False):
                try:
                    numbers = (gate.forward(*inputs), *gate.local_gradients(*inputs))
                    results.append([number + 0.0 for number in numbers])  # −0.0 is 0.0 here
                except (IndexError, ArithmeticError):
                    results.append("refused")
        if str(results[0]) != str(results[1]):
            return True
    return False


@contextmanager
def _with_fields(gate: Gate, fields: dict[str, Any], reinstall: bool = True) -> Iterator[None]:
    before = {name: getattr(gate, name) for name in fields}
    _set(gate, fields, reinstall)
    try:
        yield
    finally:
        _set(gate, before, reinstall)


def _set(gate: Gate, fields: dict[str, Any], reinstall: bool) -> None:
    for name, field in fields.items():
        object.__setattr__(gate, name, field)
    Gate.on_floats.cache_clear()
    Gate.gradients_on_floats.cache_clear()
    if reinstall:
        for row in mg.GATES.values():
            recorders.install(row, FUNCTIONS[row.name])


# --- the source of the engine ---

SOURCE_CHANGES: list[tuple[ModuleType, str, str, str]] = [
    (engine, "whole_pass", "reversed(reached.gates)", "reached.gates"),
    (engine, "_reach", "gates += reversed(path)", "gates += path"),
    (engine, "_send_back", "+=", "="),
    (engine, "_send_back", "if received is zero:", "if False:"),
    (engine, "_send_back", "elif second is None:", "elif False:"),
    (engine, "_send_back", "wire._d_second is ROUTED", "False"),
    (engine, "_finish_leaves", "routes or gradient is zero", "routes"),
    (engine, "_finish_leaves", "routes or gradient is zero", "gradient is zero"),
    (engine, "_send_back", "wire._d_second()", "None"),
    (engine, "_send_back", "wire in apart", "False"),
    (engine, "whole_pass", 'zero = float("-0.0")', 'zero = float("0.0")'),
    (engine, "whole_pass", 'zero = float("-0.0")', 'zero = float("1.0")'),
    (engine, "_reach", "reached.old.append(wire)", "pass"),
    (engine, "_reach", "old_before.append(old)", "old_before.append(None)"),
    (engine, "_reach", "leaves_before.append(old)", "leaves_before.append(None)"),
    (engine, "_reach", "leaves_before.append(second._grad)", "leaves_before.append(None)"),
    (engine, "_reach", "path.append(wire)", "path.insert(0, wire)"),
    (engine, "_reach", "waiting.append(second)", "waiting.insert(0, second)"),
    (engine, "_reach", "places.append(len(path))", "places.append(len(path) - 1)"),
    (engine, "_reach", "gates.append(path.pop())", "gates.insert(0, path.pop())"),
    (engine, "_reach", "reversed(inputs)", "inputs"),
    (engine, "_reach", "inputs = apart[wire] = _products(wire)", "pass"),
    (engine, "_products", "= right_number, left_number", "= left_number, right_number"),
    (engine, "_send_back", "wire._d_second is FACTORS", "False"),
    (engine, "_send_back", "pairs = zip(wires[last::-1]", "pairs = zip(wires[: last + 1]"),
    (engine, "factors_of", "others_of(total._d_first)", "total._d_first"),
    (recording, "record", "others_of(numbers)", "tuple(numbers)"),
    (engine, "_Reached", "repeat(None)", "repeat(0.0)"),
    (engine, "_Reached", "map(write_grad, self.leaves, self.leaves_before)", "()"),
    (engine, "whole_pass", "output._grad = seed", "output._grad = 1.0"),
    (engine, "whole_pass", "output._grad = seed", "pass"),
    (engine, "_finish_leaves", "leaf._grad += old", "leaf._grad = old"),
    (engine, "_finish_leaves", "leaf._grad += old", "pass"),
    (engine, "_finish_leaves", "leaf._grad = None", "pass"),
    (engine, "whole_pass", "deque(restore, maxlen=0)", "pass"),
    (value, "leaves_and_gates", "inputs[::-1]", "inputs"),
    (value, "leaves_and_gates", "leaves.append(wire)", "leaves.insert(0, wire)"),
    (value, "leaves_and_gates", "gates.append(waiting.pop())", "gates.insert(0, waiting.pop())"),
    (recording, "to_wires", "0.0 if x.is_constant else local", "local"),
    (gradients, "sent_back", "reversed(circuit.gates)", "circuit.gates"),
    (gradients, "sent_back", "received[source] + sent if", "sent if"),
    (of_circuits, "gradient", "{output: 1.0}", "{output: 2.0}"),
    (gradients, "_product", "local * received", "local + received"),
    (gradients, "_product", "return received ", "return local "),
    (gradients, "as_wires_of", "constant(x)", "constant(-x)"),
]


def mutants_of_source() -> Iterator[Mutant]:
    for module, function, old, new in SOURCE_CHANGES:
        places = inspect.getsource(getattr(module, function)).count(old)
        for number in range(max(places, 1)):
            yield _source_mutant(module, function, old, new, number)


def _source_mutant(module: ModuleType, name: str, old: str, new: str, number: int = 0) -> Mutant:
    source = inspect.getsource(getattr(module, name))
    parts = source.split(old)
    if len(parts) < number + 2:
        sys.exit(
            f"{module.__name__}.{name} no longer contains {old!r}: bring this script up to date"
        )
    changed = old.join(parts[: number + 1]) + new + old.join(parts[number + 1 :])
    return Mutant(
        f"{module.__name__}.{name}: {old!r} → {new!r} (number {number + 1})",
        (GRADIENTS if module in (gradients, of_circuits) else VALUE, ""),
        lambda: _with_source(module, name, changed),
    )


@contextmanager
def _with_source(module: ModuleType, name: str, source: str) -> Iterator[None]:
    original = getattr(module, name)
    scope: dict[str, Any] = {}
    exec(compile(textwrap.dedent(source), f"<mutant of {name}>", "exec"), vars(module), scope)
    holders = [m for m in list(sys.modules.values()) if vars(m).get(name) is original]
    for holder in holders:  # `from .order import leaves_and_gates` made other names for it
        setattr(holder, name, scope[name])
    try:
        yield
    finally:
        for holder in holders:
            setattr(holder, name, original)


# --- the run ---

os.environ["MINIGRAD_TESTS"] = "mutants"  # see conftest.py


@cache
def all_mutants() -> list[Mutant]:
    """Every mutant, always in the same order."""
    return [m for gate in mg.GATES.values() for m in mutants_of_rules(gate)] + [
        *mutants_of_source()
    ]


def is_killed(number: int) -> bool:
    """Whether the tests notice the mutant with this number."""
    mutant = all_mutants()[number]
    file, words = mutant.first
    with mutant.applied():
        return fails([file], words) or fails(FILES)


def fails(files: list[str], words: str = "") -> bool:
    """Whether a test of these files fails (all of them, or those with one of the words)."""
    arguments = ["-x", "-q", "-p", "no:cacheprovider", "-o", "addopts="]
    arguments += [str(TESTS / name) for name in files] + (["-k", words] if words else [])
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return pytest.main(arguments) == pytest.ExitCode.TESTS_FAILED


def main(words: list[str]) -> int:
    names = [mutant.name for mutant in all_mutants()]
    chosen = [i for i, name in enumerate(names) if not words or any(w in name for w in words)]
    if fails(FILES):
        print("the tests fail without any mutant: mend that first")
        return 2
    start, survivors = time.perf_counter(), 0
    with ProcessPoolExecutor() as processes:
        for number, killed in zip(chosen, processes.map(is_killed, chosen)):
            if not killed:
                survivors += 1
                print(f"survived: {names[number]}", flush=True)
    seconds = time.perf_counter() - start
    print(f"{len(chosen) - survivors} of {len(chosen)} mutants killed in {seconds:.0f} s")
    return 1 if survivors or not chosen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
