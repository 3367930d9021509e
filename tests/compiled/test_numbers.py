"""A recording keeps no number of its moment: what would fix one, or is not repeated, is refused."""

import copy
import pickle

import pytest

import minigrad as mg
from minigrad import Value


def reads_the_data_of_a_parameter(x):
    return W * x + 0.1 * W.data**2


def branches_by_the_data_of_an_argument(x):
    return W * x if x.data > 0 else -x


def branches_by_the_data_of_a_gate(x):
    return W * x if (W * x).data > 0 else -x


def asks_for_a_gradient(x):
    return W * x if x.has_grad else x


def reads_local_gradients(x):
    return (W * x).local_gradients[0] * x


def copies_a_wire(x):
    return copy.copy(x) * W


def copies_a_parameter(x):
    return copy.deepcopy([W])[0] * x


def pickles_a_gate(x):
    return pickle.loads(pickle.dumps(W * x)) * 2


def reads_grad(x):
    return W * x * W.grad


def writes_data(x):
    W.data = 1.0
    return W * x


def writes_grad(x):
    W.grad = 0.0
    return W * x


def clears_gradients(x):
    (y := W * x).zero_grad()
    return y


def sends_gradients_back(x):
    (y := W * x).backward()
    return y


def takes_gradients_as_numbers(x):
    return mg.grad((W * x) ** 2, [W])[0] * x


def computes_without_gates(x):
    with mg.no_grad():
        target = W * x
    return (W * x - target) ** 2


@mg.no_grad()
def target(x):
    return W * x


def calls_a_function_without_gates(x):
    return (W * x - target(x)) ** 2


W = Value(2.0)


@pytest.mark.parametrize(
    ("body", "remedy"),
    [
        (reads_the_data_of_a_parameter, "the Value itself"),
        (branches_by_the_data_of_an_argument, r"mg\.where.*mg\.relu.*mg\.select"),
        (branches_by_the_data_of_a_gate, r"mg\.where.*mg\.relu.*mg\.select"),
        (asks_for_a_gradient, "create_graph=True"),
        (reads_local_gradients, "create_graph=True"),
        (copies_a_wire, "the Value itself"),
        (copies_a_parameter, "the Value itself"),
        (pickles_a_gate, "the Value itself"),
        (reads_grad, "create_graph=True"),
        (writes_data, "before or after the call"),
        (writes_grad, "before or after the call"),
        (clears_gradients, "before or after"),
        (sends_gradients_back, "on what the function returns.*create_graph=True"),
        (takes_gradients_as_numbers, "create_graph=True"),
        (computes_without_gates, "before the call"),
        (calls_a_function_without_gates, "before the call"),
    ],
)
def test_what_a_recording_cannot_keep_is_refused_with_the_line_and_the_remedy(body, remedy):
    W.data, W.grad = 2.0, 5.0
    compiled = mg.compile(body, check=False)
    for call in (lambda: compiled(3.0), lambda: compiled.batch([3.0, 4.0])):
        with pytest.raises(
            mg.TracingError,
            match=rf"test_numbers\.py, line \d+.*{remedy}.*without mg\.compile",
        ):
            call()
    assert (W.data, W.grad) == (2.0, 5.0)


def test_constants_can_be_read_and_computed_with_in_a_recorded_function():
    two = mg.constant(2.0)

    def body(x):
        with mg.no_grad():
            four = two * two
        return x * four * two.data

    assert mg.compile(body)(3.0).data == 24.0


def test_what_is_refused_while_recording_is_allowed_around_and_after_it():
    kept = []
    compiled = mg.compile(lambda x: kept.append(W * x) or W * x)
    W.data = 2.0
    out = compiled(3.0)
    assert kept[0].data == out.data == 6.0
    kept[0].backward()
    assert mg.grad(kept[0], [W])[0].data == 3.0


@pytest.mark.parametrize(
    "look",
    [
        mg.first_nonfinite,
        mg.Stepper,
        mg.draw,
        mg.as_tree,
        mg.as_table,
        lambda y: mg.export(y, "python"),
        lambda y: mg.save(y, "never.json"),
        lambda y: mg.paths(y, W),
    ],
)
def test_nobody_looks_at_the_numbers_of_a_circuit_while_it_is_recorded(look):
    compiled = mg.compile(lambda x: (y := W * x, look(y))[0], check=False)
    with pytest.raises(mg.TracingError, match=r"test_numbers\.py, line \d+.*after the call"):
        compiled(3.0)


def test_a_wire_that_is_recorded_is_shown_without_its_number():
    shown = []
    compiled = mg.compile(lambda x: shown.append(f"{W * x} {two!r}") or W * x)
    two = mg.constant(2.0)
    compiled(3.0)
    assert shown[0] == "Value(data=?, grad=?, gate=mul) Value(data=2.0, constant)"


def test_a_nan_in_a_recorded_function_is_noted_as_ever():
    compiled = mg.compile(lambda x: mg.log(-x * W))
    assert str(compiled(1.0).data) == "nan"
