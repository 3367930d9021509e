"""The operators of a wire, as a type checker and an editor see them."""

import ast
import inspect

import minigrad as mg
from minigrad.calculus.own_gates import BUILT_IN
from minigrad.engine import number_like
from minigrad.rules import Gate

SEEN_BY_ALL = {"__getattr__", "__setattr__"}  # gates of one's own, free attributes


def declared() -> dict[str, ast.arguments]:
    tree = ast.parse(inspect.getsource(number_like))
    (block,) = (
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    )
    return {node.name: node.args for node in block.body if isinstance(node, ast.FunctionDef)}


def operators(gate: Gate) -> set[str]:
    reflected = {f"__r{gate.dunder}__"} if gate.arity == 2 else set()
    return {f"__{gate.dunder}__", *reflected} if gate.dunder else set()


GATES = [mg.GATES[name] for name in BUILT_IN]


def test_what_is_declared_is_made_from_the_table_and_every_operator_is_declared():
    made = set().union(*map(operators, GATES))
    assert made <= declared().keys()
    assert declared().keys() <= made | {*BUILT_IN} | SEEN_BY_ALL


def test_what_is_declared_takes_what_the_gate_takes():
    for name in declared().keys() - SEEN_BY_ALL:
        _, *arguments = declared()[name].args
        (gate,) = (gate for gate in GATES if name in {gate.name, *operators(gate)})
        if gate.arity is None:
            assert not arguments
            assert declared()[name].vararg
        elif gate.arity != 2:
            assert [argument.arg for argument in arguments] == list(gate.input_names[1:])
        else:
            own = inspect.signature(getattr(mg.Value, name)).parameters
            assert ["self", *(argument.arg for argument in arguments)] == list(own)
        defaults = tuple(map(ast.literal_eval, declared()[name].defaults))
        assert defaults == gate.defaults
