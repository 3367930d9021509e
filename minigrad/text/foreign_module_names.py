"""What is called otherwise in other libraries: names of modules that are an error that says ours.

>>> import minigrad as mg
>>> mg.tensor
Traceback (most recent call last):
...
AttributeError: module 'minigrad' has no attribute 'tensor': write mg.Value(number)
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from ..engine import OTHER_FUNCTIONS, how_to_write

LISTS: Final = "a list of Values takes its place, such as [mg.Value(x) for x in numbers]"
VALUE: Final = "write mg.Value(number)"
GRADIENTS: Final = "write y.backward() and x.grad, or mg.grad(y, [x])"
SEED: Final = "pass seed= to what draws the numbers, such as nn.MLP(…, seed=1)"
PRECISION: Final = "every number is a Python float, of 64 bits"
FUNCTIONS: Final = "its functions are mg.relu, mg.tanh, mg.losses.…"
LAYER: Final = "write nn.Layer(nin, nout, activation=None)"
NETWORK: Final = "write nn.MLP(nin, [units, …])"
ACTIVATION: Final = "pass activation=, a gate by its name such as 'tanh', to nn.MLP"
SCHEDULE: Final = "pass lr=mg.optim.cosine(…), linear(…) or any function of the step number"
OPTIMIZERS: Final = {name: f"write mg.optim.{name}" for name in ("SGD", "Adam", "AdamW")}

# Names of modules: of minigrad, and of its nn, losses and optim.
OF_LOSSES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("MSELoss", "mse_loss", "mse"), "write mg.losses.mean_squared_error"),
    **dict.fromkeys(("CrossEntropyLoss", "NLLLoss", "nll_loss"), "write mg.losses.cross_entropy"),
    **dict.fromkeys(
        ("BCELoss", "BCEWithLogitsLoss", "bce", "binary_cross_entropy_with_logits"),
        "write mg.losses.binary_cross_entropy, of the logit",
    ),
    **dict.fromkeys(("HingeEmbeddingLoss", "hinge_loss", "svm"), "write mg.losses.hinge"),
    "log_softmax": "write mg.losses.cross_entropy, of the logits",
}
LOSSES: Final = ("cross_entropy", "binary_cross_entropy", "mean_squared_error", "squared_error")
OF_NN: Final[Mapping[str, str]] = {
    **OF_LOSSES,
    **dict.fromkeys(("Linear", "Dense"), LAYER),
    **dict.fromkeys(("Sequential", "Model", "Network"), NETWORK),
    **dict.fromkeys(("Parameter", "Variable"), VALUE),
    **dict.fromkeys(("ReLU", "Tanh", "Sigmoid", "GELU", "SiLU", "LeakyReLU"), ACTIVATION),
    **dict.fromkeys(("functional", "F"), FUNCTIONS),
    **{name: f"write mg.losses.{name}" for name in (*LOSSES, "hinge")},
    "Embedding": "write mg.lookup(table, index)",
    "Softmax": "write mg.softmax(logits)",
    **OPTIMIZERS,
}
OF_OPTIM: Final[Mapping[str, str]] = {
    **dict.fromkeys(("lr_scheduler", "CosineAnnealingLR", "StepLR", "ExponentialLR"), SCHEDULE),
    "RMSprop": "write mg.optim.Adam",
    "Momentum": "write mg.optim.SGD(parameters, lr, momentum=…)",
}
OF_MINIGRAD: Final[Mapping[str, str]] = {
    **{name: how_to_write(name) for name in OTHER_FUNCTIONS},
    **OF_NN,
    **dict.fromkeys(("tensor", "Tensor", "Scalar", "scalar", "as_tensor"), VALUE),
    **dict.fromkeys(("array", "asarray", "zeros", "ones", "full", "arange", "linspace"), LISTS),
    **dict.fromkeys(("from_numpy", "stack", "cat", "concat", "concatenate", "einsum"), LISTS),
    **dict.fromkeys(("rand", "randn", "random", "normal", "uniform"), LISTS),
    **dict.fromkeys(("backward", "autograd", "GradientTape", "gradients"), GRADIENTS),
    **dict.fromkeys(("jacrev", "jacfwd"), "write mg.jacobian(ys, xs)"),
    **dict.fromkeys(("jit", "function"), "write mg.compile(f)"),
    **dict.fromkeys(("vmap", "pmap"), "write mg.compile(f).batch(rows)"),
    **dict.fromkeys(("custom_vjp", "custom_jvp", "custom_gradient", "Function"), "write @mg.gate"),
    "linearize": "write mg.jvp(f, {x: tangent})",
    **{name: f"write math.{name}" for name in ("pi", "e", "inf", "nan")},
    **dict.fromkeys(("numpy", "jnp", "np", "lax"), FUNCTIONS),
    **dict.fromkeys(("inference_mode", "stop_gradient"), "write mg.no_grad(), or v.detach()"),
    "detach": "write v.detach()",
    "norm": "write mg.sqrt(mg.dot(xs, xs))",
    "var": "write mg.mean([(x - m) ** 2 for x in xs]) with m = mg.mean(xs)",
    "std": "write mg.sqrt(mg.mean([(x - m) ** 2 for x in xs])) with m = mg.mean(xs)",
    **dict.fromkeys(("set_grad_enabled", "enable_grad"), "write mg.no_grad() where none is wanted"),
    **dict.fromkeys(("manual_seed", "seed"), SEED),
    **dict.fromkeys(("float32", "float64", "double", "set_default_dtype"), PRECISION),
    **dict.fromkeys(("device", "cuda"), "there is one device; mg.compile makes it fast"),
    **dict.fromkeys(("argmax", "argmin"), "write max(range(len(v)), key=lambda i: v[i].data)"),
    **{name: f"write mg.nn.{name}" for name in ("MLP", "Layer", "Neuron", "Module")},
    "draw_dot": "write mg.draw(y)",
    "trace": "write mg.topological_order(y)",
}
OF_A_MODULE: Final[Mapping[str, str]] = {  # of an nn.Module
    **dict.fromkeys(("train", "eval"), "a module is the same in training and afterwards"),
    **dict.fromkeys(("to", "cpu", "cuda", "float", "double", "half"), PRECISION),
    **dict.fromkeys(("predict", "evaluate"), "call it, model(x), or mg.accuracy(model, X, Y)"),
    "fit": "write mg.fit(loss, data=(X, Y), optimizer=…)",
    "compile": "write mg.compile around the function of the loss",
    "save": "write mg.save(model, path)",
    "load": "write mg.load(path)",
    "requires_grad_": "leave the parameters that shall not change out of the optimizer's list",
    **dict.fromkeys(
        ("trainable_variables", "trainable_weights", "get_weights"), "write model.parameters()"
    ),
    "set_weights": "write model.load_state_dict(state)",
    **dict.fromkeys(("modules", "children", "named_modules"), "write model.named_parameters()"),
}


def no_such_name(
    module: str, name: str, known: Collection[str], elsewhere: Mapping[str, str]
) -> AttributeError:
    """The error for a name that a module does not have: what it is called here, or the nearest.

    >>> no_such_name("minigrad", "sofmax", ["softmax", "sum"], {})
    AttributeError("module 'minigrad' has no attribute 'sofmax'; did you mean 'softmax'?")
    """
    text = f"module {module!r} has no attribute {name!r}"
    if name in elsewhere:
        return AttributeError(f"{text}: {elsewhere[name]}")
    from difflib import get_close_matches  # here: `import minigrad` does without it

    near = [other for other in known if other.lower() == name.lower()]
    near += get_close_matches(name, known, 1, 0.7)
    return AttributeError(f"{text}; did you mean {near[0]!r}?" if near else text)
