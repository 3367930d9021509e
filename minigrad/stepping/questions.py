"""What a quiz asks before a step, the right answers, and the numbers that known mistakes give.

>>> import minigrad as mg
>>> x = Value(3.0, label="x")
>>> stepper = mg.Stepper(x * 4 + x * 2)
>>> stepper.position = len(stepper)
>>> (question,) = questions(stepper.present, stepper.sent)
>>> print(question.label, question.expected, question.truth)
x in all 6.0 x receives 4 and had 2: 6 in all
>>> dict(question.mistakes)["sign"]
-2.0

A forward step asks for the gate's output, or in forward mode for its tangent, a backward step for
what each input receives. The step that brings the last contribution to a wire with several of them
asks for the wire's whole gradient.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import mul
from typing import Final

from ..engine import Value
from ..rules import ieee
from .step import Step

# What is wrong, in the words that the learner reads.
MISTAKES: Final = {
    "added instead": "that is the sum of the inputs, which this gate does not compute",
    "multiplied instead": "that is the product of the inputs, which this gate does not compute",
    "order of the inputs": "the inputs are in the wrong order",
    "input left out": "one of the inputs is left out",
    "gate forgotten": "that is an input as it came, before the gate",
    "derivative instead": "that is the local gradient, not the output",
    "= instead of +=": "at a fan-out contributions add (+=), one of them alone was taken (=)",
    "not chosen": "this input was not chosen, so nothing goes back through it; that is what the "
    "chosen one receives",
    "chosen": "this input was chosen, so the gradient goes back through it",
    "stopped": "the gate is closed for this input, so nothing goes back through it",
    "sign": "the sign is wrong",
    "inputs not switched": "the inputs are not switched, that is what the other input receives",
    "other input": "that is what the other input receives",
    "upstream forgotten": "the upstream gradient is forgotten, that is the local gradient alone",
    "local gradient forgotten": "the local gradient is forgotten, that is the upstream gradient "
    "as it came",
    "value instead": "that is the value of the output, not its tangent",
    "tangent forgotten": "the tangent is forgotten, that is the local gradient alone",
    "local gradient left out": "the local gradient is forgotten, that is the tangent as it came",
    "tangent left out": "the tangents of all inputs that move add, one of them is left out",
    "tangents not switched": "each tangent goes times the other input, that is times its own",
    "tangent of the chosen": "an input that moves was chosen, so its tangent goes on",
    "tangent not chosen": "that is the tangent of an input that was not chosen: it does not go on",
    "updated weight": "that was computed with an updated weight; the backward pass uses the old "
    "ones throughout",
}

Sent = Mapping[Value, Sequence[float]]  # the contributions that have reached each wire

MOST_LEFT_OUT: Final = 12  # inputs of a gate, each of which may have been left out


@dataclass(frozen=True)
class Question:
    """One number to predict: `label` says of what, `truth` is the answer in words.

    `after` is the gradient after the step, with what was there before.
    """

    wire: Value
    name: str
    label: str
    expected: float
    after: float
    truth: str
    truth_in_deltas: str  # with the formula in δ of what it receives, where it has one
    mistakes: tuple[tuple[str, float], ...]


def questions(step: Step, sent: Sent, learning_rate: float = 0.1) -> list[Question]:
    """What to ask before a step. An input at several places of the gate is one question.

    `sent` has the contributions to every wire up to and including this step.
    """
    if step.direction == "forward":
        return [_of_output(step) if step.tangent is None else _of_tangent(step, step.tangent)]
    places: dict[Value, list[int]] = {}
    for place, contribution in enumerate(step.contributions):
        if contribution is not None:
            places.setdefault(step.inputs[place], []).append(place)
    return [_of_input(step, source, at, sent, learning_rate) for source, at in places.items()]


def prompt(step: Step, asked: Sequence[Question]) -> str:
    """The questions of a step in one or two sentences."""
    if step.direction == "forward" and step.tangent is not None:
        name, rounded = step.circuit.names.text(step.output), step.circuit.rounded
        return f"It computes {name} = {rounded(step.value)}. What is its tangent?"
    if step.direction == "forward":
        return "What does it compute?"
    if not asked:
        return "Its inputs are constants, which receive nothing."
    upstream = step.circuit.rounded(step.upstream or 0.0)
    text = f"What does it send to its inputs? It receives {upstream}."
    if whole := [question.name for question in asked if question.label != question.name]:
        text += f" In all, with what arrived before: {', '.join(whole)}."
    return text


def _of_output(step: Step) -> Question:
    name, rounded = step.circuit.names.text(step.output), step.circuit.rounded
    return Question(
        step.output,
        name,
        name,
        expected=step.value,
        after=step.value,
        truth=f"{name} = {rounded(step.value)}",
        truth_in_deltas=f"{name} = {rounded(step.value)}",
        mistakes=tuple(_forward_mistakes(step)),
    )


def _of_tangent(step: Step, tangent: float) -> Question:
    name = step.circuit.names.text(step.output)
    truth = f"tangent of {name} = {step.circuit.rounded(tangent)}"
    return Question(
        step.output,
        name,
        f"tangent of {name}",
        expected=tangent,
        after=tangent,
        truth=truth,
        truth_in_deltas=truth,
        mistakes=tuple(dict.fromkeys(_tangent_mistakes(step, tangent))),
    )


def _of_input(
    step: Step, source: Value, at: list[int], sent: Sent, learning_rate: float
) -> Question:
    name, rounded = step.circuit.names.text(source), step.circuit.rounded
    receives = ieee.added(step.contributions[place] or 0.0 for place in at)
    before, after = step.before[at[0]], step.after[at[-1]] or 0.0
    wrong_numbers = _backward_mistakes(step, at, sent.get(step.output, ()), learning_rate)
    mistakes = tuple(dict.fromkeys(wrong_numbers))
    label, expected, more = name, receives, ""
    if before is not None and step.circuit.first_reader[source] is step.output:
        label, expected = f"{name} in all", after
        more = f" and had {rounded(before)}: {rounded(after)} in all"
        # `=` for `+=`: one contribution, or those of this gate
        alone = dict.fromkeys([*sent.get(source, ()), receives])
        mistakes = (
            *(("= instead of +=", one) for one in alone),
            *((kind, before + wrong) for kind, wrong in mistakes),
        )
    truth, truth_in_deltas = (
        f"{name} receives {formula}{rounded(receives)}{more}"
        for formula in ("", _in_deltas(step, at))
    )
    return Question(source, name, label, expected, after, truth, truth_in_deltas, mistakes)


def _in_deltas(step: Step, at: list[int]) -> str:
    branches = step.branches if step.circuit.deltas and len(at) == 1 else []
    formulas = (branch.in_deltas for branch in branches if branch.place == at[0])
    return "".join(f"{formula} = " for formula in formulas if formula)


def _forward_mistakes(step: Step) -> Iterator[tuple[str, float]]:
    """The numbers that come out of the gate if a known mistake is made."""
    gate, inputs = step.gate, step.input_values
    count = len(inputs)
    if count > 1:
        product = 1.0
        for number in inputs:
            product *= number
        yield "added instead", ieee.added(inputs)
        yield "multiplied instead", product
    is_tried = gate.has_rules and not gate.chooses  # another input as the index would be refused
    if is_tried and count == 2:
        yield "order of the inputs", gate.forward(*reversed(inputs))
    if is_tried and 2 < count <= MOST_LEFT_OUT and gate.accepts(count - 1):
        for place in range(count):
            yield "input left out", gate.forward(*inputs[:place], *inputs[place + 1 :])
    yield "sign", -step.value
    yield from (("gate forgotten", number) for number in inputs)
    if count == 1 and gate.has_rules:
        yield "derivative instead", gate.local_gradients(*inputs)[0]


def _tangent_mistakes(step: Step, tangent: float) -> Iterator[tuple[str, float]]:
    """The tangents that come out of the gate if a known mistake is made."""
    circuit, moved = step.circuit, step.moved
    arrived = [circuit.tangents.get(source, 0.0) for source in step.inputs]
    locals_ = circuit.local_gradients(step.output)
    sent = [product for product in moved if product is not None]
    if step.gate.routes:
        stopped = zip(arrived, moved)
        yield from (("tangent not chosen", t) for t, product in stopped if t and product is None)
        if sent:
            yield "tangent of the chosen", 0.0
    yield "sign", -tangent
    if step.gate.is_product:
        yield "tangents not switched", ieee.added(map(mul, arrived, step.input_values))
    sent_along = (d for d, product in zip(locals_, moved) if product is not None)
    yield "tangent forgotten", ieee.added(sent_along)
    yield "local gradient left out", ieee.added(arrived)
    if 1 < len(sent) <= MOST_LEFT_OUT:
        yield from (("tangent left out", tangent - product) for product in sent)
    yield "value instead", step.value


def _backward_mistakes(
    step: Step, at: list[int], sent_to_output: Sequence[float], learning_rate: float
) -> Iterator[tuple[str, float]]:
    """The numbers that an input at these places receives if a known mistake is made."""
    upstream = step.upstream or 0.0
    if step.output.own_backward or not step.gate.has_rules:
        yield "sign", -ieee.added(step.contributions[place] or 0.0 for place in at)
        return
    values = list(step.input_values)
    local_gradients = step.gate.local_gradients(*values)
    local = ieee.added(local_gradients[place] for place in at)
    others = [one for place, one in enumerate(local_gradients) if place not in at]
    if step.gate.routes:
        yield from _wrong_routes(local, others, upstream)
    yield "sign", -ieee.added(step.contributions[place] or 0.0 for place in at)
    kind = "inputs not switched" if step.gate.is_product else "other input"
    if len(values) == 2:
        yield from ((kind, other * upstream) for other in others)
    yield "upstream forgotten", local
    yield "local gradient forgotten", upstream
    if len(at) > 1:
        yield "= instead of +=", local_gradients[at[-1]] * upstream
    if len(sent_to_output) > 1:
        for one in sent_to_output:
            yield "= instead of +=", local * one
    for place, source in enumerate(step.inputs):
        gradient = step.after[place]
        if source.is_leaf and gradient is not None:
            changed = values.copy()
            changed[place] -= learning_rate * gradient
            with_updated = step.gate.local_gradients(*changed)
            yield "updated weight", ieee.added(with_updated[i] for i in at) * upstream


def _wrong_routes(
    local: float, others: Sequence[float], upstream: float
) -> Iterator[tuple[str, float]]:
    """At a gate that chooses: the loser answered with what the winner receives, or the reverse."""
    if local:
        yield "chosen", 0.0
    elif any(others):
        yield from (("not chosen", other * upstream) for other in others if other)
    else:
        yield "stopped", upstream
