"""The command `minigrad`: circuits from typed expressions, in the terminal and as pictures.

`cli` has the subcommands, one function each, and the way from what is typed to what is run; begin
there. `arguments` reads single arguments, the numbers behind an expression among them, and
`typed_circuits` makes the circuits of these. `terminal` steps through a circuit with the keys,
`quiz` asks for its numbers, and `demo` trains a network and leaves its pictures; `prose` ends
the lines of sentences between words, `interrupts` ends all of it at Ctrl-C.
"""

from .cli import main

__all__ = ["main"]
