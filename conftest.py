"""What tests and the examples in docstrings share.

Gates that one of them defines are gone after it. Without the extra `native` the modules that are
made with it are left out, and it is said why.
"""

import gc
import importlib.util
import pkgutil
import signal
from collections.abc import Iterator

import pytest

import minigrad as mg

MISSING = [name for name in ("llvmlite", "numpy") if importlib.util.find_spec(name) is None]

NATIVE = ["minigrad/native/*.py", "minigrad/training/native_*.py"]
NATIVE += ["minigrad/training/optim_machine_code.py", "tests/helpers/lanes.py"]
collect_ignore_glob = NATIVE if MISSING else []
# doors to other modules: pytest would put them, as they are before they give way, into `minigrad`
collect_ignore = [f"minigrad/{door}.py" for door in ("datasets", "losses", "optim")]

# a shell lets what it starts in the background ignore Ctrl-C, which some tests send
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# pytest runs a file whose examples it looks for once more if its wing loads it meanwhile, and
# there would be two of each class: so the wings are loaded first
for wing in pkgutil.iter_modules(mg.__path__, "minigrad."):
    if wing.ispkg:
        importlib.import_module(wing.name)


def pytest_collection_finish() -> None:
    """Tests and what they import, two million objects, are looked at by no collection of garbage.

    Each would take a second, and some tests ask for dozens.
    """
    gc.collect()
    gc.freeze()


def pytest_report_header() -> str:
    """The line at the top of a test run."""
    if MISSING:
        return f"machine code is not tested, for lack of: pip install {' '.join(MISSING)}"
    return "machine code is tested"


@pytest.fixture(autouse=True)
def only_built_in_gates_afterwards() -> Iterator[None]:
    """Take the gates that a test has defined out of the table again."""
    before = set(mg.GATES)
    yield
    for name in set(mg.GATES) - before:
        del mg.GATES[name]
        delattr(mg.Value, name)


@pytest.fixture(autouse=True)
def files_of_examples_go_elsewhere(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let the examples of README and docs write their files into a folder of their own."""
    if request.node.path.suffix == ".md":
        monkeypatch.chdir(request.getfixturevalue("tmp_path"))
