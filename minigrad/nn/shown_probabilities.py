"""Cross entropies as a text book writes them: with the probabilities as wires, and their logarithm.

>>> from minigrad.engine import Circuit
>>> from minigrad.nn.losses import binary_cross_entropy
>>> loss = binary_cross_entropy(Value(0.5, label="z"), 1)
>>> circuit = Circuit(loss, textbook=True)
>>> [(circuit.gate(wire).name, wire.label) for wire in circuit.gates]
[('sigmoid', 'p'), ('log', ''), ('neg', '')]

The losses themselves are computed from the logits, so that nothing overflows and nothing cancels.
What each logit receives is p − y in either way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ..engine import Value, constant, number_of, written_as
from ..rules import dot, exp, log, multiplexer, sigmoid
from ..rules import total as sigma
from ..text import unicode_name

LARGEST_LOGIT: Final = 100.0  # of ordinary ones exponentials, and what their squares divide, are


def with_probabilities_shown(loss: Any, logits: list[Any], target: Any) -> Any:
    """A softmax cross entropy: −log of the target's p_j, or −Σ y_j · log p_j for a list.

    Of a class that is a plain number the other p_j stand beside: what their logits receive.
    """
    return written_as(loss, _cross_entropy, logits, target)


def with_probability_shown(loss: Any, logit: Any, target: Any) -> Any:
    """A binary cross entropy: −log p for y = 1, −log(1 − p) for y = 0, and both in between."""
    return written_as(loss, _binary_cross_entropy, logit, target)


def _cross_entropy(logits: list[Any], target: Any) -> Any:
    probabilities = _softmax(logits)
    if isinstance(target, list):
        return -dot(target, map(log, probabilities))
    if isinstance(target, Value) and not target.is_constant:
        return -log(multiplexer(*probabilities, target))
    number = number_of(target) if isinstance(target, Value) else target
    of_class: dict[float, Any] = dict(enumerate(probabilities))
    return [-log(of_class[number]), *probabilities]


def _binary_cross_entropy(logit: Any, target: Any) -> Any:
    p = _named(sigmoid(logit), "p", _names_of([logit]))
    if isinstance(target, float) and target in (0.0, 1.0):
        return -log(p if target else 1.0 - p)
    return -(target * log(p) + (1.0 - target) * log(1.0 - p))


def _softmax(logits: Sequence[Any]) -> list[Any]:
    """p_j = exp(z_j) / Σ_k exp(z_k); less the largest logit, where that would overflow."""
    taken = _names_of(logits)
    numbers = [number_of(z) if isinstance(z, Value) else z for z in logits]
    if max(map(abs, numbers)) > LARGEST_LOGIT:
        logits = [z - constant(max(numbers)) for z in logits]
    powers = [exp(z) for z in logits]
    total = sigma(*powers)
    shares = [power / total for power in powers]
    return [_named(share, f"p_{place}", taken) for place, share in enumerate(shares, 1)]


def _names_of(logits: Sequence[Any]) -> set[str]:
    return {unicode_name(z.label) for z in logits if isinstance(z, Value)}


def _named(wire: Any, label: str, taken: set[str]) -> Any:
    """The wire with its label, if none of the logits has that name already."""
    if isinstance(wire, Value) and unicode_name(label) not in taken:
        wire.label = label
    return wire
