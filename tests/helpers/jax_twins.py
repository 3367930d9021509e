"""Random functions of all gates, written twice: with minigrad, and with JAX's own functions."""

import math
import random

import minigrad as mg
from minigrad.rules import apply


def twins(jax):
    """By the name of a gate, what JAX calls it; gates with any number of inputs take them all."""
    jnp, special = jax.numpy, jax.scipy.special
    return {
        "add": jnp.add,
        "sub": jnp.subtract,
        "mul": jnp.multiply,
        "div": jnp.divide,
        "pow": jnp.power,
        "neg": jnp.negative,
        "sum": lambda *xs: sum(xs[1:], xs[0]),
        "mean": lambda *xs: jnp.mean(jnp.stack(xs)),
        "prod": lambda *xs: math.prod(xs[1:], start=xs[0]),
        "dot": lambda *xs: sum(x * y for x, y in zip(xs[: len(xs) // 2], xs[len(xs) // 2 :])),
        "maximum": lambda *xs: jnp.max(jnp.stack(xs)),
        "minimum": lambda *xs: jnp.min(jnp.stack(xs)),
        "logsumexp": lambda *xs: jax.nn.logsumexp(jnp.stack(xs)),
        "abs": jnp.abs,
        "exp": jnp.exp,
        "exp2": jnp.exp2,
        "expm1": jnp.expm1,
        "log": jnp.log,
        "log2": jnp.log2,
        "log10": jnp.log10,
        "log1p": jnp.log1p,
        "logaddexp": jnp.logaddexp,
        "sqrt": jnp.sqrt,
        "sin": jnp.sin,
        "cos": jnp.cos,
        "tan": jnp.tan,
        "asin": jnp.arcsin,
        "acos": jnp.arccos,
        "atan": jnp.arctan,
        "atan2": jnp.arctan2,
        "sinh": jnp.sinh,
        "cosh": jnp.cosh,
        "tanh": jnp.tanh,
        "asinh": jnp.arcsinh,
        "acosh": jnp.arccosh,
        "atanh": jnp.arctanh,
        "sinc": jnp.sinc,
        "hypot": lambda x, y: jnp.sqrt(x * x + y * y),
        "degrees": jnp.degrees,
        "radians": jnp.radians,
        "erf": special.erf,
        "normal_density": jax.scipy.stats.norm.pdf,
        "normal_cdf": jax.scipy.stats.norm.cdf,
        "sigmoid": jax.nn.sigmoid,
        "softplus": jax.nn.softplus,
        "silu": jax.nn.silu,
        "gelu": lambda x: jax.nn.gelu(x, approximate=False),
        "relu": jax.nn.relu,
        "leaky_relu": jax.nn.leaky_relu,
        "clip": jnp.clip,
        "mod": jnp.mod,
    }


BELOW_ONE = ("asin", "acos", "atanh")  # their inputs are taken from 0.1 to 0.9


def random_function(names, seed):
    """Steps of a function of three numbers: a gate, and the places of its inputs, each."""
    rng = random.Random(seed)
    steps = []
    for place in range(rng.randint(3, 8)):
        gate = mg.GATES[rng.choice(names)]
        count = gate.arity or 2 * rng.randint(1, 2)
        places = [rng.randrange(3 + place) for _ in range(count)]
        steps.append((gate, places))
    return steps


def run(steps, xs, call, sigmoid):
    """The sum of what all steps give, each brought between 1 and 2, and the last of them."""
    wires = list(xs)
    for gate, places in steps:
        inputs = [wires[place] for place in places]
        if gate.name in BELOW_ONE:
            inputs = [0.8 * (x - 1.0) + 0.1 for x in inputs]
        if gate.name == "acosh":
            inputs = [x + 0.5 for x in inputs]
        wires.append(sigmoid(call(gate, inputs)) + 1.0)
    total = wires[3]
    for number, wire in enumerate(wires[4:], start=2):
        total = total + wire / number
    return total, wires[-1]


def with_minigrad(steps, xs):
    """The function on Values."""
    return run(steps, xs, apply, mg.sigmoid)


def with_jax(jax, steps, xs):
    """The function on JAX's arrays."""
    functions = twins(jax)
    return run(steps, xs, lambda gate, inputs: functions[gate.name](*inputs), jax.nn.sigmoid)
