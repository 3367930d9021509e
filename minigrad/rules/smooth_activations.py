"""Rows of the table: the bell curve, and the activations that are smooth where relu has its kink.

>>> from minigrad.rules.gate import GATES
>>> GATES["softplus"].local_gradients(0.0), GATES["normal_cdf"].forward(0.0)
((0.5,), 0.5)
"""

from __future__ import annotations

from math import inf

from .bell_curve import normal_cdf as normal_cdf_of_floats
from .bell_curve import normal_density as normal_density_of_floats
from .gates import absolute, exp, log, log1p, sigmoid
from .operand import where
from .rows import row

# fmt: off
# a table: a line for what a gate is, a line for each rule

normal_density = row("normal_density", "φ",
    "φ multiplies the gradient by minus its input times its output",
    latex=r"\varphi({0})", text_name="φ",
    kernel=normal_density_of_floats, output_range=(0.0, inf),
    local_gradient=lambda x, out: (-x * out,))

normal_cdf = row("normal_cdf", "Φ",
    "Φ multiplies the gradient by the density of the bell curve at its input",
    latex=r"\Phi({0})", text_name="Φ",
    kernel=normal_cdf_of_floats, output_range=(0.0, 1.0),
    local_gradient=lambda x, out: (normal_density(x),))

softplus = row("softplus", "softplus", "softplus multiplies the gradient by σ of its input",
    rule=lambda x: where(x > 0.0, x, 0.0) + log1p(exp(-absolute(x))), output_range=(0.0, inf),
    local_gradient=lambda x, out: (sigmoid(x),),
    definition=lambda x: log(1.0 + exp(x)))

silu = row("silu", "silu", "silu multiplies the gradient by σ(input)·(1 + input·σ(−input))",
    rule=lambda x: where(x > -700.0, x / (1.0 + exp(-x)), (x * exp(0.5 * x)) * exp(0.5 * x)),
    local_gradient=lambda x, out: (
        # far out x·eˣ + eˣ, of which eˣ may be subnormal; what comes to nothing is -0.0
        where(x > -700.0, sigmoid(x) * (1.0 + x * sigmoid(-x)), -(-out - exp(-absolute(x)))),),
    textbook_gradient=lambda x, out: (sigmoid(x) * (1.0 + x * sigmoid(-x)),),
    definition=lambda x: x * sigmoid(x))

gelu = row("gelu", "gelu", "gelu multiplies the gradient by Φ(input) + input·φ(input)",
    rule=lambda x: x * normal_cdf(x),
    local_gradient=lambda x, out: (normal_cdf(x) + x * normal_density(x),))

# fmt: on
