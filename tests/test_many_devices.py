"""The example of many devices keeps what it promises, in one process and in two."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[1] / "examples" / "many_devices.py"


def printed(processes: int, devices: int) -> str:
    """What the example prints, with so many virtual devices in each process."""
    pytest.importorskip("jax")
    pytest.importorskip("flatbuffers")
    address = f"127.0.0.1:{20_000 + os.getpid() % 20_000}"
    run = subprocess.run(
        [sys.executable, EXAMPLE, "--processes", str(processes), "--address", address],
        capture_output=True,
        text=True,
        env={
            **os.environ,
            "JAX_PLATFORMS": "cpu",
            "XLA_FLAGS": f"--xla_force_host_platform_device_count={devices}",
        },
    )
    assert run.returncode == 0, run.stderr[-2000:]
    return run.stdout


@pytest.mark.parametrize("processes", [1, 2])
def test_one_sum_goes_around_and_the_result_is_that_of_one_device(processes: int) -> None:
    text = printed(processes, 4)
    assert f"{4 * processes} devices (cpu), {processes} process(es): one all-reduce" in text
    assert ("loaded and run again" in text) == (processes == 1)


def test_one_device_has_nothing_to_send() -> None:
    text = printed(1, 1)
    assert "1 devices (cpu), 1 process(es): nothing to send" in text
    assert "loaded and run again" in text
