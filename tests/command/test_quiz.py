"""The quiz in the terminal: what is asked, what is typed, how it is judged."""

import io

import pytest

from minigrad import Value
from minigrad.command import cli
from minigrad.command.quiz import number_in, quiz


def answered(monkeypatch, capsys, output: Value, *typed: str) -> list[str]:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in typed)))
    quiz(output)
    return capsys.readouterr().out.splitlines()


def test_both_passes_are_asked_for_and_scored(monkeypatch, capsys):
    w, x = Value(2.0, label="w"), Value(-3.0, label="x")
    lines = answered(monkeypatch, capsys, w * x, "-1", "-3", "-3")
    assert any("✗ f: −1 is not right: that is the sum of the inputs" in line for line in lines)
    assert "✓ w: −3 is right" in "\n".join(lines)
    assert any("✗ x: −3 is not right: the inputs are not switched" in line for line in lines)
    assert lines[-1].startswith("score: 1 of 3 right; ")


def test_the_numbers_asked_for_are_not_on_the_screen(monkeypatch, capsys):
    lines = answered(monkeypatch, capsys, Value(2.0, label="x").exp().log(), "q")
    assert not any("7.39" in line for line in lines)
    assert any(line.endswith("◀") and "exp" in line for line in lines)
    assert lines[-1] == "score: 0 of 0 right"


def test_the_whole_gradient_is_asked_for_at_a_fan_out(monkeypatch, capsys):
    x = Value(3.0, label="x")
    typed = ["12", "6", "18", "1", "1", "2", "4"]
    lines = answered(monkeypatch, capsys, x * 4 + x * 2, *typed)
    assert any("= for +=" in line or "(+=)" in line for line in lines)
    assert any("x in all" in line for line in lines)


def test_what_is_no_number_is_asked_again_and_an_empty_line_shows_the_answer(monkeypatch, capsys):
    lines = answered(monkeypatch, capsys, Value(2.0, label="x") * 3, "six\x1b[2J", "", "3,0")
    told = "\n".join(lines)
    assert "is no number: type one such as -0.39, or q to stop" in told
    assert "\x1b" not in told
    assert "no answer. f = 6" in told
    assert lines[-1] == "score: 1 of 2 right"


@pytest.mark.parametrize("end", ["q", "Q"])
def test_q_and_the_end_of_the_input_stop_with_the_score(monkeypatch, capsys, end):
    for typed in [("6", end), ("6",)]:
        lines = answered(monkeypatch, capsys, Value(2.0, label="x") * 3, *typed)
        assert lines[-1] == "score: 1 of 1 right"


def test_where_nobody_answers_in_time_the_quiz_ends_with_a_word_and_the_score(monkeypatch, capsys):
    answers = iter(["6", None])  # None is what input() gives in JupyterLite after five minutes
    monkeypatch.setattr("builtins.input", lambda prompt: next(answers))
    quiz(Value(2.0, label="x") * 3)
    lines = capsys.readouterr().out.splitlines()
    assert "nobody has answered in time, so the quiz ends here: run it again to go on" in lines
    assert lines[-1] == "score: 1 of 1 right"


@pytest.mark.parametrize(
    ("text", "number"), [("−0,39", -0.39), ("1e-3", 1e-3), ("∞", float("inf")), ("1_0", None)]
)
def test_numbers_as_learners_type_them(text, number):
    assert number_in(text) == number


def test_the_command_has_the_quiz(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("6\n3\n"))
    assert cli.main(["step", "--quiz", "3*x", "x=2"]) == 0
    assert capsys.readouterr().out.endswith("score: 2 of 2 right\n")
    assert cli.main(["step", "x", "x=1", "--quiz"]) == 0
    assert capsys.readouterr().out == "there is no gate to step through\n"
