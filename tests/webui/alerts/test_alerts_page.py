"""A supervisor's alerts: what called, how the clock stands now, by which mail it went, and what is unread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine import user_tasks
from engine.alerting import alerts
from engine.ports import ConnectorError
from tests.engine.alerts.conftest import QIAN, SHAO, HeardMail, down, go_to, watched_service
from tests.engine.support import ALICE, World
from tests.webui.incidents.conftest import words

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.webui.incidents.conftest import Browser

WARNED, MISSED = "2026-03-05T09:00", "2026-03-06T17:00"


def one_case(world: World, until: str) -> int:
    """Start a case and let the time pass; gives its id."""
    world.deploy(watched_service())
    case = world.start()
    go_to(world, until)
    return case.id


def rows(page: Any) -> list[str]:
    return [" ".join(row.text_content().split()) for row in page.xpath("//main//tbody/tr")]


def nav(page: Any) -> list[str]:
    return [link.text_content().strip() for link in page.xpath("//nav[@aria-label]//a")]


def test_it_shows_the_newest_first_with_how_the_clock_stands(
    world: World, browse: Callable[..., Browser], mail: HeardMail
) -> None:
    one_case(world, MISSED)
    world.clock.set("2026-03-10T10:00")

    missed, warned = rows(browse(QIAN).get("/alerts/"))

    assert missed.startswith(
        "limit Missed unread 2 working days late 6 Mar 2026 17:00 T-2026-000001 Wang t Qinghe"
    )
    assert "6 Mar 2026 17:00 E-mail goes at 9 Mar 2026 09:05" in missed
    assert warned.startswith("limit 1 working day before the end unread 2 working days late")
    assert "Qinghe 5 Mar 2026 09:00 E-mail sent 5 Mar 2026 09:05" in warned


def test_it_is_in_the_navigation_of_supervisors_with_the_number_of_unread_ones(
    world: World, browse: Callable[..., Browser]
) -> None:
    one_case(world, MISSED)

    assert "Alerts (2)" in nav(browse(QIAN).get("/alerts/"))
    assert "Alerts" in nav(browse(SHAO).get("/alerts/"))
    assert not any(entry.startswith("Alerts") for entry in nav(browse(ALICE).get("/cases/")))


def test_somebody_whom_no_rule_names_sees_an_empty_page(world: World, browse: Callable[..., Browser]) -> None:
    one_case(world, MISSED)

    page = browse(ALICE).get("/alerts/")

    assert rows(page) == []
    assert "No clock has run short." in words(page)


def test_a_caseworker_sees_a_line_in_the_inbox_and_the_list_behind_it(
    world: World, browse: Callable[..., Browser]
) -> None:
    world.deploy(watched_service())
    world.start()
    user_tasks.claim(world.runtime, world.task(ALICE, "review"), ALICE)
    browser = browse(ALICE)
    assert "runs short" not in words(browser.get("/"))

    go_to(world, WARNED)

    (line,) = browser.get("/").xpath("//a[contains(@href, '/alerts/')]")
    assert line.text_content() == "1 clock of your work runs short or was missed"
    (row,) = rows(browser.get(line.get("href")))
    assert "You work on it." in row
    assert "on this page only" in row


def test_opening_one_leads_to_the_case_and_marks_it_as_read(
    world: World, browse: Callable[..., Browser]
) -> None:
    case = one_case(world, WARNED)
    browser = browse(QIAN)
    (alert,) = alerts.page(world.runtime, QIAN).alerts

    answer = browser.client.get(f"/alerts/{alert.id}/open")

    assert (answer.status_code, answer.location) == (302, f"/cases/{case}")
    assert "unread" not in rows(browser.get("/alerts/"))[0]
    assert browse(SHAO).get(f"/alerts/{alert.id}/open", status=404) is not None


def test_the_link_of_a_mail_survives_signing_in(world: World, browse: Callable[..., Browser]) -> None:
    one_case(world, WARNED)
    (alert,) = alerts.page(world.runtime, QIAN).alerts
    stranger = browse(QIAN).client
    stranger.delete_cookie("linbang")

    answer = stranger.get(f"/alerts/{alert.id}/open")

    assert answer.location.endswith(f"next=/alerts/{alert.id}/open")
    assert alerts.count_unread(world.runtime, QIAN) == 1


def test_the_ticked_ones_are_marked_as_read_and_the_list_stays_narrowed_down(
    world: World, browse: Callable[..., Browser]
) -> None:
    one_case(world, MISSED)
    newest = alerts.page(world.runtime, QIAN).alerts[0]

    page = browse(QIAN).post("/alerts/read", alert=str(newest.id), level="missed")

    assert "1 alert marked as read." in words(page)
    assert len(rows(page)) == 1
    assert alerts.count_unread(world.runtime, QIAN) == 1


def test_all_that_the_page_showed_are_marked_as_read(world: World, browse: Callable[..., Browser]) -> None:
    one_case(world, WARNED)
    browser = browse(QIAN)
    (button,) = browser.get("/alerts/").xpath("//button[@name='all']/@value")
    go_to(world, MISSED)

    page = browser.post("/alerts/read", all=button)

    assert "1 alert marked as read." in words(page)
    assert ["unread" in row for row in rows(page)] == [True, False]


def test_ticking_nothing_says_so(world: World, browse: Callable[..., Browser]) -> None:
    assert "Tick at least one alert first." in words(browse(QIAN).post("/alerts/read"))


def test_it_is_narrowed_down_by_service_kind_and_what_is_unread(
    world: World, browse: Callable[..., Browser]
) -> None:
    one_case(world, MISSED)
    browser = browse(QIAN)
    alerts.read(world.runtime, QIAN, [alerts.page(world.runtime, QIAN).alerts[0].id])

    assert len(rows(browser.get("/alerts/?service=t&level=warned&unread=1"))) == 1
    assert "No alert matches." in words(browser.get("/alerts/?level=missed&unread=1"))
    assert len(rows(browser.get("/alerts/?level=nonsense&service=none&before=x"))) == 2


def test_it_has_pages(world: World, browse: Callable[..., Browser]) -> None:
    world.deploy(watched_service(warn=""))
    for _ in range(55):
        world.start()
    go_to(world, MISSED)
    browser = browse(QIAN)

    first = browser.get("/alerts/")
    (following,) = first.xpath("//a[@rel='next']/@href")
    second = browser.get(following)

    assert (len(rows(first)), len(rows(second))) == (50, 5)
    assert not second.xpath("//a[@rel='next']")
    assert not second.xpath("//button[@name='all']")


def test_it_says_how_a_clock_ended(world: World, browse: Callable[..., Browser]) -> None:
    one_case(world, MISSED)
    world.start()
    go_to(world, "2026-03-11T09:00")
    for row in world.inbox(ALICE):
        user_tasks.claim(world.runtime, row.user_task_id, ALICE)
        user_tasks.complete(world.runtime, row.user_task_id, ALICE, {})

    kept, late, warned = rows(browse(QIAN).get("/alerts/"))

    assert "kept 11 Mar 2026 09:00" in kept
    assert "ended late 11 Mar 2026 09:00" in late
    assert "ended late" in warned


def test_it_says_why_a_mail_did_not_arrive(
    world: World, browse: Callable[..., Browser], mail: HeardMail
) -> None:
    world.deploy(watched_service(warn=""))
    world.start()
    mail.failures = down(2)
    go_to(world, "2026-03-09T09:05")
    assert "tried again 9 Mar 2026 09:06 · The sending of e-mail cannot be reached." in words(
        browse(QIAN).get("/alerts/")
    )
    mail.failures = [ConnectorError("No", code="address_refused", permanent=True) for _ in range(2)]

    go_to(world, "2026-03-09T09:06")

    assert "given up The e-mail address was refused." in words(browse(QIAN).get("/alerts/"))


def test_it_speaks_chinese(world: World, browse: Callable[..., Browser]) -> None:
    one_case(world, MISSED)

    page = browse(QIAN, "zh").get("/alerts/")

    assert "提醒（2）" in nav(page)
    assert "距到期 1个工作日" in rows(page)[1]
