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
