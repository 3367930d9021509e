"""What a page of the player knows: the circuit's numbers, and every text that no number changes.

>>> import minigrad as mg
>>> w, x = mg.Value(2.0, label="w"), mg.Value(-1.0, label="x")
>>> data = page_data(mg.Stepper((w * x).tanh()), position=0, learning_rate=0.1)
>>> data["names"], data["values"][:3]
(['w', 'x', 'w·x', 'f'], [2.0, -1.0, -2.0])
>>> [gate["forward"] for gate in data["gates"]]
[['w·x', [0, '·', [1, '('], 1, [1, ')']]], ['f = tanh(w·x)', ['tanh(', 0, ')']]]

The script in web/player/ computes both passes and makes the sentences around these texts, as
`Step` does here; the tests compare them. Wires and gates are told by their place in the circuit.
In a formula with numbers `i` stands for the number of input i, `[i, "("]` for what is there if
that is negative, and `["^", i, j]` for input i to the power of input j.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, Final, cast

from ..engine import Value
from ..files import javascript_gates
from ..rules import GATES, Gate, as_text, is_number
from ..text import gate_formula, has_layer, number_formula, parse_name
from .boxes_data import boxes_data
from .questions import MISTAKES
from .replay import Replay
from .snapshot import Snapshot
from .tangent_words import start_of_tangents, tangent_words
from .words import Branch, factor, lead, local_formulas

Piece = str | int | list[Any]  # of a formula with numbers

MOST_BRANCHES: Final = 6  # of a gate, told in words
PLAIN: Final = ("symbol", "number")
START: Final = (
    "The values of the leaves are given; the forward pass computes all others, gate by gate, and "
    "the backward pass their gradients."
)
DATA_NAMES: Final = frozenset("xyt")  # of inputs and targets, which learning leaves alone
INPUT: Final = "\ue000"


def page_data(run: Replay, position: int, learning_rate: float) -> dict[str, Any]:
    """All that the script of a player is given; `run` may be taken to its end for it."""
    circuit = run.circuit
    place, output = circuit.place, circuit.output
    rows = list(dict.fromkeys(map(circuit.gate, circuit.gates)))
    own = any(wire.own_backward or not circuit.gate(wire).has_rules for wire in circuit.gates)
    return {
        "name": circuit.names.label(output),
        "start": _start(circuit),
        "position": position,
        "mode": circuit.mode,
        "digits": circuit.digits,
        "upstream": run.upstream,
        "rate": learning_rate,
        "kinds": MISTAKES,
        "output": place[output],
        "leaves": len(circuit.leaves),
        "constants": [place[leaf] for leaf in circuit.leaves if leaf.is_constant],
        "fixed": [place[leaf] for leaf in circuit.leaves if leaf.is_constant and not leaf.label],
        "weights": [place[leaf] for leaf in _weights(circuit)],
        "names": list(map(circuit.names.text, circuit.wires)),
        "values": [circuit.values[wire] for wire in circuit.wires],
        "seeds": [[place[wire], speed] for wire, speed in circuit.seeds.items()],
        "to": _to(circuit),
        "by": _by(circuit),
        "meeting": None if circuit.meeting is None else place[circuit.meeting],
        "delta": circuit.show != "values",
        "deltas": _deltas(circuit),
        "routes": circuit.routes,
        "rows": [_row(row, circuit) for row in rows],
        "gates": [_gate(circuit, wire, rows.index(circuit.gate(wire))) for wire in circuit.gates],
        "sent": _sent(run) if own else None,
        "still": why_still(circuit),
        **boxes_data(circuit),
    }


def why_still(circuit: Snapshot) -> str:
    """Why the numbers of a circuit cannot be computed anew without Python; empty if they can."""
    python = dict.fromkeys(filter(needs_python, map(circuit.gate, circuit.gates)))
    for wire in circuit.gates:
        symbol = circuit.symbol(wire)
        if wire.own_backward:
            return still(f"what {symbol} sends back is a Python function")
        if circuit.gate(wire) in python:
            return still(f"{symbol} is a Python function")
    return ""


def needs_python(gate: Gate) -> bool:
    """Whether a gate has no functions in JavaScript, or another has its name by now."""
    return not gate.has_rules or GATES.get(gate.name) is not gate or not _is_printed(gate)


@cache
def _is_printed(gate: Gate) -> bool:
    try:
        javascript_gates([gate.name])
    except ValueError:
        return False
    return True


def still(reason: str) -> str:
    """What a page says whose numbers cannot change."""
    return f"These numbers stay as they are: {reason}."


def _start(circuit: Snapshot) -> str:
    start = start_of_tangents(circuit) if circuit.seeds else START
    if any(leaf.is_constant and leaf.label for leaf in circuit.leaves):
        start += " – marks a constant, which gets no gradient."
    if circuit.notation == "l" and any(map(has_layer, circuit.wires)):
        start += " An upper index is the layer."
    if told := circuit.names.about_runs:
        start += f" A number in brackets above tells wires of one label apart: {told}."
    return start


def _weights(circuit: Snapshot) -> list[Value]:
    """The leaves that a step of learning changes: x, y and t are data, where there are others."""
    leaves = [leaf for leaf in circuit.leaves if not leaf.is_constant]
    weights = [leaf for leaf in leaves if parse_name(leaf.label).base not in DATA_NAMES]
    return weights or leaves


def _to(circuit: Snapshot) -> list[str]:
    """The symbols of all gradients, df/dw."""
    if not circuit.goes_back:
        return []
    return [as_text(circuit.total_derivative(wire)) for wire in circuit.wires]


def _by(circuit: Snapshot) -> list[str]:
    """The symbols of all tangents, dw/dt."""
    if not circuit.seeds:
        return []
    return [as_text(circuit.tangent_symbol(wire)) for wire in circuit.wires]


def _deltas(circuit: Snapshot) -> dict[str, str]:
    """The formulas in δ: of wires by their place, of branches by the gate's and the input's."""
    deltas, place = circuit.deltas, circuit.place
    if not deltas:
        return {}
    wires = {str(place[wire]): deltas.text(wire) for wire in circuit.wires}
    branches = {
        f"{place[gate]}-{number}": deltas.sent_text(gate, number)
        for gate in circuit.gates
        for number in range(len(circuit.inputs(gate)))
    }
    return {key: text for key, text in (wires | branches).items() if text}


def _row(gate: Gate, circuit: Snapshot) -> dict[str, Any]:
    """What all gates of a kind have in common."""
    return {
        "name": gate.name,
        "lead": lead(gate),
        "moves": tangent_words(gate) if circuit.seeds else "",
        "routes": gate.routes,
        "idle": gate.idle[0] if gate.idle else "",
        "arity": gate.arity,
        "isDot": gate.is_dot,
    }


def _gate(circuit: Snapshot, wire: Value, row: int) -> dict[str, Any]:
    names, inputs = circuit.names, circuit.inputs(wire)
    parts = [] if names.is_expression(wire) else [names.formula(wire)]
    parts.append(names.shown(names.computed(wire)))
    local = circuit.local_gradients(wire)
    branches = _branches(circuit, wire)
    most = len(branches) if circuit.seeds or wire.own_backward else MOST_BRANCHES
    return {
        "row": row,
        "symbol": circuit.symbol(wire),
        "inputs": [circuit.place[source] for source in inputs],
        "forward": [" = ".join(map(as_text, parts)), in_numbers(circuit.gate(wire), len(inputs))],
        "local": [None] * len(inputs) if wire.own_backward else list(local),
        "branches": branches[:most],
        "more": len(branches[most:]),
    }


def _branches(circuit: Snapshot, wire: Value) -> list[list[Any]]:
    """Of each input that may receive something: what its sentence and its formula are made of."""
    told = []
    parts = zip(circuit.inputs(wire), local_formulas(circuit, wire))
    for place, (source, formula) in enumerate(parts):
        if source.is_constant:
            continue
        branch = Branch(circuit, wire, 0.0, source, place, formula, 0.0, 0.0, None, 0.0)
        kind = 0 if is_number(formula, 1.0) else 1 if formula.operation in PLAIN else 2
        text = factor(circuit.names.shown(formula))
        in_deltas = [branch.in_deltas, branch.called] if circuit.deltas else []
        told.append([place, branch.name, text, kind, *in_deltas])
    return told


def _sent(run: Replay) -> dict[str, list[Any]]:
    """What each gate sent, where a function of the user's does it."""
    run.reset()
    back = [step for step in reversed(list(run)) if step.upstream is not None]
    kinds = ("contributions", "before", "after")
    return {kind: [list(getattr(step, kind)) for step in back] for kind in kinds}


def in_numbers(gate: Gate, count: int) -> list[Piece]:
    """The gate's formula with a place for the number of each input.

    >>> in_numbers(GATES["mul"], 2), in_numbers(GATES["pow"], 2), in_numbers(GATES["sum"], 2)
    ([0, '·', [1, '('], 1, [1, ')']], [['^', 0, 1]], ['sum(', 0, ', ', 1, ')'])
    """
    plain = _tokens(gate, count, negative=-1)
    if not gate.dunder:
        return _joined(plain)
    if gate_formula(gate, [number_formula("1")] * count).operation == "**":
        return [["^", 0, 1]]
    more: dict[int, list[Piece]] = {}
    for i in range(count):
        place = 0
        for token in _tokens(gate, count, negative=i):
            if place < len(plain) and token == plain[place]:
                place += 1
            else:  # a bracket that a negative number asks for
                more.setdefault(place, []).append([i, token])
    places = range(len(plain) + 1)
    return _joined([piece for i in places for piece in [*more.get(i, []), *plain[i : i + 1]]])


def _tokens(gate: Gate, count: int, negative: int) -> list[Piece]:
    """The formula, one of whose inputs is negative, as letters and inputs, without that sign."""
    signs = ["−" * (i == negative) for i in range(count)]
    symbols = [number_formula(f"{sign}{INPUT}{i}{INPUT}") for i, sign in enumerate(signs)]
    text = as_text(gate_formula(gate, symbols))
    parts = text.replace(f"−{INPUT}{negative}{INPUT}", f"{INPUT}{negative}{INPUT}").split(INPUT)
    return [
        piece
        for odd, part in enumerate(parts)
        for piece in ([int(part)] if odd % 2 else cast("list[Piece]", list(part)))
    ]


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    """The pieces with all letters that stand together in one text."""
    found: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str) and found and isinstance(found[-1], str):
            found[-1] += piece
        else:
            found.append(piece)
    return found
