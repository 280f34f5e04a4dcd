"""Walks through every page of a filled demo, for pictures and for rules that hold on every page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import FilePayload

from webui.blueprints.help import KINDS

from .edits import KEY, broken, folder, foreign, renamed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .desk import Desk

BEGINS = "2026-07-15T10:20+08:00"
"""A Wednesday in summer, with half a year of a published calendar behind it."""


ALLOWANCE = "/cases/?service=minimum_living_allowance"


def walk(desk: Desk, language: str, sights: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    """Go from page to page; yields the name of each when it is shown. sights: further pages, and who sees them."""
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
    for kind in KINDS:
        desk.go(f"/help/{kind}")
        yield f"help-{kind}"
    desk.go("/tasks/1")
    yield "not-found"
    desk.sign_in("clerk", language=language)
    desk.go("/services")
    yield "services"
    desk.go("/services/minimum_living_allowance/start")
    yield "start"
    desk.page.locator(".panel-foot .button-primary").click()
    yield "start-wrong"
    desk.go("/services/door_to_door_assistance/start")
    yield "start-help"
    desk.sign_in("dispatcher", language=language)
    desk.go("/services/care_bed_referral/start")
    yield "start-bed"
    yield from _supervisor(desk, language)
    yield from _designer(desk, language)
    yield from _sights(desk, language, sights)


def _supervisor(desk: Desk, language: str) -> Iterator[str]:
    """Show how the work stands, the list behind a number, the alerts, and who stands in for whom."""
    desk.sign_in("supervisor", language=language)
    desk.go("/desk")
    desk.page.locator("#people table").wait_for()
    yield "desk"
    for name, path in (
        ("people", "/desk/people"),
        ("work", "/desk/work"),
        ("work-this-week", "/desk/work?standing=this_week"),
        ("figures", "/desk/figures?period=2026-06"),
        ("ratings", "/desk/ratings?period=2026-06"),
        ("report", "/desk/report?period=2026-W28"),
    ):
        desk.go(path)
        yield name
    desk.go("/desk/figures/door_to_door_assistance?period=2026-06")
    desk.page.wait_for_selector("[data-diagram][data-state=ready]")
    yield "heat"
    yield from _alerts(desk)
    yield from _calendars(desk)
    desk.go("/absence/")
    yield "absence"
    desk.page.locator("#substitute").select_option(index=1)
    desk.page.locator("#ends-on").fill("2020-01-01")
    desk.page.locator("form[method=post] .button-primary").evaluate("(one) => one.form.noValidate = true")
    desk.page.locator("form[method=post] .button-primary").click()
    yield "absence-wrong"


def _alerts(desk: Desk) -> Iterator[str]:
    """Show the alerts that nobody heard, those of one's own, and who was told of one case."""
    for name, path in (("alerts-unheard", "/alerts/unheard"), ("alerts", "/alerts/")):
        desk.go(path)
        yield name
    desk.page.locator("main a[href*='/alerts/cases/']").first.click()
    yield "alerts-of-case"


def _calendars(desk: Desk) -> Iterator[str]:
    """Show a published year and one that is not, a proposal that cannot be, what another one moves, and drop it."""
    page = desk.page
    for name, path in (("calendar", "/calendars/"), ("calendar-provisional", "/calendars/?year=2027")):
        desk.go(path)
        yield name
    desk.go("/calendars/")
    proposal = page.locator("form[action$='/calendars/offices']")
    proposal.locator(".button-primary").click()
    yield "calendar-wrong"
    proposal = page.locator("form[action$='/calendars/offices']")
    proposal.locator("#first").fill("2026-07-20")
    proposal.locator("#label").fill("暴雨停工")
    proposal.locator(".button-primary").click()
    page.locator("form[action$='/approve'] .button-primary").wait_for()
    unfold(desk)
    yield "calendar-change"
    page.locator("#reason").fill("No storm came.")
    page.locator("button[formaction$='/discard']").click()
    yield "calendar-dropped"


def _designer(desk: Desk, language: str) -> Iterator[str]:
    """Show the services' versions, a table, an upload with problems, and one that may be deployed."""
    desk.sign_in("designer", language=language)
    desk.go(f"/definitions/{KEY}")
    yield "service-versions"
    desk.page.locator(".decision-list a").nth(1).click()
    yield "decision"
    desk.go(f"/migrations/{KEY}")
    yield "migrations"
    for name, change, address in (("upload-wrong", broken, "check"), ("upload-differs", renamed, "*")):
        desk.go("/definitions/")
        if name == "upload-wrong":
            yield "service-list"
        file = FilePayload(name="service.zip", mimeType="application/zip", buffer=folder(change))
        desk.page.locator("#zip").set_input_files(file)
        desk.page.wait_for_url(f"**/definitions/-/{address}")
        unfold(desk)
        yield name
    desk.go("/import/")
    yield "import"
    file = FilePayload(name="theirs.bpmn", mimeType="application/xml", buffer=foreign())
    desk.page.locator("#files").set_input_files(file)
    desk.page.locator("#group").select_option(index=1)
    desk.page.locator("form[action$='/import/'] .button-primary").click()
    desk.page.locator("#by-hand").wait_for()
    unfold(desk)
    yield "import-service"


def _sights(desk: Desk, language: str, sights: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    """Show what the cases of the installation have to show: tasks claimed, everything on a page unfolded."""
    desk.sign_in("operator", language=language)
    desk.go("/incidents/")
    yield "incidents"
    for name, path in (
        ("incidents-together", "/incidents/together/"),
        ("undelivered", "/undelivered/"),
        ("alerts-messages", "/alerts/messages"),
        ("subscriptions", "/subscriptions/"),
    ):
        desk.go(path)
        yield name
    desk.page.locator("#address").fill("https://203.0.113.7/linbang")
    desk.page.locator("[name=event]").first.check()
    desk.page.locator("form[method=post] .button-primary").click()
    yield "subscriptions-secret"
    desk.page.locator("table tbody a").first.click()
    yield "subscription"
    desk.page.locator("form[action$='/end'] button").click()
    desk.go(f"{sights['case-asked'][1]}/hands/")
    yield "hands"
    for name, (who, path) in sights.items():
        desk.sign_in(who, language=language)
        desk.go(path)
        claim = desk.page.locator("form[action$='/claim'] button")
        if claim.count():
            claim.click()
            desk.page.wait_for_selector("form#answers")
        unfold(desk)
        yield name
        if desk.page.locator("form[action$='/unclaim']").count():
            desk.page.locator("form[action$='/unclaim'] button").click()


def unfold(desk: Desk) -> None:
    """Open everything that is folded on a page, as soon as it stands."""
    desk.page.wait_for_load_state()
    desk.page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
    desk.page.wait_for_load_state("networkidle")


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
    for name, opener in (
        ("hand-on", "a[data-key=d]"),
        ("put-off", "a[data-key=z]"),
        ("keys", "[data-open=keys]"),
    ):
        if not page.locator(opener).count():
            continue  # what is due today cannot be put off
        page.locator(opener).first.click()
        page.wait_for_selector("dialog[open]")
        yield f"inbox-{name}"
        page.keyboard.press("Escape")
    page.locator("form[action$='/unclaim'] button").first.click()


def _case(desk: Desk) -> Iterator[str]:
    """Show a running case with its letters, clocks and what can be told, and one that has ended."""
    page = desk.page
    desk.go(f"{ALLOWANCE}&state=active")
    page.locator("table tbody tr").last.get_by_role("link").click()
    page.wait_for_selector("[data-diagram][data-state=ready]")
    yield "case"
    unfold(desk)
    yield "case-opened"
    here = page.url
    for name, part in (("ledger", "/clocks/"), ("letter", "/letters/")):
        page.locator(f"main a[href*='{part}']").first.click()
        yield name
        if name == "ledger":
            page.emulate_media(media="print")
            yield "ledger-printed"
            page.emulate_media(media="screen")
        page.goto(here)
    desk.go(f"{ALLOWANCE}&state=active")
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
