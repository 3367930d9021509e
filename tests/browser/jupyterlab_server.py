"""A JupyterLab server for tests, on this machine only."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from time import sleep
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from needed import missing


@contextmanager
def jupyterlab(folder: Path) -> Iterator[str]:
    """The address at which the notebooks of a folder open."""
    if not (find_spec("jupyterlab") and find_spec("ipykernel")):
        missing("jupyterlab", "pip install jupyterlab")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = ["--no-browser", "--allow-root", f"--port={port}", "--ip=127.0.0.1"]
    settings += ["--IdentityProvider.token=", "--ServerApp.password="]
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *settings], cwd=folder, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/api", server)
        yield f"http://127.0.0.1:{port}/doc/tree"
    finally:
        server.terminate()
        server.wait(timeout=60)


def wait_for(address: str, server: "subprocess.Popen[bytes]") -> None:
    """Until the server answers; it prints its address before it listens."""
    for _ in range(600):
        try:
            urlopen(address, timeout=60).close()
            return
        except URLError:
            if server.poll() is not None:
                break
            sleep(0.1)
    pytest.fail(f"JupyterLab does not answer at {address}; its exit code: {server.poll()}")
