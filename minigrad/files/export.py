"""Circuits and networks as code without minigrad: Python, C, JavaScript, PyTorch, JAX, wasm.

>>> import minigrad as mg
>>> w, x = mg.Value(2.0, label="w"), mg.Value(-1.0, label="x")
>>> print(export((w * x).tanh() + 1.0, "python", name="f").split("def ")[-2].rstrip())
f(w, x):
    v0 = (w * x)
    v1 = tanh(v0)
    v2 = (v1 + 1.0)
    return v2

The code is printed from the same rules that the engine runs: a gate of your own is exported, too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final, Literal, overload

from ..engine import Value, looks_at_numbers
from ..native import require_numpy
from ..rules import described
from ..tape import without_collector
from ..text import Lines
from .c_dialect import REALS
from .c_source import c_source
from .identifiers import checked_name, plain_names
from .javascript_source import javascript_source, typescript_source
from .jax_source import jax_source
from .parameter_arrays import ParameterArray, parameter_arrays
from .program import Program, RowCircuit, circuit_behind, outputs_and_arguments
from .python_source import python_source
from .torch_source import TORCH_NAMES, torch_source
from .wasm_source import wasm_source

LANGUAGES: Final = ("python", "c", "javascript", "torch", "jax", "wasm")


@overload
def export(thing: Any, language: Literal["wasm"], name: str = "circuit") -> bytes: ...


@overload
def export(
    thing: Any,
    language: str = "python",
    name: str = "circuit",
    *,
    parameters: Any = None,
    careful: bool = False,
    declaration: bool = False,
    real: str = "double",
) -> str: ...


def export(
    thing: Any,
    language: str = "python",
    name: str = "circuit",
    *,
    parameters: Any = None,
    careful: bool = False,
    declaration: bool = False,
    real: str = "double",
) -> str | bytes:
    """The source code of a circuit, a network or a compiled function, in one of six languages.

    >>> x, y, w = Value(3.0, label="x"), Value(4.0, label="y"), Value(0.5, label="w")
    >>> [line.strip() for line in export(x * y + x).splitlines() if "=" in line][:2]
    ['v0 = (x * y)', 'v1 = (v0 + x)']

    A circuit is given by its output, or a list of outputs; the arguments of its function are its
    leaves, in topological order. Those of a network's and of a compiled function's (the circuit of
    its latest call) are the inputs; its parameters then stand in the code as numbers. `name(…)`
    gives the output, or a tuple of them. "python": `name_gradients(…, upstream=…)` gives outputs
    and gradients, both as tuples. "c": `name(inputs, outputs)` and `name_gradients(inputs,
    upstream, outputs, gradients)` work on arrays of double, or of float with `real="float"`; of
    several outputs `name_jacobian(inputs, outputs, jacobian)` gives a row for each.
    "javascript": an ES module in which `name_gradients(…, upstream)` gives `[outputs, gradients]`,
    arrays of numbers; `declaration=True`: its TypeScript declaration, the text of a .d.ts file.

    "wasm": the bytes of a WebAssembly module, not a text. `name()` and `name_gradients()` take
    nothing and work on the module's memory, in which numbers stand one behind the other: the
    arguments, the outputs, upstream (1 unless you write another), the gradients.

    "torch": a `torch.nn.Module` of that name, which PyTorch differentiates; its parameters, by name
    and in their shapes, have the numbers that they have now. Arguments have any axes of a batch in
    front; `Name(dtype=…)` is in float64 or another dtype. Without parameters it is a function.

    "jax": every argument has the rows of a batch as its first axis, and parameters stand in one
    array in front of them: `name(params, …)` gives an output for each row,
    `name_value_and_grad(params, …)` the mean and its gradient, in the dtype of `params`. That has
    minigrad's gradients, those of own gates with `check=False` too, where `jax.grad(name)` has what
    JAX says of the values alone.

    `parameters=` says for both in which order parameters stand: a list of Values, or with names a
    network or a dict of lists of Values such as `vars(model)`; then `params` may also be a dict of
    arrays, and the gradient is one. A layer is one matrix product.

    >>> import minigrad as mg
    >>> loss = mg.compile(lambda x, y: (w * x - y) ** 2)
    >>> loss(2.0, 3.0).data
    4.0
    >>> "def f_value" in export(loss, "jax", "f"), "(torch.nn.Module)" in export(loss, "torch")
    (True, True)

    A branch that is not taken, and whose slope there is infinite, makes a gradient nan in the code
    for both, as in both themselves. With `careful=True` it cannot hurt, as in minigrad.
    """
    looks_at_numbers("mg.export")
    _check(language, parameters is not None, careful, declaration, real)
    with without_collector():  # Python of 200,000 gates in half of the time
        if language in ("torch", "jax"):
            return Lines(_arrays(thing, language, name, parameters, careful))
        return _scalars(Program(thing, checked_name(name)), language, declaration, real)


def _check(
    language: str, has_parameters: bool, careful: bool, declaration: bool, real: str
) -> None:
    """What was asked for, or an error that says what a language has."""
    if not isinstance(language, str) or language not in LANGUAGES:
        raise ValueError(f"export writes {', '.join(LANGUAGES)}; got {language!r}")
    if real not in REALS:
        raise ValueError(f"real= is {' or '.join(map(repr, REALS))}; got {real!r}")
    _refuse(language, "parameters=", has_parameters, ("torch", "jax"))
    _refuse(language, "careful=", careful, ("torch", "jax"))
    _refuse(language, "declaration=", declaration, ("javascript",))
    _refuse(language, "real='float'", real == "float", ("c",))


def _scalars(program: Program, language: str, declaration: bool, real: str) -> str | bytes:
    """The code in a language that computes with one number at a time."""
    writers: dict[str, Callable[[Program], str | bytes]] = {
        "python": python_source,
        "c": partial(c_source, real=real),
        "javascript": typescript_source if declaration else javascript_source,
        "wasm": wasm_source,
    }
    code = writers[language](program)
    return Lines(code) if isinstance(code, str) else code


def _refuse(language: str, setting: str, is_given: bool, languages: Sequence[str]) -> None:
    """Raise a ValueError for a setting that only other languages have."""
    if is_given and language not in languages:
        having = " and ".join(map(repr, languages))
        raise ValueError(f"{setting} is for language={having}, not {language!r}")


def _arrays(thing: Any, language: str, name: str, parameters: Any, careful: bool) -> str:
    """The circuit as a function of many rows, as source in arrays."""
    require_numpy(f"finding the loops of a circuit again, for {language},")
    own = TORCH_NAMES if language == "torch" else (f"{name}_value_and_grad",)
    taken = {checked_name(name, own), *own}
    circuit = _rows(thing)
    shapes = list(circuit.arguments.values())
    names = plain_names(list(circuit.arguments), taken=taken)
    if not shapes:
        raise ValueError(
            f"the code for {language} needs a circuit with an input, got one of constants"
        )
    if parameters is None and language == "torch" and hasattr(thing, "named_parameters"):
        parameters = thing
    order: list[Value] = list(circuit.parameters)
    arrays: list[ParameterArray] = []
    if parameters is not None:
        if not order:
            raise ValueError(
                f"parameters= says in which order parameters stand, and {described(thing)} has "
                "none: leave it out, or export the compiled function that has them"
            )
        order, arrays = parameter_arrays(parameters, order, circuit.inputs)
    rows = RowCircuit(circuit.outputs, order, circuit.inputs, dict(zip(names, shapes)))
    write = torch_source if language == "torch" else jax_source
    return write(name, rows, arrays, careful)


def _rows(thing: Any) -> RowCircuit:
    """A circuit with its parameters, and what differs from row to row."""
    if hasattr(thing, "recorded_circuit"):
        return RowCircuit(*thing.recorded_circuit())
    outputs, inputs = outputs_and_arguments(thing)
    if inputs is not None:
        return RowCircuit(outputs, list(thing.parameters()), inputs, {"x": (len(inputs),)})
    leaves = [leaf for leaf in circuit_behind(outputs).leaves if not leaf.is_constant]
    names = plain_names([leaf.label for leaf in leaves], taken=set())
    return RowCircuit(outputs, [], leaves, dict.fromkeys(names, ()))
