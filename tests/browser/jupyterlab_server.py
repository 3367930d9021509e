"""A JupyterLab server for tests, on this machine only."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from time import sleep
from urllib.request import urlopen

from helpers.needed import missing


@contextmanager
def jupyterlab(folder: Path) -> Iterator[str]:
    """The address at which the notebooks of a folder open.

    What whoever runs the tests has set up for themselves, and which notebooks they trust, is not
    looked at.
    """
    if not (find_spec("jupyterlab") and find_spec("ipykernel")):
        missing("jupyterlab", "pip install jupyterlab")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = ["--no-browser", "--allow-root", f"--port={port}", "--ip=127.0.0.1"]
    settings += ["--IdentityProvider.token=", "--ServerApp.password="]
    log = folder / "server.log"
    with open(log, "wb") as file:
        command = [sys.executable, "-m", "jupyterlab", *settings]
        own = {f"JUPYTER_{what}_DIR": str(folder / f".{what}") for what in ("DATA", "CONFIG")}
        environment = os.environ | own
        server = subprocess.Popen(command, cwd=folder, stdout=file, stderr=file, env=environment)
    try:
        while not _answers(f"http://127.0.0.1:{port}/api"):
            assert server.poll() is None, log.read_text()
            sleep(0.2)
        yield f"http://127.0.0.1:{port}/doc/tree"
    finally:
        server.terminate()
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:  # it waits for a kernel; one without a server ends itself
            server.kill()
            server.wait()


def _answers(address: str) -> bool:
    try:
        urlopen(address, timeout=10).close()
    except OSError:
        return False
    return True
