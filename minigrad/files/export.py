"""Circuits and networks as source code without minigrad: Python, C, JavaScript, PyTorch, JAX.

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

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from ..engine import Circuit, Value, looks_at_numbers, with_gates
from ..rules import GATES, Formula, described, is_number
from .dialects import C_PRELUDE, PYTHON, TORCH, C, Code, python_prelude
from .identifiers import checked_name, plain_names
from .javascript_source import JAVASCRIPT, javascript_prelude, typescript_declaration
from .jax_source import RecordedCircuit, jax_source
from .parameter_arrays import ParameterArray, parameter_arrays


def export(
    thing: Any,
    language: str = "python",
    name: str = "circuit",
    *,
    parameters: Any = None,
    careful: bool = False,
    declaration: bool = False,
) -> str:
    """The source code of a circuit, a network or a compiled function, in one of five languages.

    >>> x, y = Value(3.0, label="x"), Value(4.0, label="y")
    >>> print(export(x * y + x, name="f").partition("def f_gradients")[0].rstrip())
    import math
    <BLANKLINE>
    <BLANKLINE>
    def f(x, y):
        v0 = (x * y)
        v1 = (v0 + x)
        return v1

    A circuit is given by its output, or a list of outputs; the arguments of its function are its
    leaves, in topological order. Those of a network's and of a compiled function's (the circuit of
    its latest call) are the inputs; its parameters then stand in the code as numbers. `name(…)`
    gives the output, or a tuple of them. "python": `name_gradients(…, upstream=…)` gives outputs
    and gradients, both as tuples. "c": `name(inputs, outputs)` and `name_gradients(inputs,
    upstream, outputs, gradients)` work on arrays of double. "javascript": an ES module in which
    `name_gradients(…, upstream)` gives `[outputs, gradients]`, arrays of numbers; with
    `declaration=True` its TypeScript declaration, the text of a .d.ts file. "torch": tensors of
    any one shape.

    "jax": every argument has the rows of a batch as its first axis, and parameters stand in one
    array in front of them: `name(params, …)` gives an output for each row,
    `name_value_and_grad(params, …)` the mean and its gradient, in the dtype of `params`, for
    `jax.jit`. `parameters=` says in which order: a list of Values, or a network or a dict of lists
    of Values such as `vars(model)`; with these `params` may also be a dict of arrays, and the
    gradient is one. A layer is one matrix product.

    >>> import minigrad as mg
    >>> w = mg.Value(0.5, label="w")
    >>> loss = mg.compile(lambda x, y: (w * x - y) ** 2)
    >>> loss(2.0, 3.0).data
    4.0
    >>> "def loss_value_and_grad(params, x, y):" in export(loss, "jax", name="loss")
    True

    A branch that is not taken, and whose slope there is infinite, makes a gradient nan in the code
    for JAX, as in JAX itself. With `careful=True` it cannot hurt, as in minigrad: the code notes
    for each wire whether it has received anything.
    """
    looks_at_numbers("mg.export")
    _check_settings(language, parameters is not None or careful, declaration)
    if language == "jax":
        return _jax(thing, checked_name(name), parameters, careful)
    program = _Program(thing, checked_name(name))
    return program.declaration if declaration else _WRITERS[language](program)


def _check_settings(language: Any, of_jax: bool, declaration: bool) -> None:
    """Raise a ValueError for a language that there is not, or a setting that it has not."""
    if not isinstance(language, str) or language not in {*_WRITERS, "jax"}:
        raise ValueError(f"export writes {', '.join(_WRITERS)}, jax; got {language!r}")
    if of_jax and language != "jax":
        raise ValueError(f"parameters= and careful= are for language='jax', not {language!r}")
    if declaration and language != "javascript":
        raise ValueError(f"declaration= is for language='javascript', not {language!r}")


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
        labels = [wire.label for wire in self.arguments]
        names = plain_names(labels, taken={name, f"{name}_gradients"})
        self.names = dict(zip(self.arguments, names))
        self.fixed = [leaf for leaf in leaves if leaf not in self.names]
        self.names |= {wire: f"v{i}" for i, wire in enumerate(self.gates)}
        self.noted: set[Value] = set()  # wires of which the code notes whether they receive

    @property
    def declaration(self) -> str:
        """What the module of JavaScript holds, for TypeScript."""
        arguments = [self.names[wire] for wire in self.arguments]
        return typescript_declaration(self.name, arguments, len(self.outputs))

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
        """Lines that send contributions back, the last gate first.

        `r_v1` is 0 where v1 receives nothing, behind a gate that routes: then it sends nothing.
        """
        received = {wire: f"g_{text}" for wire, text in self.names.items()}
        for wire, text in received.items():
            # −0.0 + c is c, also for c = −0.0; a leaf that may receive nothing has 0.0, as always
            zero = "0.0" if wire.is_leaf and self.circuit.routes else "-0.0"
            code.lines.append(code.dialect.assignment.format(text, zero))
        start = len(code.lines)
        for i, output in enumerate(self.outputs):
            if output in received:
                code.lines.append(f"{received[output]} += upstream[{i}]{end}")
        always = dict.fromkeys(self.outputs, True)  # of the wires that receive anything
        for wire in reversed(self.gates):
            if wire not in always:
                continue
            before, code.lines = code.lines, []
            for source, local in self._locals(wire, symbols):
                if source in received:
                    self._send(code, (wire, source), local, always, end)
            if code.lines and not always[wire]:
                code.lines = code.where_not_zero(f"r_{self.names[wire]}", code.lines)
            before += code.lines
            code.lines = before
        flags = [f"r_{self.names[wire]}" for wire in self.gates if wire in self.noted]
        code.lines[start:start] = [code.dialect.assignment.format(flag, "0.0") for flag in flags]

    def _locals(self, wire: Value, symbols: dict[Value, Formula]) -> list[tuple[Value, Formula]]:
        """The inputs of a gate that anything can be sent to, and the local gradients."""
        gate, inputs = self.circuit.gate(wire), self.circuit.inputs(wire)
        operands = [symbols[source] for source in inputs]
        branches = list(zip(inputs, gate.local_formulas(*operands, out=symbols[wire])))
        if not gate.routes:
            return branches
        branches = [(source, _decided(local)) for source, local in branches]
        return [branch for branch in branches if not is_number(branch[1], 0.0)]

    def _send(
        self,
        code: Code,
        branch: tuple[Value, Value],
        local: Formula,
        always: dict[Value, bool],
        end: str,
    ) -> None:
        """Lines for one branch, from a gate's output to one of its inputs."""
        wire, source = branch
        routes = self.circuit.gate(wire).routes and local.operation != "number"
        if routes:
            local = code.named(local)
        upstream = Formula.symbol(f"g_{self.names[wire]}")
        before, code.lines = code.lines, []
        sent = code.expression(upstream if is_number(local, 1.0) else local * upstream)
        code.lines.append(f"g_{self.names[source]} += {sent}{end}")
        if always[wire] and not routes:
            always[source] = True
        elif not always.setdefault(source, False) and not source.is_leaf:
            code.lines.append(f"r_{self.names[source]} = 1.0{end}")
            self.noted.add(source)
        if routes:
            code.lines = code.where_not_zero(str(local.operands[0]), code.lines)
        code.lines = before + code.lines


def _decided(local: Formula) -> Formula:
    """Whether a multiplexer chooses an input, if its index is a plain number."""
    if local.operation == "where" and local.operands[0].operation == "==":
        left, right = local.operands[0].operands
        if left.operation == right.operation == "number":
            chosen: Formula = local.operands[1 if left.operands == right.operands else 2]
            return chosen
    return local


def _circuit_behind(outputs: list[Value]) -> Circuit:
    """One circuit; behind several outputs it ends with a Σ that joins them."""
    if len(outputs) == 1:
        return Circuit(outputs[0])
    with with_gates():
        return Circuit(Value.apply_gate(GATES["sum"], tuple(outputs)))


def _outputs_and_arguments(thing: Any) -> tuple[list[Value], list[Value] | None]:
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


class _Rows(NamedTuple):
    """A circuit of which a function takes many rows: what `jax_source` prints."""

    outputs: Sequence[Value]
    parameters: Sequence[Value]
    inputs: Sequence[Value]
    arguments: Mapping[str, tuple[int, ...]]


def _jax(thing: Any, name: str, parameters: Any, careful: bool) -> str:
    """The circuit as a function of many rows, as JAX source."""
    circuit = _rows(thing)
    shapes = list(circuit.arguments.values())
    names = plain_names(list(circuit.arguments), taken={name, f"{name}_value_and_grad"})
    if not shapes:
        raise ValueError("the code for JAX needs a circuit with an input, got one of constants")
    order: list[Value] = list(circuit.parameters)
    arrays: list[ParameterArray] = []
    if parameters is not None:
        if not order:
            raise ValueError(
                f"parameters= says in which order parameters stand, and {described(thing)} has "
                "none: leave it out, or export the compiled function that has them"
            )
        order, arrays = parameter_arrays(parameters, order)
    rows = _Rows(circuit.outputs, order, circuit.inputs, dict(zip(names, shapes)))
    return jax_source(name, rows, arrays, careful)


def _rows(thing: Any) -> RecordedCircuit:
    """A circuit with its parameters, and what differs from row to row."""
    if hasattr(thing, "recorded_circuit"):
        recorded: RecordedCircuit = thing.recorded_circuit()
        return recorded
    outputs, inputs = _outputs_and_arguments(thing)
    if inputs is not None:
        return _Rows(outputs, list(thing.parameters()), inputs, {"x": (len(inputs),)})
    leaves = [leaf for leaf in _circuit_behind(outputs).leaves if not leaf.is_constant]
    names = plain_names([leaf.label for leaf in leaves], taken=set())
    return _Rows(outputs, [], leaves, dict.fromkeys(names, ()))


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


def _javascript(program: _Program) -> str:
    name, arguments = program.name, [program.names[wire] for wire in program.arguments]
    code, symbols = Code(JAVASCRIPT), program.symbols({})
    results = program.forward(code, symbols)
    array = f"[{', '.join(results)}]"
    forward = [*code.lines, f"return {results[0] if len(results) == 1 else array};"]
    program.backward(code, symbols, end=";")
    ones = f"upstream = [{', '.join(['1'] * len(results))}]"
    sent = ", ".join(f"g_{argument}" for argument in arguments)
    body = [
        f"export function {name}({', '.join(arguments)}) {{",
        *_indented(forward),
        "}",
        "",
        f"export function {name}_gradients({', '.join([*arguments, ones])}) {{",
        *_indented([*code.lines, f"return [{array}, [{sent}]];"]),
        "}",
    ]
    return javascript_prelude("\n".join(body)) + _text(body)


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


_WRITERS: Final[Mapping[str, Callable[[_Program], str]]] = {
    "python": _python,
    "c": _c,
    "javascript": _javascript,
    "torch": _torch,
}


def _tuple(texts: list[str]) -> str:
    return f"({texts[0]},)" if len(texts) == 1 else f"({', '.join(texts)})"


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _text(lines: list[str]) -> str:
    return "\n".join([*lines, ""])
