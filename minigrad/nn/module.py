"""Things with parameters: whatever holds Values finds them, clears them, saves and loads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..engine import Value, names_elsewhere
from ..rules import as_number
from ..text import OF_A_MODULE

if TYPE_CHECKING:

    class Elsewhere:
        """The base with the names that other libraries' modules have."""

else:
    Elsewhere = names_elsewhere("a Module", OF_A_MODULE)


class Module(Elsewhere):
    """Something with parameters: the leaf Values in its attributes, and those of its modules.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope, self.offset = Value(2.0), Value(-1.0)
    ...     def __call__(self, x):
    ...         return self.slope * x + self.offset
    >>> line = Line()
    >>> line.state_dict()
    {'slope': 2.0, 'offset': -1.0}
    >>> line.load_state_dict({"slope": 0.5, "offset": 0.0}); line(4).data
    2.0

    Attributes are searched in the order in which they were set, through lists, tuples, dicts and
    modules; those that begin with an underscore are left out, and so are constants.
    """

    def parameters(self) -> list[Value]:
        """The Values that an optimiser changes, each once."""
        return [parameter for _, parameter in self.named_parameters()]

    def named_parameters(self) -> list[tuple[str, Value]]:
        """The parameters with the path of attributes that leads to each: `layers.0.neurons.1.b`."""
        return list(_parameters_in(self))

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters: call it before every `backward()`."""
        for parameter in self.parameters():
            parameter.grad = None

    def state_dict(self) -> dict[str, float]:
        """The numbers of all parameters under their names, to be kept or saved."""
        return {name: parameter.data for name, parameter in self.named_parameters()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Set all parameters to the numbers of a `state_dict()`.

        A missing or an unknown name is a KeyError, and then no parameter has been changed.
        """
        parameters = dict(self.named_parameters())
        missing = [name for name in parameters if name not in state]
        unknown = [name for name in state if name not in parameters]
        if missing or unknown:
            raise KeyError(
                f"this {type(self).__name__} has {len(parameters)} parameters; in the state "
                f"{_listed(missing)} are missing and {_listed(unknown)} are unknown: was it saved "
                "from a network of another shape?"
            )
        numbers = [as_number(state[name]) for name in parameters]
        for parameter, number in zip(parameters.values(), numbers):
            parameter.data = number


def _listed(names: list[str]) -> str:
    shown = ", ".join(map(repr, names[:3]))
    return f"{shown} and {len(names) - 3} more" if len(names) > 3 else shown or "none"


def _parameters_in(module: Module) -> Iterator[tuple[str, Value]]:
    seen: set[int] = set()
    waiting: list[tuple[str, Any]] = [("", module)]
    while waiting:
        path, thing = waiting.pop()
        if isinstance(thing, Value):
            if thing.is_leaf and not thing.is_constant and id(thing) not in seen:
                yield path, thing
        elif id(thing) not in seen:
            prefix = f"{path}." if path else ""
            waiting += [(f"{prefix}{name}", part) for name, part in reversed(_parts(thing))]
        seen.add(id(thing))


def _parts(thing: Any) -> list[tuple[Any, Any]]:
    """What a module, a list, a tuple or a dict holds, by name."""
    if isinstance(thing, Module):
        return [(name, part) for name, part in vars(thing).items() if not name.startswith("_")]
    if isinstance(thing, (list, tuple)):
        return list(enumerate(thing))
    return list(thing.items()) if isinstance(thing, dict) else []
