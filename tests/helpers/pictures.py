"""What the tests of pictures share: small circuits, and an SVG read back with a real parser."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from typing import Any

import minigrad as mg
from minigrad import Value

SVG = "{http://www.w3.org/2000/svg}"


def neuron() -> Value:
    """The neuron of the texts: sigmoid(w0*x0 + w1*x1 + b)."""
    numbers = {"w0": 2.0, "x0": -1.0, "w1": -3.0, "x1": -2.0, "b": -3.0}
    w0, x0, w1, x1, b = (Value(number, label=label) for label, number in numbers.items())
    f = (w0 * x0 + w1 * x1 + b).sigmoid()
    f.label = "f"
    f.backward()
    return f


def fan_out() -> Value:
    """x feeds three gates: L = (x*y + x)*x."""
    x, y = Value(3.0, label="x"), Value(-2.0, label="y")
    product = (x * y + x) * x
    product.label = "L"
    product.backward()
    return product


def network(*sizes: int, activation: str = "tanh", inputs: int = 2) -> Value:
    """The output of a network whose inputs are Values, after backward()."""
    model = mg.nn.MLP(inputs, list(sizes), activation=activation, seed=1)
    x = [Value(0.5 - k, label=f"x_{k + 1}") for k in range(inputs)]
    y = model(x)
    y = y[0] if isinstance(y, list) else y
    y.backward()
    return y


class Picture:
    """An SVG as a parser sees it."""

    def __init__(self, svg: str) -> None:
        self.root = ElementTree.fromstring(svg)
        self.parts = {part.get("id"): part for part in self.root.iter() if part.get("id")}

    def texts(self, name: str) -> list[str]:
        """The texts in the part with this id, from top to bottom as they stand in the file."""
        return [clean("".join(text.itertext())) for text in self.parts[name].iter(f"{SVG}text")]

    def all_text(self) -> str:
        return " ".join(clean("".join(text.itertext())) for text in self.root.iter(f"{SVG}text"))

    def names(self, beginning: str) -> set[str]:
        return {name for name in self.parts if name.startswith(beginning)}

    def tags(self) -> set[str]:
        return {part.tag.removeprefix(SVG) for part in self.root.iter()}

    def attributes(self) -> set[str]:
        return {name for part in self.root.iter() for name in part.attrib}

    def place(self, name: str) -> tuple[float, float]:
        """The position of the first text or shape in a part; y grows downwards."""
        for part in self.parts[name].iter():
            if "cx" in part.attrib:
                return float(part.attrib["cx"]), float(part.attrib["cy"])
            if part.tag == f"{SVG}text":
                return float(part.attrib["x"]), float(part.attrib["y"])
        raise AssertionError(f"{name} has no place")


def clean(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").split())


def picture(output: Value, **options: Any) -> Picture:
    """The picture that `mg.draw` makes, taken apart."""
    return Picture(mg.draw(output, **options).svg)


def gates_in(seen: Picture) -> set[str]:
    """The gates of a picture, by the names of their parts."""
    return seen.names("gate-")
