"""Exported C: how long it is, what a compiler needs for it, and how fast it runs.

    pip install ".[native]"         gcc and GNU time (Debian: gcc, time)
    python benchmarks/c_code.py

Networks, recurrences and circuits in which nothing repeats, up to a million gates. Where a circuit
can be written out line by line too, its call is timed in turns with that: the ratio is of the
fastest of many calls, value and gradient.
"""

from __future__ import annotations

import ctypes
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import minigrad as mg
from minigrad.files import c_source

MOST_WRITTEN_OUT = 10_000  # gates


def network(size: int) -> Any:
    return mg.nn.MLP(2, [size, size, 1], activation="tanh", seed=1)


def recurrence(gates: int) -> mg.Value:
    x, w = mg.Value(0.5, label="x"), mg.Value(0.3, label="w")
    y = x
    for _ in range(gates // 4):
        y = ((y * w) + x).tanh() * 0.5
    return y


def without_repeats(gates: int) -> mg.Value:
    chance = random.Random(gates)
    wires = [mg.Value(0.5, label="x"), mg.Value(0.3, label="w")]
    for _ in range(gates):
        a, b = chance.choice(wires[-20:]), chance.choice(wires[-20:])
        kinds: list[Callable[[], mg.Value]] = [a.tanh, a.sin, lambda a=a, b=b: a * b - b]  # type: ignore[misc]
        wires.append(chance.choice(kinds)())
    return mg.sum(wires[-20:])


def circuits() -> Iterator[tuple[str, int, Any]]:
    for size in (16, 64, 200, 700):
        yield (
            f"MLP(2, [{size}, {size}, 1])",
            2 * (3 * size + size * (size + 1) + size),
            network(size),
        )
    for gates in (1_000, 10_000, 100_000, 1_000_000):
        yield f"recurrence of {gates:,} gates", gates, recurrence(gates)
    for gates in (1_000, 10_000, 100_000, 1_000_000):
        yield f"nothing repeats, {gates:,} gates", gates, without_repeats(gates)


def compiled(source: str, folder: Path, name: str) -> tuple[Path, float, float]:
    """The library, and the seconds and MiB that gcc took."""
    (folder / f"{name}.c").write_text(source)
    library = folder / f"{name}.so"
    gcc = ["gcc", "-std=c99", "-O2", "-ffp-contract=off", "-shared", "-fPIC"]
    command = ["time", "-f", "%e %M", *gcc, "-o", library, folder / f"{name}.c", "-lm"]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    seconds, kibibytes = map(float, output.split()[-2:])
    return library, seconds, kibibytes / 1024


def call_of(library: Path, source: str, inputs: int) -> Callable[[], object]:
    """A call of the gradient function, with a scratch array where it has none of its own."""
    size = int(source.split("f_gradients_scratch = ")[1].split()[0]) if "scratch" in source else 0
    arrays = [(ctypes.c_double * count)(*[0.5] * count) for count in (inputs, 1, 1, inputs, size)]
    functions = ctypes.CDLL(str(library))
    if size:
        return lambda: functions.f_gradients_with_scratch(*arrays)
    return lambda: functions.f_gradients(*arrays[:4])


def fastest(calls: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Seconds of each, in turns."""
    best = dict.fromkeys(calls, 1e9)
    stop = perf_counter() + 1.0
    while perf_counter() < stop:
        for name, call in calls.items():
            start = perf_counter()
            call()
            best[name] = min(best[name], perf_counter() - start)
    return best


def written_out(thing: Any) -> str:
    """The source with a line for every gate, however many there are."""
    short, long = c_source.SHORT, c_source.LONG
    c_source.SHORT = c_source.LONG = 10**9  # type: ignore[misc]
    try:
        return mg.export(thing, "c", name="f")
    finally:
        c_source.SHORT, c_source.LONG = short, long  # type: ignore[misc]


def main() -> None:
    with TemporaryDirectory() as place:
        folder = Path(place)
        for number, (name, gates, thing) in enumerate(circuits()):
            start = perf_counter()
            source = mg.export(thing, "c", name="f")
            printed = perf_counter() - start
            library, seconds, mebibytes = compiled(source, folder, f"loops{number}")
            text = (
                f"{name}: {len(source):,} bytes in {printed:.1f} s, gcc -O2 {seconds:.1f} s and "
                f"{mebibytes:.0f} MiB"
            )
            if gates <= MOST_WRITTEN_OUT:
                plain = written_out(thing)
                other, seconds, mebibytes = compiled(plain, folder, f"lines{number}")
                calls = {"loops": call_of(library, source, 2), "lines": call_of(other, plain, 2)}
                times = fastest(calls)
                ratio = times["loops"] / times["lines"]
                text += (
                    f"; line by line {len(plain):,} bytes, {seconds:.1f} s and {mebibytes:.0f} MiB;"
                    f" a call {times['loops'] * 1e6:.1f} µs, {ratio:.2f} of line by line"
                )
            print(text, flush=True)
            for file in folder.iterdir():
                file.unlink()


if __name__ == "__main__":
    assert shutil.which("gcc"), "there is no gcc"
    main()
