"""What tests of this wing share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import minigrad as mg
from minigrad import Value


@pytest.fixture
def table_as_it_was() -> Iterator[None]:
    """Gates that a test defines go with it."""
    before = set(mg.GATES)
    yield
    for name in set(mg.GATES) - before:
        del mg.GATES[name]
        delattr(Value, name)
