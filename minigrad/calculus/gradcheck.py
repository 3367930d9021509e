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
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from math import copysign, inf, isfinite
from typing import Final

from ..engine import Circuit, Value, gradients_of, write_grad
from ..rules import described, items_of
from ..text import ShownAsLines, columns, printable, unicode_name, with_run
from .finite_differences import Estimate, Evaluation, numeric_derivative, settles
from .nesting import differentiating
from .rounding_errors import noise_of_gradients, noise_of_output, scatter_of_gradients

RIGHT: Final = "right"
ACCEPTABLE: Final = "acceptable"
SUSPICIOUS: Final = "suspicious"
WRONG: Final = "wrong"
KINK: Final = "at a kink"
UNKNOWN: Final = "not finite"
HIDDEN: Final = "hidden by rounding"
FLAT: Final = "no change seen"
UNCLEAR: Final = "cannot judge"

SUMMARIES: Final = {
    RIGHT: "the engine and finite differences agree to 7 digits or more",
    ACCEPTABLE: "they agree to 4 digits or more, but rounding does not explain the others: look "
    "for a constant with few digits in a local gradient",
    SUSPICIOUS: "they agree to 2 digits only; look at the local gradients of the gates in between",
    WRONG: "they do not agree; look for a wrong local gradient, or = where += belongs",
    KINK: "the function has a kink (relu, max, abs, …) within the step; there finite differences "
    "are the ones that are wrong: check at another point",
    UNKNOWN: "the function is not finite around the point; see mg.first_nonfinite",
    HIDDEN: "the output, or a number on the way to it, is so large, or so near 0, that rounding "
    "hides what the input does to it: check the function without its large terms, or where it is "
    "not near 0",
    FLAT: "the output stays the same to the last bit however the input moves: either it does not "
    "depend on the input, and the gradient is wrong, or a gate rounds the change away: check at "
    "another point",
    UNCLEAR: "the finite differences disagree with one another, whatever the step: check at "
    "another point, or the parts of the function one by one",
}
BLAMED: Final = (WRONG, SUSPICIOUS, ACCEPTABLE)
CANNOT_JUDGE: Final = (KINK, UNKNOWN, UNCLEAR, FLAT, HIDDEN)

# Relative errors, up to which a verdict holds.
BANDS: Final = ((1e-7, RIGHT), (1e-4, ACCEPTABLE), (5e-3, SUSPICIOUS), (inf, WRONG))
KNOWN: Final = 3e-6  # how much of a derivative may be in doubt where it is called right
AT_AN_EXTREMUM: Final = 1e-4  # or there, where there is no derivative, of how it changes in a step
BEYOND_DOUBT: Final = 10.0  # times what finite differences may be off by: a difference is an error


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
class GradcheckReport(ShownAsLines):
    """What `gradcheck` found: true when every input is right; print it to read it."""

    inputs: tuple[InputCheck, ...]

    @property
    def verdict(self) -> str:
        """The worst verdict of all inputs."""
        verdicts = {check.verdict for check in self.inputs}
        order = (*BLAMED, *CANNOT_JUDGE)
        return next((verdict for verdict in order if verdict in verdicts), RIGHT)

    @property
    def warnings(self) -> list[str]:
        """One line for every input at which finite differences cannot judge."""
        return [
            f"{check.name} = {check.at!r}: {SUMMARIES[check.verdict]}"
            for check in self.inputs
            if check.verdict in CANNOT_JUDGE
        ]

    def __bool__(self) -> bool:
        return self.verdict == RIGHT

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
    numeric|, less what rounding and the step explain, over the larger of the two: up to 1e-7 right,
    1e-4 acceptable, 5e-3 suspicious, beyond that wrong. Where rounding or the step could explain
    more than 3e-6 nothing is called right, and wrong only what is off by ten times as much. The
    step is chosen for each input; rounding is that of every gate inside, multiplied by what comes
    after.
    """
    wires = _as_wires(function, inputs)
    analytic, noises = _analytic(function, wires)
    scatter = cache(lambda: scatter_of_gradients(_circuit(_called(function, wires)), wires))
    checks = []
    for place, (wire, name) in enumerate(zip(wires, _names(wires))):
        evaluate = partial(_evaluated, function, wires, wire)
        found = numeric_derivative(evaluate, wire.data)
        gradient, noise = analytic[place], noises[place]
        verdict, error = _judged(gradient, noise, found)
        if verdict in BLAMED:  # what takes more time to exclude
            verdict, error = _judged(gradient, noise + scatter()[place], found)
        if verdict in BLAMED and not settles(evaluate, wire.data, found, gradient):
            verdict = UNCLEAR
        checks.append(InputCheck(name, wire.data, gradient, found.derivative, error, verdict))
    return GradcheckReport(tuple(checks))


def _as_wires(function: Callable[..., Value], inputs: Sequence[float | Value]) -> list[Value]:
    if not callable(function):
        raise TypeError(
            f"gradcheck takes a function and a list of its inputs, got {described(function)} as "
            "the function: write gradcheck(lambda x: x * x, [3.0])"
        )
    if not hasattr(inputs, "__iter__"):
        raise TypeError(
            f"gradcheck takes a list of inputs, got {described(inputs)}: write [{inputs!r}]"
        )
    items = items_of("gradcheck", inputs, "a list of inputs")
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
    names = [printable(wire.label) or f"x{place}" for place, wire in enumerate(wires)]
    total, seen = Counter(names), Counter[str]()
    for place, name in enumerate(names):
        if total[name] > 1:
            seen[name] += 1
            names[place] = unicode_name(with_run(name, seen[name]))
    return names


def _called(function: Callable[..., Value], wires: list[Value]) -> Value:
    with differentiating(wires):
        output = function(*wires)
    if not isinstance(output, Value):
        raise TypeError(
            f"gradcheck needs a function that returns one Value, got {described(output)}: return "
            "the output wire itself, not its .data"
        )
    return output


def _analytic(
    function: Callable[..., Value], wires: list[Value]
) -> tuple[list[float], list[float]]:
    """The gradients by `backward()`, and their noise; every `grad` in the circuit is put back."""
    output = _called(function, wires)
    if output.is_constant:
        raise ValueError(
            f"gradcheck got {output!r} from the function, which no gate has made: was it computed "
            "from numbers alone, or inside no_grad()?"
        )
    circuit = _circuit(output)
    touched = list(dict.fromkeys([*circuit.wires, *wires]))
    before = gradients_of(touched)
    try:
        for wire in touched:
            write_grad(wire, None)
        output.backward()
        return [wire.grad for wire in wires], noise_of_gradients(circuit, wires)
    finally:
        for wire, old in zip(touched, before):
            write_grad(wire, old)


def _circuit(output: Value) -> Circuit:
    return Circuit(output, collapse=["dot"])


def _evaluated(
    function: Callable[..., Value], wires: list[Value], wire: Value, number: float
) -> Evaluation:
    """The output with one input moved to `number`, and on which side of every kink that is."""
    before = wire.data
    wire.data = number
    try:
        output = _called(function, wires)
        circuit = _circuit(output)
        return Evaluation(output.data, noise_of_output(circuit), tuple(_sides(circuit)))
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


def _judged(analytic: float, noise: float, found: Estimate) -> tuple[str, float]:
    """The verdict, and the relative error that neither rounding nor the step explains.

    `noise` is how far the analytic derivative may be off by rounding.
    """
    numeric = found.derivative
    difference, size = abs(analytic - numeric), max(abs(analytic), abs(numeric))
    in_doubt = found.error + noise
    unexplained = max(0.0, difference - in_doubt)
    relative_error = unexplained / size if size and isfinite(difference) else unexplained
    if not found.is_smooth:
        return KINK, relative_error
    if not (isfinite(numeric) and isfinite(analytic)):
        return UNKNOWN, relative_error
    if not difference or difference <= in_doubt <= KNOWN * size:
        return RIGHT, relative_error
    if abs(analytic) <= noise and difference <= in_doubt <= AT_AN_EXTREMUM * found.bend:
        return RIGHT, relative_error
    if in_doubt > KNOWN * size and difference < BEYOND_DOUBT * in_doubt:
        return HIDDEN if found.apart <= found.noise + noise else UNCLEAR, difference / size
    if found.is_flat:  # nothing is to be seen, whatever the gradient is
        return FLAT, relative_error
    return next(verdict for bound, verdict in BANDS if relative_error <= bound), relative_error
