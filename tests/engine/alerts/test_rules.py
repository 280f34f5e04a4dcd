"""What rules do beyond finding people: substitutes, repeats, the few short messages of a day, and finding nobody."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from engine import audit, substitutions, user_tasks
from engine.alerting import alerts, ledger, phones
from engine.errors import InvalidInput, NotAllowed
from engine.ports import Call
from tests.engine.bundles import bundle, start_and_end, user_task
from tests.engine.support import ALICE, BOB, SUPERVISOR, World

from .conftest import QIAN, HeardMail, enlist, go_to

if TYPE_CHECKING:
    from engine.people import Actor
    from engine.store.alert_ledger import RaisedAlert

WARNED, MISSED, MONDAY = "2026-03-05T09:05", "2026-03-06T17:00", "2026-03-09T09:05"
ANY_PHONE = "19900001234"


class HeardSms(HeardMail):
    """A gateway for short messages that keeps what it was given."""

    name = "sms"

    def call(self, call: Call) -> Any:
        super().call(call)
        return {"message_no": f"no-{len(self.sent)}"}


@pytest.fixture
def sms(world: World, mail: HeardMail) -> HeardSms:
    heard = HeardSms()
    world.runtime.connectors = {"mail": mail, "sms": heard}
    for actor in (QIAN, SUPERVISOR, ALICE):
        phones.keep_phone(world.runtime, actor.person_id or 0, ANY_PHONE)
    return heard


def deploy(world: World, **levels: dict[str, str]) -> None:
    """Deploy a service whose clock warns on Thursday at nine and is missed on Friday evening, with these rules."""
    clock = '<linbang:deadline id="limit" kind="internal" limit="4 WD" warn="1 WD" />'
    written = {level.replace("_", " "): told for level, told in levels.items()}
    rules = json.dumps({"default": written}).encode()
    world.deploy(bundle(user_task("review", inner=clock) + start_and_end("review"), alerts__yaml=rules))


def levels(world: World, actor: Actor) -> list[str]:
    return [one.level for one in alerts.page(world.runtime, actor).alerts]


def raised(world: World, case_id: int) -> list[RaisedAlert]:
    return [one.alert for one in ledger.of_case(world.runtime, SUPERVISOR, case_id)]


def finish(world: World) -> None:
    task = world.task(ALICE, "review")
    user_tasks.claim(world.runtime, task, ALICE)
    user_tasks.complete(world.runtime, task, ALICE, {})


def test_it_tells_again_while_the_clock_is_late_still(world: World) -> None:
    deploy(
        world, breach={"district": "page"}, after_1_WD={"district": "page"}, after_3_WD={"supervisor": "page"}
    )
    world.start()

    go_to(world, "2026-03-20T12:00")

    assert levels(world, SUPERVISOR) == ["after 1 WD", "breach", "1 WD"]
    assert levels(world, QIAN) == ["after 3 WD", "1 WD"]


def test_it_tells_nothing_more_of_a_clock_that_has_ended(world: World) -> None:
    deploy(world, breach={"district": "page"}, after_1_WD={"district": "page"})
    world.start()
    go_to(world, MISSED)
    finish(world)

    go_to(world, "2026-03-20T12:00")

    assert levels(world, SUPERVISOR) == ["breach", "1 WD"]


def test_a_hundred_misses_are_one_mail_and_one_short_message_to_each(
    world: World, mail: HeardMail, sms: HeardSms
) -> None:
    deploy(world, warning={}, breach={"supervisor": "mail sms"})
    for _ in range(100):
        world.start()

    go_to(world, MONDAY)

    assert [call.parameters["to"] for call in mail.sent] == ["qian@linxi.example"]
    (call,) = sms.sent
    assert call.parameters["to"] == ANY_PHONE
    assert call.parameters["text"].startswith("Linbang: 100 missed, 0 warned: T-2026-")
    assert len(call.parameters["text"]) <= 200


def test_short_messages_beyond_three_a_day_wait_for_the_next_morning(world: World, sms: HeardSms) -> None:
    clock = '<linbang:deadline id="limit" kind="internal" limit="4 h" warn="50%" />'
    rules = b"default:\n  warning: {supervisor: sms}\n  breach: {district: page}\n"
    world.deploy(bundle(user_task("look", inner=clock) + start_and_end("look"), alerts__yaml=rules))
    for hour in (9, 10, 11, 12, 13):
        go_to(world, f"2026-03-03T{hour:02}:00")
        world.start()

    go_to(world, "2026-03-03T23:00")
    assert len(sms.sent) == 3
    go_to(world, "2026-03-04T09:05")

    assert len(sms.sent) == 4
    assert "2 warned" in sms.sent[-1].parameters["text"]


def test_a_short_message_waits_until_the_office_opens(world: World, sms: HeardSms) -> None:
    deploy(world, warning={}, breach={"supervisor": "sms"})
    world.start()

    go_to(world, "2026-03-09T09:04")
    assert sms.sent == []
    go_to(world, MONDAY)

    assert len(sms.sent) == 1


def test_who_stands_in_hears_of_it_once_though_two_are_away(world: World) -> None:
    enlist(world.runtime, BOB)
    for absent in (ALICE, QIAN):
        assert absent.person_id is not None
        substitutions.appoint(
            world.runtime, absent, absent.person_id, BOB.person_id or 0, date(2026, 3, 2), date(2026, 3, 20)
        )
    deploy(world, warning={"assignee": "page", "supervisor": "page"}, breach={"district": "page"})
    case = world.start()
    user_tasks.claim(world.runtime, world.task(ALICE, "review"), ALICE)

    go_to(world, WARNED)

    assert levels(world, BOB) == ["1 WD"]
    told = ledger.of_case(world.runtime, SUPERVISOR, case.id)[0].people
    assert {(one.person.person_id, one.person.stands_for) for one in told} == {
        (ALICE.person_id, None),
        (QIAN.person_id, None),
        (BOB.person_id, ALICE.person_id),
    }


def test_where_a_rule_finds_nobody_supervisors_are_told_instead_and_it_is_shown(world: World) -> None:
    """Nobody has claimed the task, so that there is no assignee."""
    deploy(world, warning={"assignee": "page"}, breach={"district": "page"})
    case = world.start()

    go_to(world, WARNED)

    assert levels(world, QIAN) == levels(world, SUPERVISOR) == ["1 WD"]
    (found,) = ledger.unheard(world.runtime, QIAN)
    assert (found.process_instance_id, found.reached, found.rule) == (case.id, "instead", "default, warning")
    assert list(audit.examine_alerts(world.runtime)) == []


def test_where_there_are_no_supervisors_either_the_doctor_says_so(world: World) -> None:
    for actor in (QIAN, SUPERVISOR):
        world.runtime.people.update_person(actor.person_id or 0, active=0)
    deploy(world, warning={"assignee": "page"}, breach={"leader": "page"})
    world.start()

    go_to(world, WARNED)

    (found,) = audit.examine_alerts(world.runtime)
    assert found.detail == "nobody was told: limit 1 WD"
    finish(world)
    assert list(audit.examine_alerts(world.runtime)) == []


def test_a_rule_that_tells_nobody_leaves_a_trace_and_troubles_nobody(world: World) -> None:
    deploy(world, warning={}, breach={"district": "page"})
    case = world.start()

    go_to(world, WARNED)

    assert [(one.level, one.reached) for one in raised(world, case.id)] == [("1 WD", "silent")]
    assert ledger.unheard(world.runtime, SUPERVISOR) == []


def test_an_assignee_who_may_not_sign_in_any_more_is_not_told(world: World) -> None:
    deploy(world, warning={"assignee": "page", "supervisor": "page"}, breach={"district": "page"})
    world.start()
    user_tasks.claim(world.runtime, world.task(ALICE, "review"), ALICE)
    world.runtime.people.update_person(ALICE.person_id or 0, active=0)

    go_to(world, WARNED)

    assert (levels(world, ALICE), levels(world, QIAN)) == ([], ["1 WD"])


def test_a_case_keeps_the_rules_that_it_began_with(world: World) -> None:
    deploy(world, warning={"supervisor": "page"}, breach={"district": "page"})
    world.start()
    deploy(world, warning={"district": "page"}, breach={"district": "page"})

    go_to(world, WARNED)

    assert (levels(world, QIAN), levels(world, SUPERVISOR)) == (["1 WD"], [])


def test_the_ledger_is_for_those_who_answer_for_others(world: World) -> None:
    with pytest.raises(NotAllowed):
        ledger.of_case(world.runtime, ALICE, 1)
    with pytest.raises(NotAllowed):
        ledger.messages(world.runtime, ALICE)


def test_messages_are_narrowed_down_by_way_state_and_person(
    world: World, mail: HeardMail, sms: HeardSms
) -> None:
    deploy(world, warning={"supervisor": "mail sms", "district": "mail"}, breach={"district": "page"})
    world.start()
    go_to(world, WARNED)

    def found(**wanted: Any) -> list[tuple[str, int, int]]:
        page = ledger.messages(world.runtime, SUPERVISOR, **wanted)
        return sorted((one.channel, one.person_id, count) for one, count in page.messages)

    assert found() == [("mail", 16, 1), ("mail", 17, 1), ("sms", 17, 1)]
    assert found(channel="sms") == [("sms", 17, 1)]
    assert found(state="failed") == []
    assert found(person_id=16) == [("mail", 16, 1)]
    first = ledger.messages(world.runtime, SUPERVISOR, size=2)
    rest = ledger.messages(world.runtime, SUPERVISOR, size=2, before=first.before)
    assert [len(first.messages), len(rest.messages), rest.before] == [2, 1, None]


@pytest.mark.parametrize("text", ["12345", "1" * 16, "call me", "+"])
def test_a_number_is_checked(world: World, text: str) -> None:
    with pytest.raises(InvalidInput, match="telephone number"):
        phones.keep_phone(world.runtime, 16, text)


def test_a_number_is_kept_sealed_and_may_be_forgotten(world: World) -> None:
    phones.keep_phone(world.runtime, 16, "+86 1990-0001234")

    kept = world.runtime.people.sealed_phone(16) or b""
    assert b"19900001234" not in kept
    assert phones.phone_of(world.runtime, 16) == "+8619900001234"
    assert phones.masked_phone(world.runtime, 16) == "…1234"
    phones.keep_phone(world.runtime, 16, "")
    assert phones.phone_of(world.runtime, 16) is None
