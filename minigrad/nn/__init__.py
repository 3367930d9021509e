"""Networks of neurons, built from gates as a textbook draws them.

>>> model = MLP(2, [3, 1], activation="tanh", seed=1)
>>> y = model([0.5, -2.0])
>>> [z.label for z in model.layers[0].z], y.label
(['z_1^1', 'z_2^1', 'z_3^1'], 'z_1^2')
>>> y.backward()
>>> [round(delta, 4) for delta in model.layers[0].delta]
[0.0342, 0.1637, -0.7814]

Unit j of layer l computes z_j^l = Σ_k w_jk^l · a_k^(l−1) + b_j^l and a_j^l = σ(z_j^l): a × gate for
each input, one Σ gate, + for the bias, and the activation's gate. The inputs are layer 0. Weights
and biases carry these names as labels, and so do z and a, with `unit = (l, j)` on both.

Read `module` (whatever has parameters), then `neuron` with its `activations` and `initial_weights`,
then `layers` (their deltas as text: `delta_table`). A new loss goes into `losses`, and reads as a
text book writes it by `shown_probabilities`; `datasets` makes points to learn, and `accuracy`
counts what a classifier gets right.
"""

from typing import TYPE_CHECKING, NoReturn

from ..text import OF_NN, no_such_name
from . import datasets, losses
from .accuracy import accuracy
from .layers import MLP, Layer
from .losses import softmax
from .module import Module
from .neuron import Neuron

__all__ = ["MLP", "Layer", "Module", "Neuron", "accuracy", "datasets", "losses", "softmax"]


def __dir__() -> list[str]:
    return __all__


if not TYPE_CHECKING:

    def __getattr__(name: str) -> NoReturn:
        raise no_such_name(__name__, name, __all__, OF_NN)
