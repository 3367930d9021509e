"""Text to circuit: an expression that somebody typed, never run as Python.

>>> f = expression("sigmoid(w0*x0 + w1*x1 + w2)", w0=2, x0=-1, w1=-3, x1=-2, w2=-3)
>>> f.backward()
>>> f
Value(data=0.7310585786300049, grad=1.0, gate=sigmoid)

The text is read by `ast` and only what stands in this file is built from the tree: numbers, names,
operators, and the gates of the table, a user's own too.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from ..engine import Value, constant
from ..rules import GATES, Gate, described, nearest_name
from ..text import printable, unicode_name
from .errors import ALLOWED, ExpressionError, error_at, excerpt
from .functions import OTHER_NAMES, gate_called
from .parsing import Token, cleaned, normal_name, parts_of, result_and_formula, tokens_of

OPERATORS: Final[Mapping[type[ast.AST], str]] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "div",
    ast.Pow: "pow",
    ast.USub: "neg",
}
CONSTANTS: Final[Mapping[str, tuple[float, str]]] = {
    "pi": (math.pi, "π"),
    "π": (math.pi, "π"),
    "∞": (math.inf, "∞"),
    "inf": (math.inf, "∞"),
    "nan": (math.nan, "nan"),
}
Place = tuple[int, int]


class Name(NamedTuple):
    """A step that puts the wire of that name on the stack."""

    name: str
    place: Place


class Application(NamedTuple):
    """A step that takes the last `inputs` wires from the stack and puts the gate's output there."""

    gate: Gate
    inputs: int
    place: Place


Step = float | Name | Application  # a number puts a constant on the stack


class Part(NamedTuple):
    """One of several expressions, and the name of its result, if it has one."""

    text: str
    steps: list[Step]
    result: Name | None


def expression(text: str, values: Mapping[str, Any] | None = None, /, **named: Any) -> Value:
    """The circuit of an expression; each name is one wire, with the value that is given for it.

    >>> f = expression("x*y + max(z, w)", x=3, y=-4, z=2, w=-1)
    >>> f.data
    -10.0
    >>> w = Value(0.5, label="w")
    >>> (expression("tanh(w*x)", w=w, x=2).data == math.tanh(1.0)), w.label
    (True, 'w')
    >>> expression("y = w₀·x² − x^0.5", w0=2, x=4)
    Value(data=30.0, grad=?, label='y', gate=sub)
    >>> expression("x // 2", x=3)
    Traceback (most recent call last):
    ...
    minigrad.expressions.errors.ExpressionError: // is not allowed
      x // 2
        ^^
    write / for a quotient, floor_divide(x, y) for a whole one

    Numbers are constants; operators are + - * / ** (or ^) and a sign, also as minigrad prints them
    (· − x² √(x)); every gate of `mg.GATES` is a function of its name (max and min too); pi, inf and
    nan are known. Names that are shown alike, w0 and w_0 and w₀, are one. A name and = in front
    name the result. A Value among the values is used as the wire itself. An `ExpressionError` shows
    the place and says what is allowed.
    """
    if not isinstance(text, str):
        raise TypeError(f"an expression is text, got {type(text).__name__}: write it in quotes")
    if values is not None and not isinstance(values, Mapping):
        raise TypeError(
            f"values come as a dict or by name, {{'x': 2.0}} or x=2.0, got {described(values)}"
        )
    (output,) = _outputs([cleaned(text)], {**(values or {}), **named})
    return output


def expressions(text: str, values: Mapping[str, Any]) -> list[Value]:
    """The circuits of several expressions, with commas between; a name is one wire in all of them.

    >>> a, f = expressions("a = x*y, a + max(x, y)", {"x": 2, "y": 3})
    >>> a.data, f.inputs[0] is a
    (6.0, True)

    The name of a result may be used in the expressions that follow.
    """
    return _outputs(parts_of(text), values)


def _outputs(texts: Sequence[str], values: Mapping[str, Any]) -> list[Value]:
    spellings: dict[str, str] = {}
    parts = [part_of(text, spellings) for text in texts]
    wires = _wires(parts, values)
    outputs = []
    for text, steps, result in parts:
        output = _run(text, steps, wires)
        if result:
            if isinstance(steps[-1], Application):  # else it is a wire that has a name already
                output.label = result.name
            wires[result.name] = output
        outputs.append(output)
    return outputs


def names_in(text: str) -> list[str]:
    """The names that an expression wants values for, in the order of their first appearance.

    >>> names_in("w*x + w*y + pi")
    ['w', 'x', 'y']
    """
    names = _first_places(part_of(cleaned(text), {}).steps)
    return [name for name in names if name not in CONSTANTS]


def _first_places(steps: Iterable[Step]) -> dict[str, Place]:
    places: dict[str, Place] = {}
    for step in steps:
        if isinstance(step, Name):
            places.setdefault(step.name, step.place)
    return dict(sorted(places.items(), key=lambda item: item[1]))


# --- text to steps --------------------------------------------------------------------------------


def part_of(text: str, spellings: dict[str, str]) -> Part:
    """An expression as steps of a stack machine: a gate comes after its inputs.

    >>> part_of("y = w*x + w", {}).steps[-1].gate.name
    'add'

    Names that are shown alike are one: as it was first written, also in those of `spellings`.
    """
    result, tokens = result_and_formula(tokens_of(text))
    source = _Source(text, tokens)
    try:
        tree: ast.AST = ast.parse(source.python, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise error_at(text, 0, len(text), "this is not an expression", ALLOWED) from None
    steps: list[Step] = []
    waiting: list[ast.AST | Step] = [tree]
    while waiting:
        item = waiting.pop()
        if isinstance(item, ast.AST):
            waiting += reversed(_read(item, source))
        else:
            steps.append(item)

    def spelled(name: str, place: Place) -> Name:
        return Name(spellings.setdefault(unicode_name(name), name), place)

    steps = [spelled(*step) if isinstance(step, Name) else step for step in steps]
    return Part(text, steps, result and spelled(normal_name(result.text), result.place))


class _Source:
    """An expression as Python reads it, and from where in the text each part of it comes."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self.text = text
        self.starts: dict[int, int] = {}
        self.stops: dict[int, int] = {}
        self.python = ""
        for token in tokens:
            # all names look the same to Python: only their places count
            spelled = "n" * len(token.text) if token.kind == "name" else token.text
            self.starts[len(self.python)] = token.start
            self.python += spelled
            self.stops[len(self.python)] = token.stop
            self.python += " "

    def place(self, node: Any) -> Place:
        """Where in the text a node of Python's tree stands."""
        return self.starts[node.col_offset], self.stops[node.end_col_offset]

    def name(self, node: ast.Name) -> str:
        """The name that stands there."""
        start, stop = self.place(node)
        return self.text[start:stop]


def _read(node: ast.AST, source: _Source) -> list[ast.AST | Step]:
    """What a node of the tree is made of: a leaf, or the inputs of a gate and then the gate."""
    place = source.place(node)
    match node:
        case ast.Constant(value=int() | float() as number):
            return [float(number)]
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return [-float(number)]
        case ast.Name():
            return [Name(normal_name(source.name(node)), place)]
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return [operand]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return [operand, Application(GATES["neg"], 1, place)]
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in OPERATORS:
            return [left, right, Application(GATES[OPERATORS[type(operator)]], 2, place)]
        case ast.Call(func=ast.Name() as function, args=inputs, keywords=[]):
            gate = _gate_called(source.text, *source.place(function))
            return [*inputs, Application(gate, len(inputs), place)]
    raise error_at(source.text, *place, f"{type(node).__name__} is not allowed", ALLOWED)


def _gate_called(text: str, start: int, stop: int) -> Gate:
    name = normal_name(text[start:stop])
    if gate := gate_called(name):
        return gate
    functions = {
        gate.text_name if gate.text_name.isascii() else gate.name
        for gate in GATES.values()
        if gate.name not in OPERATORS.values()
    }
    hint = _did_you_mean(name, functions) or f"write {printable(name)}*(…) for a product; "
    if name.lower() in OTHER_NAMES:
        hint = f"write {OTHER_NAMES[name.lower()]}; "
    advice = f"{hint}the gates are {', '.join(sorted(functions))}"
    raise error_at(text, start, stop, f"there is no gate {printable(name)}", advice)


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    near = nearest_name(name[:40], known)
    return f"did you mean {near}? " if near else ""


# --- steps to wires -------------------------------------------------------------------------------


def _wires(parts: Sequence[Part], values: Mapping[str, Any]) -> dict[str, Value]:
    """A wire for every name; each name must have a value and each value a name."""
    places = _places(parts)
    given = _given(values, places)
    missing = [name for name in places if name not in given and name not in CONSTANTS]
    unused = [name for name in given if name not in places]
    if missing:
        raise _missing_values(*places[missing[0]], missing, unused)
    if unused:
        names = ", ".join(map(printable, places)) or "none"
        shown = ", ".join(map(printable, unused))
        raise ExpressionError(
            f"{_values_are(unused)} given that the expression does not use: {shown}\n"
            f"  {excerpt(', '.join(part.text for part in parts))}\n"
            f"{_did_you_mean(unused[0], places)}the names in it are: {names}"
        )
    wires = {}
    for name in places:
        if name not in given:
            number, label = CONSTANTS[name]
            wires[name] = constant(number, label=label)
        elif isinstance(given[name], Value):
            wires[name] = given[name]
        else:
            wires[name] = _leaf(name, given[name])
    return wires


def _places(parts: Sequence[Part]) -> dict[str, tuple[str, Place]]:
    """The names that are no result of an expression before, each where it first stands."""
    places: dict[str, tuple[str, Place]] = {}
    results: set[str] = set()
    for text, steps, result in parts:
        for name, place in _first_places(steps).items():
            if name not in results:
                places.setdefault(name, (text, place))
        if result and result.name in places:
            used_in, place = places[result.name]
            what = f"{printable(result.name)} is the name of the result"
            raise error_at(used_in, *place, what, "give one of the two another name")
        if result and result.name in results:
            what = f"{printable(result.name)} is the name of two results"
            raise error_at(text, *result.place, what, "give one of the two another name")
        results |= {result.name} if result else set()
    return places


def _given(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The values by the names of the expression, which may be spelled otherwise."""
    spellings = {unicode_name(name): name for name in names}
    given: dict[str, Any] = {}
    for typed, value in values.items():
        plain = normal_name(typed)
        name = spellings.get(unicode_name(plain), plain)
        if name in given:
            raise ExpressionError(
                f"{printable(name)} is given more than once, also as {printable(typed)}: "
                "leave one out"
            )
        given[name] = value
    return given


def _leaf(name: str, number: Any) -> Value:
    try:
        return Value(number, label=name)
    except (TypeError, OverflowError) as error:
        raise type(error)(f"the value of {printable(name)}: {error}") from None


def _values_are(names: Sequence[str]) -> str:
    return "a value is" if len(names) == 1 else "values are"


def _missing_values(
    text: str, place: Place, missing: Sequence[str], unused: Sequence[str]
) -> ExpressionError:
    advice = "give values: " + " ".join(f"{printable(name)}=…" for name in missing[:20])
    advice += " …" * (len(missing) > 20)
    if missing[0] in GATES:
        advice = f"{missing[0]} is a gate: write {missing[0]}(…), or {advice}"
    elif missing[0] == "e":
        advice += " (the base of the natural logarithm is exp(1))"
    if unused:
        advice += f"; not used: {', '.join(map(printable, unused))}"
    what = f"{_values_are(missing)} missing for "
    what += ", ".join(map(printable, missing[:20])) + ", …" * (len(missing) > 20)
    return error_at(text, *place, what, advice)


def _run(text: str, steps: Sequence[Step], wires: Mapping[str, Value]) -> Value:
    stack: list[Value] = []
    for step in steps:
        if isinstance(step, float):
            stack.append(constant(step))
        elif isinstance(step, Name):
            stack.append(wires[step.name])
        else:
            inputs = stack[len(stack) - step.inputs :]
            del stack[len(stack) - step.inputs :]
            stack.append(_applied(text, step, inputs))
    return stack[0]


def _applied(text: str, step: Application, inputs: list[Value]) -> Value:
    gate, missing = step.gate, (step.gate.arity or 0) - step.inputs
    if inputs and 0 < missing <= len(gate.defaults):
        inputs = [*inputs, *map(constant, gate.defaults[-missing:])]
    try:
        output: Value = Value.apply_gate(gate, tuple(inputs))
        return output
    except (TypeError, ValueError, LookupError, ArithmeticError) as error:
        raise error_at(text, *step.place, str(error), gate.sentence) from error
