"""The playground writes numbers and names as Python does."""

import math
import random

from helpers.engine import ask

from minigrad.command.arguments import number_in
from minigrad.text import rounded, unicode_name

LABELS = [
    "w_21^1",
    "theta_1",
    "y_hat",
    "w_2,11^1",
    "w_b",
    "x0",
    "learning_rate",
    "delta_1^2",
    "x_{t+1}",
    "a_1^[2]",
    "w₂₁¹",
    "ŷ",
    "z̄",
    "x_i",
    "w_out",
    "x^2",
    "x_1^2",
    "sigma_ab^12",
    "ab_1",
    "ab_c",
    "_x",
    "x_",
    "1x",
    "x__1",
    "x_1_2",
    "x^1_2",
    "x^1_2^3",
    "w_{12}^{k}",
    "αβ_3",
    "y_tilde_1",
    "e_bar",
    "alphabet",
    "gamma2",
    "Omega^l",
    "x_{<}",
    "a|b",
    "½",
    "x½",
    "ﬁ_1",
    "漢_2",
]
LABELS += ["", " x ", "a = b", "x\x1b[31m", "a" * 100, "<script>", "a\u202eb", "x_1 ", "w\n1"]


def test_ten_thousand_numbers_read_as_in_python():
    chance = random.Random(1)
    numbers = [chance.uniform(-10, 10) for _ in range(2000)]
    numbers += [chance.uniform(-1, 1) * 10.0 ** chance.randint(-320, 308) for _ in range(3000)]
    numbers += [round(chance.uniform(-1e6, 1e6), chance.randint(0, 3)) for _ in range(2500)]
    numbers += [k / 8 for k in range(-1000, 1000)] + [k * 125.0 for k in range(500)]
    numbers += [0.0, -0.0, math.inf, -math.inf, math.nan, 5e-324, 1.7976931348623157e308]
    assert len(numbers) > 10_000
    digits = [3, 1, 2, 4, 6, 15, 17]
    answers = ask([{"do": "rounded", "numbers": numbers, "digits": each} for each in digits])
    for each, answer in zip(digits, answers, strict=True):
        assert answer == [rounded(number, each) for number in numbers]


def test_floats_read_as_in_pythons_repr():
    chance = random.Random(2)
    numbers = [chance.uniform(-1, 1) * 10.0 ** chance.randint(-30, 30) for _ in range(3000)]
    numbers += [0.0, -0.0, math.inf, math.nan, 1e16, 1e15, 1e-4, 1e-5, 123456.0, 1e22, 5e-324]
    (answer,) = ask([{"do": "repr", "numbers": numbers}])
    assert answer == [repr(number) for number in numbers]


def test_numbers_are_typed_into_pages_as_into_the_command():
    signs = ["", "+", "-", "−", "–", "--"]
    texts = (
        "1 |0.5|0,5|1,0,0|.5|2.|.|1e3|1E−3|1e|1_0|١|0x1|∞|inf|Infinity|nan|1e999|1.2.3|x|1/3|1 0|"
    )
    typed = [f" {sign}{text}" for sign in signs for text in texts.split("|")]
    (answer,) = ask([{"do": "typed", "texts": typed}])
    numbers = [number if number is None else float(number) for number in answer]
    assert list(map(repr, numbers)) == [repr(number_in(text)) for text in typed]
    assert [number_in(text) for text in ("1e999", "1_0", "١")] == [math.inf, None, None]


def test_labels_read_as_in_python():
    (answer,) = ask([{"do": "names", "labels": LABELS}])
    assert dict(zip(LABELS, answer)) == {label: unicode_name(label) for label in LABELS}
