"""A call with Values by the shortest way: their numbers to machine code, and one wire back.

As a `prepared_call`, for arguments that are leaves or flat lists of leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct
from typing import Any, Final

from ..calculus import NUMBER
from ..engine import Leaves, numbers_of_leaves, observed, observers, output_of
from .checking import Check
from .prepared_call import Prepared, written
from .recording import Recording

MOST: Final = 100  # leaves; with more the long way takes little longer
LISTS: Final = (list, tuple)


class PreparedValues(Prepared):
    """Calls whose arguments are Values, or lists or tuples of them, all by place.

    `call` takes a call's arguments and gives its wire; None where it has to go the long way.
    """

    def __init__(self, recording: Recording, check: Check | None, arguments: Sequence[Any]) -> None:
        super().__init__(recording, recording.running, check)
        self.call = self._written(arguments)

    @staticmethod
    def key(arguments: Sequence[Any]) -> Any:
        """What is the same for arguments of the same kinds and lengths."""
        return tuple([(type(x), len(x)) if type(x) in LISTS else type(x) for x in arguments])

    @classmethod
    def made(
        cls, recording: Recording, check: Check | None, arguments: Sequence[Any]
    ) -> PreparedValues | None:
        """One for calls like this, if that is possible by now."""
        running = recording.running
        if running.function is None or running.may_raise or recording.output_structure != NUMBER:
            return None
        given = [x for part in arguments for x in (part if type(part) in LISTS else (part,))]
        (behind,) = recording.behind
        is_whole = (
            len(recording.parameters) == len(recording.leaves)  # no constants
            and behind.places is None
            and len(behind.inputs) == len(given) == len(recording.inputs)
            and 0 < len(given) + len(recording.leaves) <= MOST
        )
        leaves = (*recording.leaves, *given)
        if not is_whole or numbers_of_leaves(leaves) is None:
            return None
        return cls(recording, check, arguments)

    def views(self) -> Any:
        """New arrays and the native function on them, as the written function unpacks them."""
        memory = self.function.memory()
        return memory, memoryview(memory.results)  # it gives Python's floats

    def _written(self, arguments: Sequence[Any]) -> Any:
        """The function of a call's arguments."""
        recording = self.recording
        count = len(recording.leaves) + len(recording.inputs)
        known: dict[str, Any] = {
            "call": self,
            "pop": self.free.pop,
            "give": self.free.append,
            "views": self.views,
            "put": Struct(f"{count}d").pack_into,
            "gate": recording.gate,
            "Leaves": Leaves,
            "numbers_of_leaves": numbers_of_leaves,
            "output_of": output_of,
            "observers": observers,
            "observed": observed,
            "own": recording.leaves,
        }
        names = [f"x{i}" for i in range(len(arguments))]
        body = [f"if len(arguments) != {len(names)}: return", f"{', '.join(names)}, = arguments"]
        parts = ["*own"] if recording.leaves else []
        for name, argument in zip(names, arguments):
            kind = type(argument)
            if kind in LISTS:
                wanted = f"type({name}) is {kind.__name__} and len({name}) == {len(argument)}"
                body += [f"if not ({wanted}): return"]
            parts += [f"*{name}" if kind in LISTS else name]
        body += [f"leaves = Leaves(({', '.join(parts)},))", "given = numbers_of_leaves(leaves)"]
        body += ["if given is None: return", *self.looks(known)]
        body += ["try: taken = pop()", "except IndexError: taken = views()"]
        body += ["memory, numbers = taken", "put(memory.given, 0, *given)", *self.runs(known)]
        body += ["number, *gradient = numbers.tolist()", "call.latest = taken", "give(taken)"]
        body += ["wire = output_of(gate, leaves, number, tuple(gradient))"]
        body += ["return observed(wire) if observers or number - number != 0.0 else wire"]
        return written(body, known)
