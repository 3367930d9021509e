"""Write tests/helpers/special_values.txt: what every gate gives at the edges of the floats.

    pip install torch mpmath
    PYTHONPATH=tests python tests/helpers/make_special_values.py > tests/helpers/special_values.txt

Run once; the result was read through and is what the tests compare with. The source is PyTorch's
float64 arithmetic and its written rules for gradients, which follow C99 Annex F; where a result is
finite and not zero, its digits come from mpmath, correctly rounded. Where we want something else,
`decided` says what and why.
"""

from __future__ import annotations

import itertools
import math
import sys
from collections.abc import Callable
from typing import Any

import mpmath
import torch
from helpers.references import DIGITS, REFERENCES, derivative
from mpmath import mp, mpf
from torch.nn import functional

LARGEST = 1.7976931348623157e308
MAGNITUDES = [0.0, 5e-324, 1e-8, 0.5, 1.0, 2.0, 710.0, 750.0, LARGEST, math.inf]
SPECIAL = [-x for x in reversed(MAGNITUDES)] + MAGNITUDES + [math.nan]

STEPS = ("sign", "floor", "ceil", "trunc", "round", "floor_divide")  # flat, but for jumps
ROOT = math.sqrt(2 * math.pi)
UNARY: dict[str, Callable[..., Any]] = {
    "neg": torch.neg,
    "abs": torch.abs,
    "exp": torch.exp,
    "log": torch.log,
    "log1p": torch.log1p,
    "sqrt": torch.sqrt,
    "sin": torch.sin,
    "cos": torch.cos,
    "normal_density": lambda x: torch.exp(-x * x / 2) / ROOT,
    "normal_cdf": torch.special.ndtr,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "relu": functional.relu,
    "softplus": functional.softplus,
    "silu": functional.silu,
    "gelu": functional.gelu,
    "tan": torch.tan,
    "asin": torch.asin,
    "acos": torch.acos,
    "atan": torch.atan,
    "sinh": torch.sinh,
    "cosh": torch.cosh,
    "asinh": torch.asinh,
    "acosh": torch.acosh,
    "atanh": torch.atanh,
    "expm1": torch.expm1,
    "exp2": torch.exp2,
    "log2": torch.log2,
    "log10": torch.log10,
    "erf": torch.erf,
    "sinc": torch.sinc,
    "degrees": torch.rad2deg,
    "radians": torch.deg2rad,
    "sign": torch.sign,
    "floor": torch.floor,
    "ceil": torch.ceil,
    "trunc": torch.trunc,
    "round": torch.round,
}
BINARY: dict[str, Callable[..., Any]] = {
    "add": torch.add,
    "sub": torch.sub,
    "mul": torch.mul,
    "div": torch.div,
    "pow": torch.pow,
    "sum": lambda x, y: torch.sum(torch.stack([x, y])),
    "maximum": torch.maximum,
    "minimum": torch.minimum,
    "leaky_relu": lambda x, slope: functional.prelu(x, slope),
    "mean": lambda x, y: torch.mean(torch.stack([x, y])),
    "prod": lambda x, y: torch.prod(torch.stack([x, y])),
    "dot": torch.dot,
    "atan2": torch.atan2,
    "hypot": torch.hypot,
    "logaddexp": torch.logaddexp,
    "logsumexp": lambda x, y: torch.logsumexp(torch.stack([x, y]), 0),
    "mod": torch.remainder,
    "floor_divide": lambda x, y: torch.div(x, y, rounding_mode="floor"),
}


def from_torch(function: Callable[..., Any], inputs: tuple[float, ...]) -> list[float]:
    wires = [torch.tensor([x], dtype=torch.float64, requires_grad=True) for x in inputs]
    output = function(*wires)
    if output.requires_grad:  # no gradient goes through a division that is rounded
        output.sum().backward()
    gradients = [0.0 if wire.grad is None else wire.grad.item() for wire in wires]
    return [output.reshape(()).item(), *gradients]


def digits(name: str, inputs: tuple[float, ...]) -> list[float | None]:
    """The output and gradients from mpmath; None where it has none (infinite inputs, kinks)."""
    erfc_is_out_of_reach = name in ("normal_cdf", "gelu") and abs(inputs[0]) > 100.0
    if erfc_is_out_of_reach or not all(map(math.isfinite, inputs)):
        return [None] * (len(inputs) + 1)
    function, exact = REFERENCES[name], [mpf(x) for x in inputs]
    # enough digits for 1 + 5e-324, for the cancellation of differences, and for saturation
    adds = name in ("expm1", "atan2", "logaddexp", "logsumexp", "tanh", "sigmoid")
    with mp.workdps(700 if adds or 5e-324 in map(abs, inputs) else DIGITS):
        results = [function(*exact), *(derivative(function, exact, i) for i in range(len(exact)))]
        return [
            None if not result or not mpmath.isfinite(result) else rounded(result)
            for result in results
        ]


def rounded(exact: mpf) -> float:
    return math.copysign(float(exact), mpmath.sign(exact))  # −1e-400 is −0.0


def expected(name: str, function: Callable[..., Any], inputs: tuple[float, ...]) -> list[float]:
    results = from_torch(function, inputs)
    found = digits(name, inputs)
    if name in STEPS:
        found[1:] = [None] * len(inputs)
    if name == "atan2" and inputs[0] == 0.0:
        found[0] = None  # mpmath has one zero
    lowest = {"atan2": 0.0, "hypot": 1e-300}.get(name)
    if lowest is not None and not lowest < math.hypot(*inputs) < math.inf:
        found[1:] = [None, None]  # the length is an infinity, or has few digits
    for place, exact in enumerate(found):
        if exact is not None and math.isfinite(results[place]):
            if not math.isclose(results[place], exact, rel_tol=1e-6, abs_tol=1e-300):
                print("differ:", name, inputs, place, results[place], exact, file=sys.stderr)
            results[place] = exact
    return results


def decided(name: str, inputs: tuple[float, ...], results: list[float]) -> list[float]:
    """The results, with our decisions where PyTorch's are not the better ones."""
    if name == "abs" and math.isnan(inputs[0]):
        return [math.nan, math.nan]  # PyTorch: 0 as gradient
    if name == "relu" and inputs == (0.0,):
        return [0.0, 0.0]  # maximum(0, x), and 0.0 is larger than -0.0 in IEEE 754-2019
    if name in ("sum", "mean") and inputs == (0.0, 0.0):
        results[0] = inputs[0] + inputs[1]
        return results  # IEEE addition; PyTorch starts from +0.0
    if name == "pow" and inputs[0] < 0.0 and abs(inputs[1]) == LARGEST:
        # y − 1 is odd; PyTorch, like these digits, has it rounded to an even number
        results[1] = math.copysign(results[1], -inputs[1])
    if name == "pow" and inputs[0] == abs(inputs[1]) == 5e-324:
        results[1] = math.copysign(1.0, inputs[1])  # PyTorch's x^(y − 1) is no float
    if name in ("maximum", "minimum"):
        if inputs == (0.0, 0.0):  # of two zeros, the positive (negative) one: IEEE 754-2019
            larger, smaller = sorted(inputs, key=lambda x: -math.copysign(1.0, x))
            results[0] = larger if name == "maximum" else smaller
        if any(map(math.isnan, inputs)):
            return [math.nan, 0.5, 0.5]  # a tie; PyTorch gives the whole gradient to both
    return decided_since(name, inputs, results)


def decided_since(name: str, inputs: tuple[float, ...], results: list[float]) -> list[float]:
    """The same of the gates that programs asked for."""
    is_far = any(map(math.isinf, inputs))
    is_known = not any(map(math.isnan, inputs))
    if name == "acosh" and inputs[0] < 1.0:
        return [math.nan, math.nan]  # PyTorch: a slope beyond the end of the domain
    if name == "sign" and not is_known:
        return [math.nan, 0.0]  # PyTorch: the sign of nan is 0
    if name == "log10" and inputs[0] == -LARGEST:
        results[1] = 1.0 / math.log(10.0) / inputs[0]  # PyTorch: x · log 10 is an infinity
    if name == "sinc" and inputs[0] == 0.0:
        results[1] = -inputs[0]  # of −π²/3 · x; PyTorch: +0.0
    if name == "sinc" and is_known and not is_far and inputs[0] % 1.0 == 0.0 != inputs[0]:
        results[0] = 0.0  # of whole numbers; PyTorch rounds π first
        if abs(inputs[0]) == LARGEST:  # and π·x is an infinity there
            results[1] = 1.0 / inputs[0]
    if name == "atan2" and is_known:
        if inputs == (0.0, 0.0):
            return [results[0], math.nan, math.nan]  # no slope at the origin; PyTorch: 0
        if (length := math.hypot(*inputs)) < 1e-300:
            y, x = inputs
            results[1:] = [x / length / length, -y / length / length]  # PyTorch: length² is 0
        if inputs[0] == 0.0 > inputs[1]:
            results[1] = 1.0 / inputs[1]  # on the cut; PyTorch: length² is an infinity
        if is_far:
            signs = inputs[1], -inputs[0]
            results[1:] = [math.copysign(0.0, sign) for sign in signs]  # by the limit; PyTorch: nan
    if name == "hypot" and inputs == (0.0, 0.0):
        return [0.0, 0.0, 0.0]  # as |x| has at 0; PyTorch: nan
    if name in ("logaddexp", "logsumexp") and is_known and (is_far or inputs[0] == inputs[1]):
        largest = max(inputs)  # by the limit, equal ones alike; PyTorch: inf − inf is nan
        ties = inputs.count(largest)
        results[1:] = [1.0 / ties if x == largest else 0.0 for x in inputs]
    if name == "prod":
        results[1:] = inputs[::-1]  # the other factor; PyTorch divides the output
    if name == "dot":
        results[0] = inputs[0] * inputs[1]  # PyTorch starts from +0.0
    if name == "mod" and results[0] == 0.0:
        results[0] = math.copysign(0.0, inputs[1])  # as in Python and NumPy; PyTorch: x's sign
    if name == "floor_divide" and results[0] == 0.0:
        results[0] = inputs[0] // inputs[1]  # with the sign of Python's and NumPy's zero
    return results


def main() -> None:
    print("# gate inputs : output gradients; written by make_special_values.py")
    for name, function in UNARY.items():
        for x in SPECIAL:
            print(name, x, ":", *decided(name, (x,), expected(name, function, (x,))))
    for name, function in BINARY.items():
        for pair in itertools.product(SPECIAL, SPECIAL):
            print(name, *pair, ":", *decided(name, pair, expected(name, function, pair)))


if __name__ == "__main__":
    main()
