"""Make the README's pictures: python docs/pictures.py

The neuron σ(w₀·x₀ + w₁·x₁ + w₂), drawn after the backward pass, and its steps one after the other.
"""

from __future__ import annotations

from pathlib import Path

import minigrad as mg

FOLDER = Path(__file__).parent


def neuron() -> mg.Value:
    """The circuit of the pictures, with its gradients."""
    w0, x0 = mg.Value(2.0, label="w_0"), mg.Value(-1.0, label="x_0")
    w1, x1 = mg.Value(-3.0, label="w_1"), mg.Value(-2.0, label="x_1")
    w2 = mg.Value(-3.0, label="w_2")
    f = (w0 * x0 + w1 * x1 + w2).sigmoid()
    f.label = "f"
    f.backward()
    return f


def make(folder: Path) -> None:
    """Write both pictures."""
    f = neuron()
    mg.draw(f).save(folder / "neuron.png")
    mg.Stepper(f).save(folder / "neuron-steps.gif")


if __name__ == "__main__":
    make(FOLDER)
