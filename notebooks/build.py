"""Run the notebooks and write them back, with their pictures and without what changes by itself.

    python notebooks/build.py                  # all
    python notebooks/build.py 01 03            # those whose names begin so

The notebooks are their own source: edit them in JupyterLab, then run this before a commit. It keeps
text, tables, PNG and SVG, and takes away execution counts, times, and the name of the machine's
Python.
"""

from __future__ import annotations

import re
import sys
from base64 import b64decode
from pathlib import Path
from time import perf_counter
from typing import Any

import nbformat
from nbclient import NotebookClient
from rows import page_wide

FOLDER = Path(__file__).parent
LARGEST = 1_000_000  # bytes
KEPT = ("jupyter", "tags")  # of a cell's metadata: which outputs are folded
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def notebooks() -> list[Path]:
    """The numbered notebooks, in order."""
    return sorted(FOLDER.glob("[0-9][0-9]_*.ipynb"))


def run(notebook: Any) -> Any:
    """Run every cell in the notebooks' folder; an error or a false assertion raises."""
    client = NotebookClient(
        notebook,
        timeout=120,
        coalesce_streams=True,  # in one piece, however the kernel has sent it
        kernel_name="python3",
        resources={"metadata": {"path": str(FOLDER)}},
    )
    return client.execute()


def tidy(notebook: Any) -> Any:
    """Take away what differs from run to run and from machine to machine."""
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    )
    for cell in notebook.cells:
        cell.metadata = {key: cell.metadata[key] for key in KEPT if key in cell.metadata}
        if cell.cell_type == "code":
            cell.execution_count = None
            for output in cell.outputs:
                if "execution_count" in output:
                    output["execution_count"] = None
                if "metadata" in output:
                    output["metadata"] = {}
                if "data" in output:
                    output["data"] = kept(output["data"])
    return notebook


def kept(data: dict[str, Any]) -> dict[str, Any]:
    """A picture as SVG and PNG, which code hosting sites show; they drop the <img> around it."""
    html = data.get("text/html", "")
    picture = re.search(r'<img [^>]*src="data:image/svg\+xml;base64,([^"]+)"', html)
    if picture and "image/png" in data:
        rest = {kind: content for kind, content in data.items() if kind != "text/html"}
        return {"image/svg+xml": page_wide(b64decode(picture[1]).decode()), **rest}
    return data


def main(prefixes: list[str]) -> None:
    for path in notebooks():
        if prefixes and not path.name.startswith(tuple(prefixes)):
            continue
        start = perf_counter()
        notebook = tidy(run(nbformat.read(path, as_version=4)))
        text = nbformat.writes(notebook) + "\n"
        if len(text.encode()) > LARGEST:
            raise SystemExit(f"{path.name} would have {len(text):,} bytes; {LARGEST:,} at most")
        path.write_text(text, encoding="utf-8")
        print(f"{path.name}: {perf_counter() - start:.1f} s, {len(text) / 1000:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
