"""From a circuit to a tape: every gate's forward rule and its local gradients become operations.

Each contribution is a product, and each gradient a sum of them, in the order in which
`Value.backward` adds them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, TypeVar

from ..engine import Circuit, Value, number_of
from ..rules import Gate
from .kernels import SUM, Kernel, forward_kernel, has_choices, local_kernels, local_kernels_at
from .operations import ALONE, EACH_ROW, ONCE, Operations
from .received_gradients import Arrivals
from .tape import Tape
from .variadic import apply_rule, is_spelled_out, local_gradients

_T = TypeVar("_T")
KernelOf = Callable[[Value, Gate, int], Kernel | None]


def flatten(
    outputs: Sequence[Value],
    parameters: Sequence[Value],
    inputs: Sequence[Value],
    careful: bool = False,
    wanted: Sequence[Value] | None = None,
) -> Tape:
    """The tape of one example: the outputs, and the gradient of each towards every leaf given.

    Or towards those that are `wanted` alone. A careful one notes for each wire whether it has
    received anything.
    """
    circuit = Flattening(parameters, inputs, careful=careful)
    wanted = [*parameters, *inputs] if wanted is None else wanted
    gradients = [circuit.gradients(output, wanted) for output in outputs]
    return circuit.operations.tape(
        parameters,
        len(inputs),
        [circuit.nodes[output] for output in outputs],
        gradients,
        tuple(circuit.routes),
        careful,
    )


def flatten_batch(
    output: Value,
    parameters: Sequence[Value],
    inputs: Sequence[Value],
    careful: bool = False,
) -> Tape:
    """The tape of a batch: the sum of the output over the rows, and the gradients of that sum.

    What depends on parameters alone is computed once, and its gradient from the sum over the rows
    of what the rows send to it.
    """
    circuit = Flattening(parameters, inputs, EACH_ROW, careful)
    gradients = circuit.gradients(output, parameters)
    total = circuit.operations.reduced(circuit.nodes[output])
    routes = tuple(circuit.routes)
    return circuit.operations.tape(parameters, len(inputs), [total], [gradients], routes, careful)


def flatten_received(
    outputs: Sequence[Value],
    parameters: Sequence[Value],
    inputs: Sequence[Value],
    received: Sequence[Value],
) -> Tape:
    """The tape of one example, and the gradients towards the inputs from what outputs receive.

    `received` has a wire for each output; on the tape they stand behind the inputs. It is careful
    if a gate routes.
    """
    total = Circuit(outputs[0], others=outputs[1:], for_running=len(outputs) == 1)
    circuit = Flattening(parameters, [*inputs, *received], careful=True)
    circuit.forward(total)
    sent: dict[Value, list[int]] = {}
    for output, wire in zip(outputs, received):
        sent.setdefault(output, []).extend((circuit.nodes[wire], ALONE))
    gradients = circuit.sent_back(total, sent, inputs)
    found = [circuit.nodes[output] for output in outputs]
    count = len(inputs) + len(received)
    return circuit.operations.tape(parameters, count, found, [gradients], (total.routes,), True)


def flatten_rows(
    outputs: Sequence[Value],
    parameters: Sequence[Value],
    inputs: Sequence[Value],
    kept: KernelOf | None = None,
) -> Tape:
    """The tape of the outputs for each row of a batch, without gradients.

    `kept` says of a wire, its gate and the number of its inputs which kernel makes it, if not what
    the rule is made of; of a dot product, which makes each product.
    """
    circuit = Flattening(parameters, inputs, EACH_ROW, kept=kept)
    for output in outputs:
        circuit.forward(Circuit(output, for_running=True))
    return circuit.operations.tape(
        parameters, len(inputs), [circuit.nodes[output] for output in outputs], [], (), False
    )


class Flattening:
    """The node of every wire, forward, and then of every gradient."""

    def __init__(
        self,
        parameters: Sequence[Value],
        inputs: Sequence[Value],
        input_phase: int = ONCE,
        careful: bool = False,
        kept: KernelOf | None = None,
    ) -> None:
        self.careful, self.kept = careful, kept
        self.routes: list[bool] = []  # of each output: whether a gate behind it does
        self.operations = Operations(has_rows=input_phase == EACH_ROW)
        self.nodes = {wire: self.operations.leaf() for wire in parameters}
        self.nodes |= {wire: self.operations.leaf(input_phase) for wire in inputs}
        # the wires through which a parameter or an input acts
        self.leading = {wire for wire in self.nodes if not wire.is_constant}

    def forward(self, circuit: Circuit) -> None:
        """Make the nodes of a circuit."""
        nodes, leading = self.nodes, self.leading
        for wire in circuit.leaves:
            if wire not in nodes:
                nodes[wire] = self.operations.constant(number_of(wire))
        for wire, gate, inputs in circuit.gates_with_operands():
            if wire not in nodes:
                operands = self._nodes_of(inputs)
                kernel = self.kept(wire, gate, len(operands)) if self.kept else None
                nodes[wire] = (
                    self._kept(kernel, gate, operands) if kernel else self._output(gate, operands)
                )
                if not leading.isdisjoint(inputs):
                    leading.add(wire)

    def _nodes_of(self, operands: Sequence[Any]) -> list[int]:
        nodes, constant = self.nodes, self.operations.constant
        return [constant(x) if type(x) is float else nodes[x] for x in operands]

    def _kept(self, kernel: Kernel, gate: Gate, operands: list[int]) -> int:
        apply = self.operations.apply
        if not gate.is_dot:
            return apply(kernel, tuple(operands))
        middle = len(operands) // 2
        products = [apply(kernel, pair) for pair in zip(operands[:middle], operands[middle:])]
        return products[0] if len(products) == 1 else apply(SUM, tuple(products))

    def _output(self, gate: Gate, operands: list[int]) -> int:
        if gate.arity is not None:
            return self.operations.apply(forward_kernel(gate), tuple(operands))
        if gate.is_dot:
            one = self.operations.constant(1.0)
            middle = len(operands) // 2
            rights = [ALONE if node == one else node for node in operands[middle:]]
            return self.operations.total(_in_pairs([*operands[:middle], *rights]))
        if is_spelled_out(gate):
            return apply_rule(self.operations, gate, tuple(operands))
        return self.operations.apply(forward_kernel(gate), tuple(operands))

    def gradients(self, output: Value, wanted: Sequence[Value]) -> list[int]:
        """The nodes of d(output)/d(wanted); the same products and sums as `Value.backward`."""
        circuit = Circuit(output, for_running=True)
        self.forward(circuit)
        self.routes.append(circuit.routes)
        return self.sent_back(circuit, {output: [self.operations.constant(1.0), ALONE]}, wanted)

    def sent_back(
        self, circuit: Circuit, sent: dict[Value, list[int]], wanted: Sequence[Value]
    ) -> list[int]:
        """The nodes of the gradients of `wanted`; `sent` has what the outputs receive."""
        nodes, operations, leading = self.nodes, self.operations, self.leading
        arrivals = Arrivals(operations, sent) if self.careful and circuit.routes else None
        phases, numbers = operations.phases, operations.numbers
        from_rows: dict[Value, list[int]] = {}  # to what is the same in all rows
        if operations.has_rows and all(phases[nodes[output]] == ONCE for output in sent):
            sent, from_rows = {}, sent
        for wire, gate, inputs in circuit.gates_with_operands(backwards=True):
            if not (wire in sent or wire in from_rows):
                continue
            upstream = self._total(sent.pop(wire, ()), from_rows.pop(wire, ()))
            is_number = numbers[upstream] is not None
            out = nodes[wire]
            each_row = phases[out] == EACH_ROW
            available = self._nodes_of(inputs)
            leads = [source in leading for source in inputs]
            local = self._local_gradients(gate, [*available, out], leads)
            sending = [*zip(inputs, local, leads)]
            if gate.is_dot:  # in the order in which its × gates would send
                sending = _in_pairs(sending)[::-1]
            for source, local_gradient, is_wanted in sending:
                if local_gradient is None or not is_wanted:
                    continue
                to = from_rows if each_row and phases[nodes[source]] == ONCE else sent
                factors = (local_gradient, upstream)
                if arrivals:
                    summed = to is from_rows
                    factors = arrivals.sent(gate, wire, source, factors, summed)
                elif is_number or numbers[local_gradient] is not None:
                    factors = operations.contribution(local_gradient, upstream)
                received = to.get(source)
                if received is None:
                    to[source] = [*factors]
                else:
                    received += factors
        return [self._total(sent.get(wire, ()), from_rows.get(wire, ())) for wire in wanted]

    def _total(self, sent: Sequence[int], from_rows: Sequence[int]) -> int:
        if from_rows:
            total = self.operations.reduced(self.operations.total(from_rows))
            sent = [total, ALONE, *sent]
        return self.operations.total(sent) if sent else self.operations.constant(0.0)

    def _local_gradients(
        self, gate: Gate, available: list[int], leads: Sequence[bool]
    ) -> Sequence[int | None]:
        """Their nodes, made of the inputs and the output; None where the rule says 0.

        None, too, towards an input of a gate with one or two that leads to no leaf that is given.
        """
        if gate.is_dot:  # each factor's is the other one
            middle = len(available) // 2
            return available[middle:-1] + available[:middle]
        if gate.arity is None:
            return local_gradients(self.operations, gate, available)
        nodes: list[int | None] = []
        found = local_kernels(gate)
        if has_choices(gate):
            given = [self.operations.numbers[node] for node in available[:-1]]
            known = tuple([None if x is None else x.hex() for x in given])
            found = local_kernels_at(gate, known) if any(known) else found
        for (number, kernel, places, numbers), is_wanted in zip(found, leads):
            if not is_wanted:
                nodes.append(None)
            elif kernel is not None:
                more = map(self.operations.constant, numbers)
                nodes_of = [*available, *more] if numbers else available
                operands = tuple([nodes_of[place] for place in places])
                nodes.append(self.operations.apply(kernel, operands))
            elif number is None:
                nodes.append(available[places[0]])
            else:
                nodes.append(self.operations.constant(number) if number else None)
        return nodes


def _in_pairs(factors: Sequence[_T]) -> list[_T]:
    """A dot product's left factors and then the right ones, as the pairs that it multiplies."""
    middle = len(factors) // 2
    return [*chain.from_iterable(zip(factors[:middle], factors[middle:]))]
