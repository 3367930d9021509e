"""What all tests share: Hypothesis without a clock, and the same examples on every run."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import Phase, settings

settings.register_profile("minigrad", deadline=None, derandomize=True, print_blob=True)
# that a test fails is enough: nobody looks at the smallest circuit on which it does
phases = [phase for phase in Phase if phase is not Phase.shrink]
settings.register_profile("mutants", settings.get_profile("minigrad"), phases=phases)
settings.load_profile(os.environ.get("MINIGRAD_TESTS", "minigrad"))

# programs, not tests: the first needs PyTorch, the second runs the tests itself
collect_ignore = ["helpers/make_special_values.py", "mutants.py"]


@pytest.fixture
def table_as_it_was() -> Iterator[None]:
    """Gates that a test defines go with it."""
    import minigrad as mg

    before = set(mg.GATES)
    yield
    for name in set(mg.GATES) - before:
        del mg.GATES[name]
        delattr(mg.Value, name)
