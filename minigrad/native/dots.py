"""Dot products side by side, as a native loop over groups: the members of one are in a vector.

The index has for each group the slot of the first result, then for each pair the slot of the factor
that all members share, and the first of those that each has for itself. Needs llvmlite.
"""

from __future__ import annotations

from typing import Any, Final

import llvmlite.ir as ir

from .operand import LONG, Code, Native

TOGETHER: Final = 4  # members of a group
AT_ONCE: Final = 4  # groups: each waits for its own last addition


def write_dots(function: Any) -> None:
    """Write the function of a run; its arguments are those of every kernel's."""
    _, _, count, _, _ = function.args
    builder = ir.IRBuilder(function.append_basic_block())
    dots = _Dots(Code(builder, TOGETHER), function)
    whole = builder.and_(count, LONG(-AT_ONCE))
    with dots.code.loop(whole, AT_ONCE) as first:
        dots.write([builder.add(first, LONG(i)) for i in range(AT_ONCE)])
    with dots.code.loop(builder.sub(count, whole)) as last:
        dots.write([builder.add(whole, last)])
    builder.ret_void()


class _Dots:
    """The function while it is written."""

    def __init__(self, code: Code, function: Any) -> None:
        self.code = code
        self.slots, self.index, _, self.operands, _ = function.args
        self.length = code.builder.add(self.operands, LONG(1))  # of a group's part of the index

    def write(self, groups: list[Any]) -> None:
        """Some groups at once, from the first pair to the last."""
        b = self.code.builder
        parts = [b.gep(self.index, [b.mul(group, self.length)]) for group in groups]
        firsts = [self._product(part, LONG(1)).value for part in parts]
        before, body, after = b.block, b.append_basic_block("pairs"), b.append_basic_block("done")
        b.cbranch(b.icmp_signed("<", LONG(3), self.length), body, after)
        b.position_at_end(body)
        place = b.phi(LONG)
        totals = [b.phi(self.code.number) for _ in parts]
        products = [self._product(part, place) for part in parts]
        sums = [(Native(self.code, x) + y).value for x, y in zip(totals, products)]
        following = b.add(place, LONG(2))
        b.cbranch(b.icmp_signed("<", following, self.length), body, after)
        place.add_incoming(LONG(3), before)
        place.add_incoming(following, body)
        b.position_at_end(after)
        results = [b.phi(self.code.number) for _ in parts]
        for total, result, first, sum_ in zip(totals, results, firsts, sums):
            for number in (total, result):
                number.add_incoming(first, before)
                number.add_incoming(sum_, body)
        for part, result in zip(parts, results):
            self.code.store(Native(self.code, result), self._slot(part, LONG(0)))

    def _product(self, part: Any, place: Any) -> Native:
        b = self.code.builder
        shared = b.load(self._slot(part, place))
        return self.code.splat(shared) * self.code.load(self._slot(part, b.add(place, LONG(1))))

    def _slot(self, part: Any, place: Any) -> Any:
        """Where the slot is whose number stands at a place of a group's part."""
        b = self.code.builder
        return b.gep(self.slots, [b.sext(b.load(b.gep(part, [place])), LONG)])
