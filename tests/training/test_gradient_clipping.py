"""The size of gradients, and cutting what is too large."""

from __future__ import annotations

from typing import Any

import pytest

from minigrad import Value, optim

INF, NAN = float("inf"), float("nan")


def gradients(*numbers: float) -> list[Value]:
    parameters = [Value(0.0) for _ in numbers]
    for parameter, number in zip(parameters, numbers):
        parameter.grad = number
    return parameters


def test_cutting_gradients_keeps_nan_and_signs() -> None:
    parameters = gradients(NAN, INF, -INF, -0.0, 0.5, -7.0)
    optim.clip_grad_value(parameters, 1)
    assert repr([p.grad for p in parameters]) == "[nan, 1.0, -1.0, -0.0, 0.5, -1.0]"


def test_a_parameter_that_is_given_twice_counts_once() -> None:
    (w,) = gradients(3.0)
    assert optim.gradient_norm([w, w]) == 3.0
    assert optim.clip_grad_norm([w, w], 1.5) == 3.0
    assert w.grad == 1.5
    assert optim.clip_grad_norm(w, 0.5) == 1.5
    assert w.grad == 0.5
    optim.clip_grad_value(w, 0.25)
    assert w.grad == 0.25


@pytest.mark.parametrize("numbers", [(NAN, 3.0), (INF, 3.0), (-INF, NAN), (1.7e308, 1.7e308)])
def test_a_norm_that_is_no_number_leaves_all_gradients_as_they_are(numbers: Any) -> None:
    parameters = gradients(*numbers)
    norm = optim.clip_grad_norm(parameters, 1.0)
    assert not norm < INF
    assert repr([p.grad for p in parameters]) == repr(list(numbers))


def test_arrays_of_any_shape_are_clipped_as_their_numbers() -> None:
    numpy = pytest.importorskip("numpy")

    class Everything:
        data = numpy.zeros((2, 2))
        grad = numpy.array([[3e200, 0.0], [-4e200, 0.0]])

    holder = Everything()
    assert optim.clip_grad_norm([holder, holder], 5.0) == pytest.approx(5e200)
    assert holder.grad == pytest.approx(numpy.array([[3.0, 0.0], [-4.0, 0.0]]))
    holder.grad = numpy.array([[NAN, 0.0], [-4.0, 0.0]])
    optim.clip_grad_value([holder], 1.0)
    assert repr(holder.grad.tolist()) == "[[nan, 0.0], [-1.0, 0.0]]"


@pytest.mark.parametrize("limit", [0.0, -1.0, NAN])
def test_a_limit_that_is_none_is_refused(limit: float) -> None:
    for clip in (optim.clip_grad_norm, optim.clip_grad_value):
        with pytest.raises(ValueError, match="must be above 0, got"):
            clip(gradients(1.0), limit)
