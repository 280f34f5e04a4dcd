"""The page of what was given up: what failed in plain words, sent again or closed with a reason."""

from __future__ import annotations

from typing import Any

from engine.state import to_ms
from engine.store.dead_letters import MESSAGE
from tests.engine.support import ALICE, SUPERVISOR, World

from .conftest import Browser, words

REASON = "The server was set up wrongly"


def given_up(world: World, number: int = 7, **changes: Any) -> None:
    """Keep a mail to the supervisor that was given up."""
    from sqlalchemy import insert

    from engine.store import schema

    row = {
        "tenant_id": 1,
        "id": number,
        "person_id": SUPERVISOR.person_id,
        "channel": "mail",
        "state": "failed",
        "created_at": to_ms(world.clock.now()),
        "due_at": to_ms(world.clock.now()),
        "attempts": 12,
        "code": "mail_down",
        "message": "Connection refused",
        **changes,
    }
    with world.runtime.database.writing() as connection:
        connection.execute(insert(schema.alert_message), row)


def test_it_is_found_from_the_incidents_with_its_number(world: World, operator_browser: Browser) -> None:
    given_up(world)

    page = operator_browser.get("/incidents/")

    assert page.xpath("//a[@href='/undelivered/']")[0].text == "Not delivered (1)"


def test_it_says_what_failed_for_whom(world: World, operator_browser: Browser) -> None:
    given_up(world)

    page = words(operator_browser.get("/undelivered/"))

    assert "Mail about alerts" in page
    assert "The sending of e-mail cannot be reached." in page
    assert "Sun" in page


def test_it_is_sent_again(world: World, operator_browser: Browser) -> None:
    given_up(world)

    page = operator_browser.post(f"/undelivered/{MESSAGE}/7", _act="again", _reason=REASON)

    assert "It is being sent again." in words(page)
    assert world.runtime.jobs.next_due() is not None


def test_it_is_closed(world: World, operator_browser: Browser) -> None:
    given_up(world)

    page = operator_browser.post(f"/undelivered/{MESSAGE}/7", _act="close", _reason=REASON)

    assert "It has been closed." in words(page)
    assert "Everything was delivered." in words(page)
    assert [act.reason for act in world.runtime.dead_letters.acts(MESSAGE, 7)] == [REASON]


def test_without_a_reason_it_says_so_where_it_is_asked(world: World, operator_browser: Browser) -> None:
    given_up(world)

    page = operator_browser.post(f"/undelivered/{MESSAGE}/7", 422, _act="close", _reason="no")

    assert (
        page.xpath("//details[@open]//p[@role='alert']")[0].text
        == "Please give a reason of at least 5 characters."
    )


def test_it_goes_on_to_the_next_page(world: World, operator_browser: Browser, monkeypatch: Any) -> None:
    from webui.blueprints import undelivered

    monkeypatch.setattr(undelivered, "PAGE", 2)
    for number in (7, 8, 9):
        given_up(world, number)

    first = operator_browser.get("/undelivered/")
    second = operator_browser.get(first.xpath("//a[@rel='next']/@href")[0])

    assert [row.get("id") for row in first.xpath("//tbody/tr")] == ["letter-9", "letter-8"]
    assert [row.get("id") for row in second.xpath("//tbody/tr")] == ["letter-7"]


def test_strange_requests_are_no_fault_and_others_may_not(
    world: World, operator_browser: Browser, browse: Any
) -> None:
    operator_browser.get("/undelivered/?before=x")
    operator_browser.post("/undelivered/parcel/7", 404, _reason=REASON)
    browse(ALICE).get("/undelivered/", 403)


def test_it_speaks_chinese(world: World, operator_browser: Browser) -> None:
    given_up(world)

    assert "未送达" in words(operator_browser.get("/undelivered/?lang=zh"))
