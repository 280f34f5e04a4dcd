"""A supervisor extends the clocks around many tasks at once, having seen the dates."""

from __future__ import annotations

import pytest

from engine import extending
from engine.bulk import MAX_BULK, BulkResult
from engine.errors import InvalidInput, NotAllowed
from engine.extending import Wish
from tests.engine.bundles import chain, node, user_task
from tests.engine.story import Story, begin
from tests.engine.support import ALICE, SUPERVISOR, World

from .conftest import ELSEWHERE, LEADER, NOTE, extend, faults, service

WISH = Wish("law", "cross_place", NOTE)
FORKED = (
    node("startEvent", "begin")
    + node("parallelGateway", "fork")
    + user_task("ask")
    + user_task("check")
    + node("endEvent", "done")
    + chain("begin", "fork", "ask", "done")
    + chain("fork", "check", "done")
)


def task_of(story: Story) -> int:
    (row,) = story.tasks()
    return row.id


def many(story: Story, *tasks: int, wish: Wish = WISH, by: object = SUPERVISOR) -> BulkResult:
    return extending.extend_tasks(story.world.runtime, tasks, by, wish)  # type: ignore[arg-type]


def test_it_extends_each_case_and_says_which_it_could_not(story: Story) -> None:
    other, done_before = begin(story.world), extend(begin(story.world))

    result = many(story, task_of(story), task_of(other), task_of(done_before), 4711)

    assert result == BulkResult(
        (task_of(story), task_of(other)), ((task_of(done_before), "extended_before"), (4711, "case_unknown"))
    )
    assert {one.due("law") for one in (story, other, done_before)} == {"2026-05-08T17:00"}
    assert faults(story.settle()) == []


def test_two_tasks_under_one_clock_extend_it_once(staff: World) -> None:
    story = begin(staff, service(body=FORKED, order=()))
    first, second = (row.id for row in story.tasks())

    result = many(story, first, second)

    assert (set(result.done), result.failed) == ({first, second}, ())
    assert len(story.events("deadline_extended")) == 1
    assert len(story.events("letter_issued")) == 1


def test_it_is_for_supervisors_whom_the_reason_names(story: Story) -> None:
    with pytest.raises(NotAllowed):
        many(story, task_of(story), by=ALICE)

    assert many(story, task_of(story), by=ELSEWHERE).failed == ((task_of(story), "case_unknown"),)
    hard = Wish("law", "hard_survey", NOTE)
    assert many(story, task_of(story), wish=hard, by=LEADER).failed == ((task_of(story), "may_not_extend"),)
    assert many(story, task_of(story), by=LEADER).done == (task_of(story),)


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (Wish("nothing", "cross_place", NOTE), "not_extendable"),
        (Wish("law", "cross_place", NOTE, "another_service"), "not_extendable"),
        (Wish("law", "flood", NOTE), "extension_reason_unknown"),
    ],
)
def test_a_task_for_which_it_makes_no_sense_is_left_alone(story: Story, wish: Wish, code: str) -> None:
    assert many(story, task_of(story), wish=wish).failed == ((task_of(story), code),)


def test_it_refuses_too_many_and_a_note_that_says_nothing(story: Story) -> None:
    with pytest.raises(InvalidInput) as caught:
        many(story, *range(1, MAX_BULK + 2))
    assert caught.value.code == "too_many"

    with pytest.raises(InvalidInput) as caught:
        many(story, task_of(story), wish=Wish("law", "cross_place", "no"))
    assert caught.value.code == "extension_note"


def test_what_it_would_do_is_seen_before_and_changes_nothing(story: Story) -> None:
    other = extend(begin(story.world))
    links = len(story.links)

    first, second, third = extending.foresee_tasks(
        story.world.runtime, [task_of(story), task_of(other), 4711], SUPERVISOR, WISH
    )

    assert first.option is not None
    assert (str(first.option.due.on), str(first.option.new_due.on)) == ("2026-04-14", "2026-05-08")
    assert (first.refused, second.refused, third.refused) == (None, "extended_before", "case_unknown")
    assert (len(story.links), story.due("law")) == (links, "2026-04-14T17:00")


def test_a_page_is_told_what_may_be_extended_and_what_no_longer(story: Story) -> None:
    def seen(actor: object) -> list[tuple[str, str, str | None]]:
        found = extending.options(story.world.runtime, story.case_id, actor)  # type: ignore[arg-type]
        return [(one.key, one.new_limit, one.refused) for one in found]

    assert seen(SUPERVISOR) == [("law:0", "45 WD", None)]
    assert seen(ALICE) == [("law:0", "45 WD", None), ("promise:0", "20 WD", None)]

    extend(story)

    assert seen(ALICE) == [("law:0", "45 WD", "extended_before")]
    story.do("ask").do("check")
    assert seen(ALICE) == []


def test_the_history_tells_who_gave_which_time(story: Story) -> None:
    extend(story.later(days=2))

    (found,) = extending.extensions_in(story.links)

    assert (found.key, found.before, found.limit, found.reason) == ("law:0", "30 WD", "45 WD", "cross_place")
    assert (found.by, found.basis, found.note) == (ALICE.person_id, "Measures, art. 22", NOTE)
