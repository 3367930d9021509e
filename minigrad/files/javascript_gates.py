"""The table of gates as one module of JavaScript, for pages that compute without Python.

>>> print(javascript_gates(["mul"]).partition("export const")[2])
 GATES = {
  mul: {
    name: "mul", symbol: "×", textName: "mul", arity: 2, routes: false,
    isDot: false, isProduct: true, chooses: false,
    constantInSymbol: false, defaults: [], inputNames: ["x", "y"], binding: 3,
    sentence: "× switches its inputs: each receives the upstream gradient times the other input",
    text: "{x}·{y}", localTexts: ["{y}", "{x}"],
    forward: ([x0, x1]) => { return (x0 * x1); },
    localGradients: ([x0, x1], out) => { return [x1, x0]; },
    isIdle: () => false,
  },
};
<BLANKLINE>
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from ..rules import GATES, Formula, Gate, as_formula, as_text, described, gate_named
from .dialects import Code
from .javascript_source import JAVASCRIPT, as_script, javascript_prelude

# of gates with any number of inputs: the function of all inputs, and that of the local gradients
MANY: Final = {
    "sum": ("total(xs)", "onesFor(xs)"),
    "mean": ("total(xs) / xs.length", "onesFor(xs).map((one) => one / xs.length)"),
    "prod": ("product(xs)", "productsOfOthers(xs)"),
    "dot": ("dotProduct(xs)", "otherFactors(xs)"),
    "maximum": ("Math.max(...xs)", "sharesOfLargest(xs, out)"),
    "minimum": ("Math.min(...xs)", "sharesOfSmallest(xs, out)"),
    "select": ("chosenOf(xs)", "choiceOf(xs)"),
    "logsumexp": ("logSumExp(xs)", "softmaxOf(xs)"),
}
# how tightly the infix signs bind, loosest first; everything else is written as a call
BINDING: Final = {"+": 2, "-": 2, "*": 3, "/": 3, "neg": 4, "**": 5}
HEADER: Final = """\
// The table of gates, written by minigrad.files.javascript_gates(). GATES[name] is a row:
//   name, symbol (in the circle), textName (in a formula), sentence (what it does to a gradient)
//   arity (null: any number of inputs), defaults (of the last ones), inputNames
//   routes: it sends nothing to an input whose local gradient is 0, whatever it receives
//   isDot: the inputs are the left factors and then the right ones
//   isProduct: of two inputs each receives the gradient times the other
//   chooses: the last input is the number of the one that comes out
//   constantInSymbol: with a constant as its last input it is drawn as x² and not xʸ
//   binding: how tightly its sign binds (2: + −, 3: · /, 4: −x, 5: power), null of a call
//   text, localTexts: as a reader writes them, with {x}, {y}, … and {out} for names; null of gates
//     with any number of inputs
//   forward(xs): the output for an array of numbers, NaN of select where its index is none of them
//   localGradients(xs, out): one for each input
//   isIdle(xs, out): it is saturated or closed, and passes hardly any gradient

"""
_AS_CONSTANTS: Final = replace(JAVASCRIPT, assignment="const {0} = {1};")


def javascript_gates(names: Iterable[str] | None = None) -> str:
    """The rows of these gates, by default of all, as an ES module that exports `GATES`.

    >>> "tanh: {" in javascript_gates(["tanh"]), "relu: {" in javascript_gates(["tanh"])
    (True, False)

    Gates of your own are rows like the others. One that is ordinary Python (`opaque=True`), or has
    any number of inputs and is no gate of minigrad's, is a ValueError when it is named, and left
    out when all are asked for.
    """
    if names is None:
        gates = [gate for gate in GATES.values() if not gate.opaque and _has_functions(gate)]
    else:
        gates = list(map(gate_named, _checked(names)))
    body = "".join(["export const GATES = {\n", *map(_row, gates), "};\n"])
    return HEADER + javascript_prelude(body) + body


def _checked(names: Iterable[str]) -> list[str]:
    if isinstance(names, Iterable) and not isinstance(names, str):
        names = list(names)
        wrong = [name for name in names if not isinstance(name, str)]
        if not wrong:
            return names
        names = wrong[0]
    raise TypeError(
        f"javascript_gates takes a list of names of gates, ['mul', 'tanh'], got {described(names)}"
    )


def _has_functions(gate: Gate) -> bool:
    return gate.arity is not None or gate.name in MANY


def _row(gate: Gate) -> str:
    forward, local_gradients = _functions(gate)
    names = [f"{{{name}}}" for name in gate.input_names]
    formula = None if gate.arity is None else gate.formula(*map(Formula.symbol, names))
    told = {
        "name": gate.name,
        "symbol": gate.symbol,
        "textName": gate.text_name,
        "arity": gate.arity,
        "routes": gate.routes,
        "isDot": gate.is_dot,
        "isProduct": gate.is_product,
        "chooses": gate.chooses,
        "constantInSymbol": gate.constant_in_symbol,
        "defaults": list(gate.defaults),
        "inputNames": list(gate.input_names),
        "binding": BINDING.get("" if formula is None else formula.operation),
        "sentence": gate.sentence,
        "text": None if formula is None else as_text(formula),
        "localTexts": None if formula is None else gate.local_gradient_texts(*names, out="{out}"),
    }
    shown = [f"{name}: {as_script(it, (', ', ': '))}," for name, it in told.items()]
    lines = [" ".join(shown[:5]), " ".join(shown[5:8])]
    lines += [" ".join(shown[8:12]), shown[12], " ".join(shown[13:])]
    lines += [f"forward: {forward},", f"localGradients: {local_gradients},"]
    lines += [f"isIdle: {_is_idle(gate)},"]
    return f"  {gate.name}: {{\n" + "".join(f"    {line}\n" for line in lines) + "  },\n"


def _functions(gate: Gate) -> tuple[str, str]:
    """The forward rule and the local gradients as functions of JavaScript."""
    if gate.arity is None:
        if gate.name not in MANY:
            raise ValueError(
                f"the gate {gate.name!r} takes any number of inputs, which JavaScript's table has "
                f"for {', '.join(MANY)} only: define it with a fixed number of inputs"
            )
        forward, gradients = MANY[gate.name]
        return f"(xs) => {forward}", f"(xs, out) => {gradients}"
    given, symbols = _inputs(gate)
    value = _body([Formula("call", (gate, *symbols))], brackets=False)
    slopes = _body(gate.local_formulas(*symbols, out=Formula.symbol("out")), brackets=True)
    return f"({given}) => {value}", f"({given}, out) => {slopes}"


def _is_idle(gate: Gate) -> str:
    if gate.idle is None or gate.arity is None:
        return "() => false"
    given, symbols = _inputs(gate)
    _, condition = gate.idle
    holds = as_formula(condition(*symbols, Formula.symbol("out")))
    return f"({given}, out) => {_body([holds], brackets=False)}"


def _inputs(gate: Gate) -> tuple[str, list[Formula]]:
    """The inputs of a function of JavaScript, taken out of their array, and as symbols."""
    names = [f"x{i}" for i in range(gate.arity or 0)]
    return f"[{', '.join(names)}]", [Formula.symbol(name) for name in names]


def _body(results: Sequence[Formula], brackets: bool) -> str:
    code = Code(_AS_CONSTANTS)
    texts = ", ".join([code.expression(result) for result in results])
    result = f"return [{texts}];" if brackets else f"return {texts};"
    return f"{{ {' '.join([*code.lines, result])} }}"
