"""The forward pass and the backward pass of a circuit, step by step and undone step by step.

All steps together compute bit for bit what `backward()` does, on numbers of their own: no wire's
`grad` is touched.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from ..engine import Stage, Value, gradient_of, one_at_a_time, write_grad
from ..rules import as_number, as_whole_number
from .snapshot import Snapshot
from .step import Step

NOTHING: Final = -0.0  # the zero to sum from: −0.0 + c is c, to the last bit

Numbers = tuple[float | None, ...]


class Replay:
    """A place in the two passes, and how to move it by a step.

    >>> replay = Replay(Snapshot(Value(2.0).exp()))
    >>> replay.step().direction, replay.step().direction, replay.step(), replay.position
    ('forward', 'backward', None, 2)
    """

    def __init__(
        self, circuit: Snapshot, upstream: float = 1.0, goes_back: bool | None = None
    ) -> None:
        if circuit.output.is_constant:
            raise ValueError(
                f"there is nothing to step through behind {circuit.output!r}, which no gate has "
                "made: was it computed from numbers alone, or inside no_grad()?"
            )
        self.circuit: Final = circuit
        self._goes_back = circuit.goes_back if goes_back is None else goes_back
        self.upstream = as_number(upstream)
        self._gradients: dict[Value, float] = {}
        self._received: set[Value] = set()  # the wires that anything has been sent to
        self._history: list[Step] = []  # the backward steps that have been taken
        self._news: list[set[Value]] = []  # the wires that each was the first to send anything to
        self._forward_position = 0
        self._show_upstream()

    @property
    def output(self) -> Value:
        """The wire that is differentiated."""
        return self.circuit.output

    @property
    def position(self) -> int:
        """How many steps have been taken; assigning to it goes there.

        >>> replay = Replay(Snapshot(Value(2.0).exp().log()))
        >>> replay.position = 3
        >>> replay.present.title
        'backward 1 of 2 · gate log'
        """
        return self._forward_position + len(self._history)

    @position.setter
    def position(self, position: int) -> None:
        if as_whole_number(position) is None or not 0 <= position <= len(self):
            raise IndexError(
                f"this stepper has the positions 0 (before the first step) to {len(self)} (after "
                f"the last), got {position!r}"
            )
        while self.position < position:
            self.step()
        while self.position > position:
            self.back()

    def __len__(self) -> int:
        return (1 + self._goes_back) * len(self.circuit.gates)

    def __bool__(self) -> bool:
        return True  # a stepper of a circuit without gates is a stepper too

    def __iter__(self) -> Iterator[Step]:
        """The steps from here to the end, each as it is taken; `reset()` goes back to the start."""
        while (step := self.step()) is not None:
            yield step

    @property
    def present(self) -> Step | None:
        """The step that was taken last; None at the start."""
        if self._history:
            return self._history[-1]
        position = self._forward_position
        return Step(self.circuit, position, self.circuit.gates[position - 1]) if position else None

    @property
    def gradients(self) -> MappingProxyType[Value, float]:
        """The gradients computed so far; at a fan-out, the sum of what has arrived."""
        return MappingProxyType(self._gradients)

    def step(self) -> Step | None:
        """Take the next step and return it; at the end, None."""
        # written out, not through `position` and `present`: circuits have many steps
        circuit, taken = self.circuit, len(self._history)
        gates = circuit.gates
        forward = self._forward_position
        if forward < len(gates):
            self._forward_position = forward = forward + 1
            self._show_upstream()
            return Step(circuit, forward, gates[forward - 1])
        if taken == len(gates) or not self._goes_back:
            return None
        output = gates[-1 - taken]
        upstream = self._gradients.get(output, 0.0)
        own_function = output.own_backward and output in self._received
        send_back = self._run_own_function if own_function else self._send_back
        known = frozenset(self._received.intersection(circuit.inputs(output)))
        step = Step(circuit, forward + taken + 1, output, upstream, *send_back(output, upstream))
        if output is circuit.meeting:
            ends = (circuit.output, *circuit.seeds)
            step.met = {wire: self._gradients.get(wire, 0.0) for wire in ends}
        self._history.append(step)
        self._news.append(self._received.intersection(circuit.inputs(output)) - known)
        return step

    def back(self) -> Step | None:
        """Undo the latest step exactly; the step before it, or None at the start.

        >>> replay = Replay(Snapshot(Value(2.0).exp()))
        >>> replay.position = 2
        >>> replay.back().direction, replay.back(), replay.back(), replay.position
        ('forward', None, None, 0)
        """
        if self._history:
            step = self._history.pop()
            self._received -= self._news.pop()
            for source, gradient in reversed(tuple(zip(step.inputs, step.before))):
                if gradient is None:
                    self._gradients.pop(source, None)
                else:
                    self._gradients[source] = gradient
        elif self._forward_position:
            self._forward_position -= 1
            self._gradients.clear()
            self._received.clear()
        return self.present

    def reset(self) -> None:
        """Go back to before the first step."""
        self._history.clear()
        self._news.clear()
        self._gradients.clear()
        self._received.clear()
        self._forward_position = 0
        self._show_upstream()

    def another(self) -> Replay:
        """A replay of the same numbers, at the start."""
        return Replay(self.circuit, self.upstream)

    @property
    def stage(self) -> Stage:
        """What is known at this point, for `mg.draw(output, stage=...)`.

        >>> replay = Replay(Snapshot(Value(2.0, label="x").exp()))
        >>> replay.stage.values[replay.output]
        Traceback (most recent call last):
        ...
        KeyError: Value(data=7.38905609893065, grad=?, gate=exp)
        """
        circuit, present = self.circuit, self.present
        forward = circuit.gates[: self._forward_position]
        known = circuit.leaves + forward
        moving = [wire for wire in known if not wire.is_constant] if circuit.seeds else []
        finished = [step.output for step in self._history] or forward
        return Stage(
            values={wire: circuit.values[wire] for wire in known},
            gradients=dict(self._gradients),
            contributions={
                (step.output, place): contribution
                for step in self._history
                for place, contribution in enumerate(step.contributions)
                if contribution is not None
            },
            done=frozenset(finished[:-1]),
            active=present.output if present else None,
            circuit=circuit,
            tangents={w: circuit.tangents.get(w, 0.0) for w in moving} if circuit.seeds else None,
            goes_back=self._goes_back,
        )

    # --- what a step does ---

    @property
    def sent(self) -> dict[Value, list[float]]:
        """The contributions that have reached each wire up to now, in order."""
        sent: dict[Value, list[float]] = {}
        for step in self._history:
            for source, contribution in zip(step.inputs, step.contributions):
                if contribution is not None:
                    sent.setdefault(source, []).append(contribution)
        return sent

    def _show_upstream(self) -> None:
        """When the forward pass is over, the gradient of the output is known; 0 of those beside."""
        if self._goes_back and self._forward_position == len(self.circuit.gates):
            self._gradients.update(dict.fromkeys(self.circuit.beside, 0.0))
            self._gradients[self.output] = self.upstream
            self._received.add(self.output)

    def _send_back(self, output: Value, upstream: float) -> tuple[Numbers, Numbers, Numbers]:
        """Send contributions from one gate to its inputs, as `backward()` does.

        Nothing is shown as 0, and adds nothing.
        """
        gradients, received = self._gradients, self._received
        gate, zero = self.circuit.gate(output), 0.0 if self.circuit.routes else NOTHING
        arrived = upstream if output in received else None
        contributions: Numbers = ()
        before: Numbers = ()
        after: Numbers = ()
        inputs, local_gradients = self.circuit.inputs(output), self.circuit.local_gradients(output)
        for source, local in zip(inputs, local_gradients):
            contribution = old = new = None
            if not source.is_constant:
                sent, old = gate.contribution(local, arrived), gradients.get(source)
                contribution, new = 0.0, 0.0 if old is None else old
                if sent is not None:
                    contribution = sent
                    new = sent + (old if old is not None and source in received else NOTHING)
                    received.add(source)
                new += zero if source.is_leaf else NOTHING
                gradients[source] = new
            contributions += (contribution,)
            before += (old,)
            after += (new,)
        return contributions, before, after

    def _run_own_function(self, output: Value, upstream: float) -> tuple[Numbers, Numbers, Numbers]:
        """Let a user's `_backward` work on the wires' own `grad`s, note what it did, undo it."""
        send_back, gradients = output.own_backward, self._gradients
        assert send_back is not None
        inputs = self.circuit.inputs(output)
        wires = list(dict.fromkeys(inputs))
        nothing = float("-0.0")  # an object of this step alone: a wire that keeps it got nothing
        with one_at_a_time:
            kept = [gradient_of(wire) for wire in (output, *wires)]
            restore = map(write_grad, (output, *wires), kept)
            try:
                write_grad(output, upstream)
                for wire in wires:
                    write_grad(wire, gradients[wire] if wire in self._received else nothing)
                send_back()
                after = [None if wire.is_constant else gradient_of(wire) for wire in wires]
            finally:
                deque(restore, maxlen=0)
        numbers: dict[Value, tuple[float | None, float | None, float | None]] = {}
        for wire, new in zip(wires, after):
            old = gradients.get(wire)
            numbers[wire] = (new if new is None or old is None else new - old), old, new
            if new is not None and new is not nothing:
                gradients[wire] = new
                self._received.add(wire)
        # an input at two places gets what was sent to both, at the first of them
        at_each = [numbers.pop(wire, (None, None, None)) for wire in inputs]
        contributions, before, after_each = zip(*at_each)
        return contributions, before, after_each
