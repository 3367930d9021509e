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
}


def from_torch(function: Callable[..., Any], inputs: tuple[float, ...]) -> list[float]:
    wires = [torch.tensor([x], dtype=torch.float64, requires_grad=True) for x in inputs]
    output = function(*wires)
    output.sum().backward()
    return [output.reshape(()).item(), *(wire.grad.item() for wire in wires)]


def digits(name: str, inputs: tuple[float, ...]) -> list[float | None]:
    """The output and gradients from mpmath; None where it has none (infinite inputs, kinks)."""
    erfc_is_out_of_reach = name in ("normal_cdf", "gelu") and abs(inputs[0]) > 100.0
    if erfc_is_out_of_reach or not all(map(math.isfinite, inputs)):
        return [None] * (len(inputs) + 1)
    function, exact = REFERENCES[name], [mpf(x) for x in inputs]
    # enough digits for 1 + 5e-324, and for the cancellation of differences
    with mp.workdps(700 if 5e-324 in map(abs, inputs) else DIGITS):
        results = [function(*exact), *(derivative(function, exact, i) for i in range(len(exact)))]
        return [
            None if not result or not mpmath.isfinite(result) else rounded(result)
            for result in results
        ]


def rounded(exact: mpf) -> float:
    return math.copysign(float(exact), mpmath.sign(exact))  # −1e-400 is −0.0


def expected(name: str, function: Callable[..., Any], inputs: tuple[float, ...]) -> list[float]:
    results = from_torch(function, inputs)
    for place, exact in enumerate(digits(name, inputs)):
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
    if name == "sum" and inputs == (0.0, 0.0):
        return [inputs[0] + inputs[1], 1.0, 1.0]  # IEEE addition; PyTorch starts from +0.0
    if name == "pow" and inputs[0] < 0.0 and abs(inputs[1]) == LARGEST:
        # y − 1 is odd; PyTorch, like these digits, has it rounded to an even number
        results[1] = math.copysign(results[1], -inputs[1])
    if name in ("maximum", "minimum"):
        if inputs == (0.0, 0.0):  # of two zeros, the positive (negative) one: IEEE 754-2019
            larger, smaller = sorted(inputs, key=lambda x: -math.copysign(1.0, x))
            results[0] = larger if name == "maximum" else smaller
        if any(map(math.isnan, inputs)):
            return [math.nan, 0.5, 0.5]  # a tie; PyTorch gives the whole gradient to both
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
