"""A gate sends nothing to what it does not choose; one that has received nothing sends nothing."""

from math import copysign, inf, isnan

import minigrad as mg
from minigrad import Value


def sign(number: float) -> float:
    return copysign(1.0, number)


def test_a_branch_that_is_not_taken_cannot_hurt() -> None:
    x = Value(0.0)
    root = mg.sqrt(x)  # its slope at 0 is infinite
    mg.select([root, x], 1).backward()
    assert x.grad == 1.0
    assert (root.grad, sign(root.grad)) == (0.0, 1.0)


def test_what_receives_an_infinity_and_chooses_nothing_sends_nothing() -> None:
    x = Value(-1.0)
    mg.sqrt(mg.relu(x)).backward()
    assert x.grad == 0.0


def test_an_overflowing_row_leaves_its_column_alone() -> None:
    w = [Value(710.0), Value(0.0)]
    mg.exp(mg.select(w, 0)).backward()
    assert [p.grad for p in w] == [inf, 0.0]


def test_a_contribution_that_is_computed_stays_what_it_is() -> None:
    x, y = Value(0.0), Value(inf)
    (mg.sqrt(x) * Value(0.0) * y).backward()
    assert isnan(x.grad)


def test_a_leaf_that_has_received_nothing_has_the_gradient_0() -> None:
    x = Value(1.0)
    out = Value(3.0, (x,), "own")
    out._backward = lambda: None
    out.backward()
    assert (x.grad, sign(x.grad)) == (0.0, 1.0)


def test_a_circuit_that_routes_has_no_gradient_below_zero_that_is_zero() -> None:
    w, x = Value(2.0), Value(1.0)
    (mg.relu(x) + w * Value(-0.0)).backward()
    assert sign(w.grad) == 1.0
    other = Value(2.0)
    (other * Value(-0.0)).backward()
    assert sign(other.grad) == -1.0  # one that does not route keeps the sign of the product
