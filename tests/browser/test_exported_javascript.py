"""What mg.export writes as JavaScript, imported by a page in Chromium."""

from helpers.precision import modules_and_points, worst_in_ulp

import minigrad as mg
from minigrad import Value, nn

IMPORTED = """
async (asked) => {
  const results = [];
  for (const [module, points] of asked) {
    const { f, f_gradients } = await import("data:text/javascript," + encodeURIComponent(module));
    results.push(points.map((point) => [f(...point), f_gradients(...point)]));
  }
  return results;
}
"""


def test_a_network_gives_the_engines_numbers_and_gradients(open_page):
    model = nn.MLP(2, [3, 1], seed=4)
    x = [Value(0.5, label="x_0"), Value(-1.25, label="x_1")]
    out = model(x).tanh() * 2.0
    out.backward()
    leaves = [leaf for leaf in mg.engine.Circuit(out).leaves if not leaf.is_constant]
    page = open_page("<!DOCTYPE html><title>a page</title>")
    asked = [[mg.export(out, "javascript", name="f"), [[leaf.data for leaf in leaves]]]]
    (((value, (outputs, gradients)),),) = page.evaluate(IMPORTED, asked)
    assert value == outputs[0]
    pairs = zip([value, *gradients], [out.data, *(leaf.grad for leaf in leaves)])
    assert all(abs(one - other) <= 1e-12 * max(1.0, abs(other)) for one, other in pairs)


def test_functions_are_at_most_2_units_in_the_last_place_from_the_engine(open_page):
    modules, points = modules_and_points(200)
    page = open_page("<!DOCTYPE html><title>a page</title>")
    results = page.evaluate(IMPORTED, [list(pair) for pair in zip(modules, points)])
    worst = worst_in_ulp(points, [[value for value, _ in rows] for rows in results])
    assert {name: ulp for name, ulp in worst.items() if not ulp <= 2.0} == {}
