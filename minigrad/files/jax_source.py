"""Circuits as JAX source, gradients included: the loops found again, in arrays and matrix products.

>>> import minigrad as mg
>>> w = mg.Value(0.5, label="w")
>>> loss = mg.compile(lambda x, y: (w * x - y) ** 2)
>>> loss(2.0, 3.0).data
4.0
>>> print(jax_source("loss", loss.recorded_circuit()).partition("def loss_value")[0].rstrip())
import jax.numpy as jnp
<BLANKLINE>
<BLANKLINE>
def loss(params, x, y):
    \"\"\"The function for each row of a batch: params (1,), x (rows,), y (rows,).\"\"\"
    params = jnp.asarray(params)
    rows, dtype = len(x), params.dtype
    x = jnp.asarray(x, dtype).reshape(rows, 1)
    y = jnp.asarray(y, dtype).reshape(rows, 1)
    a4 = params * x  # x0·x1: 1 number for each row
    a5 = a4 - y  # x0 − x1: 1 number for each row
    a6 = jnp.power(a5, 2.0)  # x0^x1: 1 number for each row
    return a6.reshape(rows)

The code is printed from the tape that minigrad itself runs, after `tape.groups` has found its loops
again; so gradients follow minigrad's rules at kinks, and JAX has nothing to differentiate.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Final

from ..tape import flatten_batch, flatten_rows, group
from .array_dialects import JAX_ARRAYS
from .array_lines import ArrayLines, joined_text
from .array_views import PLACES, shape_text, view, woven_columns
from .dialects import indented
from .parameter_arrays import ParameterArray
from .program import RowCircuit

# What the code stands on; each only where it is called.
PRELUDE: Final = {
    "places": PLACES.format("np.array(found, dtype=np.int32)"),
    "repeated": '''\
def repeated(array, counts):
    """The array with its last axes as long as these counts."""
    return jnp.broadcast_to(array, array.shape[: -len(counts)] + counts)
''',
    "padded": '''\
def padded(array, table, number):
    """What the array has at the places of a table; behind its end the number."""
    return jnp.take(array, table, axis=-1, mode="fill", fill_value=number)
''',
    "chosen": '''\
def chosen(choices, index):
    """The choice with that number, for each index; nan where there is none."""
    is_it = jnp.arange(choices.shape[-1]) == jnp.asarray(index)[..., None]
    return jnp.where(is_it.any(-1), jnp.where(is_it, choices, 0).sum(-1), jnp.nan)
''',
}


def jax_source(
    name: str,
    circuit: RowCircuit,
    by_name: Sequence[ParameterArray] = (),
    careful: bool = False,
) -> str:
    """A module with `name(params, …)` and, for one output, `name_value_and_grad(params, …)`."""
    writer = _Module(name, circuit, by_name, careful)
    functions = [writer.forward()]
    if len(circuit.outputs) == 1 and circuit.parameters:
        functions.append(writer.value_and_grad())
    if by_name:
        functions[:0] = [writer.flat(), writer.by_name()]
    text = "\n\n".join(functions)
    tables = "".join(f"{table} = {code}\n" for code, table in writer.tables.items())
    used = text + tables
    prelude = [code for word, code in PRELUDE.items() if f"{word}(" in used]
    imports = ["import jax\n" * ("jax." in used), "import jax.numpy as jnp\n"]
    imports.append("import numpy as np\n" * ("places(" in used))
    return "\n\n".join(filter(None, ["".join(imports), *prelude, tables, text]))


class _Module:
    """The functions of one circuit, and the tables of places that they share."""

    def __init__(
        self,
        name: str,
        circuit: RowCircuit,
        by_name: Sequence[ParameterArray],
        careful: bool,
    ) -> None:
        self.name, self.circuit, self.named, self.careful = name, circuit, by_name, careful
        self.tables: dict[str, str] = {}
        self.sizes = [prod(shape) for shape in circuit.arguments.values()]
        self.given = ["constants", "params", *circuit.arguments]

    def forward(self) -> str:
        """The function for each row."""
        circuit = self.circuit
        tape = flatten_rows(circuit.outputs, circuit.parameters, circuit.inputs)
        groups = group(tape, self.sizes, JAX_ARRAYS.reductions)
        code = ArrayLines(JAX_ARRAYS, groups, self.given, self.tables)
        results = []
        for slot in tape.outputs:
            (source,), places = groups.read([slot])
            text = code.read(int(source), places)
            has_rows = groups.arrays[source].has_rows
            results.append(
                f"{text}.reshape(rows)" if has_rows else f"jnp.broadcast_to({text}, (rows,))"
            )
        return self._function(
            self.name, "The function for each row of a batch", code.lines, ", ".join(results)
        )

    def value_and_grad(self) -> str:
        """The mean over the rows, and its gradient."""
        circuit = self.circuit
        tape = flatten_batch(circuit.outputs[0], circuit.parameters, circuit.inputs, self.careful)
        groups = group(tape, self.sizes, JAX_ARRAYS.reductions)
        code = ArrayLines(JAX_ARRAYS, groups, self.given, self.tables)
        (source,), places = groups.read(tape.outputs)
        lines = [f"mean = {code.read(int(source), places)}[0] / rows"]
        sources, places = groups.read(tape.gradients[0])
        made = [code.names[i] for i in dict.fromkeys(sources.tolist()) if groups.arrays[i].kernel]
        if len(made) > 1:  # measured on a GPU: half the time at 10,000 rows
            parts = ", ".join(made)
            lines.append("# or XLA sums over the rows once more for each number of the join")
            lines.append(f"{parts} = jax.lax.optimization_barrier(({parts}))")
        lines.append(f"gradient = {code.joined(sources, places)} / rows")
        result = "by_name(gradient) if named else gradient" if self.named else "gradient"
        return self._function(
            f"{self.name}_value_and_grad",
            "The mean over the rows, and its gradient towards params",
            [*code.lines, *lines],
            f"mean, {result}",
        )

    def flat(self) -> str:
        """The function that joins parameters."""
        import numpy

        sources = numpy.empty(len(self.circuit.parameters), dtype=numpy.int64)
        places = numpy.empty_like(sources)
        for i, array in enumerate(self.named):
            sources[array.places] = i
            places[array.places] = range(len(array.places))
        names = [f"params[{array.name!r}].reshape(-1)" for array in self.named]
        parts = [
            [
                view(names[source], len(self.named[source].places), table, table.shape) or ""
                for source, table in columns
            ]
            for columns in woven_columns(sources, places)
        ]
        shapes = [f"    {array.name!r}: {array.shape}" for array in self.named]
        return "\n".join(
            [
                "def flat(params):",
                '    """All parameters in one array, from a dict of arrays.',
                "",
                *shapes,
                '    """',
                f"    return {joined_text(JAX_ARRAYS, parts)}",
                "",
            ]
        )

    def by_name(self) -> str:
        """The function that parts them again."""
        size = len(self.circuit.parameters)
        entries = [
            f"        {array.name!r}: {view('array', size, array.places, array.shape)},"
            for array in self.named
        ]
        return "\n".join(
            [
                "def by_name(array):",
                '    """A dict of arrays, from one of all parameters, or of their gradients."""',
                "    return {",
                *entries,
                "    }",
                "",
            ]
        )

    def _function(self, name: str, summary: str, lines: Sequence[str], result: str) -> str:
        circuit = self.circuit
        has_parameters = bool(circuit.parameters)
        first, *_ = circuit.arguments
        arguments = ["params"] * has_parameters + list(circuit.arguments)
        shapes = [f"params ({len(circuit.parameters)},)"] * has_parameters
        shapes += [f"{a} {shape_text('rows', *shape)}" for a, shape in circuit.arguments.items()]
        dtype = "params.dtype" if has_parameters else f"jnp.result_type({first}, 0.0)"
        loads = [
            f"{argument} = jnp.asarray({argument}, dtype).reshape(rows, {size})"
            for argument, size in zip(circuit.arguments, self.sizes)
        ]
        named = [
            "named = isinstance(params, dict)",
            "params = jnp.asarray(flat(params) if named else params)",
        ]
        body = [
            f'"""{summary}: {", ".join(shapes)}."""',
            *(named if self.named else ["params = jnp.asarray(params)"] * has_parameters),
            f"rows, dtype = len({first}), {dtype}",
            *loads,
            *lines,
            f"return {result}",
        ]
        return "\n".join([f"def {name}({', '.join(arguments)}):", *indented(body), ""])
