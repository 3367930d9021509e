"""Native speed, side by side in one run: small networks, a GPT, the tape by size, first results.

    pip install ".[native,bench]"                      peers: pip install torch jax
    python benchmarks/native.py                        all of it, about ten minutes
    python benchmarks/native.py --quick                without what takes longest
    python benchmarks/native.py --only gpt tape        parts of it

Every peer that is installed takes part, on one thread and in double precision: package micrograd,
hand-written NumPy, PyTorch, JAX, hand-written C (gcc -O3 -march=native). The numbers are medians,
taken in turns; every peer's parameters after a step are compared with minigrad's. The networks are
timed at the start of training, with a learning rate of next to nothing: later most rows have no
hinge, and the C code skips those. What the project set out to reach stands below each table, with a
verdict.
"""

from __future__ import annotations

import argparse
import os

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}


def main() -> None:
    """Print the tables."""
    os.environ.update(ONE_THREAD)  # is read when the libraries below are loaded
    from first_results import first_results
    from gpt_speed import gpt
    from measuring import Targets
    from network_speed import networks
    from tape_speed import rows, tapes

    from minigrad.native import batch_over_rows as native_batch

    native_batch.WORK_FOR_A_THREAD = 10**18
    parts = {"network": networks, "gpt": gpt, "rows": rows, "tape": tapes, "first": first_results}
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", nargs="+", choices=list(parts), default=list(parts))
    arguments = parser.parse_args()
    targets = Targets()
    for name in arguments.only:
        parts[name](arguments.quick, targets)
    targets.print_all()


if __name__ == "__main__":
    main()
