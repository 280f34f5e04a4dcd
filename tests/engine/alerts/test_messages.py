"""Mails about alerts: what comes up together goes together, in business hours, once, whatever breaks."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from connectors.mail import Mail
from connectors.sandbox import sandbox_server
from connectors.sandbox.server import MAIL_FROM
from engine.alerting import alerts, sending
from engine.alerting.sending import MAX_TRIES, due_moment
from engine.calendar import Calendar
from engine.jobs import LEASE_MS
from engine.ports import ConnectorError
from engine.scheduler import next_moment, tick
from engine.store import schema
from tests.engine.support import SHANGHAI, SUPERVISOR, World

from .conftest import QIAN, SHAO, HeardMail, down, enlist, go_to, watched_service

if TYPE_CHECKING:
    from engine.people import Actor
    from engine.runtime import Runtime
    from engine.store.alerts import ListedAlert


def newest(world: World, actor: Actor = QIAN) -> ListedAlert:
    return alerts.page(world.runtime, actor).alerts[0]


def to(mail: HeardMail, name: str) -> list[str]:
    """Give the texts that were sent to somebody."""
    return [call.parameters["text"] for call in mail.sent if call.parameters["to"] == f"{name}@linxi.example"]


class Killed(BaseException):
    """The process ends here: nothing of ours hears of it."""


def die_in(world: World) -> None:
    """Run what is due until the process is killed, and let its leases end."""
    with pytest.raises(Killed):
        tick(world.runtime)
    with world.runtime.database.writing() as connection:
        lease = schema.job.c.lease_until
        connection.execute(
            update(schema.job).where(lease.is_not(None)).values(lease_until=lease - LEASE_MS - 1)
        )


def test_what_comes_up_together_goes_in_one_mail(world: World, mail: HeardMail) -> None:
    world.deploy(watched_service())
    numbers = [world.start().business_key for _ in range(3)]

    go_to(world, "2026-03-05T09:05")

    (text,) = to(mail, "qian")
    assert [number in text for number in numbers] == [True] * 3
    assert len(to(mail, "sun")) == 1
    assert to(mail, "shao") == []


def test_it_waits_five_minutes_for_what_else_comes_up(world: World, mail: HeardMail) -> None:
    world.deploy(watched_service())
    world.start()

    go_to(world, "2026-03-05T09:04")

    assert mail.sent == []
    assert (newest(world).mail_state, next_moment(world.runtime)) == (
        "waiting",
        datetime(2026, 3, 5, 9, 5, tzinfo=SHANGHAI),
    )


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-03-05T10:00", "2026-03-05T10:05"),
        ("2026-03-05T16:56", "2026-03-06T09:05"),
        ("2026-03-05T08:30", "2026-03-05T09:05"),
        ("2026-03-06T17:00", "2026-03-09T09:05"),
        ("2026-05-08T17:00", "2026-05-09T09:05"),
        ("2026-04-30T18:00", "2026-05-06T09:05"),
    ],
    ids=["at work", "nearly over", "early", "weekend", "make-up Saturday", "Labour Day"],
)
def test_outside_business_hours_it_is_held_until_morning(now: str, due: str) -> None:
    moment = due_moment(Calendar.standard(), datetime.fromisoformat(now).replace(tzinfo=SHANGHAI))

    assert f"{moment.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}" == due


def test_a_miss_on_friday_evening_arrives_on_monday_with_what_warns_then(
    world: World, mail: HeardMail
) -> None:
    world.deploy(watched_service(warn=""))
    world.start()
    go_to(world, "2026-03-03T10:00")
    later = world.start().business_key

    go_to(world, "2026-03-09T09:04")
    assert to(mail, "qian") == []
    go_to(world, "2026-03-09T09:05")

    (text,) = to(mail, "qian")
    assert later not in text
    assert "breach" in text


def test_a_mail_that_is_late_is_not_sent_at_night(world: World, mail: HeardMail) -> None:
    """The dispatcher stood still over the evening."""
    world.deploy(watched_service())
    world.start()
    go_to(world, "2026-03-05T09:01")
    world.clock.set("2026-03-05T22:00")
    tick(world.runtime)
    assert mail.tried == []

    go_to(world, "2026-03-06T09:05")

    assert len(to(mail, "qian")) == 1


def test_a_person_without_an_address_sees_it_on_the_page_only(world: World, mail: HeardMail) -> None:
    world.runtime.people.update_person(17, email=None)
    world.deploy(watched_service())
    world.start()

    go_to(world, "2026-03-05T12:00")

    assert (newest(world).level, newest(world).mail_state) == ("1 WD", None)
    assert [call.parameters["to"] for call in mail.sent] == ["sun@linxi.example"]


def test_without_a_mail_server_nothing_waits_to_be_sent(world: World) -> None:
    world.deploy(watched_service())
    world.start()

    go_to(world, "2026-03-05T12:00")

    assert (newest(world).level, newest(world).mail_state) == ("1 WD", None)


def test_a_mail_that_fails_is_tried_again_with_the_same_words(world: World, mail: HeardMail) -> None:
    world.runtime.people.update_person(SUPERVISOR.person_id or 0, email=None)
    world.deploy(watched_service())
    world.start()
    mail.failures = down(2)
    go_to(world, "2026-03-05T09:05")
    assert (newest(world).mail_state, newest(world).mail_code) == ("sending", "mail_down")
    assert sending.troubles(world.runtime).retried == 1
    world.start()

    go_to(world, "2026-03-05T09:08")

    assert len({(call.idempotency_key, call.parameters["text"]) for call in mail.tried}) == 1
    assert [len(mail.tried), len(mail.sent)] == [3, 1]
    assert (newest(world).mail_state, newest(world).mail_code) == ("sent", None)


def test_what_comes_up_after_the_first_try_goes_in_the_next_mail(world: World, mail: HeardMail) -> None:
    world.deploy(watched_service())
    world.start()
    mail.failures = down(20)
    go_to(world, "2026-03-05T16:00")
    mail.failures = []

    go_to(world, "2026-03-09T09:05")

    texts = to(mail, "qian")
    assert [("1 WD" in text, "breach" in text) for text in texts] == [(True, False), (False, True)]


def test_a_mail_is_given_up_at_last_and_its_alerts_say_why(world: World, mail: HeardMail) -> None:
    world.deploy(watched_service(warn=""))
    world.start()
    mail.failures = down(100)

    go_to(world, "2026-03-20T12:00")

    assert len(mail.tried) == 2 * MAX_TRIES
    found = newest(world)
    assert (found.mail_state, found.mail_code, found.mail_message) == (
        "failed",
        "mail_down",
        "The mail server cannot be reached",
    )
    assert next_moment(world.runtime) is None


def test_an_address_that_is_refused_is_not_tried_again(world: World, mail: HeardMail) -> None:
    world.deploy(watched_service())
    world.start()
    mail.failures = [ConnectorError("No", code="address_refused", permanent=True) for _ in range(2)]

    go_to(world, "2026-03-05T12:00")

    assert (newest(world).mail_state, newest(world).mail_code, len(mail.tried)) == (
        "failed",
        "address_refused",
        2,
    )
    assert sending.troubles(world.runtime).failed == 2


def test_it_names_fifty_and_counts_the_rest(world: World, mail: HeardMail) -> None:
    world.deploy(watched_service(warn="1 WD"))
    for _ in range(60):
        world.start()

    go_to(world, "2026-03-05T09:05")

    (call,) = [one for one in mail.sent if one.parameters["to"] == "qian@linxi.example"]
    assert call.parameters["subject"] == "Linbang: 0 missed, 60 warned"
    assert len(call.parameters["text"].splitlines()) == 50


def test_two_processes_send_each_mail_once(world: World, mail: HeardMail, other: Runtime) -> None:
    world.deploy(watched_service())
    world.start()
    go_to(world, "2026-03-05T09:00")
    world.clock.set("2026-03-05T09:05")

    tick(other)
    tick(world.runtime)

    assert [len(to(mail, "qian")), len(to(mail, "sun"))] == [1, 1]


def test_who_dies_between_announcing_and_sending_leaves_it_to_the_next(
    world: World, mail: HeardMail, other: Runtime
) -> None:
    world.deploy(watched_service())
    world.start()
    go_to(world, "2026-03-05T09:00")
    world.clock.set("2026-03-05T09:05")
    mail.failures = [Killed()]
    die_in(world)
    assert mail.sent == []

    tick(other)

    assert [len(to(mail, "qian")), len(to(mail, "sun"))] == [1, 1]


def test_from_the_clock_to_the_mail_server_a_supervisor_hears_of_it_once(
    world: World, other: Runtime
) -> None:
    """The server of the sandbox takes the first try, and the process dies before it can note that."""
    with sandbox_server() as served:
        real = Mail(served.mail_url, MAIL_FROM)

        class DyingMail(HeardMail):
            def call(self, call):  # type: ignore[no-untyped-def]
                real.call(call)
                raise Killed

        enlist(world.runtime, SHAO, id=19, username="office", office_id=1, email="office@linxi.example")
        world.runtime.connectors = {"mail": DyingMail()}
        other.connectors = {"mail": real}
        world.deploy(watched_service())
        number = world.start().business_key
        go_to(world, "2026-03-05T09:00")
        world.clock.set("2026-03-05T09:05")
        die_in(world)

        tick(other)

        arrived = served.sandbox.asked.arrived()
        people = ["office@linxi.example", "qian@linxi.example", "sun@linxi.example"]
        assert sorted(one.to for one in arrived) == people
        assert all(number in one.text for one in arrived)
        assert newest(world).mail_state == "sent"


def test_it_sends_nothing_to_who_left_before_it_was_due(world: World, mail: HeardMail) -> None:
    world.deploy(watched_service())
    world.start()
    go_to(world, "2026-03-05T09:00")
    world.runtime.people.update_person(17, active=0)

    go_to(world, "2026-03-05T09:05")

    assert (to(mail, "qian"), len(to(mail, "sun"))) == ([], 1)
    assert next_moment(world.runtime) == datetime(2026, 3, 6, 17, 0, tzinfo=SHANGHAI)
