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
import difflib
import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from ..engine import Value, constant
from ..rules import GATES, Gate, described
from ..text import printable
from .errors import ALLOWED, ExpressionError, error_at, excerpt
from .parsing import Token, cleaned, tokens_of

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


def expression(text: str, values: Mapping[str, Any] | None = None, /, **named: Any) -> Value:
    """The circuit of an expression; each name is one wire, with the value that is given for it.

    >>> f = expression("x*y + max(z, w)", x=3, y=-4, z=2, w=-1)
    >>> f.data
    -10.0
    >>> w = Value(0.5, label="w")
    >>> (expression("tanh(w*x)", w=w, x=2).data == math.tanh(1.0)), w.label
    (True, 'w')
    >>> expression("2^x", x=3)
    Traceback (most recent call last):
    ...
    minigrad.expressions.errors.ExpressionError: ^ is not allowed
      2^x
       ^
    write ** for a power

    Numbers are constants; operators are + - * / ** and a sign; every gate of `mg.GATES` is a
    function of its name (max and min too); pi is known. A Value among the values is used as the
    wire itself. An `ExpressionError` shows the place and says what is allowed.
    """
    if not isinstance(text, str):
        raise TypeError(f"an expression is text, got {type(text).__name__}: write it in quotes")
    if values is not None and not isinstance(values, Mapping):
        raise TypeError(
            f"values come as a dict or by name, {{'x': 2.0}} or x=2.0, got {described(values)}"
        )
    text = cleaned(text)
    steps = postfix(text)
    given = {normal_name(name): value for name, value in {**(values or {}), **named}.items()}
    return _run(text, steps, _wires(text, steps, given))


def normal_name(name: str) -> str:
    """The name as Python spells it: ŷ is one name, however it was typed."""
    if not isinstance(name, str):
        raise TypeError(f"values are given for names, such as 'x', got {described(name)}")
    return unicodedata.normalize("NFKC", name)


def names_in(text: str) -> list[str]:
    """The names that an expression wants values for, in the order of their first appearance.

    >>> names_in("w*x + w*y + pi")
    ['w', 'x', 'y']
    """
    return list(_first_places(postfix(text), CONSTANTS))


def _first_places(steps: Iterable[Step], known: Iterable[str] = ()) -> dict[str, Place]:
    places: dict[str, Place] = {}
    for step in steps:
        if isinstance(step, Name) and step.name not in known:
            places.setdefault(step.name, step.place)
    return dict(sorted(places.items(), key=lambda item: item[1]))


# --- text to steps --------------------------------------------------------------------------------


def postfix(text: str) -> list[Step]:
    """The expression as steps of a stack machine: a gate comes after its inputs."""
    text = cleaned(text)
    source = _python(tokens_of(text))
    try:
        tree: ast.AST = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        place = getattr(error, "offset", None) or 1
        raise error_at(text, place - 1, place, "this is not an expression", ALLOWED) from None
    steps: list[Step] = []
    waiting: list[ast.AST | Step] = [tree]
    while waiting:
        item = waiting.pop()
        if isinstance(item, ast.AST):
            waiting += reversed(_read(item, text, source))
        else:
            steps.append(item)
    return steps


def _python(tokens: Sequence[Token]) -> str:
    """The tokens at their places, spelled as Python spells them."""
    line = ""
    for token in tokens:
        line += " " * (token.start - len(line)) + token.text
    return line


def _read(node: ast.AST, text: str, source: str) -> list[ast.AST | Step]:
    """What a node of the tree is made of: a leaf, or the inputs of a gate and then the gate."""
    place = _place(node, source)
    match node:
        case ast.Constant(value=int() | float() as number):
            return [float(number)]
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return [-float(number)]
        case ast.Name(id=name):
            return [Name(name, place)]
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return [operand]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return [operand, Application(GATES["neg"], 1, place)]
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in OPERATORS:
            return [left, right, Application(GATES[OPERATORS[type(operator)]], 2, place)]
        case ast.Call(func=ast.Name() as function, args=inputs, keywords=[]):
            gate = _gate_called(text, *_place(function, source))
            return [*inputs, Application(gate, len(inputs), place)]
    raise error_at(text, *place, f"{type(node).__name__} is not allowed", ALLOWED)


def _place(node: Any, source: str) -> Place:
    line = source.encode()
    start, stop = node.col_offset, node.end_col_offset
    return len(line[:start].decode()), len(line[:stop].decode())


def _gate_called(text: str, start: int, stop: int) -> Gate:
    name = normal_name(text[start:stop])
    if name in GATES:
        return GATES[name]
    by_text = {gate.text_name: gate for gate in reversed(GATES.values())}
    if name in by_text:
        return by_text[name]
    functions = {
        gate.text_name if gate.text_name.isascii() else gate.name
        for gate in GATES.values()
        if gate.name not in OPERATORS.values()
    }
    hint = _did_you_mean(name, functions) or f"write {printable(name)}*(…) for a product; "
    advice = f"{hint}the gates are {', '.join(sorted(functions))}"
    raise error_at(text, start, stop, f"there is no gate {printable(name)}", advice)


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name[:40], list(known), 1)
    return f"did you mean {near[0]}? " if near else ""


# --- steps to wires -------------------------------------------------------------------------------


def _wires(text: str, steps: Sequence[Step], given: Mapping[str, Any]) -> dict[str, Value]:
    """A wire for every name; each name must have a value and each value a name."""
    places = _first_places(steps)
    missing = [name for name in places if name not in given and name not in CONSTANTS]
    unused = [name for name in given if name not in places]
    if missing:
        raise _missing_values(text, places[missing[0]], missing, unused)
    if unused:
        names = ", ".join(map(printable, places)) or "none"
        shown = ", ".join(map(printable, unused))
        raise ExpressionError(
            f"{_values_are(unused)} given that the expression does not use: {shown}\n"
            f"  {excerpt(text)}\n"
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
