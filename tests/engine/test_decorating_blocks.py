"""`no_grad` and `detect_nonfinite`: with `with`, and as decorators of every kind of function."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import inspect
import itertools
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

import minigrad as mg
from minigrad import Value

W = Value(2.0)


@pytest.fixture(params=["@no_grad", "@no_grad()"])
def no_grad(request: pytest.FixtureRequest) -> Any:
    return mg.no_grad if request.param == "@no_grad" else mg.no_grad()


def test_a_function_runs_inside_the_block(no_grad: Any) -> None:
    @no_grad
    def predicted(x: float, *, scale: float = 1.0) -> Value:
        """What it is."""
        return W * x * scale

    assert predicted(3.0, scale=2.0).is_constant
    assert predicted(3.0).data == 6.0
    assert not (W * 3.0).is_constant
    assert (predicted.__name__, predicted.__doc__) == ("predicted", "What it is.")
    assert list(inspect.signature(predicted).parameters) == ["x", "scale"]


def test_a_method_and_what_recurses_too(no_grad: Any) -> None:
    class Model:
        @no_grad
        def power(self, n: int) -> Value:
            return W if n == 0 else W * self.power(n - 1)

        @staticmethod
        @no_grad
        def double(x: float) -> Value:
            return W * x

        @classmethod
        @no_grad
        def of(cls) -> Value:
            return W * 1

    assert Model().power(5).is_constant
    assert Model.double(1.0).is_constant
    assert Model.of().is_constant


def test_an_error_ends_the_block(no_grad: Any) -> None:
    @no_grad
    def wrong() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        wrong()
    assert not (W * 3.0).is_constant


def test_an_async_function_is_awaited_inside_the_block(no_grad: Any) -> None:
    @no_grad
    async def predicted(x: float) -> list[bool]:
        first = (W * x).is_constant
        await asyncio.sleep(0)
        return [first, (W * x).is_constant]

    async def others() -> list[bool]:
        seen = []
        for _ in range(3):
            seen.append((W * 1.0).is_constant)
            await asyncio.sleep(0)
        return seen

    async def both() -> list[list[bool]]:
        return await asyncio.gather(predicted(1.0), others(), predicted(2.0))

    assert inspect.iscoroutinefunction(predicted)
    assert asyncio.run(both()) == [[True, True], [False] * 3, [True, True]]


def items() -> Iterator[Value]:
    yield W * 2


async def later() -> AsyncIterator[Value]:
    yield W * 2


class Yields:
    def __call__(self) -> Iterator[Value]:
        yield W * 2


@pytest.mark.parametrize("function", [items, later, Yields(), functools.partial(items)])
@pytest.mark.parametrize("name", ["no_grad", "detect_nonfinite"])
def test_a_generator_is_refused_when_it_is_decorated(name: str, function: Any) -> None:
    for decorate in (getattr(mg, name), getattr(mg, name)()):
        with pytest.raises(
            TypeError, match=rf"@{name} got the generator .*`with {name}\(\):` inside"
        ):
            decorate(function)


@pytest.mark.parametrize("thing", [int, 3, None, "f", staticmethod(items), classmethod(items)])
def test_so_is_what_is_no_function(no_grad: Any, thing: Any) -> None:
    with pytest.raises(TypeError, match="@no_grad decorates a function, got"):
        no_grad(thing)


def test_a_function_that_returns_what_is_computed_later_is_refused(no_grad: Any) -> None:
    with pytest.raises(TypeError, match="after the block has ended: return a list"):
        no_grad(lambda: (W * x for x in (1.0, 2.0)))()

    async def coroutine() -> Value:
        return W * 2

    with pytest.raises(TypeError, match="after the block has ended"):
        no_grad(lambda: coroutine())()

    async def task() -> None:
        no_grad(lambda: asyncio.ensure_future(asyncio.sleep(0.0)))()

    with pytest.raises(TypeError, match="after the block has ended"):
        asyncio.run(task())


LATER: list[Callable[[], Any]] = [
    lambda: map(W.__mul__, [1.0, 2.0]),
    lambda: filter(W.__mul__, [1.0, 2.0]),
    lambda: zip([1.0, 2.0], map(W.__mul__, [1.0, 2.0])),
    lambda: enumerate(map(W.__mul__, [1.0, 2.0])),
    lambda: itertools.starmap(W.__mul__, [(1.0,), (2.0,)]),
    lambda: itertools.accumulate([W, W, W]),
    contextlib.contextmanager(items),
    contextlib.asynccontextmanager(later),
]


@pytest.mark.parametrize("function", LATER)
def test_so_is_one_that_returns_a_map_or_a_block(no_grad: Any, function: Any) -> None:
    with pytest.raises(TypeError, match="after the block has ended: return a list"):
        no_grad(function)()

    async def waited() -> Any:
        return function()

    with pytest.raises(TypeError, match="after the block has ended: return a list"):
        asyncio.run(no_grad(waited)())


@pytest.mark.parametrize("result", [iter([1.0]), {}.items(), range(3), [W], functools.partial(abs)])
def test_what_is_computed_already_is_returned(no_grad: Any, result: Any) -> None:
    assert no_grad(lambda: result)() is result


def test_detect_nonfinite_decorates_too() -> None:
    for decorate in (mg.detect_nonfinite, mg.detect_nonfinite()):

        @decorate
        def wrong() -> Value:
            return mg.log(Value(-1.0))

        with pytest.raises(mg.NonfiniteError):
            wrong()
    mg.log(Value(-1.0))


def test_a_block_is_entered_once_at_a_time_and_nests_with_others() -> None:
    block = mg.no_grad()
    with block, mg.no_grad():
        assert (W * 1).is_constant
        with pytest.raises(RuntimeError, match=r"write no_grad\(\) anew"), block:
            pass
    assert not (W * 1).is_constant
    with block:
        assert (W * 1).is_constant


def test_a_decorated_function_runs_in_threads_at_once(no_grad: Any) -> None:
    barrier = threading.Barrier(4)

    @no_grad
    def predicted() -> bool:
        barrier.wait()
        out = (W * 2).is_constant
        barrier.wait()
        return out

    seen: list[bool] = []
    threads = [threading.Thread(target=lambda: seen.append(predicted())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [True] * 4
    assert not (W * 2).is_constant


def test_two_things_at_once_are_refused_with_what_to_write() -> None:
    with pytest.raises(TypeError, match=r"^no_grad\(\) decorates one function, got 2 things"):
        mg.no_grad(abs, abs)  # type: ignore[call-overload]
