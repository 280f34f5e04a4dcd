"""Who sees a case: the office that works on it and the offices above, nobody else."""

from __future__ import annotations

import pytest

from engine import user_tasks
from engine.cases import add_attachment, add_comment, read_attachment, read_case, read_comments
from engine.errors import InvalidInput, NotFound
from engine.store.cases import CaseFilter

from .bundles import FOUR_TASKS, bundle, start_and_end, user_task
from .story import Story, begin
from .support import ALICE, BOB, CLERK, DORA, STRANGER, SUPERVISOR, World

PDF = b"%PDF-1.7 synthetic"


@pytest.fixture
def story(world: World) -> Story:
    return begin(world, bundle(FOUR_TASKS), a="secret")


@pytest.mark.parametrize("actor", [CLERK, ALICE, BOB, DORA, SUPERVISOR], ids=lambda actor: actor.name)
def test_the_office_and_those_above_it_see_the_case(story: Story, actor: object) -> None:
    view = read_case(story.world.runtime, story.store, story.case_id, actor)  # type: ignore[arg-type]  # an Actor

    assert view.variables["a"] == "secret"
    assert view.current == {"t1": 1}
    assert view.passed == {"begin": 1}


def test_a_stranger_is_told_that_there_is_no_such_case(story: Story) -> None:
    """Not "you may not": that would say that it exists."""
    for case_id in (story.case_id, 4711):
        with pytest.raises(NotFound) as caught:
            read_case(story.world.runtime, story.store, case_id, STRANGER)
        assert caught.value.code == "case_unknown"


def test_a_stranger_finds_neither_task_nor_case_in_a_list(story: Story) -> None:
    runtime = story.world.runtime
    assert story.world.inbox(STRANGER) == []
    assert STRANGER.office_id is not None
    assert story.store.cases(runtime.offices.below(STRANGER.office_id), CaseFilter()) == []
    assert ALICE.office_id is not None
    assert [row.id for row in story.store.cases(runtime.offices.below(ALICE.office_id), CaseFilter())] == [
        story.case_id
    ]


def test_a_stranger_writes_no_comment_and_opens_no_file(story: Story) -> None:
    runtime = story.world.runtime
    add_comment(runtime, story.store, story.case_id, ALICE, "Called twice.")
    file = add_attachment(
        runtime, story.store, ALICE, "notes.pdf", PDF, process_instance_id=story.case_id, user_task_id=None
    )
    assert read_attachment(runtime, story.store, file.id, BOB)[1] == PDF
    assert [comment.text for comment in read_comments(runtime, story.store, story.case_id)] == [
        "Called twice."
    ]

    with pytest.raises(NotFound):
        add_comment(runtime, story.store, story.case_id, STRANGER, "Hello")
    with pytest.raises(NotFound):
        read_attachment(runtime, story.store, file.id, STRANGER)


def test_a_file_is_known_by_its_content_not_by_its_name(story: Story) -> None:
    with pytest.raises(InvalidInput) as caught:
        add_attachment(
            story.world.runtime,
            story.store,
            ALICE,
            "a.pdf",
            b"<html>",
            process_instance_id=story.case_id,
            user_task_id=None,
        )

    assert caught.value.code == "file_type"


def test_a_task_of_the_district_lies_in_the_districts_inbox(world: World) -> None:
    story = begin(world, bundle(user_task("decide", "district") + start_and_end("decide")))

    assert [row.element_id for row in world.inbox(DORA)] == ["decide"]
    assert world.inbox(ALICE) == []
    user_tasks.claim(world.runtime, story.tasks()[0].id, DORA)


def test_messages_are_offered_to_those_who_may_hand_them_in(world: World) -> None:
    from .bundles import declare, node, trigger

    body = node("intermediateCatchEvent", "wait", trigger("message", "word")) + start_and_end("wait")
    story = begin(world, bundle(body, extra=declare("message", "word")))

    assert read_case(world.runtime, story.store, story.case_id, CLERK).messages == ["word"]
    assert read_case(world.runtime, story.store, story.case_id, ALICE).messages == []
