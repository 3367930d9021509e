"""Colours: each entry of a sparse matrix can be read out of what few directions give."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from minigrad.tape import Pattern, compressed_hessian, compressed_jacobian
from minigrad.tape.coloring import column_coloring, star_coloring


@st.composite
def matrices(draw, symmetric):
    height = draw(st.integers(1, 9))
    width = height if symmetric else draw(st.integers(1, 9))
    entries = st.one_of(st.just(0.0), st.floats(0.5, 2.0))
    matrix = [[draw(entries) for _ in range(width)] for _ in range(height)]
    if symmetric:
        matrix = [[matrix[max(i, j)][min(i, j)] for j in range(width)] for i in range(height)]
    return matrix


def pattern_of(matrix):
    return Pattern([{j for j, x in enumerate(row) if x} for row in matrix], len(matrix[0]))


def times(matrix, direction):
    return [sum(x * y for x, y in zip(row, direction)) for row in matrix]


@given(matrices(symmetric=True))
def test_a_star_colouring_leaves_no_path_of_four_with_two_colours(matrix):
    n = len(matrix)
    colors = star_coloring(pattern_of(matrix).rows)
    edges = {(i, j) for i, j in product(range(n), repeat=2) if i != j and matrix[i][j]}
    assert all(colors[i] != colors[j] for i, j in edges)
    for (a, b), (c, d) in product(edges, repeat=2):
        if (b, c) in edges and len({a, b, c, d}) == 4:
            assert len({colors[a], colors[b], colors[c], colors[d]}) >= 3


@given(matrices(symmetric=True))
def test_every_entry_of_a_hessian_is_read_back(matrix):
    compressed = compressed_hessian(pattern_of(matrix))
    lanes = [times(matrix, direction) for direction in compressed.directions()]
    entries = zip(compressed.rows, compressed.columns, compressed.entries(lanes))
    assert all(matrix[i][j] == x for i, j, x in entries)
    assert len(compressed.rows) == sum(x != 0.0 for row in matrix for x in row)


@given(matrices(symmetric=False))
def test_every_entry_of_a_jacobian_is_read_back(matrix):
    compressed = compressed_jacobian(pattern_of(matrix))
    sided = [list(column) for column in zip(*matrix)] if compressed.is_backward else matrix
    lanes = [times(sided, direction) for direction in compressed.directions()]
    entries = zip(compressed.rows, compressed.columns, compressed.entries(lanes))
    assert all(matrix[i][j] == x for i, j, x in entries)


@given(matrices(symmetric=False))
def test_no_row_has_two_entries_of_one_colour(matrix):
    pattern = pattern_of(matrix)
    colors = column_coloring(pattern.rows, len(matrix[0]))
    for row in pattern.rows:
        assert len({colors[column] for column in row}) == len(row)


def test_bands_and_arrows_of_any_size_need_few_colours():
    n = 20_000
    band = [[j for j in (i - 1, i, i + 1) if 0 <= j < n] for i in range(n)]
    assert max(star_coloring(band)) + 1 == 3
    assert max(column_coloring(band, n)) + 1 == 3
    hub_first = [list(range(n)), *[[0, i] for i in range(1, n)]]
    hub_last = [*[[i, n - 1] for i in range(n - 1)], list(range(n))]
    assert max(star_coloring(hub_first)) == max(star_coloring(hub_last)) == 1


def test_a_full_matrix_needs_a_direction_for_each_column():
    assert star_coloring([range(5)] * 5) == [0, 1, 2, 3, 4]


def test_a_jacobian_with_one_row_goes_backward():
    assert compressed_jacobian(Pattern([set(range(1000))], 1000)).count == 1
