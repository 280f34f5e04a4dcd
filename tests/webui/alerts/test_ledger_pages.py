"""The ledger's pages: who was told of a case's clocks, what reached nobody, every message, and one's own number."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from engine import substitutions, user_tasks
from engine.alerting import phones
from tests.engine.alerts.conftest import QIAN, SHAO, HeardMail, down, enlist, go_to, watched_service
from tests.engine.support import ALICE, BOB, SUPERVISOR, World, person
from tests.webui.incidents.conftest import words

from .test_alerts_page import MISSED, WARNED, one_case, rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.webui.incidents.conftest import Browser

OLGA = person(21, "Olga", office=1, roles="operator")


def test_a_supervisor_sees_who_was_told_when_by_what_and_with_what_result(
    world: World, browse: Callable[..., Browser], mail: HeardMail
) -> None:
    case = one_case(world, WARNED)
    go_to(world, "2026-03-05T09:10")

    page = browse(QIAN).get(f"/alerts/cases/{case}")

    assert (
        "Announced 5 Mar 2026 09:00 by the rule that counts where nothing is written: every warning."
        in words(page)
    )
    assert rows(page) == [
        "Sun supervises the district Page on the page, not seen – – –",
        "Sun supervises the district E-mail sent 5 Mar 2026 09:05 5 Mar 2026 09:00 1 <1@linxi.example>",
        "Qian supervises the office Page on the page, not seen – – –",
        "Qian supervises the office E-mail sent 5 Mar 2026 09:05 5 Mar 2026 09:00 1 <1@linxi.example>",
    ]


def test_it_says_what_could_not_be_sent_who_has_seen_it_and_who_stands_in(
    world: World, browse: Callable[..., Browser]
) -> None:
    """There is no mail server."""
    enlist(world.runtime, BOB)
    substitutions.appoint(world.runtime, QIAN, 17, BOB.person_id or 0, date(2026, 3, 2), date(2026, 3, 9))
    case = one_case(world, WARNED)
    browse(QIAN).post("/alerts/read", all=str(2**62))

    told = rows(browse(QIAN).get(f"/alerts/cases/{case}"))

    assert "Bob supervises the office, for Qian Page on the page, not seen – – –" in told
    assert "Qian supervises the office Page seen 5 Mar 2026 09:00 – – –" in told
    assert sum("could not be sent" in row for row in told) == 3


def test_the_case_leads_there_for_supervisors_only(world: World, browse: Callable[..., Browser]) -> None:
    case = one_case(world, WARNED)
    link = f"//a[@href='/alerts/cases/{case}']"

    assert browse(QIAN).get(f"/cases/{case}").xpath(link)
    assert not browse(ALICE).get(f"/cases/{case}").xpath(link)
    browse(ALICE).get(f"/alerts/cases/{case}", status=403)
    browse(SHAO).get(f"/alerts/cases/{case}", status=404)


def test_what_reached_nobody_is_listed(world: World, browse: Callable[..., Browser]) -> None:
    rules = b"default:\n  warning: {assignee: page}\n"
    service = watched_service()
    world.deploy(type(service)(service.key, {**service.files, "alerts.yaml": rules}))
    world.start()
    browser = browse(QIAN)
    assert "Every rule has found somebody." in words(browser.get("/alerts/unheard"))

    go_to(world, WARNED)

    (row,) = rows(browser.get("/alerts/unheard"))
    assert "the rule found nobody Supervisors were told instead." in row
    (alert,) = rows(browser.get("/alerts/"))
    assert "Nobody else could be told." in alert


def test_an_operator_sees_every_message_and_narrows_them_down(
    world: World, browse: Callable[..., Browser], mail: HeardMail
) -> None:
    enlist(world.runtime, OLGA)
    one_case(world, WARNED)
    mail.failures = down(1)
    go_to(world, "2026-03-05T09:05")
    browser = browse(OLGA)

    tried, sent = sorted(rows(browser.get("/alerts/messages")), key=lambda row: "sent 5 Mar" in row)

    assert "E-mail tried again 5 Mar 2026 09:06 · The sending of e-mail cannot be reached. 1 5 Mar" in tried
    assert "E-mail sent 5 Mar 2026 09:05 1 5 Mar 2026 09:00 1 <1@linxi.example>" in sent
    assert len(rows(browser.get("/alerts/messages?state=sent&channel=mail"))) == 1
    assert len(rows(browser.get("/alerts/messages?person=qian"))) == 1
    assert "No message matches." in words(browser.get("/alerts/messages?person=nobody"))
    assert len(rows(browser.get("/alerts/messages?state=nonsense&channel=fax&before=x"))) == 2


def test_the_messages_are_for_operators(world: World, browse: Callable[..., Browser]) -> None:
    browse(ALICE).get("/alerts/messages", status=403)
    browse(ALICE).get("/alerts/unheard", status=403)


def test_a_person_keeps_a_number_and_forgets_it(world: World, browse: Callable[..., Browser]) -> None:
    browser = browse(ALICE)
    assert "You get no short messages." in words(browser.get("/alerts/"))

    page = words(browser.post("/alerts/phone", phone="1990000 1234"))

    assert "Short messages go there from now on." in page
    assert "Short messages: …1234" in page
    assert "19900001234" not in page
    assert "Write a telephone number of 6 to 15 digits" in words(
        browser.post("/alerts/phone", phone="call me")
    )
    assert phones.phone_of(world.runtime, ALICE.person_id or 0) == "19900001234"
    assert "You get no short messages any more." in words(browser.post("/alerts/phone", phone=""))


@pytest.mark.parametrize(
    "address", ["/alerts/cases/{case}", "/alerts/unheard", "/alerts/messages", "/alerts/"]
)
def test_they_speak_chinese(
    world: World, browse: Callable[..., Browser], mail: HeardMail, address: str
) -> None:
    case = one_case(world, MISSED)

    page = browse(SUPERVISOR, "zh").get(address.format(case=case))

    (heading,) = page.xpath("//h1")
    assert not heading.text_content().isascii()


def test_a_substitute_is_told_for_whom(world: World, browse: Callable[..., Browser]) -> None:
    enlist(world.runtime, BOB)
    substitutions.appoint(
        world.runtime, ALICE, ALICE.person_id or 0, BOB.person_id or 0, date(2026, 3, 2), date(2026, 3, 9)
    )
    world.deploy(watched_service())
    world.start()
    user_tasks.claim(world.runtime, world.task(ALICE, "review"), ALICE)

    go_to(world, WARNED)

    (row,) = rows(browse(BOB).get("/alerts/"))
    assert "You stand in for Alice." in row
