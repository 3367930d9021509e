"""Backpropagation one gate at a time, forward and back.

>>> import minigrad as mg
>>> x, y, z = mg.Value(-2.0, label="x"), mg.Value(5.0, label="y"), mg.Value(-4.0, label="z")
>>> stepper = Stepper((x + y) * z)
>>> for step in stepper:
...     print(step)
forward 1 of 2 · gate +: + computes x + y = −2.00 + 5.00 = 3.00
forward 2 of 2 · gate ×: × computes (x + y)·z = 3.00·(−4.00) = −12.00
backward 1 of 2 · gate ×: × switches its inputs: x + y receives 1.00 · z = −4.00; z receives \
1.00 · (x + y) = 1.00 · 3.00 = 3.00
backward 2 of 2 · gate +: + distributes: x receives −4.00; y receives −4.00
>>> stepper.gradients[y], y.has_grad
(-4.0, False)
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from copy import copy
from types import MappingProxyType
from typing import Final

from .engine import CONSTANT, Value, _one_pass_at_a_time, _write_grad
from .gate import as_number
from .naming import has_own_backward
from .stage import Stage
from .step import Circuit, Step
from .targets import Target, stop_at

NOTHING: Final = -0.0  # the zero to sum from: −0.0 + c is c, to the last bit

Numbers = tuple[float | None, ...]


class Stepper:
    """The forward pass and then the backward pass of a circuit, one gate at a time.

    >>> import minigrad as mg
    >>> w, x = mg.Value(2.0, label="w"), mg.Value(-1.0, label="x")
    >>> stepper = Stepper(w * x)
    >>> stepper.step().title, stepper.position, len(stepper)
    ('forward 1 of 1 · gate ×', 1, 2)
    >>> stepper.run()
    <step backward 1 of 1 · gate ×: × switches its inputs: w receives 1.00 · x = −1.00; x receives \
1.00 · w = 2.00>
    >>> stepper.commit()
    >>> w.grad, x.grad
    (-1.0, 2.0)

    All steps together compute bit for bit what `output.backward(upstream)` does. The circuit's own
    `grad`s change in `commit()` only, so a stepper can be left half-way. Its numbers are those that
    the circuit had when the stepper was made. `digits` is how many a text shows after the point.
    """

    def __init__(self, output: Value, upstream: float = 1.0, digits: int = 2) -> None:
        self._circuit: Final = Circuit(output, digits)
        if output.is_constant:
            raise ValueError(
                f"there is nothing to step through behind {output!r}, which no gate has made: was "
                "it computed from numbers alone, or inside no_grad()?"
            )
        self._upstream = as_number(upstream)
        self._gradients: dict[Value, float] = {}
        # of every backward step: contributions, and gradients before and after
        self._history: list[tuple[Numbers, Numbers, Numbers]] = []
        self._forward_position = 0
        self.breakpoints: list[Target] = []
        self._show_upstream()

    @property
    def output(self) -> Value:
        """The wire that is differentiated."""
        return self._circuit.output

    @property
    def position(self) -> int:
        """How many steps have been taken; assigning to it goes there.

        >>> stepper = Stepper(Value(2.0).exp().log())
        >>> stepper.position = 3
        >>> stepper.present.title
        'backward 1 of 2 · gate log'
        """
        return self._forward_position + len(self._history)

    @position.setter
    def position(self, position: int) -> None:
        if not isinstance(position, int) or not 0 <= position <= len(self):
            raise IndexError(
                f"this stepper has the positions 0 (before the first step) to {len(self)} (after "
                f"the last), got {position!r}"
            )
        while self.position < position:
            self.step()
        while self.position > position:
            self.back()

    def __len__(self) -> int:
        return 2 * len(self._circuit.gates)

    def __bool__(self) -> bool:
        return True  # a stepper of a circuit without gates is a stepper too

    def __iter__(self) -> Iterator[Step]:
        """The steps from here to the end, each as it is taken; `reset()` goes back to the start."""
        while (step := self.step()) is not None:
            yield step

    @property
    def present(self) -> Step | None:
        """The step that was taken last; None at the start."""
        return self._taken(self.position) if self.position else None

    @property
    def gradients(self) -> MappingProxyType[Value, float]:
        """The gradients computed so far; at a fan-out, the sum of what has arrived."""
        return MappingProxyType(self._gradients)

    # --- moving ---

    def step(self) -> Step | None:
        """Take the next step and return it; at the end, None."""
        # written out, not through `position` and `present`: circuits have many steps
        circuit, taken = self._circuit, len(self._history)
        gates = circuit.gates
        forward = self._forward_position
        if forward < len(gates):
            self._forward_position = forward = forward + 1
            self._show_upstream()
            return Step(circuit, forward, gates[forward - 1])
        if taken == len(gates):
            return None
        output = gates[-1 - taken]
        upstream = self._gradients.get(output, NOTHING)
        send = self._run_own_function if has_own_backward(output) else self._send_back
        numbers = send(output, upstream)
        self._history.append(numbers)
        return Step(circuit, forward + taken + 1, output, upstream, *numbers)

    def back(self) -> Step | None:
        """Undo the latest step exactly; the step before it, or None at the start.

        >>> stepper = Stepper(Value(2.0).exp())
        >>> stepper.run().direction, stepper.back().direction, stepper.back(), stepper.back()
        ('backward', 'forward', None, None)
        """
        if self._history:
            inputs = self._output_at(self.position).inputs
            _, before, _ = self._history.pop()
            for source, gradient in reversed(tuple(zip(inputs, before))):
                if gradient is None:
                    self._gradients.pop(source, None)
                else:
                    self._gradients[source] = gradient
        elif self._forward_position:
            self._forward_position -= 1
            self._gradients.clear()
        return self.present

    def reset(self) -> None:
        """Go back to before the first step."""
        self._history.clear()
        self._gradients.clear()
        self._forward_position = 0
        self._show_upstream()

    def run_forward(self) -> Step | None:
        """Go to where the forward pass is over and the backward pass begins."""
        self.position = len(self._circuit.gates)
        return self.present

    def run(self) -> Step | None:
        """Take steps up to the next one at a breakpoint, or to the end.

        >>> x = Value(2.0, label="x")
        >>> stepper = Stepper(x.exp().log())
        >>> stepper.breakpoints.append("exp")
        >>> stepper.run().title, stepper.run().title
        ('forward 1 of 2 · gate exp', 'backward 2 of 2 · gate exp')
        """
        tests = [stop_at(target, self._circuit) for target in self.breakpoints]
        return self._run_until(lambda step: any(test(step) for test in tests))

    def run_to(self, target: Target) -> Step | None:
        """Take steps up to the next one that gives `target` a number, or to the end.

        >>> w, x = Value(2.0, label="w"), Value(-1.0, label="x")
        >>> stepper = Stepper((w * x).tanh())
        >>> stepper.run_to(w).title, stepper.reset()
        ('backward 2 of 2 · gate ×', None)
        >>> stepper.run_to("tanh").title, stepper.run_to(lambda step: step.upstream).title
        ('forward 2 of 2 · gate tanh', 'backward 1 of 2 · gate tanh')

        A Value stops the step that computes it and every step that adds to its gradient; the name
        or symbol of a gate stops the steps of such gates; a function is asked for every step.
        """
        return self._run_until(stop_at(target, self._circuit))

    def _run_until(self, test: Callable[[Step], object]) -> Step | None:
        for step in self:
            if test(step):
                break
        return self.present

    # --- what a step does ---

    def _output_at(self, position: int) -> Value:
        """The output of the gate that the step which leads to a position is about."""
        gates = self._circuit.gates
        return gates[position - 1] if position <= len(gates) else gates[len(self) - position]

    def _taken(self, position: int) -> Step:
        """The step that led to a position which has been reached."""
        output, forward = self._output_at(position), len(self._circuit.gates)
        if position <= forward:
            return Step(self._circuit, position, output)
        upstream = self._gradients.get(output, NOTHING)
        return Step(
            self._circuit, position, output, upstream, *self._history[position - forward - 1]
        )

    def _show_upstream(self) -> None:
        """When the forward pass is over, the gradient of the output is known."""
        if self._forward_position == len(self._circuit.gates):
            self._gradients[self.output] = self._upstream

    def _send_back(self, output: Value, upstream: float) -> tuple[Numbers, Numbers, Numbers]:
        """Send contributions from one gate to its inputs, as `backward()` does."""
        gradients = self._gradients
        contributions: Numbers = ()
        before: Numbers = ()
        after: Numbers = ()
        for source, local in zip(output.inputs, output.local_gradients):
            contribution = old = new = None
            if source._second is not CONSTANT:
                contribution = local * upstream
                old = gradients.get(source)
                gradients[source] = new = contribution + (NOTHING if old is None else old)
            contributions += (contribution,)
            before += (old,)
            after += (new,)
        return contributions, before, after

    def _run_own_function(self, output: Value, upstream: float) -> tuple[Numbers, Numbers, Numbers]:
        """Let a user's `_backward` work on the wires' own `grad`s, note what it did, undo it."""
        gradients, inputs = self._gradients, output.inputs
        wires = list(dict.fromkeys(inputs))
        before = [gradients.get(wire) for wire in wires]
        with _one_pass_at_a_time:
            kept = [wire._grad for wire in (output, *wires)]
            restore = map(_write_grad, (output, *wires), kept)
            try:
                output._grad = upstream
                for wire, old in zip(wires, before):
                    wire._grad = NOTHING if old is None else old
                output._backward()
                after = [None if wire.is_constant else wire._grad for wire in wires]
            finally:
                deque(restore, maxlen=0)
        gradients.update((wire, new) for wire, new in zip(wires, after) if new is not None)
        sent = [new if new is None or old is None else new - old for old, new in zip(before, after)]
        # an input at two places gets what was sent to both, at the first of them
        first = [inputs.index(wire) for wire in inputs]
        at = [None if i < place else wires.index(inputs[i]) for place, i in enumerate(first)]
        contributions, olds, news = (
            tuple(None if i is None else numbers[i] for i in at)
            for numbers in (sent, before, after)
        )
        return contributions, olds, news

    # --- the results ---

    def commit(self) -> None:
        """Take the remaining steps and leave in every `grad` what `backward()` would have left.

        Leaves add to what they hold, so a second `commit()` is like a second `backward()`.
        """
        while self.step() is not None:
            pass
        totals: list[float | None] = []
        with _one_pass_at_a_time:
            for leaf in self._circuit.leaves:
                total: float | None = self._gradients.get(leaf, NOTHING)
                if leaf.is_constant:
                    total = None
                elif leaf._grad is not None:
                    total = self._gradients.get(leaf, NOTHING) + leaf._grad
                totals.append(total)
            totals += [self._gradients.get(wire, NOTHING) for wire in self._circuit.gates]
            # in C from end to end: a Ctrl-C comes before all of the writes or after them
            deque(map(_write_grad, self._circuit.wires, totals), maxlen=0)

    def why(self, wire: Value) -> str:
        """The chain of reasons for the gradient of `wire`, from the output to it, in one text.

        >>> x = Value(3.0, label="x")
        >>> print(Stepper(x * x).why(x))
        Why is ∂f/∂x = 6.00?
          ∂f/∂f = 1.00 by definition
          × switches its inputs:
            ∂f/∂x += ∂f/∂f · x = 1.00 · 3.00 = 3.00
            ∂f/∂x += ∂f/∂f · x = 1.00 · 3.00 = 3.00
            x feeds 2 gate inputs, so contributions add: 3.00 + 3.00 = 6.00
        So when x grows a little, f changes by 6.00 times as much.

        It tells of the whole pass, wherever the stepper stands.
        """
        from .reasons import why

        return why(self._circuit, self.another(), self._upstream, wire)

    def another(self) -> Stepper:
        """A stepper of the same numbers, at the start."""
        twin = copy(self)
        twin._gradients, twin._history, twin.breakpoints = {}, [], []
        twin.reset()
        return twin

    @property
    def stage(self) -> Stage:
        """What is known at this point, for `mg.draw(output, stage=...)`.

        >>> stepper = Stepper(Value(2.0, label="x").exp())
        >>> stepper.stage.values[stepper.output]
        Traceback (most recent call last):
        ...
        KeyError: Value(data=7.38905609893065, grad=?, gate=exp)
        """
        circuit, position = self._circuit, self._forward_position
        forward = circuit.gates[:position]
        present = self.present
        count = len(circuit.gates)
        sent = [self._taken(count + 1 + i) for i in range(len(self._history))]
        finished = [step.output for step in sent] or forward
        return Stage(
            values={wire: circuit.values[wire] for wire in circuit.leaves + forward},
            gradients=dict(self._gradients),
            contributions={
                (step.output, place): contribution
                for step in sent
                for place, contribution in enumerate(step.contributions)
                if contribution is not None
            },
            done=frozenset(finished[:-1]),
            active=present.output if present else None,
        )
