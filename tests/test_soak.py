"""The soak of files and interrupts, a short run; `python tests/soak.py --runs 1000` is long."""

import os
import random

import pytest
import soak


@pytest.mark.skipif(os.name != "posix", reason="signals are sent as Unix sends them")
@pytest.mark.parametrize("promise", soak.PROMISES)
def test_a_promise_holds_at_random_moments(promise):
    runs = 300 if promise == "mutations" else 12
    found = soak.PROMISES[promise](runs, random.Random(1))
    assert sum(found.values()) == runs
