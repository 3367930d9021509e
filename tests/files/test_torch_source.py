"""Circuits as PyTorch source: a Module that gives what minigrad gives, gradients at kinks too.

What needs PyTorch is skipped where there is none; the text is looked at everywhere.
"""

from __future__ import annotations

import itertools
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy
import pytest
from helpers.counts import count_near
from helpers.exported import eager_mean, module_of, rows_of
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad as mg
from minigrad import Value, nn
from minigrad.rules.gate import Gate

GATES = dict(mg.GATES)
POINTS = [0.0, -0.0, 0.5, -1.25, 2.0, 1.0, -1.0, 3.0, 0.25, 40.0, -40.0, 800.0, -800.0]


@pytest.fixture
def torch() -> Any:
    module = pytest.importorskip("torch")
    module.set_num_threads(1)
    return module


def loss_of(model: nn.MLP) -> Any:
    loss = mg.compile(lambda x, y: (model(x) - y) ** 2)
    loss([0.5] * model.layers[0].nin, 1.0)
    return loss


def gradients_by_name(model: nn.MLP) -> dict[str, list[float]]:
    """The gradients of all weights and biases, as PyTorch calls them."""
    found = {}
    for i, layer in enumerate(model.layers):
        found[f"layers.{i}.w"] = [w.grad for neuron in layer.neurons for w in neuron.w]
        found[f"layers.{i}.b"] = [neuron.b.grad for neuron in layer.neurons]
    return found


# --- with PyTorch ---


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "gelu", "softplus", "silu"])
def test_a_network_gives_the_loss_and_its_gradient(torch: Any, activation: str) -> None:
    model = nn.MLP(3, [5, 4, 1], activation=activation, seed=1)
    loss = loss_of(model)
    X, Y = rows_of(7, 3), rows_of(7)
    module = module_of(mg.export(loss, "torch", name="Loss", parameters=model))["Loss"]()
    mean = module(torch.tensor(X), torch.tensor(Y)).mean()
    mean.backward()
    rows = [([*map(Value, x)], float(y)) for x, y in zip(X, Y)]
    expected, _ = eager_mean(loss, model.parameters(), rows)
    assert mean.item() == pytest.approx(expected, rel=1e-12)
    gradients = {name: p.grad.reshape(-1).tolist() for name, p in module.named_parameters()}
    for name, numbers in gradients_by_name(model).items():
        assert gradients[name] == pytest.approx(numbers, rel=1e-11, abs=1e-13), name


def test_parameters_have_the_names_and_shapes_and_numbers_of_the_network(torch: Any) -> None:
    model = nn.MLP(2, [3, 3, 1], seed=2)
    module = module_of(mg.export(model, "torch", name="Net"))["Net"]()
    assert {name: tuple(p.shape) for name, p in module.named_parameters()} == {
        "layers.0.w": (3, 2), "layers.0.b": (3,), "layers.1.w": (3, 3),
        "layers.1.b": (3,), "layers.2.w": (1, 3), "layers.2.b": (1,),
    }  # fmt: skip
    assert module.layers[1].w[2, 1].item() == model.layers[1].neurons[2].w[1].data
    assert list(module.state_dict()) == [name for name, _ in module.named_parameters()]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_numbers_are_in_the_dtype_of_the_module(torch: Any, dtype: str) -> None:
    model = nn.MLP(2, [4, 1], activation="gelu", seed=1)
    loss = mg.compile(lambda x, y: mg.where(y > 0.1, (model(x) - y) ** 2 / 3, mg.clip(y, 0.1, 0.2)))
    loss([0.5, -1.0], 1.0)
    names = module_of(mg.export(loss, "torch", name="Loss", parameters=model))
    module = names["Loss"](dtype=getattr(torch, dtype))
    out = module(rows_of(3, 2), [1, 0, 1])
    out.mean().backward()
    assert str(out.dtype) == f"torch.{dtype}"
    assert {str(p.grad.dtype) for p in module.parameters()} == {f"torch.{dtype}"}
    assert str(names["Loss"]().float()(rows_of(3, 2), [1, 0, 1]).dtype) == "torch.float32"


def test_a_batch_has_any_axes_in_front_and_outputs_the_last_one(torch: Any) -> None:
    model = nn.MLP(2, [4, 3], activation="tanh", seed=1)
    module = module_of(mg.export(model, "torch", name="Net"))["Net"]()
    X = torch.tensor(rows_of(2, 5, 2))
    assert module(X).shape == (2, 5, 3)
    assert module(X[0, 0]).tolist() == pytest.approx(
        [out.data for out in model(X[0, 0].tolist())], rel=1e-13
    )
    assert module(X[:, :0]).shape == (2, 0, 3)
    with pytest.raises(RuntimeError):
        module(torch.zeros(5, 3))


def test_inputs_have_gradients_and_second_derivatives(torch: Any) -> None:
    model = nn.MLP(2, [4, 1], activation="tanh", seed=1)
    module = module_of(mg.export(model, "torch", name="Net"))["Net"]()
    x = torch.tensor([0.5, -1.0], dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(module(x), x, create_graph=True)
    hessian = [torch.autograd.grad(part, x, retain_graph=True)[0].tolist() for part in slope]
    numbers = [Value(0.5), Value(-1.0)]
    expected = mg.hessian(model(numbers), numbers)
    assert numpy.array(hessian) == pytest.approx(
        numpy.array([[float(entry) for entry in row] for row in expected]), rel=1e-11
    )


@pytest.mark.parametrize("gate", GATES.values(), ids=GATES)
def test_every_gate_is_the_engine_at_kinks_and_far_out(torch: Any, gate: Gate) -> None:
    count = count_near(gate, 3)
    if count <= 2:
        cases = list(itertools.product(POINTS, repeat=count))
    else:
        rng = random.Random(1)
        cases = [tuple(rng.choice(POINTS) for _ in range(count)) for _ in range(200)]
    if gate.name == "select":
        cases = [(*case[:-1], float(i % (count - 1))) for i, case in enumerate(cases)]
    leaves = [Value(number, label=f"x_{i}") for i, number in enumerate(cases[0])]
    circuit = Value.apply_gate(gate, tuple(leaves))
    function = module_of(mg.export(circuit, "torch", name="f"))["f"]
    inputs = [
        torch.tensor(column, dtype=torch.float64, requires_grad=True) for column in zip(*cases)
    ]
    out = function(*inputs)
    if out.requires_grad:
        out.sum().backward()
    gradients = [[0.0] * len(cases) if x.grad is None else x.grad.tolist() for x in inputs]
    for case, value, *sent in zip(cases, out.tolist(), *gradients):
        wires = [Value(number) for number in case]
        expected = Value.apply_gate(gate, tuple(wires))
        expected.backward()
        close = lambda numbers: pytest.approx(numbers, rel=1e-9, abs=1e-8, nan_ok=True)
        assert [value, *sent] == close([expected.data, *(wire.grad for wire in wires)]), case


def test_a_gate_of_ones_own_keeps_the_slope_that_it_was_given(torch: Any) -> None:
    def straight_through(slope: float) -> Any:
        @mg.gate(symbol="≈", local_gradient=lambda x, out: (slope,), check=False)
        def through(x: Any) -> Any:
            return mg.floor(mg.maximum(x, 0.1) * 10.0) / mg.where(x > 0.1, 10.0, 10.1)

        return through

    @mg.gate(symbol="mid", local_gradient=lambda *xs: (2.0,) * (len(xs) - 1), check=False)
    def middle(*xs: Any) -> Any:
        return (mg.minimum(*xs) + mg.maximum(*xs)) / 2.0

    try:
        w = Value(0.5, label="w")
        through, again = straight_through(1.0), straight_through(3.0)
        loss = mg.compile(
            lambda x: through(w * x) + again(w * x) + middle(w, x, 1.0) * middle(w, x)
        )
        loss(0.7)
        module = module_of(mg.export(loss, "torch", name="Loss", parameters={"w": w}))["Loss"]()
        X = [0.7, -2.0, 1.5]
        mean = module(X).mean()
        mean.backward()
        expected, gradients = eager_mean(loss, [w], [(x,) for x in X])
        assert mean.item() == pytest.approx(expected, rel=1e-12)
        assert [module.w.grad.item()] == pytest.approx(gradients, rel=1e-12)
    finally:
        del mg.GATES["through"], mg.GATES["middle"]


BRANCHES: list[Any] = [
    lambda w, x: mg.where(x > 0.0, mg.sqrt(w * x), 0.0 * w),
    lambda w, x: mg.where(x > 0.0, w * mg.log(mg.maximum(x, 0.0) * w), w),
    lambda w, x: mg.where(x < 3.0, w * mg.exp(w * mg.exp(x)), w * x),
    lambda w, x: mg.where(x > 0.0, mg.softplus(mg.exp(-900.0 * w * x)), w),
    lambda w, x: mg.where(x < 3.0, mg.dot([w, x], [mg.exp(w * mg.exp(x)), w]), w),
    lambda w, x: mg.select([w * x / (x * x * w * 0.0), w], 1.0 * (x < 99.0)),
    lambda w, x: mg.relu(mg.logsumexp(w, -(mg.exp(900.0 * w)) * 1.0) - 800.0) + w,
    lambda w, x: mg.maximum(-mg.exp(w * 900.0) * w, w * x),
    lambda w, x: mg.clip(w * 2.0 ** (x * x * x * w), -1.0, 1.0) + (x > 0.0) * w,
    lambda w, x: mg.where(x > 0.0, (w * x) ** 0.5, w**2.0 / 3.0),
]


@pytest.mark.parametrize("branches", BRANCHES)
def test_a_branch_that_is_not_taken_does_not_hurt_where_care_was_asked_for(
    torch: Any, branches: Any
) -> None:
    w = Value(1.0, label="w")
    loss = mg.compile(lambda x: branches(w, x))
    X = [4.0, -1.0, 0.5, 40.0, 0.0]
    loss(X[0])
    plain, careful = (
        module_of(mg.export(loss, "torch", name="Loss", parameters={"w": w}, careful=care))[
            "Loss"
        ]()
        for care in (False, True)
    )
    found = []
    for module in (plain, careful):
        mean = module(X).mean()
        mean.backward()
        found.append(module.w.grad.item())
    expected, gradients = eager_mean(loss, [w], [(x,) for x in X])
    assert mean.item() == pytest.approx(expected, rel=1e-12, nan_ok=True)
    assert numpy.isnan(found[0])
    assert [found[1]] == pytest.approx(gradients, rel=1e-12)
    assert numpy.isfinite(found[1])


def test_care_costs_nothing_where_no_slope_is_infinite() -> None:
    model = nn.MLP(2, [3, 1], seed=1)
    plain, careful = (mg.export(model, "torch", name="Net", careful=care) for care in (False, True))
    assert plain == careful


def attention(w: list[list[Value]], x: list[Any]) -> Any:
    """What each of four symbols makes of those before it."""
    h = [[mg.dot(row, x[3 * t : 3 * t + 3]) for row in w] for t in range(4)]
    out = []
    for t in range(4):
        scores = [mg.dot(h[t], h[s]) for s in range(t + 1)]
        largest = mg.maximum(scores)
        terms = [mg.exp(score - largest) for score in scores]
        total = mg.sum(terms)
        out += [mg.dot([e / total for e in terms], [h[s][i] for s in range(t + 1)]) for i in (0, 1)]
    return mg.sum([v * v for v in out]) + mg.logsumexp(*[w[0][0], 1.0, *x[:3]])


def test_attention_over_what_came_before_is_the_same_with_fewer_lines(torch: Any) -> None:
    rng = random.Random(1)
    w = [[Value(rng.gauss(0, 1)) for _ in range(3)] for _ in range(3)]
    compiled = mg.compile(lambda x: attention(w, x))
    X = rows_of(3, 12)
    compiled(X[0])
    source = mg.export(compiled, "torch", name="Loss", parameters={"w": w})
    module = module_of(source)["Loss"]()
    mean = module(torch.tensor(X)).mean()
    mean.backward()
    parameters = [wire for row in w for wire in row]
    expected, gradients = eager_mean(compiled, parameters, [([*map(float, x)],) for x in X])
    assert mean.item() == pytest.approx(expected, rel=1e-12)
    assert module.w.grad.reshape(-1).tolist() == pytest.approx(gradients, rel=1e-11)
    assert len(source.splitlines()) < compiled.stats()["gates"]


GATES_OF_TWO: list[Any] = [
    lambda a, b, w: a + b,
    lambda a, b, w: a * b,
    lambda a, b, w: mg.tanh(a),
    lambda a, b, w: mg.relu(a - b),
    lambda a, b, w: mg.maximum(a, b, 0.1),
    lambda a, b, w: mg.dot([a, b], [b, w]),
    lambda a, b, w: mg.sum([a, b, a]),
    lambda a, b, w: mg.where(a > b, a, w * b),
    lambda a, b, w: mg.clip(a, -0.5, b),
    lambda a, b, w: mg.atan2(a, 0.5) + mg.logaddexp(0.25, b),
    lambda a, b, w: mg.logsumexp(a, b, w, 1.0),
    lambda a, b, w: mg.select([a, 0.5, b], mg.floor(mg.clip(w, 0.0, 2.0))),
]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_random_circuits_give_the_same(seed: int) -> None:
    torch = pytest.importorskip("torch")
    rng = random.Random(seed)
    w = [Value(rng.uniform(-1, 1)) for _ in range(3)]
    choose = [rng.randrange(len(GATES_OF_TWO)) for _ in range(12)]
    places = [(rng.randrange(99), rng.randrange(99)) for _ in range(12)]

    def circuit(x: list[Any]) -> Any:
        wires: list[Any] = [*w, *x]
        for kind, (i, j) in zip(choose, places):
            a, b = wires[i % len(wires)], wires[j % len(wires)]
            wires.append(GATES_OF_TWO[kind](a, b, w[0]))
        return mg.sum(wires[-4:]) + mg.dot(w, [x[0], x[1], 1.0])

    loss = mg.compile(circuit)
    X = numpy.random.default_rng(seed).normal(size=(4, 2))
    loss(X[0])
    source = mg.export(loss, "torch", name="Loss", parameters={"a": w[0], "b": w[1:]})
    module = module_of(source)["Loss"]()
    mean = module(torch.tensor(X)).mean()
    mean.backward()
    expected, gradients = eager_mean(loss, w, [([*map(float, x)],) for x in X])
    sent = [g for p in module.parameters() for g in p.grad.reshape(-1).tolist()]
    assert mean.item() == pytest.approx(expected, rel=1e-11, abs=1e-11)
    assert sent == pytest.approx(gradients, rel=1e-10, abs=1e-11)


def test_a_circuit_is_a_function_of_tensors_of_one_shape(torch: Any) -> None:
    a, b = Value(1.0, label="a"), Value(2.0, label="b")
    outputs = [mg.sum([a, 2.0, b, 3.0, 5.0]), mg.dot([a, b, a], [2.5, 1.5, 0.5]), a * 0.0 + 7.0]
    f = module_of(mg.export(outputs, "torch", name="f"))["f"]
    A, B = torch.tensor([[1.0, 0.0]]), torch.tensor([[2.0, 1.0]])
    total, dot, _ = f(A, B)
    assert total.tolist() == [[13.0, 11.0]]
    assert dot.tolist() == [[6.0, 1.5]]
    assert f(torch.tensor(1.0), torch.tensor(2.0))[0].item() == 13.0
    assert str(f(1, 2)[0].dtype) == "torch.float32"


def test_a_module_is_compiled_vectorised_and_exported_as_any_other(torch: Any) -> None:
    w = [Value(0.5), Value(-1.0)]
    loss = mg.compile(lambda x: mg.clip(w[0] * x, -1.0, 0.5) * mg.hypot(w[1] * x, 2.0))
    loss(0.7)
    module = module_of(mg.export(loss, "torch", name="Loss", parameters={"w": w}))["Loss"]()
    X = torch.tensor([0.7, -3.0, 1.5], dtype=torch.float64)
    expected, gradients = eager_mean(loss, w, [(float(x),) for x in X])
    compiled = torch.compile(module, backend="eager", fullgraph=True)
    assert compiled(X).mean().item() == pytest.approx(expected, rel=1e-12)
    shapes = {"x": {0: torch.export.Dim("rows")}}
    exported = torch.export.export(module, (X,), dynamic_shapes=shapes).module()
    assert exported(X[:2]).tolist() == module(X[:2]).tolist()
    of_row = torch.func.grad(lambda p, x: torch.func.functional_call(module, p, (x,)))
    by_row = torch.func.vmap(of_row, (None, 0))(dict(module.named_parameters()), X)["w"]
    assert by_row.mean(0).tolist() == pytest.approx(gradients, rel=1e-12)


def test_a_module_runs_where_there_is_no_minigrad(torch: Any, tmp_path: Path) -> None:
    model = nn.MLP(2, [3, 1], seed=1)
    program = tmp_path / "net.py"
    source = mg.export(model, "torch", name="Net")
    program.write_text(f"{source}\nprint(repr(Net()([0.5, -1.0]).item()))\n")
    where = str(Path(torch.__file__).parents[1])
    code = f"import sys; sys.path.append({where!r}); exec(open({str(program)!r}).read())"
    run = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert float(run.stdout) == pytest.approx(model([0.5, -1.0]).data, rel=1e-14)


def test_a_bias_and_a_weight_may_be_parts_or_shared(torch: Any) -> None:
    w = [[Value(0.1 * (i + 2 * j)) for i in range(2)] for j in range(3)]
    b = [Value(0.5)]
    flat = [wire for row in w for wire in row]
    losses = [
        lambda x: mg.sum([mg.tanh(mg.dot(row, x) + b[0]) for row in w]),  # one bias for all
        lambda x: mg.tanh(mg.dot(flat, [*x, *x, *x]) + b[0]),  # a matrix as one row
        lambda x: mg.sum([mg.tanh(mg.dot(row, x) + b[0]) for row in w[1:]]) + w[0][0] + w[0][1],
        lambda x: mg.sum([mg.tanh(mg.dot(row, x) + row[0]) for row in w]) * b[0],
    ]
    for function in losses:
        loss = mg.compile(function)
        X = rows_of(4, 2)
        loss(X[0])
        source = mg.export(loss, "torch", name="Loss", parameters={"w": w, "b": b})
        module = module_of(source)["Loss"]()
        mean = module(X).mean()
        mean.backward()
        expected, gradients = eager_mean(loss, [*flat, *b], [([*map(float, x)],) for x in X])
        assert mean.item() == pytest.approx(expected, rel=1e-12)
        sent = [g for p in module.parameters() for g in p.grad.reshape(-1).tolist()]
        assert sent == pytest.approx(gradients, rel=1e-11)


# --- the text, with PyTorch or without ---


def test_layers_are_layers_of_pytorch_on_parameters_and_nothing_is_gathered() -> None:
    model = nn.MLP(2, [8, 8, 1], seed=1)
    source = mg.export(loss_of(model), "torch", name="Loss", parameters=model)
    compile(source, "<exported>", "exec")
    assert "torch.nn.functional.linear(x, self.layers[0].w, self.layers[0].b)" in source
    assert source.count("linear(") == 3
    assert "TABLE" not in source
    assert "minigrad" not in source
    forward = source.partition("def forward")[2].partition("NUMBERS")[0]
    assert len(forward.splitlines()) < 25


def test_larger_networks_have_no_more_lines_but_for_their_numbers() -> None:
    forwards = []
    for width in (8, 64):
        model = nn.MLP(2, [width, width, 1], seed=1)
        source = mg.export(loss_of(model), "torch", name="Loss", parameters=model)
        forwards.append(source.partition("NUMBERS = {")[0].count("\n"))
    assert forwards[0] == forwards[1]


def test_a_network_of_which_not_all_is_used_keeps_its_shapes() -> None:
    table = [[Value(float(3 * i + j)) for j in range(3)] for i in range(4)]
    loss = mg.compile(lambda x: mg.dot(table[1], [x, x, 1.0]))
    loss(2.0)
    source = mg.export(loss, "torch", name="Loss", parameters={"table": table})
    assert 'torch.nn.Parameter(numbers("table", 4, 3))' in source
    assert "9.0 10.0 11.0" in source


HOSTILE = [
    'x")\nimport os\nos.system("true',
    "forward",
    "training",
    "w.0",
    "a.b",
    "a",
    "",
    "def",
    "²",
]


def test_names_stay_data() -> None:
    wires = {name: [Value(1.0 + i), Value(2.0)] for i, name in enumerate(HOSTILE)}
    x = Value(1.0, label=HOSTILE[0])
    parameters = [wire for pair in wires.values() for wire in pair]
    loss = mg.compile(lambda batch: mg.sum([w * batch for w in parameters]))
    loss(2.0)
    for source in (
        mg.export(loss, "torch", name="Loss", parameters=wires),
        mg.export(x * x, "torch", name="f"),
    ):
        compile(source, "<exported>", "exec")
        assert "import os" not in source
        assert "²" not in source


def test_every_name_is_a_parameter_of_its_own(torch: Any) -> None:
    wires = {name: [Value(1.0 + i), Value(2.0)] for i, name in enumerate(HOSTILE)}
    parameters = [wire for pair in wires.values() for wire in pair]
    loss = mg.compile(lambda batch: mg.sum([w * batch for w in parameters]))
    loss(2.0)
    module = module_of(mg.export(loss, "torch", name="Loss", parameters=wires))["Loss"]()
    assert module(torch.tensor([2.0])).item() == loss(2.0).data
    assert len(list(module.parameters())) == len(HOSTILE)


def test_what_cannot_be_written_is_refused() -> None:
    model = nn.MLP(2, [1], seed=1)
    loss = mg.compile(lambda x, y: (model(x) - y) ** 2)
    with pytest.raises(ValueError, match="has not been called yet"):
        mg.export(loss, "torch")
    loss([1.0, 2.0], 3.0)
    with pytest.raises(ValueError, match="3 of 3 are not in it"):
        mg.export(loss, "torch", parameters=nn.MLP(2, [1]))
    with pytest.raises(ValueError, match="has none: leave it out"):
        mg.export(Value(1.0), "torch", parameters=model)
    with pytest.raises(ValueError, match="of constants"):
        mg.export(mg.constant(1.0), "torch")
    with pytest.raises(ValueError, match="plain identifier, got 'numbers'"):
        mg.export(model, "torch", name="numbers")
