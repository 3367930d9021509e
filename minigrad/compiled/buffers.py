"""Arrays at fixed places and one native call on them: a function's shortest call.

>>> import minigrad as mg
>>> run = mg.compile(lambda x: x[0] * x[1]).buffers([3.0, 5.0])
>>> run.value, run.gradient
(array(15.), array([5., 3.]))
>>> run.arguments[:] = 7.0, 2.0
>>> run(); run.value, run.gradient
(array(14.), array([2., 7.]))
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NoReturn

from ..calculus import NUMBER, count_of, is_of_numbers, named_parts
from ..engine import numbers_of
from ..native import require_native
from .recording import Recording
from .running import only_python

if TYPE_CHECKING:
    from ..native import Memory

SET: Final = "write into it, run.{name}[...] = numbers, or into an item: run.{name}[0][...]"


class Buffers(partial[None]):
    """What `compiled.buffers()` gives: arrays, and when called one native call on them.

    Calling goes by `functools.partial`, C from end to end. `refresh` reads the parameters anew.
    """

    arguments: Any  # arrays in the structure of the arguments; what is given by name is in `data`
    data: Any
    parameters: Any
    value: Any
    gradient: Any
    refresh: Callable[[], None]

    def __setattr__(self, name: str, thing: Any) -> None:
        """Another array in the place of one would be read by nobody; `+=` puts back the same."""
        if vars(self).get(name) is thing is not None:
            return
        if name not in vars(self):
            raise AttributeError(f"buffers have no {name!r} to be set: {', '.join(vars(self))}")
        raise AttributeError(f"{name} of buffers is not to be replaced: {SET.format(name=name)}")

    def __reduce__(self) -> NoReturn:
        raise TypeError("buffers are places in this program's memory: make new ones in the other")

    def __repr__(self) -> str:
        return f"<buffers: arguments {self.arguments!r}, value {self.value}>"


def buffers_of(recording: Recording, numbers: list[float], check: bool) -> Buffers:
    """Buffers for a recording, filled with the numbers of a call and run once."""
    memory = _native(recording)
    structure: Any = recording.structure
    by_place = count_of(structure[1])
    first = len(recording.parameters)
    parameters, given = memory.given[:first], memory.given[first:]
    results = memory.results
    results.flags.writeable = False

    def refresh() -> None:
        """Read the parameters, after a look whether the function is what it was."""
        recording.check_places()
        if check:
            recording.check_plain_numbers()
        parameters[:] = numbers_of(recording.parameters)

    run = Buffers(memory.run)
    vars(run).update(
        arguments=arrays_in(structure[1], given),
        data=arrays_in(structure[2], given[by_place:]),
        parameters=parameters,
        value=results[:1].reshape(()),
        gradient=arrays_in(structure[1], results[1:]),
        refresh=refresh,
    )
    given[:] = numbers
    refresh()
    run()
    return run


def _native(recording: Recording) -> Memory:
    """The recording as one native function; refused where it cannot be right in any case."""
    running, name = recording.by_arguments, recording.name
    require_native("buffers")
    if names := only_python(running.tape):
        raise TypeError(
            f"{name} uses {names[0]}, which is ordinary Python, and one native call has none: use "
            f"{name}.value_and_grad(x)"
        )
    if running.may_raise:
        raise TypeError(
            f"{name} chooses by an index (mg.select), and one native call cannot raise the "
            f"IndexError of one that is out of range: use {name}.value_and_grad(x)"
        )
    from ..native import native_function

    return native_function(running.careful_tape()).memory()


def arrays_in(structure: Any, flat: Any) -> Any:
    """Parts of an array in a structure of arguments; of one argument it is its own.

    A number, an array, and a list or tuple of numbers alone, is one array. Lists are tuples here,
    dicts and dataclasses are mappings that cannot be written to: only arrays are to be filled.
    """
    if (
        structure[0] is tuple
        and len(parts := [part for part in structure[1:] if is_of_numbers(part)]) == 1
    ):
        return _arrays(parts[0], flat)
    return _arrays(structure, flat)


def _arrays(structure: Any, flat: Any) -> Any:
    if structure == NUMBER:
        return flat[:1].reshape(())
    kind, *parts = structure
    if kind == "fixed":
        return parts[0]
    if kind == "array":
        return flat[: prod(parts[0])].reshape(parts[0])
    made, place = {}, 0
    for name, part in named_parts(structure):
        made[name] = _arrays(part, flat[place:])
        place += count_of(part)
    if kind is dict or kind == "dataclass":
        return MappingProxyType(made)
    if parts and all(part == NUMBER for part in parts):
        return flat[: len(parts)]
    if kind is slice:
        return slice(*made.values())
    return (kind._make if hasattr(kind, "_make") else tuple)(made.values())
