"""Notices go out in the background, are tried again for about a day, and never hold a case up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connectors.sms import MAX_CHARACTERS
from engine import audit, deliveries, incidents
from engine.errors import InvalidInput, InvalidState
from engine.people import SYSTEM
from engine.scheduler import next_moment, tick
from engine.store.jobs import DueJob
from tests.engine.story import Story, begin
from tests.engine.support import SUPERVISOR, World

from .services import ADDRESS, BOTH, ENDING, PHONE, Outbox, down, outboxes, refused, telling

SMS_ONLY = {"sms": "phone"}


def states(story: Story) -> list[str]:
    return [row.state for row in story.world.runtime.deliveries.of_case(story.case_id)]


def notes(story: Story) -> list[str]:
    kept = {"notice_sent", "notice_failed", "incident_retried", "input_corrected", "incident_settled"}
    return [link.event for link in story.links if link.event in kept]


def given_up(world: World, sent: dict[str, Outbox]) -> Story:
    """Give a case whose short message was refused for good."""
    sent["sms"].error = refused()
    return begin(world, telling(SMS_ONLY), phone=PHONE).do("ask")


def test_it_sends_by_both_ways_under_a_key_of_each_delivery(world: World, sent: dict[str, Outbox]) -> None:
    story = begin(world, telling(BOTH), phone=PHONE, address=ADDRESS, language="en").do("ask")

    rows = world.runtime.deliveries.of_case(story.case_id)
    assert states(story) == ["sent", "sent"]
    assert sent["sms"].sent[0]["to"] == PHONE
    assert sent["mail"].sent[0]["to"] == ADDRESS
    keys = [sent[channel].calls[0].idempotency_key for channel in ("sms", "mail")]
    assert keys == [f"delivery-{row.id}" for row in rows]
    assert [row.attempts for row in rows] == [1, 1]
    assert story.jobs == []


def test_the_history_says_that_it_was_sent_and_not_what(world: World, sent: dict[str, Outbox]) -> None:
    story = begin(world, telling(SMS_ONLY), phone=PHONE).do("ask")

    (link,) = [link for link in story.links if link.event == "notice_sent"]
    assert link.element_id == "ask"
    assert link.payload.keys() == {"delivery", "notice", "channel"}


def test_it_is_tried_again_for_about_a_day_and_then_becomes_an_incident(
    world: World, sent: dict[str, Outbox]
) -> None:
    sent["sms"].error = down()
    story = begin(world, telling(SMS_ONLY), phone=PHONE).do("ask")
    began, waits = world.clock.now(), []
    while (moment := next_moment(world.runtime)) is not None:
        waits.append(moment - world.clock.now())
        story.later(seconds=waits[-1].total_seconds())

    assert waits[:4] == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]
    assert len(sent["sms"].calls) == deliveries.MAX_TRIES == 12
    assert timedelta(hours=20) < world.clock.now() - began < timedelta(hours=28)
    assert len({call.idempotency_key for call in sent["sms"].calls}) == 1
    (incident,) = story.incidents
    assert (incident.number, incident.code, incident.attempts) == (-1, "sms_down", 12)
    assert states(story) == ["failed"]
    assert story.open == ["next"]


def test_a_refusal_for_good_is_an_incident_at_once(world: World, sent: dict[str, Outbox]) -> None:
    story = given_up(world, sent)

    assert len(sent["sms"].calls) == 1
    assert [row.code for row in story.incidents] == ["number_invalid"]
    assert notes(story) == ["notice_failed"]


@pytest.mark.parametrize("length", [301, MAX_CHARACTERS])
def test_a_message_that_its_values_make_longer_is_sent_whole(
    world: World, sent: dict[str, Outbox], length: int
) -> None:
    """The words alone are kept short by the gate; telephones put the parts of a longer message together."""
    story = begin(
        world, telling(SMS_ONLY, en={"sms": "{note}"}), phone=PHONE, language="en", note="x" * length
    )

    assert states(story.do("ask")) == ["sent"]
    assert len(sent["sms"].sent[0]["text"]) == length


def test_a_message_that_is_longer_than_the_gateway_takes_is_an_incident(
    world: World, sent: dict[str, Outbox]
) -> None:
    """Cut off it could say the opposite: a person tells it in another way, and the case goes on meanwhile."""
    words = {"sms": "{note}"}
    story = begin(
        world, telling(SMS_ONLY, en=words), phone=PHONE, language="en", note="x" * (MAX_CHARACTERS + 1)
    )
    story.do("ask")

    assert states(story) == ["failed"]
    assert [(row.code, row.attempts) for row in story.incidents] == [("sms_wrong_parameters", 1)]
    assert sent["sms"].sent == []
    assert story.open == ["next"]


def test_without_a_connector_it_waits_for_one(world: World) -> None:
    """An authority may set the gateway up a little later than the service."""
    story = begin(world, telling(SMS_ONLY), phone=PHONE).do("ask")
    assert states(story) == ["waiting"]
    assert story.incidents == []

    made = outboxes()
    story.world.runtime.connectors = dict(made)
    story.later(minutes=1)

    assert states(story) == ["sent"]


def test_without_a_connector_it_becomes_an_incident_in_the_end(world: World) -> None:
    story = begin(world, telling(SMS_ONLY), phone=PHONE).do("ask").later(days=2)

    assert [row.code for row in story.incidents] == ["connector_missing"]
    assert story.do("next").outcome == "done"
    assert [row.code for row in story.incidents] == ["connector_missing"]


def test_a_case_that_has_ended_still_tells(world: World, sent: dict[str, Outbox]) -> None:
    sent["sms"].error = down()
    story = begin(world, telling(SMS_ONLY, ENDING), phone=PHONE).do("ask")
    assert (story.outcome, states(story)) == ("done", ["waiting"])

    sent["sms"].error = None
    story.later(minutes=1)

    assert states(story) == ["sent"]
    assert notes(story) == ["notice_sent"]


@pytest.mark.parametrize("body", [None, ENDING])
def test_it_can_be_tried_again(world: World, sent: dict[str, Outbox], body: str | None) -> None:
    sent["sms"].error = refused()
    story = begin(world, telling(SMS_ONLY, body), phone=PHONE).do("ask")
    sent["sms"].error = None

    incidents.retry(story.world.runtime, story.case_id, -1, SUPERVISOR)
    story.settle()

    assert states(story) == ["sent"]
    assert story.incidents == []
    assert len({call.idempotency_key for call in sent["sms"].calls}) == 1


@pytest.mark.parametrize("body", [None, ENDING])
def test_its_recipient_can_be_corrected(world: World, sent: dict[str, Outbox], body: str | None) -> None:
    """The other side knows the old question by its key, so that the new one has another."""
    sent["sms"].error = refused()
    story = begin(world, telling(SMS_ONLY, body), phone=PHONE).do("ask")
    sent["sms"].error = None

    incidents.correct(
        story.world.runtime, story.case_id, -1, SUPERVISOR, {"to": "19900000099"}, "Wrong number on file"
    )
    story.settle()

    assert sent["sms"].sent[-1]["to"] == "19900000099"
    assert sent["sms"].sent[-1]["text"] == sent["sms"].sent[0]["text"]
    assert sent["sms"].calls[-1].idempotency_key == sent["sms"].calls[0].idempotency_key + "-c1"
    assert (states(story), story.incidents) == (["sent"], [])
    (link,) = [link for link in story.links if link.event == "input_corrected"]
    assert link.payload["changes"] == {"to": {"before": PHONE, "after": "19900000099"}}
    assert link.payload["reason"] == "Wrong number on file"


@pytest.mark.parametrize("to", ["", "no number", "123", None, 5, PHONE])
def test_a_recipient_that_is_none_or_the_same_is_refused(
    world: World, sent: dict[str, Outbox], to: object
) -> None:
    story = given_up(world, sent)

    with pytest.raises(InvalidInput):
        incidents.correct(story.world.runtime, story.case_id, -1, SUPERVISOR, {"to": to}, "Wrong number")

    assert states(story) == ["failed"]


def test_a_broken_recipient_is_mended_by_giving_one(world: World, sent: dict[str, Outbox]) -> None:
    story = begin(world, telling({"sms": "[1]"})).do("ask")
    with pytest.raises(InvalidState) as caught:
        incidents.retry(story.world.runtime, story.case_id, -1, SUPERVISOR)
    assert caught.value.code == "not_sendable"

    incidents.correct(story.world.runtime, story.case_id, -1, SUPERVISOR, {"to": PHONE}, "From the papers")
    story.settle()

    assert states(story) == ["sent"]


@pytest.mark.parametrize("body", [None, ENDING])
def test_a_person_may_be_told_otherwise(world: World, sent: dict[str, Outbox], body: str | None) -> None:
    sent["sms"].error = refused()
    story = begin(world, telling(SMS_ONLY, body), phone=PHONE).do("ask")

    incidents.resolve(story.world.runtime, story.case_id, -1, SUPERVISOR, reason="Told at the counter")
    story.settle()

    assert (states(story), story.incidents) == (["told"], [])
    assert len(sent["sms"].calls) == 1
    assert story.links[-1].event == "incident_settled"
    assert story.links[-1].payload["reason"] == "Told at the counter"


def test_of_two_who_see_to_it_one_is_refused(world: World, sent: dict[str, Outbox]) -> None:
    story = given_up(world, sent)
    runtime = story.world.runtime
    incidents.resolve(runtime, story.case_id, -1, SUPERVISOR, reason="Told at the counter")

    for act in (
        lambda: incidents.retry(runtime, story.case_id, -1, SUPERVISOR),
        lambda: incidents.resolve(runtime, story.case_id, -1, SUPERVISOR, reason="Told again"),
        lambda: incidents.retry(runtime, story.case_id, -7, SUPERVISOR),
    ):
        with pytest.raises(InvalidState) as caught:
            act()
        assert caught.value.code == "incident_resolved"


def test_a_job_that_comes_twice_sends_once(world: World, sent: dict[str, Outbox]) -> None:
    """A lease that ran out makes a second worker run the same job; the delivery says that it is done."""
    story = begin(world, telling(SMS_ONLY), phone=PHONE).do("ask")
    (row,) = story.world.runtime.deliveries.of_case(story.case_id)

    with pytest.raises(InvalidState) as caught:
        deliveries.send(story.world.runtime, DueJob(row.id, story.case_id, "delivery", str(row.id), 0, 0))

    assert caught.value.code == "delivery_gone"
    assert len(sent["sms"].calls) == 1


def test_a_notice_of_a_step_by_nobody_names_no_clerk(world: World, sent: dict[str, Outbox]) -> None:
    assert SYSTEM.person_id is None
    words = {"sms": "[{clerk}]"}
    body = ENDING.replace('linbang:notice="told"', "").replace(
        'id="begin"', 'id="begin" linbang:notice="told"'
    )
    story = begin(world, telling(SMS_ONLY, body, en=words, zh=words), phone=PHONE)

    assert sent["sms"].sent[0]["text"] == "[Chen]"
    assert story.open == ["ask"]


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("DELETE FROM job WHERE kind = 'delivery'", ("job", "missing")),
        ("UPDATE delivery SET state = 'sent'", ("job", "not wanted")),
        ("UPDATE delivery SET state = 'failed'", ("job", "not wanted")),
    ],
)
def test_the_doctor_holds_jobs_against_what_waits(
    world: World, statement: str, what: tuple[str, str]
) -> None:
    story = begin(world, telling(SMS_ONLY), phone=PHONE).do("ask")
    with world.runtime.database.writing() as connection:
        connection.exec_driver_sql(statement)

    found = [(one.what, one.detail.split(":")[0]) for one in audit.examine(world.runtime, story.store)]
    assert what in found


def test_the_doctor_misses_the_incident_of_a_notice_that_failed(
    world: World, sent: dict[str, Outbox]
) -> None:
    story = given_up(world, sent)
    with world.runtime.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM incident")

    assert [one.what for one in audit.examine(world.runtime, story.store)] == ["incident"]


@pytest.mark.only_sqlite(reason="reads the bytes of the file")
def test_neither_words_nor_recipients_stand_readable_in_the_database(
    world: World, sent: dict[str, Outbox], tmp_path: object
) -> None:
    story = given_up(world, sent)
    assert sent["sms"].sent[0]["to"] == PHONE
    content = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())

    assert len(content) > 10_000
    assert PHONE.encode() not in content
    assert "已受理".encode() not in content
    assert story.incidents[0].message == "There is no such number"


def test_a_tick_hands_the_sending_over(world: World, sent: dict[str, Outbox]) -> None:
    """Clocks do not wait for a gateway that is slow to answer."""
    world.deploy(telling(SMS_ONLY, ENDING))
    story = Story(world, world.start(phone=PHONE).id)
    story.reopen()
    task = world.runtime.inbox.page(["reviewer@2"], 5)[0].user_task_id
    from engine import user_tasks
    from tests.engine.support import ALICE

    user_tasks.claim(world.runtime, task, ALICE)
    user_tasks.complete(world.runtime, task, ALICE, {})
    handed = []

    tick(world.runtime, hand_over=handed.append)

    assert [claimed.job.kind for claimed in handed] == ["delivery"]
    assert sent["sms"].calls == []
