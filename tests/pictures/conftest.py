"""Both ways to Graphviz, for tests of where things stand."""

import shutil

import pytest


@pytest.fixture(params=["program", "library"])
def engine(request, monkeypatch):
    """Graphviz as the program on the PATH, and as the library in pygraphviz."""
    if request.param == "library":
        pytest.importorskip("pygraphviz")
        monkeypatch.setenv("PATH", "")
    elif shutil.which("dot") is None:
        pytest.skip("no dot on the PATH")
    return request.param
