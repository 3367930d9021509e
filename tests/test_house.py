"""The house: imports go one way, the core needs nothing but Python, the public names are listed."""

import ast
import doctest
import re
import subprocess
import sys
from pathlib import Path

import minigrad as mg
from minigrad.calculus.own_gates import BUILT_IN

ROOT = Path(__file__).parents[1]
PACKAGE = Path(mg.__file__).parent
MODULES = {path.stem: ast.parse(path.read_text()) for path in PACKAGE.rglob("*.py")}


def imported_modules(tree: ast.Module) -> set[str]:
    """The modules of this package that a module imports when it is loaded."""
    return {
        name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.level == 1
        for name in ([node.module] if node.module else [alias.name for alias in node.names])
    }


def test_imports_go_one_way():
    waiting = {name: imported_modules(tree) for name, tree in MODULES.items() if name != "__init__"}
    while waiting:
        free = {name for name, needs in waiting.items() if not needs & waiting.keys()}
        assert free, f"these modules import each other in a circle: {sorted(waiting)}"
        waiting = {name: needs for name, needs in waiting.items() if name not in free}


def test_the_readme_lists_every_file_once():
    _, _, built = (ROOT / "README.md").read_text(encoding="utf-8").partition("## How it is built")
    rows = [line for line in built.splitlines() if line.startswith("|")]
    named = [name for row in rows for name in re.findall(r"`([a-z_]+)`", row)]
    assert sorted(named) == sorted(MODULES.keys() - {"__init__", "__main__"})


def test_importing_minigrad_loads_only_the_standard_library():
    program = (
        "import sys; before = set(sys.modules); import minigrad; "
        "print(*{name.split('.')[0] for name in set(sys.modules) - before})"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert set(loaded) - set(sys.stdlib_module_names) == {"minigrad"}


def test_all_lists_the_public_names():
    public = {
        name
        for name in dir(mg)
        if not name.startswith("_") and (name in mg.GATES or not _is_module(getattr(mg, name)))
    }
    modules_meant = {name for name in mg.__all__ if _is_module(getattr(mg, name))}
    assert set(mg.__all__) - modules_meant == public - {"TYPE_CHECKING", "Any", "Final"}
    assert len(mg.__all__) == len(set(mg.__all__))


def test_what_draws_and_what_compiles_is_loaded_when_it_is_asked_for():
    program = f"""
import sys
sys.path.insert(0, {str(Path(mg.__file__).parents[1])!r})
import minigrad as mg
(mg.Value(2.0) * 3).backward()
later = "minigrad.pictures minigrad.compiled minigrad.training pathlib ctypes".split()
print(*[name for name in later if name in sys.modules], mg.compile.__name__, mg.fit.__name__)
try:
    mg.fitt
except AttributeError as error:
    print(error)
"""
    alone = [sys.executable, "-S", "-c", program]  # without site, which may load some of them
    shown = subprocess.run(alone, capture_output=True, text=True, check=True).stdout
    assert shown == "compile fit\nmodule 'minigrad' has no attribute 'fitt'\n"


def _is_module(thing: object) -> bool:
    return type(thing) is type(ast)


def test_every_public_name_has_a_docstring_with_an_example():
    for name in mg.__all__:
        thing = getattr(mg, name)
        if name in ("GATES",):
            continue
        assert thing.__doc__, name
        if name not in mg.GATES and not (isinstance(thing, type) and issubclass(thing, Exception)):
            assert ">>>" in thing.__doc__, f"{name} has no example"


def test_every_public_name_is_in_the_reference():
    pages = "\n".join(page.read_text(encoding="utf-8") for page in (ROOT / "docs").glob("*.md"))
    shown = set(re.findall(r"^::: (\S+)$", pages, re.MULTILINE))
    for name in set(mg.__all__) - {"GATES", *mg.GATES}:  # the table of gates is a page of its own
        thing = getattr(mg, name)
        home = thing.__name__ if _is_module(thing) else thing.__module__
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
        name: {
            alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names
        }
        for name, tree in MODULES.items()
    }
    assert [name for name, modules in imports.items() if "html" in modules] == ["labels"]


def test_the_package_is_typed():
    assert (PACKAGE / "py.typed").exists()
