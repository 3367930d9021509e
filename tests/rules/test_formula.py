"""Formulas: what is written of a rule, as plain text and as LaTeX."""

import pytest

from minigrad.rules import GATES, Formula, as_latex, as_text


@pytest.mark.parametrize("gate", GATES.values(), ids=lambda gate: gate.name)
def test_every_gate_is_written_as_text_and_as_latex_with_all_its_arguments(gate):
    names = ["p", "q", "r"][: gate.arity or 3]
    call = Formula.apply_gate(gate, tuple(map(Formula.symbol, names)))
    for written in (as_text(call), as_latex(call)):
        assert all(name in written for name in names), written
        assert "{0}" not in written
        assert "{1}" not in written


@pytest.mark.parametrize("number", ["−0.7", "1e−9", "1e9"])
@pytest.mark.parametrize("exponent", [2.0, -1.0, 0.5])
def test_a_power_of_a_number_with_a_sign_is_that_of_the_number_in_brackets(number, exponent):
    power = Formula.symbol(number) ** exponent
    assert as_text(power).startswith(f"({number})")
    assert as_latex(power).startswith(f"({number})")


def test_a_power_of_a_plain_number_or_a_name_needs_no_brackets():
    assert as_text(Formula.symbol("0.7") ** 2.0) == "0.7²"
    assert as_text(Formula.symbol("exp_1") ** 2.0) == "exp_1²"


@pytest.mark.parametrize("gate", [gate for gate in GATES.values() if gate.dunder], ids=str)
def test_no_operator_is_shown_as_a_choice_between_cases(gate):
    operands = [Formula.symbol(name) for name in ["p", "q"][: gate.arity]]
    assert len(as_text(gate.shown_formula(*operands))) <= len("floor_divide(p, q)")
