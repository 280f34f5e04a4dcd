"""A supervisor hands other people's tasks to somebody, or back to the group."""

from __future__ import annotations

import pytest

from engine import supervising, user_tasks
from engine.bulk import MAX_BULK, BulkResult
from engine.errors import InvalidInput, NotAllowed, NotFound
from engine.people import Actor
from tests.engine.story import Story
from tests.engine.support import ALICE, BOB, CLERK, DORA, STRANGER, SUPERVISOR

from .conftest import ELSEWHERE, LOCAL, another, only_task

NOTE = "Alice is on sick leave"


def reassign(story: Story, to: Actor | None, *tasks: int, by: Actor = SUPERVISOR) -> BulkResult:
    runtime = story.world.runtime
    wanted = tasks or (only_task(story),)
    return supervising.reassign(runtime, wanted, by, None if to is None else to.person_id, NOTE)


def test_it_takes_a_claimed_task_to_somebody_else(story: Story) -> None:
    user_tasks.claim(story.world.runtime, only_task(story), ALICE)

    result = reassign(story, BOB)

    assert result == BulkResult((only_task(story),), ())
    assert story.world.inbox(ALICE) == []
    assert [row.principal for row in story.world.inbox(BOB)] == [f"p{BOB.person_id}"]
    story.settle()


def test_it_gives_a_task_that_nobody_has_to_somebody(story: Story) -> None:
    reassign(story, BOB)

    assert [row.assignee for row in story.tasks()] == [BOB.person_id]


def test_it_puts_a_claimed_task_back_into_the_group(story: Story) -> None:
    user_tasks.claim(story.world.runtime, only_task(story), ALICE)

    reassign(story, None)

    assert [row.principal for row in story.world.inbox(BOB)] == ["reviewer@2"]
    story.settle()


def test_it_stays_in_the_history_with_its_note(story: Story) -> None:
    reassign(story, BOB)

    link = story.links[-1]
    assert (link.event, link.actor, link.element_id) == (
        "user_task_reassigned",
        SUPERVISOR.person_id,
        "write",
    )
    assert link.payload == {"to": BOB.person_id, "note": NOTE}


def test_the_new_assignee_finds_the_draft_of_the_one_before(story: Story) -> None:
    task, runtime = only_task(story), story.world.runtime
    user_tasks.claim(runtime, task, ALICE)
    user_tasks.save_draft(runtime, task, ALICE, {"a": "half"})

    reassign(story, BOB)

    draft = user_tasks.read_draft(runtime, task)
    assert draft is not None
    assert draft[0] == {"a": "half"}


def test_a_task_that_somebody_may_not_do_fails_alone(story: Story) -> None:
    """Bob wrote the first; he may not check it, and is given the other one."""
    story.do("write", by=BOB)
    other = another(story)
    check, write = only_task(story), only_task(other)

    result = reassign(story, BOB, check, write)

    assert result == BulkResult((write,), ((check, "did_earlier_step"),))
    assert [row.assignee for row in story.tasks()] == [None]


@pytest.mark.parametrize("to", [CLERK, STRANGER], ids=["another group", "another office"])
def test_nobody_gets_a_task_of_another_group_or_office(story: Story, to: Actor) -> None:
    assert reassign(story, to).failed == ((only_task(story), "not_in_group"),)


def test_handing_it_to_whoever_has_it_changes_nothing(story: Story) -> None:
    reassign(story, BOB)
    before = len(story.links)

    assert reassign(story, BOB).failed == ((only_task(story), "nothing_changed"),)
    assert len(story.links) == before


def test_a_task_that_is_done_is_named(story: Story) -> None:
    done = only_task(story)
    story.do("write")

    assert reassign(story, BOB, done).failed == ((done, "task_not_open"),)


def test_a_supervisor_of_the_same_office_may(story: Story) -> None:
    assert reassign(story, BOB, by=LOCAL).done == (only_task(story),)


def test_another_offices_supervisor_finds_no_such_task(story: Story) -> None:
    """Nor one that is done: that would say that it exists."""
    done = only_task(story)
    story.do("write")
    task = only_task(story)

    result = reassign(story, STRANGER, task, done, 4711, by=ELSEWHERE)

    assert result.failed == ((task, "case_unknown"), (done, "case_unknown"), (4711, "case_unknown"))
    assert [row.assignee for row in story.tasks()] == [None]


def test_a_sub_district_does_not_hand_out_the_districts_work(story: Story) -> None:
    story.do("write", by=ALICE).do("check", by=BOB)

    assert reassign(story, DORA, by=LOCAL).failed == ((only_task(story), "case_unknown"),)
    assert reassign(story, DORA, by=SUPERVISOR).done == (only_task(story),)


@pytest.mark.parametrize("actor", [ALICE, CLERK, DORA], ids=lambda actor: actor.name)
def test_a_caseworker_may_not(story: Story, actor: Actor) -> None:
    with pytest.raises(NotAllowed) as caught:
        reassign(story, BOB, by=actor)

    assert caught.value.code == "not_a_supervisor"


@pytest.mark.parametrize("note", ["", "   ok   ", "x" * 501], ids=["none", "short", "long"])
def test_it_asks_for_a_note(story: Story, note: str) -> None:
    with pytest.raises(InvalidInput):
        supervising.reassign(story.world.runtime, [only_task(story)], SUPERVISOR, BOB.person_id, note)

    assert [row.assignee for row in story.tasks()] == [None]


def test_it_refuses_an_unknown_person(story: Story) -> None:
    with pytest.raises(NotFound) as caught:
        supervising.reassign(story.world.runtime, [only_task(story)], SUPERVISOR, 4711, NOTE)

    assert caught.value.code == "person_unknown"


def test_it_refuses_somebody_who_has_left(story: Story) -> None:
    assert BOB.person_id is not None
    story.world.runtime.people.update_person(BOB.person_id, active=0)

    with pytest.raises(NotFound):
        reassign(story, BOB)


def test_it_does_nothing_for_more_than_the_limit(story: Story) -> None:
    with pytest.raises(InvalidInput) as caught:
        reassign(story, BOB, only_task(story), *range(1, MAX_BULK + 1))

    assert caught.value.code == "too_many"
    assert [row.assignee for row in story.tasks()] == [None]


def test_a_task_that_is_named_twice_is_done_once(story: Story) -> None:
    task = only_task(story)

    assert reassign(story, BOB, task, task) == BulkResult((task,), ())
