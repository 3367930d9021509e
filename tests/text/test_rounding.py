"""Numbers are rounded as a reader writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minigrad.text.rounding import rounded


@pytest.mark.parametrize(
    ("number", "digits", "text"),
    [
        (-0.2, 2, "−0.20"),
        (3.0, 2, "3.00"),
        (0.0, 2, "0.00"),
        (-0.0, 2, "0.00"),
        (-0.0, 0, "0"),
        (-0.001, 2, "−1.0e−3"),
        (0.005001, 2, "0.01"),
        (5e-324, 2, "4.9e−324"),
        (1.8e308, 2, "∞"),
        (1.7e308, 2, "1.7e308"),
        (99999.0, 2, "99999.00"),
        (99999.999, 2, "1.0e5"),
        (123456.0, 2, "1.2e5"),
        (float("inf"), 2, "∞"),
        (float("-inf"), 2, "−∞"),
        (float("nan"), 2, "nan"),
        (0.19661193, 4, "0.1966"),
        (2, 3, "2.000"),
    ],
)
def test_a_rounded_number_is_as_a_reader_writes_it(number, digits, text):
    assert rounded(number, digits) == text


@given(st.floats(), st.integers(0, 8))
def test_rounded_shows_zero_only_for_zero_and_never_a_hyphen(number, digits):
    text = rounded(number, digits)
    assert "-" not in text
    assert (set(text) <= set("0.")) == (number == 0.0)
