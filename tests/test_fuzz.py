"""A short run of the differential fuzz; the long one: `python tests/fuzz.py --programs 100000`."""

from __future__ import annotations

import fuzz
import pytest

PROGRAMS, PARTS = 2000, 20


@pytest.mark.parametrize("part", range(PARTS))
def test_every_executor_agrees_with_the_engine_on_random_programs(part: int) -> None:
    for seed in range(part, PROGRAMS, PARTS):
        assert fuzz.differences(seed, thin=4) == []
