"""A small service whose clocks may be extended by hand: the law's 30 working days to 45, the promise's 12 to 20."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from engine import clock_audit, extending
from tests.engine.bundles import bundle, extensions, start_and_end, user_task
from tests.engine.notices.services import Outbox, outboxes
from tests.engine.story import Story, begin
from tests.engine.support import (
    ALICE,
    BOB,
    CLERK,
    DORA,
    QINGHE,
    SHIQIAO,
    STRANGER,
    SUPERVISOR,
    World,
    employ,
    person,
)

if TYPE_CHECKING:
    from engine.definitions import Bundle
    from engine.people import Actor

LEADER = person(17, "Lin", "supervisor", "reviewer", office=QINGHE, roles="caseworker supervisor")
ELSEWHERE = person(18, "Else", "reviewer", office=SHIQIAO, roles="supervisor")
NOTE = "The bank of another province has not answered"
LAW = '<linbang:deadline id="law" kind="statutory" limit="30 WD" warn="50%, 2 WD"/>'
PROMISE = '<linbang:deadline id="promise" kind="promised" limit="12 WD" warn="2 WD"/>'
RULES = """
law:
  limit: 45 WD
  hands_over: [promise]
  letter: extension
  notice: extended
  basis: Measures, art. 22
  by: [reviewer, supervisor]
  reasons:
    cross_place:
    hard_survey: {by: district}
promise:
  limit: 20 WD
  basis: The office's own rules
  by: reviewer
  letter: extension
  reasons:
    flood:
"""
LETTER = (
    b"<p>{{ data.name }} {{ data.extension.names[language] }} {{ date(data.extension.was) }} "
    b"{{ date(data.extension.until) }} {{ data.extension.basis }}</p>"
)
PAUSES = b"waiting: {basis: x, name: {zh: x, en: x}}\n"
NOTICES = b"extended: {sms: phone, mail: mail}\n"


def texts(language: str) -> bytes:
    """Say everything by its own name, reasons in the language."""
    ids = ("ask", "wait", "check", "begin", "done", "examine", "inner_in", "inner_out", "struck", "reacted")
    reasons = ("cross_place", "hard_survey", "flood")
    sms = "{case_number}: {extension.was} > {extension.until}, {extension.name}"
    return yaml.safe_dump(
        {
            "service": {"name": "t"},
            "processes": {"t": "t"},
            "elements": {name: {"name": name} for name in ids},
            "deadlines": {"law": "law", "promise": "promise"},
            "reasons": {name: f"{name} {language}" for name in reasons},
            "letters": {"extension": {"title": "Extension"}},
            "notices": {"extended": {"sms": sms, "subject": "{case_number}", "body": sms}},
        }
    ).encode()


def service(
    *clocks: str,
    rules: str = RULES,
    inner: str = "",
    body: str = "",
    order: tuple[str, ...] = ("ask", "check"),
    **process: str,
) -> Bundle:
    """Make the service; by default both clocks run around two tasks, one after the other.

    order: none where the body draws its own start, end and flows. process: its attributes, where they are others.
    """
    drawn = body or user_task("ask", inner=inner) + user_task("check")
    return bundle(
        extensions("".join(clocks or (LAW, PROMISE))) + drawn + (start_and_end(*order) if order else ""),
        **process,
        **{
            "extensions__yaml": rules.encode(),
            "letters/extension.html": LETTER,
            "notices__yaml": NOTICES,
            "pauses__yaml": PAUSES,
            "texts__zh__yaml": texts("zh"),
            "texts__en__yaml": texts("en"),
        },
    )


@pytest.fixture
def sent(world: World) -> dict[str, Outbox]:
    """Short messages and e-mails that the world's cases send."""
    made = outboxes()
    world.runtime.connectors = dict(made)
    return made


@pytest.fixture
def staff(world: World, sent: dict[str, Outbox]) -> World:
    """The cast, written down: verbs that name a person look them up."""
    employ(world, CLERK, ALICE, BOB, STRANGER, DORA, SUPERVISOR, LEADER, ELSEWHERE)
    return world


@pytest.fixture
def story(staff: World) -> Story:
    return begin(staff, service(), phone="19900000001", mail="wang@example.org")


def extend(
    story: Story, actor: Actor = ALICE, clock: str = "law:0", reason: str = "cross_place", note: str = NOTE
) -> Story:
    """Extend a clock of a case, and see that everything follows from its history."""
    extending.extend(story.world.runtime, story.case_id, clock, actor, reason, note)
    story.settle()
    assert faults(story) == []
    return story


def faults(story: Story) -> list[clock_audit.ClockFault]:
    return list(clock_audit.verify_clocks(story.world.runtime, story.store))
