"""Numbers are rounded as a reader writes them."""

from math import isclose, isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minigrad.text.rounding import rounded


@pytest.mark.parametrize(
    ("number", "digits", "text"),
    [
        (-0.2, 2, "−0.2"),
        (3.0, 3, "3"),
        (6.0, 1, "6"),
        (0.0, 3, "0"),
        (-0.0, 3, "0"),
        (-0.001, 3, "−0.001"),
        (0.0051, 3, "0.0051"),
        (0.00512345, 3, "0.00512"),
        (0.00047, 2, "0.00047"),  # never 4.7e−3 beside 0.0051
        (0.0000471, 2, "4.7e−5"),
        (0.49999, 3, "0.500"),  # nearly a half: zeros at the end say that it was rounded
        (0.5, 3, "0.5"),
        (0.1 + 0.2, 3, "0.3"),
        (99.96, 3, "100"),
        (1234.6, 3, "1235"),
        (999_999.6, 3, "1.00e6"),
        (123_456.0, 2, "123456"),
        (1_234_567.0, 3, "1.23e6"),
        (1e6, 3, "1e6"),
        (5e-324, 2, "4.9e−324"),
        (1.8e308, 2, "∞"),
        (1.7e308, 2, "1.7e308"),
        (float("inf"), 2, "∞"),
        (float("-inf"), 2, "−∞"),
        (float("nan"), 2, "nan"),
        (0.19661193, 4, "0.1966"),
        (0.1, 17, "0.10000000000000001"),
        (2, 3, "2"),
    ],
)
def test_a_rounded_number_is_as_a_reader_writes_it(number, digits, text):
    assert rounded(number, digits) == text


@given(st.floats(), st.integers(1, 17))
def test_rounded_shows_zero_only_for_zero_and_never_a_hyphen(number, digits):
    text = rounded(number, digits)
    assert "-" not in text
    assert (set(text) <= set("0.")) == (number == 0.0)


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(1, 9))
def test_a_number_is_shown_to_that_many_significant_digits(number, digits):
    text = rounded(number, digits).replace("−", "-")
    if isfinite(float(text.replace("∞", "inf"))):
        assert isclose(float(text), number, rel_tol=0.5 * 10.0 ** (1 - digits) * (1 + 1e-9))


@given(st.integers(-999_999, 999_999), st.integers(1, 17))
def test_a_whole_number_stays_a_whole_number(number, digits):
    assert rounded(float(number), digits) == str(number).replace("-", "−")
