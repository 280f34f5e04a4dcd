"""The audit finds every row of the history that somebody touched behind the application's back."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from engine import audit

from .bundles import FOUR_TASKS, bundle
from .story import Story, begin
from .support import World


@pytest.fixture
def story(world: World) -> Story:
    return begin(world, bundle(FOUR_TASKS)).do("t1").do("t2")


def faults(story: Story) -> list[tuple[int, str]]:
    return [(fault.seq, fault.reason) for fault in audit.verify(story.world.runtime, story.store)]


def tamper(story: Story, *statements: str) -> None:
    with story.world.runtime.database.writing() as connection:
        for statement in statements:
            connection.execute(text(statement), {"short": b"\0", "long": bytes(32)})


def test_it_finds_nothing_in_a_whole_history(story: Story) -> None:
    assert faults(story) == []


@pytest.mark.parametrize(
    "change",
    [
        "event = 'x'",
        "actor = 1",
        "at = at + 1",
        "element_id = 'x'",
        "payload_digest = :short",
        "hash = :long",
    ],
)
def test_it_finds_a_changed_row(story: Story, change: str) -> None:
    tamper(story, f"UPDATE history SET {change} WHERE seq = 2")

    assert faults(story)[0] == (2, "changed")


def test_it_finds_a_removed_row(story: Story) -> None:
    tamper(story, "DELETE FROM history WHERE seq = 2")

    assert faults(story)[0] == (2, "missing")


def test_it_finds_two_rows_that_changed_places(story: Story) -> None:
    tamper(
        story,
        "UPDATE history SET seq = 99 WHERE seq = 2",
        "UPDATE history SET seq = 2 WHERE seq = 3",
        "UPDATE history SET seq = 3 WHERE seq = 99",
    )

    assert {seq for seq, _ in faults(story)} >= {2, 3}


def test_it_finds_a_payload_that_was_put_in_from_another_row(story: Story) -> None:
    tamper(
        story,
        "UPDATE history SET sealed_payload = (SELECT sealed_payload FROM history WHERE seq = 1) WHERE seq = 3",
    )

    assert faults(story) == [(3, "payload changed")]


def test_it_finds_a_payload_that_was_put_in_from_another_case(story: Story) -> None:
    other = story.world.start()
    tamper(
        story,
        "UPDATE history SET sealed_payload = (SELECT sealed_payload FROM history "
        f"WHERE seq = 1 AND process_instance_id = {other.id}) WHERE seq = 1 AND process_instance_id = {story.case_id}",
    )

    assert faults(story) == [(1, "payload changed")]


def test_it_finds_an_end_that_was_cut_off(story: Story) -> None:
    tamper(story, "DELETE FROM history WHERE seq = 5")

    assert [reason for _, reason in faults(story)] == ["the end is missing or another one"]


def test_an_anchor_kept_outside_finds_an_end_that_was_cut_off_together_with_its_head(story: Story) -> None:
    """Who can write the database can cut both; only what is kept elsewhere remembers."""
    lines = list(audit.heads(story.store))
    assert list(audit.compare_with_anchor(story.store, lines)) == []
    tamper(
        story,
        "UPDATE process_instance SET history_seq = 4, history_head = (SELECT hash FROM history WHERE seq = 4)",
        "DELETE FROM history WHERE seq = 5",
    )
    assert faults(story) == []

    (fault,) = audit.compare_with_anchor(story.store, lines)

    assert (fault.seq, fault.reason) == (5, "not as anchored")


def test_an_anchor_finds_a_case_that_was_removed(story: Story) -> None:
    lines = list(audit.heads(story.store))
    tamper(story, "DELETE FROM history", "DELETE FROM process_instance")

    assert len(list(audit.compare_with_anchor(story.store, lines))) == 1


def test_a_history_that_went_on_still_agrees_with_its_anchor(story: Story) -> None:
    lines = list(audit.heads(story.store))
    story.do("t3")

    assert list(audit.compare_with_anchor(story.store, lines)) == []
