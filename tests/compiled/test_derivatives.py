"""jvp, vjp, hvp, Jacobian and Hessian of compiled functions: arrays in, arrays out."""

import gc
import itertools
import math
import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec

import pytest
from helpers.circuits import HAS_NATIVE, WHY
from helpers.jax_twins import random_function, twins, with_jax, with_minigrad

import minigrad as mg
from minigrad import Value

np = pytest.importorskip("numpy")
native = pytest.mark.skipif(not HAS_NATIVE, reason=WHY)
EXECUTORS = ["python", *(["tape", "auto"] if HAS_NATIVE else [])]


def rosenbrock(x):
    return mg.sum([100.0 * (b - a**2) ** 2 + (1.0 - a) ** 2 for a, b in itertools.pairwise(x)])


def rosenbrock_hessian(x):
    n = len(x)
    found = np.zeros((n, n))
    for i in range(n - 1):
        found[i, i] += 1200.0 * x[i] ** 2 - 400.0 * x[i + 1] + 2.0
        found[i, i + 1] = found[i + 1, i] = -400.0 * x[i]
        found[i + 1, i + 1] += 200.0
    return found


# --- right ---


@pytest.mark.skipif(find_spec("jax") is None, reason="needs JAX")
@pytest.mark.parametrize("seed", range(1, 4))
def test_agrees_with_jax_over_random_functions_of_all_gates(seed):
    import jax

    jax.config.update("jax_enable_x64", True)
    steps = random_function(list(twins(jax)), seed)
    check_against_jax(jax, steps, EXECUTORS[seed % len(EXECUTORS)])


def check_against_jax(jax, steps, executor):
    x, v = np.array([0.7, 1.1, 1.9]), np.array([1.0, -0.5, 0.25])
    one = mg.compile(lambda x: with_minigrad(steps, x)[0], executor=executor)
    two = mg.compile(lambda x: np.array(with_minigrad(steps, x)), executor=executor)
    f = lambda x: with_jax(jax, steps, list(x))[0]
    g = lambda x: jax.numpy.stack(with_jax(jax, steps, list(x)))
    close(one.hessian(x), jax.jacfwd(jax.grad(f))(x))
    close(one.hvp(x, v), jax.jvp(jax.grad(f), (x,), (v,))[1])
    close(one.jvp(x, v), jax.jvp(f, (x,), (v,))[1])
    close(two.jacobian(x), jax.jacrev(g)(x))
    close(two.jvp(x, v), jax.jvp(g, (x,), (v,))[1])
    close(two.vjp(x, v[:2]), jax.vjp(g, x)[1](v[:2])[0])


def close(ours, theirs):
    theirs = np.asarray(theirs)
    scale = 1.0 + np.abs(theirs).max()
    assert np.abs(np.asarray(ours) - theirs).max() <= 1e-12 * scale


def test_every_gate_that_has_a_gradient_has_a_twin():
    jax = pytest.importorskip("jax")
    stop = {"less", "less_equal", "is_equal", "select", "sign", "floor", "ceil", "trunc", "round"}
    of_the_table = {name for name in mg.GATES if hasattr(mg, name)} - stop - {"floor_divide"}
    assert of_the_table <= set(twins(jax))


@pytest.mark.parametrize("executor", EXECUTORS)
def test_the_hessian_of_chained_rosenbrock_is_its_closed_form(executor):
    f = mg.compile(rosenbrock, executor=executor)
    x = np.linspace(-1.0, 1.5, 40)
    exact = rosenbrock_hessian(x)
    for _ in range(20):  # the long way and, where there is one, the short one
        np.testing.assert_allclose(f.hessian(x), exact, rtol=1e-13, atol=1e-11)
        x = x + 0.01
        exact = rosenbrock_hessian(x)
    coo = f.hessian(x, sparse="coo")
    assert len(coo.values) == 40 + 2 * 39
    np.testing.assert_allclose(coo.values, exact[coo.rows, coo.columns], rtol=1e-13)


@native
@pytest.mark.parametrize("seed", range(60))
def test_machine_code_gives_the_hessian_that_python_gives(seed):
    names = [name for name in mg.GATES if hasattr(mg, name) and name != "select"]
    steps = random_function(names, seed)
    x = np.array([0.7, 1.1, 1.9])
    python, tape = (
        mg.compile(lambda x: with_minigrad(steps, x)[0], executor=executor)
        for executor in ("python", "tape")
    )
    close(tape.hessian(x), python.hessian(x))
    close(tape.jacobian(x), python.jacobian(x))


@native
def test_gates_side_by_side_may_share_their_inputs():
    def neighbors(x):
        total = mg.sum([a * b for a, b in itertools.pairwise(x)])
        apart = mg.sum([mg.hypot(a, b) for a, b in zip(x, [*x[5:], *x[:5]])])
        return total + apart + mg.sum([mg.sin(a) * mg.sin(a) for a in x])

    x = np.linspace(0.5, 2.0, 41)
    python, tape = (mg.compile(neighbors, executor=name) for name in ("python", "tape"))
    close(tape.hessian(x), python.hessian(x))
    close(tape.hvp(x, x), python.hvp(x, x))


@native
def test_products_with_vectors_go_the_short_way_too_and_give_the_same():
    f = mg.compile(lambda x: rosenbrock(list(x.ravel())), executor="tape")
    rng = np.random.default_rng(0)
    for _ in range(20):
        x, v = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
        product = f.hvp(x, v)
        exact = rosenbrock_hessian(x.ravel()) @ v.ravel()
        np.testing.assert_allclose(product, exact.reshape(3, 4), rtol=1e-12, atol=1e-9)
    assert f.hvp(x, v.astype(np.float32)).shape == (3, 4)
    with pytest.raises(ValueError, match="the vector of"):
        f.hvp(x, v.ravel())


@native
@pytest.mark.parametrize("gives", ["number", "array", "list"])
def test_the_short_way_of_each_method_gives_what_the_long_way_gives(gives, monkeypatch):
    def function(x):
        parts = [w * mg.sin(a * b) for a, b in itertools.pairwise(x)]
        return {"number": mg.sum, "array": np.array, "list": list}[gives](parts)

    w = Value(2.0)
    python, tape = (mg.compile(function, executor=name) for name in ("python", "tape"))
    rng = np.random.default_rng(1)
    weights = {"number": 3.0, "array": rng.normal(size=4), "list": [1.0, 2.0, 0.0, 4.0]}[gives]
    for i in range(40):
        if i == 34:  # machine code is there, and the next call that is compared is far
            monkeypatch.setattr(tape, "_array_call", lambda *_: pytest.fail("the long way"))
        x, v = rng.normal(size=(2, 5))
        w.data = rng.normal()
        ours = tape.jvp(x, v), tape.jacobian(x)
        theirs = python.jvp(x, v), python.jacobian(x)
        if gives != "list":  # whose weights are a list
            ours, theirs = (*ours, tape.vjp(x, weights)), (*theirs, python.vjp(x, weights))
        if gives == "number":
            ours = (*ours, tape.hvp(x, v), tape.hessian(x))
            theirs = (*theirs, python.hvp(x, v), python.hessian(x))
        for one, other in zip(ours, theirs):
            assert type(one) is type(other)
            close(one, other)


@native
def test_data_goes_the_short_way_under_its_names(monkeypatch):
    def function(x, data, scale):
        return w * x[0] ** 2 * mg.sum(data) + scale * x[1] ** 3 + x[2] * data[0]

    w = Value(1.0)
    python, tape = (mg.compile(function, executor=name) for name in ("python", "tape"))
    rng = np.random.default_rng(0)
    for i in range(40):
        if i == 36:
            monkeypatch.setattr(tape, "_array_call", lambda *_: pytest.fail("the long way"))
        (x, v, data), scale = rng.normal(size=(3, 3)), rng.normal()
        w.data = rng.normal()
        for method in ("jvp", "hvp", "jacobian", "hessian"):
            given = (x, v) if method.endswith("vp") else (x,)
            ours, theirs = (
                getattr(f, method)(*given, data=data, scale=scale) for f in (tape, python)
            )
            close(ours, theirs)
    monkeypatch.undo()
    assert tape.circuit.data == pytest.approx(tape(x, data=data, scale=scale).data)
    for other in ({"data": data[:2], "scale": scale}, {"scale": 2, "data": data.tolist()}):
        close(tape.hessian(x, **other), python.hessian(x, **other))


def test_a_static_number_is_no_data():
    f = mg.compile(lambda x, n: mg.sum([v**n for v in x]), static=("n",), executor=EXECUTORS[-1])
    x = np.array([1.0, 2.0])
    for _ in range(5):
        for n in (2.0, 3.0):
            close(f.hessian(x, n=n), np.diag(n * (n - 1.0) * x ** (n - 2.0)))
            close(f.hessian(x, n=n), np.diag(n * (n - 1.0) * x ** (n - 2.0)))
            close(f.jvp(x, x, n=n), n * np.sum(x**n))


@native
def test_the_short_way_makes_way_for_other_shapes_threads_and_arrays_that_change():
    f = mg.compile(rosenbrock, executor="tape")
    arrays = [np.random.default_rng(n).normal(size=n) for n in (3, 4, 3, 4, 3) * 10]
    for x in arrays:
        close(f.hessian(x), rosenbrock_hessian(x))
    with ThreadPoolExecutor(4) as pool:
        for x, product in zip(arrays, pool.map(lambda x: f.hvp(x, x), arrays)):
            close(product, rosenbrock_hessian(x) @ x)
    x = np.array([1.0, 2.0, 3.0])
    f.jvp(x, x), f.jvp(x, x)
    x[:] = 99.0
    assert f.circuit.data == rosenbrock([1.0, 2.0, 3.0])


def test_scipy_gets_a_matrix_of_its_own():
    sparse = pytest.importorskip("scipy.sparse")
    f = mg.compile(rosenbrock)
    x = np.linspace(0.0, 1.0, 9)
    one, other = f.hessian(x, sparse=True), f.hessian(x, sparse=True)
    assert sparse.issparse(one)
    assert one.has_sorted_indices
    assert one.has_canonical_format
    assert one.indices.dtype == one.indptr.dtype == np.int32  # as SciPy's solvers have them
    one.data[1] = 0.0
    one.eliminate_zeros()  # may be spoilt by who has it, SciPy too
    one.indices[:] = 0
    one.data[:] = 7.0
    np.testing.assert_allclose(other.toarray(), rosenbrock_hessian(x))
    np.testing.assert_allclose(f.hessian(x, sparse=True).toarray(), rosenbrock_hessian(x))
    np.testing.assert_allclose(f.jacobian(x, sparse=True).toarray()[0], f.grad(x))


def test_scipys_matrix_is_what_scipy_makes_of_the_dense_one():
    sparse = pytest.importorskip("scipy.sparse")
    linalg = pytest.importorskip("scipy.sparse.linalg")
    f = mg.compile(lambda x: [x[0] * x[1], 3.0 + 0.0 * x[3], mg.sin(x[1]), x[1] * x[3] * x[0]])
    x = np.array([1.0, 2.0, 3.0, 4.0])
    for _ in range(3):
        found, dense = f.jacobian(x, sparse=True), np.array(f.jacobian(x))
        np.testing.assert_array_equal(found.toarray(), dense)
        np.testing.assert_array_equal(
            (found.T @ found + found * 2.0).toarray(), dense.T @ dense + 2 * dense
        )
        assert found.copy().nnz == found.nnz == 7
        assert (found[[0]] != sparse.csr_array(dense)[[0]]).nnz == 0
    nothing = mg.compile(lambda x: mg.sum(x)).hessian(x, sparse=True)
    assert nothing.nnz == 0
    assert nothing.shape == (4, 4)
    g = mg.compile(rosenbrock)
    hessian = g.hessian(x, sparse=True)
    step = linalg.spsolve(hessian, g.grad(x))
    np.testing.assert_allclose(hessian @ step, g.grad(x))


def test_newton_of_scipy_takes_the_hessian_as_it_stands():
    optimize = pytest.importorskip("scipy.optimize")
    f = mg.compile(rosenbrock)
    found = optimize.minimize(
        f.value_and_grad, np.zeros(12), jac=True, hess=f.hessian, method="trust-exact"
    )
    assert found.success
    np.testing.assert_allclose(found.x, 1.0, atol=1e-6)
    found = optimize.minimize(
        f.value_and_grad, np.zeros(12), jac=True, hessp=f.hvp, method="trust-krylov"
    )
    np.testing.assert_allclose(found.x, 1.0, atol=1e-5)


def test_parameters_are_read_at_each_call_and_data_is_no_argument():
    w = Value(2.0)
    f = mg.compile(lambda x, scale: w * x[0] ** 2 * x[1] * scale)
    x = np.array([3.0, 5.0])
    for number in (2.0, 4.0):
        w.data = number
        expected = [[20.0 * number, 12.0 * number], [12.0 * number, 0.0]]
        assert f.hessian(x, scale=2.0).tolist() == expected
        assert f.jvp(x, [1.0, 0.0], scale=2.0) == 60.0 * number
    assert not w.has_grad


def test_several_arguments_and_structures_keep_their_shape():
    @dataclass
    class Point:
        x: float
        y: float

    f = mg.compile(lambda p, m, q: p["a"] * mg.sum([v * v for v in m.ravel()]) * q.x + q.y)
    p, m, q = {"a": 2.0}, np.array([[1.0, 2.0]]), Point(3.0, 4.0)
    by_p, by_m, by_q = f.jacobian(p, m, q)
    assert by_p == {"a": 15.0}
    assert by_m.tolist() == [[12.0, 24.0]]
    assert by_q == Point(10.0, 1.0)
    hessian = f.hessian(p, m, q)
    assert hessian[0]["a"][1].tolist() == [[6.0, 12.0]]
    assert hessian[1][0]["a"].shape == (1, 2)
    assert hessian[1][1].shape == (1, 2, 1, 2)
    assert hessian[2].x[0]["a"] == 5.0
    along = f.hvp(p, m, q, ({"a": 1.0}, np.zeros((1, 2)), Point(0.0, 0.0)))
    assert along == ({"a": 0.0}, pytest.approx(np.array([[6.0, 12.0]])), Point(5.0, 0.0))
    assert f.jvp(p, m, q, ({"a": 1.0}, np.zeros((1, 2)), Point(0.0, 0.0))) == 15.0


def test_the_results_structure_comes_first_in_a_jacobian():
    f = mg.compile(lambda x: {"sum": mg.sum(list(x)), "first": [x[0], 2.0 * x[1]]})
    found = f.jacobian(np.array([1.0, 2.0]))
    assert found["sum"].tolist() == [1.0, 1.0]
    assert [row.tolist() for row in found["first"]] == [[1.0, 0.0], [0.0, 2.0]]
    assert f.jvp(np.array([1.0, 2.0]), [1.0, 1.0]) == {"sum": 2.0, "first": [1.0, 2.0]}


def test_a_vector_may_have_its_keys_in_another_order():
    f = mg.compile(lambda p: p["a"] ** 2 + 10.0 * p["b"])
    assert f.jvp({"a": 1.0, "b": 1.0}, {"b": 1.0, "a": 0.0}) == 10.0


# --- what cannot be known, and nothing ---


@pytest.mark.parametrize("executor", EXECUTORS)
def test_an_input_that_does_not_reach_the_result_has_zeros(executor):
    f = mg.compile(lambda x: np.array([x[0] * x[1], 3.0 * x[1]]), executor=executor)
    x = np.array([2.0, 3.0, 5.0])
    assert f.jacobian(x).tolist() == [[3.0, 2.0, 0.0], [0.0, 3.0, 0.0]]
    g = mg.compile(lambda x: x[0] ** 3, executor=executor)
    assert g.hessian(x).tolist() == [[12.0, 0.0, 0.0], [0.0] * 3, [0.0] * 3]
    linear = mg.compile(lambda x: 2.0 * x[0], executor=executor)
    assert linear.hessian(x).tolist() == [[0.0] * 3] * 3
    assert linear.hvp(x, x).tolist() == [0.0] * 3
    same = mg.compile(lambda x: x[1], executor=executor)
    assert same.jacobian(x).tolist() == [0.0, 1.0, 0.0]
    assert same.hessian(x).tolist() == [[0.0] * 3] * 3


@pytest.mark.parametrize("executor", EXECUTORS)
def test_an_infinite_slope_that_nothing_meets_does_no_harm(executor):
    f = mg.compile(lambda x: mg.sqrt(x[0]) + x[1] ** 2, executor=executor)
    x = np.array([0.0, 3.0])
    assert f.jvp(x, [0.0, 1.0]) == 6.0
    assert f.hvp(x, [0.0, 1.0]).tolist() == [0.0, 2.0]
    assert f.jacobian(x).tolist() == [math.inf, 6.0]
    hessian = f.hessian(x)
    assert hessian[1].tolist() == [0.0, 2.0]
    assert hessian[0, 0] == -math.inf
    taken = mg.compile(
        lambda x: mg.where(mg.less(x[0], 1.0), x[1] ** 2, mg.log(x[1])), executor=executor
    )
    assert taken.hessian(np.array([0.0, 0.0])).tolist() == [[0.0, 0.0], [0.0, 2.0]]


@pytest.mark.filterwarnings("ignore:divide")  # of NumPy's own numbers
@pytest.mark.parametrize("executor", EXECUTORS)
def test_who_detects_what_is_not_finite_hears_of_it(executor):
    f = mg.compile(lambda x: mg.sqrt(x[0]) / x[1], executor=executor)
    good, bad = np.array([4.0, 2.0]), np.array([4.0, 0.0])
    calls = [f.value_and_grad, f.grad, f.jacobian, f.hessian]
    calls += [lambda x: f.jvp(x, good), lambda x: f.hvp(x, good), lambda x: f.vjp(x, 1.0)]
    for call in calls * 5:
        call(good)
    with mg.detect_nonfinite():
        for call in calls:
            call(good)
            with pytest.raises(mg.NonfiniteError, match=r"div\(2\.0, x_2 = 0\.0\) gave inf"):
                call(bad)
        with pytest.raises(mg.NonfiniteError, match="local gradient inf towards x_1"):
            f.grad(np.array([0.0, 1.0]))  # the result itself is 0
        for call in (lambda f: f, lambda f: f.value_and_grad, lambda f: f.hessian):
            with pytest.raises(mg.NonfiniteError, match=r"gave inf"):  # at the very first call
                call(mg.compile(f.function, executor=executor))(bad)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_nan_comes_out_where_it_goes_in(executor):
    f = mg.compile(lambda x: x[0] ** 3 + x[1] ** 2, executor=executor)
    x = np.array([math.nan, 3.0])
    found = f.hessian(x)
    assert math.isnan(found[0, 0])
    assert found[1].tolist() == [0.0, 2.0]
    assert math.isnan(f.jvp(np.array([1.0, 1.0]), [math.nan, 0.0]))


def test_whole_numbers_and_bools_in_arrays_are_numbers():
    f = mg.compile(lambda x: x[0] ** 30 * x[1])
    assert f.hessian(np.array([2, 1]))[0, 1] == 30.0 * 2.0**29
    assert f.jvp(np.array([2, 1]), np.array([1, 0])) == 30.0 * 2.0**29
    assert f.hvp([2, True and 1], [0, 1]) == [30.0 * 2.0**29, 0.0]


# --- refused, with the remedy ---


def test_a_vector_of_another_shape_is_refused():
    f = mg.compile(lambda x: x[0] * x[1])
    x = np.array([1.0, 2.0])
    for method in (f.jvp, f.hvp):
        with pytest.raises(ValueError, match=r"the vector of .* shape \(3,\) where the arg"):
            method(x, np.zeros(3))
        with pytest.raises(TypeError, match=r"takes what .* takes and then the vector, got 1 arg"):
            method(x)
    with pytest.raises(ValueError, match="where the result is number"):
        f.vjp(x, [1.0, 2.0])
    with pytest.raises(ValueError, match=r"is \['a', 'b'\] where the arguments are"):
        f.jvp(x, ["a", "b"])


CALLS = {
    "value_and_grad": lambda f, x: f.value_and_grad(x)[1],
    "jacobian": lambda f, x: f.jacobian(x),
    "hessian": lambda f, x: f.hessian(x),
    "jvp": lambda f, x: f.jvp(x, [1.0, 1.0]),
    "vjp": lambda f, x: f.vjp(x, 1.0),
    "hvp": lambda f, x: f.hvp(x, [1.0, 1.0]),
    "sparsity": lambda f, x: np.array(f.sparsity(x).jacobian.shape),
    "buffers": lambda f, x: (run := f.buffers(x), run(), run.gradient)[2],
}
POINT = np.array([2.0, 3.0])
READ_ONLY = POINT.copy()
READ_ONLY.flags.writeable = False
SAME = {
    "whole numbers": POINT.astype(int),
    "unsigned": POINT.astype("u1"),
    "float32": POINT.astype("f4"),
    "of the other byte order": POINT.astype(">f8"),
    "not contiguous": np.array([2.0, 0.0, 3.0, 0.0])[::2],
    "backwards": np.array([3.0, 2.0])[::-1],
    "read-only": READ_ONLY,
    "nothing masked": np.ma.array(POINT),
    "objects": POINT.astype(object),
    "Values": np.array([Value(2.0), Value(3.0)]),
}
NO_NUMBERS = [None, "23", b"ab", [], (), {}, [None], ["a"], [True], float, np.array([])]
NO_DERIVATIVE = {
    "complex": (np.array([1j, 2.0]), "take .real, .imag or"),
    "texts": (np.array(["2", "3"]), "write float"),
    "None among objects": (np.array([2.0, None]), "got None"),
    "masked": (np.ma.array(POINT, mask=[False, True]), "masked: they are no numbers; write .fill"),
    "a set": ({2.0, 3.0}, r"write list\(\.\.\.\)"),
    "a range": (range(2), r"write list\(\.\.\.\)"),
    "a matrix": (np.asmatrix(POINT), r"NumPy's matrix .* write np\.asarray"),
}


def polynomial(x):
    return x[0] ** 2 * x[1]


@native
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_numbers_of_any_kind_of_array_give_the_same(call):
    expected = call(mg.compile(polynomial), POINT)
    compiled = mg.compile(polynomial, executor="tape")
    for given in (*SAME.values(), POINT):
        assert np.array_equal(call(compiled, given), expected)
    with np.errstate(invalid="ignore"):
        found = np.asarray(call(compiled, np.array([math.nan, 3.0])))
    assert np.isnan(found).any() or call is CALLS["sparsity"]


@native
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_what_holds_no_number_or_none_that_is_real_is_refused_by_every_method(call):
    compiled = mg.compile(polynomial)
    for given in NO_NUMBERS:
        with pytest.raises(TypeError, match="was given no number by place"):
            call(compiled, given)
    for given, remedy in NO_DERIVATIVE.values():
        with pytest.raises(TypeError, match=remedy):
            call(compiled, given)
    with pytest.raises(OverflowError, match="scale it down"):
        call(compiled, [10**400, 1.0])
    assert not compiled.recordings


@pytest.mark.parametrize("name", ["jvp", "vjp", "hvp"])
def test_a_bad_vector_is_named_and_a_good_one_may_come_in_any_array(name):
    several = name == "vjp"
    function = (lambda x: [x[0] * x[1], x[1]]) if several else polynomial
    compiled = mg.compile(function)
    for derivative in (getattr(compiled, name), getattr(mg, name)(function)):
        expected = derivative(POINT, POINT)
        for vector in [given for name, given in SAME.items() if name != "Values"]:
            assert np.array_equal(derivative(POINT, vector), expected)
        for vector in (*NO_NUMBERS, 1.0, np.array(1.0), np.ones(3), np.ones((2, 1)), [[1.0, 2.0]]):
            with pytest.raises(
                (TypeError, ValueError), match=rf"the vector of .*{name}.* is .*each"
            ):
                derivative(POINT, vector)
        for vector, remedy in NO_DERIVATIVE.values():
            with pytest.raises(TypeError, match=rf"the vector of .*{name}.*: .*{remedy}"):
                derivative(POINT, vector)


def test_an_input_that_does_not_reach_the_output_has_zeros():
    compiled, x = mg.compile(lambda x: x[0] ** 2), POINT
    assert compiled.hessian(x).tolist() == [[2.0, 0.0], [0.0, 0.0]]
    assert compiled.hvp(x, x).tolist() == [4.0, 0.0]
    assert compiled.jvp(x, [0.0, 5.0]) == 0.0
    assert compiled.jacobian(x).tolist() == compiled.vjp(x, 1.0).tolist() == [4.0, 0.0]
    assert mg.compile(lambda x: [x[0], x[0]]).jacobian(list(x)) == [[1.0, 0.0], [1.0, 0.0]]


def test_second_derivatives_of_several_results_are_refused():
    f = mg.compile(lambda x: [x[0], x[1]])
    for call in (lambda: f.hessian([1.0, 2.0]), lambda: f.hvp([1.0, 2.0], [1.0, 0.0])):
        with pytest.raises(TypeError, match=r"returns \[number, number\]: compile a function that"):
            call()


def test_what_returns_no_value_or_was_given_no_number_is_refused():
    with pytest.raises(TypeError, match="must return a Value"):
        mg.compile(lambda x: 3.0).hessian([1.0])
    with pytest.raises(TypeError, match="no number by place"):
        mg.compile(lambda x: x * x).hessian(x=1.0)
    with pytest.raises(ValueError, match='sparse is True, False or "coo"'):
        mg.compile(lambda x: x * x).hessian(1.0, sparse="csr")
    with pytest.raises(TypeError, match="complex"):
        mg.compile(lambda x: x[0]).jacobian(np.array([1j]))


def test_inside_another_compiled_function_there_are_circuits():
    f = mg.compile(lambda x: x * x)
    with pytest.raises(mg.TracingError, match=r"create_graph=True"):
        mg.compile(lambda x: f.hessian(x) * x)(2.0)


def test_an_index_out_of_range_is_the_error_of_the_function():
    f = mg.compile(lambda x, i: mg.select(list(x), i) ** 2)
    assert f.hessian(np.array([2.0, 3.0]), i=1).tolist() == [[0.0, 0.0], [0.0, 2.0]]
    with pytest.raises(IndexError, match="index must be a whole number"):
        f.hessian(np.array([2.0, 3.0]), i=2)


def test_an_opaque_gate_has_first_derivatives_alone():
    @mg.gate(symbol="op", local_gradient=lambda x, out: (math.cos(x),), opaque=True, check=False)
    def opaque_sine(x):
        return math.sin(x)

    try:
        f = mg.compile(lambda x: opaque_sine(x[0]) * x[1])
        x = np.array([0.5, 2.0])
        assert f.jvp(x, [1.0, 0.0]) == pytest.approx(2.0 * math.cos(0.5))
        assert f.jacobian(x) == pytest.approx(np.array([2.0 * math.cos(0.5), math.sin(0.5)]))
        with pytest.raises(TypeError, match="second derivative of the gate 'opaque_sine'"):
            f.hessian(x)
    finally:
        mg.GATES.pop("opaque_sine", None)


def test_a_dense_matrix_too_large_says_how_to_have_it():
    f = mg.compile(lambda x: mg.sum([v * v for v in x]), check=False)
    x = np.ones(20_000)
    with pytest.raises(ValueError, match=r"20,000 × 20,000 entries, 20,000 .* sparse=True"):
        f.hessian(x)
    assert f.hessian(x, sparse="coo").values.tolist() == [2.0] * 20_000


# --- nothing made, nothing kept ---


def test_no_value_is_made_once_a_function_is_recorded():
    f = mg.compile(rosenbrock)
    x = np.linspace(0.0, 1.0, 8)
    for _ in range(6):
        f.hessian(x)
        x = x + 0.1
    gc.collect()
    before = sum(isinstance(thing, Value) for thing in gc.get_objects())
    f.hessian(x), f.jvp(x, x), f.hvp(x, x), f.jacobian(x)
    assert sum(isinstance(thing, Value) for thing in gc.get_objects()) == before


def test_the_short_way_forgets_what_is_cleared_and_notices_what_is_replaced():
    w = [Value(1.0)]
    f = mg.compile(lambda x: w[0] * x[0] ** 2, executor="tape" if HAS_NATIVE else "python")
    x = np.array([1.0])
    for _ in range(6):
        assert f.hessian(x).tolist() == [[2.0]]
        x = x + 1.0
    assert f.circuit.data == 36.0
    w[0] = Value(5.0)
    with pytest.raises(mg.TracingError, match="replaced"):
        f.hessian(x)
    f.clear()
    assert f.hessian(x).tolist() == [[10.0]]


def test_a_function_that_does_not_repeat_itself_is_noticed():
    numbers = iter([1.0, 2.0, 3.0])
    f = mg.compile(lambda x: next(numbers) * x[0] ** 2)
    with pytest.raises(mg.TracingError):
        f.hessian(np.array([1.0]))


@native
def test_calls_that_go_the_long_way_do_not_put_off_the_comparison_of_short_ones(monkeypatch):
    """What changes is read from the process, where nobody but the function itself sees it."""
    monkeypatch.setenv("FACTOR", "1")
    f = mg.compile(lambda x: float(os.environ["FACTOR"]) * mg.sum(x) ** 3, executor="tape")
    arrays = iter(np.random.default_rng(0).normal(size=(300, 2)))
    for _ in range(20):
        f.hvp(next(arrays), [1.0, 0.0])  # a vector that is a list
    f.hessian(next(arrays))
    monkeypatch.setenv("FACTOR", "2")
    with pytest.raises(mg.TracingError, match="the function itself"):
        deque(map(f.hessian, arrays), maxlen=0)


# --- sparsity ---


def test_the_picture_has_a_dot_for_each_entry():
    f = mg.compile(lambda x: x[0] * x[1] + x[2])
    assert str(f.sparsity([1.0, 2.0, 3.0]).hessian).splitlines()[1:] == ["· ● ·", "● · ·", "· · ·"]
    f([1.0, 2.0, 3.0])
    assert f.sparsity().jacobian.rows.tolist() == [0, 0, 0]
    assert f.sparsity().hessian.columns.tolist() == [1, 0]


def test_a_large_picture_is_drawn_smaller():
    f = mg.compile(rosenbrock)
    text = str(f.sparsity(np.zeros(5_000)).hessian).splitlines()
    assert len(text) == 31
    assert {len(line) for line in text[1:]} == {60}
    assert text[0].endswith(
        "5,000 × 5,000, 14,998 of 25,000,000 entries can be other than 0; 3 sweeps give all"
    )
    assert f.sparsity().hessian.svg.count("M") < 1_000


def test_it_shows_itself_in_a_notebook_and_is_saved(tmp_path):
    f = mg.compile(rosenbrock)
    sparsity = f.sparsity(np.zeros(5))
    assert sparsity._repr_html_().count("<img") == 2
    sparsity.hessian.save(tmp_path / "h.svg")
    assert (tmp_path / "h.svg").read_text().startswith("<svg")
    with pytest.raises(ValueError, match=r"must end with \.svg"):
        sparsity.hessian.save(tmp_path / "h.png")


def test_sparsity_before_any_call_asks_for_arguments():
    with pytest.raises(ValueError, match="has not been called yet"):
        mg.compile(rosenbrock).sparsity()
