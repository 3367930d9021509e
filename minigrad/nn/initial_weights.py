"""The numbers that weights begin with: a named scheme with a seed, or numbers given by hand.

>>> initial_weights("xavier", 2, 1, random_numbers(seed=0))
[[0.9741721072087511, 0.72960523022406]]
>>> initial_weights([[0.5, -0.5]], 2, 1, random_numbers(seed=None))
[[0.5, -0.5]]
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from math import sqrt
from typing import Any, Final

from ..rules import as_number, as_whole_number, described, items_of
from ..text import counted

Scheme = Callable[[Any, int, int], float]

SCHEMES: Final[dict[str, Scheme]] = {
    "uniform": lambda rng, inputs, outputs: rng.uniform(-1.0, 1.0),
    # X. Glorot, Y. Bengio, Understanding the difficulty of training deep networks, 2010, eq. 16
    "xavier": lambda rng, inputs, outputs: rng.uniform(-1.0, 1.0) * sqrt(6.0 / (inputs + outputs)),
    # K. He et al., Delving deep into rectifiers, 2015, eq. 10
    "he": lambda rng, inputs, outputs: rng.gauss(0.0, 1.0) * sqrt(2.0 / inputs),
    "zeros": lambda rng, inputs, outputs: 0.0,
}


def random_numbers(seed: Any) -> Any:
    """The generator of a seed; None gives Python's shared one, which `random.seed(…)` sets."""
    if isinstance(seed, random.Random) or seed is random:
        return seed
    return random if seed is None else seeded(seed)


def seeded(seed: Any) -> random.Random:
    """A generator of its own, from what `random` takes; NumPy's whole numbers begin as Python's."""
    number = as_whole_number(seed)
    if number is None and not isinstance(seed, (type(None), float, str, bytes, bytearray)):
        raise TypeError(f"seed must be a whole number, None or a text, got {described(seed)}")
    return random.Random(seed if number is None else number)


def initial_weights(weights: Any, inputs: int, outputs: int, rng: Any) -> list[list[float]]:
    """A row of `inputs` numbers for each of `outputs` units, by a scheme's name or as given."""
    if isinstance(weights, str):
        if weights not in SCHEMES:
            raise ValueError(
                f"there are no initial weights called {weights!r}: take one of "
                f"{', '.join(SCHEMES)}, or give the numbers as nested lists"
            )
        scheme = SCHEMES[weights]
        return [[scheme(rng, inputs, outputs) for _ in range(inputs)] for _ in range(outputs)]
    rows = checked_items(weights, outputs, "weights", "row", "unit")
    return [numbers(row, inputs, f"row {j} of the weights", "input") for j, row in enumerate(rows)]


def initial_biases(bias: Any, outputs: int) -> list[float | None]:
    """A number for each unit: zeros for True, none for False, or the numbers given."""
    if isinstance(bias, bool):
        return [0.0 if bias else None] * outputs
    return [*numbers(bias, outputs, "bias", "unit")]


def numbers(given: Any, count: int, what: str, per: str) -> list[float]:
    """`count` numbers from a list, or an error that says how many were expected."""
    return [as_number(number) for number in checked_items(given, count, what, "number", per)]


def checked_items(given: Any, count: int, what: str, item: str, per: str) -> Sequence[Any]:
    """The items of a list that must have `count` of them."""
    expected = f"{what}: expected {counted(count, item)}, one for each {per}"
    try:
        items = items_of(what, given)
    except TypeError:
        raise TypeError(f"{expected}, got {described(given)}") from None
    if len(items) != count:
        raise ValueError(f"{expected}, got {len(items)}")
    return items
