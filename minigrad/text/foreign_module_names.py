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
CROSS_ENTROPY: Final = "write mg.losses.cross_entropy, of the logits"
MEAN_ABSOLUTE: Final = "write mg.mean([abs(y - t) for y, t in zip(outputs, targets)])"
OWN_LAYER: Final = (
    "write a class of your own from nn.Module; its layers are found in its attributes"
)
OWN_OPTIMIZER: Final = "write a class from mg.optim.Optimizer with an update, or mg.optim.Adam"
LOOP: Final = "write a loop of Python, which mg.compile(f) records"
HUBER: Final = "write mg.where(abs(e) < 1, 0.5 * e * e, abs(e) - 0.5) of each error e"
DATASET: Final = "mg.datasets has moons, circles, spirals, xor and names; scikit-learn's work too"
OPTIMIZERS: Final = {name: f"write mg.optim.{name}" for name in ("SGD", "Adam", "AdamW")}

# Names of modules: of minigrad, and of its nn, losses and optim.
OF_LOSSES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("MSELoss", "mse_loss", "mse", "MSE"), "write mg.losses.mean_squared_error"),
    **dict.fromkeys(
        ("CrossEntropyLoss", "NLLLoss", "nll_loss", "nll", "softmax_cross_entropy"), CROSS_ENTROPY
    ),
    **dict.fromkeys(("CategoricalCrossentropy", "categorical_crossentropy"), CROSS_ENTROPY),
    **dict.fromkeys(
        ("SparseCategoricalCrossentropy", "sparse_categorical_crossentropy"), CROSS_ENTROPY
    ),
    **dict.fromkeys(("L1Loss", "l1_loss", "l1", "mae", "MAE"), MEAN_ABSOLUTE),
    **dict.fromkeys(("HuberLoss", "huber_loss", "huber", "smooth_l1_loss"), HUBER),
    **dict.fromkeys(
        ("kl_div", "kl_divergence", "KLDivLoss"),
        "write mg.sum([p * (mg.log(p) - mg.log(q)) for p, q in zip(ps, qs)])",
    ),
    "cosine_similarity": "write mg.dot(a, b) / mg.sqrt(mg.dot(a, a) * mg.dot(b, b))",
    **dict.fromkeys(("poisson", "poisson_nll_loss"), "write mg.exp(z) - y * z"),
    **dict.fromkeys(
        ("BCELoss", "BCEWithLogitsLoss", "bce", "binary_cross_entropy_with_logits", "log_loss"),
        "write mg.losses.binary_cross_entropy, of the logit",
    ),
    **dict.fromkeys(
        ("BCEWithLogits", "BinaryCrossentropy", "binary_crossentropy"),
        "write mg.losses.binary_cross_entropy, of the logit",
    ),
    **dict.fromkeys(("HingeEmbeddingLoss", "hinge_loss", "svm"), "write mg.losses.hinge"),
    "log_softmax": "write mg.losses.cross_entropy, of the logits",
}
LOSSES: Final = ("cross_entropy", "binary_cross_entropy", "mean_squared_error", "squared_error")
LAYERS: Final[Mapping[str, str]] = {
    **OF_LOSSES,
    **dict.fromkeys(("Linear", "Dense"), LAYER),
    **dict.fromkeys(("Sequential", "Model", "Network"), NETWORK),
    **dict.fromkeys(("Parameter", "Variable"), VALUE),
    **dict.fromkeys(("ReLU", "Tanh", "Sigmoid", "GELU", "SiLU", "LeakyReLU"), ACTIVATION),
    **dict.fromkeys(("functional", "F"), FUNCTIONS),
    **{name: f"write mg.losses.{name}" for name in (*LOSSES, "hinge")},
    "Embedding": "write mg.lookup(table, index)",
    "Softmax": "write mg.softmax(logits)",
    **dict.fromkeys(("Conv2d", "BatchNorm1d", "LayerNorm", "Dropout", "Flatten"), OWN_LAYER),
    **dict.fromkeys(("RNN", "LSTM", "GRU", "Transformer", "Identity"), OWN_LAYER),
    **dict.fromkeys(("ModuleList", "ParameterList"), "a list of modules is found as it is"),
    "init": "pass weights=, a scheme or numbers, to nn.MLP",
    "activation": ACTIVATION,
    "utils": "write mg.optim.clip_grad_norm and mg.save",
    **OPTIMIZERS,
}
OF_NN: Final[Mapping[str, str]] = {
    **LAYERS,
    **{name: f"write mg.{name}(v)" for name in ("relu", "tanh", "sigmoid", "gelu", "silu")},
}
OF_OPTIM: Final[Mapping[str, str]] = {
    **dict.fromkeys(("lr_scheduler", "CosineAnnealingLR", "StepLR", "ExponentialLR"), SCHEDULE),
    **dict.fromkeys(("ReduceLROnPlateau", "OneCycleLR", "LambdaLR"), SCHEDULE),
    "RMSprop": "write mg.optim.Adam",
    "Momentum": "write mg.optim.SGD(parameters, lr, momentum=…)",
    "Nesterov": "write mg.optim.SGD(parameters, lr, momentum=…, nesterov=True)",
    **dict.fromkeys(("Adagrad", "Adadelta", "Lion", "Adamax", "RAdam"), OWN_OPTIMIZER),
    "LBFGS": "write scipy.optimize.minimize(mg.value_and_grad(f), x, jac=True)",
}
OF_DATASETS: Final[Mapping[str, str]] = {
    **{f"make_{name}": f"write mg.datasets.{name}(n)" for name in ("moons", "circles")},
    **dict.fromkeys(("blobs", "make_blobs", "make_classification", "make_regression"), DATASET),
    **dict.fromkeys(("iris", "load_iris", "load_digits", "mnist", "MNIST", "linear"), DATASET),
}
OF_MINIGRAD: Final[Mapping[str, str]] = {
    **{name: how_to_write(name) for name in OTHER_FUNCTIONS},
    **OF_OPTIM,
    **OF_DATASETS,
    **LAYERS,
    **dict.fromkeys(("tensor", "Tensor", "Scalar", "scalar", "as_tensor", "Node", "Var"), VALUE),
    **dict.fromkeys(("array", "asarray", "zeros", "ones", "full", "arange", "linspace"), LISTS),
    **dict.fromkeys(("from_numpy", "stack", "cat", "concat", "concatenate", "einsum"), LISTS),
    **dict.fromkeys(("rand", "randn", "random", "normal", "uniform"), LISTS),
    **dict.fromkeys(("backward", "autograd", "GradientTape", "gradients"), GRADIENTS),
    **dict.fromkeys(("jacrev", "jacfwd"), "write mg.jacobian(ys, xs)"),
    **dict.fromkeys(("jit", "pjit", "function"), "write mg.compile(f)"),
    **dict.fromkeys(("vmap", "pmap"), "write mg.compile(f).batch(rows)"),
    **dict.fromkeys(("custom_vjp", "custom_jvp", "custom_gradient", "Function"), "write @mg.gate"),
    "linearize": "write mg.jvp(f, {x: tangent})",
    "linear_transpose": "write mg.vjp(f)(x, u)",
    **dict.fromkeys(("scan", "fori_loop", "while_loop"), LOOP),
    "cond": "write mg.where(condition, a, b)",
    **dict.fromkeys(("checkpoint", "remat"), "leave it out: every wire keeps its number"),
    "func": "write mg.grad(f), mg.jacobian(f), mg.hessian(f)",
    **dict.fromkeys(("DataLoader", "Dataset"), "pass data=(X, Y) and batch_size= to mg.fit"),
    "train_test_split": "write rows[:n] and rows[n:], and pass validation= to mg.fit",
    "StandardScaler": "write (x - mean) / deviation for each column of numbers",
    **dict.fromkeys(("MLPClassifier", "MLPRegressor"), NETWORK),
    **dict.fromkeys(("state_dict", "load_state_dict"), "it is a method of a model"),
    **dict.fromkeys(("summary", "plot_model"), "write mg.draw(model(x)), or print(model)"),
    **dict.fromkeys(("evaluate", "predict"), "write model(x), or mg.accuracy(model, X, Y)"),
    "optimizers": "write mg.optim.Adam",
    "is_tensor": "write isinstance(x, mg.Value)",
    "cumsum": "write list(itertools.accumulate(values))",
    "topk": "write sorted(values, reverse=True)[:k]",
    "one_hot": "write [float(i == label) for i in range(count)]",
    "Input": "a function takes its inputs as arguments",
    "eye": LISTS,
    **{name: f"write math.{name}" for name in ("pi", "e", "inf", "nan")},
    **dict.fromkeys(("numpy", "jnp", "np", "lax"), FUNCTIONS),
    **dict.fromkeys(("inference_mode", "stop_gradient"), "write mg.no_grad(), or v.detach()"),
    "detach": "write v.detach()",
    "norm": "write mg.sqrt(mg.dot(xs, xs))",
    "var": "write mg.mean([(x - m) ** 2 for x in xs]) with m = mg.mean(xs)",
    "std": "write mg.sqrt(mg.mean([(x - m) ** 2 for x in xs])) with m = mg.mean(xs)",
    **dict.fromkeys(
        ("set_grad_enabled", "enable_grad", "is_grad_enabled"),
        "write mg.no_grad() where none is wanted",
    ),
    **dict.fromkeys(("manual_seed", "seed"), SEED),
    **dict.fromkeys(("float32", "float64", "double", "set_default_dtype"), PRECISION),
    **dict.fromkeys(("device", "cuda"), "there is one device; mg.compile makes it fast"),
    "argmax": "write max(range(len(v)), key=lambda i: v[i].data)",
    "argmin": "write min(range(len(v)), key=lambda i: v[i].data)",
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
