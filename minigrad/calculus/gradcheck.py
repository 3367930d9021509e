"""Check gradients against finite differences.

>>> from minigrad.engine import Value
>>> print(gradcheck(lambda w, x: (w * x).tanh(), [0.5, -2.0]))
right: the engine and finite differences agree to 7 digits or more
  input   at    analytic     numeric  relative error  verdict
      w  0.5  −0.8399487  −0.8399487           0e+00  right
      x   −2   0.2099872   0.2099872           0e+00  right
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from math import copysign, inf, isfinite, ulp
from sys import float_info
from typing import Any, Final, NamedTuple

from ..engine import Circuit, Value, gradient_of, write_grad
from ..rules import as_number, described
from ..text import columns, printable

RIGHT: Final = "right"
ACCEPTABLE: Final = "acceptable"
SUSPICIOUS: Final = "suspicious"
WRONG: Final = "wrong"
KINK: Final = "at a kink"
UNKNOWN: Final = "not finite"
HIDDEN: Final = "hidden by rounding"
UNCLEAR: Final = "cannot judge"

SUMMARIES: Final = {
    RIGHT: "the engine and finite differences agree to 7 digits or more",
    ACCEPTABLE: "they agree to 4 digits or more; rounding or strong curvature can cost the others",
    SUSPICIOUS: "they agree to 2 digits only; look at the local gradients of the gates in between",
    WRONG: "they do not agree; look for a wrong local gradient, or = where += belongs",
    KINK: "the function has a kink (relu, max, abs, …) within the step; there finite differences "
    "are the ones that are wrong: check at another point",
    UNKNOWN: "the function is not finite around the point; see mg.first_nonfinite",
    HIDDEN: "the output is so large, or so near 0, that rounding hides what the input does to it: "
    "check the function without its large terms, or where it is not near 0",
    UNCLEAR: "the finite differences disagree with one another, whatever the step: check at "
    "another point, or the parts of the function one by one",
}


@dataclass(frozen=True)
class InputCheck:
    """The derivative by one input, both ways."""

    name: str
    at: float
    analytic: float
    numeric: float
    relative_error: float
    verdict: str


@dataclass(frozen=True)
class GradcheckReport:
    """What `gradcheck` found: true when every input is right or acceptable; print it to read it."""

    inputs: tuple[InputCheck, ...]

    @property
    def verdict(self) -> str:
        """The worst verdict of all inputs."""
        verdicts = {check.verdict for check in self.inputs}
        order = (WRONG, SUSPICIOUS, UNKNOWN, KINK, UNCLEAR, HIDDEN, ACCEPTABLE)
        return next((verdict for verdict in order if verdict in verdicts), RIGHT)

    @property
    def warnings(self) -> list[str]:
        """One line for every input at which finite differences cannot judge."""
        return [
            f"{check.name} = {check.at!r}: {SUMMARIES[check.verdict]}"
            for check in self.inputs
            if check.verdict in (KINK, UNKNOWN, UNCLEAR, HIDDEN)
        ]

    def __bool__(self) -> bool:
        return self.verdict in (RIGHT, ACCEPTABLE)

    def __str__(self) -> str:
        head = ("input", "at", "analytic", "numeric", "relative error", "verdict")
        rows = [
            (
                check.name,
                f"{check.at:g}",
                f"{check.analytic:.7g}",
                f"{check.numeric:.7g}",
                f"{check.relative_error:.0e}",
                check.verdict,
            )
            for check in self.inputs
        ]
        lines = columns([head, *rows], ">>>>><").replace("-", "−").replace("e−", "e-").splitlines()
        return "\n  ".join([f"{self.verdict}: {SUMMARIES[self.verdict]}", *lines])


def gradcheck(function: Callable[..., Value], inputs: Sequence[float | Value]) -> GradcheckReport:
    """Compare the gradients of `function(*inputs)` with five-point finite differences.

    >>> from minigrad.engine import Value
    >>> bool(gradcheck(lambda x, y: x * y + x, [3.0, -4.0]))
    True
    >>> at_zero = gradcheck(lambda x: x.relu(), [0.0])
    >>> bool(at_zero), at_zero.verdict
    (False, 'at a kink')

    `inputs` are numbers, each handed over as a Value, or Values (a model's parameters), whose data
    is moved a little and put back; no `grad` is left changed. The relative error is |analytic −
    numeric|, less what rounding explains, over the larger of the two: up to 1e-7 right, 1e-4
    acceptable, 1e-2 suspicious, beyond that wrong. The step is chosen for each input.
    """
    wires = _as_wires(function, inputs)
    analytic = _analytic(function, wires)
    return GradcheckReport(
        tuple(
            _checked(wire, name, gradient, partial(_evaluated, function, wires, wire))
            for wire, name, gradient in zip(wires, _names(wires), analytic)
        )
    )


def _as_wires(function: Callable[..., Value], inputs: Sequence[float | Value]) -> list[Value]:
    if not callable(function):
        raise TypeError(
            f"gradcheck takes a function and a list of its inputs, got {described(function)} as "
            "the function: write gradcheck(lambda x: x * x, [3.0])"
        )
    try:
        items = list(inputs)
    except TypeError:
        raise TypeError(
            f"gradcheck takes a list of inputs, got {described(inputs)}: write [{inputs!r}]"
        ) from None
    if not items:
        raise ValueError("gradcheck needs at least one input to differentiate by, got none")
    try:
        parameters = list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        parameters = []
    for place, item in enumerate(items):
        if isinstance(item, Value) and item.is_constant:
            raise ValueError(
                f"input {place} is {item!r}, which gets no gradient: pass the number {item.data!r} "
                "to gradcheck, or make it a Value(...)"
            )
    names = parameters if len(parameters) == len(items) else [f"x{i}" for i in range(len(items))]
    return [
        item if isinstance(item, Value) else Value(item, label=name)
        for item, name in zip(items, names)
    ]


def _names(wires: list[Value]) -> list[str]:
    return [printable(wire.label) or f"x{place}" for place, wire in enumerate(wires)]


def _called(function: Callable[..., Value], wires: list[Value]) -> Value:
    output = function(*wires)
    if not isinstance(output, Value):
        raise TypeError(
            f"gradcheck needs a function that returns one Value, got {described(output)}: return "
            "the output wire itself, not its .data"
        )
    return output


def _analytic(function: Callable[..., Value], wires: list[Value]) -> list[float]:
    """The gradients by `backward()`; every `grad` in the circuit is put back."""
    output = _called(function, wires)
    if output.is_constant:
        raise ValueError(
            f"gradcheck got {output!r} from the function, which no gate has made: was it computed "
            "from numbers alone, or inside no_grad()?"
        )
    touched = list(dict.fromkeys([*Circuit(output).wires, *wires]))
    before = [gradient_of(wire) for wire in touched]
    try:
        for wire in touched:
            write_grad(wire, None)
        output.backward()
        return [wire.grad for wire in wires]
    finally:
        for wire, old in zip(touched, before):
            write_grad(wire, old)


def _evaluated(
    function: Callable[..., Value], wires: list[Value], wire: Value, number: float
) -> tuple[float, tuple[Any, ...]]:
    """The output with one input moved to `number`, and on which side of every kink that is."""
    before = wire.data
    wire.data = number
    try:
        output = _called(function, wires)
        return output.data, tuple(_sides(Circuit(output)))
    finally:
        wire.data = before


def _sides(circuit: Circuit) -> Iterator[str | float]:
    """The gates of a circuit with the signs of their kink quantities: alike where it is smooth."""
    for wire in circuit.gates:
        gate = circuit.gate(wire)
        yield gate.name
        if gate.kinks is not None:
            numbers = [source.data for source in circuit.inputs(wire)]
            for quantity in gate.kinks(*numbers, wire.data):
                yield copysign(1.0, quantity) if quantity else 0.0


def _checked(
    wire: Value,
    name: str,
    analytic: float,
    evaluate: Callable[[float], tuple[float, tuple[Any, ...]]],
) -> InputCheck:
    best = numeric_derivative(evaluate, wire.data)
    numeric, noise = best.derivative, best.noise
    difference = abs(analytic - numeric)
    size = max(abs(analytic), abs(numeric))
    unexplained = max(0.0, difference - noise - best.wobble)
    relative_error = unexplained / size if size and isfinite(difference) else unexplained
    if not best.smooth:
        verdict = KINK
    elif not (isfinite(numeric) and isfinite(analytic)):
        verdict = UNKNOWN
    else:
        bands = ((1e-7, RIGHT), (1e-4, ACCEPTABLE), (1e-2, SUSPICIOUS), (inf, WRONG))
        verdict = next(verdict for bound, verdict in bands if relative_error <= bound)
        if verdict is not WRONG and size > 0.0 and noise > 1e-4 * max(size, best.bend):
            verdict, relative_error = HIDDEN, difference / size
        elif verdict in (WRONG, SUSPICIOUS) and best.spread > 1e-3 * abs(numeric) + noise:
            verdict = UNCLEAR
    return InputCheck(name, wire.data, analytic, numeric, relative_error, verdict)


# --- finite differences ---------------------------------------------------------------------------

# Fractions of an input's size to try as its step. A large step loses to curvature (h⁴), a small one
# to rounding (1/h); the one whose estimate agrees best with its neighbour's is used.
STEPS: Final = tuple(2.0**-k for k in (4, 6, 8, 10, 12, 14))


class Estimate(NamedTuple):
    """A derivative from one step, and what it may be off by."""

    derivative: float
    noise: float  # from the rounding of the output, down to underflow
    bend: float  # how much the slope changes within a step
    wobble: float  # from the rounding of the input, or of what is computed from it, at a bend
    smooth: bool
    spread: float = 0.0  # how far estimates with other steps are from one another


def numeric_derivative(
    evaluate: Callable[[float], tuple[float, tuple[Any, ...]]], at: float
) -> Estimate:
    """The derivative by central differences over five points, and how far to trust it.

    >>> found = numeric_derivative(lambda x: (x**3, ()), 2.0)
    >>> round(found.derivative, 9), found.smooth
    (12.0, True)

    `evaluate` gives the function's value and anything that tells the smooth pieces of the function
    apart. f'(x) ≈ (f(x−2h) − 8·f(x−h) + 8·f(x+h) − f(x+2h)) / 12h, with an error of order h⁴. The
    step is the one whose estimate agrees best with its neighbour's.
    """
    at = as_number(at)
    here, piece = evaluate(at)
    estimates: list[Estimate] = []
    for step in _steps(at):
        values = [evaluate(at + place * step) for place in (-2, -1, 1, 2)]
        far_left, left, right, far_right = (value for value, _ in values)
        derivative = (8.0 * (right - left) - (far_right - far_left)) / (12.0 * step)
        largest = max(abs(value) for value, _ in values)
        noise = 4.0 * (float_info.epsilon * largest + ulp(0.0)) / abs(step)
        bend = abs((right - here) - (here - left)) / abs(step)
        wobble = 4.0 * float_info.epsilon * bend * max(abs(at / step), 16.0)
        smooth = all(other == piece for _, other in values)
        estimates.append(Estimate(derivative, noise, bend, wobble, smooth))
    usable = [estimate for estimate in estimates if estimate.smooth and isfinite(estimate[0])]
    if len(usable) < 2:
        return usable[0] if usable else estimates[-1]
    apart = [abs(x.derivative - y.derivative) for x, y in pairwise(usable)]
    _, best = min(zip(apart, usable[1:]), key=lambda pair: pair[0] + pair[1].noise)
    return best._replace(spread=sorted(apart)[:2][-1])  # two may agree by chance


def _steps(at: float) -> list[float]:
    """Steps to try, the largest first: for the input's own size, and for a size of 1/16."""
    wanted = {fraction * size for size in (abs(at), 1.0 / 16) for fraction in STEPS}
    # as differences of floats, so that x + h − x is h exactly
    return sorted({(at + step) - at for step in wanted} - {0.0}, reverse=True)
