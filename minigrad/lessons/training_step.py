"""One training step of a network, written out: what a worksheet says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..engine import Value, constant
from ..nn import MLP, Neuron
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
        self.gradients = dict(run.gradients)
        self.slopes = {n: n.slope_in_pass() for layer in self.layers for n in layer.neurons}

    def page(self) -> Page:
        """All parts of the sheet."""
        return [*self._given(), *self._forward_pass(), *self._backward_pass(), *self._update()]

    def _given(self) -> Page:
        grids = []
        for layer in self.layers:
            first, source = layer.neurons[0], "input" if layer.number == 1 else "unit"
            header: list[Pieces] = [[f"layer {layer.number}"]]
            header += [[f"from {source} {k + first.names.first_index}"] for k in range(layer.nin)]
            header += [["bias"]] * (first.b is not None)
            rows: list[list[Pieces]] = [
                [[f"unit {unit.names.unit[1]}"], *([format_number(p.data)] for p in parameters)]
                for unit in layer.neurons
                for parameters in [unit.parameters()]
            ]
            grids.append(Grid(header, rows))
        given: list[Piece] = []
        targets = [(f"t_{j}", number) for j, number in enumerate(self.targets, 1)]
        for label, number in [*((wire.label, wire.data) for wire in self.inputs), *targets]:
            given += [Name(label), f" = {format_number(number)}   "]
        return [
            Heading("Given"),
            Line([*given, f"η = {format_number(self.learning_rate)}"]),
            Words(f"The cost C is {self.loss_name.replace('_', ' ')}. Weights, layer by layer:"),
            *grids,
        ]

    def _units(self) -> Iterator[tuple[Neuron, list[tuple[str, float]]]]:
        """Every unit, with the labels and numbers of what it reads."""
        inputs = [(wire.label, wire.data) for wire in self.inputs]
        for layer in self.layers:
            yield from ((unit, inputs) for unit in layer.neurons)
            inputs = [(unit.names.a, unit.a.data) for unit in layer.neurons]

    def _units_backwards(self) -> Iterator[tuple[Neuron, list[tuple[Value, Neuron]]]]:
        """Every unit, last layer first, with the weights by which later units read it."""
        later: list[Neuron] = []
        for layer in reversed(self.layers):
            for place, unit in enumerate(layer.neurons):
                yield unit, [(reader.w[place], reader) for reader in later]
            later = list(layer.neurons)

    def _forward_pass(self) -> Page:
        lines = []
        for unit, inputs in self._units():
            read = list(zip(unit.w, inputs))
            symbols: list[Pieces] = [[Name(w.label), "·", Name(label)] for w, (label, _) in read]
            numbers: list[Pieces] = [self._product(w.data, number) for w, (_, number) in read]
            if unit.b is not None:
                symbols.append([Name(unit.b.label)])
                numbers.append(self._factor(unit.b.data))
            z, a = self._answer(unit.z.data), self._answer(unit.a.data)
            working = Working([*_sum(numbers), " = "])
            lines.append(Line([Name(unit.names.z), " = ", *_sum(symbols), " = ", working, z]))
            lines.append(Line([Name(unit.names.a), " = ", *_activation(unit), " = ", a]))
        return [Heading("Forward pass"), *lines, Line(["C = ", self._answer(self.cost.data)])]

    def _backward_pass(self) -> Page:
        return [
            Heading("Backward pass"),
            Words("δ is ∂C/∂z; in the last layer it begins with the cost's own derivative, ∂C/∂a."),
            *(Line(self._delta_line(unit, read_by)) for unit, read_by in self._units_backwards()),
        ]

    def _delta_line(self, unit: Neuron, read_by: Sequence[tuple[Value, Neuron]]) -> Pieces:
        """δ = g′(z) · (what comes back), in symbols and in numbers."""
        if read_by:
            symbols: list[Pieces] = [[Name(w.label), "·", _delta(reader)] for w, reader in read_by]
            products = [self._product(w.data, self.gradients[reader.z]) for w, reader in read_by]
            back: Pieces = ["(", *_sum(symbols), ")"]
            numbers: Pieces = ["(", *_sum(products), ")"]
        else:
            back, numbers = ["∂C/∂", Name(unit.names.a)], self._factor(self.gradients[unit.a])
        working = Working([self._answer(self.slopes[unit]), "·", *numbers, " = "])
        answer = self._answer(self.gradients[unit.z])
        return [_delta(unit), " = ", *_slope(unit), "·", *back, " = ", working, answer]

    def _update(self) -> Page:
        wrong_deltas = self._deltas_with_updated_weights()
        rows: list[list[Pieces]] = []
        for unit, inputs in self._units():
            delta, wrong = self.gradients[unit.z], wrong_deltas[unit]
            for weight, (label, a) in zip(unit.w, inputs):
                symbols: Pieces = [Name(label), "·", _delta(unit)]
                rows.append(self._update_row(weight, symbols, a * delta, a * wrong))
            if unit.b is not None:
                rows.append(self._update_row(unit.b, [_delta(unit)], delta, wrong))
        header = ["parameter", "old", "∂C/∂w =", "gradient", "new = old − η·gradient"]
        header += ["gradient with updated weights", "new with updated weights"]
        return [
            Heading("Update"),
            Words(
                "All gradients are computed with the old weights, and then all weights change at "
                "once. The last two columns show what would come out if each layer were updated "
                "before the δ of the layer below it is computed: a mistake."
            ),
            Grid([[title] for title in header], rows),
        ]

    def _update_row(
        self, parameter: Value, symbols: Pieces, gradient: float, wrong: float
    ) -> list[Pieces]:
        old, rate = parameter.data, self.learning_rate
        numbers = (gradient, old - rate * gradient, wrong, old - rate * wrong)
        cells: list[Pieces] = [[self._answer(number)] for number in numbers]
        return [[Name(parameter.label)], [format_number(old)], symbols, *cells]

    def _deltas_with_updated_weights(self) -> dict[Neuron, float]:
        """The δ that come out when each layer is updated before the layer below it has its turn."""
        deltas: dict[Neuron, float] = {}
        for unit, read_by in self._units_backwards():
            back = 0.0
            for weight, reader in read_by:
                updated = weight.data - self.learning_rate * (unit.a.data * deltas[reader])
                back += updated * deltas[reader]
            deltas[unit] = self.slopes[unit] * back if read_by else self.gradients[unit.z]
        return deltas

    def _answer(self, number: float) -> Answer:
        return Answer(number, self.digits)

    def _factor(self, number: float) -> Pieces:
        answer = self._answer(number)
        return ["(", answer, ")"] if number < 0 else [answer]

    def _product(self, left: float, right: float) -> Pieces:
        return [*self._factor(left), "·", *self._factor(right)]


def _sum(terms: Sequence[Pieces]) -> list[Piece]:
    return [piece for term in terms for piece in (" + ", *term)][1:]


def _delta(unit: Neuron) -> Name:
    return Name(f"delta{unit.names.z[1:]}")


def _activation(unit: Neuron) -> Pieces:
    """g(z), in the words of the gate's row; a linear unit's z itself."""
    z = Name(unit.names.z)
    return [z] if unit.activation.function is None else [_function_name(unit), "(", z, ")"]


def _slope(unit: Neuron) -> Pieces:
    """g′(z); 1 for a linear unit."""
    z = Name(unit.names.z)
    return ["1"] if unit.activation.function is None else [f"{_function_name(unit)}′(", z, ")"]


def _function_name(unit: Neuron) -> str:
    gate = unit.activation.gate
    return gate.text_name if gate else printable(unit.activation.name)
