"""The notebooks as a site that needs no server behind it: JupyterLite, with Python in the browser.

    pip install ".[lite]"
    python tools/lite.py                   # builds it in lite-site/
    python tools/lite.py --serve           # ... and serves it on http://127.0.0.1:8000
    python tools/lite.py --into FOLDER     # elsewhere

The package is installed there from its wheel when a notebook imports it, and every file that the
notebooks need stands in the site: CPython in WebAssembly, as the npm package `pyodide` has it, and
wheels without machine code from the Python package index. What else Pyodide has (NumPy, SciPy) is
fetched from its own site, where a reader's notebook asks for it. Needs node and npm.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterable
from hashlib import sha256
from importlib.metadata import distributions
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from jupyterlite_pyodide_kernel.constants import (
    PYODIDE_CDN_URL,
    PYODIDE_KERNEL_NPM_NAME,
    PYODIDE_KERNEL_PLUGIN_ID,
    PYODIDE_LOCK,
    PYODIDE_PYTHON_VERSION,
    PYODIDE_VERSION,
)
from lite_server import serve

ROOT: Final = Path(__file__).parents[1]
CONTENTS: Final = ("notebooks/*.ipynb", "notebooks/exercises.py", "examples/*.py")
KERNEL: Final = ("micropip", "piplite", "ipykernel", "pyodide-kernel", "comm", "ipython", "jedi")
OURS: Final = "minigrad-circuits"

Package = dict[str, Any]  # one of the entries that Pyodide's lock file has


def main(arguments: list[str] | None = None) -> None:
    """Build the site, and serve it where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--into", type=Path, default=ROOT / "lite-site", metavar="FOLDER")
    parser.add_argument("--serve", action="store_true", help="on 127.0.0.1, this machine only")
    parser.add_argument("--port", type=int, default=8000)
    given = parser.parse_args(arguments)
    with TemporaryDirectory() as scratch:
        build(given.into.resolve(), Path(scratch))
    if given.serve:
        serve(given.into, given.port)


def build(site: Path, scratch: Path) -> None:
    """Write the site; `scratch` is an empty folder, and stays behind full."""
    for pattern in CONTENTS:
        for file in sorted(ROOT.glob(pattern)):
            copy = scratch / "files" / file.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, copy)
    pyodide = scratch / "static" / "pyodide"  # where JupyterLite looks for it
    _unpack_pyodide(pyodide, scratch)
    packages = _locked(pyodide)
    # all that the kernel loads before the first cell comes at once, and not one after the other
    options = {"loadPyodideOptions": {"packages": [*KERNEL, *_with_dependencies([OURS], packages)]}}
    settings = {
        "appName": "minigrad",
        "exposeAppInBrowser": True,  # its tests, and whoever puts it into a page, run cells by it
        "litePluginSettings": {PYODIDE_KERNEL_PLUGIN_ID: options},
    }
    config = {"jupyter-lite-schema-version": 0, "jupyter-config-data": settings}
    (scratch / "jupyter-lite.json").write_text(json.dumps(config), encoding="utf-8")
    if site.exists():
        shutil.rmtree(site)
    _run(sys.executable, "-m", "jupyter", "lite", "build", "--output-dir", str(site), at=scratch)


# --- Pyodide, with a lock file of what the site has -----------------------------------------------


def _unpack_pyodide(folder: Path, scratch: Path) -> None:
    if not (shutil.which("npm") and shutil.which("node")):
        raise SystemExit("tools/lite.py needs node and npm: apt-get install nodejs npm")
    _run("npm", "pack", "--silent", f"pyodide@{PYODIDE_VERSION}", at=scratch)
    (archive,) = scratch.glob("pyodide-*.tgz")
    with tarfile.open(archive) as files:
        for member in files.getmembers():
            kept = re.fullmatch(r"package/([\w.-]+\.(?:mjs|wasm|zip|json))", member.name)
            if kept and (content := files.extractfile(member)):
                folder.mkdir(parents=True, exist_ok=True)
                (folder / kept[1]).write_bytes(content.read())


def _locked(folder: Path) -> dict[str, Package]:
    """Pyodide's packages and ours: the kernel's stand in the folder, others on Pyodide's site."""
    lock = json.loads((folder / PYODIDE_LOCK).read_text(encoding="utf-8"))
    packages: dict[str, Package] = lock["packages"]
    for package in packages.values():
        package["file_name"] = f"{PYODIDE_CDN_URL}/{package['file_name']}"
    wheels = folder / "wheels"
    wheels.mkdir()
    _pip("wheel", "--no-deps", "--wheel-dir", str(wheels), str(ROOT))
    for wheel in _of_the_kernel():
        shutil.copy(wheel, wheels)
    pinned = _with_dependencies([name for name in KERNEL if name in packages], packages)
    _download(
        [f"{name}=={packages[name]['version']}" for name in pinned] + ["comm", "graphviz"], wheels
    )
    _run("node", str(ROOT / "tools/lite_bytecode.mjs"), str(folder))
    for wheel in sorted(wheels.glob("*.whl")):
        name, package = _entry(wheel, packages)
        packages[name] = package
    (folder / PYODIDE_LOCK).write_text(json.dumps(lock), encoding="utf-8")
    return packages


def _of_the_kernel() -> list[Path]:
    """The wheels that the package of the kernel has in its extension of JupyterLab."""
    place = Path("share/jupyter/labextensions") / PYODIDE_KERNEL_NPM_NAME / "static/pypi"
    wheels = (Path(sys.prefix) / place).glob("*.whl")
    return [wheel for wheel in wheels if _name(wheel.name.partition("-")[0]) in KERNEL]


def _download(requirements: list[str], folder: Path) -> None:
    only = ["--only-binary=:all:", f"--python-version={PYODIDE_PYTHON_VERSION}", "--no-deps"]
    _pip("download", *only, "--dest", str(folder), *requirements)


def _entry(wheel: Path, packages: dict[str, Package]) -> tuple[str, Package]:
    """The name of a wheel and what the lock file says of it."""
    (found,) = distributions(path=[str(wheel)])
    name = _name(found.metadata["Name"])
    here = {"file_name": f"wheels/{wheel.name}", "sha256": sha256(wheel.read_bytes()).hexdigest()}
    if name in packages:
        return name, {**packages[name], **here}
    tops = {str(file).partition("/")[0] for file in found.files or () if file.suffix == ".py"}
    required = [line for line in found.requires or () if ";" not in line]
    return name, {
        **here,
        "name": name,
        "version": found.version,
        "imports": sorted(top.removesuffix(".py") for top in tops),
        "depends": [_name(re.split(r"[^\w.-]", line)[0]) for line in required],
        "install_dir": "site",
        "package_type": "package",
        "unvendored_tests": False,
    }


def _with_dependencies(names: Iterable[str], packages: dict[str, Package]) -> list[str]:
    """The names and those of all that they depend on, each once."""
    found: dict[str, None] = {}
    waiting = list(names)
    while waiting:
        name = _name(waiting.pop())
        if name not in found:
            found[name] = None
            waiting += packages[name]["depends"]
    return list(found)


def _name(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _pip(*arguments: str) -> None:
    _run(sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments)


def _run(*command: str, at: Path = ROOT) -> None:
    done = subprocess.run(command, cwd=at, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{(done.stdout + done.stderr)[-3000:]}")


if __name__ == "__main__":
    main()
