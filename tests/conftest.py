"""What all tests share: Hypothesis without a clock, and the same examples on every run."""

from hypothesis import settings

settings.register_profile("minigrad", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("minigrad")

# programs, not tests: the first needs PyTorch, the second runs the tests itself
collect_ignore = ["make_special_values.py", "mutants.py"]
