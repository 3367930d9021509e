"""Sums of products run as dot products, to the last bit what all their gates give."""

import random

import pytest
from helpers.circuits import EXECUTORS, bits

import minigrad as mg
from minigrad import Value


def program(seed):
    """Layers of sums of products in all the ways in which people write them, with shared wires."""
    rng = random.Random(seed)
    parameters = [Value(rng.uniform(-2, 2)) for _ in range(6)]
    plan = [
        [
            (
                rng.choice(["sum", "start", "mg.sum", "plus"]),
                [(rng.choice("wwwhnta"), rng.randrange(6), rng.randrange(99)) for _ in range(9)],
            )
            for _ in range(4)
        ]
        for _ in range(3)
    ]

    def term(kind, i, j, xs):
        w, x = parameters[i], xs[j % len(xs)]
        made = {"w": lambda: w * x, "h": lambda: x * w, "n": lambda: x * 0.7, "t": lambda: x * x}
        return made.get(kind, lambda: (w, x)[j % 2])()

    def function(*xs):
        for layer in plan:
            new = []
            for way, terms in layer:
                made = [term(*part, xs) for part in terms]
                if way == "sum":
                    total = sum(made)
                elif way == "start":
                    total = sum(made, parameters[terms[0][1]])
                elif way == "mg.sum":
                    total = mg.sum(made)
                else:
                    total = made[0]
                    for part in made[1:]:
                        total = total + part
                new.append(total.tanh() if terms[0][2] % 3 else total * 0.1)
            xs = [*new, total, made[3]]  # a whole sum, and a term of one, are used again
        return mg.sum(xs)

    return function, parameters, [Value(rng.uniform(-2, 2)) for _ in range(4)]


def outcome(call, inputs, leaves):
    """The bits of what a call gives, and of the gradients."""
    for leaf in leaves:
        leaf.grad = None
    out = call(*inputs)
    out.backward()
    return [bits(out.data), *(bits(leaf.grad) for leaf in leaves)]


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("seed", range(40))
def test_sums_of_products_have_the_bits_of_their_gates(executor, seed):
    function, parameters, inputs = program(seed)
    leaves = [*parameters, *inputs]
    compiled = mg.compile(function, executor=executor, check=False)
    assert outcome(function, inputs, leaves) == outcome(compiled, inputs, leaves)


def test_a_sum_of_products_is_as_few_operations_as_a_dot_product():
    ws = [[Value(0.1 * i - j) for i in range(8)] for j in range(8)]

    def recorded(layer):
        compiled = mg.compile(lambda xs: mg.sum([y.tanh() for y in layer(xs)]), executor="python")
        compiled([0.5] * 8)
        return compiled.stats()["operations"]

    dots = recorded(lambda xs: [mg.dot(w, xs) for w in ws])
    assert recorded(lambda xs: [sum(a * b for a, b in zip(w, xs)) for w in ws]) == dots
    assert recorded(lambda xs: [mg.sum([a * b for a, b in zip(w, xs)]) for w in ws]) == dots


def test_a_chain_of_a_hundred_thousand_additions_is_recorded_in_linear_time():
    w = Value(2.0)
    long = mg.compile(lambda x: sum([w.tanh() * x] + [w * x] * 100_000), check=False)
    out = long(1.0)
    out.backward()
    assert out.data == pytest.approx(200_000.0, rel=1e-4)


def tree(seed, is_kept):
    """Sums of products of sums of products, where many a factor is computed within the sum.

    Of gates that the function keeps nobody makes others.
    """
    rng = random.Random(seed)
    leaves = [Value(rng.uniform(-1, 1)) for _ in range(5)]
    ways = ["sum", "mg.sum", "dot", "dot", "tanh", "add"]
    plan = [(rng.choice(ways), [rng.randrange(99) for _ in range(6)]) for _ in range(14)]

    def function(*xs):
        made = {}

        def wire(i):  # it is built where it is first asked for
            if i < len(xs):
                return xs[i]
            if i not in made:
                way, places = plan[i - len(xs)]
                found = [wire(place % i) for place in places]
                pairs = list(zip(found[:3], found[3:]))
                if way in ("sum", "mg.sum"):
                    made[i] = (sum if way == "sum" else mg.sum)([a * b for a, b in pairs])
                elif way == "dot":
                    made[i] = mg.dot(found[:3], found[3:])
                else:
                    made[i] = mg.tanh(found[0]) if way == "tanh" else found[0] + found[1]
            return made[i]

        total = mg.tanh(wire(len(xs) + len(plan) - 1))
        if not is_kept:
            made.clear()
        return total

    return function, leaves


@pytest.mark.parametrize("is_kept", [False, True])
@pytest.mark.parametrize("seed", range(60))
def test_a_sum_whose_factors_are_sums_has_the_bits_of_its_gates(seed, is_kept):
    function, leaves = tree(seed, is_kept)
    compiled = mg.compile(function, executor="python", check=False)
    assert outcome(function, leaves, leaves) == outcome(compiled, leaves, leaves)


def gates_of(function, *arguments):
    compiled = mg.compile(function)
    compiled(*arguments)
    (recording,) = compiled.recordings.values()
    return [wire.gate.name for wire in recording.wires.all if wire.gate]


def test_a_sum_that_is_met_before_its_factors_is_one_gate():
    ws = [Value(0.1), Value(0.2), Value(0.3)]

    def layer(xs):
        scale = mg.tanh(sum(x * x for x in xs))
        hs = [x * scale for x in xs]
        return sum(w * h for w, h in zip(ws, hs))

    assert gates_of(layer, [1.0, 2.0, 3.0]) == ["dot", "tanh", "mul", "mul", "mul", "dot"]


@pytest.mark.parametrize("total", [sum, mg.sum])
def test_a_sum_stays_apart_where_a_gate_behind_a_later_factor_sends_to_an_earlier_one(total):
    w = Value(0.3)
    assert "dot" not in gates_of(lambda x: total([w * x, x * mg.tanh(w)]), 2.0)
    assert "dot" in gates_of(lambda x: total([x * mg.tanh(w), w * x]), 2.0)


def started(start):
    return lambda ws, xs: sum((w * x for w, x in zip(ws, xs)), start)


def with_partial_sums_kept(ws, xs):
    kept = [mg.constant(0.0)]
    for w, x in zip(ws, xs):
        kept.append(kept[-1] + w * x)
    return kept[-1] * kept[2] + kept[3]


def with_a_product_used_again(ws, xs):
    products = [w * x for w, x in zip(ws, xs)]
    return sum(products) - products[1] * products[1]


def with_a_subtraction(ws, xs):
    total = 0.0
    for i, (w, x) in enumerate(zip(ws, xs)):
        total = total - w * x if i == 2 else total + w * x
    return total


def with_a_labelled_sum(ws, xs):
    total = sum(w * x for w, x in zip(ws, xs))
    total.label = "z"
    return sum((w * x for w, x in zip(ws, xs)), total)


@pytest.mark.parametrize(
    "body",
    [
        started(0),
        started(0.0),
        started(-0.0),
        started(Value(0.0)),
        started(mg.constant(0.5)),
        lambda ws, xs: sum(sum(w * x for x in xs) for w in ws),
        lambda ws, xs: sum(w * sum(w * x for x in xs) for w in ws),
        lambda ws, xs: sum(w * 0.7 + x for w, x in zip(ws, xs)) + sum(ws) * 0.0,
        with_partial_sums_kept,
        with_a_product_used_again,
        with_a_subtraction,
        with_a_labelled_sum,
    ],
)
@pytest.mark.parametrize("numbers", [(0.5, -2.0, 3.0, 0.25), (-0.0, -0.0, -0.0, -0.0)])
def test_a_sum_is_compiled_to_its_bits_however_it_is_written(body, numbers):
    ws = [Value(1.5), Value(2.0), Value(0.3), Value(4.0)]
    xs = [Value(number) for number in numbers]
    leaves = [*ws, *xs]
    outcomes = []
    for call in (body, mg.compile(body)):
        for leaf in leaves:
            leaf.grad = None
        out = call(ws, xs)
        out.backward()
        outcomes.append([bits(out.data), *(bits(leaf.grad) for leaf in leaves)])
    assert outcomes[0] == outcomes[1]


def test_a_sum_that_the_function_has_kept_is_read_afterwards():
    kept = []

    def body(ws, xs):
        total = sum(w * x for w, x in zip(ws, xs))
        kept.append(total)
        return total.tanh()

    ws, xs = [Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]
    mg.compile(body, check=False)(ws, xs)
    assert kept[0].data == 11.0
    assert [wire.gate.name for wire in mg.engine.topological_order(kept[0]) if wire.gate] == [
        *("mul", "add", "mul", "add")
    ]
