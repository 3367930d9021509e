"""`minigrad demo`: a network learns two moons and leaves its pictures in a folder.

>>> model, history = trained(epochs=3)
>>> model
MLP(2, [8, 4, 1], activation=['tanh', 'tanh', 'linear'])
>>> history.loss[-1] < history.loss[0]
True
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from ..compiled import compile
from ..engine import Value
from ..expressions import shown
from ..files import save
from ..native import has_native
from ..nn import MLP, accuracy, datasets, losses
from ..pictures import draw
from ..stepping import Stepper
from ..text import make_folder
from ..training import Adam, History, cosine, decision_boundary, fit
from .prose import say

POINTS: Final = 200
EPOCHS: Final = 40
BATCH: Final = 20


def trained(epochs: int = EPOCHS) -> tuple[MLP, History]:
    """The network after training, and how that went."""
    X, y = datasets.moons(POINTS, noise=0.1, seed=1)
    model = MLP(2, [8, 4, 1], activation="tanh", weights="xavier", seed=1)
    steps = epochs * POINTS // BATCH
    optimizer = Adam(model.parameters(), lr=cosine(0.05, steps, final=0.005))

    def loss(x: Any, label: Any) -> Any:
        return losses.binary_cross_entropy(model(x), label)

    # "auto" would say on a machine without llvmlite that it is slow: here it is fast enough
    compiled = compile(loss, executor="auto" if has_native() else "python")
    return model, fit(
        compiled, data=(X, y), optimizer=optimizer, epochs=epochs, batch_size=BATCH, model=model
    )


def run(folder: Path) -> None:
    """Train, report, and write the pictures into the folder."""
    make_folder(folder)
    say(f"A network of 8, 4 and 1 units learns to tell two moons apart, {POINTS} points:\n")
    model, history = trained()
    if history.stopped == "interrupted":
        raise KeyboardInterrupt
    print(f"{model.summary()}\n")
    say(f"loss {history.loss[0]:.3f} → {history.loss[-1]:.3f} in {len(history.epochs)} epochs")
    unseen = accuracy(model, *datasets.moons(500, noise=0.1, seed=2))
    say(f"{100 * unseen:.1f} % of 500 points that it has not seen are right\n")
    for name, what in written(model, history, folder).items():
        say(f"wrote {shown(str(folder / name))}: {what}")


def written(model: MLP, history: History, folder: Path) -> dict[str, str]:
    """Write every file; their names, and what each shows."""
    X, y = datasets.moons(POINTS, noise=0.1, seed=1)
    history.save(folder / "training.svg")
    boundary = decision_boundary(model, X, y)
    boundary.save(folder / "boundary.svg")
    closest = min(range(POINTS), key=lambda i: abs(model(X[i]).data))  # the rest is nearly learnt
    loss: Value = losses.binary_cross_entropy(model(X[closest]), y[closest])
    loss.zero_grad()
    loss.backward()
    network = draw(loss, collapse="neuron", title="one example, forward and backward")
    network.save(folder / "network.svg")
    also = also_as_png({"boundary": boundary, "network": network}, folder)
    Stepper(model.layers[0].neurons[0](X[closest])).save(folder / "neuron.html")
    save(model, folder / "model.json")
    return {
        "training.svg": "loss, accuracy and gradient norm over the epochs",
        "boundary.svg": f"what it has learnt, as a map{also}",
        "network.svg": f"its circuit, one box for each neuron{also}",
        "neuron.html": "one neuron, forward and backward step by step: open it in a browser",
        "model.json": "the network: mg.load gives it back",
    }


def also_as_png(pictures: dict[str, Any], folder: Path) -> str:
    """Write them as PNG, too; what to say of it, for where nothing makes PNG from SVG."""
    try:
        for name, picture in pictures.items():
            picture.save(folder / f"{name}.png")
    except ImportError as error:
        return f" ({error})"
    return " (also .png)"
