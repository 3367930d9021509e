"""The circuits that a request of the command names, and the wires in them.

>>> request = argparse.Namespace(expression="a = x*y, a + x", values=["x=2", "y=3"])
>>> [output.data for output in differentiated(request)]
[6.0, 8.0]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import Any

from ..engine import Circuit, Value
from ..expressions import expressions, normal_name
from ..text import printable, unicode_name
from .arguments import EXAMPLE, values_from


def outputs_of(arguments: argparse.Namespace) -> list[Value]:
    """The output of each expression."""
    return expressions(arguments.expression, values_from(arguments.values))


def output_of(arguments: argparse.Namespace) -> Value:
    """The only output: steps go back from one."""
    first, *others = outputs_of(arguments)
    if others:
        raise ValueError(
            f"there are {1 + len(others)} expressions, and steps go back from one: leave the "
            "others out, or look at all of them with minigrad draw"
        )
    if first.is_constant and first.is_leaf:
        raise ValueError(
            "there is nothing to step through in a number alone: write an expression such as "
            f"{EXAMPLE}"
        )
    return first


def differentiated(arguments: argparse.Namespace) -> list[Value]:
    """The outputs, after a backward pass from their sum."""
    found = outputs_of(arguments)
    moving = [each for each in found if not each.is_constant]
    if moving:
        sum(moving[1:], moving[0]).backward()
    return found


def note_on(outputs: Sequence[Value]) -> str | None:
    """What is to be said about the gradients of several outputs."""
    moving = sum(not output.is_constant for output in outputs)
    return "the gradients are those of the sum of all outputs" if moving > 1 else None


def circuit_of(outputs: Sequence[Value]) -> Circuit:
    """The circuit behind all of them."""
    output, *others = dict.fromkeys(outputs)
    return Circuit(output, others=others, textbook=True)


def wire_named(option: str, name: str, leaves: Iterable[Value]) -> Value:
    """The leaf that an option names."""
    named = {unicode_name(leaf.label): leaf for leaf in leaves if leaf.label}
    shown_as = unicode_name(normal_name(name))
    if shown_as not in named:
        names = ", ".join(named) or "none"
        said = printable(name) or "''"
        raise ValueError(f"{option} {said}: the names in the expression are: {names}")
    return named[shown_as]


def mode_of(arguments: argparse.Namespace, output: Value) -> dict[str, Any]:
    """How a stepper goes: the mode, and the wires that move, by their names."""
    leaves = [leaf for leaf in Circuit(output).leaves if not leaf.is_constant]
    if arguments.seed and arguments.mode == "backward":
        raise ValueError(
            "--seed says which name moves in forward mode: add --mode forward or --mode both"
        )
    if arguments.mode != "backward" and not leaves:
        raise ValueError(
            f"--mode {arguments.mode} follows what a name does to all others, and there is no name "
            "in the expression"
        )
    if arguments.mode != "backward" and not arguments.seed and len(leaves) > 1:
        raise ValueError(
            f"--mode {arguments.mode} follows what one name does to all others: say which with "
            "--seed NAME"
        )
    seeds: dict[Value | str, float] = {}
    for text in arguments.seed:
        name, equals, _ = text.partition("=")
        wire = wire_named("--seed", name.strip(), leaves)
        if wire in seeds:
            raise ValueError(f"--seed {printable(name)} is given twice: leave one out")
        (seeds[wire],) = values_from([text]).values() if equals else [1.0]
    return {"mode": arguments.mode, "seed": seeds or None}
