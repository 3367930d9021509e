"""Modules, neurons, layers and networks."""

import copy
import pickle
import random

import pytest

import minigrad as mg
from minigrad import Value, nn
from minigrad.engine import Circuit


def test_a_neuron_is_products_a_sum_a_bias_and_an_activation() -> None:
    unit = nn.Neuron(2, activation="sigmoid", weights=[2.0, -3.0], bias=-3.0)
    a = unit([-1.0, -2.0])
    assert a.data == 0.7310585786300049
    circuit = Circuit(a)
    assert [circuit.gate(wire).name for wire in circuit.gates] == [
        *("mul", "mul", "sum", "add", "sigmoid")
    ]
    a.backward()
    assert [round(p.grad, 4) for p in unit.parameters()] == [-0.1966, -0.3932, 0.1966]


def test_labels_and_units_are_those_of_the_texts() -> None:
    model = nn.MLP(2, [3, 1], activation="tanh")
    y = model([1.0, 2.0])
    assert [p.label for p in model.parameters()] == [
        *("w_11^1", "w_12^1", "b_1^1", "w_21^1", "w_22^1", "b_2^1", "w_31^1", "w_32^1", "b_3^1"),
        *("w_11^2", "w_12^2", "w_13^2", "b_1^2"),
    ]
    assert [(a.label, a.unit) for a in model.layers[0].a] == [
        ("a_1^1", (1, 1)),
        ("a_2^1", (1, 2)),
        ("a_3^1", (1, 3)),
    ]
    assert (y.label, y.unit) == ("z_1^2", (2, 1))
    inputs = [wire.label for wire in mg.topological_order(y) if wire.is_constant]
    assert inputs == ["x_1", "x_2"]


def test_units_can_be_counted_from_zero_and_two_digits_get_a_comma() -> None:
    model = nn.MLP(11, [1, 1], first_index=0)
    model([0.0] * 11)
    labels = [p.label for p in model.layers[0].parameters()]
    assert labels[0] == "w_00^1"
    assert labels[-2:] == ["w_0,10^1", "b_0^1"]
    assert model.layers[0].z[0].label == "z_0^1"
    assert model.layers[0].z[0].unit == (1, 0)


def test_labels_can_be_left_out_of_the_circuit() -> None:
    labelled = nn.MLP(2, [3, 1], activation="tanh", seed=1)
    bare = nn.MLP(2, [3, 1], activation="tanh", seed=1, labels=False)
    assert bare([1.0, 2.0]).data == labelled([1.0, 2.0]).data
    wires = [*bare.layers[0].z, *bare.layers[0].a, *bare.layers[1].z]
    assert not any(wire.label or "unit" in vars(wire) for wire in wires)
    assert [p.label for p in bare.parameters()] == [p.label for p in labelled.parameters()]


def test_one_tutorial_import_changed_gives_micrograds_numbers() -> None:
    random.seed(1337)
    expected = [random.uniform(-1, 1) for _ in range(2 * 16 + 16 * 16 + 16)]
    random.seed(1337)
    model = nn.MLP(2, [16, 16, 1])
    weights = [w.data for layer in model.layers for n in layer.neurons for w in n.w]
    assert weights == expected
    assert all(n.b.data == 0 for layer in model.layers for n in layer.neurons)
    assert nn.Neuron(3, False).activation.name == "linear"
    assert nn.Layer(3, 2, nonlin=False).neurons[1].activation.name == "linear"
    assert isinstance(nn.Layer(3, 1)([1, 2, 3]), Value)
    assert len(nn.Layer(3, 2)([1, 2, 3])) == 2


def test_zero_grad_forgets_and_gradients_accumulate_before_it() -> None:
    model = nn.MLP(2, [2, 1], seed=0, activation="tanh")
    for _ in range(2):
        model([1.0, -1.0]).backward()
    twice = [p.grad for p in model.parameters()]
    model.zero_grad()
    assert not any(p.has_grad for p in model.parameters())
    model([1.0, -1.0]).backward()
    assert twice == pytest.approx([2 * p.grad for p in model.parameters()], abs=1e-15)


@pytest.mark.parametrize("scheme", ["uniform", "xavier", "he", "zeros"])
def test_a_seed_makes_initial_weights_repeatable(scheme: str) -> None:
    first = nn.MLP(3, [4, 2], weights=scheme, seed=5).state_dict()
    assert first == nn.MLP(3, [4, 2], weights=scheme, seed=5).state_dict()
    assert (first == nn.MLP(3, [4, 2], weights=scheme, seed=6).state_dict()) == (scheme == "zeros")


def test_schemes_have_the_spread_of_their_papers() -> None:
    def variance(scheme: str) -> float:
        weights = [w.data for n in nn.Layer(50, 100, weights=scheme, seed=1).neurons for w in n.w]
        return sum(w * w for w in weights) / len(weights)

    assert variance("xavier") == pytest.approx(2 / (50 + 100), rel=0.05)
    assert variance("he") == pytest.approx(2 / 50, rel=0.05)
    assert variance("uniform") == pytest.approx(1 / 3, rel=0.05)


def test_activations_can_be_names_gates_and_functions_of_a_value() -> None:
    def squared(z: Value) -> Value:
        return z * z

    model = nn.MLP(1, [1, 1, 1], activation=["tanh", mg.sigmoid, squared], weights=[[[1]]] * 3)
    expected = mg.sigmoid(mg.tanh(0.5)) ** 2
    assert model(0.5).data == expected
    assert repr(model) == "MLP(1, [1, 1, 1], activation=['tanh', 'sigmoid', 'squared'])"


@pytest.mark.parametrize("name", [g.name for g in mg.GATES.values() if g.arity == 1])
def test_every_gate_with_one_input_is_an_activation(name: str) -> None:
    unit = nn.Neuron(1, activation=name, weights=[1.0], bias=1.5 if name == "acosh" else 0.5)
    assert unit(0.25).data == mg.GATES[name].forward(0.25 + unit.b.data)


def test_hidden_layers_of_one_neuron_and_single_inputs_work() -> None:
    model = nn.MLP(1, [1, 1], activation="relu", weights=[[[2.0]], [[3.0]]], bias=[[1.0], [-1.0]])
    assert model(4.0).data == model([4.0]).data == 26.0


def test_bias_can_be_left_out() -> None:
    model = nn.MLP(2, [3, 1], bias=False)
    assert len(model.parameters()) == 9
    assert not [wire for wire in mg.topological_order(model([1, 2])) if wire.label[:1] == "b"]
    assert repr(model).endswith("bias=False)")


def test_a_wrong_number_of_inputs_names_the_layer() -> None:
    model = nn.MLP(2, [3, 1])
    with pytest.raises(ValueError, match=r"layer 1 takes 2 inputs, got 3"):
        model([1, 2, 3])
    with pytest.raises(ValueError, match=r"layer 2 takes 3 inputs, got 2"):
        model.layers[1]([1, 2])
    with pytest.raises(ValueError, match=r"the neuron takes 1 input, got 0"):
        nn.Neuron(1)([])
    with pytest.raises(TypeError, match="a set has no order"):
        model({1.0, 2.0})
    with pytest.raises(TypeError, match="a wire carries one number"):
        model([[1, 2], [3, 4]])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"activation": "tahn"}, "did you mean 'tanh'"),
        ({"activation": "add"}, "takes 2 inputs"),
        ({"activation": "softmax"}, "whole layer"),
        ({"activation": ["tanh"]}, "one item for each of the 2 layers"),
        ({"activation": 3}, "got the int 3"),
        ({"weights": "glorot"}, "xavier"),
        ({"weights": [[[1, 2]], [[1, 2, 3]]]}, "expected 3 rows, one for each unit, got 1"),
        ({"weights": [[[1, 2]] * 3, [[1, 2]]]}, "expected 3 numbers, one for each input, got 2"),
        ({"bias": [[0, 0], [0]]}, "expected 3 numbers, one for each unit, got 2"),
    ],
)
def test_wrong_arguments_say_what_was_expected(arguments: dict, message: str) -> None:
    with pytest.raises((ValueError, TypeError, KeyError), match=message):
        nn.MLP(2, [3, 1], **arguments)


@pytest.mark.filterwarnings("ignore::minigrad.GradientLostWarning")
def test_an_activation_that_leaves_the_circuit_is_refused() -> None:
    import math

    unit = nn.Neuron(1, activation=lambda z: math.tanh(z))
    with pytest.raises(TypeError, match="must return a Value"):
        unit(1.0)


@pytest.mark.parametrize("sizes", [[], 3, [0], [2.5]])
def test_impossible_sizes_are_refused(sizes: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        nn.MLP(2, sizes)


def test_state_goes_out_and_in_and_a_wrong_one_changes_nothing() -> None:
    one, other = nn.MLP(2, [2, 1], seed=1), nn.MLP(2, [2, 1], seed=2)
    before = other.state_dict()
    assert list(before)[:3] == [
        "layers.0.neurons.0.w.0",
        "layers.0.neurons.0.w.1",
        "layers.0.neurons.0.b",
    ]
    broken = one.state_dict()
    del broken["layers.1.neurons.0.b"]
    with pytest.raises(KeyError, match=r"layers\.1\.neurons\.0\.b"):
        other.load_state_dict(broken)
    with pytest.raises(TypeError):
        other.load_state_dict(one.state_dict() | {"layers.1.neurons.0.b": "0"})
    assert other.state_dict() == before
    other.load_state_dict(one.state_dict())
    assert other.state_dict() == one.state_dict()


def test_modules_of_ones_own_find_their_parameters_and_share_them_once() -> None:
    class Tied(nn.Module):
        def __init__(self) -> None:
            self.first = nn.Layer(2, 2, bias=False)
            self.scale = {"out": Value(3.0)}
            self.again = self.first

    assert [name for name, _ in Tied().named_parameters()] == [
        *(f"first.neurons.{j}.w.{k}" for j in range(2) for k in range(2)),
        "scale.out",
    ]


def test_z_a_and_delta_belong_to_the_latest_pass() -> None:
    model = nn.MLP(1, [2, 1], activation="tanh", seed=0)
    with pytest.raises(ValueError, match="no z yet"):
        _ = model.layers[0].z
    y = model(0.3)
    with pytest.raises(ValueError, match=r"no δ yet: call backward"):
        _ = model.layers[0].delta
    y.backward()
    assert model.layers[1].delta == [1.0]
    assert model.layers[0].delta == [z.grad for z in model.layers[0].z]


def test_summary_counts_what_a_forward_pass_records() -> None:
    model = nn.MLP(2, [16, 16, 1], activation="relu")
    y = model([1.0, 2.0])
    total = repr(model.summary()).splitlines()[-1].split()
    assert total == ["all", "337", str(len(Circuit(y).gates))]
    assert y is model.layers[-1].a[0], "summary leaves the latest pass as it was"


def half(z: Value) -> Value:
    return z / 2


@pytest.mark.parametrize("activation", ["relu", mg.gelu, mg.leaky_relu, "linear", half])
def test_a_model_can_be_pickled_with_its_latest_pass(activation) -> None:
    model = nn.MLP(2, [3, 1], activation=activation, seed=3)
    y = model([1.0, -2.0])
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        twin = pickle.loads(pickle.dumps(model, protocol))
        assert repr(twin) == repr(model)
        assert twin.layers[-1].a[0].data == twin([1.0, -2.0]).data == y.data
        assert twin.state_dict() == model.state_dict()


@pytest.mark.filterwarnings("ignore::minigrad.GradientLostWarning")
def test_an_activation_that_returns_no_value_says_so_after_a_pickle_too() -> None:
    model = pickle.loads(pickle.dumps(nn.MLP(1, [1, 1], activation=float)))
    with pytest.raises(TypeError, match="activation float returned"):
        model([1.0])


def test_a_model_can_be_copied_and_the_copy_stands_alone() -> None:
    model = nn.MLP(2, [2, 1], seed=3)
    model([1.0, 1.0]).backward()
    twin = copy.deepcopy(model)
    twin.parameters()[0].data = 100.0
    assert model.parameters()[0].data != 100.0
    assert twin.layers[0].neurons[0].w[0].label == "w_11^1"


def test_the_delta_table_writes_layers_in_brackets_if_asked_to():
    model = nn.MLP(1, [2, 1], activation="tanh", seed=1)
    (model(1.0) ** 2).backward()
    table = model.delta_table(notation="[l]")
    assert [str(line).split()[0] for line in repr(table).splitlines()[1:]] == [
        *["z₁^[2]", "z₁^[1]"],
        "z₂^[1]",
    ]
    assert "<sup>[2]</sup>" in table._repr_html_()
    with pytest.raises(ValueError, match="notation="):
        model.delta_table(notation="(l)")


def test_the_delta_table_is_of_the_last_differentiated_pass_whatever_was_called_since():
    model = mg.nn.MLP(2, [3, 1], activation="tanh", seed=1)
    first = (model([0.5, -1.0]) - 1.0) ** 2
    first.backward()
    expected = repr(model.delta_table())
    deltas = [layer.delta for layer in model.layers]
    for x in ([1.0, 2.0], [3.0, 4.0], [5.0, 6.0]):
        model(x)
        assert repr(model.delta_table()) == expected
        assert [layer.delta for layer in model.layers] == deltas
    second = (model([0.1, 0.2]) - 1.0) ** 2
    model([7.0, 7.0])
    second.backward()
    assert repr(model.delta_table()) != expected
    fresh = mg.nn.MLP(2, [3, 1], activation="tanh", seed=1)
    ((fresh([0.1, 0.2]) - 1.0) ** 2).backward()
    assert repr(model.delta_table()) == repr(fresh.delta_table())


@pytest.mark.parametrize("call", range(3))
def test_a_unit_that_received_nothing_does_not_mix_two_passes(call):
    model = mg.nn.MLP(1, [2, 1], activation="relu", weights=[[[1.0], [-1.0]], [[1.0, 1.0]]])
    for x in (1.0, -1.0, 2.0)[: call + 1]:
        model.zero_grad()
        ((model(x) - 3.0) ** 2).backward()
    z = {row[0]: row[1] for row in model.delta_table().rows}
    assert z["z_1^1"] == -z["z_2^1"] == (1.0, -1.0, 2.0)[call]
