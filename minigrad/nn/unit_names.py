"""The texts' names for what belongs to one unit: w_jk^l, b_j^l, z_j^l, a_j^l.

>>> names = UnitNames(layer=2, place=0)
>>> names.w(2), names.b, names.z, names.a
('w_13^2', 'b_1^2', 'z_1^2', 'a_1^2')
>>> UnitNames(layer=2, place=1).w(10), UnitNames(layer=2, place=0, first_index=0).w(2)
('w_2,11^2', 'w_02^2')
"""

from __future__ import annotations


class UnitNames:
    """The names in unit number `place` (from 0) of a layer; without a layer, of a unit alone."""

    __slots__ = ("a", "b", "first_index", "layer", "place", "unit", "z")

    def __init__(self, layer: int | None = None, place: int = 0, first_index: int = 1) -> None:
        self.layer, self.place, self.first_index = layer, place, first_index
        j = place + first_index
        self.unit = (layer or 1, j)
        suffix = f"_{j}^{layer}" if layer is not None else ""
        self.b, self.z, self.a = f"b{suffix}", f"z{suffix}", f"a{suffix}"

    def w(self, k: int) -> str:
        """The name of the weight from input number `k` (from 0)."""
        k += self.first_index
        if self.layer is None:
            return f"w_{k}"
        j = self.unit[1]
        comma = "," if max(j, k) > 9 else ""
        return f"w_{j}{comma}{k}^{self.layer}"

    def x(self, k: int) -> str:
        """The name of input number `k` (from 0)."""
        return f"x_{k + self.first_index}"

    def __reduce__(self) -> tuple[type[UnitNames], tuple[int | None, int, int]]:
        return UnitNames, (self.layer, self.place, self.first_index)  # any protocol, 0 too

    @property
    def owner(self) -> str:
        """The unit's layer, in words."""
        return "the neuron" if self.layer is None else f"layer {self.layer}"
