"""Gates of your own: `@gate` puts a row into the table, after checking it.

>>> @gate(symbol="sq", local_gradient=lambda x, out: (2 * x,))
... def square(x):
...     return x * x
>>> from minigrad.engine import Value
>>> x = Value(3.0)
>>> y = square(x) + x.square()
>>> y.backward()
>>> y.data, x.grad
(18.0, 12.0)
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import product
from keyword import iskeyword
from math import isclose, isfinite
from typing import Any, Final, NoReturn

from ..engine import Value, install
from ..rules import (
    FUNCTIONS,
    GATES,
    SLOPES,
    AskedFormula,
    Formula,
    Gate,
    Rule,
    apply,
    as_number,
    described,
    function_of,
    function_of_formulas,
)
from .finite_differences import Evaluation, numeric_derivative
from .rounding_errors import BUILT_IN

# Where a new rule is compared with finite differences: both signs, small and large, nothing round.
SAMPLES: Final = (-2.37, -0.81, -0.13, 0.29, 0.73, 1.61, 3.19)
TOLERANCE: Final = 1e-5
# What rules call and assign to when they are Python: one that calls such a gate would be wrong.
GENERATED: Final = re.compile(r"divide|power|out|self|other|[dtx]\d+")


class GateError(ValueError):
    """A gate whose definition cannot be right: a wrong local gradient, a name that is taken."""


def gate(
    *without_settings: Any,
    symbol: str = "",
    local_gradient: Rule | None = None,
    name: str = "",
    sentence: str = "",
    definition: Rule | None = None,
    kinks: Rule | None = None,
    latex: str = "",
    check: bool = True,
    opaque: bool = False,
) -> Callable[[Rule], Callable[..., Any]]:
    """Define a gate: the function below is its forward rule; it then works like a built-in one.

    >>> import minigrad as mg
    >>> @mg.gate(symbol="swish", local_gradient=lambda x, out: (mg.sigmoid(x) * (1 + x - out),))
    ... def swish(x):
    ...     return x * mg.sigmoid(x)
    >>> round(swish(1.0), 4), mg.GATES["swish"].arity
    (0.7311, 1)

    Both rules are expressions over generic operands: arithmetic and minigrad's own functions
    (`mg.exp`, not `math.exp`; `mg.where`, not `if`), so that they also print, draw and compile.
    `local_gradient(*inputs, out)` gives a tuple, one item for each input. It is compared with
    finite differences at once; a wrong one is a `GateError` that shows both numbers. `kinks` lists
    quantities that change their sign where there is no derivative. Where the rule of the local
    gradient says 0 outright, or in a branch of `where`, the gate routes: it sends nothing where
    that is 0. Running the definition again replaces it; the built-in gates cannot be replaced.

    `check=False` lets a wrong gradient in, such as 1 for `mg.round`. `opaque=True`: the forward
    rule is ordinary Python on floats, `math.` or a table; so may be the local gradient. Such a gate
    draws, steps and replays in Python, and is nan where it raises a ValueError, LookupError or
    ArithmeticError; it has no machine code and no other language; ordinary Python is differentiated
    once.
    """
    if without_settings or not symbol or local_gradient is None:
        raise TypeError(
            "a gate needs a symbol and a local gradient: write @mg.gate(symbol=…, "
            "local_gradient=lambda x, out: (…,)) above its forward rule"
        )
    for setting, text in (("symbol", symbol), ("name", name)):
        if not isinstance(text, str):
            raise TypeError(f"the {setting} of a gate is text, got {described(text)}")

    shown = {"definition": definition, "kinks": kinks, "latex": latex, "opaque": opaque}

    def define(rule: Rule) -> Callable[..., Any]:
        _check_taken("local_gradient", rule, local_gradient)
        if kinks is not None:
            _check_taken("kinks", rule, kinks)
        new = _gate_of(rule, name or rule.__name__, symbol, local_gradient, sentence, shown)
        _check_name(new.name)
        _check_rules_run(new)
        if not opaque:
            _check_same_on_numbers(new)
        if check:
            _check_local_gradient(new)
        return _in_the_table(new, rule)

    return define


def _gate_of(
    rule: Rule,
    name: str,
    symbol: str,
    local_gradient: Rule,
    sentence: str,
    settings: dict[str, Any],
) -> Gate:
    rules: dict[str, Any] = {"rule": rule}
    if settings["opaque"]:
        rules = {"kernel": _on_floats(name, rule)}
        local_gradient = _slopes(name, rule, local_gradient)
    sentence = sentence or inspect.getdoc(rule) or f"{symbol} multiplies by its local gradient"
    rules |= {"routes": _routes(rule, local_gradient), **settings, **_shape(rule)}
    return Gate(name, symbol, local_gradient, sentence, **rules)


def _in_the_table(new: Gate, rule: Rule) -> Callable[..., Any]:
    """The function of a gate that is now in the table, and a method."""
    function = function_of(new)
    install(new, function)
    GATES[new.name], FUNCTIONS[new.name] = new, function
    function.__doc__ = f"{inspect.getdoc(rule) or ''}\n\n{function.__doc__}".strip()
    function.__module__ = rule.__module__
    return function


def _on_floats(name: str, rule: Rule) -> Callable[..., float]:
    """The forward rule of an opaque gate, which answers nan where Python raises."""

    def kernel(*numbers: float) -> float:
        try:
            number = rule(*numbers)
            if getattr(number, "shape", None) == ():
                number = number.item()  # SciPy's splines give arrays without a dimension
            return as_number(number)
        except (ArithmeticError, LookupError, ValueError):
            return math.nan
        except TypeError as error:
            raise TypeError(f"the rule of {name}: {error}") from error

    kernel.__name__ = name
    return kernel


def _slopes(name: str, rule: Rule, local_gradient: Rule) -> Rule:
    """The local gradients of an opaque gate: as they are, or each a function of floats as well."""
    inputs = list(inspect.signature(rule).parameters)
    if _shape(rule)["arity"] is None:
        raise GateError(f"an opaque gate has a fixed number of inputs: name those of {name}")
    symbols = [AskedFormula.symbol(x) for x in (*inputs, "out")]
    with suppress(Exception):  # a table may raise anything where it is given a symbol
        local_gradient(*symbols)
        return local_gradient

    def refuse(*_: Any) -> NoReturn:
        raise TypeError(
            f"the local gradient of {name} is ordinary Python, which cannot be differentiated "
            "again: write it with minigrad's functions (mg.exp, mg.where, …)"
        )

    latex_name = name.replace("_", r"\_")

    def slope(place: int) -> Gate:
        def of_floats(*numbers: float) -> float:
            parts = local_gradient(*numbers)
            if not isinstance(parts, tuple) or len(parts) != len(inputs):
                raise TypeError(
                    f"the local-gradient rule of {name} must give a tuple with one item for each "
                    f"of its {len(inputs)} inputs, got {described(parts)}"
                )
            return parts[place]  # type: ignore[no-any-return]

        shown = f"{name}′" if len(inputs) == 1 else f"∂{name}/∂{inputs[place]}"
        return Gate(
            f"{name}_slope_{place}",
            "∂",
            refuse,
            f"the local gradient of {name}",
            kernel=_on_floats(name, of_floats),
            opaque=True,
            arity=len(symbols),
            text_name=shown,
            latex=rf"\partial_{{{{{place + 1}}}}} \operatorname{{{{{latex_name}}}}}({{0}})",
        )

    gates = [slope(place) for place in range(len(inputs))]

    def slopes(*operands: Any) -> tuple[Any, ...]:
        return tuple(apply(gate, operands) for gate in gates)

    names = [inspect.Parameter(x, inspect.Parameter.POSITIONAL_ONLY) for x in (*inputs, "out")]
    slopes.__signature__ = inspect.Signature(names)  # type: ignore[attr-defined]
    return slopes


def _routes(rule: Rule, local_gradient: Rule) -> bool:
    """Whether a local gradient's rule says 0 outright, or in a branch of `where`.

    Where a rule does not run on symbols, `_check_rules_run` says so later.
    """
    count = _shape(rule)["arity"] or 2
    symbols = [Formula.symbol(f"x{i}") for i in range(count + 1)]
    try:
        waiting: list[Any] = list(local_gradient(*symbols))
    except Exception:
        return False
    while waiting:
        part = waiting.pop()
        if not isinstance(part, Formula):
            if part == 0.0:
                return True
        elif part.operation == "number":
            waiting.append(part.operands[0])
        elif part.operation == "where":
            waiting += part.operands[1:]
        elif part.operation == "call" and part.operands[0].rule is not None:
            called, *arguments = part.operands
            waiting.append(called.rule(*arguments))
    return False


def _shape(rule: Rule) -> dict[str, Any]:
    """How many inputs the forward rule takes, and the last ones' defaults."""
    parameters = list(inspect.signature(rule).parameters.values())
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        return {"arity": None}
    defaults = [p.default for p in parameters if p.default is not p.empty]
    if not parameters:
        raise GateError(f"a gate needs at least one input: {rule.__name__}() takes none")
    return {
        "arity": len(parameters),
        "defaults": tuple(map(float, defaults)),
        "example": tuple(0.5 + 1.5 * place for place in range(len(parameters))),
    }


def _check_name(name: str) -> None:
    if name in BUILT_IN or name in SLOPES:
        raise GateError(f"{name!r} is a gate of minigrad's own: give yours another name")
    if not name.isidentifier() or name.startswith("_") or iskeyword(name):
        raise GateError(
            f"{name!r} cannot be a method of Value: pass name=, letters and digits only, and no "
            "word of Python"
        )
    if GENERATED.fullmatch(name):
        raise GateError(
            f"{name!r} has a meaning of its own in the code that is made from rules: give the "
            "gate another name, with name="
        )
    if name not in GATES and hasattr(Value, name):
        raise GateError(f"Value has {name!r} already: give the gate another name, with name=")


def _check_taken(setting: str, rule: Rule, given: Rule) -> None:
    """The local gradients, and the kinks, are functions of the inputs and the output."""
    parameters = inspect.signature(rule).parameters.values()
    names = [f"{'*' * (x.kind is x.VAR_POSITIONAL)}{x.name}" for x in parameters]
    remedy = f"write {setting}=lambda {', '.join([*names, 'out'])}: (…,)"
    if not callable(given):
        raise TypeError(f"the {setting} of a gate is a function, got {described(given)}: {remedy}")
    try:
        taken = inspect.signature(given)
    except ValueError:  # of a function in C nobody knows
        return
    try:
        taken.bind(*names, "out")
    except TypeError:
        raise GateError(
            f"the {setting} of {rule.__name__} takes {taken}, and is given the inputs and the "
            f"output: {remedy}"
        ) from None


def _check_rules_run(new: Gate) -> None:
    """The rules must run on symbols, or the gate could not print, draw and compile."""
    symbols = [AskedFormula.symbol(name) for name in ("x", "y", "z")] * (1 + (new.arity or 2) // 3)
    inputs = symbols[: new.arity or 2]
    try:
        new.trace_formula(*inputs)
        new.formula(*inputs)
        new.local_formulas(*inputs, out=AskedFormula.symbol("out"))
        new.on_floats(len(inputs)), new.gradients_on_floats(len(inputs))
    except Exception as error:
        happened = str(error) if isinstance(error, TypeError) else repr(error)
        if isinstance(error, (RecursionError, SyntaxError)):
            happened = "too many operations inside one another; make several gates of it"
        if isinstance(error, AttributeError):
            happened = f"{error}; write gates as functions, mg.tanh(x)"
        if not new.opaque:
            happened += "; @mg.gate(…, opaque=True) takes ordinary Python, without machine code"
        raise GateError(f"a rule of {new.name} does not run: {happened}") from error


def _counts(new: Gate) -> range:
    """Of how many inputs the gate is tried."""
    if new.arity or new.rule is None:
        return range(new.arity or 0, (new.arity or 0) + 1)
    least = max(1, len(inspect.signature(new.rule).parameters) - 1)  # those before *inputs
    return range(least, least + 3)


def _samples(count: int) -> Iterator[list[float]]:
    """Where a gate of so many inputs is tried."""
    for point in product(SAMPLES[:: max(1, count - 1)], repeat=min(count, 3)):
        yield [point[i % len(point)] * (1 + i // len(point) / 8) for i in range(count)]


def _check_same_on_numbers(new: Gate) -> None:
    """The rules give on numbers what they say on symbols, or they look at what they are handed."""
    for count in _counts(new):
        names = [*(f"x{i}" for i in range(count)), "out"]
        *symbols, out = map(Formula.symbol, names)
        formulas = new.trace_formula(*symbols), *new.local_formulas(*symbols, out=out)
        said = function_of_formulas(new.name, names, *formulas, as_tuple=True)
        for inputs in _samples(count):
            try:
                output = new.trace(*inputs)
                given = (output, *new.local_gradient(*inputs, output))
            except Exception:  # as Python's 1 / 0, where floats of a circuit go on
                continue
            for ours, theirs in zip(given, said(*inputs, output)):
                is_known = isinstance(ours, (int, float)) and ours == ours
                if is_known and not isclose(ours, theirs, rel_tol=1e-6, abs_tol=1e-9):
                    raise GateError(
                        f"a rule of {new.name} gives {ours!r} on the numbers {inputs}, {theirs!r} "
                        "as a formula: it looks at what it is handed, or changes from call to "
                        "call; @mg.gate(…, opaque=True) takes ordinary Python"
                    )


def _check_local_gradient(new: Gate) -> None:
    """Compare the local gradients with finite differences where the gate is smooth and finite."""
    try:
        for count in _counts(new):
            _check_local_gradients(new, count)
    except GateError:
        raise
    except Exception as error:
        happened = str(error) if isinstance(error, TypeError) else repr(error)
        raise GateError(
            f"{new.name} could not be compared with finite differences: {happened}; where a rule "
            "has no value it raises a ValueError, and check=False leaves the comparison out"
        ) from error


def _check_local_gradients(new: Gate, count: int) -> None:
    compared = 0
    for inputs in _samples(count):
        gradients = new.local_gradients(*inputs)
        for place, analytic in enumerate(gradients):
            found = numeric_derivative(_along(new, inputs, place), inputs[place])
            numeric = found.derivative
            if not (found.is_smooth and isfinite(numeric) and isfinite(found.error)):
                continue
            compared += 1
            allowed = TOLERANCE * max(abs(analytic), abs(numeric)) + found.error
            if not abs(analytic - numeric) <= allowed:
                shown = ", ".join(map(repr, inputs))
                rule, truth = (f"{number:.6g}" for number in (analytic, numeric))
                if rule == truth:
                    rule, truth = repr(analytic), repr(numeric)
                raise GateError(
                    f"the local gradient of {new.name} is wrong at ({shown}), towards input "
                    f"{place + 1}: the rule gives {rule}, finite differences {truth}"
                )
    if not compared:
        raise GateError(
            f"{new.name} could not be checked: it is not finite and smooth around any of {SAMPLES}"
        )


def _along(new: Gate, inputs: list[float], place: int) -> Callable[[float], Evaluation]:
    def evaluate(number: float) -> Evaluation:
        moved = [*inputs[:place], number, *inputs[place + 1 :]]
        out = new.forward(*moved)
        sides = new.kinks(*moved, out) if new.kinks else ()
        if not isinstance(sides, tuple):
            raise TypeError(f"the kinks of {new.name} must give a tuple, got {described(sides)}")
        return Evaluation(out, piece=tuple(side > 0.0 for side in sides))

    return evaluate
