"""Nobody checks their own work by standing in for somebody, nor somebody's work in that person's name."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from engine import user_tasks
from engine.errors import NotAllowed
from engine.people import Actor
from tests.engine.bundles import bundle, start_and_end, user_task
from tests.engine.story import Story, begin
from tests.engine.support import ALICE, BOB, CLERK, World, employ, person

from .staff import CAROL, away, today

DAVE = person(18, "Dave", "reviewer")


@dataclass(frozen=True)
class Row:
    """A line of the table. did: who did the step before, and whose substitute they were. absent: for whom
    `by` stands in when they want to do the step that checks it. refused: the code, empty when they may."""

    did: Actor
    did_for: Actor | None
    by: Actor
    absent: tuple[Actor, ...]
    refused: str
    in_name_of: Actor | None = None

    def __str__(self) -> str:
        names = "+".join(one.name for one in self.absent) or "nobody"
        return f"{self.did.name} did it, {self.by.name} for {names}"


CHECKING = [
    # Outsiders of the group who only have the absent person's right.
    Row(CAROL, None, CLERK, (ALICE,), "", ALICE),
    Row(ALICE, None, CLERK, (ALICE,), "absent_did_earlier_step"),
    Row(CLERK, ALICE, CLERK, (BOB,), "did_earlier_step"),
    Row(CLERK, ALICE, CLERK, (ALICE,), "did_earlier_step"),
    Row(ALICE, None, CLERK, (ALICE, BOB), "", BOB),
    # Colleagues with a right of their own.
    Row(ALICE, None, BOB, (), ""),
    Row(ALICE, None, BOB, (ALICE,), ""),
    Row(BOB, None, BOB, (ALICE,), "did_earlier_step"),
    # What was done in somebody's name counts as theirs: neither they nor others for them check it.
    Row(CLERK, ALICE, ALICE, (), "did_earlier_step"),
    Row(CLERK, ALICE, BOB, (), ""),
    Row(CLERK, ALICE, DAVE, (ALICE,), ""),
]


def prepared(world: World, row: Row) -> Story:
    """Do the first step as the table says; then those are away for whom `by` stands in."""
    employ(world, DAVE)
    body = user_task("survey") + user_task("check", notDoneBy="survey") + start_and_end("survey", "check")
    story = begin(world, bundle(body))
    if row.did_for is not None:
        away(world, row.did_for, row.did)
    story.do("survey", by=today(world, row.did))
    for absent in row.absent:
        away(world, absent, row.by)
    return story


@pytest.mark.parametrize("row", CHECKING, ids=str)
def test_who_may_check_a_step(staffed: World, row: Row) -> None:
    story = prepared(staffed, row)
    task = story.tasks()[0].id
    actor = today(staffed, row.by)

    if row.refused:
        with pytest.raises(NotAllowed) as caught:
            user_tasks.claim(staffed.runtime, task, actor)
        assert caught.value.code == row.refused
        return
    user_tasks.claim(staffed.runtime, task, actor)
    user_tasks.complete(staffed.runtime, task, actor, {})
    expected = row.in_name_of.person_id if row.in_name_of is not None else None
    assert story.links[-1].payload.get("for") == expected
    assert story.settle().outcome == "done"


SIGNING = [
    Row(CAROL, None, CLERK, (ALICE,), "", ALICE),
    Row(ALICE, None, CLERK, (ALICE,), "absent_signed_first"),
    Row(CLERK, ALICE, CLERK, (BOB,), "signed_first"),
    Row(CLERK, ALICE, ALICE, (), "signed_first"),
    Row(CLERK, ALICE, BOB, (), ""),
    Row(ALICE, None, BOB, (ALICE,), ""),
    Row(BOB, None, BOB, (ALICE,), "signed_first"),
    Row(ALICE, None, CLERK, (ALICE, BOB), "", BOB),
]


@pytest.mark.parametrize("row", SIGNING, ids=str)
def test_who_may_sign_second(staffed: World, row: Row) -> None:
    story = begin(staffed, bundle(user_task("confirm", secondSigner="true") + start_and_end("confirm")))
    if row.did_for is not None:
        away(staffed, row.did_for, row.did)
    story.do("confirm", by=today(staffed, row.did))
    for absent in row.absent:
        away(staffed, absent, row.by)
    task, actor = story.tasks()[0].id, today(staffed, row.by)

    if row.refused:
        with pytest.raises(NotAllowed) as caught:
            user_tasks.claim(staffed.runtime, task, actor)
        assert caught.value.code == row.refused
        return
    user_tasks.claim(staffed.runtime, task, actor)
    user_tasks.complete(staffed.runtime, task, actor, {})
    assert story.settle().outcome == "done"


def test_both_signers_and_those_they_signed_for_are_kept_from_checking(staffed: World) -> None:
    body = user_task("confirm", secondSigner="true") + user_task("check", notDoneBy="confirm")
    story = begin(staffed, bundle(body + start_and_end("confirm", "check")))
    away(staffed, ALICE, CLERK)
    story.do("confirm", by=today(staffed, CLERK)).do("confirm", by=BOB)
    task = story.tasks()[0].id

    for actor in (ALICE, BOB):
        with pytest.raises(NotAllowed) as caught:
            user_tasks.claim(staffed.runtime, task, actor)
        assert caught.value.code == "did_earlier_step"
    assert story.do("check", by=CAROL).outcome == "done"
