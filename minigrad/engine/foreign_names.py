"""What people type from other libraries, or type wrongly: an error that says what it is here.

>>> from minigrad import Value
>>> Value(2.0).requires_grad
Traceback (most recent call last):
...
AttributeError: a Value has no 'requires_grad': every Value gets a gradient; mg.constant(number) \
makes one that does not
>>> Value(2.0).lable = "w"
Traceback (most recent call last):
...
AttributeError: a Value has no 'lable': write v.label (any other attribute can be set freely)

These names stand in the class as descriptors: `__getattr__` and `__setattr__` would be asked for
every slot of every wire, which takes three times as long.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, NoReturn

from ..rules import GATES

NO_GATE: Final = (
    "define it as a gate with @mg.gate, three lines, or take its number, v.data, where that alone "
    "is wanted"
)

# Functions of numbers that are no gates here, by what NumPy and others call them.
OTHER_FUNCTIONS: Final[Mapping[str, str]] = {
    "square": "write v * v",
    "reciprocal": "write 1 / v",
    "rsqrt": "write 1 / mg.sqrt(v)",
    "cbrt": "write mg.sign(v) * abs(v) ** (1 / 3)",
    "cube": "write v ** 3",
    "multiply": "write x * y",
    "subtract": "write x - y",
    "rsub": "write y - x",
    **dict.fromkeys(("divide", "true_divide"), "write x / y"),
    "addcmul": "write x + value * y * z",
    "xlogy": "write mg.where(mg.is_equal(x, 0.0), 0.0, x * mg.log(y))",
    "fmax": "write mg.maximum(x, y)",
    "fmin": "write mg.minimum(x, y)",
    **dict.fromkeys(("clamp", "clip_by_value"), "write mg.clip(v, low, high)"),
    "clamp_min": "write mg.maximum(v, low)",
    "clamp_max": "write mg.minimum(v, high)",
    "deg2rad": "write mg.radians(v)",
    "rad2deg": "write mg.degrees(v)",
    **{f"arc{name}": f"write mg.a{name}(v)" for name in ("sin", "cos", "tan")},
    **{f"arc{name}": f"write mg.a{name}(v)" for name in ("sinh", "cosh", "tanh")},
    "arctan2": "write mg.atan2(y, x)",
    "divmod": "write x // y and x % y",
    "remainder": "write x % y",
    "fmod": "write x - y * mg.trunc(x / y)",
    "modf": "write v - mg.trunc(v) and mg.trunc(v)",
    "frac": "write v - mg.trunc(v)",
    "ldexp": "write x * 2.0 ** y",
    "lerp": "write x + t * (y - x)",
    "erfc": "write 2 * mg.normal_cdf(-math.sqrt(2) * v)",
    "heaviside": "write mg.less(0.0, x) + y * mg.is_equal(x, 0.0)",
    "elu": "write mg.where(v > 0, v, mg.exp(v) - 1)",
    "selu": "write 1.0507009873554805 * mg.where(v > 0, v, 1.6732632423543772 * mg.expm1(v))",
    "celu": "write mg.where(v > 0, v, mg.expm1(v))",
    "leakyrelu": "write mg.leaky_relu(v, 0.01)",
    "prelu": "write mg.leaky_relu(v, slope)",
    "threshold": "write mg.where(v > threshold, v, value)",
    "hardshrink": "write mg.where(abs(v) > 0.5, v, 0.0)",
    "softshrink": "write mg.sign(v) * mg.relu(abs(v) - 0.5)",
    "quick_gelu": "write v * mg.sigmoid(1.702 * v)",
    "relu6": "write mg.clip(v, 0, 6)",
    "hardtanh": "write mg.clip(v, -1, 1)",
    "hardsigmoid": "write mg.clip(v / 6 + 0.5, 0, 1)",
    "hardswish": "write v * mg.clip(v / 6 + 0.5, 0, 1)",
    "softsign": "write v / (1 + abs(v))",
    "tanhshrink": "write v - mg.tanh(v)",
    "mish": "write v * mg.tanh(mg.softplus(v))",
    "logit": "write mg.log(v / (1 - v))",
    "swish": "write mg.silu(v)",
    "expit": "write mg.sigmoid(v)",
    "ndtr": "write mg.normal_cdf(v)",
    **dict.fromkeys(("logsigmoid", "log_sigmoid"), "write -mg.softplus(-v)"),
    "rint": "write mg.round(v)",
    **dict.fromkeys(("isnan", "isinf"), "write math.{name}(v.data)"),
    "isfinite": "write math.isfinite(v.data); SciPy minimizes mg.value_and_grad(f) with jac=True",
    "isclose": "write math.isclose(x.data, y.data)",
    "nan_to_num": "write mg.where(mg.is_equal(v, v), v, 0.0)",
    "signbit": "write math.copysign(1.0, v.data) < 0",
    **dict.fromkeys(("eq", "equal"), "write mg.is_equal(x, y): 1.0 or 0.0"),
    **dict.fromkeys(("ne", "not_equal"), "write 1 - mg.is_equal(x, y): 1.0 or 0.0"),
    **dict.fromkeys(("gt", "greater"), "write x > y, or mg.less(y, x) for 1.0 or 0.0"),
    **dict.fromkeys(("ge", "greater_equal"), "write x >= y, or mg.less_equal(y, x) for 1.0 or 0.0"),
    "lt": "write x < y, or mg.less(x, y) for 1.0 or 0.0",
    "le": "write x <= y, or mg.less_equal(x, y) for 1.0 or 0.0",
    "logical_and": "write x * y of conditions, 1.0 or 0.0",
    "logical_or": "write mg.maximum(x, y) of conditions, 1.0 or 0.0",
    "logical_not": "write 1 - v of a condition, 1.0 or 0.0",
    **dict.fromkeys(
        ("matmul", "vecdot", "inner", "mm", "bmm"), "write mg.dot(xs, ys), of two lists"
    ),
    "outer": "write [[x * y for y in ys] for x in xs]",
    **dict.fromkeys(("lgamma", "digamma", "erfinv", "i0"), NO_GATE),
}
OF_A_LIST: Final[Mapping[str, str]] = {
    name: f"write mg.{name}(values), of a list" for name in ("max", "min", "softmax")
}
ITS_NUMBER: Final = "write v.data: its number, a float"
ONE_NUMBER: Final = "it is one number; lists of Values take the place of tensors"
MANY_WIRES: Final = "write [Value(x) for x in numbers], a list, or Value(x) for one"
OF_LOGITS: Final = "write mg.losses.cross_entropy(logits, label), of a list of Values"
IN_PLACE: Final = "write v.data = number, outside of what is differentiated"

# Attributes and methods of a tensor; others may be set freely.
OF_A_TENSOR: Final[Mapping[str, str]] = {
    **OTHER_FUNCTIONS,
    **OF_A_LIST,
    **dict.fromkeys(("numpy", "tolist", "cpu", "float", "double", "long", "half"), ITS_NUMBER),
    **dict.fromkeys(("astype", "type", "block_until_ready"), ITS_NUMBER),
    **dict.fromkeys(("shape", "size", "ndim", "dim", "dtype", "T", "t", "mT"), ONE_NUMBER),
    **dict.fromkeys(("view", "reshape", "squeeze", "unsqueeze", "flatten", "ravel"), ONE_NUMBER),
    **dict.fromkeys(("numel", "nelement", "expand", "repeat", "contiguous", "at"), ONE_NUMBER),
    **dict.fromkeys(("std", "var", "norm", "any", "all", "cumsum", "log_softmax"), ONE_NUMBER),
    **dict.fromkeys(("permute", "transpose", "split", "chunk", "gather", "unbind"), ONE_NUMBER),
    **dict.fromkeys(
        ("cat", "stack", "tril", "triu", "trace", "det", "inverse", "cross"), ONE_NUMBER
    ),
    **dict.fromkeys(("median", "topk", "sort", "argsort", "masked_fill", "one_hot"), ONE_NUMBER),
    **dict.fromkeys(("ndimension", "storage", "nbytes", "element_size", "data_ptr"), ONE_NUMBER),
    **dict.fromkeys(("new_zeros", "allclose", "glu", "is_floating_point", "weak_type"), ONE_NUMBER),
    "amax": "write mg.max(values), of a list",
    "amin": "write mg.min(values), of a list",
    "where": "write mg.where(condition, a, b)",
    **dict.fromkeys(("tensor", "zeros", "ones", "full", "rand", "randn", "uniform"), MANY_WIRES),
    **dict.fromkeys(("eye", "arange", "kaiming_uniform", "glorot_uniform"), MANY_WIRES),
    **dict.fromkeys(("int", "lazydata"), ITS_NUMBER),
    "realize": "its number is there at once, v.data",
    "forward": "its number is there at once, v.data; mg.compile(f) replays a function",
    **dict.fromkeys(("cross_entropy", "sparse_categorical_crossentropy"), OF_LOGITS),
    "binary_crossentropy": "write mg.losses.binary_cross_entropy(logit, label)",
    "mse_loss": "write mg.losses.mean_squared_error(outputs, targets)",
    **dict.fromkeys(
        ("device", "is_cuda", "to", "cuda"), "its number is in Python; mg.compile makes it fast"
    ),
    **dict.fromkeys(
        ("add_", "sub_", "mul_", "div_", "zero_", "fill_", "copy_", "clamp_"), IN_PLACE
    ),
    **dict.fromkeys((f"{gate}_" for gate in GATES), IN_PLACE),
    "fill": IN_PLACE,
    **dict.fromkeys(("assign", "assign_add", "assign_sub"), IN_PLACE),
    **dict.fromkeys(("is_integer", "hex"), "write v.data.{name}()"),
    **dict.fromkeys(("numerator", "denominator"), "write fractions.Fraction(v.data).{name}"),
    **dict.fromkeys(("real", "imag", "conj"), "it is a real number, v.data"),
    "detach_": "write v = v.detach()",
    **dict.fromkeys(("clone", "copy"), "use v itself: no gate changes it"),
    **dict.fromkeys(("retain_grad", "register_hook"), "every wire keeps its grad"),
    **dict.fromkeys(("grad_fn", "op"), "write v.gate"),
    "name": "write v.label",
    "argmax": "write max(range(len(values)), key=lambda i: values[i].data)",
    "argmin": "write min(range(len(values)), key=lambda i: values[i].data)",
    "values": ITS_NUMBER,
    **dict.fromkeys(("gradients", "derivative"), "write v.grad"),
    **dict.fromkeys(("children", "parents", "prev"), "write v.inputs"),
}
WITH_GRADIENT: Final = "every Value gets a gradient; mg.constant(number) makes one that does not"
# What must not become a free attribute: somebody would wait in vain for what it does elsewhere.
NEVER_SET: Final[dict[str, str]] = {
    **dict.fromkeys(("requires_grad", "requires_grad_", "trainable"), WITH_GRADIENT),
    **dict.fromkeys(("value", "val"), "write v.data"),
    "gradient": "write v.grad",
    "lbl": "write v.label",
}

OF_VALUE: Final[Mapping[str, str]] = {  # keywords
    **dict.fromkeys(("requires_grad", "trainable"), WITH_GRADIENT),
    **dict.fromkeys(("dtype", "device"), "its number is a float of Python"),
    "name": "it is called label=",
    **dict.fromkeys(("value", "val"), "it is called data=, and first"),
    "grad": "write v.grad = number",
}
OF_BACKWARD: Final[Mapping[str, str]] = {
    "retain_graph": "leave it out: a circuit stays as it is, and backward() can be called again",
    "create_graph": "mg.grad(y, [x], create_graph=True) gives gradients that are circuits",
    "inputs": "mg.grad(y, [x]) gives the gradients towards some wires alone",
    **dict.fromkeys(("gradient", "grad", "grad_tensors"), "it is called upstream="),
}


def how_to_write(name: str) -> str:
    """What to write for a function of another library that is no gate.

    >>> how_to_write("arctan")
    'write mg.atan(v)'
    """
    return OTHER_FUNCTIONS.get(name, NO_GATE).format(name=name)


def refuse_keywords(function: str, given: Collection[str], known: Mapping[str, str]) -> None:
    """Raise a TypeError about the first argument that a function does not take."""
    for name in given:
        remedy = f": {known[name]}" if name in known else ""
        raise TypeError(f"{function} takes no {name}={remedy}")


# --- names as descriptors -------------------------------------------------------------------------


class OtherName:
    """A name that a class does not have; the object may still get an attribute of that name."""

    def __init__(self, owner: str, name: str, remedy: str) -> None:
        self._message = f"{owner} has no {name!r}: {remedy}"

    def __get__(self, thing: Any, kind: type) -> NoReturn:
        raise AttributeError(self._message)


class NeverSet(OtherName):
    """A name that no object gets."""

    def __set__(self, thing: Any, value: Any) -> NoReturn:
        raise AttributeError(self._message)


BESIDE: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
VOWELS: Final = "aeiou"
WORDS: Final = {"rad", "gad", "grid", "date"}  # near "grad" and "data", and names of their own


def misspellings(name: str) -> Iterator[str]:
    """How a name is mistyped: a letter out, doubled, too early, another vowel, the key beside it.

    >>> {"lable", "labl", "labbel", "lebel", "labwl", "Label"} <= set(misspellings("label"))
    True
    """
    for i, letter in enumerate(name):
        before, after = name[:i], name[i + 1 :]
        yield before + after
        yield before + letter + letter + after
        yield name[: max(i - 1, 0)] + letter + name[max(i - 1, 0) : i] + after
        for row in BESIDE:
            at = row.find(letter)
            yield from (before + key + after for key in row[max(at - 1, 0) : at + 2] if at >= 0)
        yield from (before + vowel + after for vowel in VOWELS if letter in VOWELS)
    yield f"{name}s"
    yield name.capitalize()
    yield name.upper()


def _mistyped(names: Collection[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        for wrong in {*misspellings(name)} - {*names, *WORDS}:
            if wrong.isidentifier() and wrong != "backward":
                yield wrong, f"write v.{name} (any other attribute can be set freely)"


class NamedElsewhere(type):
    """A class whose names from elsewhere are no part of what `dir` and `help` show of it."""

    def __dir__(cls) -> list[str]:
        names = super().__dir__()
        return [name for name in names if not isinstance(_found(cls, name), OtherName)]


def _found(kind: type, name: str) -> Any:
    return next((vars(base)[name] for base in kind.__mro__ if name in vars(base)), None)


def names_elsewhere(
    owner: str, elsewhere: Mapping[str, str], never_set: Mapping[str, str] = {}
) -> type:
    """A class with these names, to be a base of the class that does not have them."""
    names: dict[str, Any] = {name: OtherName(owner, name, elsewhere[name]) for name in elsewhere}
    names |= {name: NeverSet(owner, name, never_set[name]) for name in never_set}
    return NamedElsewhere("NamesElsewhere", (), {"__slots__": (), **names})


if TYPE_CHECKING:

    class NamesOfTensors:
        """The base of `Value` with the names that it does not have."""

        __slots__ = ()

else:
    NamesOfTensors = names_elsewhere(
        "a Value",
        {name: text.format(name=name) for name, text in OF_A_TENSOR.items()},
        NEVER_SET | dict(_mistyped(("label", "data", "grad", "_backward"))),
    )
