"""Guards the one path of a step: HTTP → complete → advance → load → spiff → save, one transaction, in one place."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("engine", "connectors", "webui")
SAVING = ("save", "save_several", "insert")


@cache
def modules() -> list[tuple[str, ast.Module]]:
    paths = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    return [(path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))) for path in paths]


def calls(tree: ast.AST, *names: str) -> list[str]:
    """Give the dotted names of what is called, where the last part is one of the names."""
    return [
        ast.unparse(node.func)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names
    ]


def imports(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.split(".")[0])
    return found


def functions_that_call(path: str, name: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and calls(node, name)}


def test_only_the_store_opens_writing_transactions() -> None:
    places = {path for path, tree in modules() if calls(tree, "writing", "stepping")}

    assert places
    assert {path for path in places if not path.startswith("engine/store/")} == set()


def test_nobody_commits_by_hand() -> None:
    places = {path for path, tree in modules() if calls(tree, "commit", "begin_nested")}

    # The recording of the benchmarks passes on what it hears.
    assert places <= {"engine/store/database.py", "engine/store/recording.py"}


def test_only_the_store_imports_sqlalchemy() -> None:
    places = {path for path, tree in modules() if "sqlalchemy" in imports(tree)}

    assert places
    assert {path for path in places if not path.startswith("engine/store/")} == set()


def test_only_three_places_import_spiffworkflow() -> None:
    places = {path for path, tree in modules() if "SpiffWorkflow" in imports(tree)}

    assert {path for path in places if not path.startswith(("engine/spiff/", "engine/definitions/"))} == {
        "engine/codec.py"
    }


def test_only_starting_and_advancing_save_a_step() -> None:
    """A verb that saved by itself would miss the retry on conflict."""
    savers = {
        path
        for path, tree in modules()
        if {f"runtime.steps.{name}" for name in SAVING} & set(calls(tree, *SAVING))
    }

    assert savers == {"engine/instances.py"}
    assert functions_that_call("engine/instances.py", "save") == {"advance", "note", "save_as_read"}
    assert functions_that_call("engine/instances.py", "insert") <= {"start", "_start_once"}


def test_connectors_are_called_by_jobs_only() -> None:
    """An outside system is never waited for inside a request or a transaction."""
    # Functions of FEEL are called as well, and the demo has connectors that stand before real ones.
    pure = ("engine/feel/", "engine/decisions/", "webui/demo/")
    callers = {path for path, tree in modules() if calls(tree, "call") and not path.startswith(pure)}

    assert callers == {"engine/calls.py"}


def test_the_engine_knows_neither_the_web_nor_a_connector() -> None:
    for path, tree in modules():
        if path.startswith("engine/"):
            assert not imports(tree) & {"webui", "connectors", "flask"}, path
        if path.startswith("connectors/") and "sandbox" not in path:
            assert not imports(tree) & {"webui", "flask"}, path


def test_only_the_clock_of_the_runtime_says_what_time_it_is() -> None:
    """Tests and the demo move it; whoever asked the machine would not notice."""
    places = set()
    for path, tree in modules():
        if path.startswith("engine/") and any(
            name in {"datetime.now", "dt.datetime.now", "date.today", "dt.date.today", "datetime.utcnow"}
            for name in calls(tree, "now", "today", "utcnow")
        ):
            places.add(path)

    assert places == set()
