"""Takes a picture of every page, in both languages, wide and narrow, into a folder.

Not a test: `python -m tests.e2e.pictures FOLDER` for eyes to judge what no rule can.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from .browser import started
from .desk import NARROW, WIDE, Desk, Office
from .running import running

if TYPE_CHECKING:
    from collections.abc import Iterator

BEGINS = "2026-07-15T10:20+08:00"
SIZES = {"wide": WIDE, "narrow": NARROW}


def main() -> None:
    """Fill a demo, walk through it, take pictures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cases", type=int, default=60)
    parser.add_argument("--scheme", choices=("light", "dark"), default="light")
    wanted = parser.parse_args()
    wanted.folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as data,
        running(Path(data), begins=BEGINS, cases=wanted.cases) as server,
        started() as browser,
    ):
        office = Office(browser, server)
        for language in ("en", "zh"):
            for size, viewport in SIZES.items():
                desk = office.new_desk(viewport=viewport, color_scheme=wanted.scheme)
                for name in _walk(desk, language):
                    desk.page.wait_for_load_state("networkidle")
                    path = wanted.folder / f"{name}-{language}-{size}.png"
                    desk.page.screenshot(path=path, full_page=True)
                desk.context.close()
        for complaint in office.said:
            print(complaint)


def _walk(desk: Desk, language: str) -> Iterator[str]:
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
    desk.sign_in("leader", language=language)
    desk.inbox("groups").first.get_by_role("link").first.click()
    yield "task-opinion"


def _task(desk: Desk) -> Iterator[str]:
    """Show a task before it is claimed, claimed, wrongly answered and given back."""
    page = desk.page
    page.locator("table tbody tr td:first-child a").last.click()
    yield "task"
    claim = page.locator("form[action$='/claim'] button")
    if not claim.count():
        return
    claim.click()
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
    for name, part in (("ledger", "/clocks/"), ("letter", "/letters/"), ("message", "/messages/")):
        links = page.locator(f"main a[href*='{part}']")
        if links.count():
            links.first.click()
            yield name
            page.goto(here)
    desk.go("/cases/?state=completed")
    page.locator("table tbody tr").first.get_by_role("link").click()
    page.wait_for_selector("[data-diagram][data-state=ready]")
    yield "case-ended"
    letters = page.locator("main a[href*='/letters/']")
    if letters.count():
        letters.last.click()
        yield "letter-last"


if __name__ == "__main__":
    main()
