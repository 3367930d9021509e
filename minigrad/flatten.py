"""From a circuit to a tape.

Every gate's forward rule and local gradients become operations; each contribution is a product, and
each gradient a sum of them. What is known is computed here (constants folded), what was computed
before is used again (common subexpressions), and what leads to no result is dropped (dead gates).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from .engine import Value, leaves_and_gates
from .formula import Formula
from .gate import Gate
from .kernels import (
    MUL,
    SUM,
    SYMBOLS,
    Kernel,
    forward_kernel,
    kernel_of,
    local_formulas,
    local_kernels,
    parts_first,
)
from .tape import Tape

ONCE: Final = 0  # the phases of a batch
EACH_ROW: Final = 1
AFTER: Final = 2

NOTHING: Final = -1  # in place of the node of a local gradient
COMPARISONS: Final = ("<", "<=", ">", ">=", "==")

REDUCE: Final = Kernel("sum over rows", lambda x: x, native="reduce")


def flatten(outputs: Sequence[Value], parameters: Sequence[Value], inputs: Sequence[Value]) -> Tape:
    """The tape of one example: the outputs, and the gradient of each towards every leaf given."""
    builder = Builder(outputs, parameters, inputs)
    seed = builder.constant(1.0)
    gradients = [
        builder.send_back(output, [(seed, ONCE)], [*parameters, *inputs]) for output in outputs
    ]
    return builder.tape([builder.nodes[output] for output in outputs], gradients)


def flatten_batch(output: Value, parameters: Sequence[Value], inputs: Sequence[Value]) -> Tape:
    """The tape of a batch: the sum of the output over the rows, and the gradients of that sum.

    What depends on parameters alone is computed once, and its gradient from the sum over the rows
    of what the rows send to it.
    """
    builder = Builder([output], parameters, inputs, EACH_ROW)
    seed = builder.constant(1.0)
    gradients = builder.send_back(output, [(seed, EACH_ROW)], parameters)
    return builder.tape([builder.reduced(builder.nodes[output])], [gradients])


class Builder:
    """The operations of a tape while it grows; a node is a leaf, a constant or an operation."""

    def __init__(
        self,
        outputs: Sequence[Value],
        parameters: Sequence[Value],
        inputs: Sequence[Value],
        input_phase: int = ONCE,
    ) -> None:
        self.kernels: list[Kernel | None] = []
        self.operands: list[tuple[int, ...]] = []
        self.numbers: list[float | None] = []
        self.phases: list[int] = []
        self.memo: dict[Any, int] = {}
        self.parameters, self.input_count = tuple(parameters), len(inputs)
        self.nodes: dict[Value, int] = {}
        self.gates: dict[Value, tuple[list[Value], list[Value]]] = {}
        for wire in parameters:
            self.nodes[wire] = self._node(None, (), None, ONCE)
        for wire in inputs:
            self.nodes[wire] = self._node(None, (), None, input_phase)
        self.leading = set(self.nodes)
        for output in outputs:
            self._forward(output)

    def _node(
        self, kernel: Kernel | None, operands: tuple[int, ...], number: float | None, phase: int
    ) -> int:
        self.kernels.append(kernel)
        self.operands.append(operands)
        self.numbers.append(number)
        self.phases.append(phase)
        return len(self.kernels) - 1

    def constant(self, number: float) -> int:
        """The node of a plain number."""
        key: Any = number or number.hex()  # 0.0 and -0.0 are two constants
        if number != number:
            key = "nan"  # no nan equals another
        if key not in self.memo:
            self.memo[key] = self._node(None, (), number, ONCE)
        return self.memo[key]

    def apply(self, kernel: Kernel, operands: tuple[int, ...]) -> int:
        """The node of an operation: the same one for the same operands, a number for numbers."""
        key = (kernel, operands)
        node = self.memo.get(key)
        if node is None:
            known = self.numbers
            if known[operands[0]] is not None and self._are_numbers(operands, kernel):
                node = self.constant(kernel.on_floats(*[known[operand] for operand in operands]))
            else:
                phase = max([self.phases[operand] for operand in operands])
                node = self._node(kernel, operands, None, AFTER if kernel is REDUCE else phase)
            self.memo[key] = node
        return node

    def _are_numbers(self, operands: tuple[int, ...], kernel: Kernel) -> bool:
        return kernel is not REDUCE and all(self.numbers[x] is not None for x in operands)

    def reduced(self, node: int) -> int:
        """The sum of a node over the rows of a batch."""
        return self.apply(REDUCE, (node,))

    def total(self, nodes: Sequence[int]) -> int:
        """The sum, from left to right."""
        return nodes[0] if len(nodes) == 1 else self.apply(SUM, tuple(nodes))

    def _forward(self, output: Value) -> None:
        leaves, gates = self.gates[output] = leaves_and_gates(output)
        nodes = self.nodes
        for wire in leaves:
            if wire not in nodes:
                nodes[wire] = self.constant(wire._data)
        for wire in gates:
            if wire not in nodes:
                assert wire.gate is not None
                inputs = wire.inputs
                operands = tuple([nodes[source] for source in inputs])
                nodes[wire] = self._output(wire.gate, operands)
                if not self.leading.isdisjoint(inputs):
                    self.leading.add(wire)

    def _output(self, gate: Gate, operands: tuple[int, ...]) -> int:
        if gate.arity is None and gate.fold is None and gate.rule is not None:
            traced = _traced_output(gate, len(operands))
            return self._expanded(traced, operands)[traced.formulas[0]]
        return self.apply(forward_kernel(gate), operands)

    def send_back(
        self, output: Value, seed: list[tuple[int, int]], wanted: Sequence[Value]
    ) -> list[int]:
        """The nodes of d(output)/d(wanted); the same products and sums as `Value.backward`."""
        _, gates = self.gates[output]
        sent: dict[Value, list[tuple[int, int]]] = {output: seed}
        nodes, leading, phases = self.nodes, self.leading, self.phases
        for wire in reversed(gates):
            received = sent.pop(wire, None)
            if received is None or wire not in leading:
                continue
            gate, inputs, out = wire.gate, wire.inputs, nodes[wire]
            assert gate is not None
            upstream = self._gradient(out, received)
            operands = tuple([nodes[source] for source in inputs])
            for source, local in zip(inputs, self._local_gradients(gate, operands, out)):
                if source in leading and local != NOTHING:
                    product = self._product(local, upstream)
                    sent.setdefault(source, []).append((product, phases[out]))
        zero = self.constant(0.0)
        return [
            self._gradient(nodes[wire], sent[wire]) if wire in sent else zero for wire in wanted
        ]

    def _gradient(self, node: int, received: list[tuple[int, int]]) -> int:
        if self.phases[node] == ONCE:
            rows = [sent for sent, phase in received if phase == EACH_ROW]
            if rows:
                others = [sent for sent, phase in received if phase != EACH_ROW]
                return self.total([self.reduced(self.total(rows)), *others])
        return self.total([sent for sent, _ in received])

    def _product(self, local: int, upstream: int) -> int:
        if self.numbers[local] == 1.0:  # 1 · x is x, to the last bit
            return upstream
        return local if self.numbers[upstream] == 1.0 else self.apply(MUL, (local, upstream))

    def _local_gradients(self, gate: Gate, operands: tuple[int, ...], out: int) -> list[int]:
        if gate.arity is None:
            return self._variadic_gradients(gate, (*operands, out))
        available = (*operands, out)
        nodes = []
        for number, kernel, places in local_kernels(gate):
            if kernel is not None:
                nodes.append(self.apply(kernel, tuple([available[place] for place in places])))
            else:
                nodes.append(available[places[0]] if number is None else self._written(number))
        return nodes

    def _written(self, number: float) -> int:
        """A number that stands in a rule; a gate sends nothing where its rule says 0."""
        return self.constant(number) if number else NOTHING

    def _variadic_gradients(self, gate: Gate, available: tuple[int, ...]) -> list[int]:
        traced = _traced_gradients(gate, len(available))
        made = self._expanded(traced, available)
        return [
            self._written(formula.operands[0]) if formula.operation == "number" else made[formula]
            for formula in traced.formulas
        ]

    def _expanded(self, traced: _Traced, nodes: tuple[int, ...]) -> dict[Formula, int]:
        """Formulas operation by operation, so that what they share is computed once."""
        made = dict(zip(traced.symbols, nodes))
        for part in traced.parts:
            if part.operation == "number":
                made[part] = self.constant(part.operands[0])
            else:
                made[part] = self._part(part, made)
        return made

    def _part(self, part: Formula, made: dict[Formula, int]) -> int:
        if part.operation == "call":
            gate, *arguments = part.operands
            return self.apply(forward_kernel(gate), tuple(made[p] for p in arguments))
        if part.operation == "where":
            condition, *branches = part.operands
            if condition.operation in COMPARISONS:
                operands = (*condition.operands, *branches)
                kernel = _choice_kernel(condition.operation)
                return self.apply(kernel, tuple([made[p] for p in operands]))
        kernel = _operation_kernel(part.operation, len(part.operands))
        return self.apply(kernel, tuple([made[p] for p in part.operands]))

    def tape(self, outputs: list[int], gradients: list[list[int]]) -> Tape:
        """The operations that lead to the results, in order."""
        results = [*outputs, *(node for nodes in gradients for node in nodes)]
        needed = bytearray(len(self.kernels))
        for node in results:
            needed[node] = 1
        for node in range(len(needed) - 1, -1, -1):
            if needed[node]:
                for operand in self.operands[node]:
                    needed[operand] = 1
        leaves = len(self.parameters) + self.input_count
        used = [node for node in range(leaves, len(needed)) if needed[node]]
        constants = [node for node in used if self.kernels[node] is None]
        operations = [node for node in used if self.kernels[node] is not None]
        slot = dict(enumerate(range(leaves)))
        slot |= {node: leaves + i for i, node in enumerate([*constants, *operations])}
        return Tape(
            self.parameters,
            self.input_count,
            tuple(number for node in constants if (number := self.numbers[node]) is not None),
            [kernel for node in operations if (kernel := self.kernels[node]) is not None],
            [tuple([slot[p] for p in self.operands[node]]) for node in operations],
            [slot[node] for node in outputs],
            [[slot[node] for node in nodes] for nodes in gradients],
            [self.phases[node] for node in operations],
        )


class _Traced(NamedTuple):
    """Formulas over symbols, and the operations that they are made of, in order."""

    symbols: tuple[Formula, ...]
    formulas: list[Formula]
    parts: list[Formula]


@cache
def _traced_output(gate: Gate, count: int) -> _Traced:
    symbols = tuple(Formula.symbol(f"x{i}") for i in range(count))
    return _traced(symbols, [gate.trace_formula(*symbols)])


@cache
def _traced_gradients(gate: Gate, count: int) -> _Traced:
    symbols = tuple(Formula.symbol(f"x{i}") for i in range(count))
    return _traced(symbols, local_formulas(gate, symbols))


def _traced(symbols: tuple[Formula, ...], formulas: list[Formula]) -> _Traced:
    wanted = [formula for formula in formulas if formula.operation != "number"]
    known = set(symbols)
    parts = [p for p in parts_first(*wanted) if p not in known and p.operation not in COMPARISONS]
    return _Traced(symbols, formulas, parts)


@cache
def _choice_kernel(comparison: str) -> Kernel:
    test = Formula(comparison, tuple(SYMBOLS[:2]))
    return kernel_of(Formula("where", (test, SYMBOLS[2], SYMBOLS[3])), 4)


@cache
def _operation_kernel(operation: str, count: int) -> Kernel:
    return kernel_of(Formula(operation, tuple(SYMBOLS[:count])), count)
