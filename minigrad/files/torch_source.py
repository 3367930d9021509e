"""Circuits as PyTorch source, the loops found again: a torch.nn.Module, or a function of tensors.

>>> import minigrad as mg
>>> model = mg.nn.MLP(2, [3, 3], activation="tanh", seed=1)
>>> source = mg.export(model, "torch", name="Net")
>>> for line in source.partition("    def forward")[2].splitlines()[6:10]:
...     print(line.partition("  #")[0].strip())
a6 = torch.nn.functional.linear(x, self.layers[0].w, self.layers[0].b)
a7 = torch.tanh(a6)
a8 = torch.nn.functional.linear(a7, self.layers[1].w, self.layers[1].b)
return a8.reshape(*batch, 3)

PyTorch differentiates it. Where it does so otherwise than minigrad, the code has minigrad's rule.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import replace
from math import prod
from typing import Final

from ..tape import flatten_rows, group
from .array_dialects import TORCH_ARRAYS
from .array_lines import ArrayLines
from .array_views import PLACES, shape_text, woven_columns
from .dialects import indented
from .module_names import Place, containers, module_places
from .parameter_arrays import ParameterArray
from .program import RowCircuit
from .torch_gates import BASE, TorchGates, needing_care

WIDTH: Final = 96  # of lines of numbers
TORCH_NAMES: Final = ("self", "batch", "device", "ctx", "sent", "numbers", "Gate", "NUMBERS")

_OWN: Final = r"self(?:\.\w+|\[\d+\])+"  # the text of a parameter
LAYER: Final = re.compile(
    rf"\((?P<x>[^()]+) @ (?P<w>{_OWN})(?:\.T\)|(?P<flat>\.reshape\(-1\)\)\[\.\.\., None\]))"
    rf" \+ (?P<b>{_OWN})(?=  #)"
)

# What the code stands on; each only where it is called.
PRELUDE: Final = {
    "places": PLACES.format("torch.tensor(found)"),
    "repeated": '''\
def repeated(array, counts):
    """The array with its last axes as long as these counts."""
    return array.expand(*array.shape[: -len(counts)], *counts)
''',
    "padded": '''\
def padded(array, table, number):
    """What the array has at the places of a table; behind its end the number."""
    end = array.new_full((*array.shape[:-1], 1), number)
    return torch.cat([array, end], -1)[..., table]
''',
    "chosen": '''\
def chosen(choices, index):
    """The choice with that number, for each index; nan where there is none."""
    is_it = torch.arange(choices.shape[-1], device=choices.device) == index[..., None]
    value = torch.where(is_it, choices, 0.0).sum(-1)
    return torch.where(is_it.any(-1), value, math.nan)
''',
    "Gate": BASE,
    "numbers": '''\
def numbers(name, *shape):
    """The numbers of a parameter, as they stand below."""
    found = [float(number) for number in NUMBERS[name].split()]
    return torch.tensor(found, dtype=torch.float64).reshape(shape)
''',
}


def torch_source(
    name: str,
    circuit: RowCircuit,
    by_name: Sequence[ParameterArray] = (),
    careful: bool = False,
) -> str:
    """A module with `class name(torch.nn.Module)`; without parameters, `def name(…)`."""
    writer = _Module(name, circuit, by_name, careful)
    text = writer.module() if circuit.parameters else writer.function()
    used = "\n".join([*writer.classes, text])
    prelude = [code for word, code in PRELUDE.items() if f"{word}(" in used or f"({word})" in used]
    parts = [*prelude, *writer.classes, text]
    imports = "import math\n\n" * ("math." in "\n".join(parts)) + "import torch\n"
    return "\n\n".join([imports, *parts])


class _Module:
    """The one class, or the function, of a circuit."""

    def __init__(
        self,
        name: str,
        circuit: RowCircuit,
        by_name: Sequence[ParameterArray],
        careful: bool,
    ) -> None:
        self.name, self.circuit = name, circuit
        self.sizes = [prod(shape) for shape in circuit.arguments.values()]
        count = len(circuit.parameters)
        self.arrays = by_name or [ParameterArray("params", (count,), [*range(count)])] * (count > 0)
        self.places = module_places([array.name for array in self.arrays])
        self.tables: dict[str, str] = {}
        gates = TorchGates(needing_care(circuit.outputs) if careful else set())
        tape = flatten_rows(circuit.outputs, circuit.parameters, circuit.inputs, gates.kernel)
        self.classes, words = gates.classes(taken={name})
        dialect = replace(TORCH_ARRAYS, gates=replace(TORCH_ARRAYS.gates, words=words))
        given, parameters = self._given()
        self.groups = group(tape, self.sizes, dialect.reductions, parameters)
        own = "self." if circuit.parameters else ""
        names = [f"{own}constants", *given, *circuit.arguments]
        self.code = ArrayLines(dialect, self.groups, names, self.tables, own)

    def _given(self) -> tuple[list[str], list[list[int]]]:
        """The texts of all parameters, with one axis, and their places; single ones together."""
        single = [i for i, array in enumerate(self.arrays) if not array.shape]
        texts, places = [], []
        if not self.arrays:
            return ["params"], []
        if single:
            texts.append(f"torch.stack([{', '.join(self.places[i].text for i in single)}])")
            places.append([self.arrays[i].places[0] for i in single])
        for array, place in zip(self.arrays, self.places):
            if array.shape:
                texts.append(place.text + ".reshape(-1)" * (len(array.shape) > 1))
                places.append(array.places)
        return texts, places

    # --- the text ---

    def module(self) -> str:
        """The class of all outputs, and the numbers of its parameters."""
        result = self._together(self.groups.tape.outputs)
        first = self.places[0].text
        shapes = [f"{p.name} {a.shape}," for p, a in zip(self.places, self.arrays)]
        shapes[-1] = f"{shapes[-1][:-1]}."
        kept = {name: code for code, name in self.tables.items()}
        if self.code.reads_constants:
            kept["self.constants"] = f"torch.tensor({self.code.constants}, dtype=torch.float64)"
        lines = [
            f"class {self.name}(torch.nn.Module):",
            *indented([f'"""{self._summary()}', "", *_wrapped(["Parameters:", *shapes]), '"""']),
            "",
            "    def __init__(self, device=None, dtype=torch.float64):",
            "        super().__init__()",
            *indented(containers([place.name for place in self.places]), 2),
            *indented(map(_parameter, self.places, self.arrays), 2),
            *indented([_buffer(name, code) for name, code in kept.items()], 2),
            "        self.to(device=device, dtype=dtype)",
            "",
            f"    def forward(self, {', '.join(self.circuit.arguments)}):",
            f"        dtype, device = {first}.dtype, {first}.device",
            *indented([*self._loads(), *self._lines(self.code.code.lines), f"return {result}"], 2),
            *["", "", "NUMBERS = {"],
            *(line for array in map(self._numbers, self.places, self.arrays) for line in array),
            *["}", ""],
        ]
        return "\n".join(lines)

    def function(self) -> str:
        """The function of all outputs of a circuit without parameters."""
        first, *_ = self.circuit.arguments
        results = [self._together([slot]) for slot in self.groups.tape.outputs]
        lines = [
            f'"""{self._summary()}"""',
            f"{first} = torch.as_tensor({first})",
            f"dtype, device = torch.result_type({first}, 0.0), {first}.device",
            *self._loads(),
            *self._lines(self.code.lines),
            f"return {', '.join(results)}",
        ]
        tables = [f"{name} = {code}" for code, name in self.tables.items()]
        header = f"def {self.name}({', '.join(self.circuit.arguments)}):"
        return "\n".join([*tables, *["", ""] * bool(tables), header, *indented(lines), ""])

    def _summary(self) -> str:
        arguments = self.circuit.arguments.items()
        shapes = ", ".join(f"{name} {shape_text('…', *shape)}" for name, shape in arguments)
        return f"The circuit for each row of a batch: {shapes}."

    def _loads(self) -> list[str]:
        """Lines for the arguments: in one dtype, with an axis for the rows and one for the rest."""
        shapes = self.circuit.arguments
        first, *_ = shapes
        axes = len(shapes[first])
        return [
            *(f"{x} = torch.as_tensor({x}, dtype=dtype, device=device)" for x in shapes),
            f"batch = {first}.shape{f'[:-{axes}]' * (axes > 0)}",
            "rows = math.prod(batch)",
            *(f"{x} = {x}.reshape(rows, {size})" for x, size in zip(shapes, self.sizes)),
        ]

    def _lines(self, lines: Sequence[str]) -> list[str]:
        """The lines of all arrays; a parameter in the shape that it has is its attribute."""
        text = "\n".join(lines)
        for place, array in zip(self.places, self.arrays):
            own = f".reshape(-1).reshape({', '.join(map(str, array.shape))})"
            text = text.replace(f"{place.text}{own}", place.text)
        rows = {p.text for p, array in zip(self.places, self.arrays) if array.shape[:-1] == (1,)}
        return [_with_layers(line, rows) for line in text.splitlines()]

    def _together(self, slots: Sequence[int]) -> str:
        """The text of outputs: one as the batch is shaped, several with an axis of their own."""
        sources, places = self.groups.read(slots)
        parts = []
        for ((source, table),) in woven_columns(sources, places, widest=0):
            text = self.code.read(int(source), table)
            has_rows = self.groups.arrays[source].has_rows
            parts.append(text if has_rows else f"{text}.expand(rows, -1)")
        text = parts[0] if len(parts) == 1 else TORCH_ARRAYS.joined(parts, -1)
        return f"{text}.reshape({'batch' if len(slots) == 1 else f'*batch, {len(slots)}'})"

    def _numbers(self, place: Place, array: ParameterArray) -> list[str]:
        numbers = [repr(float(self.circuit.parameters[i].data)) for i in array.places]
        length = (1, *array.shape)[-1]
        rows = [numbers[at : at + length] for at in range(0, len(numbers), length)]
        return [f'    "{place.name}": """', *(x for row in rows for x in _wrapped(row)), '""",']


def _with_layers(line: str, rows: Container[str]) -> str:
    """The line with PyTorch's word for a layer, which takes a fifth less time than its parts.

    `rows` are the parameters that are matrices with one row.

    >>> _with_layers("a7 = (x @ self.w.T) + self.b  # dot: 3 numbers", [])
    'a7 = torch.nn.functional.linear(x, self.w, self.b)  # dot: 3 numbers'
    """
    found = LAYER.search(line)
    if found is None or (found["flat"] and found["w"] not in rows):
        return line
    layer = f"torch.nn.functional.linear({found['x']}, {found['w']}, {found['b']})"
    return line[: found.start()] + layer + line[found.end() :]


def _parameter(place: Place, array: ParameterArray) -> str:
    arguments = ", ".join([f'"{place.name}"', *map(str, array.shape)])
    return f"{place.text} = torch.nn.Parameter(numbers({arguments}))"


def _buffer(name: str, code: str) -> str:
    """A line that keeps what is no parameter where the module is, on a GPU too."""
    return f'self.register_buffer("{name.removeprefix("self.")}", {code}, persistent=False)'


def _wrapped(words: Sequence[str]) -> list[str]:
    """Words in lines, in linear time."""
    lines: list[list[str]] = [[]]
    length = 0
    for word in words:
        if lines[-1] and length + len(word) > WIDTH:
            lines.append([])
            length = 0
        lines[-1].append(word)
        length += len(word) + 1
    return [" ".join(line) for line in lines]
