"""Losses: each builds an ordinary circuit of gates from outputs and targets.

>>> from minigrad import Value
>>> logits = [Value(1000.0), Value(-1000.0), Value(999.0)]
>>> loss = cross_entropy(logits, 0)
>>> loss.backward()
>>> round(loss.data, 6), [round(z.grad, 6) for z in logits]
(0.313262, [-0.268941, 0.0, 0.268941])

Outputs are a Value or a list of them, targets numbers or Values of the same shape; where a target
is a class it is its number, from 0. All work inside `mg.compile`, with targets that change.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import inf, nan
from typing import TYPE_CHECKING, Any, Final, NoReturn

from ..engine import Value, float_of, is_recording, range_of
from ..rules import (
    GATES,
    as_number,
    described,
    equal,
    exp,
    items_of,
    log1p,
    maximum,
    multiplexer,
    relu,
    softplus,
    where,
)
from ..rules import total as sigma
from ..text import OF_LOSSES, no_such_name
from .shown_probabilities import with_probabilities_shown, with_probability_shown

SUM_OF_PROBABILITIES = 1e-4  # how far from 1 it may be: float32 and rounded numbers are common
NOTHING: Final = 0.0  # in a sum that leaves it out

__all__ = [
    "binary_cross_entropy",
    "cross_entropy",
    "half_squared_error",
    "hinge",
    "l2_regularization",
    "mean_squared_error",
    "multiclass_hinge",
    "softmax",
    "squared_error",
]


def __dir__() -> list[str]:
    return __all__


if not TYPE_CHECKING:

    def __getattr__(name: str) -> NoReturn:
        raise no_such_name(__name__, name, __all__, OF_LOSSES)


def half_squared_error(outputs: Any, targets: Any) -> Any:
    """E = ½ Σ_j (a_j − t_j)², whose derivative is a_j − t_j.

    >>> a = Value(0.75)
    >>> half_squared_error(a, 1.0).backward(); a.grad
    -0.25
    """
    return 0.5 * squared_error(outputs, targets)


def squared_error(outputs: Any, targets: Any) -> Any:
    """C = Σ_j (ŷ_j − y_j)².

    >>> squared_error([Value(1.0), Value(2.0)], [0.0, 4.0]).data
    5.0
    """
    return _sum_of_squares(outputs, targets)[0]


def mean_squared_error(outputs: Any, targets: Any) -> Any:
    """The mean of (ŷ_j − y_j)² over all outputs.

    >>> mean_squared_error([Value(1.0), Value(2.0)], [0.0, 4.0]).data
    2.5
    """
    total, count = _sum_of_squares(outputs, targets)
    return total / count


def _sum_of_squares(outputs: Any, targets: Any) -> tuple[Any, int]:
    ys, ts = (_items("a squared error", given) for given in (outputs, targets))
    if len(ys) != len(ts) or not ys:
        raise ValueError(
            f"a squared error needs one target for each output, got {len(ys)} outputs and "
            f"{len(ts)} targets"
        )
    if nested := [x for x in (*ys, *ts) if _is_list(x)]:
        raise TypeError(
            "a squared error takes the outputs and targets of one example, numbers in a list, got "
            f"{described(nested[0])} in it: take mg.mean([…]) of one for each example; a column "
            "of targets is a list after .ravel()"
        )
    return _total([(y - t) ** 2 for y, t in zip(ys, ts)]), len(ys)


def _is_list(given: Any) -> bool:
    """Whether it is a list or an array where a number should stand."""
    return not isinstance(given, Value) and (
        isinstance(given, (list, tuple)) or getattr(given, "shape", ()) != ()
    )


def softmax(logits: Iterable[Any]) -> list[Any]:
    """p_j = exp(z_j) / Σ_k exp(z_k), shifted by the largest logit so that nothing overflows.

    >>> [round(p.data, 3) for p in softmax([Value(1000.0), Value(1001.0)])]
    [0.269, 0.731]

    One infinite logit is the limit, [0, 1]; of two that are ∞, or of none above −∞, there is no
    limit, and the probabilities are nan.
    """
    powers = [exp(z) for z in _shifted(logits)]
    total = _total(powers)
    return [power / total for power in powers]


def cross_entropy(logits: Iterable[Any], target: Any) -> Any:
    """−log softmax(z)_target, in one: log Σ_k exp(z_k − z_target).

    >>> logits = [Value(1.0), Value(3.0)]
    >>> cross_entropy(logits, 1).backward()
    >>> [round(z.grad, 4) for z in logits]
    [0.1192, -0.1192]

    The gradient is softmax(z) − onehot(target). `target` is the number of the class, or a list with
    a probability for each class. A reader is shown p = softmax(z) and −log p_target, and with
    `expand="losses"` the gates that compute it. Outputs of a sigmoid or of a softmax are no logits,
    and refused. A loss that is nearly 0 keeps its digits:

    >>> f"{cross_entropy([40.0, 0.0], 0):.15g}"
    '4.24835425529159e-18'

    With infinite logits it is the limit, 0 or ∞, where there is one; else nan, as for two that are
    ∞ and the target one of these.
    """
    zs = _two_or_more("cross_entropy", logits)
    _refuse_softmax(zs)
    if isinstance(target, Value) or not hasattr(target, "__len__"):
        return with_probabilities_shown(_surprise(zs, target), zs, target)
    a_class = "the number of a class, or a list with a probability for each"
    probabilities = items_of("cross_entropy", target, a_class)
    _check_probabilities(probabilities, len(zs))
    first = _index_of_largest(zs)
    largest, least = _chosen(zs, first), _surprise(zs, first)
    further = [where(equal(first, k), 0.0, largest - z) for k, z in enumerate(zs)]
    behind = [_product(p, ahead) for p, ahead in zip(probabilities, further)]
    loss = _total([p * least + distance for p, distance in zip(probabilities, behind)])
    # whichever of the infinite ones leads, a class with a probability is infinitely far behind
    far = where(equal(maximum(*zs), largest), _total(behind), 0.0)
    loss = where(equal(loss, loss), loss, where(equal(far, inf), far, loss))
    if is_recording() and any(isinstance(p, Value) for p in probabilities):
        is_whole = abs(_total(probabilities) - 1.0) <= SUM_OF_PROBABILITIES
        loss = where(is_whole, where(-maximum(*[-p for p in probabilities]) >= 0.0, loss, nan), nan)
    return with_probabilities_shown(loss, zs, probabilities)


def _surprise(zs: list[Any], target: Any) -> Any:
    """−log softmax(z)_target: log(1 + Σ exp(z_k − z_target)) over the others, if it is the largest.

    Otherwise the distance to the largest is taken out of the logarithm. Nothing cancels in either.
    """
    right, largest = _chosen(zs, target), maximum(*zs)
    leads = right >= largest
    top = where(leads, right, largest)  # one number: it says which wire has the gradient
    powers = [exp(z - top) for z in zs]
    others = [where(equal(k, target), NOTHING, power) for k, power in enumerate(powers)]
    rest = _total([power for power in others if power is not NOTHING])
    behind = largest - right
    loss = log1p(where(leads, rest, rest + (exp(-behind) - 1.0)))
    far = where(equal(behind, inf), behind, loss + behind)  # ∞ − ∞ in the powers is no number
    return where(leads, loss, far)


def _index_of_largest(zs: list[Any]) -> Any:
    """The number of the largest, the first of equal ones: a wire while a function is recorded."""
    index: Any = 0
    largest = zs[0]
    for i, z in enumerate(zs[1:], 1):
        is_larger = z > largest
        index, largest = where(is_larger, i, index), where(is_larger, z, largest)
    return index


def _check_probabilities(probabilities: list[Any], count: int) -> None:
    """Refuse a list that is no distribution; of wires that others will replace, not yet."""
    if len(probabilities) != count:
        raise ValueError(
            f"cross_entropy needs one probability for each of {count} logits, got "
            f"{len(probabilities)}"
            + "; the number of a class stands alone: write .ravel() behind a column of them"
            * (len(probabilities) == 1)
        )
    plain = [float_of(p) for p in probabilities if not (is_recording() and isinstance(p, Value))]
    for p in plain:
        if not 0.0 <= p <= 1.0 + SUM_OF_PROBABILITIES:
            raise ValueError(f"cross_entropy needs probabilities from 0 to 1, got {p!r}")
    total = sum(plain)
    all_known = len(plain) == count
    if total > 1.0 + SUM_OF_PROBABILITIES or (all_known and total < 1.0 - SUM_OF_PROBABILITIES):
        raise ValueError(
            f"cross_entropy needs probabilities with the sum 1, got the sum {total:.6g}: divide "
            "each by it"
        )


def binary_cross_entropy(logit: Any, target: Any) -> Any:
    """−y·log σ(z) − (1 − y)·log(1 − σ(z)), from the logit z: softplus(−z) for y = 1.

    >>> z = Value(-1000.0)
    >>> loss = binary_cross_entropy(z, 1)
    >>> loss.backward(); loss.data, z.grad
    (1000.0, -1.0)

    The gradient is σ(z) − y. A reader is shown p = σ(z) and its logarithm, and with
    `expand="losses"` the gates that compute it. `target` is 0 or 1, or a probability in
    between; then it is computed as softplus(−|z|) + w·|z| with w = 1 − y for z > 0 and y otherwise,
    so that nothing cancels. The output of a sigmoid is no logit: it would be squashed twice, and is
    refused.
    """
    _refuse_probability(logit)
    is_known = not (is_recording() and isinstance(target, Value))
    if is_known and not 0.0 <= (number := float_of(target)) <= 1.0:
        remedy = "labels −1 and +1 are for hinge, or write (y + 1) / 2"
        raise ValueError(
            f"binary_cross_entropy needs a target from 0 to 1, got {number!r}: "
            + (remedy if number == number else "leave out the row without a label")
        )
    if not isinstance(target, Value):
        target = number
        if target in (0.0, 1.0):
            loss = softplus(-logit if target else logit)
            return with_probability_shown(loss, logit, target)
    is_positive = logit > 0.0
    below = where(is_positive, -logit, logit)  # −|z|, without a kink in its gradient
    opposite = 1.0 - target
    weight = where(is_positive, opposite, target)
    loss = softplus(below) - _product(weight, below)
    if not is_known:  # a replay refuses nothing
        loss = where(target * opposite >= 0.0, loss, nan)
    return with_probability_shown(loss, logit, target)


def _product(weight: Any, distance: Any) -> Any:
    """Their product; 0 where the weight is 0 and the distance infinite."""
    product = weight * distance
    return where(equal(product, product), product, 0.0 * weight)


def _refuse_probability(logit: Any) -> None:
    if isinstance(logit, Value) and logit.gate is not None and range_of(logit).is_probability:
        raise ValueError(
            "binary_cross_entropy takes the logit z and squashes it itself; this output of the "
            f"gate {logit.gate.name} is kept between 0 and 1 already and would be squashed "
            "twice: leave the last layer linear, or pass its z, model.layers[-1].z[0]"
        )


def _refuse_softmax(logits: list[Any]) -> None:
    """Refuse numbers that are divided by their sum, and those that their gates keep from 0 to 1."""
    if not all(isinstance(p, Value) and p.gate for p in logits):
        return
    remedy = "pass the logits, the z of a last layer that is linear"
    if all(p.gate is GATES["div"] for p in logits):
        parts, wholes = ({id(p.inputs[i]) for p in logits} for i in (0, 1))
        if len(wholes) == 1 and parts == set(map(id, logits[0].inputs[1].inputs)):
            raise ValueError(
                "cross_entropy takes the logits and applies softmax itself; these outputs are "
                f"shares of their sum already and softmax would be applied twice: {remedy}"
            )
    if all(range_of(logit).is_probability for logit in logits):
        raise ValueError(
            "cross_entropy takes the logits and squashes them itself; these outputs, the first of "
            f"the gate {logits[0].gate.name}, are kept between 0 and 1 already and would be "
            f"squashed twice: {remedy}"
        )


def hinge(score: Any, label: Any) -> Any:
    """max(0, 1 − y·s): no loss for a score that is right by a margin of 1.

    >>> [hinge(Value(0.25), label).data for label in (1, -1, 0)]
    [0.75, 1.25, 1.25]

    Labels are +1 and −1, or 1 and 0: the same two in all rows, for −1 and 0 are one class.
    """
    if not isinstance(score, Value):
        score = as_number(score)
    if is_recording() and isinstance(label, Value):  # a replay refuses nothing
        sign: Any = 2.0 * relu(label) - 1.0
        return where(equal(label * label, abs(label)), relu(1.0 - sign * score), nan)
    if float_of(label) not in (-1.0, 0.0, 1.0):
        raise ValueError(f"hinge needs a label +1 or −1 (or 0), got {label!r}")
    return relu(1.0 - (1.0 if float_of(label) > 0.0 else -1.0) * score)


def multiclass_hinge(scores: Iterable[Any], target: Any, margin: float = 1.0) -> Any:
    """The multiclass SVM loss, Σ_{j≠t} max(0, s_j − s_t + margin).

    >>> multiclass_hinge([Value(3.2), Value(5.1), Value(-1.7)], 0).data
    2.8999999999999995

    `target` t is the number of the right class (J. Weston, C. Watkins 1999).
    """
    scores = _items("multiclass_hinge", scores)
    right = _chosen(scores, target)
    if isinstance(target, Value):  # which class is left out is not known yet
        behind = [relu(s - right + margin) for s in scores]
        return _total([where(equal(target, j), 0.0, x) for j, x in enumerate(behind)])
    others = [s for j, s in enumerate(scores) if j != int(target)]
    if not others:
        raise ValueError("multiclass_hinge needs at least two scores, got 1")
    return _total([relu(s - right + margin) for s in others])


def l2_regularization(parameters: Iterable[Any], strength: float) -> Any:
    """strength · Σ p²: to be added to a loss, so that weights stay small.

    >>> l2_regularization([Value(3.0), Value(-4.0)], 0.1).data
    2.5
    """
    weights = _items("l2_regularization", parameters, in_order=False)
    return strength * _total([weight * weight for weight in weights])


def _items(what: str, given: Any, in_order: bool = True) -> list[Any]:
    """The items of a list; of a Value or a number alone, that one."""
    if isinstance(given, Value) or not hasattr(given, "__iter__"):
        return [given]
    return items_of(what, given, in_order=in_order)


def _total(terms: list[Any]) -> Any:
    return terms[0] if len(terms) == 1 else sigma(*terms)


def _shifted(logits: Any) -> list[Any]:
    """Logits less the largest: the exponentials are then at most 1, and one of them is 1."""
    zs = _two_or_more("softmax", logits)
    largest = maximum(*zs)
    is_infinite = [equal(z, inf) for z in zs]
    count = _total([where(each, 1.0, 0.0) for each in is_infinite])
    top = where(equal(count, 1.0), 0.0, largest - largest)  # ∞ − ∞ is no number
    return [where(each, top, z - largest) for z, each in zip(zs, is_infinite)]


def _two_or_more(what: str, logits: Any) -> list[Any]:
    zs = _items(what, logits)
    if len(zs) < 2:
        raise ValueError(f"{what} needs at least two logits, got {len(zs)}")
    return zs


def _chosen(items: list[Any], target: Any) -> Any:
    """The item of the right class; a multiplexer where the class is a wire."""
    if isinstance(target, Value):
        return multiplexer(*items, target)
    if as_number(target) not in range(len(items)):
        raise ValueError(
            f"the target must be the number of a class, from 0 to {len(items) - 1}, got "
            f"{described(target)}"
        )
    return items[int(target)]
