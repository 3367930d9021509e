"""The names that the code of a user's function reads: of variables and of attributes.

>>> rate = 2.0
>>> def scaled(x):
...     return settings.scale * rate * x
>>> found = names_read(scaled.__code__)
>>> sorted(found.variables), sorted(found.attributes), found.any_attribute
(['rate', 'settings'], ['scale'], False)

A name that is made while the code runs, as in `getattr(net, "w" + str(i))`, may be any. A variable
that is only counted up (`calls += 1`), and a list that is only appended to, decide nothing, and are
no names that are read.
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
# What reads by a name in a text, and the place of this among its arguments: attributes, modules,
ATTRIBUTES_BY_TEXT: Final = {
    **dict.fromkeys(("getattr", "hasattr", "setattr", "delattr", "getattr_static"), 2),
    "attrgetter": 1,
    "methodcaller": 1,
}
MODULES_BY_TEXT: Final = {"import_module": 1, "__import__": 1}
CODE: Final = {"eval": 1, "exec": 1, "compile": 1}  # any of them, and variables
BY_TEXT: Final = {**ATTRIBUTES_BY_TEXT, **MODULES_BY_TEXT, **CODE}
FORMATS: Final = frozenset({"format", "format_map", "vformat"})  # attributes, too
# what reads all attributes of an object,
OF_ALL: Final = frozenset(
    {"vars", "dir", "__dict__", "asdict", "astuple", "getmembers", "getmembers_static", "dumps"}
    | {"__getattr__", "__getattribute__", "__getstate__", "__reduce__", "__reduce_ex__"}
)
# and all variables of a module.
NAMESPACES: Final = frozenset({"globals", "__globals__", "f_globals"})
OF_A_CALL: Final = ("PUSH_NULL", "PRECALL", "CALL", "CALL_FUNCTION")
# Instructions that count a variable or an attribute up, one in an object, one in a list or a dict;
# in the words of Python 3.10 and of later ones.
COUNTED: Final = re.compile(r"LOAD_\w+ LOAD_\w+ INPLACE (?:(?:SWAP|ROT_TWO) )?STORE_\w+")
COUNTED_IN: Final = re.compile(
    r"LOAD_\w+ (?:COPY|DUP_TOP) LOAD_ATTR LOAD_\w+ INPLACE (?:SWAP|ROT_TWO) STORE_ATTR|"
    r"LOAD_\w+ LOAD_\w+ (?:COPY COPY|DUP_TOP_TWO) BINARY_SUBSCR LOAD_\w+ INPLACE "
    r"(?:SWAP SWAP|ROT_THREE) STORE_SUBSCR"
)
LONGEST: Final = 10  # of these
WORDS: Final = re.compile(r"[^\W\d]\w*")


class Names(NamedTuple):
    """What the code of a function, and of the functions in it, reads."""

    variables: frozenset[str]  # of the module
    cells: frozenset[str]  # of functions around it, and its own that those in it read
    arguments: frozenset[str]  # and variables of its own
    attributes: frozenset[str]
    of_arguments: frozenset[str]  # of these, those of what is no variable of a function around it
    modules: frozenset[str]  # that it imports itself
    texts: frozenset[str]  # words in texts, if it reads anything by a text
    written: frozenset[str]  # attributes that it writes
    any_variable: bool  # whether it reads variables by texts that do not stand in the code,
    any_attribute: bool  # or attributes, or all of an object,
    any_module: bool  # or modules


@lru_cache(maxsize=1_000)
def names_read(code: CodeType) -> Names:
    """The names that a code reads for more than to count them up."""
    found: dict[tuple[str, ...], set[str]] = {
        kind: set() for kind in (OF_VARIABLES, OF_CELLS, OF_ARGUMENTS, OF_ATTRIBUTES)
    }
    modules: set[str] = set()
    texts: set[str] = set()
    written: set[str] = set()
    of_arguments: set[str] = set()
    by_text: set[tuple[str, bool]] = set()
    own = {name for part in codes_of(code) for name in part.co_cellvars}
    for part in codes_of(code):
        written.update(_add_names(part, found, modules))
        of_arguments.update(_attributes_of_arguments(part, own))
        texts.update(_texts(part))
        written.update(x.argval for x in instructions_of(part) if x.opname == "STORE_ATTR")
        by_text.update(_read_by_text(part))
    given = {name for name, is_whole in by_text if is_whole}
    made = {name for name, is_whole in by_text if not is_whole}
    if not given.isdisjoint(MODULES_BY_TEXT):
        modules |= texts
    of_code = not made.isdisjoint(CODE)
    words = {word for text in texts if given for word in WORDS.findall(text)}
    # methodcaller("__getattribute__", name), vars(builtins)["getattr"](net, name)
    made |= words & (OF_ALL | NAMESPACES | BY_TEXT.keys())
    return Names(
        frozenset(found[OF_VARIABLES]),
        frozenset(found[OF_CELLS]),
        frozenset(found[OF_ARGUMENTS]),
        frozenset(found[OF_ATTRIBUTES]),
        frozenset(of_arguments & found[OF_ATTRIBUTES]),
        frozenset(modules),
        frozenset(words),
        frozenset(written),
        of_code or not made.isdisjoint(NAMESPACES),
        of_code or not made.isdisjoint(ATTRIBUTES_BY_TEXT.keys() | FORMATS | OF_ALL),
        of_code or not made.isdisjoint(MODULES_BY_TEXT),
    )


def _add_names(
    code: CodeType, found: dict[tuple[str, ...], set[str]], modules: set[str]
) -> Iterator[str]:
    """Add the names that a code reads; those of attributes that it only counts up are given."""
    steps = [step for step in instructions_of(code) if step.opname != "CACHE"]
    kinds = list(map(_kind, steps))
    for i, step in enumerate(steps):
        if step.opname == "IMPORT_NAME":
            modules.add(step.argval)
        elif step.opname == "MATCH_CLASS":  # its names of attributes stand in a tuple before it,
            found[OF_ATTRIBUTES].update(*[x.argval for x in steps[:i] if _is_names(x.argval)])
            found[OF_ATTRIBUTES].add("__match_args__")  # and in the class
        for group, names in found.items():
            if not step.opname.startswith(group):
                continue
            if _is_counted(steps, kinds, i):
                yield step.argval
            else:
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


def _read_by_text(code: CodeType) -> Iterator[tuple[str, bool]]:
    """What in a code reads by texts, each with whether these stand in the code as they are."""
    steps = [step for step in instructions_of(code) if step.opname not in ("CACHE", "PUSH_NULL")]
    for i, step in enumerate(steps):
        if not step.opname.startswith((*OF_ATTRIBUTES, *OF_VARIABLES, *OF_CELLS)):
            continue
        for name in step.argval if isinstance(step.argval, tuple) else [step.argval]:
            rest = steps[i + 1 :]
            if name in BY_TEXT:
                yield name, _is_given_a_text(rest, BY_TEXT[name], name == "attrgetter")
            elif name in NAMESPACES:  # globals()["rate"]
                after = [x for x in rest[:LONGEST] if x.opname not in OF_A_CALL]
                yield name, _is_item_of_a_text(after)
            elif name in OF_ALL:  # it.__dict__["rate"], vars(it)["rate"]
                after = [x for x in rest[:LONGEST] if x.opname not in OF_A_CALL][name == "vars" :]
                yield name, _is_item_of_a_text(after)
            elif name in FORMATS and step.opname.startswith(OF_ATTRIBUTES):
                is_whole = _is_text(steps[i - 1])
                if not is_whole or "." in steps[i - 1].argval:
                    yield name, is_whole


def _is_given_a_text(steps: Sequence[dis.Instruction], place: int, alone: bool) -> bool:
    """Whether a function that lies on the stack is given a text, as it stands, at this place.

    With `alone`, nothing but texts. Branches are not followed: where there are some, the text may
    be another.
    """
    heights = [0]  # of the stack above the function, before each step
    for step in steps:
        if step.opcode in dis.hasjrel or step.opcode in dis.hasjabs:
            return False
        height = heights[-1] + dis.stack_effect(step.opcode, step.arg)
        if height <= 0:  # it is called
            break
        heights.append(height)
    if place - 1 not in heights[: len(heights) - 1]:
        return False
    if alone:
        return all(map(_is_text, steps[: len(heights) - 1]))
    at = len(heights) - 1 - heights[::-1].index(place - 1)
    return _is_text(steps[at]) and min(heights[at + 2 :], default=place + 1) > place


def _is_item_of_a_text(steps: Sequence[dis.Instruction]) -> bool:
    """Whether what lies on the stack is subscripted by a text; the code may end before."""
    return len(steps) > 1 and _is_text(steps[0]) and _kind(steps[1]) == "BINARY_SUBSCR"


def _is_text(step: dis.Instruction) -> bool:
    return step.opname == "LOAD_CONST" and isinstance(step.argval, str)


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
    height = 1  # of the stack above what was there before
    for place in range(i + 1, len(steps)):
        step = steps[place]
        if step.opcode in dis.hasjrel or step.opcode in dis.hasjabs:
            return steps[i + 1].argval in OF_LISTS
        height += dis.stack_effect(step.opcode, step.arg)
        if height <= 0:
            return step.opname == "POP_TOP"
    return False
