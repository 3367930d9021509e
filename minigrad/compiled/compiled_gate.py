"""The gate behind the result of a compiled function.

>>> gate_of("square", print).symbol
'square'
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from pickle import PicklingError
from typing import Any, NoReturn

from ..engine import Value
from ..rules import Gate


@dataclass(frozen=True, eq=False, repr=False)
class CompiledGate(Gate):
    """The gate behind the result of a compiled function: it has no rules, only numbers.

    It is a function of this program, and in no table.
    """

    compiled: Callable[[], Any] = field(kw_only=True)  # gives the function, while there is one

    @property
    def outputs(self) -> list[Value]:
        """What the function gave at its latest call, as it was recorded."""
        function = self.compiled()
        return function.latest_outputs() if function else []

    def __reduce__(self) -> NoReturn:
        raise PicklingError(
            f"the result of the compiled {self.name} cannot be pickled: its gate is a function of "
            f"this program. Pickle numbers (.data), or what {self.name}.function(...) or "
            f"{self.name}.circuit gives"
        )


def gate_of(name: str, compiled: Any) -> Gate:
    """The gate of the compiled function of that name.

    >>> gate_of("square", print).sentence
    'a compiled function: multiplies the gradient by its own derivatives'
    """

    def no_rule(*_: Any) -> Any:
        raise TypeError(
            f"the result of the compiled {name} is one gate that knows its gradients as numbers: "
            "for second derivatives, formulas and pictures call the function without mg.compile "
            f"({name}.function) or take {name}.circuit"
        )

    sentence = "a compiled function: multiplies the gradient by its own derivatives"
    any_number = (-inf, inf)
    return CompiledGate(
        name,
        name,
        no_rule,
        sentence,
        no_rule,
        arity=None,
        output_range=any_number,
        compiled=weakref.ref(compiled),
    )
