"""A step takes a connection that stayed at hand, and begins with a case that was read just now."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import event

from engine import user_tasks
from engine.errors import InvalidState

from .bundles import FOUR_TASKS, bundle
from .support import ALICE, World


def taken_out(world: World) -> list[object]:
    """Hear of each connection that is taken out of the pool from now on."""
    heard: list[object] = []
    event.listen(world.runtime.database.engine, "checkout", lambda connection, *_: heard.append(connection))
    return heard


def claimed_task(world: World) -> int:
    world.deploy(bundle(FOUR_TASKS))
    world.start()
    task = world.task(ALICE, "t1")
    user_tasks.claim(world.runtime, task, ALICE)
    return task


def test_a_step_takes_nothing_out_of_the_pool(world: World) -> None:
    """Given a step before it, whose connection is at hand."""
    task = claimed_task(world)
    heard = taken_out(world)

    user_tasks.complete(world.runtime, task, ALICE, {})

    assert heard == []


def test_what_a_step_left_open_is_not_kept(world: World) -> None:
    """Given an error within a transaction, then its connection goes back to the pool, and nothing was written."""
    database = world.runtime.database
    claimed_task(world)
    before = database.engine.pool.checkedin()

    def forget_everything() -> None:
        with database.stepping(writing=True) as connection:
            connection.cursor().execute("DELETE FROM history")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        forget_everything()

    assert database.engine.pool.checkedin() == before + 1
    with database.reading() as reading:
        assert reading.exec_driver_sql("SELECT count(*) FROM history").scalar() == 2


def test_disposing_of_the_engine_closes_those_at_hand(world: World) -> None:
    """So that whoever watches connections, or moves the database away, finds none that was open before."""
    task = claimed_task(world)
    heard = taken_out(world)

    world.runtime.database.engine.dispose()
    user_tasks.complete(world.runtime, task, ALICE, {})

    assert len(heard) == 1


def test_a_step_begins_with_the_case_as_it_was_read(world: World) -> None:
    task = claimed_task(world)
    found = world.runtime.steps.load_by_task(task)
    assert found is not None

    assert world.runtime.steps.as_read(found).load_by_task(task) is found


def test_a_case_that_has_moved_on_since_is_read_anew(world: World) -> None:
    """Given a task that was completed after the case was read, then a second completion is told the truth."""
    task = claimed_task(world)
    found = world.runtime.steps.load_by_task(task)
    assert found is not None
    user_tasks.complete(world.runtime, task, ALICE, {})
    late = replace(world.runtime, steps=world.runtime.steps.as_read(found))

    with pytest.raises(InvalidState) as caught:
        user_tasks.complete(late, task, ALICE, {})

    assert caught.value.code == "task_not_open"
