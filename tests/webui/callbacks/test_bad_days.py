"""A platform that fails at random, in every way at once: in the end each case has its reply, and each bed one offer."""

from __future__ import annotations

from connectors.beds import Beds
from connectors.sandbox.faults import Fault
from connectors.sandbox.places import places
from engine import incidents
from engine.scheduler import tick
from engine.store.cases import CaseStore
from tests.engine.story import Story
from tests.engine.support import SUPERVISOR

from .conftest import OFFERS, SECRET, Outside

CASES = 24
ROUNDS = 12
FAULTS = [
    Fault("down", 0.15),
    Fault("error", 0.15),
    Fault("busy", 0.1),
    Fault("doubled", 0.3),
    Fault("late", 0.15, 400),
    Fault("wrong_answer", 0.05),
]


def test_every_case_has_its_reply_in_the_end_or_an_incident(outside: Outside) -> None:
    """Given faults at random in calls and callbacks; when days pass; then each case stands with its reply or with
    an incident; and when the platform has recovered and the incidents are taken up again, each has its reply.
    """
    hasty = Beds(outside.served.beds_url, secret=SECRET, longest_wait_s=0.2)
    outside.world.runtime.connectors = {"beds": hasty}
    outside.reply(reply="accepted")
    outside.sandbox.faults.replace(FAULTS, seed=11)
    outside.world.deploy(OFFERS)
    free = [bed_no for bed_no in places() if bed_no.startswith("YL")]
    stories = [Story(outside.world, outside.world.start(bed_no=bed_no).id) for bed_no in free[:CASES]]

    pass_days(outside)
    open_incidents = waiting_for_a_person(outside, stories)

    assert 0 < len(open_incidents) < CASES
    assert replied(stories) | open_incidents.keys() == {story.case_id for story in stories}

    outside.sandbox.faults.replace([], seed=11)
    for case_id, number in open_incidents.items():
        incidents.retry(outside.world.runtime, case_id, number, SUPERVISOR)
    pass_days(outside)

    assert replied(stories) == {story.case_id for story in stories}
    assert_everything_came_once(outside, stories)


def pass_days(outside: Outside) -> None:
    for _ in range(ROUNDS):
        tick(outside.world.runtime)
        outside.let_speak()
        outside.world.clock.move(hours=1)


def waiting_for_a_person(outside: Outside, stories: list[Story]) -> dict[int, int]:
    """Give the number of the open incident of each case that has one."""
    store = CaseStore(outside.world.runtime.database, 1)
    found = {story.case_id: store.incidents(story.case_id) for story in stories}
    return {case: row.number for case, rows in found.items() for row in rows}


def replied(stories: list[Story]) -> set[int]:
    return {story.case_id for story in stories if story.open == ["tell_family"]}


def assert_everything_came_once(outside: Outside, stories: list[Story]) -> None:
    """One offer for each case, one reply taken in, and no reply lost on the way."""
    assert set(outside.sandbox.effects.counted().values()) == {1}
    assert len(outside.sandbox.effects.counted()) == len(stories)
    assert max(outside.sandbox.effects.asked().values()) > 1
    for story in stories:
        taken_in = [link.event for link in story.links if link.event.startswith("message_")]
        assert taken_in == ["message_correlated"]
        story.check()
