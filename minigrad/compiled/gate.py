"""The gate behind the result of a compiled function: it has no rules, only numbers.

>>> import minigrad as mg
>>> square = mg.compile(lambda x: x * x)
>>> square(mg.Value(3.0)).gate.sentence
'a compiled function: multiplies the gradient by its own derivatives'
"""

from __future__ import annotations

from pickle import PicklingError
from typing import Any, NoReturn

from ..rules import Gate


class CompiledGate(Gate):
    """A gate that is a function of this program, and in no table."""

    def __reduce__(self) -> NoReturn:
        raise PicklingError(
            f"the result of the compiled {self.name} cannot be pickled: its gate is a function of "
            f"this program. Pickle numbers (.data), or what {self.name}.function(...) or "
            f"{self.name}.circuit gives"
        )


def gate_of(name: str) -> Gate:
    """The gate of the compiled function of that name."""

    def no_rule(*_: Any) -> Any:
        raise TypeError(
            f"the result of the compiled {name} is one gate that knows its gradients as numbers: "
            "for second derivatives, formulas and pictures call the function without mg.compile "
            f"({name}.function) or take {name}.circuit"
        )

    sentence = "a compiled function: multiplies the gradient by its own derivatives"
    return CompiledGate(name, name, no_rule, sentence, no_rule, arity=None)
