"""Packages of npm that tests need, each in the version that is written here."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from helpers.needed import missing


@cache
def npm_package(name: str, version: str) -> Path:
    """The folder from which node finds the package; without npm the test is skipped, or fails."""
    if not (shutil.which("npm") and shutil.which("node")):
        missing("npm", "apt-get install nodejs npm")
    folder = Path(mkdtemp(prefix="minigrad-npm-"))
    install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder)]
    done = subprocess.run(
        [*install, f"{name}@{version}"], capture_output=True, text=True, timeout=300, check=False
    )
    if done.returncode:
        missing(f"{name}@{version}", f"npm install {name}@{version} ({done.stderr[:200].strip()})")
    return folder
