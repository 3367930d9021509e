"""Exported WebAssembly run in node or in a browser: one call for all modules of a test."""

from __future__ import annotations

import json
import struct
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Sequence
from pathlib import Path

from helpers.in_node import Numbers, node

# of each module f and f_gradients at each point, in Base64
PROGRAM = """
(asked) => {
  const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const numbersOf = (text) => new Float64Array(bytesOf(text).buffer);
  const found = [];
  for (const { code, points, count, outputs } of asked) {
    const module = new WebAssembly.Module(bytesOf(code));
    const { memory, f, f_gradients } = new WebAssembly.Instance(module, { Math }).exports;
    const numbers = new Float64Array(memory.buffer);
    const given = numbersOf(points);
    for (let at = 0; at < given.length || at === 0; at += count || 1) {
      numbers.set(given.subarray(at, at + count));
      f();
      const alone = numbers.slice(count, count + outputs);
      numbers.fill(NaN, count, count + outputs);
      f_gradients();
      const both = numbers.subarray(count, count + outputs);
      if (!alone.every((one, i) => Object.is(one, both[i]))) throw new Error(`${alone}, ${both}`);
      found.push(...both, ...numbers.subarray(count + 2 * outputs, 2 * (count + outputs)));
    }
  }
  const bytes = new Uint8Array(new Float64Array(found).buffer);
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
"""


def asked(
    modules: Sequence[bytes], points: Sequence[Sequence[Numbers]], outputs: int
) -> list[dict[str, object]]:
    """What PROGRAM takes."""
    return [
        {
            "code": b64encode(module).decode(),
            "points": b64encode(b"".join(struct.pack(f"<{len(x)}d", *x) for x in rows)).decode(),
            "count": len(rows[0]),
            "outputs": outputs,
        }
        for module, rows in zip(modules, points)
    ]


def answered(text: str, points: Sequence[Sequence[Numbers]], outputs: int) -> list[list[Numbers]]:
    """Outputs and gradients of every module's f at each of its points, in one list each."""
    data = b64decode(text)
    numbers = iter(struct.unpack(f"<{len(data) // 8}d", data))
    results = [[[next(numbers) for _ in range(outputs + len(x))] for x in rows] for rows in points]
    assert next(numbers, None) is None
    return results


def run_in_wasm(
    modules: Sequence[bytes], points: Sequence[Sequence[Numbers]], outputs: int, folder: Path
) -> list[list[Numbers]]:
    """The modules in node."""
    question, program = folder / "asked.json", folder / "run_wasm.mjs"
    question.write_text(json.dumps(asked(modules, points, outputs)))
    program.write_text(
        f'import {{ readFileSync }} from "node:fs";\nconst run = {PROGRAM.strip()};\n'
        f"process.stdout.write(run(JSON.parse(readFileSync({json.dumps(str(question))}))));\n"
    )
    done = subprocess.run(
        [node(), str(program)], capture_output=True, text=True, timeout=120, check=False
    )
    assert not done.returncode, done.stderr[-2000:]
    return answered(done.stdout, points, outputs)
