"""Loops found again: every operation has one place in one array, made before it is read."""

import random

import numpy
import pytest

import minigrad as mg
from minigrad.tape import PADDING, flatten_batch, group, loops_of


def tape_of(sizes: list[int]):
    model = mg.nn.MLP(2, sizes, seed=1)
    x, y = [mg.Value(0.3), mg.Value(-0.7)], mg.Value(1.0)
    return flatten_batch((model(x) - y) ** 2, model.parameters(), [*x, y])


@pytest.mark.parametrize("size", [4, 16, 64])
def test_a_larger_network_has_no_more_arrays(size: int) -> None:
    assert len(group(tape_of([size, size, 1])).arrays) == len(group(tape_of([3, 3, 1])).arrays)


def test_every_result_has_a_place_of_its_own_in_its_array() -> None:
    groups = group(tape_of([5, 4, 1]), (2, 1))
    for number, array in enumerate(groups.arrays):
        slots = numpy.flatnonzero(groups.array_of == number)
        assert sorted(groups.place_of[slots]) == list(range(array.size))


def test_an_array_reads_only_arrays_before_it_and_places_that_they_have() -> None:
    groups = group(tape_of([5, 4, 1]))
    for number, array in enumerate(groups.arrays):
        for bucket in array.buckets:
            for column, source in enumerate(bucket.sources):
                assert source < number
                if source >= 0:
                    assert (bucket.places[:, column] < groups.arrays[source].size).all()


def test_the_same_circuit_has_the_same_arrays_each_time() -> None:
    first, second = group(tape_of([6, 1])), group(tape_of([6, 1]))
    assert [str(array) for array in first.arrays] == [str(array) for array in second.arrays]
    assert (first.place_of == second.place_of).all()


def test_sums_of_different_lengths_stand_in_one_array_with_padding() -> None:
    x = [mg.Value(float(i)) for i in range(6)]
    sums = [mg.sum([mg.exp(v) for v in x[:count]]) for count in (2, 4, 6)]
    groups = group(flatten_batch(mg.sum([mg.tanh(s) for s in sums]), [], x))
    (padded,) = [a for a in groups.arrays if a.is_sum and a.has_rows and a.size == 3]
    (bucket,) = padded.buckets
    assert (bucket.places == PADDING).any()


def test_loops_count_through_what_they_were_made_of() -> None:
    rng = random.Random(0)
    for _ in range(200):
        counts = [rng.randint(2, 5) for _ in range(rng.randint(1, 3))]
        strides = [rng.choice([0, 1, 2, 7, 31, -3]) for _ in counts]
        places = numpy.full((1,), 200)
        for count, stride in zip(counts, strides):
            places = (places[:, None] + stride * numpy.arange(count)).ravel()
        loops = loops_of(places)
        assert loops is not None
        again = numpy.full((1,), loops.start)
        for count, stride in zip(loops.counts, loops.strides):
            again = (again[:, None] + stride * numpy.arange(count)).ravel()
        assert (again == places).all()
