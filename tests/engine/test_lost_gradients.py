"""A number that leaves the circuit: said once for each line of the user's code, and only there."""

from __future__ import annotations

import math
import statistics
import struct
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import minigrad as mg
from minigrad import Value

HERE = __file__


@pytest.fixture
def said() -> Iterator[list[warnings.WarningMessage]]:
    """The warnings of a test, shown as Python shows them by default."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.resetwarnings()
        warnings.simplefilter("default")
        yield caught


def lines(said: list[warnings.WarningMessage]) -> list[tuple[str, int]]:
    assert all(issubclass(warning.category, mg.GradientLostWarning) for warning in said)
    return [(warning.filename, warning.lineno) for warning in said]


def here() -> int:
    return sys._getframe(1).f_lineno


WAYS_OUT: list[Callable[[Value], object]] = [
    lambda v: float(v),
    lambda v: math.exp(v),
    lambda v: math.hypot(v, v),
    lambda v: math.gamma(v),
    lambda v: complex(v),
    lambda v: f"{float(v)}",
    lambda v: "%.2f" % v,  # noqa: UP031
    lambda v: struct.pack("d", v),
    lambda v: Value(1.0).__setattr__("data", v),
    lambda v: statistics.fmean([v, v]),
    lambda v: statistics.NormalDist(v).mean,
]


@pytest.mark.parametrize("way", WAYS_OUT)
def test_a_number_that_leaves_the_circuit_by_itself_is_said_at_the_users_line(
    way: Callable[[Value], object], said: list[warnings.WarningMessage]
) -> None:
    way(Value(0.5) * 2)
    line = way.__code__.co_firstlineno
    assert lines(said) == [(HERE, line)]
    assert "mg.exp(v)" in str(said[0].message)
    assert "v.data (or v.item())" in str(said[0].message)


def test_it_is_said_once_for_each_line(said: list[warnings.WarningMessage]) -> None:
    first = here() + 2
    for number in (0.5, 1.5, 2.5):
        math.exp(Value(number))
        math.exp(Value(number, label=f"x_{number}"))
    assert lines(said) == [(HERE, first), (HERE, first + 1)]


def test_what_gets_no_gradient_or_is_asked_for_says_nothing(
    said: list[warnings.WarningMessage],
) -> None:
    v = Value(0.5) * 2
    float(mg.constant(2.0))
    with mg.no_grad():
        math.exp(v)
        math.exp(v * v)
    _ = (
        v.data,
        v.item(),
        f"{v:.2f}",
        f"{v}",
        str(v),
        int(v),
        bool(v),
        v < 1.0,
        v > 1,
        [1, 2][int(v)],
    )
    _ = v.detach(), float(v.detach())
    assert lines(said) == []
    float(v)
    assert len(lines(said)) == 1


def test_the_line_is_the_users_through_installed_libraries(
    said: list[warnings.WarningMessage], tmp_path: Path
) -> None:
    folder = tmp_path / "site-packages" / "frames"
    folder.mkdir(parents=True)
    source = "import math\ndef mean(values):\n    return sum(map(float, values)) / len(values)\n"
    library: Any = ModuleType("frames")
    exec(compile(source, str(folder / "core.py"), "exec"), vars(library))
    line = here() + 1
    library.mean([Value(1.0), Value(2.0)])
    assert lines(said) == [(HERE, line)]


def test_numpy_is_no_line_of_the_users(said: list[warnings.WarningMessage]) -> None:
    np = pytest.importorskip("numpy")
    line = here() + 1
    np.asarray([Value(1.0), Value(2.0)], dtype=float)
    assert lines(said) == [(HERE, line)]


def test_pandas_is_no_line_of_the_users(said: list[warnings.WarningMessage]) -> None:
    pd = pytest.importorskip("pandas")
    line = here() + 1
    pd.Series([Value(1.0), Value(2.0)]).astype(float)
    assert lines(said) == [(HERE, line)]


def test_as_an_error_it_is_raised_where_it_happens_and_leaves_all_as_it_was() -> None:
    x = Value(0.5)
    with warnings.catch_warnings():
        warnings.simplefilter("error", mg.GradientLostWarning)
        with pytest.raises(mg.GradientLostWarning):
            math.exp(x)
        with pytest.raises(mg.GradientLostWarning):
            x.data = Value(3.0)  # type: ignore[assignment]
    assert x.data == 0.5


def test_no_grad_of_one_thread_is_no_silence_in_another(
    said: list[warnings.WarningMessage],
) -> None:
    from threading import Thread

    with mg.no_grad():
        thread = Thread(target=lambda: float(Value(1.0)))
        thread.start()
        thread.join()
    assert len(lines(said)) == 1


def test_a_layout_formats_the_number() -> None:
    loss = Value(0.123456) * 1
    assert f"{loss:.2f} {loss:8.3e}" == "0.12 1.235e-01"
    assert f"loss {loss:>6.2f}" == "loss   0.12"
    assert f"{loss:+.1%}" == "+12.3%"
    assert format(loss, "") == str(loss) == f"{loss}"
    with pytest.raises(ValueError, match="Unknown format code"):
        f"{loss:x}"


def test_a_detached_number_is_a_constant_and_its_circuit_stays() -> None:
    x = Value(3.0, label="x")
    y = x * x
    (y.detach() * x).backward()
    assert x.grad == 9.0
    assert y.detach().is_constant
    assert y.detach().data == y.item() == 9.0


@pytest.mark.parametrize("take", [lambda v: v.item(), lambda v: v.detach(), lambda v: f"{v:.2f}"])
def test_a_compiled_function_lets_no_number_out(take: Callable[[Value], Any]) -> None:
    f = mg.compile(lambda x: x * float(take(x)))
    with pytest.raises(mg.TracingError, match=r"\.data|detach\(\)"):
        f(2.0)
