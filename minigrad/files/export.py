"""Circuits and networks as source code that needs no minigrad: Python, C and PyTorch.

>>> import minigrad as mg
>>> w, x = mg.Value(2.0, label="w"), mg.Value(-1.0, label="x")
>>> print(export((w * x).tanh() + 1.0, "torch", name="f"))
import torch
<BLANKLINE>
c0 = torch.tensor(1.0, dtype=torch.float64)
<BLANKLINE>
<BLANKLINE>
def f(w, x):
    v0 = (w * x)
    v1 = torch.tanh(v0)
    v2 = (v1 + c0)
    return v2
<BLANKLINE>

The code is printed from the same rules that the engine runs: a gate of your own is exported, too.
"""

from __future__ import annotations

import keyword
import re
from typing import Any, Final

from ..engine import Circuit, Value, looks_at_numbers, with_gates
from ..rules import GATES, Formula, bell_curve, described, ieee, is_number
from .dialects import C_PRELUDE, PYTHON, TORCH, C, Code, python_prelude

RESERVED: Final = {
    *keyword.kwlist,
    *("math", "torch", "divide", "power", "upstream", "gradients", "outputs", "inputs"),
    *("double", "float", "int", "if", "else", "for", "while", "do", "return", "const", "void"),
    *("static", "struct", "switch", "case", "default", "char", "long", "short", "auto", "main"),
    *("exp", "log", "sqrt", "sin", "cos", "tanh", "pow", "fabs", "erfc", "log1p", "choose"),
    *("register", "signed", "unsigned", "sizeof", "typedef", "union", "volatile", "extern"),
    *("enum", "goto", "inline", "restrict", "INFINITY", "NAN", "NULL"),
    *vars(ieee),
    *vars(bell_curve),
}
OWN: Final = re.compile(r"[tvcg]\d*|g_.*")  # what the code calls its own variables


def export(thing: Any, language: str = "python", name: str = "circuit") -> str:
    """The source code of a circuit (its output) or a network in "python", "c" or "torch".

    >>> x, y = Value(3.0, label="x"), Value(4.0, label="y")
    >>> print(export(x * y + x, name="f"))
    import math
    <BLANKLINE>
    <BLANKLINE>
    def f(x, y):
        v0 = (x * y)
        v1 = (v0 + x)
        return v1
    <BLANKLINE>
    <BLANKLINE>
    def f_gradients(x, y, upstream=(1.0,)):
        v0 = (x * y)
        v1 = (v0 + x)
        g_x = 0.0
        g_y = 0.0
        g_v0 = 0.0
        g_v1 = 0.0
        g_v1 += upstream[0]
        g_v0 += g_v1
        g_x += g_v1
        g_x += (y * g_v0)
        g_y += (x * g_v0)
        return (v1,), (g_x, g_y)
    <BLANKLINE>

    The arguments of a circuit's function are its leaves, in topological order, those of a network's
    the inputs; its parameters then stand in the code as numbers. `name(…)` gives the output, or a
    tuple of them. In Python `name_gradients(…, upstream=…)` gives outputs and gradients, both as
    tuples; in C `name(inputs, outputs)` and `name_gradients(inputs, upstream, outputs, gradients)`
    work on arrays of double. The function for PyTorch takes tensors of any one shape.
    """
    looks_at_numbers("mg.export")
    writers = {"python": _python, "c": _c, "torch": _torch}
    if not isinstance(language, str) or language not in writers:
        raise ValueError(f"export writes {', '.join(writers)}; got {language!r}")
    if (
        not isinstance(name, str)
        or not name.isidentifier()
        or not name.isascii()
        or name in RESERVED
        or OWN.fullmatch(name)
    ):
        raise ValueError(f"the name of the function must be a plain identifier, got {name!r}")
    return writers[language](_Program(thing, name))


class _Program:
    """A circuit with names: arguments, numbers that are fixed, gates, outputs."""

    def __init__(self, thing: Any, name: str) -> None:
        self.name = name
        self.outputs, arguments = _outputs_and_arguments(thing)
        self.circuit = _circuit_behind(self.outputs)
        self.gates = self.circuit.gates[: -1 if len(self.outputs) > 1 else None]
        leaves = self.circuit.leaves
        self.arguments = (
            [leaf for leaf in leaves if not leaf.is_constant] if arguments is None else arguments
        )
        self.names = _identifiers(self.arguments, taken={name, f"{name}_gradients"})
        self.fixed = [leaf for leaf in leaves if leaf not in self.names]
        self.names |= {wire: f"v{i}" for i, wire in enumerate(self.gates)}

    def symbols(self, named: dict[Value, str]) -> dict[Value, Formula]:
        """Every wire as a symbol; numbers that are fixed as numbers, unless they have names."""
        symbols = {wire: Formula.symbol(text) for wire, text in (self.names | named).items()}
        numbers = {wire: Formula("number", (wire.data,)) for wire in self.fixed}
        return numbers | symbols

    def forward(self, code: Code, symbols: dict[Value, Formula]) -> list[str]:
        """A line for every gate, inputs first; what the outputs are called."""
        for wire in self.gates:
            inputs = [symbols[source] for source in self.circuit.inputs(wire)]
            code.assign(self.names[wire], Formula("call", (self.circuit.gate(wire), *inputs)))
        return [code.expression(symbols[output]) for output in self.outputs]

    def backward(self, code: Code, symbols: dict[Value, Formula], end: str) -> None:
        """Lines that send contributions back, the last gate first."""
        received = {wire: f"g_{text}" for wire, text in self.names.items()}
        for text in received.values():
            code.lines.append(code.dialect.assignment.format(text, "0.0"))
        for i, output in enumerate(self.outputs):
            if output in received:
                code.lines.append(f"{received[output]} += upstream[{i}]{end}")
        for wire in reversed(self.gates):
            gate, inputs = self.circuit.gate(wire), self.circuit.inputs(wire)
            upstream = Formula.symbol(received[wire])
            operands = [symbols[source] for source in inputs]
            local_gradients = gate.local_formulas(*operands, out=symbols[wire])
            for source, local in zip(inputs, local_gradients):
                if source in received:
                    sent = code.expression(upstream if is_number(local, 1.0) else local * upstream)
                    code.lines.append(f"{received[source]} += {sent}{end}")


def _circuit_behind(outputs: list[Value]) -> Circuit:
    """One circuit; behind several outputs it ends with a Σ that joins them."""
    if len(outputs) == 1:
        return Circuit(outputs[0])
    with with_gates():
        return Circuit(Value.apply_gate(GATES["sum"], tuple(outputs)))


def _outputs_and_arguments(thing: Any) -> tuple[list[Value], list[Value] | None]:
    if isinstance(thing, Value):
        return [thing], None
    if hasattr(thing, "layers") and hasattr(thing, "forward"):
        first = thing.layers[0]
        arguments = [Value(0.0, label=first.neurons[0].names.x(k)) for k in range(first.nin)]
        return thing.forward(arguments), arguments
    raise TypeError(f"export takes a Value or an MLP, got {described(thing)}")


def _identifiers(wires: list[Value], taken: set[str]) -> dict[Value, str]:
    """A plain name for each argument, as close to its label as every language allows."""
    names: dict[Value, str] = {}
    used = set(taken)
    for i, wire in enumerate(wires):
        stem = re.sub(r"[^A-Za-z0-9]+", "_", str(wire.label or "")).strip("_")[:40] or f"x{i}"
        if not stem[0].isalpha() or OWN.fullmatch(stem) or stem in RESERVED:
            stem = f"x_{stem}"
        name, count = stem, 1
        while name in used:
            count += 1
            name = f"{stem}_{count}"
        used.add(name)
        names[wire] = name
    return names


def _python(program: _Program) -> str:
    name, arguments = program.name, [program.names[wire] for wire in program.arguments]
    code, symbols = Code(PYTHON), program.symbols({})
    results = program.forward(code, symbols)
    forward = [*code.lines, f"return {', '.join(results)}"]
    program.backward(code, symbols, end="")
    ones = _tuple(["1.0"] * len(results))
    sent = _tuple([f"g_{argument}" for argument in arguments])
    body = [
        f"def {name}({', '.join(arguments)}):",
        *_indented(forward),
        "",
        "",
        f"def {name}_gradients({', '.join([*arguments, f'upstream={ones}'])}):",
        *_indented([*code.lines, f"return {_tuple(results)}, {sent}"]),
    ]
    return python_prelude("\n".join(body)) + _text(body)


def _c(program: _Program) -> str:
    name, arguments = program.name, [program.names[wire] for wire in program.arguments]
    code, symbols = Code(C), program.symbols({})
    loads = [f"double {argument} = inputs[{i}];" for i, argument in enumerate(arguments)]
    results = program.forward(code, symbols)
    stores = [f"outputs[{i}] = {text};" for i, text in enumerate(results)]
    forward = [*loads, *code.lines, *stores]
    program.backward(code, symbols, end=";")
    sent = [f"gradients[{i}] = g_{argument};" for i, argument in enumerate(arguments)]
    return _text(
        [
            C_PRELUDE,
            f"void {name}(const double *inputs, double *outputs)",
            "{",
            *_indented(forward),
            "}",
            "",
            f"void {name}_gradients(const double *inputs, const double *upstream,",
            f"    {' ' * len(name)}                double *outputs, double *gradients)",
            "{",
            *_indented([*loads, *code.lines, *stores, *sent]),
            "}",
        ]
    )


def _torch(program: _Program) -> str:
    # numbers are tensors: torch.where and friends refuse plain ones
    named = {wire: f"c{i}" for i, wire in enumerate(program.fixed)}
    code = Code(TORCH)
    results = program.forward(code, program.symbols(named))
    constants = [
        f"{text} = torch.tensor({code.number(wire.data)}, dtype=torch.float64)"
        for wire, text in named.items()
    ]
    text = _text(
        [
            "import torch",
            "",
            *([*constants, ""] if constants else []),
            "",
            f"def {program.name}({', '.join(program.names[wire] for wire in program.arguments)}):",
            *_indented([*code.lines, f"return {', '.join(results)}"]),
        ]
    )
    return f"import math\n\n{text}" if "math." in text else text


def _tuple(texts: list[str]) -> str:
    return f"({texts[0]},)" if len(texts) == 1 else f"({', '.join(texts)})"


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _text(lines: list[str]) -> str:
    return "\n".join([*lines, ""])
