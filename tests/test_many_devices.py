"""The example of many devices keeps what it promises, in one process and in two."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[1] / "examples" / "many_devices.py"


@pytest.mark.parametrize("processes", [1, 2])
def test_one_sum_goes_around_and_the_result_is_that_of_one_device(processes: int) -> None:
    pytest.importorskip("jax")
    pytest.importorskip("flatbuffers")
    address = f"127.0.0.1:{20_000 + os.getpid() % 20_000}"
    run = subprocess.run(
        [sys.executable, EXAMPLE, "--processes", str(processes), "--address", address],
        capture_output=True,
        text=True,
        env={**os.environ, "JAX_PLATFORMS": "cpu"},
    )
    assert run.returncode == 0, run.stderr[-2000:]
    assert f"{4 * processes} devices (cpu), {processes} process(es): one all-reduce" in run.stdout
    assert ("loaded and run again" in run.stdout) == (processes == 1)
