"""What always holds for paths, on random circuits, and how little work the search does."""

import math
from itertools import islice
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import minigrad as mg
from minigrad import Value
from minigrad.calculus.path_search import Between, Branch, LargestFirst, magnitude

OPERATIONS = {
    "add": lambda x, y: x + y,
    "mul": lambda x, y: x * y,
    "sub": lambda x, y: x - y,
    "double": lambda x, y: x + x,
    "square": lambda x, y: x * x,
    "tanh": lambda x, y: x.tanh(),
    "sin": lambda x, y: x.sin(),
    "maximum": lambda x, y: mg.maximum(x, y, 0.1),
    "sum": lambda x, y: mg.sum([x, y, x, 2.0]),
}


@st.composite
def circuits(draw, labels=("",)):
    """A small circuit with fan-out and repeated inputs; the wires, the last one its output."""
    label = st.sampled_from(labels)
    numbers = draw(st.lists(st.floats(-2, 2), min_size=2, max_size=3))
    wires = [Value(number, label=draw(label)) for number in numbers]
    for _ in range(draw(st.integers(1, 7))):
        operation = OPERATIONS[draw(st.sampled_from(sorted(OPERATIONS)))]
        x, y = draw(st.sampled_from(wires)), draw(st.sampled_from(wires))
        wires.append(operation(x, y))
        wires[-1].label = draw(label)
    return wires


def paths_by_definition(output, leaf):
    """Every path from the leaf to the output as (gate, place) pairs, found by going back."""
    if output is leaf:
        return [()]
    return [
        (*before, (output, place))
        for place, source in enumerate(output.inputs)
        if not source.is_constant
        for before in paths_by_definition(source, leaf)
    ]


def product_from_the_output(steps):
    product = 1.0
    for gate, place in reversed(steps):
        product = gate.local_gradients[place] * product
    return product


@given(circuits())
def test_paths_are_all_that_there_are(wires):
    output = wires[-1]
    for leaf in wires:
        expected = paths_by_definition(output, leaf)
        routes = mg.paths(output, leaf, limit=None)
        found = [tuple(zip(path.wires[1:], path.places)) for path in routes]
        assert set(found) == set(expected)
        assert len(found) == len(expected) == routes.count
        assert routes.naive_multiplications == sum(map(len, expected))
        assert routes.backprop_multiplications == len({step for path in expected for step in path})


@given(circuits())
def test_the_sum_over_all_paths_is_the_gradient(wires):
    output = wires[-1]
    output.backward()
    for leaf in wires:
        routes = mg.paths(output, leaf, limit=None)
        products = [path.product for path in routes]
        assert routes.total == leaf.grad
        size = math.fsum(map(abs, products))
        assert math.fsum(products) == pytest.approx(leaf.grad, rel=1e-12, abs=1e-12 * size)


@given(circuits())
def test_contributions_come_in_order_and_are_those_of_the_definition(wires):
    output = wires[-1]
    for leaf in wires[:2]:
        products = [path.product for path in mg.paths(output, leaf, limit=None)]
        sizes = [abs(product) for product in products]
        assert sizes == sorted(sizes, reverse=True)
        expected = map(product_from_the_output, paths_by_definition(output, leaf))
        assert sorted(products) == sorted(expected)


@given(circuits())
def test_total_is_what_grad_gives(wires):
    (expected,) = mg.grad(wires[-1], [wires[0]])
    assert mg.paths(wires[-1], wires[0]).total == pytest.approx(
        expected.data, rel=1e-12, abs=1e-300
    )


@given(circuits(labels=("", "", "h", "a_1", "a_2", "v_3", "<b>")))
def test_no_two_paths_read_the_same(wires):
    for leaf in wires:
        routes = list(mg.paths(wires[-1], leaf, limit=None))
        assert len({path.symbols for path in routes}) == len(routes)
        assert len({path.latex for path in routes}) == len(routes)


@given(circuits(labels=("", "h", "x", "$")))
def test_every_circuit_can_be_printed(wires):
    for leaf in wires:
        routes = mg.paths(wires[-1], leaf)
        for text in (str(routes), repr(routes), routes.latex, routes._repr_latex_()):
            assert "\x1b" not in text
            assert text.count("{") == text.count("}")
        for path in routes:
            assert path.formulas.count("(") == path.formulas.count(")")


factors = st.sampled_from(
    [0.0, -0.0, 0.5, -1.0, 3.0, 1e200, -1e-200, math.inf, -math.inf, math.nan]
)


@given(
    st.lists(st.lists(st.tuples(st.integers(1, 3), factors), min_size=1, max_size=3), max_size=6)
)
def test_the_order_holds_for_zero_infinity_and_nan(rows):
    last = len(rows)
    branches = [
        [
            Branch(min(number + skip, last), place, factor)
            for place, (skip, factor) in enumerate(row)
        ]
        for number, row in enumerate(rows)
    ] + [[]]

    def products(number):
        if number == last:
            return [1.0]
        return [
            branch.local_gradient * product
            for branch in branches[number]
            for product in products(branch.target)
        ]

    search = LargestFirst(SimpleNamespace(wires=range(last + 1), branches=branches))
    found = [product for _, product in search]
    sizes = [magnitude(product) for product in found]
    assert sizes == sorted(sizes, reverse=True)
    assert sorted(map(repr, found)) == sorted(map(repr, products(0)))


# --- large circuits -------------------------------------------------------------------------------


def chain(gates, step):
    x = y = Value(0.5, label="x")
    for _ in range(gates):
        y = step(y)
    return y, x


def test_a_hundred_thousand_doublings_are_counted_and_a_few_paths_found():
    y, x = chain(100_000, lambda y: y + y)
    routes = mg.paths(y, x, limit=3)
    assert routes.count == 2**100_000
    assert routes.naive_multiplications == 100_000 * 2**100_000
    assert routes.backprop_multiplications == 200_000
    assert [path.product for path in routes] == [1.0, 1.0, 1.0]


def test_a_count_with_more_digits_than_python_prints_is_written_as_a_power():
    y, x = chain(15_000, lambda y: y + y)
    routes = mg.paths(y, x, limit=2)
    assert "the sum over 2.8·10^4515 paths" in str(routes)
    assert "… and 2.8·10^4515 more" in str(routes)
    assert len(str(routes)) < 4000
    assert repr(routes) == "<df/dx = ∞: 2.8·10^4515 paths>"


@pytest.mark.parametrize("share", [1.0, 0.9, -1.1, 1e-3])
def test_the_search_finds_no_more_than_it_needs(share):
    y, x = chain(2_000, lambda y: y + share * y)
    between = Between(y, x)
    search = LargestFirst(between)
    asked = list(islice(search, 20))
    assert len(asked) == 20
    beyond_the_first = sum(map(len, search.found)) - len(between.wires)
    assert beyond_the_first <= 20 * 20
    assert sum(map(len, search.waiting.values())) <= 4 * 20 * 20


def test_nothing_is_searched_for_the_total_and_the_count():
    y, x = chain(1_000, lambda y: y * 0.5 + y)
    routes = mg.paths(y, x)
    assert routes.count == 2**1_000
    assert routes.total == pytest.approx(1.5**1_000)
    assert "_largest_first" not in vars(routes)


def test_a_long_chain_is_one_path():
    y, x = chain(100_000, lambda y: -y)
    routes = mg.paths(y, x)
    (path,) = routes
    assert (routes.count, path.product, len(path.places)) == (1, 1.0, 100_000)
    assert len(str(routes)) < 3000
