"""When the background's heart stops, the pages of those who can help it and `/healthz` say so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from engine.heartbeat import SCHEDULER, beat_as_worker
from engine.scheduler import tick
from engine.state import to_ms
from tests.engine.alerts.conftest import QIAN, HeardMail, down, go_to, watched_service
from tests.engine.support import ALICE, DISTRICT, World, employ, person

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.webui.incidents.conftest import Browser

OPERATOR = person(21, "Olga", office=DISTRICT, roles="operator")


def banner(browser: Browser) -> str:
    found = browser.get("/cases/").xpath("//*[@role='alert']")
    return " ".join(found[0].text_content().split()) if found else ""


def health(browser: Browser, status: int) -> Any:
    answer = browser.client.get("/healthz")
    assert answer.status_code == status
    return answer.json


def test_a_heart_that_beats_says_nothing(world: World, browse: Callable[..., Browser]) -> None:
    tick(world.runtime)

    assert banner(browse(QIAN)) == ""
    told = health(browse(QIAN), 200)
    assert (told["ok"], told["background"], told["degraded"]) == (True, "ok", [])
    assert [(beat["name"], beat["stale"], beat["overdue_jobs"]) for beat in told["beats"]] == [
        ("scheduler", False, 0)
    ]


def test_a_heart_that_stopped_shows_on_every_page_of_supervisors(
    world: World, browse: Callable[..., Browser]
) -> None:
    stopped = datetime.now(UTC) - timedelta(minutes=5)
    world.runtime.heartbeats.put(SCHEDULER, to_ms(stopped), "{}")
    local = world.runtime.calendar.local_moment(stopped)

    assert f"since {local.day} {local:%b %Y %H:%M}; deadlines may pass unseen" in banner(browse(QIAN))
    assert banner(browse(ALICE)) == ""
    told = health(browse(QIAN), 503)
    assert (told["ok"], told["background"], told["stopped"]) == (False, "stopped", "scheduler")


def test_a_heart_that_never_beat_is_one_that_does_not(world: World, browse: Callable[..., Browser]) -> None:
    assert "have not been looked after yet" in banner(browse(QIAN))
    assert health(browse(QIAN), 503)["beats"][0]["at"] is None


def test_a_dispatcher_that_hangs_in_this_process_shows_before_its_row_is_old(
    world: World, browse: Callable[..., Browser]
) -> None:
    tick(world.runtime)
    browser = browse(QIAN)
    browser.client.application.extensions["linbang"].heartbeat = lambda: False

    assert "have not been looked after since" in banner(browser)
    assert health(browser, 503)["stopped"] == "scheduler"


def test_a_silent_worker_is_named_to_those_who_can_mend_it(
    world: World, browse: Callable[..., Browser]
) -> None:
    """Another worker does its work meanwhile: nobody else is kept from working, and nothing stands still."""
    employ(world, OPERATOR)
    tick(world.runtime)
    beat_as_worker(world.runtime, "hall")
    since = to_ms(datetime.now(UTC) - timedelta(minutes=5))
    world.runtime.heartbeats.put("worker cellar", since, "{}")

    assert "these workers since" in banner(browse(OPERATOR))
    assert banner(browse(OPERATOR)).endswith(": cellar.")
    assert banner(browse(QIAN)) == ""
    told = health(browse(QIAN), 200)
    assert (told["ok"], told["degraded"], told["silent_workers"]) == (True, ["workers"], ["cellar"])
    assert [(beat["name"], beat["stale"]) for beat in told["beats"]] == [
        ("scheduler", False),
        ("worker cellar", True),
        ("worker hall", False),
    ]


def test_mails_that_fail_degrade_it_and_stop_nobody(
    world: World, browse: Callable[..., Browser], mail: HeardMail
) -> None:
    world.deploy(watched_service())
    world.start()
    mail.failures = down(2)

    go_to(world, "2026-03-05T09:05")

    told = health(browse(QIAN), 200)
    assert (told["ok"], told["degraded"]) == (True, ["mails"])
    assert told["mails"] == {"failed": 0, "retried": 2, "overdue": 0}


def test_mails_that_should_long_be_sent_degrade_it(
    world: World, browse: Callable[..., Browser], mail: HeardMail
) -> None:
    world.deploy(watched_service())
    world.start()
    go_to(world, "2026-03-05T09:00")

    world.clock.set("2026-03-05T09:30")

    assert health(browse(QIAN), 200)["mails"]["overdue"] == 2
