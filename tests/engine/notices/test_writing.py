"""A step that leaves a node with a notice writes who is told what, in its own transaction."""

from __future__ import annotations

from datetime import date

import pytest

from engine import deliveries, user_tasks
from engine.deliveries import Message
from tests.databases.pool import ON_POSTGRESQL
from tests.engine.bundles import bundle, start_and_end, user_task
from tests.engine.stories import Count, counting
from tests.engine.story import Story, begin
from tests.engine.support import ALICE, World

from .services import ADDRESS, BOTH, PHONE, Outbox, telling

KNOWN = {"phone": PHONE, "address": ADDRESS, "visit_on": date(2026, 3, 9)}


def told(story: Story) -> list[Message]:
    runtime = story.world.runtime
    return [deliveries.open_message(runtime, row) for row in runtime.deliveries.of_case(story.case_id)]


def test_it_writes_one_delivery_for_each_way_that_has_a_recipient(
    world: World, sent: dict[str, Outbox]
) -> None:
    story = begin(world, telling(BOTH), **KNOWN).do("ask", by=ALICE)

    assert [(message.row.channel, message.to) for message in told(story)] == [
        ("sms", PHONE),
        ("mail", ADDRESS),
    ]
    (event,) = story.events("notice_written")
    assert (event["notice"], event["element"], len(event["deliveries"])) == ("told", "ask", 2)


@pytest.mark.parametrize("address", [None, "", "  "])
def test_a_way_without_a_recipient_is_not_used(
    world: World, sent: dict[str, Outbox], address: str | None
) -> None:
    story = begin(world, telling(BOTH), phone=PHONE, address=address).do("ask")

    assert [message.row.channel for message in told(story)] == ["sms"]


def test_a_notice_to_nobody_leaves_no_trace(world: World, sent: dict[str, Outbox]) -> None:
    story = begin(world, telling(BOTH)).do("ask")

    assert told(story) == []
    assert story.events("notice_written") == []


def test_its_words_know_the_variables_the_number_the_clerk_and_the_limits(
    world: World, sent: dict[str, Outbox]
) -> None:
    service = telling(
        BOTH,
        '<bpmn:extensionElements><linbang:deadline id="promise" kind="promised" limit="5 WD"/>'
        "</bpmn:extensionElements>"
        + user_task("ask", form="a", notice="told")
        + user_task("next")
        + start_and_end("ask", "next"),
        en={"sms": SMS_WITH_LIMIT},
    )
    story = begin(world, service, language="en", **KNOWN).do("ask", by=ALICE)
    number = story.store.instance(story.case_id).business_key

    sms, mail = told(story)
    assert sms.text == f"Wang, {number}, Alice, 2026-03-09"
    assert (mail.subject, mail.text) == (f"Case {number}", "Dear Wang, come on 2026-03-09.")


SMS_WITH_LIMIT = "{name}, {case_number}, {clerk}, {limits.promise}"


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Wang, your case"), ("zh", "Wang，已受理"), ("fr", "Wang，已受理")]
)
def test_the_case_says_in_which_language(
    world: World, sent: dict[str, Outbox], language: str, words: str
) -> None:
    """Without a language that there is, it is the authority's."""
    story = begin(world, telling({"sms": "phone"}), phone=PHONE, language=language).do("ask")

    assert told(story)[0].text.startswith(words)


def test_its_words_are_fixed_when_the_node_is_left(world: World) -> None:
    """What is corrected in the case later does not change what is on its way."""
    story = begin(world, telling({"sms": "phone"}, en={"sms": "{a}"}, zh={"sms": "{a}"}), phone=PHONE)
    story.do("ask", a="first")

    assert told(story)[0].text == "first"
    assert told(story)[0].row.state == "waiting"


@pytest.mark.parametrize("broken", ["[1]", "true", '{a: "b"}'])
def test_a_recipient_that_is_no_text_is_an_incident_and_the_case_goes_on(
    world: World, sent: dict[str, Outbox], broken: str
) -> None:
    story = begin(world, telling({"sms": broken})).do("ask")

    (incident,) = story.incidents
    assert (incident.number, incident.element_id, incident.code) == (-1, "ask", "recipient_broken")
    assert story.open == ["next"]
    assert story.do("next").outcome == "done"
    assert sent["sms"].calls == []


def test_a_subject_has_no_line_break(world: World, sent: dict[str, Outbox]) -> None:
    """It would begin another header of the e-mail."""
    story = begin(world, telling({"mail": "address"}), language="en", name="a\nBcc: b", **KNOWN)
    story.do("ask")

    assert "\n" not in told(story)[0].subject


def completed(world: World, service: object) -> Count:
    world.deploy(service)
    world.start(**KNOWN)
    task = world.task(ALICE, "ask")
    user_tasks.claim(world.runtime, task, ALICE)
    with counting(world.runtime.database) as count:
        user_tasks.complete(world.runtime, task, ALICE, {})
    return count


def test_a_step_that_sends_costs_two_statements_more_and_one_that_does_not_none(world: World) -> None:
    silent = user_task("ask", form="a") + user_task("next") + start_and_end("ask", "next")
    plain = completed(world, bundle(silent))
    nobody = completed(world, telling({"sms": "null"}))
    sending = completed(world, telling(BOTH))

    assert nobody.statements == plain.statements
    written = 0 if ON_POSTGRESQL else 2  # PostgreSQL takes all writes as one statement
    assert sending.statements == plain.statements + written
    assert sending.commits == 1
