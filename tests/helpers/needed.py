"""What the tests in a browser need: skipped without it, but with CI set that is a failure."""

import os
from typing import NoReturn

import pytest


def missing(what: str, install: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing, and CI must run the tests in a browser: {install}")
    pytest.skip(f"{what} is missing: {install}")
