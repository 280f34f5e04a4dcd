"""A step's writes as one statement of PostgreSQL: all of it, or nothing, in a single turn."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from sqlalchemy import event

from engine import user_tasks
from engine.errors import EngineError
from engine.store.cases import CaseStore
from engine.store.failures import ConflictError
from engine.store.rows import Saved
from engine.store.writing import MAX_ROWS
from tests.engine.bundles import bundle, chain, node, start_and_end, user_task
from tests.engine.support import ALICE, BOB, World

OWN = 'linbang:caseNumber="{}" linbang:title="name" linbang:startGroups="clerk"'
MANY = '<bpmn:multiInstanceLoopCharacteristics isSequential="false"><bpmn:loopCardinality>n</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>'


@pytest.fixture
def said(world: World) -> Iterator[list[str]]:
    """Everything that the server is asked from now on."""
    heard: list[str] = []

    class Heard(psycopg.Cursor[Any]):
        def execute(self, query: Any, *rest: Any, **named: Any) -> Any:
            heard.append(str(query))
            return super().execute(query, *rest, **named)

        def executemany(self, query: Any, *rest: Any, **named: Any) -> None:
            heard.append(str(query))
            super().executemany(query, *rest, **named)

    def watch(connection: Any, *_: Any) -> None:
        connection.cursor_factory = Heard

    engine = world.runtime.database.engine
    event.listen(engine, "checkout", watch)
    engine.dispose()  # what is open already would not be watched
    yield heard
    event.remove(engine, "checkout", watch)


def everything(world: World) -> dict[str, list[Any]]:
    """Give all rows that steps write."""
    tables = ("process_instance", "user_task", "inbox", "history", "job", "case_word")
    with world.runtime.database.reading() as connection:
        return {
            name: sorted(connection.exec_driver_sql(f"SELECT * FROM {name}").fetchall(), key=repr)
            for name in tables
        }


def saved_step(world: World, monkeypatch: pytest.MonkeyPatch) -> Saved:
    """Give what a claim would write, without writing it."""
    kept: list[Saved] = []
    with monkeypatch.context() as patched:
        patched.setattr(world.runtime.steps, "save", kept.append)
        user_tasks.claim(world.runtime, world.task(ALICE, "ask"), ALICE)
    return kept[0]


def test_a_completion_reads_once_and_writes_once(world: World, said: list[str]) -> None:
    world.start(a="1")
    task = world.task(ALICE, "ask")
    user_tasks.claim(world.runtime, task, ALICE)
    said.clear()

    user_tasks.complete(world.runtime, task, ALICE, {"a": "2"})

    assert [text.split()[0] for text in said] == ["SELECT", "WITH"]


def test_a_case_that_has_moved_on_is_left_as_it_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.start(a="1")
    step = saved_step(world, monkeypatch)
    user_tasks.claim(world.runtime, world.task(ALICE, "ask"), BOB)
    before = everything(world)

    with pytest.raises(ConflictError):
        world.runtime.steps.save(step)

    assert everything(world) == before


def test_a_task_that_is_not_as_it_was_read_undoes_the_whole_step(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The case's version is right, but the task has another holder than the step believes."""
    world.start(a="1")
    step = saved_step(world, monkeypatch)
    (change,) = step.changed
    step.changed = [replace(change, before=replace(change.before, assignee=BOB.person_id))]
    before = everything(world)

    with pytest.raises(ConflictError):
        world.runtime.steps.save(step)

    assert everything(world) == before


def test_a_message_that_was_taken_in_before_undoes_the_whole_step(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.start(a="1")
    first = saved_step(world, monkeypatch)
    first.inbound = ("partner", "7")
    world.runtime.steps.save(first)
    world.start(a="2")
    with monkeypatch.context() as patched:
        kept: list[Saved] = []
        patched.setattr(world.runtime.steps, "save", kept.append)
        task = next(row.user_task_id for row in world.inbox(ALICE) if row.assignee is None)
        user_tasks.claim(world.runtime, task, ALICE)
    kept[0].inbound = ("partner", "7")
    before = everything(world)

    with pytest.raises(ConflictError):
        world.runtime.steps.save(kept[0])

    assert everything(world) == before


def test_a_step_with_many_rows_is_whole_as_well(world: World, said: list[str]) -> None:
    wide = f"{user_task('visit').removesuffix('</bpmn:userTask>')}{MANY}</bpmn:userTask>"
    world.deploy(bundle(wide + start_and_end("visit"), key="wide", process=OWN.format("WIDE")))
    said.clear()

    case = world.start("wide", n=MAX_ROWS)

    assert sum(text.startswith("INSERT INTO user_task") for text in said) == 1
    store = CaseStore(world.runtime.database, 1)
    assert len([row for row in store.user_tasks(case.id) if row.state == "open"]) == MAX_ROWS


def test_of_many_at_once_each_succeeds_or_is_told_the_truth(world: World) -> None:
    """Eight people complete the eight branches of one case together."""
    names = [f"t{number}" for number in range(8)]
    body = node("parallelGateway", "split") + node("parallelGateway", "join")
    body += "".join(user_task(name, form="a") + chain("split", name, "join") for name in names)
    ends = (
        node("startEvent", "begin")
        + node("endEvent", "done")
        + chain("begin", "split")
        + chain("join", "done")
    )
    world.deploy(bundle(body + ends, key="beside", process=OWN.format("BESIDE")))
    case = world.start("beside")
    tasks = [row.user_task_id for row in world.inbox(ALICE)]
    for task in tasks:
        user_tasks.claim(world.runtime, task, ALICE)

    def completed(task: int) -> str:
        try:
            user_tasks.complete(world.runtime, task, ALICE, {"a": str(task)})
        except EngineError as exc:
            return exc.code
        return "done"

    with ThreadPoolExecutor(8) as pool:
        told = dict(zip(tasks, pool.map(completed, tasks), strict=True))

    assert set(told.values()) <= {"done", "busy"}
    store = CaseStore(world.runtime.database, 1)
    closed = {row.id for row in store.user_tasks(case.id) if row.state == "completed"}
    assert closed == {task for task, what in told.items() if what == "done"}
    assert len(store.history(case.id)) == 1 + len(tasks) + len(closed)


def test_the_case_of_a_task_is_found_without_going_through_others(world: World) -> None:
    """Given tables that were never analysed, as in an installation's first minute, a kept plan looks at each row once.

    A join would look at each task for each case, and be kept until the tables are analysed.
    """
    for number in range(60):
        world.start(a=str(number))
    tasks = [row.user_task_id for row in world.inbox(ALICE)]
    text = world.runtime.steps._statements.whole_of_task
    with world.runtime.database.stepping(writing=False) as connection:
        connection.cursor().execute("SET LOCAL plan_cache_mode = force_generic_plan")
        plan = connection.cursor().execute(
            f"EXPLAIN (ANALYZE, FORMAT JSON) {text.text}", {**text.defaults, "b_tenant": 1, "b_id": tasks[30]}
        )
        (found,) = plan.fetchone()

    assert _rows_looked_at(found[0]["Plan"]) < 5 * 60


def _rows_looked_at(plan: dict[str, Any]) -> float:
    own = (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"]
    own += plan.get("Rows Removed by Join Filter", 0)
    return float(own) + sum(_rows_looked_at(inner) for inner in plan.get("Plans", ()))
