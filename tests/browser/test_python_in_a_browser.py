"""Python in a browser: the package is installed in Pyodide and does there what it does here."""

import base64
import re
from importlib.metadata import distribution, distributions

import pytest
from helpers.in_pyodide import results, wheels
from packaging.requirements import Requirement

import minigrad as mg
from minigrad import Value

NEURON = """
w, x, b = Value(2.0, label="w"), Value(-1.0, label="x"), Value(3.0, label="b")
f = (w * x + b).sigmoid()
f.label = "f"
f.backward()
"""
PROGRAM = (
    """
import os, sys, warnings
from contextlib import redirect_stdout, redirect_stderr
from io import StringIO

import minigrad as mg
from minigrad import Value, nn
from minigrad.command import main

found = {"platform": sys.platform}
"""
    + NEURON
    + """
found["gradients"] = [w.grad, x.grad, b.grad]
found["svg"] = mg.draw(f).svg
found["bundle"] = sorted(mg.draw(f)._repr_mimebundle_())
found["steps"] = [str(step) for step in mg.Stepper(f)]
found["player"] = mg.Stepper(f).player()._repr_mimebundle_()["text/html"]

def message(call, *arguments):
    try:
        call(*arguments)
    except Exception as error:
        return f"{type(error).__name__}: {error}"

found["png"] = message(mg.draw(f).save, "f.png")
found["pdf"] = message(mg.draw(f).save, "f.pdf")
found["wrong dot"] = message(mg.pictures.layout.render, "digraph { a -> ", "svg")
found["after it"] = mg.draw(f, title="again").svg[:4]
found["tape"] = message(mg.compile(lambda x: x * x, executor="tape"), 3.0)

mg.save(f, "f.json")
found["loaded"] = mg.load("f.json").data
with open("deep.json", "w") as file:
    file.write("[" * 200_000)
found["deep file"] = message(mg.load, "deep.json")
mg.Stepper(f).save("f.html")
mg.Stepper(f).save("f.svg")

model = nn.MLP(2, [4, 1], activation="tanh", seed=1)
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    @mg.compile
    def loss(x, y):
        return mg.losses.binary_cross_entropy(model(x), y)
    data = mg.datasets.moons(20, seed=1)
    optimizer = mg.optim.Adam(model.parameters(), lr=0.05)
    history = mg.fit(loss, data=data, optimizer=optimizer, epochs=3, batch_size=5)
    found["loss"] = history.loss
    found["chart"] = sorted(history.draw()._repr_mimebundle_())
found["said"] = [str(warning.message) for warning in said]

wire = Value(0.5)
for _ in range(50_000):
    wire = (wire * 0.5).tanh()
wire.backward()
for _ in range(50_000):
    another = Value(0.5)
    another.before, wire = wire, another
del wire, another  # were this done by recursion, Pyodide would have ended here
found["wires waiting to be let go"] = len(sys.modules["minigrad.engine.value"].let_go)

NUMBERS = ["w*x + b", "w=2", "x=-1", "b=3"]
found["commands"] = {}
for arguments in (
    ["eval", *NUMBERS], ["draw", *NUMBERS], ["draw", *NUMBERS, "-o", "n.svg"],
    ["draw", *NUMBERS, "-o", "n.png"], ["step", *NUMBERS], ["play", *NUMBERS, "-o", "n.html"],
    ["playground", "-o", "page.html"], ["demo", "demo"],
):
    out, errors = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(errors):
        code = main(arguments)
    found["commands"][" ".join(arguments)] = [code, out.getvalue(), errors.getvalue()]
found["files"] = {path: os.path.getsize(path) for path in os.listdir() if os.path.isfile(path)}
found["demo"] = sorted(os.listdir("demo"))
"""
)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return results(PROGRAM, tmp_path_factory.mktemp("pyodide"))


@pytest.fixture(scope="module")
def here():
    scope = {"Value": Value}
    exec(NEURON, scope)
    return scope


def test_all_that_is_required_there_is_a_wheel_without_machine_code():
    there = {"sys_platform": "emscripten", "platform_python_implementation": "CPython", "extra": ""}
    (wheel,) = wheels().glob("minigrad_circuits-*.whl")
    (ours,) = distributions(path=[str(wheel)])
    required = [Requirement(line) for line in ours.requires]
    names = [each.name for each in required if not each.marker or each.marker.evaluate(there)]
    assert names == ["graphviz"]
    for name in names:
        assert "Root-Is-Purelib: true" in distribution(name).read_text("WHEEL")


def test_gradients_are_the_same_to_the_last_bit(found, here):
    assert found["platform"] == "emscripten"
    assert found["gradients"] == [here[name].grad for name in "wxb"]


def test_a_picture_has_the_same_parts_and_texts_as_here_and_nearly_the_same_size(found, here):
    there, mine = found["svg"], mg.draw(here["f"]).svg
    for pattern in (r' id="([^"]+)"', r"<text[^>]*>([^<]*)</text>", r' class="([^"]+)"'):
        assert sorted(re.findall(pattern, there)) == sorted(re.findall(pattern, mine))
    for side in (r'width="([\d.]+)pt"', r'height="([\d.]+)pt"'):
        (one,), (other,) = re.findall(side, there), re.findall(side, mine)
        assert float(one) == pytest.approx(float(other), rel=0.1)  # other fonts


def test_a_notebook_shows_a_picture_as_svg_and_goes_without_png(found):
    assert found["bundle"] == found["chart"] == ["text/html", "text/plain"]


def test_steps_and_player_are_the_same_as_here(found, here):
    assert found["steps"] == [str(step) for step in mg.Stepper(here["f"])]
    mine = mg.Stepper(here["f"]).player()._repr_mimebundle_()["text/html"]
    # what is before the script is one picture, `down` the one for a telephone
    script = re.compile(r"startPlayer\(host, (.*)\"down\":\"([A-Za-z0-9+/=]*)\"(.*)$", re.DOTALL)
    before, down, after = script.search(found["player"]).groups()
    assert (before, after) == script.search(mine).group(1, 3)
    assert b"<svg" in base64.b64decode(down)


def test_what_a_browser_cannot_do_is_said_in_a_line_with_the_remedy(found):
    assert found["png"] == (
        "ImportError: PNG pictures need resvg-py, which is not there for Python in the browser: "
        "save the picture as .svg"
    )
    assert found["pdf"] == (
        "LayoutError: Graphviz in the browser makes no PDF: save the picture as .svg, which a "
        "browser prints as PDF"
    )
    assert found["tape"] == (
        "ImportError: the executor 'tape' needs llvmlite, which is not there for Python in the "
        "browser: executor='python' does without"
    )


def test_an_error_of_graphviz_is_quoted_and_the_next_picture_is_drawn(found):
    assert found["wrong dot"].startswith("LayoutError: Graphviz (in the browser) failed: ")
    assert "syntax error" in found["wrong dot"]
    assert found["after it"] == "<svg"


def test_a_compiled_function_says_once_that_it_runs_in_python(found):
    (said,) = found["said"]
    assert said == (
        "compiled functions run in Python here, far slower than as machine code: there is no "
        "llvmlite for Python in the browser; write executor='python' to have it so"
    )
    assert found["loss"][-1] < found["loss"][0]


def test_a_long_chain_of_gates_is_let_go_without_recursion(found):
    assert found["wires waiting to be let go"] == 0


def test_circuits_are_saved_and_loaded(found, here):
    assert found["loaded"] == here["f"].data
    assert "lists nested too deep for a circuit" in found["deep file"]
    assert {"deep.json", "f.json", "f.html", "f.svg", "n.svg", "n.html", "page.html"} == set(
        found["files"]
    )
    assert all(size > 500 for size in found["files"].values())


def test_the_commands_run(found):
    for arguments, (code, _, errors) in found["commands"].items():
        assert (code, errors) == (0, "") or arguments.endswith(".png"), arguments
    (png,) = (said for arguments, said in found["commands"].items() if arguments.endswith(".png"))
    assert png[0] == 1
    assert "save the picture as .svg" in png[2]
    assert found["demo"] == [
        *("boundary.svg", "model.json", "network.svg", "neuron.html", "training.svg")
    ]
