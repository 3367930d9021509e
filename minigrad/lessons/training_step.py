"""One training step of a network, written out: what a worksheet says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..engine import Value, constant
from ..nn import MLP, Layer, Neuron
from ..rules import format_number
from ..stepping import Stepper
from ..text import printable
from .pages import Answer, Grid, Heading, Line, Name, Page, Piece, Pieces, Words, Working


class TrainingStep:
    """The numbers of one step, and the page that shows them.

    >>> step = TrainingStep(MLP(1, [1]), [1.0], [0.0], lambda a, t: a * a, 0.1, digits=4)
    >>> [part.text for part in step.page() if isinstance(part, Heading)]
    ['Given', 'Forward pass', 'Backward pass', 'Update']

    The gradients are the stepper's, so no `grad` of the model changes.
    """

    def __init__(
        self,
        model: MLP,
        x: Sequence[float],
        t: float | Sequence[float],
        loss: Callable[[Any, Any], Value],
        learning_rate: float,
        digits: int,
    ) -> None:
        self.layers = model.layers
        self.digits = digits
        self.learning_rate = learning_rate
        self.inputs = [
            constant(number, label=model.layers[0].neurons[0].names.x(k))
            for k, number in enumerate(x)
        ]
        self.loss_name = printable(getattr(loss, "__name__", "the loss"))
        self.targets = list(t) if isinstance(t, Sequence) else [t]
        outputs: Any = model.forward(self.inputs)
        if len(outputs) == 1:  # as calling the model does
            if len(self.targets) != 1:
                raise ValueError(f"the network has 1 output: t= is one number, got {t!r}")
            outputs, t = outputs[0], self.targets[0]
        self.cost = loss(outputs, t)
        run = Stepper(self.cost)
        run.run()
        self._gradients = dict(run.gradients)
        self._slopes = {n: n.slope_in_pass() for layer in self.layers for n in layer.neurons}

    def page(self) -> Page:
        """All parts of the sheet."""
        return [*self._given(), *self._forward_pass(), *self._backward_pass(), *self._update()]

    def _given(self) -> Page:
        grids = []
        for layer in self.layers:
            names = layer.neurons[0].names
            source = "input" if layer.number == 1 else "unit"
            header: list[Pieces] = [[f"layer {layer.number}"]]
            header += [[f"from {source} {k + names.first_index}"] for k in range(layer.nin)]
            header += [["bias"]] * (layer.neurons[0].b is not None)
            rows: list[list[Pieces]] = []
            for unit in layer.neurons:
                numbers = [parameter.data for parameter in unit.parameters()]
                cells: list[Pieces] = [[_plain(number)] for number in numbers]
                rows.append([[f"unit {unit.names.unit[1]}"], *cells])
            grids.append(Grid(header, rows))
        given: list[Piece] = []
        targets = [(f"t_{j}", number) for j, number in enumerate(self.targets, 1)]
        for label, number in [*((wire.label, wire.data) for wire in self.inputs), *targets]:
            given += [Name(label), f" = {_plain(number)}   "]
        return [
            Heading("Given"),
            Line([*given, f"η = {_plain(self.learning_rate)}"]),
            Words(f"The cost C is {self.loss_name.replace('_', ' ')}. Weights, layer by layer:"),
            *grids,
        ]

    def _forward_pass(self) -> Page:
        page: list[Heading | Words | Line | Grid] = [Heading("Forward pass")]
        inputs: list[tuple[str, float]] = [(wire.label, wire.data) for wire in self.inputs]
        for layer in self.layers:
            for unit in layer.neurons:
                symbols: list[Piece] = []
                numbers: list[Piece] = []
                for weight, (label, number) in zip(unit.w, inputs):
                    symbols += [" + "] * bool(symbols) + [Name(weight.label), "·", Name(label)]
                    numbers += [" + "] * bool(numbers)
                    numbers += self._product(weight.data, number)
                if unit.b is not None:
                    symbols += [" + ", Name(unit.b.label)]
                    numbers += [" + ", *self._factor(unit.b.data)]
                z, names = unit.z.data, unit.names
                working = Working([*numbers, " = "])
                page.append(Line([Name(names.z), " = ", *symbols, " = ", working, self._answer(z)]))
                a = [Name(names.a), " = ", *_activation(unit), " = ", self._answer(unit.a.data)]
                page.append(Line(a))
            inputs = [(unit.names.a, unit.a.data) for unit in layer.neurons]
        page.append(Line(["C = ", self._answer(self.cost.data)]))
        return page

    def _backward_pass(self) -> Page:
        page: list[Heading | Words | Line | Grid] = [
            Heading("Backward pass"),
            Words("δ is ∂C/∂z; in the last layer it begins with the cost's own derivative, ∂C/∂a."),
        ]
        later: Layer | None = None
        for layer in reversed(self.layers):
            for place, unit in enumerate(layer.neurons):
                page.append(Line(self._delta_line(unit, place, later)))
            later = layer
        return page

    def _delta_line(self, unit: Neuron, place: int, later: Layer | None) -> Pieces:
        """δ = g′(z) · (what comes back), in symbols and in numbers."""
        slope, delta = self._slopes[unit], self._delta(unit)
        if later is None:
            back: list[Piece] = ["∂C/∂", Name(unit.names.a)]
            numbers = self._factor(self._from_cost(unit))
        else:
            back, numbers = ["("], ["("]
            for number, next_unit in enumerate(later.neurons):
                back += [" + "] * (number > 0) + [Name(next_unit.w[place].label), "·"]
                back.append(Name(_delta_label(next_unit)))
                numbers += [" + "] * (number > 0)
                numbers += self._product(next_unit.w[place].data, self._delta(next_unit))
            back, numbers = [*back, ")"], [*numbers, ")"]
        working = Working([self._answer(slope), "·", *numbers, " = "])
        start: list[Piece] = [Name(_delta_label(unit)), " = ", *_slope(unit), "·", *back, " = "]
        return [*start, working, self._answer(delta)]

    def _update(self) -> Page:
        wrong = self._deltas_with_updated_weights()
        rows: list[list[Pieces]] = []
        inputs: list[tuple[str, float]] = [(wire.label, wire.data) for wire in self.inputs]
        for layer in self.layers:
            for unit in layer.neurons:
                delta, wrong_delta = self._delta(unit), wrong[unit]
                for weight, (label, a) in zip(unit.w, inputs):
                    symbols: Pieces = [Name(label), "·", Name(_delta_label(unit))]
                    rows.append(self._update_row(weight, symbols, a * delta, a * wrong_delta))
                if unit.b is not None:
                    symbols = [Name(_delta_label(unit))]
                    rows.append(self._update_row(unit.b, symbols, delta, wrong_delta))
            inputs = [(unit.names.a, unit.a.data) for unit in layer.neurons]
        header: list[Pieces] = [
            ["parameter"],
            ["old"],
            ["∂C/∂w ="],
            ["gradient"],
            ["new = old − η·gradient"],
        ]
        header += [["gradient with updated weights"], ["new with updated weights"]]
        return [
            Heading("Update"),
            Words(
                "All gradients are computed with the old weights, and then all weights change at "
                "once. The last two columns show what would come out if each layer were updated "
                "before the δ of the layer below it is computed: a mistake."
            ),
            Grid(header, rows),
        ]

    def _update_row(
        self, parameter: Value, symbols: Pieces, gradient: float, wrong: float
    ) -> list[Pieces]:
        old, rate = parameter.data, self.learning_rate
        numbers = (gradient, old - rate * gradient, wrong, old - rate * wrong)
        cells: list[Pieces] = [[self._answer(number)] for number in numbers]
        return [[Name(parameter.label)], [_plain(old)], symbols, *cells]

    # --- the numbers ---

    def _delta(self, unit: Neuron) -> float:
        return self._gradients[unit.z]

    def _from_cost(self, unit: Neuron) -> float:
        """∂C/∂a of a unit of the last layer."""
        return self._gradients[unit.a]

    def _deltas_with_updated_weights(self) -> dict[Neuron, float]:
        """The δ that come out when each layer is updated before the layer below it has its turn."""
        deltas: dict[Neuron, float] = {}
        later: Layer | None = None
        for layer in reversed(self.layers):
            for place, unit in enumerate(layer.neurons):
                if later is None:
                    deltas[unit] = self._delta(unit)
                    continue
                back = 0.0
                for next_unit in later.neurons:
                    gradient = unit.a.data * deltas[next_unit]
                    updated = next_unit.w[place].data - self.learning_rate * gradient
                    back += updated * deltas[next_unit]
                deltas[unit] = self._slopes[unit] * back
            later = layer
        return deltas

    def _answer(self, number: float) -> Answer:
        return Answer(number, self.digits)

    def _factor(self, number: float) -> list[Piece]:
        answer = self._answer(number)
        return ["(", answer, ")"] if number < 0 else [answer]

    def _product(self, left: float, right: float) -> list[Piece]:
        return [*self._factor(left), "·", *self._factor(right)]


def _plain(number: float) -> str:
    return format_number(number)


def _delta_label(unit: Neuron) -> str:
    return f"delta{unit.names.z[1:]}"


def _activation(unit: Neuron) -> list[Piece]:
    """g(z), in the words of the gate's row; a linear unit's z itself."""
    if unit.activation.function is None:
        return [Name(unit.names.z)]
    return [_function_name(unit), "(", Name(unit.names.z), ")"]


def _slope(unit: Neuron) -> list[Piece]:
    """g′(z); 1 for a linear unit."""
    if unit.activation.function is None:
        return ["1"]
    return [f"{_function_name(unit)}′(", Name(unit.names.z), ")"]


def _function_name(unit: Neuron) -> str:
    gate = unit.activation.gate
    return gate.text_name if gate else printable(unit.activation.name)
