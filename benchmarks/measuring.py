"""Times taken in turns, and what was to be reached."""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable, Mapping
from time import perf_counter


class Run:
    """Something to be timed; one call of it takes a number of steps."""

    def __init__(self, call: Callable[[], object], steps: int = 1) -> None:
        self.call, self.steps = call, steps


def medians(runs: Mapping[str, Run], seconds: float = 1.5, turns: int = 5) -> dict[str, float]:
    """The median seconds of a step of each, after a call that is not counted.

    They take turns, so that a busy moment of the machine is in the times of all of them.
    """
    for run in runs.values():
        run.call()
    gc.collect()
    gc.freeze()  # what large libraries keep is nothing for an engine's collector to look through
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(turns):
        for name, run in runs.items():
            begin = start = perf_counter()
            while start - begin < seconds / turns:
                run.call()
                now = perf_counter()
                times[name].append((now - start) / run.steps)
                start = now
    return {name: statistics.median(taken) for name, taken in times.items()}


def median(call: Callable[[], object], seconds: float = 0.7, turns: int = 3) -> float:
    """The median seconds of a call by itself."""
    return medians({"": Run(call)}, seconds, turns)[""]


def print_times(times: Mapping[str, float], reference: str) -> None:
    """One line for each, with its time as a multiple of the reference's."""
    for name, seconds in times.items():
        ratio = seconds / times[reference]
        print(f"  {name:34} {seconds * 1e6:13,.1f} µs {ratio:12,.2f} × {reference}", flush=True)


class Targets:
    """What was to be reached, and whether it was."""

    def __init__(self) -> None:
        self.verdicts: list[tuple[bool, str]] = []

    def at_least(self, wanted: float, got: float, what: str) -> None:
        """A figure that should be large."""
        self._add(got >= wanted, f"{what}: {got:,.2f}, at least {wanted:,g}")

    def at_most(self, wanted: float, got: float, what: str) -> None:
        """A figure that should be small."""
        self._add(got <= wanted, f"{what}: {got:,.2f}, at most {wanted:,g}")

    def _add(self, is_reached: bool, text: str) -> None:
        line = f"{'reached' if is_reached else 'MISSED '}  {text}"
        self.verdicts.append((is_reached, line))
        print(f"  {line}", flush=True)

    def print_all(self) -> None:
        """Once more, all together."""
        reached = sum(is_reached for is_reached, _ in self.verdicts)
        print(f"\n{reached} of {len(self.verdicts)} targets reached")
        for _, line in sorted(self.verdicts):
            print(f"  {line}")
