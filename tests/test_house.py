"""What people type works, little is loaded for it, and what is written about the house is true.

Who may import whom is tests/test_imports.py.
"""

import ast
import doctest
import importlib.metadata
import pickle
import pkgutil
import re
import subprocess
import sys
from types import ModuleType

import pytest
from helpers.house import DOORS, LEVEL, PACKAGE, ROOT, TREES

import minigrad as mg
from minigrad.calculus.own_gates import BUILT_IN

# in the `__all__` of 0.1.0
FIRST_NAMES = """
CircuitFileError Drawing ExpressionError GATES GateError NonfiniteError Step Stepper TracingError
Value Worksheet abs accuracy add as_table as_tree compile constant cos datasets decision_boundary
detect_nonfinite div dot draw exp export expression first_nonfinite fit gate gelu grad gradcheck
health is_equal leaky_relu less less_equal load log log1p lookup losses maximum minimum mul neg nn
no_grad normal_cdf normal_density optim paths pow relu save select sigmoid silu sin softplus sqrt
sub sum tanh topological_order training_steps where
"""
# what `import minigrad` loaded in 0.1.0 on Python 3.11: its own modules, and all of them
OWN_MODULES, ALL_MODULES = 65, 125

PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"))
}


def printed(program: str, *options: str) -> str:
    """What a program prints in a fresh process."""
    program = f"import sys; sys.path.insert(0, {str(PACKAGE.parent)!r})\n{program}"
    command = [sys.executable, *options, "-c", program]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout


# --- what people type ---


def test_every_public_name_of_the_first_version_is_there():
    assert set(FIRST_NAMES.split()) <= set(mg.__all__)
    assert len(mg.__all__) == len(set(mg.__all__))
    for name in mg.__all__:
        assert getattr(mg, name) is not None


@pytest.mark.parametrize(
    "line",
    [
        "from minigrad import *; Value(1.0); tanh(1.0); nn.MLP; optim.SGD; draw; compile",
        "from minigrad import Value, losses, nn, optim, datasets; losses.hinge; optim.SGD",
        "from minigrad.engine import Value",
        "from minigrad.nn import MLP, Module, Layer, Neuron",
        "import minigrad.nn; minigrad.nn.MLP",
        "import minigrad.losses; minigrad.losses.hinge",
        "import minigrad.optim as optim; optim.SGD",
        "from minigrad.losses import hinge",
        "from minigrad.optim import SGD, cosine",
        "from minigrad.datasets import moons",
        "import minigrad as mg; mg.nn.MLP; mg.losses.hinge; mg.optim.SGD; mg.datasets.moons",
        "import minigrad as mg; mg.__version__",
    ],
)
def test_an_import_that_people_type_works(line: str):
    assert printed(f"{line}; print('fine')") == "fine\n"


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "first", ["import minigrad.{door}", "import minigrad.{wing}.{door}", "minigrad.{door}"]
)
def test_a_door_leads_to_the_one_module_however_it_is_asked_for(door: str, first: str):
    program = f"""
import minigrad
assert "minigrad.{door}" not in sys.modules
{first.format(door=door, wing=DOORS[door])}
import minigrad.{door} as by_the_door
from minigrad import {door} as from_the_package
assert by_the_door is from_the_package is minigrad.{door} is sys.modules["minigrad.{door}"]
assert by_the_door is sys.modules["minigrad.{DOORS[door]}.{door}"]
"""
    assert printed(program) == ""


def test_looking_for_examples_leaves_the_doors_as_they_are():
    for door, wing in DOORS.items():
        assert getattr(mg, door) is sys.modules[f"minigrad.{wing}.{door}"]


def test_what_the_doors_lead_to_can_be_pickled_and_old_pickles_find_it():
    for thing in (mg.losses.hinge, mg.datasets.moons, mg.optim.SGD, mg.tanh, mg.where, mg.Value):
        assert pickle.loads(pickle.dumps(thing)) is thing
    optimizer = pickle.loads(pickle.dumps(mg.optim.SGD([mg.Value(3.0)], lr=0.5)))
    assert optimizer.lr == 0.5
    assert pickle.loads(b"cminigrad.optim\nSGD\n.") is mg.optim.SGD
    assert pickle.loads(b"cminigrad.losses\nhinge\n.") is mg.losses.hinge


def test_dir_lists_the_public_names_and_nothing_else_before_and_after_use():
    program = """
import minigrad as mg
def show(when):
    for module in (mg, mg.nn, mg.losses, mg.optim, mg.datasets):
        if wrong := set(dir(module)) ^ set(module.__all__):
            print(when, module.__name__, *sorted(wrong))
show("before:")
model = mg.nn.MLP(2, [2, 1], seed=1)
loss = mg.compile(lambda x, y: mg.losses.hinge(model(x), y))
mg.fit(loss, data=mg.datasets.moons(4), optimizer=mg.optim.SGD(model.parameters()), epochs=1)
mg.draw(model([1.0, 2.0])).svg
mg.Stepper(mg.tanh(mg.Value(1.0))).run()
mg.__version__
show("after:")
"""
    assert printed(program) == ""


def test_the_version_is_that_of_the_metadata(monkeypatch):
    def set_version(name: str) -> str:
        if name == "minigrad-circuits":
            return "1.2.3"
        raise importlib.metadata.PackageNotFoundError(name)

    def none(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    assert isinstance(mg.__version__, str)
    for version, expected in ((set_version, "1.2.3"), (none, "0+unknown")):
        monkeypatch.delitem(vars(mg), "__version__", raising=False)
        monkeypatch.setattr(importlib.metadata, "version", version)
        assert mg.__version__ == expected
    monkeypatch.delitem(vars(mg), "__version__")


# --- what is loaded ---


def test_importing_minigrad_loads_only_the_standard_library_and_little_of_it():
    program = """
before = set(sys.modules)
import minigrad
print(*set(sys.modules) - before)
"""
    # without site, which may load some of them beforehand
    loaded = printed(program, "-S").split()
    own = [name for name in loaded if name.split(".")[0] == "minigrad"]
    assert {name.split(".")[0] for name in loaded} - set(sys.stdlib_module_names) == {"minigrad"}
    assert len(own) <= OWN_MODULES
    assert len(loaded) <= ALL_MODULES


def test_what_draws_and_what_compiles_is_loaded_when_it_is_asked_for():
    program = """
import minigrad as mg
(mg.Value(2.0) * 3).backward()
later = "minigrad.pictures minigrad.compiled minigrad.training minigrad.nn pathlib ctypes".split()
print(*[name for name in later if name in sys.modules], mg.compile.__name__, mg.fit.__name__)
try:
    mg.fitt
except AttributeError as error:
    print(error)
"""
    shown = printed(program, "-S")
    said = "module 'minigrad' has no attribute 'fitt'; did you mean 'fit'?"
    assert shown == f"compile fit\n{said}\n"


# --- what is written about it ---


def test_every_public_name_has_a_docstring_with_an_example():
    for name in mg.__all__:
        thing = getattr(mg, name)
        if name in ("GATES",):
            continue
        assert thing.__doc__, name
        if name not in mg.GATES and not (isinstance(thing, type) and issubclass(thing, Exception)):
            assert ">>>" in thing.__doc__, f"{name} has no example"


def test_every_public_name_is_in_the_reference():
    shown = set(re.findall(r"^::: (\S+)$", "\n".join(PAGES.values()), re.MULTILINE))
    for name in shown:
        pkgutil.resolve_name(name)
    for name in set(mg.__all__) - {"GATES", *mg.GATES}:  # the table of gates is a page of its own
        thing = getattr(mg, name)
        if getattr(thing, "__name__", "") in mg.GATES:  # mg.max is the gate maximum
            continue
        home = thing.__name__ if isinstance(thing, ModuleType) else thing.__module__
        assert shown & {home, f"{home}.{name}", f"minigrad.{name}"}, f"{name} is on no page"


def test_every_gate_is_a_method_and_a_function():
    for name in BUILT_IN:
        assert callable(getattr(mg.Value, name))
        assert callable(getattr(mg, name))


def test_the_examples_of_the_gates_run():
    runner = doctest.DocTestRunner()
    for name in BUILT_IN:
        for thing in (getattr(mg, name), getattr(mg.Value, name)):
            for example in doctest.DocTestFinder().find(thing, name, globs={}):
                runner.run(example)
    assert runner.tries > 3 * len(BUILT_IN)
    assert runner.failures == 0


def test_text_becomes_html_in_one_file():
    imports = {
        room: {
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import)
            for alias in node.names
        }
        for room, tree in TREES.items()
    }
    assert [room for room, modules in imports.items() if "html" in modules] == [("text", "labels")]


def test_the_readme_shows_every_wing_on_its_level():
    _, _, built = PAGES["README.md"].partition("## How it is built\n")
    built, _, _ = built.partition("\n## ")
    rows = re.findall(r"^\| (\d) \| \[`(\w+)`\]\((\S+)\) \| .+ \|$", built, re.MULTILINE)
    assert [(wing, path) for _, wing, path in rows] == [(w, f"minigrad/{w}") for _, w, _ in rows]
    assert {wing: int(level) for level, wing, _ in rows} == LEVEL
    assert len(rows) == len(LEVEL)
    levels = [level for level, *_ in rows]
    assert levels == sorted(levels, reverse=True)
    assert len([line for line in built.splitlines() if line]) <= 20


@pytest.mark.skipif(not (ROOT / "benchmarks").exists(), reason="needs all files of a clone")
@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_names_exists(page: str):
    folders = "minigrad|tests|docs|tools|benchmarks|notebooks|examples"
    for path in re.findall(rf"(?<![\w./-])(?:{folders})/[\w./*-]*\w", PAGES[page]):
        assert list(ROOT.glob(path)), f"{page} names {path}"
    here = {file.name for at in folders.split("|") for file in (ROOT / at).rglob("*.py")}
    for name in re.findall(r"`(\w+\.py)`", PAGES[page]):
        assert name in here, f"{page} names {name}"
    for path in re.findall(r"\]\((?!https?:)([^)#]+)\)", PAGES[page]):
        assert (ROOT / page).parent.joinpath(path).exists(), f"{page} leads to {path}"


@pytest.mark.parametrize("page", PAGES)
def test_no_page_has_somebody_elses_package_installed(page: str):
    assert not re.search(r"pip install[^\n`]*[ \"']minigrad\b(?!-circuits)", PAGES[page])


def test_the_package_is_typed():
    assert (PACKAGE / "py.typed").exists()
