"""The table of gates: everything that is specific to one operation stands in one row.

To add a gate, add a row; nothing else changes. A rule is an expression over whatever it is handed
(floats, `Value`s, symbols, native values): arithmetic, `where`, `equal`, and the rows above it.

>>> GATES["tanh"].forward(0.5), GATES["tanh"].local_gradients(0.5)
(0.46211715726000974, (0.7864477329659274,))
>>> GATES["tanh"].local_gradient_texts()
['1 − out²']

Sources: the rules at kinks (relu'(0) = 0, ties of max share equally, sqrt'(0) = inf) are PyTorch's
(`derivatives.yaml`); the others are textbook derivatives, written over the inputs and the output as
in DiffRules.jl.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from itertools import chain
from operator import add as plus
from typing import Any

from . import bell_curve, ieee
from .formula import Formula
from .gate import Gate, apply, function_of
from .number import described
from .operand import Operand

GATES: dict[str, Gate] = {}

GateFunction = Callable[..., Any]

FUNCTIONS: dict[str, GateFunction] = {}


def row(name: str, symbol: str, sentence: str, **rules: Any) -> GateFunction:
    """Put a gate into the table and return the function that applies it to operands of any kind."""
    GATES[name] = gate = Gate(name, symbol, sentence=sentence, **rules)
    FUNCTIONS[name] = function = function_of(gate)
    function.__module__ = "minigrad"  # where a pickle finds it again
    return function


def gate_named(name: str) -> Gate:
    """The row of that name; an unknown one is an error that names its neighbour.

    >>> gate_named("tahn")
    Traceback (most recent call last):
    ...
    KeyError: "there is no gate 'tahn' in the table; did you mean 'tanh'? @mg.gate defines your own"
    """
    if name in GATES:
        return GATES[name]
    near = difflib.get_close_matches(name, GATES, 1)
    hint = f"; did you mean {near[0]!r}?" if near else "."
    raise KeyError(f"there is no gate {name!r} in the table{hint} @mg.gate defines your own")


def where(condition: Any, if_true: Any, if_false: Any) -> Any:
    """`if_true` where the condition holds, else `if_false`: the `if` of rules, for any operand.

    >>> where(2.0 > 1.0, "yes", "no")
    'yes'
    """
    if isinstance(condition, Operand):
        return condition.choose(if_true, if_false)
    return if_true if condition else if_false


def equal(x: Any, y: Any) -> Any:
    """The condition x = y on numbers, for any operand (`==` on a `Value` is identity)."""
    if isinstance(x, Operand):
        return x.equals(y)
    return y.equals(x) if isinstance(y, Operand) else x == y


# --- arithmetic -----------------------------------------------------------------------------------

add = row(
    "add",
    "+",
    "+ distributes: both inputs receive the upstream gradient as it is",
    arity=2,
    dunder="add",
    rule=lambda x, y: x + y,
    local_gradient=lambda x, y, out: (1.0, 1.0),
)
sub = row(
    "sub",
    "−",
    "− distributes, with the sign turned for what is taken away",
    arity=2,
    dunder="sub",
    rule=lambda x, y: x - y,
    local_gradient=lambda x, y, out: (1.0, -1.0),
)
mul = row(
    "mul",
    "×",
    "× switches its inputs: each receives the upstream gradient times the other input",
    arity=2,
    dunder="mul",
    rule=lambda x, y: x * y,
    local_gradient=lambda x, y, out: (y, x),
)
div = row(
    "div",
    "÷",
    "÷ sends 1/divisor to the dividend, and to the divisor minus the quotient over it",
    arity=2,
    dunder="truediv",
    rule=lambda x, y: x / y,
    local_gradient=lambda x, y, out: (1.0 / y, -out / y),
    kinks=lambda x, y, out: (y,),
)


def _power_gradients(x: Any, y: Any, out: Any) -> tuple[Any, Any]:
    lower = y - 1.0
    to_base = y * x**lower
    # where y − 1 is rounded, the power multiplies its error by log x; out has none, in its range
    quotient = where(out < 1e290, where(x > 1e-290, y * out / x, to_base), to_base)
    quotient = where(out > 1e-290, quotient, to_base)
    to_base = where(equal(lower + 1.0, y), to_base, quotient)
    to_exponent = out * log(x)
    at_zero = where(y >= 0.0, 0.0, to_exponent)
    return where(equal(y, 0.0), 0.0, to_base), where(equal(x, 0.0), at_zero, to_exponent)


pow = row(
    "pow",
    "xʸ",
    "the power sends y·x^(y − 1) to its base, and out·log x to its exponent",
    arity=2,
    dunder="pow",
    rule=lambda x, y: x**y,
    local_gradient=_power_gradients,
    textbook_gradient=lambda x, y, out: (y * x ** (y - 1.0), out * log(x)),
    kinks=lambda x, y, out: (1.0 if y >= 0.0 and y % 1.0 == 0.0 else x,),  # x² is smooth at 0
)
neg = row(
    "neg",
    "neg",
    "neg turns the sign of the gradient",
    dunder="neg",
    rule=lambda x: -x,
    local_gradient=lambda x, out: (-1.0,),
)
sum = row(
    "sum",
    "Σ",
    "Σ distributes: every input receives the upstream gradient as it is",
    arity=None,
    latex=r"\sum({0})",
    rule=lambda *inputs: reduce(plus, inputs),  # not Python's sum: from 3.12 on it rounds otherwise
    fold=plus,
    local_gradient=lambda *inputs_and_out: (1.0,) * (len(inputs_and_out) - 1),
)


# --- choosing: a gradient goes where the value came from ------------------------------------------


def _shares(attained: list[Any]) -> tuple[Any, ...]:
    count = reduce(plus, attained)
    return tuple(one / count for one in attained)


def _shown_shares(inputs_and_out: tuple[Any, ...], wins: Callable[[Any, Any], Any]) -> Any:
    """The shares as a reader is shown them; of two inputs, with what happens when they tie."""
    *inputs, out = inputs_and_out
    if len(inputs) == 2:
        pairs = (inputs, inputs[::-1])
        return tuple(where(wins(x, y), 1.0, where(equal(x, y), 0.5, 0.0)) for x, y in pairs)
    share = 1.0 / Formula.symbol("ties", r"\mathit{ties}") if len(inputs) > 1 else 1.0
    return tuple(where(equal(x, out), share, 0.0) for x in inputs)


def _larger(x: Any, y: Any) -> Any:
    """`ieee.maximum` of two: nan + anything is nan, and of two zeros the sum is the larger."""
    return where(y > x, y, where(y <= x, where(equal(y, 0.0), x + y, x), x + y))


maximum = row(
    "maximum",
    "max",
    "max routes: the largest input receives all of the gradient; ties share it",
    arity=None,
    latex=r"\max({0})",
    text_name="max",
    kernel=ieee.maximum,
    torch="torch.stack([{all}]).amax(0)",
    fold=_larger,
    local_gradient=lambda *xs: _shares([where(x < xs[-1], 0.0, 1.0) for x in xs[:-1]]),
    textbook_gradient=lambda *xs: _shown_shares(xs, lambda x, y: x > y),
    kinks=lambda *xs: tuple(where(x < xs[-1], -1.0, 1.0) for x in xs[:-1]),
)
minimum = row(
    "minimum",
    "min",
    "min routes: the smallest input receives all of the gradient; ties share it",
    arity=None,
    latex=r"\min({0})",
    text_name="min",
    kernel=ieee.minimum,
    torch="torch.stack([{all}]).amin(0)",
    fold=lambda x, y: -_larger(-x, -y),
    local_gradient=lambda *xs: _shares([where(x > xs[-1], 0.0, 1.0) for x in xs[:-1]]),
    textbook_gradient=lambda *xs: _shown_shares(xs, lambda x, y: x < y),
    kinks=lambda *xs: tuple(where(x > xs[-1], -1.0, 1.0) for x in xs[:-1]),
)


less = row(
    "less",
    "<?",
    "x < y is 1 or 0: it stops the gradient",
    arity=2,
    rule=lambda x, y: where(x < y, 1.0, 0.0),
    local_gradient=lambda x, y, out: (0.0, 0.0),
    kinks=lambda x, y, out: (x - y,),
)
less_equal = row(
    "less_equal",
    "≤?",
    "x ≤ y is 1 or 0: it stops the gradient",
    arity=2,
    rule=lambda x, y: where(x <= y, 1.0, 0.0),
    local_gradient=lambda x, y, out: (0.0, 0.0),
    kinks=lambda x, y, out: (x - y,),
)
is_equal = row(
    "is_equal",
    "=?",
    "x = y is 1 or 0: it stops the gradient",
    arity=2,
    rule=lambda x, y: where(equal(x, y), 1.0, 0.0),
    local_gradient=lambda x, y, out: (0.0, 0.0),
    kinks=lambda x, y, out: (x - y,),
)


def _selected(*choices_and_index: Any) -> tuple[Any, ...]:
    *choices, index, _ = choices_and_index
    hits = (where(equal(index, float(i)), 1.0, 0.0) for i in range(len(choices)))
    return (*hits, 0.0)


multiplexer = row(
    "select",
    "mux",
    "the multiplexer routes: the chosen input receives all of the gradient",
    arity=None,
    example=(),
    kernel=ieee.select,
    c="choose({count}, (const double[]){{{choices}}}, {index})",
    torch="torch.stack([{choices}])[int({index})]",
    local_gradient=_selected,
)
multiplexer.__module__, multiplexer.__qualname__ = __name__, "multiplexer"  # mg.select is below


def select(table: Sequence[Any], index: Any) -> Any:
    """The item of `table` at `index`, as a gate: a multiplexer with the index as its last input.

    >>> import minigrad as mg
    >>> embedding = [mg.Value(0.5), mg.Value(-1.5), mg.Value(2.0)]
    >>> mg.select(embedding, 1)
    Value(data=-1.5, grad=?, gate=select)

    An index that is not a whole number from 0 to len(table) - 1 is an IndexError.
    """
    try:
        items = iter(table)
    except TypeError:
        raise TypeError(
            f"select takes a list of Values and numbers and then an index, got {described(table)}"
        ) from None
    return apply(GATES["select"], (*items, index))


def lookup(matrix: Sequence[Sequence[Any]], index: Any) -> list[Any]:
    """The row of `matrix` at `index`, each item by a multiplexer: an embedding.

    >>> import minigrad as mg
    >>> embedding = [[mg.Value(0.5), mg.Value(1.0)], [mg.Value(-1.5), mg.Value(2.0)]]
    >>> [item.data for item in mg.lookup(embedding, 1)]
    [-1.5, 2.0]
    """
    try:
        rows = [list(items) for items in matrix]
    except TypeError:
        raise TypeError(
            f"lookup takes a list of rows, each a list, and an index, got {described(matrix)}"
        ) from None
    lengths = {len(items) for items in rows}
    if len(lengths) != 1:
        raise ValueError(
            f"lookup needs a matrix with rows of one length, got {sorted(lengths) or 'no rows'}"
        )
    return [select(column, index) for column in zip(*rows)]


absolute = row(
    "abs",
    "|x|",
    "|x| passes the gradient on, with the sign of x",
    dunder="abs",
    latex=r"\left|{0}\right|",
    kernel=ieee.absolute,
    c="fabs({0})",
    torch="torch.abs({0})",
    local_gradient=lambda x, out: (where(x > 0.0, 1.0, where(x < 0.0, -1.0, x - x)),),  # nan stays
    textbook_gradient=lambda x, out: (where(x > 0.0, 1.0, where(x < 0.0, -1.0, 0.0)),),
    kinks=lambda x, out: (x,),
)


# --- functions of one number ----------------------------------------------------------------------

exp = row(
    "exp",
    "exp",
    "exp multiplies the gradient by its own output",
    kernel=ieee.exp,
    c="exp({0})",
    torch="torch.exp({0})",
    latex=r"e^{{{0}}}",
    local_gradient=lambda x, out: (out,),
)
log: GateFunction = row(
    "log",
    "log",
    "log divides the gradient by its input",
    kernel=ieee.log,
    c="log({0})",
    torch="torch.log({0})",
    latex=r"\log({0})",
    local_gradient=lambda x, out: (1.0 / x,),
    kinks=lambda x, out: (x,),
)
log1p = row(
    "log1p",
    "log1p",
    "log(1 + x) divides the gradient by 1 + x",
    kernel=ieee.log1p,
    c="log1p({0})",
    torch="torch.log1p({0})",
    latex=r"\log(1 + {0})",
    local_gradient=lambda x, out: (1.0 / (1.0 + x),),
    kinks=lambda x, out: (1.0 + x,),
)
sqrt = row(
    "sqrt",
    "√",
    "√ divides the gradient by twice its own output",
    kernel=ieee.sqrt,
    c="sqrt({0})",
    torch="torch.sqrt({0})",
    latex=r"\sqrt{{{0}}}",
    text_name="√",
    local_gradient=lambda x, out: (0.5 / out,),
    kinks=lambda x, out: (x,),
)
sin: GateFunction = row(
    "sin",
    "sin",
    "sin multiplies the gradient by the cosine of its input",
    kernel=ieee.sin,
    c="sin({0})",
    torch="torch.sin({0})",
    latex=r"\sin({0})",
    local_gradient=lambda x, out: (cos(x),),
)
cos: GateFunction = row(
    "cos",
    "cos",
    "cos multiplies the gradient by minus the sine of its input",
    kernel=ieee.cos,
    c="cos({0})",
    torch="torch.cos({0})",
    latex=r"\cos({0})",
    local_gradient=lambda x, out: (-sin(x),),
)
normal_density = row(
    "normal_density",
    "φ",
    "φ(x) multiplies the gradient by −x times its own output",
    kernel=bell_curve.normal_density,
    c="0.3989422804014327 * exp(-0.5 * {0} * {0})",
    torch="0.3989422804014327 * torch.exp(-0.5 * {0} * {0})",
    latex=r"\varphi({0})",
    text_name="φ",
    local_gradient=lambda x, out: (-x * out,),
)
normal_cdf = row(
    "normal_cdf",
    "Φ",
    "Φ(x) multiplies the gradient by the density of the bell curve at x",
    kernel=bell_curve.normal_cdf,
    c="0.5 * erfc(-0.7071067811865476 * {0})",
    torch="torch.special.ndtr({0})",
    latex=r"\Phi({0})",
    text_name="Φ",
    local_gradient=lambda x, out: (normal_density(x),),
)


# --- activations ----------------------------------------------------------------------------------


def _sigmoid(x: Any) -> Any:
    decay = exp(-absolute(x))  # never overflows, unlike exp(-x)
    return where(x >= 0.0, 1.0, decay) / (1.0 + decay)


tanh = row(
    "tanh",
    "tanh",
    "tanh multiplies the gradient by 1 − out², which vanishes as it saturates",
    kernel=ieee.tanh,
    c="tanh({0})",
    torch="torch.tanh({0})",
    latex=r"\tanh({0})",
    local_gradient=lambda x, out: (1.0 - out * out,),
    idle=("saturated", lambda x, out: 1.0 - out * out < 0.04),
)
sigmoid = row(
    "sigmoid",
    "σ",
    "σ multiplies the gradient by out·(1 − out), at most a quarter",
    rule=_sigmoid,
    torch="torch.sigmoid({0})",
    latex=r"\sigma({0})",
    text_name="σ",
    local_gradient=lambda x, out: (out * (1.0 - out),),
    definition=lambda x: 1.0 / (1.0 + exp(-x)),
    idle=("saturated", lambda x, out: out * (1.0 - out) < 0.01),  # of a quarter: 4 %, as in tanh
)
relu = row(
    "relu",
    "relu",
    "relu lets the gradient through where its input is positive, and stops it elsewhere",
    rule=lambda x: where(x <= 0.0, 0.0, x),
    torch="torch.relu({0})",
    local_gradient=lambda x, out: (where(x <= 0.0, 0.0, 1.0),),
    definition=lambda x: maximum(0.0, x),
    kinks=lambda x, out: (x,),
    idle=("dead", lambda x, out: x <= 0.0),
)
leaky_relu = row(
    "leaky_relu",
    "leaky",
    "leaky relu lets the gradient through where its input is positive, else a part",
    arity=2,
    defaults=(0.01,),
    rule=lambda x, slope: where(x > 0.0, x, slope * x),
    local_gradient=lambda x, slope, out: (where(x > 0.0, 1.0, slope), where(x > 0.0, 0.0, x)),
    kinks=lambda x, slope, out: (x,),
)
softplus = row(
    "softplus",
    "softplus",
    "softplus multiplies the gradient by σ of its input",
    rule=lambda x: where(x > 0.0, x, 0.0) + log1p(exp(-absolute(x))),
    torch="torch.logaddexp({0}, torch.zeros_like({0}))",
    local_gradient=lambda x, out: (sigmoid(x),),
    definition=lambda x: log(1.0 + exp(x)),
)
silu = row(
    "silu",
    "silu",
    "silu multiplies the gradient by σ(x)·(1 + x·σ(−x))",
    rule=lambda x: where(x > -700.0, x / (1.0 + exp(-x)), (x * exp(0.5 * x)) * exp(0.5 * x)),
    torch="torch.nn.functional.silu({0})",
    local_gradient=lambda x, out: (sigmoid(x) * (1.0 + x * sigmoid(-x)),),
    definition=lambda x: x * sigmoid(x),
)
gelu = row(
    "gelu",
    "gelu",
    "gelu multiplies the gradient by Φ(x) + x·φ(x)",
    rule=lambda x: x * normal_cdf(x),
    local_gradient=lambda x, out: (normal_cdf(x) + x * normal_density(x),),
)


def dot(left: Iterable[Any], right: Iterable[Any]) -> Any:
    """The sum of the products of two lists of equal length: a × gate for each pair, then one Σ.

    >>> import minigrad as mg
    >>> mg.dot([1, 2], [3, 4])
    11.0
    >>> mg.dot([mg.Value(2.0), mg.Value(-3.0)], [-1, -2])
    Value(data=4.0, grad=?, gate=sum)
    """
    for side in (left, right):
        if type(side) is not list and not isinstance(side, Iterable):
            raise TypeError(f"dot takes two lists of Values and numbers, got {described(side)}")
    left, right = list(left), list(right)
    if len(left) != len(right):
        raise ValueError(
            f"dot needs two lists of one length, got {len(left)} and {len(right)} items"
        )
    if not left:
        raise TypeError("dot needs at least one input in each of its lists, got none")
    for operand in chain(left, right):
        if isinstance(operand, Operand):
            if (total := operand.sum_of_products(left, right)) is not None:
                return total
            break
    return sum(map(mul, left, right))
