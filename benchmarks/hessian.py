"""The whole sparse Hessian of chained Rosenbrock: beside CasADi, and for 100,000 variables.

    python benchmarks/hessian.py [variables of the large one]

CasADi runs its function on buffers, in its virtual machine: no compiler run on either side.
"""

from __future__ import annotations

import itertools
import resource
import sys
from time import perf_counter, process_time
from typing import Any

import casadi
import numpy as np
from measuring import Run, medians, print_times

import minigrad as mg

SMALL, LARGE = 300, 100_000


def rosenbrock(x: Any) -> Any:
    """Each variable but the first wants to be the square of the one before."""
    return mg.sum([100 * (b - a**2) ** 2 + (1 - a) ** 2 for a, b in itertools.pairwise(x)])


def casadi_hessian(n: int, x: Any) -> tuple[Any, Any]:
    """A call without arguments, and the array of the entries that it fills."""
    symbols = casadi.SX.sym("x", n)
    a, b = symbols[:-1], symbols[1:]
    f = casadi.sum1(100 * (b - a**2) ** 2 + (1 - a) ** 2)
    function = casadi.Function("h", [symbols], [casadi.hessian(f, symbols)[0]])
    buffer, trigger = function.buffer()
    entries = np.zeros(function.nnz_out(0))
    buffer.set_arg(0, memoryview(x))
    buffer.set_res(0, memoryview(entries))
    casadi_hessian.kept = buffer, function  # type: ignore[attr-defined]  # trigger needs them
    return trigger, entries


def small() -> None:
    """The time of a Hessian, and whether both agree."""
    x = np.linspace(-1.0, 1.0, SMALL)
    f = mg.compile(rosenbrock)
    for _ in range(8):  # until machine code is there, and what is compared is compared
        f.hessian(x, sparse="coo"), f.jvp(x, x)
        x += 0.01
    trigger, entries = casadi_hessian(SMALL, x)
    trigger()
    ours = f.hessian(x, sparse=True)
    assert np.allclose(np.sort(ours.data), np.sort(entries), rtol=1e-12)
    print(f"chained Rosenbrock, {SMALL} variables, {len(entries)} entries")
    times = medians(
        {
            "casadi, buffers": Run(trigger),
            'minigrad, sparse="coo"': Run(lambda: f.hessian(x, sparse="coo")),
            "minigrad, sparse=True (SciPy)": Run(lambda: f.hessian(x, sparse=True)),
            "minigrad, dense": Run(lambda: f.hessian(x)),
            "minigrad, hvp": Run(lambda: f.hvp(x, x)),
            "minigrad, jvp": Run(lambda: f.jvp(x, x)),
            "minigrad, vjp": Run(lambda: f.vjp(x, 1.0)),
            "minigrad, jacobian": Run(lambda: f.jacobian(x)),
        }
    )
    print_times(times, "casadi, buffers")


def large(n: int) -> None:
    """From nothing to the first Hessian, and the next; memory is that of the whole process."""
    x = np.linspace(-1.0, 1.0, n)
    f = mg.compile(rosenbrock)
    begin, cpu = perf_counter(), process_time()
    entries = f.hessian(x, sparse="coo").values
    seconds, cpu = perf_counter() - begin, process_time() - cpu
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(f"{n:,} variables, {len(entries):,} entries, {f.sparsity().hessian.entries.count} sweeps")
    print(f"  recorded, coloured, first result   {seconds:8.2f} s ({cpu:.2f} s of processor time)")
    print(f"  memory at most                     {memory:8.0f} MB")
    for _ in range(3):  # what is compared is compared, and arrays are laid out
        x += 0.1
        f.hessian(x, sparse="coo")
    begin = perf_counter()
    f.hessian(x + 0.2, sparse="coo")
    print(f"  another                            {(perf_counter() - begin) * 1e3:8.2f} ms")


if __name__ == "__main__":
    large(int(sys.argv[1]) if len(sys.argv) > 1 else LARGE)
    small()
