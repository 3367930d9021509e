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
from types import MappingProxyType
from typing import Final

from .engine import CONSTANT, Value, _one_pass_at_a_time, _write_grad
from .gate import as_number, described
from .naming import has_own_backward
from .stage import Stage
from .step import Circuit, Step

NOTHING: Final = -0.0  # the zero to sum from: −0.0 + c is c, to the last bit

Target = Value | str | Callable[[Step], object]


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
        self._backward_steps: list[Step] = []
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
        return self._forward_position + len(self._backward_steps)

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
        if self._backward_steps:
            return self._backward_steps[-1]
        return self._forward_step(self._forward_position) if self._forward_position else None

    @property
    def gradients(self) -> MappingProxyType[Value, float]:
        """The gradients computed so far; at a fan-out, the sum of what has arrived."""
        return MappingProxyType(self._gradients)

    # --- moving ---

    def step(self) -> Step | None:
        """Take the next step and return it; at the end, None."""
        gates = self._circuit.gates
        if self._forward_position < len(gates):
            self._forward_position += 1
            self._show_upstream()
            return self._forward_step(self._forward_position)
        taken = len(self._backward_steps)
        if taken == len(gates):
            return None
        step = self._send_back(gates[-1 - taken])
        self._backward_steps.append(step)
        return step

    def back(self) -> Step | None:
        """Undo the latest step exactly; the step before it, or None at the start.

        >>> stepper = Stepper(Value(2.0).exp())
        >>> stepper.run().direction, stepper.back().direction, stepper.back(), stepper.back()
        ('backward', 'forward', None, None)
        """
        if self._backward_steps:
            undone = self._backward_steps.pop()
            gradients = self._gradients
            for source, before in reversed(tuple(zip(undone.inputs, undone.before))):
                if before is not None:
                    gradients[source] = before
                else:
                    gradients.pop(source, None)
        elif self._forward_position:
            self._forward_position -= 1
            self._gradients.clear()
        return self.present

    def reset(self) -> None:
        """Go back to before the first step."""
        self._backward_steps.clear()
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
        tests = [self._test(target) for target in self.breakpoints]
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
        return self._run_until(self._test(target))

    def _run_until(self, test: Callable[[Step], object]) -> Step | None:
        for step in self:
            if test(step):
                break
        return self.present

    def _test(self, target: Target) -> Callable[[Step], object]:
        if isinstance(target, Value):
            if target not in self._circuit.values:
                raise ValueError(
                    f"{target!r} is not in the circuit behind {self.output!r}: run to one of its "
                    "wires, to the name of a gate, or until a function of a step says so"
                )
            return lambda step: (
                step.output is target if step.upstream is None else target in step.inputs
            )
        if isinstance(target, str):
            present = {wire.gate for wire in self._circuit.gates}
            named = {gate for gate in present if gate and target in (gate.name, gate.symbol)}
            if not named:
                names = sorted(gate.name for gate in present if gate)
                raise ValueError(
                    f"there is no gate {target!r} in this circuit, which has {', '.join(names)}"
                )
            return lambda step: step.gate in named
        if callable(target):
            return target
        raise TypeError(
            "run_to needs a Value of the circuit, the name of a gate or a function of a step, got "
            f"{described(target)}"
        )

    # --- what a step does ---

    def _forward_step(self, position: int) -> Step:
        output = self._circuit.gates[position - 1]
        return Step(self._circuit, position, output, output.local_gradients)

    def _show_upstream(self) -> None:
        """When the forward pass is over, the gradient of the output is known."""
        if self._forward_position == len(self._circuit.gates):
            self._gradients[self.output] = self._upstream

    def _send_back(self, output: Value) -> Step:
        """Send contributions from one gate to its inputs, as `backward()` does."""
        gradients = self._gradients
        upstream = gradients.get(output, NOTHING)
        if has_own_backward(output):
            return self._send_back_by_own_function(output, upstream)
        inputs, locals_ = output.inputs, output.local_gradients
        contributions: list[float | None] = []
        before: list[float | None] = []
        after: list[float | None] = []
        for source, local in zip(inputs, locals_):
            if source._second is CONSTANT:
                contribution = old = new = None
            else:
                contribution = local * upstream
                old = gradients.get(source)
                gradients[source] = new = contribution + (NOTHING if old is None else old)
            contributions.append(contribution)
            before.append(old)
            after.append(new)
        return self._backward_step(output, locals_, upstream, contributions, before, after)

    def _send_back_by_own_function(self, output: Value, upstream: float) -> Step:
        """Let a user's `_backward` work on the wires' own `grad`s, note what it did, undo it."""
        gradients = self._gradients
        wires = list(dict.fromkeys(output.inputs))
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
        for wire, new in zip(wires, after):
            if new is not None:
                gradients[wire] = new
        contributions = [
            new if new is None or old is None else new - old for old, new in zip(before, after)
        ]
        # an input at two places gets what was sent to both, at the first of them
        at = [
            None if wire in output.inputs[:place] else wires.index(wire)
            for place, wire in enumerate(output.inputs)
        ]
        spread = [
            [None if i is None else numbers[i] for i in at]
            for numbers in (contributions, before, after)
        ]
        return self._backward_step(output, (None,) * len(at), upstream, *spread)

    def _backward_step(
        self,
        output: Value,
        local_gradients: tuple[float | None, ...],
        upstream: float,
        *numbers: list[float | None],
    ) -> Step:
        contributions, before, after = map(tuple, numbers)
        position = self.position + 1
        return Step(
            self._circuit, position, output, local_gradients, upstream, contributions, before, after
        )

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
        finished = [step.output for step in self._backward_steps] or forward
        return Stage(
            values={wire: circuit.values[wire] for wire in circuit.leaves + forward},
            gradients=dict(self._gradients),
            contributions={
                (step.output, place): contribution
                for step in self._backward_steps
                for place, contribution in enumerate(step.contributions)
                if contribution is not None
            },
            done=frozenset(finished[:-1]),
            active=present.output if present else None,
        )
