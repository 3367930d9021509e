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
# The wire of a gate, the gate and what goes into it, the nodes of that, and its own.
Step = tuple[Value, Gate, tuple[Any, ...], tuple[int, ...], int]


def flatten(
    outputs: Sequence[Value],
    parameters: Sequence[Value],
    inputs: Sequence[Value],
    careful: bool = False,
    wanted: Sequence[Value] | None = None,
    known: Circuit | None = None,
) -> Tape:
    """The tape of one example: the outputs, and the gradient of each towards every leaf given.

    Or towards those that are `wanted` alone. A careful one notes for each wire whether it has
    received anything. `known` is the circuit behind a single output, for running, if there is one.
    """
    circuit = Flattening(parameters, inputs, careful=careful)
    wanted = [*parameters, *inputs] if wanted is None else wanted
    gradients = [circuit.gradients(output, wanted, known) for output in outputs]
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
    steps = circuit.forward(total)
    sent: dict[Value, list[int]] = {}
    for output, wire in zip(outputs, received):
        sent.setdefault(output, []).extend((circuit.nodes[wire], ALONE))
    gradients = circuit.sent_back(steps, total.routes, sent, inputs)
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

    def forward(self, circuit: Circuit) -> list[Step]:
        """Make the nodes of a circuit; its gates in order, for the way back."""
        nodes, leading, constant = self.nodes, self.leading, self.operations.constant
        for wire in circuit.leaves:
            if wire not in nodes:
                nodes[wire] = constant(number_of(wire))
        steps = []
        for wire, gate, inputs in circuit.gates_with_operands():
            operands = tuple([constant(x) if type(x) is float else nodes[x] for x in inputs])
            node = nodes.get(wire)
            if node is None:
                node = nodes[wire] = self._output(wire, gate, operands)
                if not leading.isdisjoint(inputs):
                    leading.add(wire)
            steps.append((wire, gate, inputs, operands, node))
        return steps

    def _kept(self, kernel: Kernel, gate: Gate, operands: tuple[int, ...]) -> int:
        apply = self.operations.apply
        if not gate.is_dot:
            return apply(kernel, operands)
        middle = len(operands) // 2
        products = [apply(kernel, pair) for pair in zip(operands[:middle], operands[middle:])]
        return products[0] if len(products) == 1 else apply(SUM, tuple(products))

    def _output(self, wire: Value, gate: Gate, operands: tuple[int, ...]) -> int:
        if self.kept and (kernel := self.kept(wire, gate, len(operands))):
            return self._kept(kernel, gate, operands)
        if gate.arity is not None:
            return self.operations.apply(forward_kernel(gate), operands)
        if gate.is_dot:
            one = self.operations.constant(1.0)
            middle = len(operands) // 2
            rights = [ALONE if node == one else node for node in operands[middle:]]
            return self.operations.total(_in_pairs([*operands[:middle], *rights]))
        if is_spelled_out(gate):
            return apply_rule(self.operations, gate, operands)
        return self.operations.apply(forward_kernel(gate), operands)

    def gradients(
        self, output: Value, wanted: Sequence[Value], known: Circuit | None = None
    ) -> list[int]:
        """The nodes of d(output)/d(wanted); the same products and sums as `Value.backward`."""
        circuit = known or Circuit(output, for_running=True)
        steps = self.forward(circuit)
        self.routes.append(circuit.routes)
        sent = {output: [self.operations.constant(1.0), ALONE]}
        return self.sent_back(steps, circuit.routes, sent, wanted)

    def sent_back(
        self, steps: list[Step], routes: bool, sent: dict[Value, list[int]], wanted: Sequence[Value]
    ) -> list[int]:
        """The nodes of the gradients of `wanted`; `sent` has what the outputs receive."""
        nodes, operations = self.nodes, self.operations
        arrivals = Arrivals(operations, sent) if self.careful and routes else None
        phases, numbers = operations.phases, operations.numbers
        from_rows: dict[Value, list[int]] = {}  # to what is the same in all rows
        if operations.has_rows and all(phases[nodes[output]] == ONCE for output in sent):
            sent, from_rows = {}, sent
        for wire, gate, inputs, operands, node in reversed(steps):
            if not (wire in sent or wire in from_rows):
                continue
            upstream = self._total(sent.pop(wire, ()), from_rows.pop(wire, ()))
            is_number = numbers[upstream] is not None
            each_row = phases[node] == EACH_ROW
            for source, local in self._sending(gate, inputs, operands, node):
                to = from_rows if each_row and phases[nodes[source]] == ONCE else sent
                factors = (local, upstream)
                if arrivals:
                    factors = arrivals.sent(gate, wire, source, factors, to is from_rows)
                elif is_number or numbers[local] is not None:
                    factors = operations.contribution(local, upstream)
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

    def _sending(
        self, gate: Gate, inputs: Sequence[Any], operands: tuple[int, ...], node: int
    ) -> list[tuple[Any, int]]:
        """The inputs that lead to a leaf that is given, and the local gradient's node of each.

        None of those towards which the rule says 0.
        """
        leading = self.leading
        if gate.is_dot:  # each factor's is the other one, in the order in which × gates would send
            middle = len(operands) // 2
            others = operands[middle:] + operands[:middle]
            return [x for x in _in_pairs([*zip(inputs, others)])[::-1] if x[0] in leading]
        available = (*operands, node)
        if gate.arity is None:
            found = zip(inputs, local_gradients(self.operations, gate, available))
            return [(x, local) for x, local in found if local is not None and x in leading]
        rules = local_kernels(gate)
        operations = self.operations
        constant = operations.constant
        if has_choices(gate):
            given = [operations.numbers[operand] for operand in operands]
            known = tuple([None if x is None else x.hex() for x in given])
            rules = local_kernels_at(gate, known) if any(known) else rules
        sending = []
        for source, (number, kernel, places, more) in zip(inputs, rules):
            if source not in leading:
                continue
            if kernel is not None:
                nodes = (*available, *map(constant, more)) if more else available
                local = operations.apply(kernel, tuple([nodes[place] for place in places]))
            elif number is None:
                local = available[places[0]]
            elif number:
                local = constant(number)
            else:
                continue
            sending.append((source, local))
        return sending


def _in_pairs(factors: Sequence[_T]) -> list[_T]:
    """A dot product's left factors and then the right ones, as the pairs that it multiplies."""
    middle = len(factors) // 2
    return [*chain.from_iterable(zip(factors[:middle], factors[middle:]))]
