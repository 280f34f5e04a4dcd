"""The page of other systems: for operators, with the secret once, the log, once more and no more."""

from __future__ import annotations

import time
from typing import Any

import pytest
from lxml import html

from engine import subscriptions
from engine.scheduler import tick
from tests.engine.support import ALICE, World
from tests.webui.incidents.conftest import Browser, words

from .conftest import OPERATOR, NothingOutside

ADDRESS = "https://machine.example/linbang"


@pytest.fixture
def browse(app: Any) -> Any:
    app.config["WTF_CSRF_ENABLED"] = False

    def signed_in(actor: Any, language: str = "en") -> Browser:
        client = app.test_client()
        with client.session_transaction() as session:
            session.update(person=str(actor.person_id), version=1, used=int(time.time()), language=language)
        return Browser(client)

    return signed_in


@pytest.fixture
def outside(two_steps: World) -> NothingOutside:
    found = NothingOutside()
    two_steps.runtime.hooks = found
    return found


def send(browser: Browser, status: int, **fields: Any) -> Any:
    answer = browser.client.post("/subscriptions/", data=fields)
    assert answer.status_code == status
    return html.document_fromstring(answer.text)


def test_an_operator_subscribes_and_sees_the_secret_once(outside: NothingOutside, browse: Any) -> None:
    olga = browse(OPERATOR)

    page = send(olga, 200, address=ADDRESS, event=["case_started", "case_completed"])

    (secret,) = page.xpath("//code[@class='breaks']/text()")
    assert len(secret) > 40
    again = olga.get("/subscriptions/")
    assert secret not in html.tostring(again).decode()
    assert "A case was started · A case was completed" in words(again)
    assert again.xpath("//nav//a[@aria-current='page']/text()") == ["Other systems"]


def test_it_says_what_is_wrong_and_keeps_what_was_typed(outside: NothingOutside, browse: Any) -> None:
    page = send(browse(OPERATOR), 422, address=ADDRESS)

    assert "Choose at least one event." in words(page)
    assert page.xpath("//input[@name='address']/@value") == [ADDRESS]


def test_the_log_shows_why_and_tells_again(
    two_steps: World,
    outside: NothingOutside,
    browse: Any,
) -> None:
    made = subscriptions.subscribe(two_steps.runtime, OPERATOR, ADDRESS, ["case_started"])
    started = two_steps.start()
    outside.status = 500
    tick(two_steps.runtime)
    olga, path = browse(OPERATOR), f"/subscriptions/{made.row.id}"

    assert "The address answered with status 500" in words(olga.get(path))
    assert "Next try: 2 Mar 2026 10:16" in words(olga.get(path))
    outside.status = 204
    two_steps.clock.move(minutes=1)
    tick(two_steps.runtime)
    page = olga.get(path)
    assert started.business_key in words(page)
    (action,) = page.xpath("//form[contains(@action, 'redeliver')]/@action")
    assert "It is being told again." in words(olga.post(action))


def test_it_is_ended_there(two_steps: World, outside: NothingOutside, browse: Any) -> None:
    made = subscriptions.subscribe(two_steps.runtime, OPERATOR, ADDRESS, ["case_started"])

    page = browse(OPERATOR).post(f"/subscriptions/{made.row.id}/end")

    assert "The subscription has been ended." in words(page)
    assert page.xpath("//form[contains(@action, '/end')]") == []


def test_nobody_else_finds_or_opens_it(outside: NothingOutside, browse: Any) -> None:
    alice = browse(ALICE)

    assert alice.get("/").xpath("//nav//a[@href='/subscriptions/']") == []
    alice.get("/subscriptions/", 403)
    alice.get("/subscriptions/1", 403)


def test_it_speaks_chinese(outside: NothingOutside, browse: Any) -> None:
    page = browse(OPERATOR, "zh").get("/subscriptions/")

    assert "没有任何系统被告知。" in words(page)
