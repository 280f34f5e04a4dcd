"""Walks through every page of a filled demo, for pictures and for rules that hold on every page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .desk import Desk

BEGINS = "2026-07-15T10:20+08:00"
"""A Wednesday in summer, with half a year of a published calendar behind it."""


def walk(desk: Desk, language: str) -> Iterator[str]:
    """Go from page to page; yields the name of each when it is shown."""
    desk.go(f"/sign-in?lang={language}")
    yield "sign-in"
    desk.sign_in("clerk", "wrong", language=language)
    yield "sign-in-wrong"
    desk.sign_in("reviewer", language=language)
    desk.inbox("mine")
    yield "inbox-mine"
    desk.inbox("groups")
    yield "inbox"
    yield from _task(desk)
    desk.go("/cases/")
    yield "cases"
    desk.go("/cases/?q=nobody-has-this-name")
    yield "cases-none"
    yield from _case(desk)
    desk.go("/help")
    yield "help"
    desk.go("/tasks/1")
    yield "not-found"
    desk.sign_in("clerk", language=language)
    desk.go("/services")
    yield "services"
    desk.page.locator("a.button-primary").first.click()
    yield "start"
    desk.page.locator(".panel-foot .button-primary").click()
    yield "start-wrong"


def _task(desk: Desk) -> Iterator[str]:
    """Show a task before it is claimed, claimed, wrongly answered and given back."""
    page = desk.page
    page.locator("table tbody tr td:first-child a").last.click()
    yield "task"
    page.locator("form[action$='/claim'] button").click()
    yield "task-claimed"
    page.locator("form#answers .button-primary").click()
    yield "task-wrong"
    desk.inbox("mine")
    yield "inbox-claimed"
    page.locator("form[action$='/unclaim'] button").first.click()


def _case(desk: Desk) -> Iterator[str]:
    """Show a running case with its letters, clocks and what can be told, and one that has ended."""
    page = desk.page
    desk.go("/cases/?state=active")
    page.locator("table tbody tr").last.get_by_role("link").click()
    page.wait_for_selector("[data-diagram][data-state=ready]")
    yield "case"
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.wait_for_load_state("networkidle")
    yield "case-opened"
    here = page.url
    for name, part in (("ledger", "/clocks/"), ("letter", "/letters/")):
        page.locator(f"main a[href*='{part}']").first.click()
        yield name
        page.goto(here)
    desk.go("/cases/?state=active")
    page.locator("table tbody tr").first.get_by_role("link").click()
    page.locator("main a[href*='/messages/']").first.click()
    yield "message"
    page.locator("form#answers .button-primary").click()
    yield "message-wrong"
    desk.go("/cases/?state=completed")
    page.locator("table tbody tr").first.get_by_role("link").click()
    page.wait_for_selector("[data-diagram][data-state=ready]")
    yield "case-ended"
    page.locator("main a[href*='/letters/']").last.click()
    yield "letter-last"
