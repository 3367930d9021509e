"""What differs between libraries of arrays: how each calls gates, joins and reductions.

>>> JAX_ARRAYS.joined(["a", "b"]), TORCH_ARRAYS.joined(["a", "b"], 1)
('jnp.concatenate([a, b])', 'torch.cat([a, b], 1)')
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from .dialects import Dialect, named_alike

JAX: Final = Dialect(
    "JAX",
    assignment="{0} = {1}",
    choice="jnp.where({0}, {1}, {2})",
    division="({0} / {1})",
    power="jnp.power({0}, {1})",
    infinity="jnp.inf",
    not_a_number="jnp.nan",
    words={
        **named_alike("jnp."),
        "abs": "jnp.abs({0})",
        "asin": "jnp.arcsin({0})",
        "acos": "jnp.arccos({0})",
        "atan": "jnp.arctan({0})",
        "asinh": "jnp.arcsinh({0})",
        "acosh": "jnp.arccosh({0})",
        "atanh": "jnp.arctanh({0})",
        "erf": "jax.scipy.special.erf({0})",
        "atan2": "jnp.arctan2({0}, {1})",
        "round": "jnp.round({0})",
        "mod": "jnp.remainder({0}, {1})",
        "exp2": "jnp.exp2({0})",
        "normal_density": "(0.3989422804014327 * jnp.exp(-0.5 * {0} * {0}))",
        "normal_cdf": "jax.scipy.special.ndtr({0})",
    },
)

TORCH: Final = Dialect(
    "PyTorch",
    assignment="{0} = {1}",
    choice="torch.where({0}, {1}, {2})",
    division="({0} / {1})",
    power="({0} ** {1})",
    infinity="math.inf",
    not_a_number="math.nan",
    words={
        **named_alike("torch."),
        "div": "({0} / {1})",
        "pow": "({0} ** {1})",
        "degrees": "({0} * 57.29577951308232)",
        "radians": "({0} * 0.017453292519943295)",
        "less": "({0} < {1}).to(dtype)",
        "less_equal": "({0} <= {1}).to(dtype)",
        "is_equal": "({0} == {1}).to(dtype)",
        "abs": "torch.abs({0})",
        "erf": "torch.erf({0})",
        "atan2": "torch.atan2({0}, {1})",
        "round": "torch.round({0})",
        "ceil": "torch.ceil({0})",
        "mod": "torch.remainder({0}, {1})",
        "exp2": "torch.exp2({0})",
        "logaddexp": "torch.logaddexp({0}, {1})",
        "sinc": "torch.sinc({0})",
        "normal_density": "(0.3989422804014327 * torch.exp(-0.5 * {0} * {0}))",
        "normal_cdf": "torch.special.ndtr({0})",
        "sigmoid": "torch.sigmoid({0})",
        "relu": "torch.relu({0})",
        "leaky_relu": "torch.where({0} > 0.0, {0}, {1} * {0})",
        "softplus": "torch.logaddexp({0}, torch.zeros_like({0}))",
        "silu": "torch.nn.functional.silu({0})",
        "gelu": "torch.nn.functional.gelu({0})",
        "select": "chosen(torch.stack(torch.broadcast_tensors({choices}), -1), {index})",
    },
)


# Gates that PyTorch differentiates otherwise: atan2 at the origin, acosh beyond its domain.
DIFFERENTIATED_OTHERWISE: Final = ("atan2", "acosh")


class Reduction(NamedTuple):
    """What a library calls a gate with any number of inputs.

    `of_many`: of an array's last axis; `of_two`: of two arrays, or "" where all have to be in one;
    `neutral`: the number that changes nothing, with which rows are made equally long.
    """

    of_many: str
    of_two: str
    neutral: str


@dataclass(frozen=True)
class ArrayDialect:
    """The words for work on whole arrays; those of the gates stand in `gates`."""

    gates: Dialect
    join: str  # of arrays, along an axis
    stack: str  # of arrays that are broadcast to one shape, along a new last axis
    new_array: str  # of a list of numbers
    einsum: str
    permute: str  # the method that gives the axes another order
    reductions: Mapping[str, Reduction]
    numbers: Mapping[str, Container[int]] | None = None  # the operands of gates that may be such

    def takes_number(self, gate: str, place: int) -> bool:
        """Whether that operand of the gate may be a plain number, and not an array alone."""
        return self.numbers is None or place in self.numbers.get(gate, ())

    def joined(self, texts: Iterable[str], axis: int | None = None) -> str:
        """The text of arrays joined to one, along the first axis unless another is said."""
        along = "" if axis is None else f", {axis}"
        return self.join.format(f"[{', '.join(texts)}]{along}")


JAX_ARRAYS: Final = ArrayDialect(
    JAX,
    join="jnp.concatenate({0})",
    stack="jnp.stack(jnp.broadcast_arrays({0}), -1)",
    new_array="jnp.array({0}, dtype)",
    einsum="jnp.einsum",
    permute="transpose",
    reductions={
        "maximum": Reduction("{0}.max(-1)", "jnp.maximum({0}, {1})", "-jnp.inf"),
        "minimum": Reduction("{0}.min(-1)", "jnp.minimum({0}, {1})", "jnp.inf"),
    },
)

# Equal inputs share a gradient evenly in amax, but not in maximum of maximum.
TORCH_ARRAYS: Final = ArrayDialect(
    replace(
        TORCH,
        words={k: word for k, word in TORCH.words.items() if k not in DIFFERENTIATED_OTHERWISE},
    ),
    join="torch.cat({0})",
    stack="torch.stack(torch.broadcast_tensors({0}), -1)",
    new_array="torch.tensor({0}, dtype=dtype, device=device)",
    einsum="torch.einsum",
    permute="permute",
    reductions={
        "maximum": Reduction("{0}.amax(-1)", "", "-math.inf"),
        "minimum": Reduction("{0}.amin(-1)", "", "math.inf"),
        "logsumexp": Reduction("torch.logsumexp({0}, -1)", "", "-math.inf"),
    },
    numbers={
        **dict.fromkeys(["", "div", "pow", "less", "less_equal", "is_equal"], (0, 1)),
        **dict.fromkeys(["leaky_relu", "mod"], (1,)),
    },
)
