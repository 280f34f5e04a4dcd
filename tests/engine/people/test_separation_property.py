"""Whoever stands in for whomever: nobody checks work that they did, or that was done in their name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import substitutions, user_tasks
from engine.errors import EngineError
from tests.engine.bundles import bundle, start_and_end, user_task
from tests.engine.story import Story
from tests.engine.support import ALICE, BOB, CLERK, World, employ, make_world

from .staff import CAROL, away, today

PEOPLE = (CLERK, ALICE, BOB, CAROL)
ROUNDS = ("survey", "first signature", "second signature", "check")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Four people of whom three review, and a service in which four rounds need different people."""
    world = make_world(tmp_path_factory.mktemp("office"))
    employ(world, *PEOPLE)
    body = (
        user_task("survey")
        + user_task("confirm", secondSigner="true", notDoneBy="survey")
        + user_task("check", notDoneBy="survey confirm")
    )
    world.deploy(bundle(body + start_and_end("survey", "confirm", "check")))
    yield world
    world.runtime.database.close()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    absences=st.lists(
        st.lists(st.permutations(PEOPLE).map(lambda order: order[:2]), max_size=2), min_size=4, max_size=4
    ),
    eager=st.lists(st.permutations(PEOPLE), min_size=4, max_size=4),
)
def test_the_people_of_all_rounds_are_different(office: World, absences: list, eager: list) -> None:
    """Before each round some go away; then all try, one after the other, until somebody may do it."""
    story = Story(office, office.start().id)

    for leaving, order in zip(absences, eager, strict=True):
        for absent, substitute in leaving:
            with suppress(EngineError):
                away(office, absent, substitute)
        attempt(story, order)

    rounds = [
        {link.actor, link.payload.get("for")} - {None}
        for link in story.links
        if link.event in {"user_task_signed", "user_task_completed"}
    ]
    assert rounds, "somebody may always do the survey"
    assert len(rounds) <= len(ROUNDS)
    assert sum(len(people) for people in rounds) == len(set().union(*rounds)), rounds
    for person in PEOPLE:
        for one in substitutions.of_person(office.runtime, person.person_id or 0):
            with suppress(EngineError):
                substitutions.revoke(office.runtime, person, one.id)


def attempt(story: Story, order: list) -> None:
    """Let everybody try the open task in turn; the first who may do it does."""
    for actor in order:
        for task in story.tasks():
            with suppress(EngineError):
                user_tasks.claim(story.world.runtime, task.id, today(story.world, actor))
                user_tasks.complete(story.world.runtime, task.id, today(story.world, actor), {})
                return
