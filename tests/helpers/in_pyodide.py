"""Programs run by Pyodide, which is CPython in WebAssembly, in node: as in a browser."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from helpers.house import ROOT
from helpers.needed import missing
from helpers.npm import npm_package

PYODIDE = "314.0.6"  # the version that JupyterLite's kernel expects; with Python 3.14

RUN = """
import { loadPyodide } from "pyodide";
import { readFileSync, readdirSync } from "node:fs";
const [wheels, program] = process.argv.slice(2);
const pyodide = await loadPyodide();
for (const name of readdirSync(wheels)) {
  pyodide.FS.writeFile(`/tmp/${name}`, readFileSync(`${wheels}/${name}`));
}
try {
  await pyodide.runPythonAsync(readFileSync(program, "utf8"));
} catch (error) {
  console.log(error.message); // with the whole traceback; node would print Pyodide's source first
  process.exitCode = 1;
}
"""
INSTALL = """
import sys
from pathlib import Path

wheels = {path.name.partition("-")[0]: str(path) for path in Path("/tmp").glob("*.whl")}
sys.path += [wheels.pop("packaging"), wheels["micropip"]]
del wheels["micropip"]
import micropip

await micropip.install([f"emfs:{path}" for path in wheels.values()])
"""


def results(program: str, folder: Path) -> dict[str, Any]:
    """The dictionary `found` that a program leaves, with the package installed in Pyodide."""
    node_modules = npm_package("pyodide", PYODIDE)
    (node_modules / "run.mjs").write_text(RUN, encoding="utf-8")
    path = folder / "program.py"
    path.write_text(f"{INSTALL}\n{program}\nimport json\nprint(json.dumps(found))", "utf-8")
    done = subprocess.run(
        ["node", "run.mjs", str(wheels()), str(path)],
        cwd=node_modules,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert not done.returncode, (done.stdout + done.stderr)[-3000:]
    last: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return last


@cache
def wheels() -> Path:
    """A folder with the wheel of the package as it stands, all that it requires there, and pip."""
    if not find_spec("pip"):
        missing("pip", "python -m ensurepip")
    folder = Path(mkdtemp(prefix="minigrad-wheels-"))
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    pure = ["--only-binary=:all:", "--python-version=3.14", "micropip", "packaging", "graphviz"]
    for command in (
        ["wheel", "--no-deps", "--wheel-dir", str(folder), str(ROOT)],
        ["download", "--no-deps", "--dest", str(folder), *pure],
    ):
        done = subprocess.run([*pip, *command], capture_output=True, text=True, check=False)
        if done.returncode:
            missing("a wheel", f"pip {command[0]} ({done.stderr[-300:].strip()})")
    return folder
