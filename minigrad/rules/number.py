"""What somebody hands to the library: as one number, or described in the error that refuses it.

>>> as_number(2), described("2")
(2.0, "the str '2'")
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from math import inf, isinf, isnan
from numbers import Complex, Real
from operator import index
from typing import Any


def as_number(number: object) -> float:
    """Anything that is one real number, as a float; all else is an error that names the remedy.

    >>> from fractions import Fraction
    >>> as_number(Fraction(1, 4)), as_number(True)
    (0.25, 1.0)
    >>> as_number("3")
    Traceback (most recent call last):
    ...
    TypeError: expected a number, got the str '3': write float(...) around it
    """
    if type(number) is float:
        return number
    kind = type(number)
    if isinstance(number, (int, float)) or (  # asking the abstract classes takes a microsecond
        hasattr(kind, "__float__")
        and not hasattr(kind, "__len__")
        and not is_time(number)
        and (isinstance(number, Real) or not isinstance(number, Complex))
    ):
        try:
            converted = float(number)  # type: ignore[arg-type]
        except OverflowError:
            converted = inf
        except (TypeError, ValueError, RuntimeError) as error:
            raise TypeError(f"expected a number, got {described(number)}: {error}") from None
        if isinf(converted) and number != converted:
            raise OverflowError(
                f"expected a number within the range of a float (up to 1.8e308), got the "
                f"{kind.__name__} {_short(number)}: scale it down first"
            )
        if isnan(converted) and _is_a_formula(number):
            raise TypeError(
                f"expected a number, got {described(number)}, which has none: give it one first, "
                "or write the formula with Values"
            )
        return converted
    raise TypeError(f"expected a number, got {described(number)}: {_remedy(number)}")


def is_time(thing: object) -> bool:
    """Whether it is a date or a span of time of NumPy's, or an array of them: numbers of a unit."""
    return getattr(getattr(thing, "dtype", None), "kind", "") in ("m", "M")


def _is_a_formula(thing: Any) -> bool:
    """Whether it is a symbol, as CasADi's, whose float is nan, and not nan itself."""
    is_same = thing == thing  # of symbols a symbol, which is true
    return bool(is_same) and not isinstance(is_same, bool)


def as_whole_number(number: object) -> int | None:
    """A whole number, of Python or of NumPy, as an int; None for all else, truth values too.

    >>> as_whole_number(3), as_whole_number(True), as_whole_number(3.0)
    (3, None, None)
    """
    try:
        return None if isinstance(number, bool) else index(number)  # type: ignore[arg-type]
    except TypeError:
        return None


def at_least_one(what: str, number: object) -> int:
    """A number of things, as an int; what is none, or less than 1, is an error.

    >>> at_least_one("n", 3)
    3
    """
    count = as_whole_number(number)
    if count is None:
        raise TypeError(f"{what} must be a whole number, got {described(number)}")
    if count < 1:
        raise ValueError(f"{what} must be at least 1, got {number!r}")
    return count


def _short(thing: object) -> str:
    try:
        text = " ".join(repr(thing).split())
    except ValueError:  # an int with more digits than Python prints
        return "of more than 4,000 digits"
    return text if len(text) <= 60 else f"{text[:57]}..."


def described(thing: object) -> str:
    """What came, for a message: its type and itself, on one line and not too long."""
    kind = "type" if isinstance(thing, type) else type(thing).__name__
    return "None" if thing is None else f"the {kind} {_short(thing)}"


def _remedy(thing: object) -> str:
    if isinstance(thing, str):
        return "write float(...) around it"
    if thing is None:
        return "did a function forget its return?"
    if type(thing).__name__ == "MaskedConstant":
        return "what is masked has no number; leave it out"
    if is_time(thing):
        return "its number depends on a unit; divide a span by one, t / np.timedelta64(1, 's')"
    shape = getattr(thing, "shape", (0,)) if hasattr(type(thing), "__len__") else None
    if shape == ():
        return "an array without a dimension has its one number in .item()"
    if shape is not None:
        items = "the items" + " (of a column: .ravel())" * (shape[-1:] == (1,))
        return f"a wire carries one number; write a loop or a list comprehension over {items}"
    if isinstance(thing, type):
        return "pass an int, a float or a Value, not a class"
    if isinstance(thing, complex) or hasattr(thing, "imag"):
        return "minigrad works with real numbers; take .real, .imag or abs()"
    return "pass an int, a float or a Value"


def nearest_name(name: str, names: Iterable[str]) -> str:
    """The name that is meant by a misspelled one: in capitals, its letters turned, or near it.

    >>> nearest_name("tahn", ["tan", "tanh"]), nearest_name("sigmiod", ["sin"])
    ('tanh', '')
    >>> nearest_name("ReLU", ["elu", "relu"])
    'relu'
    """
    known = list(names)
    alike = [other for other in known if other.lower() == name.lower()]
    near = difflib.get_close_matches(name, known, 5)
    turned = [other for other in near if sorted(other) == sorted(name)]
    return [*alike, *turned, *near, ""][0]
