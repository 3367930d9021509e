"""Small sets of points and names, made on the spot from a seed.

>>> X, y = moons(4, seed=1)
>>> len(X), len(X[0]), sorted(y)
(4, 2, [0, 0, 1, 1])

Points come as lists `[x, y]`, labels as 0 and 1, in shuffled order; `noise` is the standard
deviation of what is added to both coordinates.
"""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi, sin
from typing import TYPE_CHECKING, Final, NoReturn

from ..rules import at_least_one
from ..text import OF_DATASETS, no_such_name
from .initial_weights import seeded

__all__ = ["circles", "moons", "names", "spirals", "xor"]

Points = list[list[float]]
Curve = Callable[[float], tuple[float, float]]  # from a place between 0 and 1 to a point


def __dir__() -> list[str]:
    return __all__


if not TYPE_CHECKING:

    def __getattr__(name: str) -> NoReturn:
        raise no_such_name(__name__, name, __all__, OF_DATASETS)


def moons(n: int = 100, noise: float = 0.1, seed: int | None = 0) -> tuple[Points, list[int]]:
    """Two half circles that reach into each other.

    >>> X, y = moons(100, noise=0.0)
    >>> all((px**2 + py**2 - 1.0) ** 2 < 1e-9 for (px, py), label in zip(X, y) if label == 0)
    True
    """
    upper: Curve = lambda t: (cos(pi * t), sin(pi * t))
    lower: Curve = lambda t: (1.0 - cos(pi * t), 0.5 - sin(pi * t))
    return _along([upper, lower], n, noise, seed)


def circles(
    n: int = 100, noise: float = 0.1, seed: int | None = 0, factor: float = 0.5
) -> tuple[Points, list[int]]:
    """A circle (label 1) inside another (label 0); `factor` is the ratio of their radii.

    >>> X, y = circles(10, noise=0.0)
    >>> sorted({round(px**2 + py**2, 9) for px, py in X})
    [0.25, 1.0]
    """
    outer: Curve = lambda t: (cos(2 * pi * t), sin(2 * pi * t))
    inner: Curve = lambda t: (factor * cos(2 * pi * t), factor * sin(2 * pi * t))
    return _along([outer, inner], n, noise, seed)


def spirals(
    n: int = 100, noise: float = 0.02, seed: int | None = 0, turns: float = 1.25
) -> tuple[Points, list[int]]:
    """Two arms that wind around each other.

    >>> X, y = spirals(50, noise=0.0)
    >>> max(px**2 + py**2 for px, py in X) <= 1.0
    True
    """

    def arm(start: float) -> Curve:
        def point(t: float) -> tuple[float, float]:
            radius, angle = 0.1 + 0.9 * t, start + 2 * pi * turns * t
            return radius * cos(angle), radius * sin(angle)

        return point

    return _along([arm(0.0), arm(pi)], n, noise, seed)


def xor(n: int = 4, noise: float = 0.0, seed: int | None = 0) -> tuple[Points, list[int]]:
    """The corners of a square, 1 where exactly one coordinate is: what no straight line separates.

    >>> sorted(zip(*xor()))
    [([0.0, 0.0], 0), ([0.0, 1.0], 1), ([1.0, 0.0], 1), ([1.0, 1.0], 0)]
    """
    corners = [((0.0, 0.0), 0), ((0.0, 1.0), 1), ((1.0, 0.0), 1), ((1.0, 1.0), 0)]
    rows = [corners[i % 4] for i in range(at_least_one("n", n))]
    return _scattered(rows, noise, seed)


def _along(curves: list[Curve], n: int, noise: float, seed: int | None) -> tuple[Points, list[int]]:
    """n points on curves, evenly, the same number (or one more) on each."""
    rows = []
    n = at_least_one("n", n)
    for label, curve in enumerate(curves):
        count = (n + len(curves) - 1 - label) // len(curves)
        rows += [(curve((i + 0.5) / count), label) for i in range(count)]
    return _scattered(rows, noise, seed)


def _scattered(
    rows: list[tuple[tuple[float, float], int]], noise: float, seed: int | None
) -> tuple[Points, list[int]]:
    """Points and labels with noise, in shuffled order."""
    if not noise >= 0.0:
        raise ValueError(f"noise is a standard deviation, 0 or more, got {noise!r}")
    random = seeded(seed)
    noisy = [
        ([x + (random.gauss(0.0, noise) if noise else 0.0) for x in point], label)
        for point, label in rows
    ]
    random.shuffle(noisy)
    return [point for point, _ in noisy], [label for _, label in noisy]


STARTS: Final = (
    *("", "b", "br", "c", "d", "dr", "f", "fl", "g", "gr", "h", "j", "k"),
    *("l", "m", "n", "p", "r", "s", "st", "t", "tr", "v", "w", "z"),
)
VOWELS: Final = ("a", "a", "a", "e", "e", "e", "i", "i", "o", "o", "u", "ai", "ea", "ia")
MIDDLES: Final = ("l", "ll", "m", "n", "nn", "nd", "r", "rr", "s", "ss", "t", "v", "d", "b")
ENDS: Final = ("", "", "", "n", "l", "r", "s", "th", "ne", "lla", "na", "rd", "m")
MOST_NAMES: Final = 1_000_000


def names(n: int = 100, seed: int | None = 0) -> list[str]:
    """Different invented names, for models of letters.

    >>> names(5, seed=0)
    ['zilesis', 'grindono', 'zasseal', 'raidome', 'trerrolles']

    A name is a start, a vowel, up to two middles with a vowel each, and an end.
    """
    n = at_least_one("n", n)
    random = seeded(seed)
    if n > MOST_NAMES:
        raise ValueError(f"names makes at most {MOST_NAMES:,} different names, got n={n}")
    found: dict[str, None] = {}
    while len(found) < n:
        syllables = random.choices([0, 1, 2], weights=[2, 5, 3])[0]
        parts = [random.choice(STARTS), random.choice(VOWELS)]
        for _ in range(syllables):
            parts += [random.choice(MIDDLES), random.choice(VOWELS)]
        name = "".join([*parts, random.choice(ENDS)])
        if 3 <= len(name) <= 10:
            found[name] = None
    return list(found)
