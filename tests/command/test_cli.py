"""The command `minigrad`, as somebody in a terminal meets it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import minigrad as mg
from minigrad.command import demo
from minigrad.command.cli import main
from minigrad.command.demo import trained
from minigrad.text import unicode_name

NEURON = ["sigmoid(w0*x0 + w1*x1 + w2)", "w0=2", "x0=-1", "w1=-3", "x1=-2", "w2=-3"]
ROOT = Path(__file__).parents[2]


def run(*arguments, **options):
    """The command in a process of its own, as `python -m minigrad`."""
    search_path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | {"PYTHONPATH": search_path, "PYTHONUTF8": "1"}
    environment |= options.pop("env", {})
    if "stdout" not in options:
        options["stdout"] = subprocess.PIPE
    return subprocess.run(
        [sys.executable, "-m", "minigrad", *map(str, arguments)],
        stderr=subprocess.PIPE,
        encoding="utf-8",
        timeout=60,
        env=environment,
        check=False,
        **options,
    )


@pytest.fixture
def call(capsys):
    """The command in this process: exit code, output, errors."""

    def call(*arguments):
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as stop:  # argparse
            code = stop.code
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


# --- eval -----------------------------------------------------------------------------------------


def test_eval_prints_every_value_and_every_gradient():
    result = run("eval", *NEURON)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == (
        """\
σ(w₀·x₀ + w₁·x₁ + w₂) = 0.731

gate                         value  gradient   input               local gradient          contribution
───────────────────────────────────────────────────────────────────────────────────────────────────────
w₀·x₀                       −2         0.197   w₀                  x₀              −1            −0.197
                                               x₀                  w₀               2             0.393
w₁·x₁                        6         0.197   w₁                  x₁              −2            −0.393
                                               x₁                  w₁              −3            −0.590
w₀·x₀ + w₁·x₁                4         0.197   w₀·x₀               1                1             0.197
                                               w₁·x₁               1                1             0.197
w₀·x₀ + w₁·x₁ + w₂           1         0.197   w₀·x₀ + w₁·x₁       1                1             0.197
                                               w₂                  1                1             0.197
f = σ(w₀·x₀ + w₁·x₁ + w₂)    0.731     1       w₀·x₀ + w₁·x₁ + w₂  f·(1 − f)        0.197         0.197
───────────────────────────────────────────────────────────────────────────────────────────────────────
w₀                           2        −0.197
x₀                          −1         0.393
w₁                          −3        −0.393
x₁                          −2        −0.590
w₂                          −3         0.197
"""  # noqa: E501
    )


def test_digits(call):
    _, output, _ = call("eval", *NEURON, "--digits", "16")
    assert output.startswith("σ(w₀·x₀ + w₁·x₁ + w₂) = 0.7310585786300049\n")
    _, output, _ = call("eval", *NEURON, "--digits", "1")
    assert output.startswith("σ(w₀·x₀ + w₁·x₁ + w₂) = 0.7\n")


@pytest.mark.parametrize(
    ("arguments", "first_line"),
    [
        (["-2*x", "x=3"], "−2·x = −6"),
        (["-x", "x=-3"], "−x = 3"),
        (["-o*2", "o=-3"], "−o·2 = 6"),
        (["--2*x", "x=-3"], "−−2·x = −6"),
        (["--", "--x", "x=-3"], "−−x = −3"),
        (["(--x)", "x=-3"], "(−−x) = −3"),
        (["---x", "x=-3"], "−−−x = 3"),
        (["-x + y", "x=1", "y=2"], "−x + y = 1"),
        (["-.5*x", "x=2"], "−.5·x = −1"),
        (["-2"], "−2 = −2"),
        (["--", "-x", "x=1"], "−x = −1"),
        (["x*y", "x=-1e3", "y=−2"], "x·y = 2000"),
        (["x", "x=inf"], "x = ∞"),
        (["--digits", "1", "x*y", "x=2", "y=3"], "x·y = 6"),
        (["x*y", "x=2", "--digits", "1", "y=3"], "x·y = 6"),
        (["-x*y", "--digits=1", "x=2", "y=3"], "−x·y = −6"),
        (["y\u0302 + x**2/2", "ŷ=1", "x=2"], "ŷ + x²/2 = 3"),
        (["leaky_relu(x, 0.1)", "x=-1"], "leaky_relu(x, 0.1) = −0.1"),
        (["x^0.5", "x=4"], "x^0.5 = 2"),
        (["y = x*x", "x=3"], "y = x·x = 9"),
        (["w₀·x₀ − 1", "w₀=2", "x_0=3"], "w₀·x₀ − 1 = 5"),
        (["σ(w₀·x₀)", "w0=0", "x0=∞"], "σ(w₀·x₀) = nan"),
    ],
)
def test_minus_signs_and_options_in_any_place(call, arguments, first_line):
    code, output, errors = call("eval", *arguments)
    assert (code, errors) == (0, "")
    assert output.splitlines()[0] == first_line


@pytest.mark.parametrize(
    "typed",
    ["sigmoid(w_0*x0 - w1/2) + x0**-2", "z_1 = max(x0, w1)*tanh(-w1^2)", "exp(theta*y_hat)/2"],
)
def test_what_the_command_prints_can_be_typed_again(call, typed):
    names = sorted(set(re.findall(r"[a-z]+_?[0-9]|theta|y_hat", typed.partition("=")[2] or typed)))
    code, first, _ = call("eval", typed, *(f"{name}=0.5" for name in names))
    printed = first.splitlines()[0].rpartition(" = ")[0]
    again = call("eval", printed, *(f"{unicode_name(name)}=0.5" for name in names))
    assert (code, again) == (0, (0, first, ""))


def test_an_expression_of_numbers_alone(call):
    assert call("eval", "5") == (0, "5 = 5\n", "")
    code, output, _ = call("eval", "2+3")
    assert code == 0
    assert "f = 2 + 3 " in output


def test_where_a_nan_began_is_said(call):
    _, output, _ = call("eval", "3*log(x) + 1", "x=-1")
    assert output.endswith("not finite from here on: log(x = -1.0) gave nan\n")


# --- draw -----------------------------------------------------------------------------------------


def test_draw_without_a_file_prints_a_tree(call):
    assert call("draw", *NEURON) == (
        0,
        """\
                 value  gradient
σ                0.731     1
╰─ +             1         0.197
   ├─ +          4         0.197
   │  ├─ ×      −2         0.197
   │  │  ├─ w₀   2        −0.197
   │  │  ╰─ x₀  −1         0.393
   │  ╰─ ×       6         0.197
   │     ├─ w₁  −3        −0.393
   │     ╰─ x₁  −2        −0.590
   ╰─ w₂        −3         0.197
""",
        "",
    )


@pytest.mark.parametrize(("ending", "start"), [("svg", b"<svg"), ("png", b"\x89PNG")])
def test_draw_writes_a_picture(tmp_path, ending, start):
    path = tmp_path / f"neuron.{ending}"
    result = run("draw", *NEURON, "-o", path, "--theme", "dark")
    assert (result.returncode, result.stdout, result.stderr) == (0, f"wrote {path}\n", "")
    assert path.read_bytes().startswith(start)


def test_draw_a_part_of_what_is_too_large(call, tmp_path):
    path = tmp_path / "part.dot"
    many = "max(" + ", ".join(["tanh(x)"] * 2500) + ") + tanh(y)"
    request = ["draw", many, "x=1", "y=2", "-o", path]
    code, _, errors = call(*request)
    assert code == 1
    assert errors.endswith("(at most 2,000): draw a part with --depth 20 or --around NAME\n")
    assert call(*request, "--depth", "1")[0] == 0
    assert path.read_text().count("tanh") == 0
    assert call(*request, "--around", "y")[0] == 0
    assert path.read_text().count("tanh") == 1
    _, _, errors = call("play", *request[1:4], "-o", tmp_path / "steps.html")
    assert errors.endswith("(at most 2,000): play a smaller expression\n")


# --- several expressions --------------------------------------------------------------------------


def test_several_expressions_are_one_table_one_tree_and_one_picture(call, tmp_path):
    request = ["a = x*y, a + exp(y)", "x=2", "y=0"]
    code, output, _ = call("eval", *request)
    first, second, *table = output.splitlines()
    assert (code, first, second) == (0, "a = x·y = 0", "a + exp(y) = 1")
    gradients = {line.split()[0]: line.split()[-1] for line in table if line[:1] in "xy" and line}
    assert gradients == {"x": "0", "y": "5"}  # of 2·x·y + exp(y)
    assert table[-1] == "the gradients are those of the sum of all outputs"
    _, output, _ = call("draw", *request)
    assert output.count("\na = ×") == 1
    assert "↑ a" in output
    path = tmp_path / "both.dot"
    assert call("draw", *request, "-o", path)[0] == 0
    assert "the sum of all outputs" in path.read_text()
    assert path.read_text().count('class="gate"') == 3


def test_only_outputs_that_move_have_gradients(call):
    assert call("draw", "2, 3") == (0, "   value  gradient\n2\n3\n", "")
    assert "the sum" not in call("eval", "2, x", "x=1")[1]


def test_steps_go_back_from_one_expression(call, tmp_path):
    for command in (["step"], ["play", "-o", tmp_path / "steps.html"]):
        code, _, errors = call(*command, "x*2, x*3", "x=1")
        assert code == 2
        assert "there are 2 expressions, and steps go back from one" in errors


def test_a_second_expression_on_its_own_is_led_into_the_first_quotes(call):
    _, _, errors = call("eval", "x*2", "b = x + 1", "x=1")
    assert errors.endswith("into the quotes of the first, after a comma\n")
    _, _, errors = call("eval", "x*2", "x=one")
    assert errors.endswith("write x=0.5\n")


# --- demo, help, version --------------------------------------------------------------------------


def test_demo_learns_and_writes_its_pictures(tmp_path):
    result = run("demo", tmp_path / "here")
    assert (result.returncode, result.stderr) == (0, "")
    names = {path.name for path in (tmp_path / "here").iterdir()}
    assert names == {
        *("training.svg", "boundary.svg", "boundary.png", "network.svg", "network.png"),
        *("neuron.html", "model.json"),
    }
    for name in sorted(names):
        if not name.endswith(".png"):
            assert f"wrote {tmp_path / 'here' / name}: " in result.stdout
    (share,) = re.findall(r"([\d.]+) % of 500 points that it has not seen", result.stdout)
    assert float(share) > 99.0


@pytest.mark.parametrize(("native", "executor"), [(True, "auto"), (False, "python")])
def test_the_demo_asks_for_machine_code_only_where_it_is_installed(monkeypatch, native, executor):
    asked = []

    def compile(loss, executor):
        asked.append(executor)
        return mg.compile(loss, executor=executor)

    monkeypatch.setattr(demo, "has_native", lambda: native)
    monkeypatch.setattr(demo, "compile", compile)
    demo.trained(epochs=1)
    assert asked == [executor]


def test_the_command_alone_prints_help(call):
    code, output, errors = call()
    assert (code, errors) == (0, "")
    for name in ("eval", "draw", "demo"):
        assert f"    {name} " in output


def test_version(call):
    for more in ([], ["eval", "x", "x=1"], ["demo"]):  # it prints the version and stops
        code, output, _ = call("--version", *more)
        assert code == 0
        assert re.fullmatch(r"minigrad \S.*\n", output)


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["eval", "tahn(x)", "x=1"],
            "there is no gate tahn\n  tahn(x)\n  ^^^^\ndid you mean tanh?",
        ),
        (["eval", "w*x", "w=1"], "a value is missing for x\n  w*x\n    ^\ngive values: x=…"),
        (["eval", "__import__('os')"], "' is not allowed\n  __import__('os')\n             ^"),
        (["eval", "x.data", "x=1"], ". is not allowed\n  x.data\n   ^"),
        (["eval", "(" * 10_000 + "x" + ")" * 10_000, "x=1"], "more than 100 levels deep"),
        (["eval", "(x", "x=1"], "this ( is never closed\n  (x\n  ^"),
        (["eval", "x^2^", "x=1"], "the expression ends where a value should follow"),
        (["eval", "y = x*x", "x=1", "y=2"], "does not use: y"),
        (["eval", ""], "the expression is empty"),
        (["eval", "x"], "a value is missing for x"),
        (["eval", "x", "x=1", "y=2"], "does not use: y"),
        (["eval", "x", "x=1", "x=2"], "'x=2': x has a value already, 1"),
        (["eval", "x", "x=abc"], "'x=abc': what follows the = is not a number: write x=0.5"),
        (["eval", "x", "x="], "what follows the = is not a number"),
        (["eval", "x", "x=1e999"], "beyond the range of a float"),
        (["eval", "x", "x"], "'x' gives no value: write x=2"),
        (["eval", "w*x", "w", "=", "2"], "write w=2, without spaces around the ="),
        (["eval", "x", "x=1,5"], "write x=1.5"),
        (["eval", "x", "x=1_0"], "'x=1_0': what follows the = is not a number: write x=10"),
        (["step", "x*x", "x=1", "--mode", "forward", "--seed", "x=1_0"], "write x=10"),
        (["eval", "x", "x=١"], "what follows the = is not a number: write x=0.5"),
        (["eval", "x", "x=−1/3"], "write x=-0.3333333333333333"),
        (["eval", "x", "x=1/0"], "write x=inf"),
        (["eval", "w", "*", "x"], "'*' gives no value: write name=number, and the expression in"),
        (["eval", "x", "\x1b[31m=1"], "'�[31m=1' gives no value"),
        (["eval", "x", "x=\x1b[31m"], "'x=�[31m': what follows the = is not a number"),
        (["eval", "x\x1b[31m", "x=1"], "this character is not allowed\n  x�[31m\n   ^"),
        (["eval", "x", "x=1", "--digits", "0000099"], "is not a whole number from 1 to 17"),
        (["eval", "x", "x=1", "--digits", "99"], "'99' is not a whole number from 1 to 17"),
        (["eval", "x", "x=1", "--no-such-option"], "unknown: --no-such-option"),
        (
            ["eval", "--x", "x=1"],
            "minigrad eval: unknown: --x; an expression that looks like an option",
        ),
        (["eval", "--x"], 'there is no expression: write one such as "sigmoid(w*x + b)" w=2 x=-1'),
        (["eval"], 'an option stands in brackets: "(--x)"; see minigrad eval --help'),
        (["eval", "-o", "o=1"], "unknown: -o; an expression that looks like an option stands in"),
        (["eval", "--" + "a" * 9999, "x=1"], f"minigrad eval: unknown: --{'a' * 29}…; an"),
        (["--x"], "minigrad: unknown: --x; see minigrad --help"),
        (["draw", "x*2", "x=1", "--theme", "red"], "--theme: invalid choice: 'red'"),
        (["draw", "x*2", "x=1", "--style", "red"], "--style: invalid choice: 'red'"),
        (["draw", "x*2", "x=1", "--depth", "1"], "--depth is for a picture: write it to a file"),
        (["draw", "x*2", "x=1", "--theme", "dark"], "--theme is for a picture: write it to a file"),
        (["draw", "x*2", "x=1", "--style", "graph"], "--style is for a picture: write it to a"),
        (["draw", "x*2", "x=1", "--depth", "0"], "--depth: '0' is not a whole number, at least 1"),
        (["draw", "x*2", "x=1", "--around", "w"], "--around w: the names in the expression are: x"),
        (["eval", "x", "x=1", "--digits", "-3"], "'-3' is not a whole number from 1 to 17"),
        (["draw", "x*2", "x=1", "--depth", "-3"], "'-3' is not a whole number, at least 1"),
        (
            ["evl", "x"],
            "there is no command 'evl': did you mean eval? the commands are",
        ),
        (["--version", "help"], "there is no command 'help': the commands are eval"),
        (["w*x", "w=1"], "'w*x': a command stands before an expression: minigrad eval"),
        (["-2*x", "x=1"], "there is no command '-2*x': a command stands before an expression"),
        (["play", "x*2", "x=1"], "minigrad play: it is not said where to write: add -o page.html"),
        (["playground", "page.html"], "it is not said where to write: add -o page.html"),
        (["no-such-command"], "there is no command 'no-such-command'"),
        (["x" * 9999], f"there is no command '{'x' * 31}…"),
        (["\x1b[31m"], "there is no command '�[31m'"),
        (["demo", "one", "two"], "unknown: two"),
        (["draw", "x*2", "x=1", "-o", "x.docx"], "must end with .svg, .png"),
        (["draw", "x*2", "x=1", "-o", "x.svg", "--theme", "red"], "invalid choice: 'red'"),
    ],
)
def test_a_request_that_makes_no_sense(call, arguments, message):
    code, output, errors = call(*arguments)
    assert (code, output) == (2, "")
    assert errors.startswith("minigrad")
    assert message in errors
    assert "\x1b" not in errors
    assert len(errors.splitlines()) <= 4


@pytest.mark.parametrize(
    "arguments", [["eval", "__import__('os')"], ["eval", "x", "x=\udce9"], ["nonsense"]]
)
def test_a_process_ends_with_code_2_and_no_traceback(arguments):
    result = run(*arguments)
    assert result.returncode == 2
    assert result.stdout == ""
    assert "Traceback" not in result.stderr


def test_what_cannot_be_written_is_one_line_and_code_1(call, tmp_path):
    (tmp_path / "file").write_text("")
    draw = ["draw", "x*2", "x=1", "-o"]
    for arguments, message in [
        ([*draw, tmp_path / "missing" / "x.svg"], "there is no folder"),
        ([*draw, tmp_path / "file" / "x.svg"], "there is no folder"),
        (["demo", tmp_path / "file"], "cannot make the folder"),
        (["demo", tmp_path / "file" / "folder"], "cannot make the folder"),
    ]:
        code, _, errors = call(*arguments)
        assert code == 1
        assert message in errors
        assert errors.count("\n") == 1


def test_a_name_that_begins_with_a_minus_sign_is_a_name(call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert call("draw", "-x", "x=1", "-o", "-x.dot") == (0, "wrote -x.dot\n", "")
    assert [path.name for path in tmp_path.iterdir()] == ["-x.dot"]


@pytest.mark.skipif(sys.platform == "win32", reason="no name of a file may contain it")
def test_a_name_cannot_command_the_terminal(call, tmp_path):
    _, output, _ = call("draw", "x", "x=1", "-o", tmp_path / "a\x1b[31m.dot")
    assert output == f"wrote {tmp_path}/a�[31m.dot\n"


@pytest.mark.skipif(sys.platform == "win32", reason="no name of a file may contain it")
def test_a_folder_cannot_command_the_terminal(call, tmp_path, monkeypatch):
    monkeypatch.setattr("minigrad.command.demo.trained", lambda: trained(epochs=1))
    code, output, _ = call("demo", tmp_path / "a\x1b[31m")
    assert code == 0
    assert f"wrote {tmp_path}/a�[31m/model.json: " in output
    assert "\x1b" not in output


def test_an_option_and_its_file_may_be_one_word(call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert call("draw", "x*2", "x=1", "-ox.svg") == (0, "wrote x.svg\n", "")
    assert call("eval", "-o*2.5", "o=1")[0] == 0


def test_where_a_table_is_too_wide_for_the_terminal_eval_prints_a_tree(call, monkeypatch):
    for width, is_tree in [(40, True), (100, False)]:
        monkeypatch.setattr("minigrad.command.cli.terminal_width", lambda _, width=width: width)
        _, output, _ = call("eval", *NEURON)
        assert ("╰─" in output) is is_tree
        assert max(map(len, output.splitlines())) <= width


def test_a_name_that_is_too_long_is_one_line(call, tmp_path):
    code, _, errors = call("draw", "x", "x=1", "-o", tmp_path / f"{'a' * 300}.dot")
    assert code == 1
    assert errors.startswith("minigrad draw: cannot write ")
    assert errors.count("\n") == 1


@pytest.mark.parametrize("arguments", [["eval", *NEURON], ["--help"], ["--version"], []])
def test_a_reader_who_has_seen_enough_is_no_error(arguments):
    reader, writer = os.pipe()
    os.close(reader)
    result = run(*arguments, stdout=writer, env={"PYTHONUNBUFFERED": ""})
    os.close(writer)
    assert (result.returncode, result.stderr) == (1, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no full device")
@pytest.mark.parametrize(
    "arguments", [["eval", *NEURON], ["--version"], ["--help"], ["eval", "-h"], []]
)
def test_a_full_disk_is_one_line(arguments):
    with open("/dev/full", "w") as full:
        result = run(*arguments, stdout=full)
    assert result.returncode == 1
    assert "No space left" in result.stderr
    assert result.stderr.count("\n") == 1


def test_ctrl_c_is_one_line(call, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("minigrad.command.typed_circuits.expressions", interrupted)
    assert call("eval", "x", "x=1") == (130, "", "minigrad eval: stopped\n")


def test_a_terminal_without_unicode_shows_question_marks():
    result = run("eval", *NEURON, env={"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"})
    assert result.returncode == 0
    assert "= 0.731" in result.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="closes a stream as a POSIX shell does")
def test_a_closed_output_is_no_traceback(tmp_path) -> None:
    for request, code in [
        ("eval x x=1 >&-", 0),
        ("--help >&- 2>&-", 0),
        ("step 'x*x' x=1 <&- >&-", 0),
        ("eval 'x*' 2>&-", 2),
        ("step 'x*x' x=1 --quiz <&- >&-", 0),
        ("demo demo >&- 2>&-", 0),
    ]:
        command = f'"{sys.executable}" -m minigrad {request}'
        done = subprocess.run(
            command,
            shell=True,
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        assert (done.returncode, done.stdout, done.stderr) == (code, "", "")


# --- Ctrl-C (at random moments: tests/soak.py) ----------------------------------------------------


CTRL_C = """
import os, signal, sys
sys.argv = ["/bin/minigrad", "eval", "x*x", "x=2"]
import minigrad.command.cli as cli
def evaluate(arguments):
    {what}
vars(cli)["_parser"].__globals__["evaluate"] = evaluate
from minigrad.command import main
raise SystemExit(main())
"""
SEND = "os.kill(os.getpid(), signal.SIGINT)"


@pytest.mark.skipif(os.name != "posix", reason="signals are sent as Unix sends them")
@pytest.mark.parametrize(
    "what",
    [
        SEND,
        f"try: {SEND}\n    finally: {SEND}",  # the second, while the first is being answered
        f"try: {SEND}\n    except KeyboardInterrupt: {SEND}",  # by a library that goes on
        f"Lost = type('Lost', (), {{'__del__': lambda self: {SEND}}})\n    Lost()",
    ],
)
def test_ctrl_c_is_one_line_and_exit_code_130(what):
    search_path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    ran = subprocess.run(
        [sys.executable, "-c", CTRL_C.format(what=what)],
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONPATH": search_path},
    )
    assert ran.returncode == 130
    assert re.fullmatch(r"minigrad( eval)?: stopped\n", ran.stderr)


def test_the_library_leaves_ctrl_c_alone():
    program = "import signal, minigrad as mg; mg.Value(2.0) * 3; mg.save"
    program += "; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8")
    assert ran.stdout == "True\n"


def test_an_interrupted_demo_goes_no_further(call, monkeypatch, tmp_path):
    def interrupted():
        model, history = trained(epochs=1)
        history.stopped = "interrupted"
        return model, history

    monkeypatch.setattr("minigrad.command.demo.trained", interrupted)
    code, _, errors = call("demo", tmp_path / "demo")
    assert (code, errors) == (130, "minigrad demo: stopped\n")
    assert list((tmp_path / "demo").iterdir()) == []


def test_step_follows_a_tangent_and_meets_the_gradient(capsys):
    assert main(["step", "tanh(w*x)", "w=2", "x=-1", "--mode", "both", "--seed", "w"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert "w·x has the tangent 1 · x = −1" in lines[0]
    assert "Both ways meet" in lines[-1]


def test_seeds_have_speeds(capsys):
    seeds = ["--seed", "w=2", "--seed", "x"]
    assert main(["step", "w*x", "w=2", "x=-1", "--mode", "forward", *seeds]) == 0
    assert "2 · x + 1 · w = −2 + 2 = 0" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--seed", "w"], "add --mode forward or --mode both"),
        (["--mode", "forward"], "say which with --seed NAME"),
        (["--mode", "forward", "--seed", "q"], "--seed q: the names in the expression are: w, x"),
        (["--mode", "both", "--seed", "w", "--seed", "w=2"], "given twice"),
        (["--mode", "both", "--seed", "w=fast"], "'w=fast': what follows the = is not a number"),
        (["--mode", "both", "--seed", "w=inf"], "seed= lets w move by inf: give a finite number"),
        (["--mode", "both", "--seed", ""], "--seed '': the names in the expression are: w, x"),
        (["--mode", "sideways"], "choose from"),
    ],
)
def test_seeds_that_cannot_be_meant_are_refused(capsys, arguments, words):
    assert main(["step", "w*x", "w=2", "x=-1", *arguments]) == 2
    assert words in capsys.readouterr().err


def test_play_writes_a_player_of_tangents(tmp_path):
    file = tmp_path / "f.html"
    arguments = ["play", "w*x", "w=2", "x=-1", "--mode", "forward", "--seed", "w", "-o", str(file)]
    assert main(arguments) == 0
    assert "tangent" in file.read_text(encoding="utf-8")


def test_playground_writes_one_page_and_needs_a_folder_that_is_there(tmp_path):
    ran = run("playground", "-o", tmp_path / "page.html")
    assert ran.returncode == 0
    assert "page.html" in ran.stdout
    assert (tmp_path / "page.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    ran = run("playground", "-o", tmp_path / "nowhere" / "page.html")
    assert ran.returncode == 1
    assert "make it first" in ran.stderr
    ran = run("playground", "-o", tmp_path / "page.pdf")
    assert ran.returncode == 2
    assert ran.stderr.endswith("the name must end with .html\n")
    assert not (tmp_path / "page.pdf").exists()
