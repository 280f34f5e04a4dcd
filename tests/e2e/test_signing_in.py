"""Signing in: where it leads, how long it lasts, and how often somebody may guess."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import expect

from engine.sealing import Sealer, load_key
from webui.auth import ATTEMPTS, SESSION_S

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .desk import Desk, Office
    from .running import Server


@pytest.fixture(scope="module")
def server(own_server: Server) -> Server:
    """A server of its own, for at the end nobody can sign in any more."""
    return own_server


@pytest.fixture
def desk(town: Office) -> Iterator[Desk]:
    """A browser in which nobody has signed in."""
    found = town.new_desk()
    yield found
    found.context.close()


def test_it_leads_to_the_page_that_was_asked_for(desk: Desk) -> None:
    desk.go("/cases/?state=active&lang=en")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Sign in")
    desk.page.get_by_label("User name").fill("clerk")
    desk.page.get_by_label("Password").fill("clerk")
    desk.page.get_by_role("button", name="Sign in").click()
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Cases")


def test_it_never_leads_to_another_site(desk: Desk) -> None:
    desk.go("/sign-in?lang=en&next=//example.org/")
    desk.page.get_by_label("User name").fill("clerk")
    desk.page.get_by_label("Password").fill("clerk")
    desk.page.get_by_role("button", name="Sign in").click()
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("My work")


def test_it_asks_again_after_a_quarter_of_an_hour_without_use(town: Office, desk: Desk) -> None:
    desk.sign_in("clerk")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("My work")
    _let_rest(town, desk, SESSION_S + 60)
    desk.page.reload()
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_it_signs_out(desk: Desk) -> None:
    desk.sign_in("clerk")
    desk.page.get_by_role("button", name="Sign out").click()
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Sign in")
    desk.page.go_back()
    desk.page.reload()
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_it_stops_guessing(desk: Desk) -> None:
    """Comes last in this file: the address of all browsers has to wait afterwards."""
    for _attempt in range(ATTEMPTS):
        desk.sign_in("finance", "not the password")
        expect(desk.page.get_by_role("alert")).to_contain_text("The user name or the password is wrong.")
    desk.sign_in("finance")
    expect(desk.page.get_by_role("alert")).to_contain_text("Too many attempts. Please wait 15 minutes")
    desk.sign_in("county")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Sign in")


def _let_rest(town: Office, desk: Desk, seconds: int) -> None:
    """Put the cookie's last use back, as if the browser had stood there unused."""
    app = Flask("cookies")
    app.secret_key = Sealer(load_key(town.server.data_dir / "linbang.key")).derive("session")
    signer: Any = SecureCookieSessionInterface().get_signing_serializer(app)
    cookie = next(one for one in desk.context.cookies() if one["name"] == "linbang")
    session = signer.loads(cookie["value"])
    session["used"] = int(time.time()) - seconds
    desk.context.add_cookies(
        [{"name": "linbang", "value": signer.dumps(session), "url": town.server.address}]
    )
