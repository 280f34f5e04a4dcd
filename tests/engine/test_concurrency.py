"""Many people at once: one wins, the others are told the truth, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest

from engine import user_tasks
from engine.errors import Busy, InvalidState

from .bundles import FOUR_TASKS, bundle, chain, node, script, user_task
from .story import begin
from .support import ALICE, World, person

BRANCHES = 8


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run every act in a thread of its own, all let go at the same moment; give results or errors."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return act()
        except Exception as exc:  # noqa: BLE001 - errors are what is looked at
            return exc

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_a_task_is_completed_by_one_of_two(world: World) -> None:
    world.deploy(bundle(FOUR_TASKS))
    for _ in range(5):
        story = begin(world)
        task = story.tasks()[0].id
        user_tasks.claim(world.runtime, task, ALICE)

        complete = partial(user_tasks.complete, world.runtime, task, ALICE, {})

        results = at_once(complete, complete)

        lost = [result for result in results if result is not None]
        assert [(type(result), result.code) for result in lost] == [(InvalidState, "task_not_open")]
        assert story.settle().open == ["t2"]
        assert [link.event for link in story.links].count("user_task_completed") == 1


def test_a_task_is_claimed_by_one_of_eight(world: World) -> None:
    story = begin(world, bundle(FOUR_TASKS))
    task = story.tasks()[0].id
    people = [person(60 + number, f"P{number}", "reviewer") for number in range(8)]

    results = at_once(*[lambda who=who: user_tasks.claim(world.runtime, task, who) for who in people])

    assert results.count(None) == 1
    assert {result.code for result in results if result is not None} <= {"already_claimed", "busy"}
    (row,) = story.settle().tasks()
    assert row.assignee == people[results.index(None)].person_id


def test_parallel_tasks_completed_at_once_all_count(world: World) -> None:
    """Whoever is told to try again tries again; in the end every branch's answer is there, once."""
    names = [f"b{number}" for number in range(BRANCHES)]
    body = (
        node("startEvent", "begin")
        + node("parallelGateway", "fork")
        + node("parallelGateway", "join")
        + node("endEvent", "done")
    )
    body += chain("begin", "fork") + chain("join", "done")
    for name in names:
        body += (
            user_task(f"ask_{name}")
            + script(f"set_{name}", f"{{{name}: 1}}")
            + chain("fork", f"ask_{name}", f"set_{name}", "join")
        )
    story = begin(world, bundle(body))
    people = {row.id: person(60 + number, "P", "reviewer") for number, row in enumerate(story.tasks())}
    for task, who in people.items():
        user_tasks.claim(world.runtime, task, who)

    waiting = dict(people)
    for _ in range(BRANCHES):
        acts = [
            lambda task=task, who=who: user_tasks.complete(world.runtime, task, who, {})
            for task, who in waiting.items()
        ]
        results = at_once(*acts)
        assert all(result is None or isinstance(result, Busy) for result in results)
        waiting = {
            task: who
            for (task, who), result in zip(waiting.items(), results, strict=True)
            if result is not None
        }
        story.settle()
        if not waiting:
            break

    assert story.outcome == "done"
    assert story.variables == dict.fromkeys(names, 1)
    assert len(story.events("user_task_completed")) == BRANCHES


def test_cases_started_at_once_get_numbers_of_their_own(world: World) -> None:
    world.deploy(bundle(FOUR_TASKS))

    results = at_once(*[world.start] * 8)

    assert sorted(result.business_key for result in results) == [
        f"T-2026-{number:06d}" for number in range(1, 9)
    ]


def test_a_step_that_lost_five_times_says_that_it_is_busy(world: World) -> None:
    """A competitor that is quicker every time: the answer is truthful, and nothing of the step is written."""
    from engine.deed import Deed
    from engine.instances import advance
    from engine.people import SYSTEM

    story = begin(world, bundle(FOUR_TASKS))
    tries = []

    def act(case: Any) -> tuple[Deed, None]:
        tries.append(case.row.row_version)
        with world.runtime.database.writing() as connection:
            connection.exec_driver_sql("UPDATE process_instance SET row_version = row_version + 1")
        return Deed("touched", SYSTEM), None

    with pytest.raises(Busy):
        advance(world.runtime, lambda: world.runtime.steps.load(story.case_id), act)

    assert len(tries) == 5
    assert [link.event for link in story.links] == ["case_started"]
