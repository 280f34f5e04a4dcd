"""Whoever waits is told: a letter that can be printed, a message with the old date and the new, in their language."""

from __future__ import annotations

from datetime import date

from engine.state import from_ms
from tests.engine.notices.services import Outbox
from tests.engine.story import Story, begin
from tests.engine.support import World

from .conftest import RULES, extend, service

Sent = dict[str, Outbox]


def test_a_message_names_both_dates_and_the_reason(story: Story, sent: Sent) -> None:
    extend(story)

    number = story.store.instance(story.case_id).business_key
    words = f"{number}: 2026-04-14 > 2026-05-08, cross_place zh"
    assert [one["text"] for one in sent["sms"].sent] == [words]
    assert [one["text"] for one in sent["mail"].sent] == [words]


def test_it_speaks_the_language_of_the_case(staff: World, sent: Sent) -> None:
    story = begin(staff, service(), phone="19900000001", language="en")

    extend(story)

    assert sent["sms"].sent[0]["text"].endswith("cross_place en")


def test_the_letter_keeps_what_was_so_on_the_day_it_was_issued(story: Story) -> None:
    extend(story)

    (letter,) = story.events("letter_issued")
    assert letter["letter"] == "extension"
    assert letter["data"]["name"] == "Wang"
    assert letter["data"]["extension"] == {
        "deadline": "law",
        "reason": "cross_place",
        "names": {"zh": "cross_place zh", "en": "cross_place en"},
        "basis": "Measures, art. 22",
        "limit": "45 WD",
        "was": date(2026, 4, 14),
        "until": date(2026, 5, 8),
    }


def test_letter_and_message_stand_in_the_step_that_extends(story: Story) -> None:
    extend(story)

    link = next(one for one in story.links if one.event == "extension_granted")
    kinds = [one["type"] for one in link.payload["events"]]
    assert {"deadline_extended", "deadline_handed_over", "letter_issued", "notice_written"} <= set(kinds)
    assert from_ms(link.at) == story.world.clock.now()


def test_a_person_without_address_is_told_by_the_letter_alone(staff: World, sent: Sent) -> None:
    story = begin(staff, service(), phone=None, mail=None)

    extend(story)

    assert (sent["sms"].sent, sent["mail"].sent) == ([], [])
    assert len(story.events("letter_issued")) == 1
    assert story.events("notice_written") == []


def test_words_that_cannot_be_worked_out_become_an_incident_and_hold_nothing_up(staff: World) -> None:
    story = begin(staff, service(), phone=True)

    extend(story)

    assert story.due("law") == "2026-05-08T17:00"
    assert [row.code for row in story.incidents] == ["recipient_broken"]


def test_nothing_that_the_message_says_stays_behind_in_the_case(story: Story) -> None:
    extend(story)

    assert "extension" not in story.variables


def test_a_reason_may_be_told_by_a_letter_alone(staff: World, sent: Sent) -> None:
    story = begin(staff, service(rules=RULES.replace("  notice: extended\n", "")), phone="19900000001")

    extend(story)

    assert sent["sms"].sent == []
    assert [one["letter"] for one in story.events("letter_issued")] == ["extension"]
