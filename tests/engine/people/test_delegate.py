"""Handing one's own task to a colleague, and who may get it."""

from __future__ import annotations

import pytest

from engine import user_tasks
from engine.errors import InvalidInput, InvalidState, NotAllowed, NotFound
from tests.engine.bundles import FOUR_TASKS, bundle, start_and_end, user_task
from tests.engine.stories import counting
from tests.engine.story import Story, begin
from tests.engine.support import ALICE, BOB, CLERK, DORA, STRANGER, World, employ, person

from .staff import CAROL, away, today

NOTE = "The landlord calls back on Friday"


@pytest.fixture
def story(staffed: World) -> Story:
    found = begin(staffed, bundle(FOUR_TASKS))
    user_tasks.claim(staffed.runtime, staffed.task(ALICE, "t1"), ALICE)
    return found


def names(story: Story, actor: object = ALICE) -> list[str]:
    found = user_tasks.candidates(story.world.runtime, story.tasks()[0].id, actor)  # type: ignore[arg-type]  # an Actor
    return [row.name for row in found]


def test_the_colleague_has_it_at_once_with_draft_and_note(story: Story) -> None:
    world, task = story.world, story.tasks()[0].id
    user_tasks.save_draft(world.runtime, task, ALICE, {"a": "half"})

    user_tasks.delegate(world.runtime, task, ALICE, 13, f"  {NOTE} ")

    (row,) = world.inbox(BOB)
    assert (row.principal, row.handed_by) == ("p13", 12)
    assert world.inbox(ALICE) == []
    link = story.links[-1]
    assert (link.event, link.actor) == ("user_task_delegated", 12)
    assert (link.payload["to"], link.payload["note"]) == (13, NOTE)
    draft = user_tasks.read_draft(world.runtime, task)
    assert draft is not None
    assert draft[0] == {"a": "half"}
    user_tasks.complete(world.runtime, task, BOB, {})
    story.settle()


def test_the_mark_goes_when_the_colleague_gives_it_back(story: Story) -> None:
    world, task = story.world, story.tasks()[0].id
    user_tasks.delegate(world.runtime, task, ALICE, 13, NOTE)

    user_tasks.unclaim(world.runtime, task, BOB)

    assert [row.handed_by for row in story.tasks()] == [None]
    story.settle()


@pytest.mark.only_sqlite(reason="reads the bytes of the file")
def test_the_note_stands_sealed_and_nowhere_in_the_open(story: Story) -> None:
    world = story.world
    user_tasks.delegate(world.runtime, story.tasks()[0].id, ALICE, 13, NOTE)

    with world.runtime.database.reading() as connection:
        path = connection.exec_driver_sql("PRAGMA database_list").fetchone()[2]
    for suffix in ("", "-wal"):
        with open(f"{path}{suffix}", "rb") as file:  # noqa: PTH123 - the bytes as they lie there
            assert NOTE.encode() not in file.read()


@pytest.mark.parametrize("note", ["", "see?", "x" * 501], ids=["none", "too short", "too long"])
def test_it_needs_a_note(story: Story, note: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        user_tasks.delegate(story.world.runtime, story.tasks()[0].id, ALICE, 13, note)

    assert caught.value.code == "note_to_colleague"


def test_it_refuses_oneself_and_somebody_unknown(story: Story) -> None:
    runtime, task = story.world.runtime, story.tasks()[0].id

    with pytest.raises(InvalidInput) as caught:
        user_tasks.delegate(runtime, task, ALICE, 12, NOTE)
    assert caught.value.code == "delegate_oneself"
    with pytest.raises(NotFound) as missing:
        user_tasks.delegate(runtime, task, ALICE, 4711, NOTE)
    assert missing.value.code == "person_unknown"


def test_only_the_holder_hands_it_on(story: Story) -> None:
    with pytest.raises(InvalidState) as caught:
        user_tasks.delegate(story.world.runtime, story.tasks()[0].id, BOB, 17, NOTE)

    assert caught.value.code == "already_claimed"


@pytest.mark.parametrize("to", [CLERK, STRANGER, DORA], ids=["another group", "another office", "above"])
def test_it_refuses_a_colleague_outside_the_group(story: Story, to: object) -> None:
    with pytest.raises(NotAllowed) as caught:
        user_tasks.delegate(story.world.runtime, story.tasks()[0].id, ALICE, to.person_id, NOTE)  # type: ignore[attr-defined]  # an Actor

    assert caught.value.code == "receiver_not_allowed"
    assert caught.value.details["reason"] == "not_in_group"


def test_it_keeps_duties_apart(staffed: World) -> None:
    body = user_task("survey") + user_task("check", notDoneBy="survey") + start_and_end("survey", "check")
    story = begin(staffed, bundle(body)).do("survey", by=BOB)
    task = story.tasks()[0].id
    user_tasks.claim(staffed.runtime, task, ALICE)

    with pytest.raises(NotAllowed) as caught:
        user_tasks.delegate(staffed.runtime, task, ALICE, 13, NOTE)

    assert caught.value.details["reason"] == "did_earlier_step"
    assert names(story) == ["Carol"]


def test_the_first_signer_does_not_get_it_back_to_sign_again(staffed: World) -> None:
    story = begin(staffed, bundle(user_task("confirm", secondSigner="true") + start_and_end("confirm")))
    story.do("confirm", by=BOB)
    task = story.tasks()[0].id
    user_tasks.claim(staffed.runtime, task, ALICE)

    with pytest.raises(NotAllowed) as caught:
        user_tasks.delegate(staffed.runtime, task, ALICE, 13, NOTE)

    assert caught.value.details["reason"] == "signed_first"
    user_tasks.delegate(staffed.runtime, task, ALICE, 17, NOTE)
    user_tasks.complete(staffed.runtime, task, CAROL, {})
    assert story.settle().outcome == "done"


def test_candidates_are_the_others_of_the_group_those_with_the_least_work_first(story: Story) -> None:
    """Bob holds one task, Carol none; Alice has the task herself."""
    other = Story(story.world, story.world.start().id)
    user_tasks.claim(story.world.runtime, other.tasks()[0].id, BOB)

    assert names(story) == ["Carol", "Bob"]


def test_substitutes_are_candidates_and_the_absent_are_none(story: Story) -> None:
    away(story.world, BOB, CLERK)

    assert names(story) == ["Chen", "Carol"]


def test_a_candidate_by_two_rights_is_named_once(story: Story) -> None:
    away(story.world, BOB, CAROL)

    assert names(story) == ["Carol"]


def test_who_may_no_longer_sign_in_is_no_candidate(story: Story) -> None:
    employ(story.world, person(40, "Gone", "reviewer"), active=0)

    assert names(story) == ["Bob", "Carol"]
    with pytest.raises(NotFound):
        user_tasks.delegate(story.world.runtime, story.tasks()[0].id, ALICE, 40, NOTE)


def test_a_stranger_learns_nothing_of_the_candidates(story: Story) -> None:
    with pytest.raises(NotFound):
        names(story, STRANGER)


def test_candidates_cost_three_statements_however_many_they_are(story: Story) -> None:
    world, task = story.world, story.tasks()[0].id
    employ(world, *(person(100 + number, f"Reviewer {number}", "reviewer") for number in range(30)))

    with counting(world.runtime.database) as count:
        found = user_tasks.candidates(world.runtime, task, ALICE)

    assert len(found) == 32
    assert count.statements <= 3


def test_handing_on_costs_what_a_claim_costs_and_the_look_at_the_colleague(story: Story) -> None:
    world, task = story.world, story.tasks()[0].id

    with counting(world.runtime.database) as count:
        user_tasks.delegate(world.runtime, task, ALICE, 13, NOTE)

    assert count.statements <= 10
    assert count.commits == 1


def test_a_substitute_may_be_handed_work_and_does_it_in_the_absent_ones_name(story: Story) -> None:
    world, task = story.world, story.tasks()[0].id
    away(world, BOB, CLERK)

    user_tasks.delegate(world.runtime, task, ALICE, 11, NOTE)
    user_tasks.complete(world.runtime, task, today(world, CLERK), {})

    assert (story.links[-1].actor, story.links[-1].payload["for"]) == (11, 13)
