"""The command `minigrad`: circuits from typed expressions, in the terminal and as pictures.

    minigrad eval "sigmoid(w*x + b)" w=2 x=-1 b=3          every number of both passes
    minigrad draw "sigmoid(w*x + b)" w=2 x=-1 b=3 -o f.svg  a picture
    minigrad step "sigmoid(w*x + b)" w=2 x=-1 b=3          both passes, gate by gate
    minigrad play "sigmoid(w*x + b)" w=2 x=-1 b=3 -o f.html  the same as one file for a browser
    minigrad playground -o page.html                       one page to type, drag, step, train in
    minigrad demo                                          a small network learns

Exit codes: 0, 2 for a request that cannot be understood, 1 for one that could not be carried out,
130 after a Ctrl-C.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from ..calculus import first_nonfinite_in
from ..expressions import as_formula, parts_of, shown
from ..pictures import DRAW_LESS, THEMES
from ..pictures import draw as picture_of
from ..text import (
    DIGITS,
    as_tree,
    check_folder,
    display_width,
    path_of,
    printable,
    rounded,
    table_of,
)
from .arguments import (
    EXAMPLE,
    IN_BRACKETS,
    Parser,
    as_typed,
    protected,
    safe,
    typed_count,
    typed_digits,
)
from .interrupts import exit_code_of, ignore_ctrl_c, interruptible
from .prose import in_lines, say, terminal_width
from .typed_circuits import circuit_of, differentiated, mode_of, note_on, output_of, wire_named

Command = Callable[[argparse.Namespace], None]


# --- one function for each subcommand -------------------------------------------------------------


def evaluate(arguments: argparse.Namespace) -> None:
    """Print the result, then every gate and every leaf, with all gradients."""
    outputs = differentiated(arguments)
    for text, output in zip(parts_of(arguments.expression), outputs):
        print(f"{as_formula(text)} = {rounded(output.data, arguments.digits)}")
    if all(output.is_constant for output in outputs):
        return
    circuit = circuit_of(outputs)
    width = terminal_width(sys.stdout)
    table = table_of(circuit, arguments.digits, width=width)
    if width and max(map(display_width, table.splitlines())) > width:  # lines that break say little
        table = as_tree(outputs, arguments.digits, width=width)
    print(f"\n{table}")
    if note := note_on(outputs):
        say(f"\n{note}")
    if found := first_nonfinite_in(circuit):
        say(f"\nnot finite from here on: {found.what}")


def draw(arguments: argparse.Namespace) -> None:
    """Write a picture of the circuit, or print it as a tree."""
    outputs = differentiated(arguments)
    leaves = circuit_of(outputs).leaves
    around = None if arguments.around is None else wire_named("--around", arguments.around, leaves)
    if arguments.output is None:
        for name in ("theme", "style", "depth", "around"):
            if vars(arguments)[name] is not None:
                raise ValueError(f"--{name} is for a picture: write it to a file with -o")
        print(as_tree(outputs, arguments.digits, width=terminal_width(sys.stdout)))
        if note := note_on(outputs):
            say(f"\n{note}")
        return
    path = path_of(arguments.output)
    check_folder(path, path.parent)
    with _advice("draw a part with --depth 20 or --around NAME"):
        picture_of(
            outputs,
            title=note_on(outputs),
            theme=arguments.theme or "light",
            style=arguments.style or "circuit",
            digits=arguments.digits,
            depth=arguments.depth,
            around=around,
        ).save(path)
    say(f"wrote {shown(str(path))}")


def step(arguments: argparse.Namespace) -> None:
    """Go through both passes gate by gate, or ask for them."""
    if arguments.quiz:
        from .quiz import quiz as go
    else:
        from .terminal import step_through as go
    output = output_of(arguments)
    go(output, digits=arguments.digits, **mode_of(arguments, output))


def play(arguments: argparse.Namespace) -> None:
    """Write the step player of the circuit."""
    from ..stepping import STEP_LESS, Stepper

    output = output_of(arguments)
    path = path_of(arguments.output)
    check_folder(path, path.parent)
    with _advice("play a smaller expression", STEP_LESS):
        Stepper(output, digits=arguments.digits, **mode_of(arguments, output)).save(path)
    say(f"wrote {shown(str(path))}: open it in a browser")


def write_playground(arguments: argparse.Namespace) -> None:
    """Write the page in which circuits are typed, dragged, stepped and trained."""
    from ..stepping import playground

    path = path_of(arguments.output)
    check_folder(path, path.parent)
    playground(path)
    say(f"wrote {shown(str(path))}: open it in a browser, offline too")


@contextmanager
def _advice(advice: str, of_python: str = DRAW_LESS) -> Iterator[None]:
    """Where a picture would be too large, what the command can do, not what Python can write."""
    try:
        yield
    except (ValueError, RuntimeError) as error:
        if of_python not in str(error):
            raise
        raise RuntimeError(str(error).replace(of_python, advice)) from None


def demo(arguments: argparse.Namespace) -> None:
    """Train a small network and write its pictures."""
    from .demo import run

    run(path_of(arguments.folder))


# --- what is typed --------------------------------------------------------------------------------


def _parser() -> tuple[Parser, Collection[str]]:
    """The parser of the command line, and the names of the commands."""
    parser = Parser(
        prog="minigrad",
        description="Circuits of gates, their gradients, and pictures of both.",
        epilog=f"example: minigrad eval {EXAMPLE}. Exit codes: 0; 1 for what could not be carried "
        "out; 2 for what cannot be understood; 130 after a Ctrl-C.",
    )
    parser.add_argument("--version", action="store_true", help="print the version and stop")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=Parser)

    def add(name: str, run: Command, what: str, example: str) -> Parser:
        command: Parser = commands.add_parser(
            name,
            allow_abbrev=False,  # --x is more likely an expression
            help=what,
            description=f"{what[0].upper()}{what[1:]}.",
            epilog=f"example: minigrad {name} {example}",
        )
        command.set_defaults(run=run, command=name)
        return command

    command = add("eval", evaluate, "print every value and gradient of an expression", EXAMPLE)
    _takes_expression(command)

    command = add("draw", draw, "draw the circuit of an expression", f"{EXAMPLE} -o neuron.svg")
    _takes_expression(command)
    _takes_picture(command)

    command = add("step", step, "go through both passes, gate by gate", EXAMPLE)
    _takes_expression(command)
    _takes_mode(command)
    command.add_argument("--quiz", action="store_true", help="ask for every number first")

    command = add("play", play, "write a player of the steps", f"{EXAMPLE} -o neuron.html")
    _takes_expression(command)
    _takes_mode(command)
    kinds = ".html, .svg (animated), or .gif, which needs Pillow: pip install pillow"
    command.add_argument("-o", "--output", metavar="FILE", required=True, help=kinds)

    command = add(
        "playground",
        write_playground,
        "write one page to type, drag, step and train in, without Python",
        "-o page.html",
    )
    command.add_argument("-o", "--output", metavar="FILE", required=True, help=".html")

    command = add("demo", demo, "train a small network and write its pictures", "my-folder")
    command.add_argument(
        "folder",
        nargs="?",
        default="minigrad-demo",
        metavar="FOLDER",
        help="made if need be (minigrad-demo)",
    )
    return parser, commands.choices


def _takes_mode(command: Parser) -> None:
    command.add_argument(
        "--mode",
        default="backward",
        choices=["backward", "forward", "both"],
        help="gradients back, tangents forward, or both (backward)",
    )
    command.add_argument(
        "--seed",
        action="append",
        default=[],
        metavar="NAME[=SPEED]",
        help="the name that moves in forward mode; may be given several times",
    )


def _takes_picture(command: Parser) -> None:
    command.add_argument(
        "-o", "--output", metavar="FILE", help=".svg, .png, .pdf or .dot; without it, a text tree"
    )
    command.add_argument("--theme", choices=THEMES, help="of a picture (light)")
    command.add_argument("--style", choices=["circuit", "graph"], help="of a picture (circuit)")
    command.add_argument(
        "--depth",
        type=typed_count,
        metavar="N",
        help="draw only the last N gates before the output",
    )
    command.add_argument(
        "--around", metavar="NAME", help="draw only the gates around a name, --depth of them (2)"
    )


def _takes_expression(command: Parser) -> None:
    command.add_argument(
        "expression",
        metavar="EXPR",
        help='in quotes: "tanh(w*x + b)" or "y = x^2"; gates are functions; eval and '
        'draw take several, "a = x*y, b = a + x"',
    )
    command.add_argument(
        "values", nargs="*", default=[], metavar="name=value", help="one for each name"
    )
    command.add_argument(
        "--digits",
        type=typed_digits,
        default=DIGITS,
        metavar="N",
        help=f"significant digits ({DIGITS})",
    )


def parsed(argv: Sequence[str]) -> argparse.Namespace | None:
    """The arguments; None if no command is among them, and all is said."""
    parser, commands = _parser()
    words = [protected(argument) for argument in argv]
    parser.check_command(words, commands)
    arguments, more = parser.parse_known_args(words)
    vars(arguments).update({name: as_typed(given) for name, given in vars(arguments).items()})
    unknown = [word for word in more if word.startswith("-") or "values" not in arguments]
    if unknown:
        parser.prog += f" {arguments.command}" if "command" in arguments else ""
        hint = IN_BRACKETS * ("values" in arguments)
        parser.error(f"unknown: {' '.join(map(printable, unknown))}{hint}")
    if "values" in arguments:  # argparse leaves over those that stand behind an option
        arguments.values = [*arguments.values, *more]
    if "run" in arguments and not arguments.version:
        return arguments
    print(f"minigrad {_version()}") if arguments.version else parser.print_help()
    return None


def _version() -> str:
    from importlib import metadata

    try:
        return metadata.version("minigrad-circuits")
    except metadata.PackageNotFoundError:
        return "(not installed: run from its sources)"


# --- running --------------------------------------------------------------------------------------


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; the result is the exit code. Without `argv` the process is the command's."""
    if argv is None:
        return interruptible(lambda: _carried_out(sys.argv[1:]))
    return _carried_out(argv)


def _carried_out(argv: Sequence[str]) -> int:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # an old terminal shows ? where it has no ∂
    name, code = "minigrad", 0
    try:
        try:
            arguments = parsed(argv)
        except SystemExit as stop:  # argparse has said it all: the help, or what is wrong
            arguments, code = None, int(stop.code or 0)
        if arguments:
            name = f"minigrad {arguments.command}"
            arguments.run(arguments)
        _flush()
    except BrokenPipeError:  # the reader, such as head, has seen enough
        _give_up_output()
        return 1
    except KeyboardInterrupt as stop:
        ignore_ctrl_c()
        return _failed(name, "stopped", exit_code_of(stop))
    except ValueError as error:
        return _failed(name, error, 2)
    except (OSError, RuntimeError, ImportError) as error:
        return _failed(name, error, 1)
    return code


def _failed(name: str, error: Any, code: int) -> int:
    with suppress(OSError):
        if sys.stderr:  # else print would take the other stream
            message = f"{name}: {safe(str(error))}"
            print(in_lines(message, terminal_width(sys.stderr)), file=sys.stderr)
    try:
        _flush()
    except OSError:  # a full disk: that was the error
        _give_up_output()
    return code


def _flush() -> None:
    if sys.stdout:  # None where it was closed before the command began
        sys.stdout.flush()


def _give_up_output() -> None:
    """Let nothing more be written, or Python would complain of it when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
