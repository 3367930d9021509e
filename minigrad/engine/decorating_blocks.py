"""A `with` block that is also a decorator, with or without parentheses.

>>> from minigrad import Value, no_grad
>>> @no_grad
... def predicted(x):
...     return Value(2.0) * x
>>> predicted(3.0)
Value(data=6.0, constant)

An async function is awaited inside the block. A generator would go on after the block has ended: it
is refused when it is decorated.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterator
from contextlib import (
    AbstractContextManager,
    AsyncContextDecorator,
    ContextDecorator,
    contextmanager,
)
from functools import wraps
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import Any, Final, Protocol, TypeVar, overload

from ..rules import described

Function = TypeVar("Function", bound=Callable[..., Any])

# What a function may return and that computes when it is asked: a coroutine, a task, a block.
LATER: Final = (
    *(GeneratorType, AsyncGeneratorType, Awaitable, map, filter, zip, enumerate),
    *(ContextDecorator, AsyncContextDecorator),
)


class Block:
    """What `no_grad()` gives: for `with`, or to decorate a function with."""

    def __init__(self, name: str, make: Callable[[], AbstractContextManager[None]]) -> None:
        self._name, self._begin = name, make
        self._entered: AbstractContextManager[None] | None = None

    def __enter__(self) -> None:
        if self._entered is not None:
            raise RuntimeError(
                f"this {self._name}() block has been entered already: write {self._name}() anew"
            )
        self._entered = self._begin()
        self._entered.__enter__()

    def __exit__(self, *error: Any) -> bool | None:
        assert self._entered is not None
        entered, self._entered = self._entered, None
        return entered.__exit__(*error)

    def __call__(self, function: Function) -> Function:
        return _decorated(self._name, self._begin, function)


class BlockMaker(Protocol):
    """A function such as `no_grad`: without arguments a block, with a function its decorator."""

    @overload
    def __call__(self) -> Block: ...

    @overload
    def __call__(self, function: Function, /) -> Function: ...


def block(manager: Callable[[], Iterator[None]]) -> BlockMaker:
    """A block from a generator function that yields once, where the block's lines are run."""
    name, make = manager.__name__, contextmanager(manager)

    @wraps(manager)
    def maker(*functions: Any) -> Any:
        if len(functions) > 1:
            raise TypeError(
                f"{name}() decorates one function, got {len(functions)} things: write "
                f"`with {name}():` around the calls, or @{name} above each def"
            )
        return _decorated(name, make, *functions) if functions else Block(name, make)

    return maker


def _decorated(
    name: str, make: Callable[[], AbstractContextManager[None]], function: Function
) -> Function:
    if isinstance(function, (type, staticmethod, classmethod)) or not callable(function):
        raise TypeError(
            f"@{name} decorates a function, got {described(function)}: write it next to the def, "
            "below @staticmethod and the like"
        )
    kinds = (function, getattr(type(function), "__call__", None))  # noqa: B004
    if any(map(inspect.isgeneratorfunction, kinds)) or any(map(inspect.isasyncgenfunction, kinds)):
        raise TypeError(
            f"@{name} got the generator {described(function)}, which goes on after the block has "
            f"ended: write `with {name}():` inside it, around what lies between two yields"
        )
    if any(map(inspect.iscoroutinefunction, kinds)):

        @wraps(function)
        async def awaited(*arguments: Any, **named: Any) -> Any:
            with make():
                return _is_there(name, await function(*arguments, **named))

        return awaited  # type: ignore[return-value]

    @wraps(function)
    def called(*arguments: Any, **named: Any) -> Any:
        with make():
            return _is_there(name, function(*arguments, **named))

    return called  # type: ignore[return-value]


def _is_there(name: str, result: Any) -> Any:
    """What a function has returned, if it is computed and not still to be."""
    if isinstance(result, LATER) or type(result).__module__ == "itertools":
        if isinstance(result, CoroutineType):
            result.close()  # or Python would warn that nobody has awaited it
        raise TypeError(
            f"a function under @{name} returned {described(result)}, which would be computed "
            f"after the block has ended: return a list, or write `with {name}():` inside it"
        )
    return result
