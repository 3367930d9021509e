"""What is exported: a circuit with names, and the lines of its forward and its backward pass.

The same walk serves every language that takes one example at a time; `dialects.Code` writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ..engine import Circuit, Value, with_gates
from ..rules import GATES, Formula, described, is_number
from ..tape import Algebra
from .dialects import Code
from .identifiers import plain_names


class RowCircuit(NamedTuple):
    """A circuit of which a function takes many rows, as a compiled function has recorded it.

    `arguments` has the shape of each argument, for one row; their numbers are the inputs, in order.
    """

    outputs: Sequence[Value]
    parameters: Sequence[Value]
    inputs: Sequence[Value]
    arguments: Mapping[str, tuple[int, ...]]


class Program:
    """A circuit with names: arguments, numbers that are fixed, gates, outputs."""

    def __init__(self, thing: Any, name: str) -> None:
        self.name = name
        self.outputs, arguments = outputs_and_arguments(thing)
        self.circuit = circuit_behind(self.outputs)
        self.gates = self.circuit.gates[: -1 if len(self.outputs) > 1 else None]
        leaves = self.circuit.leaves
        self.arguments = (
            [leaf for leaf in leaves if not leaf.is_constant] if arguments is None else arguments
        )
        labels = [wire.label for wire in self.arguments]
        self.argument_names = plain_names(labels, taken={name, f"{name}_gradients"})
        self.names = dict(zip(self.arguments, self.argument_names))
        self.fixed = [leaf for leaf in leaves if leaf not in self.names]
        self.names |= {wire: f"v{i}" for i, wire in enumerate(self.gates)}
        # every wire as a symbol; numbers that are fixed as numbers
        self.symbols = {wire: Formula("number", (wire.data,)) for wire in self.fixed}
        self.symbols |= {wire: Formula.symbol(text) for wire, text in self.names.items()}
        self.algebra = Algebra(exact=True)  # does what numbers alone decide
        self.noted: set[Value] = set()  # wires of which the code notes whether they receive

    def forward(self, code: Code) -> list[str]:
        """A line for every gate, inputs first; what the outputs are called."""
        for wire in self.gates:
            inputs = [self.symbols[source] for source in self.circuit.inputs(wire)]
            code.assign(self.names[wire], Formula("call", (self.circuit.gate(wire), *inputs)))
        return [code.expression(self.symbols[output]) for output in self.outputs]

    def backward(self, code: Code) -> None:
        """Lines that send contributions back, the last gate first.

        `r_v1` is 0 where v1 receives nothing, behind a gate that routes: then it sends nothing.
        """
        received = {wire: f"g_{text}" for wire, text in self.names.items()}
        for wire, text in received.items():
            # −0.0 + c is c, also for c = −0.0; a leaf that may receive nothing has 0.0, as always
            zero = code.number(0.0 if wire.is_leaf and self.circuit.routes else -0.0)
            code.lines.append(code.assignment(text, zero))
        start = len(code.lines)
        for i, output in enumerate(self.outputs):
            if output in received:
                code.lines.append(code.addition(received[output], code.upstream(i)))
        always = dict.fromkeys(self.outputs, True)  # of the wires that receive anything
        for wire in reversed(self.gates):
            if wire not in always:
                continue
            before, code.lines = code.lines, []
            for source, local in self._locals(wire):
                if source in received:
                    self._send(code, (wire, source), local, always)
            if code.lines and not always[wire]:
                code.lines = code.where_not_zero(f"r_{self.names[wire]}", code.lines)
            before += code.lines
            code.lines = before
        flags = [f"r_{self.names[wire]}" for wire in self.gates if wire in self.noted]
        code.lines[start:start] = [code.assignment(flag, code.number(0.0)) for flag in flags]

    def _locals(self, wire: Value) -> list[tuple[Value, Formula]]:
        """The inputs of a gate that anything can be sent to, and the local gradients."""
        gate, inputs = self.circuit.gate(wire), self.circuit.inputs(wire)
        operands = [self.symbols[source] for source in inputs]
        slopes = self.algebra.formulas(gate.local_formulas(*operands, out=self.symbols[wire]))
        branches = list(zip(inputs, slopes))
        if not gate.routes:
            return branches
        return [branch for branch in branches if not is_number(branch[1], 0.0)]

    def _send(
        self,
        code: Code,
        branch: tuple[Value, Value],
        local: Formula,
        always: dict[Value, bool],
    ) -> None:
        """Lines for one branch, from a gate's output to one of its inputs."""
        wire, source = branch
        routes = self.circuit.gate(wire).routes and local.operation != "number"
        if routes:
            local = code.named(local)
        upstream = Formula.symbol(f"g_{self.names[wire]}")
        before, code.lines = code.lines, []
        sent = code.expression(upstream if is_number(local, 1.0) else local * upstream)
        code.lines.append(code.addition(f"g_{self.names[source]}", sent))
        if always[wire] and not routes:
            always[source] = True
        elif not always.setdefault(source, False) and not source.is_leaf:
            code.lines.append(code.change(f"r_{self.names[source]}", code.number(1.0)))
            self.noted.add(source)
        if routes:
            code.lines = code.where_not_zero(str(local.operands[0]), code.lines)
        code.lines = before + code.lines


def circuit_behind(outputs: list[Value]) -> Circuit:
    """One circuit; behind several outputs it ends with a Σ that joins them."""
    if len(outputs) == 1:
        return Circuit(outputs[0])
    with with_gates():
        return Circuit(Value.apply_gate(GATES["sum"], tuple(outputs)))


def outputs_and_arguments(thing: Any) -> tuple[list[Value], list[Value] | None]:
    """The outputs of what is exported, and its arguments; None where these are all its leaves."""
    if isinstance(thing, Value):
        return [thing], None
    if isinstance(thing, (list, tuple)) and thing and all(isinstance(x, Value) for x in thing):
        return list(thing), None
    if hasattr(thing, "recorded_circuit"):
        circuit = thing.recorded_circuit()
        return circuit.outputs, circuit.inputs
    if hasattr(thing, "layers") and hasattr(thing, "forward"):
        first = thing.layers[0]
        arguments = [Value(0.0, label=first.neurons[0].names.x(k)) for k in range(first.nin)]
        return thing.forward(arguments), arguments
    raise TypeError(
        "export takes a Value, a list of Values, an MLP or a compiled function, "
        f"got {described(thing)}"
    )
