"""The search for the gate that made an infinity or a nan is one call."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextvars import copy_context
from threading import Thread

import pytest

import minigrad as mg
from minigrad import Value


def this_line() -> int:
    import sys

    return sys._getframe(1).f_lineno


def test_a_finite_circuit_has_none() -> None:
    x = Value(0.3)
    assert mg.first_nonfinite((x * 2).tanh() / x) is None


def test_the_first_gate_is_found_with_its_line() -> None:
    x = Value(0.0, label="x")
    broken, line = x.log(), this_line()
    found = mg.first_nonfinite((broken * 0 + 1).exp() / 3)
    assert found is not None
    assert found.wire is broken
    assert found.what == "log(x = 0.0) gave -inf"
    assert found.source is not None
    assert found.source.line_number == line
    assert found.source.filename == __file__
    assert "broken, line = x.log()" in str(found)


@pytest.mark.parametrize(
    ("gate", "make"),
    [
        ("div", lambda x: 1 / x),
        ("div", lambda x: x / x),
        ("pow", lambda x: x**-1),
        ("pow", lambda x: (x - 8) ** 0.5),
        ("exp", lambda x: (x + 1000).exp()),
        ("mul", lambda x: (x + 1e200) * (x + 1e200)),
        ("sum", lambda x: mg.sum([x + 1e308, x + 1e308])),
        ("sub", lambda x: (x - 1e308) - 1e308),
        ("sqrt", lambda x: (x - 1).sqrt()),
    ],
)
def test_the_gate_where_it_began_is_found(gate: str, make) -> None:  # type: ignore[no-untyped-def]
    output = make(Value(0.0)) * 2 + 1
    found = mg.first_nonfinite(output)
    assert found is not None
    assert found.wire.gate is not None
    assert found.wire.gate.name == gate
    assert found.source is not None
    assert all(math.isfinite(wire.data) for wire in found.wire.inputs)


def test_an_input_that_is_not_finite_is_named() -> None:
    for output, story in (
        (Value(math.nan, label="x") * 2, "the input x is nan"),
        (Value(math.nan) * 2, "an input without label is nan"),
        (Value(1.0) * math.inf, "a plain number is inf"),
    ):
        found = mg.first_nonfinite(output)
        assert found is not None
        assert found.what == story


def test_an_infinite_local_gradient() -> None:
    x = Value(0.0, label="x")
    root = x.sqrt()
    found = mg.first_nonfinite(root * 3)
    assert found is not None
    assert found.wire is root
    assert "local gradient inf towards x" in str(found)


def test_an_overflow_in_the_backward_pass_only() -> None:
    x = Value(1e-160, label="x")
    steep = x / 1e-200
    f = steep * 1e-300 * 1e200
    assert mg.first_nonfinite(f * f) is None
    y = Value(1e-300)
    found = mg.first_nonfinite((y / 1e-200) / 1e-200)
    assert found is not None
    assert found.wire.gate is not None
    assert "times the upstream gradient" in str(found)


def test_contributions_that_add_up_to_infinity() -> None:
    x = Value(1e-10, label="x")
    f = x * 1e308 + x * 1e308
    found = mg.first_nonfinite(f)
    assert found is not None
    assert found.wire is x
    assert "add up to inf" in str(found)


def test_detect_nonfinite_raises_at_the_gate() -> None:
    x = Value(-1.0, label="x")
    with mg.detect_nonfinite():
        y = x * 2
        with pytest.raises(mg.NonfiniteError, match=r"sqrt\(-2\.0\) gave nan.*test_nonfinite\.py"):
            y.sqrt()
        with pytest.raises(ArithmeticError, match=r"sum"):
            mg.sum([x, 1e308, 1e308])
        with pytest.raises(mg.NonfiniteError, match=r"local gradient inf"):
            (x + 1).sqrt()
    assert math.isnan(y.sqrt().data)


@pytest.mark.parametrize(
    ("factors", "what"),
    [
        ((1e200, 1.0, 1e200, 2.0), "mul(w = 1e+200, x = 1e+200) gave inf"),
        ((1e308, 1e308, 1.0, 1.0), "sum(1e+308, 1e+308) gave inf"),
    ],
)
def test_in_a_dot_product_it_is_the_product_or_the_sum(
    factors: tuple[float, ...], what: str
) -> None:
    w, v, x, y = (Value(factor, label=name) for factor, name in zip(factors, "wvxy"))
    total, line = mg.dot([w, v], [x, y]), this_line()
    found = mg.first_nonfinite(total.tanh())
    assert found is not None
    assert found.what == what
    assert found.source is not None
    assert found.source.line_number == line
    with mg.detect_nonfinite(), pytest.raises(mg.NonfiniteError) as raised:
        mg.dot([w, v], [x, y])
    assert str(raised.value).startswith(f"{what}, test_nonfinite.py, line ")


def test_detect_nonfinite_holds_for_its_own_thread_only() -> None:
    results: list[Value] = []
    with mg.detect_nonfinite():
        thread = Thread(target=lambda: results.append(Value(0.0).log()))
        thread.start()
        thread.join()
    assert results[0].data == -math.inf


def test_the_backward_pass_does_not_die() -> None:
    x = Value(0.0)
    f = (1 / x) * (-x).log() - x.exp().exp().exp().exp().exp()
    f.backward()
    assert type(x.grad) is float


def test_a_label_with_hidden_characters_is_shown_without_them() -> None:
    found = mg.first_nonfinite(Value(0.0, label="a\x1b[31mred\nline").log())
    assert found is not None
    assert "log(a�[31mred�line = 0.0) gave -inf" in str(found)


def test_a_file_whose_name_begins_like_the_package_is_the_users() -> None:
    from minigrad.engine import users_line as lines

    code = compile(
        "import minigrad as mg\ny = mg.Value(0.0).log()", lines.PACKAGE + "_play.py", "exec"
    )
    scope: dict[str, mg.Value] = {}
    exec(code, scope)
    found = mg.first_nonfinite(scope["y"])
    assert found is not None
    assert "_play.py, line 2" in str(found)


def test_no_grad_hides_no_infinity() -> None:
    x, made = Value(0.0), r"div\(1\.0, 0\.0\) gave inf"
    with mg.no_grad(), mg.detect_nonfinite(), pytest.raises(mg.NonfiniteError, match=made):
        1 / x
    with mg.detect_nonfinite(), mg.no_grad(), pytest.raises(mg.NonfiniteError, match=made):
        1 / x
    with mg.no_grad(), mg.detect_nonfinite():
        assert (x + 1.0).is_constant


def test_a_block_that_another_context_closes_ends_without_an_error() -> None:
    def inside() -> Iterator[None]:
        with mg.detect_nonfinite():
            yield

    generator = inside()
    copy_context().run(next, generator)
    generator.close()
    assert (1 / Value(0.0)).data == math.inf
