"""A case whose last tokens wait for others that no longer come is an incident, and goes on when it is tried again."""

from __future__ import annotations

import pytest

from engine import incidents, moving
from engine.definitions import Bundle
from tests.engine.bundles import bundle, chain, flow, node, small_body, start_and_end, subprocess, user_task
from tests.engine.story import Story, begin
from tests.engine.support import SUPERVISOR, World

REASON = "The other branch came by paper"
BRANCHES = (
    node("parallelGateway", "fork")
    + node("parallelGateway", "meet")
    + user_task("left")
    + user_task("right")
    + user_task("last")
)
FORKED = bundle(
    BRANCHES
    + chain("fork", "left", "meet")
    + chain("fork", "right", "meet", "last", "done")
    + chain("begin", "fork")
    + node("startEvent", "begin")
    + node("endEvent", "done")
)
WITHIN = bundle(
    subprocess(
        "part",
        small_body(
            "part", BRANCHES + chain("fork", "left", "meet") + chain("fork", "right", "meet", "last"), "fork"
        ).replace(flow("fork", "part_out"), flow("last", "part_out")),
    )
    + start_and_end("part")
)


def past_the_join(story: Story) -> None:
    """Given a token that somebody moved past the join, and that has gone on to its end."""
    story.reopen()
    found = moving.read_tokens(story.world.runtime, story.case_id, SUPERVISOR)
    (number,) = [token.number for token in found.items if token.element_id == "right"]
    moving.move(story.world.runtime, story.case_id, number, "last", SUPERVISOR, REASON)
    story.settle()
    story.do("last")


@pytest.mark.parametrize("drawn", [FORKED, WITHIN], ids=["process", "subprocess"])
def test_it_goes_on_as_long_as_somebody_can_do_something(world: World, drawn: Bundle) -> None:
    story = begin(world, drawn)

    past_the_join(story)

    assert story.open == ["left"]
    assert story.incidents == []


@pytest.mark.parametrize("drawn", [FORKED, WITHIN], ids=["process", "subprocess"])
def test_it_is_an_incident_when_nobody_can(world: World, drawn: Bundle) -> None:
    story = begin(world, drawn)
    past_the_join(story)

    story.do("left")

    assert [(one.element_id, one.code) for one in story.incidents] == [("meet", "nothing_arrives")]


@pytest.mark.parametrize("drawn", [FORKED, WITHIN], ids=["process", "subprocess"])
def test_tried_again_it_goes_on_with_what_has_arrived(world: World, drawn: Bundle) -> None:
    story = begin(world, drawn)
    past_the_join(story)
    story.do("left", a="said on the left")
    (incident,) = story.incidents

    incidents.retry(world.runtime, story.case_id, incident.number, SUPERVISOR, REASON)
    story.settle()

    assert story.open == ["last"]
    assert story.incidents == []
    assert story.do("last").outcome == "done"
