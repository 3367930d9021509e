"""A call with Values by the shortest way: their numbers to machine code, and one wire back.

As a `prepared_call`, for arguments that are leaves or flat lists of leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct
from typing import Any, Final

from ..calculus import NUMBER
from ..engine import output_of_leaves, reader_of_leaves
from .checking import Check
from .prepared_call import Prepared, in_pairs, written
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
        if not is_whole or reader_of_leaves(len(leaves))(*leaves) is None:
            return None
        return cls(recording, check, arguments)

    def views(self) -> Any:
        """New arrays and the native function on them, as the written function unpacks them."""
        memory = self.function.memory()
        return memory, memoryview(memory.given), memoryview(memory.results)

    def _written(self, arguments: Sequence[Any]) -> Any:
        """The function of a call's arguments."""
        own = {f"own{i}": leaf for i, leaf in enumerate(self.recording.leaves)}
        leaves, places = [*own], range(len(arguments))
        body = [f"if len(arguments) != {len(places)}: return"]
        body += [f"{', '.join(f'x{i}' for i in places)}, = arguments"] if places else []
        for i, argument in enumerate(arguments):
            kind = type(argument)
            if kind in LISTS:
                items = [f"x{i}_{j}" for j in range(len(argument))]
                wanted = f"type(x{i}) is {kind.__name__} and len(x{i}) == {len(items)}"
                body += [f"if not ({wanted}): return"]
                body += [f"{', '.join(items)}, = x{i}"] if items else []
                leaves += items
            else:
                leaves += [f"x{i}"]
        body += in_pairs(arguments)
        count, wires = len(leaves), ", ".join(leaves)
        others = frozenset(self.recording.wires_read).difference(self.recording.leaves)
        if others and self.check is not None:  # for one of these the function may ask
            body += [f"if not others.isdisjoint(({', '.join(leaves[len(own) :])},)): return"]
        read, sent = (", ".join(f"{name}{i}" for i in range(count)) for name in ("read", "sent"))
        known: dict[str, Any] = {
            "call": self,
            "pop": self.free.pop,
            "give": self.free.append,
            "views": self.views,
            "read": reader_of_leaves(count),
            "put": Struct(f"{count}d").pack_into,
            "get": Struct(f"{count + 1}d").unpack_from,
            "gate": self.recording.gate,
            "others": others,
            "output_of": output_of_leaves,
            **own,
        }
        body += [f"given = read({wires})", "if given is None: return", *self.looks(known)]
        body += ["try: taken = pop()", "except IndexError: taken = views()"]
        body += ["memory, into, numbers = taken", f"{read}, = given"]
        body += [f"put(into, 0, {read})", *self.runs(known)]
        body += [f"output, {sent} = get(numbers)", "call.latest = taken", "give(taken)"]
        body += [f"return output_of(gate, ({wires},), output, ({sent},))"]
        return written("arguments", body, known)
