"""C for long circuits: loops over an array of numbers, in place of a line for every gate.

>>> import minigrad as mg
>>> x, w = mg.Value(0.5, label="x"), mg.Value(0.3, label="w")
>>> y = x
>>> for _ in range(200):
...     y = (w * y).tanh()
>>> text = mg.export(y, "c", name="f")
>>> start, end = map(text.index, ("static void f_forward", "static void f_backward"))
>>> print(text[start:end].strip())
static void f_forward(double *v)
{
    v[3] = v[0] * v[1];
    for (int i = 0; i < 199; i++) {
        v[4 + 2 * i] = tanh(v[3 + 2 * i]);
        v[5 + 2 * i] = v[0] * v[4 + 2 * i];
    }
    v[402] = tanh(v[401]);
}

It runs the tape, whose loops `repeats` finds: first what is given stands in `v`, then what is
computed. Where so little repeats that compilers would choke on the lines, the operations become a
table, and a loop that looks up what to do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain
from typing import Final

from ..engine import Value
from ..tape import (
    VARIABLES,
    Operation,
    Run,
    flatten_received,
    places_of,
    rolled,
    tape_nodes,
)
from .c_dialect import c_dialect, with_prelude
from .c_statements import CStatements, Spot, integer, loop, table, unused
from .dialects import Code, bare, indented
from .program import Program

MOST_NODES: Final = 2_000  # of a pass that are written out
MOST_ON_THE_STACK: Final = 131_072  # numbers; a longer scratch array the caller has to give
BYTES: Final = {"double": 8, "float": 4}


class CLoops:
    """A circuit as loops of C."""

    def __init__(self, program: Program, real: str) -> None:
        self.name, self.real = program.name, real
        self.outputs, self.arguments = len(program.outputs), len(program.arguments)
        received = [Value(1.0) for _ in program.outputs]
        parameters = _as_read(program)
        self.tape = tape = flatten_received(
            program.outputs, parameters, program.arguments, received
        )
        nodes = list(tape_nodes(tape))
        # what is needed for the outputs is computed first
        ahead = max(0, *(slot - tape.first + 1 for slot in tape.outputs))
        self.passes = {"forward": nodes[:ahead], "backward": nodes[ahead:]}
        self.rolled = {name: rolled(nodes) for name, nodes in self.passes.items()}
        self.ahead, self.all = tape.input_count + ahead, tape.input_count + len(nodes)
        self.constants = [wire.data for wire in tape.parameters] + list(tape.constants)
        self.statements = CStatements(self.name, c_dialect(real), real, self.constants)

    @property
    def node_count(self) -> int:
        """How many nodes are left."""
        return sum(len(found.nodes) for found in self.rolled.values())

    def source(self, jacobian: list[str]) -> str:
        """All functions, in the order in which they use one another."""
        name, real, tape = self.name, self.real, self.tape
        number = Code(self.statements.dialect).number
        given = _copied("inputs", self.arguments, 0)
        received = _copied("upstream", self.outputs, self.arguments)
        results = self._handed_on("outputs", tape.outputs)
        zero = f" + {number(0.0)}" * tape.routes[0]  # where a gate routes a 0 is never −0.0
        sent = self._handed_on("gradients", tape.gradients[0], zero)
        forward = f"{name}_forward(v);"
        both = [*given, *received, forward, f"{name}_backward(v);", *results, *sent]
        arrays = ["inputs", "upstream", "outputs", "gradients"]
        functions = [
            *self._pass("forward"),
            *self._pass("backward"),
            *self._entry(name, self.ahead, arrays[::2], [*given, forward, *results]),
            *self._entry(f"{name}_gradients", self.all, arrays, both),
        ]
        values = (bare(number(constant)) for constant in self.constants)
        head = f"static const {real} {name}_constants"
        are_read = any(f"{name}_constants" in line for line in functions)
        constants = [table(head, values, len(self.constants)), ""] if are_read else []
        tables = self.statements.tables
        lines = [
            *self.statements.functions,
            *constants,
            *tables,
            *([""] if tables else []),
            *functions,
            *(jacobian if self.all <= MOST_ON_THE_STACK else []),
            "",
        ]
        return with_prelude(real, "\n".join(lines))

    def _handed_on(self, target: str, slots: Sequence[int], more: str = "") -> list[str]:
        """Lines that write what stands in these slots of the tape into an array."""
        places = places_of(self.tape)
        read = enumerate([places[slot] for slot in slots])
        found = rolled((Operation(None, (Run((at < VARIABLES,)),)), (i, at)) for i, at in read)
        return [*chain.from_iterable(self.statements.nodes(found, target, more))]

    def _pass(self, which: str) -> list[str]:
        """The function of a pass: its statements, or a loop over a table of operations."""
        found, nodes = self.rolled[which], self.passes[which]
        if len(found.nodes) > MOST_NODES:
            lines = self._listed(nodes)
        else:
            lines = [*chain.from_iterable(self.statements.nodes(found))]
        head = self._constants(lines) if lines else ["(void)v;"]
        return [
            f"static void {self.name}_{which}({self.real} *v)",
            "{",
            *indented([*head, *lines]),
            "}",
            "",
        ]

    def _listed(self, nodes: Sequence[tuple[Operation, tuple[int, ...]]]) -> list[str]:
        """The operations as numbers: of which kind each is, and the places that it reads."""
        kinds: dict[Operation, int] = {}
        steps: list[int] = []
        for operation, places in nodes:
            steps.append(kinds.setdefault(operation, len(kinds)))
            steps += [place % VARIABLES for place in places[1:]]
        cases: list[str] = []
        for operation, number in kinds.items():
            fixed = [each for run in operation.runs for each in run.is_fixed]
            spots = [
                Spot(0 if is_fixed else VARIABLES, [f"steps[step + {i}]"])
                for i, is_fixed in enumerate(fixed, start=1)
            ]
            lines = self.statements.operation(operation, spots, "v[at]")
            cases += [
                f"case {number}:",
                *indented([*lines, f"step += {len(fixed) + 1};", "break;"]),
            ]
        first = nodes[0][1][0] % VARIABLES
        look_up = ["switch (steps[step]) {", *cases, "}"]
        return [
            *table(f"static const {integer(steps)} steps", map(str, steps), len(steps)).split("\n"),
            "int step = 0;",  # a pointer that moves costs gcc -O2 thirty times the memory
            *loop("at", first, first + len(nodes), look_up),
        ]

    def _constants(self, lines: list[str]) -> list[str]:
        """The line that gives the constants a short name, where they are read."""
        is_read = any(re.search(r"\bc\[", line) for line in lines)
        return [f"const {self.real} *const c = {self.name}_constants;"] * is_read

    def _entry(self, name: str, size: int, arrays: list[str], body: list[str]) -> list[str]:
        """The function that works on a scratch array, and the one that has it on the stack."""
        real, size = self.real, max(size, 1)
        given = [
            f"{'const ' if each in ('inputs', 'upstream') else ''}{real} *{each}" for each in arrays
        ]
        lines = [
            f"/* {size:,} numbers, {size * BYTES[real]:,} bytes */",
            f"enum {{ {name}_scratch = {size} }};",
            "",
            *_head(f"void {name}_with_scratch", [*given, f"{real} *v"]),
            "{",
            *indented([*self._constants(body), *body, *unused(arrays, body)]),
            "}",
            "",
        ]
        if size > MOST_ON_THE_STACK:
            return [
                *lines,
                f"/* no {name}: its scratch array is too large for a stack */",
                "",
            ]
        call = f"{name}_with_scratch({', '.join([*arrays, 'scratch'])});"
        body = [f"{real} scratch[{name}_scratch];", call]
        return [*lines, *_head(f"void {name}", given), "{", *indented(body), "}", ""]


def _as_read(program: Program) -> list[Value]:
    """The parameters of a network in the order in which gates read them: row after row."""
    fixed = {wire for wire in program.fixed if not wire.is_constant}
    read = (wire for gate in program.gates for wire in program.circuit.inputs(gate))
    return [*dict.fromkeys(wire for wire in chain(read, program.outputs) if wire in fixed)]


def _copied(source: str, length: int, start: int) -> list[str]:
    """Lines that put what is given into the scratch array."""
    if length < 2:
        return [f"v[{start}] = {source}[0];"] * length
    return loop("i", 0, length, [f"v[{f'{start} + i' if start else 'i'}] = {source}[i];"])


def _head(name: str, arguments: list[str]) -> list[str]:
    """The beginning of a function, in a line or two."""
    text = f"{name}({', '.join(arguments)})"
    if len(text) <= 100:
        return [text]
    return [f"{name}({', '.join(arguments[:2])},", f"{' ' * len(name)} {', '.join(arguments[2:])})"]
