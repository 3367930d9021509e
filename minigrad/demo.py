"""`minigrad demo`: a network of two, three and one units learns exclusive or, with plain Values.

>>> network = Network()
>>> losses = train(network, steps=20)
>>> losses[-1] < losses[0]
True
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Final

from .columns import columns
from .engine import Value
from .gates import mul
from .gates import sum as sum_gate
from .notation import rounded

POINTS: Final = (((-1.0, -1.0), -1.0), ((-1.0, 1.0), 1.0), ((1.0, -1.0), 1.0), ((1.0, 1.0), -1.0))
SIZES: Final = (2, 3, 1)
STEPS: Final = 200
LEARNING_RATE: Final = 0.1
BAR: Final = 40  # cells for the largest loss


class Network:
    """Weights and biases, w_jk^l from unit k of layer l − 1 to unit j of layer l."""

    def __init__(self, seed: int = 1) -> None:
        random = Random(seed)
        self.layers = [
            [
                (
                    [
                        Value(random.uniform(-1.0, 1.0), label=f"w_{j}{k}^{layer}")
                        for k in range(1, inputs + 1)
                    ],
                    Value(0.0, label=f"b_{j}^{layer}"),
                )
                for j in range(1, units + 1)
            ]
            for layer, (inputs, units) in enumerate(pairwise(SIZES), 1)
        ]

    def parameters(self) -> Iterator[Value]:
        """Every weight and bias, layer by layer."""
        for layer in self.layers:
            for weights, bias in layer:
                yield from weights
                yield bias

    def __call__(self, point: tuple[float, ...]) -> Value:
        """The output for a point: z = Σ w·a + b and a = tanh(z), layer by layer."""
        activations = [Value(number, label=f"x_{k}") for k, number in enumerate(point, 1)]
        for number, layer in enumerate(self.layers, 1):
            outputs = []
            for j, (weights, bias) in enumerate(layer, 1):
                z: Value = sum_gate(*map(mul, weights, activations), bias)
                a = z.tanh()
                z.label, a.label = f"z_{j}^{number}", f"a_{j}^{number}"
                z.unit = a.unit = (number, j)
                outputs.append(a)
            activations = outputs
        return activations[0]


def loss_of(network: Network) -> Value:
    """The mean squared error over the four points."""
    loss: Value = sum_gate(*[(network(point) - target) ** 2 for point, target in POINTS])
    return loss / len(POINTS)


def train(network: Network, steps: int = STEPS) -> list[float]:
    """Gradient descent; the losses before each step and after the last."""
    losses = []
    for _ in range(steps):
        loss = loss_of(network)
        losses.append(loss.data)
        for parameter in network.parameters():
            parameter.grad = 0.0
        loss.backward()
        for parameter in network.parameters():
            parameter.data -= LEARNING_RATE * parameter.grad
    return [*losses, loss_of(network).data]


def run(folder: Path) -> None:
    """Train, report, and write the circuit of one example as pictures into the folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OSError(f"cannot make the folder {str(folder)!r}: {error.strerror}") from None
    network = Network()
    print(
        f"A network of {', '.join(map(str, SIZES))} units learns exclusive or: "
        f"{len(POINTS)} points, {len(list(network.parameters()))} parameters.\n"
    )
    print(chart(train(network)) + "\n")
    print(answers(network) + "\n")
    output = network(POINTS[1][0])
    output.zero_grad()
    output.backward()
    from .draw import draw

    picture = draw(output)
    for ending in ("svg", "png"):
        path = folder / f"network.{ending}"
        picture.save(path)
        print(f"wrote {path}")


def chart(losses: list[float], lines: int = 10) -> str:
    """The losses going down, as bars.

    >>> print(chart([1.0, 0.5, 0.25], lines=2))
    step    loss
       0  1.0000  ████████████████████████████████████████
       1  0.5000  ████████████████████
       2  0.2500  ██████████
    """
    every = max(1, (len(losses) - 1) // lines)
    rows = [["step", "loss", ""]]
    for step in range(0, len(losses), every):
        cells = round(BAR * losses[step] / max(losses))
        rows.append([str(step), rounded(losses[step], 4), "█" * cells])
    return columns(rows, ">><")


def answers(network: Network) -> str:
    """What the network says for each point, beside what it should."""
    rows = [["x₁", "x₂", "wanted", "output"]]
    for point, target in POINTS:
        numbers = [*point, target]
        rows.append([*(rounded(number, 0) for number in numbers), rounded(network(point).data)])
    return columns(rows, ">>>>")
