"""What the reference site shows: all that a user can reach, and nothing else of the library."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def package() -> Any:
    """The package as the site sees it."""
    griffe = pytest.importorskip("griffe", reason="needs the extra docs")
    public_only = runpy.run_path(str(ROOT / "tools/public_only.py"))["PublicOnly"]
    extensions = griffe.load_extensions(public_only)
    return griffe.load("minigrad", search_paths=[str(ROOT)], extensions=extensions)


def is_shown(package: Any, path: str) -> bool:
    try:
        package[path]
    except KeyError:
        return False
    return True


@pytest.mark.parametrize(
    "path",
    [
        "engine.value.Value",  # a public name
        "engine.value.Value.backward",
        "nn.layers.MLP",
        "nn.losses.hinge",
        "compiled.compiler.Compiled",  # what mg.compile gives
        "training.history.History",
        "files.javascript_gates.javascript_gates",  # what a page names
    ],
)
def test_what_a_user_can_reach_is_shown(package: Any, path: str) -> None:
    assert is_shown(package, path)


@pytest.mark.parametrize(
    "path",
    ["text.saving.write_file", "files.checked_json.Place", "engine.recording.output_of"],
)
def test_what_only_the_library_calls_is_left_out(package: Any, path: str) -> None:
    module = path.rpartition(".")[0]
    assert is_shown(package, module)
    assert not is_shown(package, path)
