"""Exported JavaScript run in node: one process for all circuits of a test."""

from __future__ import annotations

import shutil
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path

from helpers.needed import missing

Numbers = list[float]

PROGRAM = """
import {{ readFileSync, writeFileSync }} from "node:fs";
const asked = readFileSync({asked});
const numbers = new Float64Array(asked.buffer, asked.byteOffset, asked.length / 8);
const found = [];
let at = 0;
function run(f, both, count) {{
  const inputs = numbers.subarray(at, (at += count));
  const [outputs, gradients] = both(...inputs);
  const value = f(...inputs);
  const again = Array.isArray(value) ? value : [value];
  if (!again.every((one, i) => Object.is(one, outputs[i]))) throw new Error(`${{f}}, ${{both}}`);
  found.push(...outputs, ...gradients);
}}
{calls}
writeFileSync({found}, Buffer.from(new Float64Array(found).buffer));
"""


def node() -> str:
    """The program."""
    return shutil.which("node") or missing("node", "apt-get install nodejs")


def run_in_node(
    modules: Sequence[str], points: Sequence[Sequence[Numbers]], outputs: int, folder: Path
) -> list[list[Numbers]]:
    """Outputs and gradients of every module's f at each of its points, in one list each."""
    scopes = []
    for i, (module, rows) in enumerate(zip(modules, points)):
        plain = module.replace("export function", "function")
        runs = f"for (let i = 0; i < {len(rows)}; i++) run(f, f_gradients, {len(rows[0])});"
        scopes.append(f"{{ // {i}\n{plain}\n{runs}\n}}")
    asked, found, program = (folder / name for name in ("asked", "found", "run.mjs"))
    flat = [number for rows in points for row in rows for number in row]
    asked.write_bytes(struct.pack(f"<{len(flat)}d", *flat))
    paths = {"asked": f'"{asked}"', "found": f'"{found}"', "calls": "\n".join(scopes)}
    program.write_text(PROGRAM.format(**paths), encoding="utf-8")
    done = subprocess.run(
        [node(), str(program)], capture_output=True, text=True, timeout=120, check=False
    )
    assert not done.returncode, done.stderr[-2000:]
    data = found.read_bytes()
    numbers = iter(struct.unpack(f"<{len(data) // 8}d", data))
    results = [[[next(numbers) for _ in range(outputs + len(row))] for row in r] for r in points]
    assert next(numbers, None) is None
    return results
