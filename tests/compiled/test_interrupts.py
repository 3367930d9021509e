"""Ctrl-C while a function is recorded leaves Values, and the compiled function, as they were."""

import sys

import pytest
from helpers.interruption import Interruption

import minigrad as mg
from minigrad import Value
from minigrad.compiled import compiler, recording, recordings, tracing, watching
from minigrad.engine import Circuit, guards, modes

MODULES = (compiler, modes, recording, recordings, tracing, watching)
FILES = {module.__file__ for module in MODULES}


@pytest.fixture
def guards_that_were_left():
    """Gone after the test: one that a Ctrl-C has left costs time in every test that follows."""
    yield
    guards.clear()


@pytest.mark.usefixtures("guards_that_were_left")
@pytest.mark.parametrize(
    "call", [lambda f: (f(1.0, 2.0), f(3.0, 1.0)), lambda f: f.batch([1.0, 2.0], [0.0, 1.0])]
)
def test_ctrl_c_at_any_line_of_a_recording_leaves_everything_ordinary(call):
    interrupted = 0
    while True:
        w = Value(2.0)
        square = mg.compile(lambda x, y: (w * x - y) ** 2, executor="python")  # noqa: B023
        try:
            with Interruption(FILES, interrupted + 1):
                call(square)
        except KeyboardInterrupt:
            interrupted += 1
        else:
            break
        assert sys.getprofile() is None
        assert (w * 3 > 5, w.data, (w * 2).is_constant) == (True, 2.0, False)
        (out := square(2.0, 1.0)).backward()
        assert (out.data, w.grad) == (9.0, 12.0)
        loss = mg.losses.binary_cross_entropy(w, 1)
        assert Circuit(loss, textbook=True).gate(loss).name == "neg"
    assert interrupted > 50
