"""Moving cases: each as it was looked at, nothing lost, and told in its history."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine import user_tasks
from engine.errors import InvalidInput, InvalidState, NotAllowed
from engine.migration.applying import Applied, apply, undo_case
from engine.migration.previews import look_further, page_of_cases, preview, read_preview
from engine.people import Actor

from ..bundles import bundle, start_and_end, user_task
from ..story import Story
from ..support import ALICE, CLERK, STRANGER, SUPERVISOR
from .conftest import DESIGNER, REASON, Moving
from .test_follow import late, line


def test_it_writes_nothing_of_a_case_while_it_looks(moving: Moving) -> None:
    story = moving.begin(line("ask"))
    before = moving.world.runtime.steps.load(story.case_id)
    moving.world.deploy(line("ask", "check"))

    moving.look()

    assert moving.world.runtime.steps.load(story.case_id) == before


def test_it_looks_at_a_few_cases_at_a_time(moving: Moving) -> None:
    moving.begin(line("ask"))
    for _ in range(4):
        moving.world.start()
    moving.world.deploy(line("ask", "check"))
    row = preview(moving.world.runtime, DESIGNER, "t")

    counts = [look_further(moving.world.runtime, DESIGNER, row.id, 2).counts["movable"] for _ in range(3)]

    assert counts == [2, 4, 5]
    assert read_preview(moving.world.runtime, DESIGNER, row.id).complete
    first = page_of_cases(moving.world.runtime, DESIGNER, row.id, size=3)
    rest = page_of_cases(moving.world.runtime, DESIGNER, row.id, after=first[-1].row.process_instance_id)
    assert [one.business_key for one in (*first, *rest)] == [f"T-2026-00000{n}" for n in range(1, 6)]


def test_it_looks_at_every_older_version_or_at_one(moving: Moving) -> None:
    moving.begin(line("ask"))
    moving.begin(line("ask", "look"))
    moving.world.deploy(line("ask", "check"))

    every = moving.look()
    one = preview(moving.world.runtime, DESIGNER, "t", source=2)

    assert every.counts["movable"] == 2
    assert look_further(moving.world.runtime, DESIGNER, one.id).counts["movable"] == 1


def test_it_keeps_claim_draft_and_notes(moving: Moving) -> None:
    story = moving.begin(line("ask", "check"))
    (task,) = story.tasks()
    user_tasks.claim(moving.world.runtime, task.id, ALICE)
    user_tasks.save_draft(moving.world.runtime, task.id, ALICE, {"a": "half"})

    moving.move(story, line("ask", "look", "check"))

    (kept,) = story.tasks()
    assert (kept.id, kept.assignee, kept.created_at) == (task.id, ALICE.person_id, task.created_at)
    draft = user_tasks.read_draft(moving.world.runtime, task.id)
    assert draft is not None
    assert draft[0] == {"a": "half"}


def test_it_moves_an_unclaimed_task_into_the_inbox_of_its_new_group(moving: Moving) -> None:
    story = moving.begin(bundle(user_task("ask") + start_and_end("ask")))

    moving.move(story, bundle(user_task("ask", "clerk") + start_and_end("ask")))

    assert moving.world.inbox(ALICE) == []
    assert moving.world.task(CLERK, "ask") == story.tasks()[0].id


def test_it_tells_the_history_who_moved_it_and_why(moving: Moving) -> None:
    story = moving.begin(line("ask"))

    moving.move(story, line("ask", "check"))

    link = story.links[-1]
    assert (link.event, link.actor) == ("case_migrated", SUPERVISOR.person_id)
    assert (link.payload["from_version"], link.payload["to_version"]) == (1, 2)
    assert link.payload["reason"] == REASON


def test_it_never_moves_a_case_that_has_gone_on_since(moving: Moving) -> None:
    story = moving.begin(line("ask", "check"))
    moving.world.deploy(line("ask", "look", "check"))
    seen = moving.look()
    story.do("ask")

    assert moving.apply(seen) == Applied(0, 1, left=False)

    assert moving.case(seen).row.state == "changed"
    assert moving.apply(seen) == Applied(0, 0, left=False)
    assert moving.apply(seen, also_changed=True) == Applied(1, 0, left=False)
    assert story.do("check").outcome == "done"


def test_it_says_of_a_case_that_has_ended_meanwhile(moving: Moving) -> None:
    story = moving.begin(line("ask"))
    moving.world.deploy(line("ask", "check"))
    seen = moving.look()
    story.do("ask")

    moving.apply(seen)

    assert moving.case(seen).row.state == "ended"


@pytest.mark.parametrize("actor", [ALICE, DESIGNER])
def test_only_supervisors_move(moving: Moving, actor: Actor) -> None:
    moving.begin(line("ask"))
    moving.world.deploy(line("ask", "check"))
    seen = moving.look()

    with pytest.raises(NotAllowed):
        apply(moving.world.runtime, actor, seen.row.id, REASON)


def test_caseworkers_do_not_look(moving: Moving) -> None:
    moving.begin(line("ask"))
    moving.world.deploy(line("ask", "check"))

    with pytest.raises(NotAllowed):
        preview(moving.world.runtime, ALICE, "t")


def test_a_supervisor_moves_the_cases_of_their_offices_only(moving: Moving) -> None:
    moving.begin(line("ask"))
    moving.world.deploy(line("ask", "check"))
    seen = moving.look()
    elsewhere = replace(SUPERVISOR, office_id=STRANGER.office_id)

    assert apply(moving.world.runtime, elsewhere, seen.row.id, REASON) == Applied(0, 0, left=False)
    assert page_of_cases(moving.world.runtime, elsewhere, seen.row.id) == []


def test_it_wants_a_reason(moving: Moving) -> None:
    moving.begin(line("ask"))
    moving.world.deploy(line("ask", "check"))
    seen = moving.look()

    with pytest.raises(InvalidInput):
        apply(moving.world.runtime, SUPERVISOR, seen.row.id, "  ")


def test_it_moves_nothing_before_every_case_was_looked_at(moving: Moving) -> None:
    moving.begin(line("ask"))
    moving.world.deploy(line("ask", "check"))
    row = preview(moving.world.runtime, DESIGNER, "t")

    with pytest.raises(InvalidState) as raised:
        apply(moving.world.runtime, SUPERVISOR, row.id, REASON)

    assert raised.value.code == "preview_incomplete"


def test_it_puts_a_case_back_exactly(moving: Moving) -> None:
    story = moving.begin(late("P3D"))
    story.later(days=1)
    before = snapshot(story)
    new = bundle(user_task("ask", "clerk") + start_and_end("ask"))
    seen = moving.move(story, new)
    assert snapshot(story) != before

    undone = moving.undo(seen)

    assert (undone.done, undone.kept) == (1, ())
    story.check()
    assert snapshot(story) == before
    assert story.links[-1].event == "case_put_back"
    assert story.later(days=1, hours=23).outcome == "active"
    assert story.later(hours=2).outcome == "too_late"


def snapshot(story: Story) -> Any:
    """Give what people and clocks see of a case."""
    row = story.store.instance(story.case_id)
    assert row is not None
    jobs = [(kind, target, due) for _id, kind, target, due in story.store.whole(story.case_id).jobs]
    return (
        row.definition_id,
        story.tasks(),
        sorted(jobs),
        story.variables,
        story.store.deadlines(story.case_id),
    )


def test_it_does_not_put_back_what_somebody_has_worked_on(moving: Moving) -> None:
    story = moving.begin(line("ask", "check"))
    seen = moving.move(story, line("ask", "look", "check"))
    story.do("ask")

    undone = moving.undo(seen)

    assert (undone.done, undone.kept) == (0, ((story.case_id, "worked_on_since"),))
    assert story.open == ["look"]


def test_it_puts_nothing_back_twice(moving: Moving) -> None:
    story = moving.begin(line("ask"))
    seen = moving.move(story, line("ask", "check"))
    moving.undo(seen)

    with pytest.raises(InvalidState) as raised:
        undo_case(moving.world.runtime, SUPERVISOR, seen.row.id, story.case_id, "once more")

    assert raised.value.code == "not_moved"


def test_it_says_which_tasks_will_not_be_done(moving: Moving) -> None:
    moving.begin(line("ask", "check")).do("ask")
    moving.world.deploy(line("look", "check", "ask", "sign"))

    assert moving.case(moving.look()).report.skipped == ("look",)
