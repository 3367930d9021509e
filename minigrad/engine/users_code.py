"""The names that the code of a user's function reads: of variables and of attributes.

>>> rate = 2.0
>>> def scaled(x):
...     return settings.scale * rate * x
>>> found = names_read(scaled.__code__)
>>> sorted(found.variables), sorted(found.attributes), found.of_any_name
(['rate', 'settings'], ['scale'], False)

A variable that is only counted up (`calls += 1`), and a list that is only appended to, decide
nothing, and are no names that are read.
"""

from __future__ import annotations

import dis
import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from types import CodeType
from typing import Final, NamedTuple

OF_ATTRIBUTES: Final = ("LOAD_ATTR", "LOAD_METHOD", "LOAD_SUPER", "IMPORT_FROM")
OF_VARIABLES: Final = ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS")
OF_CELLS: Final = ("LOAD_DEREF", "LOAD_CLASSDEREF", "LOAD_FROM_DICT_OR_DEREF")
OF_ARGUMENTS: Final = ("LOAD_FAST",)
GROWING: Final = frozenset({"append", "extend", "add", "update", "write"})
OF_LISTS: Final = frozenset({"append", "extend"})
# What reads attributes, or variables, whose names are texts,
BY_NAME: Final = frozenset({"getattr", "hasattr", "setattr", "delattr"})
BY_TEXT: Final = BY_NAME | {"eval", "exec", "globals", "locals"}
# and what reads all attributes of an object.
OF_ALL: Final = frozenset({"vars", "dir", "__dict__", "asdict", "astuple", "__getstate__"})
# Instructions that count a variable or an attribute up, one in an object, one in a list or a dict;
# in the words of Python 3.10 and of later ones.
COUNTED: Final = re.compile(r"LOAD_\w+ LOAD_\w+ INPLACE (?:(?:SWAP|ROT_TWO) )?STORE_\w+")
COUNTED_IN: Final = re.compile(
    r"LOAD_\w+ (?:COPY|DUP_TOP) LOAD_ATTR LOAD_\w+ INPLACE (?:SWAP|ROT_TWO) STORE_ATTR|"
    r"LOAD_\w+ LOAD_\w+ (?:COPY COPY|DUP_TOP_TWO) BINARY_SUBSCR LOAD_\w+ INPLACE "
    r"(?:SWAP SWAP|ROT_THREE) STORE_SUBSCR"
)
LONGEST: Final = 10  # of these


class Names(NamedTuple):
    """What the code of a function, and of the functions in it, reads."""

    variables: frozenset[str]  # of the module
    cells: frozenset[str]  # of functions around it, and its own that those in it read
    arguments: frozenset[str]  # and variables of its own
    attributes: frozenset[str]
    of_arguments: frozenset[str]  # of these, those of what is no variable of a function around it
    modules: frozenset[str]  # that it imports itself
    texts: frozenset[str]  # words in texts, if it reads anything by a text
    of_any_name: bool  # whether it reads attributes by texts that do not stand in the code,
    all_attributes: bool  # or all of an object


@lru_cache(maxsize=1_000)
def names_read(code: CodeType) -> Names:
    """The names that a code reads for more than to count them up."""
    found: dict[tuple[str, ...], set[str]] = {
        kind: set() for kind in (OF_VARIABLES, OF_CELLS, OF_ARGUMENTS, OF_ATTRIBUTES)
    }
    modules: set[str] = set()
    texts: set[str] = set()
    of_arguments: set[str] = set()
    own = {name for part in codes_of(code) for name in part.co_cellvars}
    for part in codes_of(code):
        _add_names(part, found, modules)
        of_arguments.update(_attributes_of_arguments(part, own))
        texts.update(_texts(part))
    variables, attributes = found[OF_VARIABLES], found[OF_ATTRIBUTES]
    names = variables | attributes | found[OF_CELLS]
    by_text = not BY_TEXT.isdisjoint(names)
    is_computed = any(map(_has_computed_names, codes_of(code)))
    words = {word for text in texts for word in re.findall(r"[^\W\d]\w*", text)}
    return Names(
        frozenset(variables),
        frozenset(found[OF_CELLS]),
        frozenset(found[OF_ARGUMENTS]),
        frozenset(attributes),
        frozenset(of_arguments & attributes),
        frozenset(modules),
        frozenset(words) if by_text else frozenset(),
        is_computed or (by_text and not words),
        not OF_ALL.isdisjoint(names),
    )


def _add_names(code: CodeType, found: dict[tuple[str, ...], set[str]], modules: set[str]) -> None:
    steps = [step for step in instructions_of(code) if step.opname != "CACHE"]
    kinds = list(map(_kind, steps))
    for i, step in enumerate(steps):
        if step.opname == "IMPORT_NAME":
            modules.add(step.argval)
        elif step.opname == "MATCH_CLASS":  # its names of attributes stand in a tuple before it
            found[OF_ATTRIBUTES].update(*[x.argval for x in steps[:i] if _is_names(x.argval)])
        for group, names in found.items():
            if step.opname.startswith(group) and not _is_counted(steps, kinds, i):
                names.update(step.argval if isinstance(step.argval, tuple) else [step.argval])


def _attributes_of_arguments(code: CodeType, own: Collection[str]) -> Iterator[str]:
    """The names of attributes that are not read of a variable of the module, or of one around."""
    is_of_a_variable = False
    for step in instructions_of(code):
        if step.opname.startswith((*OF_VARIABLES, *OF_CELLS)):
            is_of_a_variable = step.argval not in own
        elif not step.opname.startswith(OF_ATTRIBUTES):
            is_of_a_variable = is_of_a_variable and step.opname == "CACHE"
        elif not is_of_a_variable:
            yield step.argval


def _has_computed_names(code: CodeType) -> bool:
    """Whether a name that `getattr` is given stands nowhere in the code, or not whole."""
    steps = [step for step in instructions_of(code) if step.opname != "CACHE"]
    return any(
        step.opname == "LOAD_GLOBAL"
        and step.argval in BY_NAME
        and not _is_given_a_text(steps[i + 1 :])
        for i, step in enumerate(steps)
    )


def _is_given_a_text(steps: Sequence[dis.Instruction]) -> bool:
    """Whether a function that lies on the stack is given a text, as it stands, as the second one.

    Branches are not followed: where there are some, the text may be another.
    """
    heights = [0]  # of the stack above the function, before each step
    for step in steps:
        if step.opcode in dis.hasjrel or step.opcode in dis.hasjabs:
            return False
        height = heights[-1] + dis.stack_effect(step.opcode, step.arg)
        if height <= 0:  # it is called
            break
        heights.append(height)
    if 1 not in heights:
        return False
    second = len(heights) - 1 - heights[::-1].index(1)
    is_text = steps[second].opname == "LOAD_CONST" and isinstance(steps[second].argval, str)
    return is_text and min(heights[second + 2 :], default=3) > 2


def _is_names(constant: object) -> bool:
    return isinstance(constant, tuple) and all(isinstance(text, str) for text in constant)


def _texts(code: CodeType) -> list[str]:
    """The texts in a code, but for its docstring."""
    begins = 0 if code.co_name.startswith("<") else 1
    return [text for text in code.co_consts[begins:] if isinstance(text, str)]


def codes_of(code: CodeType) -> Iterator[CodeType]:
    """The code of a function, and of the functions and comprehensions in it."""
    yield code
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield from codes_of(part)


@lru_cache(maxsize=1_000)
def instructions_of(code: CodeType) -> tuple[dis.Instruction, ...]:
    """The instructions of a code: to take it apart takes as long as to record what it does."""
    return tuple(dis.get_instructions(code))


def _kind(step: dis.Instruction) -> str:
    if step.opname.startswith("INPLACE") or (
        step.opname == "BINARY_OP" and step.argrepr.endswith("=")
    ):
        return "INPLACE"
    is_item = step.opname == "BINARY_OP" and step.argrepr.startswith("[")
    return "BINARY_SUBSCR" if is_item else step.opname


def _is_counted(steps: Sequence[dis.Instruction], kinds: Sequence[str], i: int) -> bool:
    """Whether what an instruction loads is counted up, or appended to, and no more."""
    text = " ".join(kinds[i : i + LONGEST])
    if found := COUNTED.match(text):
        return bool(steps[i + found[0].count(" ")].argval == steps[i].argval)
    method = steps[i + 1] if i + 1 < len(steps) else None
    if method and method.opname in OF_ATTRIBUTES and method.argval in GROWING:
        return _is_thrown_away(steps, i)
    return COUNTED_IN.match(text) is not None


def _is_thrown_away(steps: Sequence[dis.Instruction], i: int) -> bool:
    """Whether nobody uses what becomes of what an instruction loads: `log.append(x)`.

    The object on the stack becomes a method, its result, and is popped. Branches are not followed:
    `log.append(x) or x` is believed of the names of lists alone, whose methods give nothing.
    """
    height = 0  # of the stack above what was there before
    for place in range(i, len(steps)):
        step = steps[place]
        if step.opcode in dis.hasjrel or step.opcode in dis.hasjabs:
            return steps[i + 1].argval in OF_LISTS
        height += dis.stack_effect(step.opcode, step.arg)
        if height <= 0:
            return step.opname == "POP_TOP"
    return False
