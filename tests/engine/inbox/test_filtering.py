"""What a list shows of a group's tasks, page by page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine import follow_ups, user_tasks
from engine.scheduler import tick
from engine.store.inbox import InboxFilter, PutOff

from ..bundles import bundle, extensions, start_and_end, user_task
from ..support import ALICE, World

GROUP = {"reviewer@2"}


def found(world: World, where: InboxFilter) -> list[int]:
    rows = world.runtime.inbox.page(GROUP, 100, None, where)
    assert world.runtime.inbox.count(GROUP, where) == len(rows)
    return [row.user_task_id for row in rows]


def test_it_shows_all_in_pages_without_gap_or_double(world: World, tasks: list[int]) -> None:
    seen: list[int] = []
    after = None
    while rows := world.runtime.inbox.page(GROUP, 2, after):
        seen += [row.user_task_id for row in rows]
        after = rows[-1].cursor
    assert seen == tasks


def test_it_shows_the_tasks_of_some_cases(world: World, tasks: list[int]) -> None:
    cases = [row.process_instance_id for row in world.inbox(ALICE)]
    assert found(world, InboxFilter(case_ids=(cases[1], 4711))) == [tasks[1]]
    assert found(world, InboxFilter(case_ids=())) == []


def test_it_shows_one_service_and_some_steps(world: World, tasks: list[int]) -> None:
    assert found(world, InboxFilter(service_key="t")) == tasks
    assert found(world, InboxFilter(service_key="other")) == []
    assert found(world, InboxFilter(steps=(("t", "check"), ("t", "gone")))) == tasks
    assert found(world, InboxFilter(steps=(("t", "sign"),))) == []


def test_it_shows_what_came_after_a_moment(world: World, tasks: list[int]) -> None:
    before = world.runtime.now_ms()
    world.clock.move(minutes=1)
    world.start()
    assert len(found(world, InboxFilter(since=before))) == 1


def test_it_leaves_out_what_is_put_off_until_it_comes_back(world: World, tasks: list[int]) -> None:
    mine = {"p12"}
    user_tasks.claim(world.runtime, tasks[0], ALICE)
    follow_ups.put_off(world.runtime, tasks[0], ALICE, world.clock.now().replace(day=4), "")
    hidden = InboxFilter(put_off=PutOff(12, world.runtime.now_ms(), only=False))
    only = InboxFilter(put_off=PutOff(12, world.runtime.now_ms(), only=True))
    assert world.runtime.inbox.count(mine, hidden) == 0
    assert world.runtime.inbox.count(mine, only) == 1
    world.clock.move(days=3)
    later = world.runtime.now_ms()
    assert world.runtime.inbox.count(mine, replace(hidden, put_off=PutOff(12, later, only=False))) == 1


@pytest.fixture
def watched(world: World) -> int:
    """A task whose clock warns on the sixth day."""
    limit = '<linbang:deadline id="d" kind="promised" limit="10 WD" warn="50%"/>'
    world.deploy(bundle(extensions(limit) + user_task("check") + start_and_end("check")))
    world.start()
    (row,) = world.inbox(ALICE)
    return row.user_task_id


def test_it_shows_what_is_at_risk_and_when_it_came_all_the_same(world: World, watched: int) -> None:
    (before,) = world.inbox(ALICE)
    assert found(world, InboxFilter(at_risk=True)) == []
    world.clock.move(days=10)
    tick(world.runtime, budget_s=60)
    assert found(world, InboxFilter(at_risk=True)) == [watched]
    assert world.inbox(ALICE)[0].since == before.since


def test_it_shows_what_is_due_between_two_moments(world: World, watched: int) -> None:
    (row,) = world.inbox(ALICE)
    assert found(world, InboxFilter(due_before=row.due_at + 1)) == [watched]
    assert found(world, InboxFilter(due_before=row.due_at)) == []
    assert found(world, InboxFilter(due_from=row.due_at)) == [watched]
    assert found(world, InboxFilter(due_from=row.due_at + 1)) == []


def test_it_shows_one_group_in_a_list_of_several(world: World, tasks: list[int]) -> None:
    user_tasks.claim(world.runtime, tasks[0], ALICE)
    assert world.runtime.inbox.count({"p12"}, InboxFilter(group="reviewer")) == 1
    assert world.runtime.inbox.count({"p12"}, InboxFilter(group="district")) == 0
