"""Without the extra `native` the modules that are made with it are left out, and it is said why."""

import importlib.util

MISSING = [name for name in ("llvmlite", "numpy") if importlib.util.find_spec(name) is None]

collect_ignore_glob = ["minigrad/native_*.py"] if MISSING else []


def pytest_report_header() -> str:
    """The line at the top of a test run."""
    if MISSING:
        return f"machine code is not tested, for lack of: pip install {' '.join(MISSING)}"
    return "machine code is tested"
