"""One training step of a network, written out: what a worksheet says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import isclose
from typing import Any, Final

from ..engine import Value, constant
from ..nn import MLP, Neuron
from ..rules import GATES, Formula, as_text, format_number
from ..stepping import Stepper
from ..text import MOST_DIGITS, printable, rounded
from .function_names import FunctionNames
from .pages import (
    TEXT,
    Answer,
    Gap,
    Given,
    Grid,
    Heading,
    Line,
    Name,
    Page,
    Piece,
    Pieces,
    Rule,
    Words,
    Working,
    in_brackets,
    joined,
    written,
)
from .written_costs import written_cost

LAST_LAYER: Final = "; in the last layer it begins with the cost's own derivative, "


class TrainingStep:
    """The numbers of one step, and the page that shows them.

    >>> step = TrainingStep(MLP(1, [1]), [1.0], [0.0], lambda a, t: a * a, 0.1, True, 4)
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
        mistakes: bool,
        digits: int,
    ) -> None:
        self.layers = model.layers
        self.learning_rate, self.digits = learning_rate, digits
        self.mistakes = mistakes and len(model.layers) > 1  # one layer has none below it
        self.inputs = [
            constant(number, label=model.layers[0].neurons[0].names.x(k))
            for k, number in enumerate(_plain(x))
        ]
        self.loss_name = printable(getattr(loss, "__name__", "the loss"))
        t = _plain(t)
        self.targets = t if isinstance(t, list) else [t]
        outputs: Any = model.forward(self.inputs)
        if len(outputs) == 1:  # as calling the model does
            if len(self.targets) != 1:
                raise ValueError(f"the network has 1 output: t= is one number, got {t!r}")
            outputs, t = outputs[0], self.targets[0]
        self.cost = loss(outputs, t)
        run = Stepper(self.cost)
        run.run()
        self.gradients = dict(run.gradients)
        self.functions = FunctionNames(n for layer in self.layers for n in layer.neurons)
        self.slopes = {
            n: n.slope_in_pass(n.differentiated()) for layer in self.layers for n in layer.neurons
        }
        last = [(unit.names.a, unit.a) for unit in self.layers[-1].neurons]
        self.written = written_cost(loss, last, t)

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
                [[f"unit {unit.names.unit[1]}"], *([Given(p.data)] for p in unit.parameters())]
                for unit in layer.neurons
            ]
            grids.append(Grid(header, rows))
        given: list[Piece] = []
        for wire in self.inputs:
            given += [Name(wire.label), " = ", Given(wire.data), Gap()]
        formulas = [*self._cost_given(), *self._activations_given()]
        if "log(" in written(formulas, TEXT):
            formulas.append(Words([["log"], " is the natural logarithm."]))
        return [
            Heading("Given"),
            Line([*given, "η = ", Given(self.learning_rate)]),
            *formulas,
            Words(["Weights, layer by layer:"]),
            *grids,
            self._indices(),
        ]

    def _indices(self) -> Words:
        """What the indices say, by an example: readers take an upper one for a power."""
        unit = self.layers[0].neurons[0]
        weight = unit.w[-1]
        k = len(unit.w) - 1 + unit.names.first_index
        told = f" leads from input {k} to unit {unit.names.unit[1]} of layer {unit.names.unit[0]}."
        return Words(["An upper index is the layer, and no power: ", [Name(weight.label)], told])

    def _cost_given(self) -> Page:
        """The cost's formula and its derivative; of a cost without them, the numbers."""
        if self.written:
            name = self.loss_name.replace("_", " ")
            return [
                Words(
                    ["The cost ", ["C"], f" is {name}, of the output ", ["a"], " and the target:"]
                ),
                *self.written.formulas,
                self.written.targets,
            ]
        numbers: list[Piece] = ["C = ", Given(self.cost.data)]
        for unit in self.layers[-1].neurons:
            slope = Given(self.gradients[unit.a])
            numbers += [Gap(), "∂C/∂", Name(unit.names.a), " = ", slope]
        targets: list[Piece] = []
        for j, number in enumerate(self.targets, 1):
            targets += [Gap(), Name(f"t_{j}"), " = ", Given(float(number))]
        return [
            Words(
                [
                    "The cost ",
                    ["C"],
                    " is a function of your own. What it gives for the outputs of this "
                    "network, and its derivatives, come from the engine:",
                ]
            ),
            Line(targets[1:]),
            Line(numbers),
        ]

    def _activations_given(self) -> Page:
        """Each activation and its slope, as its gate's row has them, in terms of z and a."""
        page: list[Any] = []
        called: set[str] = set()
        for unit in self.functions.units:
            gate, name = self.functions.gate(unit), self.functions.name(unit)
            if gate is None:
                page.append(Words([self.functions.introduction(unit)]))
                continue
            names = ["z", *map(format_number, gate.defaults)]
            formula = gate.formula(*map(Formula.symbol, names))
            slope = gate.shown_local_formulas(names, "a")[0]
            line: list[Piece] = ["a = ", name, "(z)"]
            if as_text(formula) != f"{name}(z)":  # that of tanh says no more
                line += [" = ", Rule(formula)]
            page.append(Line([*line, Gap(), name, "′(z) = ", Rule(slope)]))
            called |= {sign for sign in "σΦφ" if sign in as_text(formula) + as_text(slope)}
        if "σ" in called and "σ" not in map(self.functions.name, self.functions.units):
            page.append(Line(["σ(z) = ", Rule(GATES["sigmoid"].formula(Formula.symbol("z")))]))
        if called & {"Φ", "φ"}:
            told = "Φ is the distribution function of the normal law, φ its density."
            page.append(Words([told]))
        return page

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
            numbers: list[Pieces] = [_product(w.data, number) for w, (_, number) in read]
            if unit.b is not None:
                symbols.append([Name(unit.b.label)])
                numbers.append(in_brackets(Answer(unit.b.data)))
            z, working = Answer(unit.z.data), Working(joined(numbers))
            line = [Name(unit.names.z), " = ", *joined(symbols), " = ", working, " = ", z]
            lines.append(Line(line))
            a = self._own(unit, Answer(unit.a.data))
            line = [Name(unit.names.a), " = ", *self._activation(unit), " = ", a]
            if isinstance(a, Given):
                *slope, _ = self._slope(unit)
                line += [Gap(), *slope, ") = ", Given(self.slopes[unit])]
            lines.append(Line(line))
        return [Heading("Forward pass"), *lines, *self._cost_lines()]

    def _cost_lines(self) -> Page:
        if self.written is None:
            return []
        lines = [
            Line(
                [
                    *step.name,
                    " = ",
                    *step.symbols,
                    *_worked(step.numbers),
                    " = ",
                    Answer(step.result),
                ]
            )
            for step in self.written.steps
        ]
        cost = Answer(self.cost.data)
        symbols, numbers = self.written.symbols, self.written.numbers
        return [*lines, Line(["C = ", *symbols, *_worked(numbers), " = ", cost])]

    def _backward_pass(self) -> Page:
        return [
            Heading("Backward pass"),
            Words([["δ"], " is ", ["d", "C/d", "z"], LAST_LAYER, ["∂C/∂a"], "."]),
            *(Line(self._delta_line(unit, read_by)) for unit, read_by in self._units_backwards()),
        ]

    def _delta_line(self, unit: Neuron, read_by: Sequence[tuple[Value, Neuron]]) -> Pieces:
        """δ = g′(z) · (what comes back), in symbols and in numbers."""
        if read_by:
            symbols: list[Pieces] = [[Name(w.label), "·", _delta(reader)] for w, reader in read_by]
            products = [_product(w.data, self.gradients[reader.z]) for w, reader in read_by]
            back: Pieces = ["(", *joined(symbols), ")"]
            numbers: Pieces = ["(", *joined(products), ")"]
        else:
            back = ["∂C/∂", Name(unit.names.a)]
            numbers = in_brackets(Answer(self.gradients[unit.a]))
            if self.written and self.written.derivatives:
                derivative = self.written.derivatives[self.layers[-1].neurons.index(unit)]
                stand = derivative.as_factor if unit.activation.function else derivative.alone
                back, numbers = stand(derivative.symbols), stand(derivative.numbers)
            elif unit.activation.function is None:
                numbers = []
        if unit.activation.function:
            numbers = [self._own(unit, Answer(self.slopes[unit])), "·", *numbers]
        line = [_delta(unit), " = ", *self._slope(unit), *back, *_worked(numbers)]
        return [*line, " = ", Answer(self.gradients[unit.z])]

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
        header = ["parameter", "old", "dC/dw", "gradient", "new"]
        rule: list[str | Pieces] = [
            "All gradients are computed with the old weights, then all weights change at once: ",
            ["new = old − η·gradient"],
            ".",
        ]
        if self.mistakes:
            header += ["wrong gradient", "wrong new"]
            rule.append(
                " The last two columns show what would come out if each layer were updated before "
                "the δ of the layer below it is computed: a mistake."
            )
        return [Heading("Update"), Words(rule), Grid([[title] for title in header], rows)]

    def _update_row(
        self, parameter: Value, symbols: Pieces, gradient: float, wrong: float
    ) -> list[Pieces]:
        old, rate = parameter.data, self.learning_rate
        right = (gradient, old - rate * gradient)
        mistaken = (wrong, old - rate * wrong)
        digits = [self._digits_to_differ(*pair) for pair in zip(right, mistaken)]
        numbers = [*zip(right, digits), *(zip(mistaken, digits) if self.mistakes else ())]
        cells: list[Pieces] = [[Answer(number, shown)] for number, shown in numbers]
        return [[Name(parameter.label)], [Given(old)], symbols, *cells]

    # --- activations ---

    def _activation(self, unit: Neuron) -> Pieces:
        """g(z), in the words of the gate's row; a linear unit's z itself."""
        z, linear = Name(unit.names.z), unit.activation.function is None
        return [z] if linear else [self.functions.name(unit), "(", z, ")"]

    def _slope(self, unit: Neuron) -> Pieces:
        """g′(z) and a dot; nothing for a linear unit."""
        z, linear = Name(unit.names.z), unit.activation.function is None
        return [] if linear else [f"{self.functions.name(unit)}′(", z, ")·"]

    def _own(self, unit: Neuron, answer: Answer) -> Answer | Given:
        """A number of an activation; one without a formula is given."""
        known = unit.activation.function is None or self.functions.gate(unit)
        return answer if known else Given(answer.number)

    def _digits_to_differ(self, right: float, wrong: float) -> int:
        """How many digits show that two numbers are not the same: the sheet's, or more."""
        if self.mistakes and not isclose(right, wrong, rel_tol=1e-12):
            for digits in range(self.digits, MOST_DIGITS):
                if rounded(right, digits) != rounded(wrong, digits):
                    return digits
        return self.digits

    def _deltas_with_updated_weights(self) -> dict[Neuron, float]:
        """The δ that come out when each layer is updated before the layer below it has its turn."""
        deltas: dict[Neuron, float] = {}
        for unit, read_by in self._units_backwards():
            back = 0.0
            for weight, reader in reversed(read_by):  # in the order of a backward pass
                updated = weight.data - self.learning_rate * (unit.a.data * deltas[reader])
                back += updated * deltas[reader]
            deltas[unit] = self.slopes[unit] * back if read_by else self.gradients[unit.z]
        return deltas


def _plain(given: Any) -> Any:
    """Numbers and lists of numbers, from wires, arrays and whatever can be gone through once."""
    if isinstance(given, Value):
        return given.data
    if hasattr(given, "__iter__") and not isinstance(given, str):
        return [_plain(item) for item in given]
    return given


def _product(left: float, right: float) -> Pieces:
    return [*in_brackets(Answer(left)), "·", *in_brackets(Answer(right))]


def _worked(numbers: Pieces) -> list[Piece]:
    """= and the way in numbers, or room for it."""
    return [" = ", Working(numbers)] if numbers else []


def _delta(unit: Neuron) -> Name:
    return Name(f"delta{unit.names.z[1:]}")
