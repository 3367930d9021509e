// Adds to the wheels and to Python's own library what Python would make of them at every start of a
// kernel, their bytecode: node lite_bytecode.mjs FOLDER, which is a Pyodide with its wheels. It is that
// Pyodide which compiles. Python's start takes about half the time.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const PROGRAM = `
import compileall
import shutil
import zipfile
from pathlib import Path
from py_compile import PycInvalidationMode

def with_bytecode(content, to, beside):
    """An archive of modules with their bytecode, for the folder or archive in which they will be."""
    archive, folder = Path("/tmp/archive"), Path("/tmp/unpacked")
    archive.write_bytes(content.to_py())
    shutil.rmtree(folder, ignore_errors=True)
    zipfile.ZipFile(archive).extractall(folder)
    compileall.compile_dir(
        folder, maxlevels=20, quiet=2, stripdir=folder, prependdir=to, legacy=beside,
        invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
    )
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as files:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                files.write(file, file.relative_to(folder))
    return archive.read_bytes()

with_bytecode
`;

const folder = resolve(process.argv[2]);
const { loadPyodide } = await import(pathToFileURL(join(folder, "pyodide.mjs")));
const pyodide = await loadPyodide();
const [library, packages] = pyodide.runPython(`
import sys, sysconfig
next(path for path in sys.path if path.endswith(".zip")), sysconfig.get_path("purelib")
`);
const withBytecode = pyodide.runPython(PROGRAM);

function compile(path, to, beside) {
  const compiled = withBytecode(new Uint8Array(readFileSync(path)), to, beside);
  writeFileSync(path, compiled.toJs());
  compiled.destroy();
}

for (const name of readdirSync(join(folder, "wheels"))) compile(join(folder, "wheels", name), packages, false);
compile(join(folder, "python_stdlib.zip"), library, true); // read from the archive: no __pycache__ there
