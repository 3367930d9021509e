"""Wires that a reader is shown as a text book writes them."""

from __future__ import annotations

import copy
import gc
import pickle
import threading
import weakref

import pytest

import minigrad as mg
from minigrad import Value
from minigrad.engine import Circuit, written_as


def twice(x: Value) -> Value:
    return 2.0 * x


def doubled() -> tuple[Value, Value]:
    x = Value(3.0, label="x")
    return written_as(x + x, twice, x), x


def names(circuit: Circuit) -> list[str]:
    return [circuit.gate(wire).name for wire in circuit.gates]


def test_only_a_circuit_for_readers_has_the_gates_of_the_text_book() -> None:
    y, _ = doubled()
    assert names(Circuit(y, textbook=True)) == ["mul"]
    assert names(Circuit(y)) == ["add"]
    assert y.gate.name == "add"


def test_all_who_look_see_the_same_gates() -> None:
    y, _ = doubled()
    z = y.exp() * y
    assert Circuit(z, textbook=True).inputs(y) == Circuit(z, textbook=True).inputs(y)


def test_gates_of_the_text_book_have_the_gradients_of_the_latest_pass() -> None:
    x = Value(0.5, label="x")
    y = written_as(x.exp() * x.exp(), lambda x: (x + x).exp(), x)
    circuit = Circuit(y, textbook=True)
    (inside,) = circuit.inputs(y)
    assert not inside.has_grad
    y.backward(2.0)
    Circuit(y, textbook=True)
    assert inside.grad == pytest.approx(2.0 * y.data)
    assert x.grad == pytest.approx(4.0 * y.data)


def test_numbers_that_rounding_has_taken_are_not_shown() -> None:
    x = Value(1e-12)
    y = written_as(x.log1p(), lambda x: mg.log(1.0 + x), x)
    assert names(Circuit(y, textbook=True)) == ["log1p"]


def test_data_that_was_changed_before_the_first_look_shows_what_was_computed() -> None:
    y, x = doubled()
    x.data = 7.0
    assert names(Circuit(y, textbook=True)) == ["add"]


def test_inside_no_grad_there_is_nothing_to_write() -> None:
    with mg.no_grad():
        y, _ = doubled()
    assert y.is_constant


def test_nothing_is_kept_of_a_wire_that_is_gone() -> None:
    y, _ = doubled()
    Circuit(y, textbook=True)
    gone = weakref.ref(y)
    del y
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda y: pickle.loads(pickle.dumps(y))]
)
def test_a_copy_shows_the_same_gates_on_its_own_wires(copied: object) -> None:
    y, _ = doubled()
    twin = copied(y)
    circuit = Circuit(twin, textbook=True)
    assert names(circuit) == ["mul"]
    assert [wire for wire in circuit.leaves if wire.label] == [twin.inputs[0]]
    assert names(Circuit(twin)) == ["add"]


def test_what_another_thread_records_does_not_hinder() -> None:
    recording, done = threading.Event(), threading.Event()

    def slow(x: Value) -> Value:
        recording.set()
        done.wait(10.0)
        return x * 2.0

    thread = threading.Thread(target=mg.compile(slow, check=False), args=(1.0,))
    thread.start()
    recording.wait(10.0)
    try:
        y, _ = doubled()
    finally:
        done.set()
        thread.join()
    assert names(Circuit(y, textbook=True)) == ["mul"]
