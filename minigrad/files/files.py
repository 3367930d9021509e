"""Circuits and networks as JSON files, and back: exact, written whole or not at all.

>>> import minigrad as mg, tempfile, pathlib
>>> w, x = mg.Value(2.0, label="w"), mg.Value(-1.0, label="x")
>>> y = (w * x).tanh(); y.backward()
>>> path = pathlib.Path(tempfile.mkdtemp(), "circuit.json")
>>> save(y, path)
>>> again = load(path)
>>> again
Value(data=-0.9640275800758169, grad=1.0, gate=tanh)
>>> again.inputs[0].inputs[0]
Value(data=2.0, grad=-0.07065082485316443, label='w')

A file holds numbers, names of gates and labels, and nothing that runs. What is not exactly in
order is a `CircuitFileError` that names the place.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Final

from ..engine import Value
from ..nn import MLP
from ..rules import described
from ..text import write_file
from .checked_json import CircuitFileError, Place, number_as_json, parsed
from .circuit_file import circuit_as_json, circuit_from_json
from .network_file import network_as_json, network_from_json

__all__ = ["CircuitFileError", "load", "save"]

VERSION: Final = 1
MOST_BYTES: Final = 2_000_000  # read or refused within a second and 100 MB, whatever is in it


def save(thing: Value | MLP | dict[str, float], path: str | os.PathLike[str]) -> None:
    """Write a circuit (its output), a network, or a `state_dict()` to a JSON file.

    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp(), "line.json")
    >>> save({"slope": 2.0, "offset": -1.0}, path)
    >>> print(path.read_text())
    {"format": "minigrad",
     "version": 1,
     "kind": "state",
     "parameters": {"slope": 2.0, "offset": -1.0}}
    <BLANKLINE>

    A circuit is saved with its numbers, gradients, gates, labels and structure, so that it can be
    loaded, drawn and stepped elsewhere; a gate of your own by its name. The file is replaced in one
    step: whatever happens, either the old or the new one is there, whole.
    """
    if isinstance(thing, Value):
        body = {"kind": "circuit", **circuit_as_json(thing)}
    elif isinstance(thing, MLP):
        body = {"kind": "network", **network_as_json(thing)}
    elif isinstance(thing, dict):
        body = {
            "kind": "state",
            "parameters": {str(k): number_as_json(v) for k, v in thing.items()},
        }
    else:
        raise TypeError(
            f"save takes a Value (the output of a circuit), an MLP or a state_dict(), got "
            f"{described(thing)}: save the state_dict() of a module of your own"
        )
    text = _as_text({"format": "minigrad", "version": VERSION, **body})
    write_file(Path(path), text.encode("ascii"), lasting=True)


def load(path: str | os.PathLike[str], most_bytes: int = MOST_BYTES) -> Any:
    """What `save` wrote: the output of the circuit, the network, or the dict.

    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp(), "model.json")
    >>> save(MLP(2, [3, 1], activation="tanh"), path)
    >>> load(path)
    MLP(2, [3, 1], activation=['tanh', 'linear'])

    A file of more than `most_bytes` is refused unread: raise the number for one that you trust.
    """
    with open(path, "rb") as file:
        data = file.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise CircuitFileError(
            f"the file is larger than {most_bytes:,} bytes: if you trust it, "
            "mg.load(path, most_bytes=…) with a larger number"
        )
    content = Place("", parsed(data))
    if content["format"].one_of("minigrad") and content["version"].whole(1, 10**6) > VERSION:
        content["version"].refuse(f"this minigrad reads version {VERSION}: update it")
    kind = content["kind"].one_of("circuit", "network", "state")
    if kind == "circuit":
        return circuit_from_json(content)
    if kind == "network":
        return network_from_json(content)
    content.only("format", "version", "kind", "parameters")
    return {name: place.number() for name, place in content["parameters"].entries()}


def _as_text(content: dict[str, Any]) -> str:
    """JSON with one line for each item of the long lists: to be read, and compared in a diff."""
    lines = []
    for key, value in content.items():
        if isinstance(value, list) and value:
            items = ",\n  ".join(json.dumps(item, allow_nan=False) for item in value)
            lines.append(f"{json.dumps(key)}: [\n  {items}\n ]")
        else:
            lines.append(f"{json.dumps(key)}: {json.dumps(value, allow_nan=False)}")
    return "{" + ",\n ".join(lines) + "}\n"
