"""What the library would run wrongly without a word is refused by the gate, mended, or run rightly by parts of ours.

One row is one construct; `silently_wrong/` holds them by family. What is run is run twice, on the same compiled
diagrams: as it is, and written down and read again after every step; the tokens rest and pass alike. More of
each is told where `more` points to.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

import pytest

from engine import codec, spiff
from engine.definitions import Definition, compile_bundle

from ..engine.bundles import GROUPS
from ..engine.test_codec import ENVIRONMENT
from .gate import assert_refused
from .silently_wrong import activities, events, files, flows
from .silently_wrong.rows import Refused, Run

TESTS = Path(__file__).resolve().parents[1]
ROWS: Mapping[str, tuple[Refused | Run, ...]] = {
    **flows.ROWS,
    **events.ROWS,
    **activities.ROWS,
    **files.ROWS,
}
REFUSED = [(name, one) for name, found in ROWS.items() for one in found if isinstance(one, Refused)]
RUNS = [(name, one) for name, found in ROWS.items() for one in found if isinstance(one, Run)]


@pytest.mark.parametrize("row", [one for _, one in REFUSED], ids=[name for name, _ in REFUSED])
def test_it_is_refused_with_its_place(row: Refused) -> None:
    assert_refused(row.service, row.code, row.element, file=row.file)


@pytest.mark.parametrize("row", [one for _, one in RUNS], ids=[name for name, _ in RUNS])
def test_it_runs_as_it_is_drawn_and_the_designer_is_told_of_every_mend(row: Run) -> None:
    definition, problems = compile_bundle(row.service, GROUPS)
    assert definition is not None, problems
    assert [problem.code for problem in problems] == ([] if row.note is None else [row.note])

    for reading in (False, True):
        workflow = start(definition, row.begun)
        passed = take_trace(workflow)
        for act in row.acts:
            if reading:
                workflow = read_again(workflow, definition)
            do(workflow, act)
            passed += take_trace(workflow)

        assert workflow.completed
        assert passed == row.passes.split()


def test_what_a_row_points_to_is_there() -> None:
    for pointed in {one.more for _, one in RUNS if one.more}:
        file, _, name = pointed.partition("::")
        tree = ast.parse((TESTS / file).read_text())
        assert name in {one.name for one in tree.body if isinstance(one, ast.FunctionDef)}, pointed


def start(definition: Definition, begun: Mapping[str, object]) -> spiff.Workflow:
    engine = spiff.ScriptEngine(ENVIRONMENT, definition.names, definition.decisions)
    return spiff.start(definition.specs, engine, {"name": "x", **begun})


def read_again(workflow: spiff.Workflow, definition: Definition) -> spiff.Workflow:
    """Write a case down and read it."""
    content = codec.dump(workflow, {})
    engine = spiff.ScriptEngine(ENVIRONMENT, definition.names, definition.decisions)
    return codec.load(content, definition.specs, engine)[0]


def do(workflow: spiff.Workflow, act: str) -> None:
    """Complete a task, deliver a message or let a clock strike; exactly one token must wait for it, or the first does."""
    name = act.lstrip("!@")
    if act.startswith("!"):
        assert spiff.deliver_message(workflow, name, {})
        return
    waiting = [
        number
        for number, item in spiff.resting(workflow).items()
        if item.element_id == name or any(getattr(one, "element_id", "") == name for one in item.waits)
    ]
    assert waiting, f"Expected a token at {name!r}"
    if act.startswith("@"):
        assert spiff.fire(workflow, waiting[0], name)
    else:
        spiff.complete(workflow, waiting[0], {})


def take_trace(workflow: spiff.Workflow) -> list[str]:
    """Give the elements that tokens have left since the last look; what a designer did not draw is left out."""
    passed = [one.element_id for one in workflow.trace if one.counted and "__" not in one.element_id]
    workflow.trace.clear()
    return passed
