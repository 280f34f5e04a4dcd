"""Which cases are kept as objects between their steps, and when one is not used."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from engine import instances, user_tasks
from engine.errors import InvalidState
from engine.live import LiveCases
from engine.store.failures import ConflictError

from ..bundles import FOUR_TASKS, bundle
from ..support import ALICE, BOB, SUPERVISOR, World


@pytest.fixture
def live(world: World) -> LiveCases:
    world.deploy(bundle(FOUR_TASKS))
    world.runtime.live = LiveCases(10)
    return world.runtime.live


def test_it_takes_the_case_that_the_step_before_left(world: World, live: LiveCases) -> None:
    world.start()
    task = world.task(ALICE, "t1")

    user_tasks.claim(world.runtime, task, ALICE)
    user_tasks.complete(world.runtime, task, ALICE, {})

    assert (live.hits, live.misses) == (2, 0)
    assert len(live) == 1


def test_it_reads_a_case_that_another_process_moved_on(world: World, live: LiveCases) -> None:
    world.start()
    task = world.task(ALICE, "t1")
    world.runtime.live = LiveCases(10)
    user_tasks.claim(world.runtime, task, ALICE)

    world.runtime.live = live
    user_tasks.complete(world.runtime, task, ALICE, {})

    assert (live.hits, live.misses) == (0, 1)
    assert world.task(ALICE, "t2")


def test_it_drops_a_case_whose_step_is_refused(world: World, live: LiveCases) -> None:
    world.start()
    task = world.task(ALICE, "t1")
    user_tasks.claim(world.runtime, task, ALICE)

    with pytest.raises(InvalidState):
        user_tasks.complete(world.runtime, task, BOB, {})

    assert len(live) == 0


def test_it_drops_a_case_whose_step_is_not_committed(
    world: World, live: LiveCases, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.start()
    task = world.task(ALICE, "t1")
    user_tasks.claim(world.runtime, task, ALICE)
    save, refused = world.runtime.steps.save, iter([True, False])

    def saved(step: Any) -> None:
        if next(refused):
            raise ConflictError
        save(step)

    monkeypatch.setattr(world.runtime.steps, "save", saved)
    user_tasks.complete(world.runtime, task, ALICE, {})

    assert live.misses == 1  # the second try has read it
    assert len(live) == 1
    assert world.task(ALICE, "t2")


def test_it_keeps_a_case_through_a_note(world: World, live: LiveCases) -> None:
    """A note moves no token, so that the bytes stay the same."""
    case = world.start()
    instances.note(world.runtime, case.id, SUPERVISOR, "comment_added", {"text": "Well done"})

    user_tasks.claim(world.runtime, world.task(ALICE, "t1"), ALICE)

    assert (live.hits, live.misses) == (1, 0)


def test_it_forgets_cases_that_have_ended(world: World, live: LiveCases) -> None:
    case = world.start()

    instances.cancel(world.runtime, case.id, SUPERVISOR, "No longer needed")

    assert len(live) == 0


def test_it_keeps_no_more_cases_than_it_may(world: World, live: LiveCases) -> None:
    world.runtime.live = few = LiveCases(2)
    for _ in range(3):
        world.start()

    assert len(few) == 2


def test_it_keeps_no_more_bytes_than_it_may(world: World, live: LiveCases) -> None:
    world.runtime.live = small = LiveCases(100, max_bytes=50_000)
    for _ in range(20):
        world.start()

    assert 0 < len(small) < 20


def test_two_people_at_once_never_have_the_same_object(world: World, live: LiveCases) -> None:
    """Both try to claim; one has the task, the other is told so, and the case is whole."""
    world.start()
    task = world.task(ALICE, "t1")

    def claimed(actor: Any) -> bool:
        try:
            user_tasks.claim(world.runtime, task, actor)
        except InvalidState:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(claimed, (ALICE, BOB))) == [False, True]
    holder = ALICE if world.inbox(ALICE) else BOB
    user_tasks.complete(world.runtime, task, holder, {})
    assert world.task(ALICE, "t2")
