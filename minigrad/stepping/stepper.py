"""Backpropagation one gate at a time, forward and back.

>>> import minigrad as mg
>>> x, y, z = mg.Value(-2.0, label="x"), mg.Value(5.0, label="y"), mg.Value(-4.0, label="z")
>>> stepper = Stepper((x + y) * z)
>>> for step in stepper:
...     print(step)
forward 1 of 2 · gate +: + computes x + y = −2 + 5 = 3
forward 2 of 2 · gate ×: × computes f = (x + y)·z = 3·(−4) = −12
backward 1 of 2 · gate ×: × switches its inputs: x + y receives 1 · z = −4; z receives \
1 · (x + y) = 1 · 3 = 3
backward 2 of 2 · gate +: + distributes: x receives −4; y receives −4
>>> stepper.gradients[y], y.has_grad
(-4.0, False)
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path

from ..engine import Value, gradient_of, looks_at_numbers, one_at_a_time, write_grad
from ..pictures import theme_named
from ..rules import as_number, described
from ..text import DIGITS, Lines, save
from .frames import animated_gif, animated_svg, frame_of, save_frames
from .player import Player, picture_html, png_of
from .questions import Question, prompt, questions
from .quiz import Grade, Score, graded
from .replay import Replay
from .seeds import Seed
from .snapshot import SHOW, Snapshot
from .step import Step
from .why import why

Target = Value | str | Callable[[Step], object]


class Stepper(Replay):
    """The forward pass and then the backward pass of a circuit, one gate at a time.

    >>> import minigrad as mg
    >>> w, x = mg.Value(2.0, label="w"), mg.Value(-1.0, label="x")
    >>> stepper = Stepper(w * x)
    >>> stepper.step().title, stepper.position, len(stepper)
    ('forward 1 of 1 · gate ×', 1, 2)
    >>> stepper.run()
    <step backward 1 of 1 · gate ×: × switches its inputs: w receives 1 · x = −1; x receives \
1 · w = 2>
    >>> stepper.commit()
    >>> w.grad, x.grad
    (-1.0, 2.0)

    All steps together compute bit for bit what `output.backward(upstream)` does, but for cross
    entropies: they are stepped as text books write them, −log p, which agrees to 9 digits;
    `expand="losses"` steps through what is computed. The circuit's own
    `grad`s change in `commit()` only, so a stepper can be left half-way. Its numbers are those that
    the circuit had when the stepper was made. `digits` are the significant digits
    that texts and pictures show.
    `collapse="dot"` takes a dot product as one gate, and one step, instead of as its × gates and
    their Σ; pictures and the player show the same circuit. `show="delta"` tells the gradients of a
    network as formulas in δ, in sentences, grades and pictures, and the player begins with them;
    `show="both"` draws them with their numbers. `notation="[l]"` writes layers in brackets.
    `mode="forward"` follows the tangent of every wire, d(wire)/d(seed), beside its value, gate by
    gate; `seed` is a wire, its label, or {wire: speed} for several. `mode="both"` then goes back,
    and says where both ways meet: the output's tangent is the seed's gradient.
    """

    def __init__(
        self,
        output: Value,
        upstream: float = 1.0,
        digits: int = DIGITS,
        *,
        collapse: str | None = None,
        expand: str | None = None,
        show: str = "values",
        notation: str = "l",
        mode: str = "backward",
        seed: Seed = None,
    ) -> None:
        looks_at_numbers("a Stepper")
        if collapse not in (None, "dot"):
            raise ValueError(f"collapse={collapse!r}: choose None or 'dot'")
        if expand not in (None, "losses"):
            raise ValueError(f"expand={expand!r}: choose None or 'losses'")
        if show not in SHOW:
            raise ValueError(f"show={show!r}: choose {' or '.join(map(repr, SHOW))}")
        if not isinstance(output, Value):
            raise TypeError(_no_output(output))
        dots = {"dot"} if collapse else ()
        circuit = Snapshot(output, digits, dots, show, notation, mode, seed, textbook=not expand)
        if mode == "forward" and (show != "values" or as_number(upstream) != 1.0):
            raise ValueError(
                "mode='forward' follows tangents and computes no gradients: leave upstream= and "
                "show= out, or step with mode='both'"
            )
        super().__init__(circuit, upstream)
        self.breakpoints: list[Target] = []

    def run_forward(self) -> Step | None:
        """Go to where the forward pass is over and the backward pass begins."""
        self.position = len(self.circuit.gates)
        return self.present

    def run(self) -> Step | None:
        """Take steps up to the next one at a breakpoint, or to the end.

        >>> x = Value(2.0, label="x")
        >>> stepper = Stepper(x.exp().log())
        >>> stepper.breakpoints.append("exp")
        >>> stepper.run().title, stepper.run().title
        ('forward 1 of 2 · gate exp', 'backward 2 of 2 · gate exp')
        """
        tests = [stop_at(target, self.circuit) for target in self.breakpoints]
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
        return self._run_until(stop_at(target, self.circuit))

    def _run_until(self, test: Callable[[Step], object]) -> Step | None:
        for step in self:
            if test(step):
                break
        return self.present

    def commit(self) -> None:
        """Take the remaining steps and leave in every `grad` what `backward()` would have left.

        Leaves add to what they hold, so a second `commit()` is like a second `backward()`.
        """
        if not self.circuit.goes_back:
            raise ValueError(
                "commit() leaves gradients, and mode='forward' computes none: step with "
                "mode='both', or call output.backward()"
            )
        while self.step() is not None:
            pass
        circuit, gradients = self.circuit, self._gradients
        with one_at_a_time:
            totals: list[float | None] = []
            for leaf in circuit.leaves:
                held, total = gradient_of(leaf), gradients.get(leaf, 0.0)
                total = total if held is None else total + held
                totals.append(None if leaf.is_constant else total)
            totals += [gradients.get(wire, 0.0) for wire in circuit.gates]
            # in C from end to end: a Ctrl-C comes before all of the writes or after them
            deque(map(write_grad, circuit.wires, totals), maxlen=0)

    def why(self, wire: Value) -> Lines:
        """The chain of reasons for the gradient of `wire`, from the output to it, in one text.

        >>> x = Value(3.0, label="x")
        >>> print(Stepper(x * x).why(x))
        Why is df/dx = 6?
          df/df = 1 by definition
          × switches its inputs:
            df/dx += df/df · x = 1 · 3 = 3
            df/dx += df/df · x = 1 · 3 = 3
            x feeds 2 gate inputs, so contributions add: 3 + 3 = 6
        So when x grows a little, f changes by 6 times as much.

        It tells of the whole pass, wherever the stepper stands, and of gradients in each mode.
        """
        steps = Replay(self.circuit, self.upstream, goes_back=True)
        return Lines(why(self.circuit, steps, self.upstream, wire))

    def predict(self, prediction: Mapping[Value | str, float], learning_rate: float = 0.1) -> Grade:
        """Grade a prediction of what the next step computes, or sends to the gate's inputs.

        >>> w, x = Value(2.0, label="w"), Value(-3.0, label="x")
        >>> stepper = Stepper(w * x)
        >>> print(stepper.predict({"f": -1}))
        f: −1 is not right: that is the sum of the inputs, which this gate does not compute. f = −6
        >>> step = stepper.run_forward()
        >>> grade = stepper.predict({w: 2, x: 2})
        >>> bool(grade), grade.mistakes[w]
        (False, 'inputs not switched')

        The keys are wires or their labels: the gate's output in the forward pass, its inputs in the
        backward pass. Where a wire with a fan-out receives its last contribution, its whole
        gradient is asked for; `question` says so. Two significant digits are enough. The
        stepper does not move, and `score` counts. `learning_rate` is that of the update which a
        learner may have made too early.
        """
        step, asked = self._next(learning_rate)
        self.score.grades[step.position] = grade = graded(asked, prediction, step)
        return grade

    @property
    def question(self) -> str:
        """What `predict` asks now, in words.

        >>> x = Value(3.0, label="x")
        >>> stepper = Stepper(x * x)
        >>> stepper.question
        'forward 1 of 1 · gate ×: What does it compute?'
        """
        step, asked = self._next()
        return f"{step.title}: {prompt(step, asked)}"

    @property
    def questions(self) -> list[Question]:
        """The numbers that `predict` asks for now: their wires, labels and right answers.

        >>> x = Value(3.0, label="x")
        >>> [(one.label, one.expected) for one in Stepper(x * 2).questions]
        [('f', 6.0)]
        """
        return self._next()[1]

    def _next(self, learning_rate: float = 0.1) -> tuple[Step, list[Question]]:
        """The next step and what to ask before it; the stepper stays where it is."""
        step = self.step()
        if step is None:
            raise ValueError(
                "predict() asks what the next step does, and there is no step left: reset() goes "
                "back to the start"
            )
        asked = questions(step, self.sent, learning_rate)
        self.back()
        return step, asked

    @cached_property
    def score(self) -> Score:
        """How the predictions were, up to now."""
        return Score()

    def player(self, learning_rate: float = 0.1) -> Player:
        """An interactive player for a notebook: play, step, back, scrub, predict.

        >>> Stepper(Value(2.0, label="x").exp()).player()
        <player of a circuit with the output 7.39>

        It is self-contained: no extension, no network. Its leaves can be dragged and typed, and all
        numbers follow, without Python. `learning_rate` is as in `predict`, and that of its button
        for a gradient step.
        """
        return Player(self, learning_rate)

    def save(self, path: str | os.PathLike[str], theme: str = "light") -> None:
        """Write all steps to one file: `.html` is the player, `.svg` and `.gif` are animated.

        >>> Stepper(Value(2.0).exp()).save("steps.docx")
        Traceback (most recent call last):
        ...
        ValueError: cannot save steps as 'steps.docx': the name must end with .html, .svg or .gif

        Each works from a file and offline. The player follows the reader's light or dark theme;
        `theme` is for the others.
        """
        theme_named(theme)  # a wrong one is wrong for the player, too
        save(
            "steps",
            path,
            {
                ".html": lambda: self.player().page.encode(),
                ".svg": lambda: animated_svg(self, theme).encode(),
                ".gif": lambda: animated_gif(self, theme),
            },
        )

    def save_frames(
        self, folder: str | os.PathLike[str], kind: str = "svg", theme: str = "light"
    ) -> list[Path]:
        """Write a picture of every position, as `svg` or `png`, into a folder; the paths.

        >>> import tempfile
        >>> [path.name for path in Stepper(Value(2.0).exp()).save_frames(tempfile.mkdtemp())]
        ['step_0.svg', 'step_1.svg', 'step_2.svg']

        The folder is made if need be. Frames of that kind that another call has left in it,
        counted from `step_0` on without a gap, are removed: it holds one film.
        """
        return save_frames(self, folder, kind, theme)

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """The circuit at the present step with its sentence; the same as PNG, which a PDF takes."""
        picture = png_of(lambda: frame_of(self))
        return {"text/html": picture_html(self), **picture, "text/plain": repr(self)}

    def __repr__(self) -> str:
        here = self.present.title if self.present else "start"
        return f"<stepper of {len(self)} steps, at {self.position}: {here}>"


def _no_output(given: object) -> str:
    """What to do instead of stepping through something that is not one wire."""
    start = f"a Stepper differentiates one output, a Value, got {described(given)}: "
    if isinstance(given, (list, tuple)) and given:
        return start + "step through their sum, Stepper(mg.sum(outputs)), a loss, or one of them"
    if callable(given):
        return start + "call it first and step through what it returns, Stepper(model(x))"
    return start + "build one with Value(...) and gates"


def stop_at(target: Target, circuit: Snapshot) -> Callable[[Step], object]:
    """A function that says of a step whether it is one to stop at.

    >>> x = Value(2.0).exp()
    >>> circuit = Snapshot(x.log())
    >>> stop_at("exp", circuit)(Step(circuit, 1, x)), stop_at("log", circuit)(Step(circuit, 1, x))
    (True, False)

    A wire stops at the step that computes it and at every step that adds to its gradient, the name
    or symbol of a gate at such gates; a function decides for itself.
    """
    if isinstance(target, Value):
        if target not in circuit.values:
            raise ValueError(
                f"{target!r} is not in the circuit behind {circuit.output!r}: run to one of its "
                "wires, to the name of a gate, or until a function of a step says so"
            )
        return lambda step: (
            step.output is target if step.upstream is None else target in step.inputs
        )
    if isinstance(target, str):
        named = {
            wire
            for wire in circuit.gates
            for gate in [circuit.gate(wire)]
            if target in (gate.name, gate.symbol) or target == circuit.symbol(wire)
        }
        if not named:
            names = ", ".join(sorted({circuit.gate(wire).name for wire in circuit.gates}))
            raise ValueError(f"there is no gate {target!r} in this circuit, which has {names}")
        return lambda step: step.output in named
    if callable(target):
        return target
    raise TypeError(
        "run_to needs a Value of the circuit, the name of a gate or a function of a step, got "
        f"{described(target)}"
    )
