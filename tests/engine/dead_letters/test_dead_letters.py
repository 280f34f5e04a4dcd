"""Letters that were given up and that no case waits for: seen, sent again, closed, each with a reason."""

from __future__ import annotations

import pytest

from engine import dead_letters
from engine.alerting import sending
from engine.errors import InvalidInput, InvalidState, NotAllowed, NotFound
from engine.scheduler import tick
from engine.store.dead_letters import EVENT, MESSAGE, DeadLetter
from tests.engine.alerts.conftest import HeardMail, down, go_to
from tests.engine.subscriptions.conftest import ADDRESS, NEXT_DOOR, OPERATOR, Machines
from tests.engine.support import ALICE, SUPERVISOR, World

REASON = "The server was set up wrongly"


def listed(world: World, kind: str = "") -> list[DeadLetter]:
    rows = dead_letters.listing(world.runtime, OPERATOR)
    return [row for row in rows if row.kind == kind or not kind]


def test_they_are_listed_with_what_failed_the_newest_first(world: World, machines: Machines) -> None:
    event, *mails = listed(world)

    assert (event.kind, event.event, event.address, event.message) == (
        EVENT,
        "case_started",
        ADDRESS,
        "No such place",
    )
    assert event.business_key == "T-2026-000002"
    assert [(one.kind, one.code, one.attempts) for one in mails] == [(MESSAGE, "mail_refused", 1)] * 2
    assert dead_letters.count(world.runtime, OPERATOR) == 3


def test_a_mail_goes_once_more_and_is_no_longer_listed(world: World, mails: HeardMail) -> None:
    letter = listed(world)[0]

    dead_letters.send_again(world.runtime, MESSAGE, letter.id, OPERATOR, REASON)
    tick(world.runtime)

    assert [call.idempotency_key for call in mails.sent] == [f"alert-message-{letter.id}"]
    assert letter.id not in [row.id for row in listed(world)]
    assert sending.troubles(world.runtime).failed == 1


def test_a_mail_that_never_left_takes_the_address_of_today(world: World, mails: HeardMail) -> None:
    """It was refused for its address; by now the person has another."""
    letter = next(row for row in listed(world) if row.person_id == SUPERVISOR.person_id)
    world.runtime.people.update_person(SUPERVISOR.person_id, email="sun2@linxi.example")

    dead_letters.send_again(world.runtime, MESSAGE, letter.id, OPERATOR, REASON)
    tick(world.runtime)

    assert [call.parameters["to"] for call in mails.sent] == ["sun2@linxi.example"]


def test_one_that_fails_again_comes_back(world: World, mails: HeardMail) -> None:
    letter = listed(world)[0]
    mails.failures = down(99)

    dead_letters.send_again(world.runtime, MESSAGE, letter.id, OPERATOR, REASON)
    go_to(world, "2026-03-20T18:00")

    assert letter.id in [row.id for row in listed(world)]


def test_an_event_is_told_once_more(world: World, machines: Machines) -> None:
    (letter,) = listed(world, EVENT)
    machines.answer = 204

    dead_letters.send_again(world.runtime, EVENT, letter.id, OPERATOR, REASON)
    tick(world.runtime)

    assert [key for _address, _secret, key, _body in machines.posts] == [str(letter.id)] * 2
    assert listed(world, EVENT) == []


@pytest.mark.parametrize("kind", [MESSAGE, EVENT])
def test_one_is_closed_by_hand_with_a_trace(world: World, machines: Machines, kind: str) -> None:
    letter = listed(world, kind)[0]

    dead_letters.close(world.runtime, kind, letter.id, OPERATOR, f"  {REASON} ")

    assert letter.id not in [row.id for row in listed(world)]
    (act,) = world.runtime.dead_letters.acts(kind, letter.id)
    assert (act.act, act.person_id, act.reason) == ("close", OPERATOR.person_id, REASON)
    with pytest.raises(NotFound):
        dead_letters.send_again(world.runtime, kind, letter.id, OPERATOR, REASON)


def test_of_two_that_see_to_it_one_does(world: World, mails: HeardMail) -> None:
    letter = listed(world)[0]
    world.runtime.dead_letters.find = lambda _kind, _id: letter  # type: ignore[method-assign]  # both have read it
    dead_letters.close(world.runtime, MESSAGE, letter.id, OPERATOR, REASON)

    with pytest.raises(InvalidState) as caught:
        dead_letters.send_again(world.runtime, MESSAGE, letter.id, OPERATOR, REASON)

    assert caught.value.code == "letter_settled"
    assert len(world.runtime.dead_letters.acts(MESSAGE, letter.id)) == 1


def test_they_come_in_pages(world: World, machines: Machines) -> None:
    first = dead_letters.listing(world.runtime, OPERATOR, size=2)
    second = dead_letters.listing(world.runtime, OPERATOR, before=first[-1].id, size=2)

    assert [row.id for row in (*first, *second)] == [row.id for row in listed(world)]


def test_those_of_other_offices_stay_out_of_sight(world: World, machines: Machines) -> None:
    (letter,) = listed(world, EVENT)

    assert dead_letters.listing(world.runtime, NEXT_DOOR) == []
    with pytest.raises(NotFound):
        dead_letters.close(world.runtime, EVENT, letter.id, NEXT_DOOR, REASON)
    with pytest.raises(NotAllowed):
        dead_letters.listing(world.runtime, ALICE)
    assert dead_letters.count(world.runtime, ALICE) is None


def test_it_asks_for_a_reason(world: World, mails: HeardMail) -> None:
    letter = listed(world)[0]

    with pytest.raises(InvalidInput):
        dead_letters.close(world.runtime, MESSAGE, letter.id, OPERATOR, "no")
    with pytest.raises(NotFound):
        dead_letters.close(world.runtime, "parcel", letter.id, OPERATOR, REASON)
