"""The words of a mail about alerts: in its reader's language, grouped, without people or what ails them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.errors import InvalidInput
from tests.engine.alerts.conftest import QIAN, HeardMail, go_to, watched_service
from tests.engine.support import World
from webui.settings import Settings
from webui.wiring import open_installation
from webui.words.alerts import mail_words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine.store.alert_messages import AlertDigest
    from tests.webui.incidents.conftest import Browser


def speaking(world: World) -> None:
    def words(language: str, mail: AlertDigest) -> tuple[str, str]:
        return mail_words(world.runtime, "https://linbang.example", language, mail)

    world.runtime.mail_words = words


def sent_to(mail: HeardMail, name: str) -> tuple[str, list[str]]:
    """Give subject and lines of the last mail to somebody."""
    call = [one for one in mail.sent if one.parameters["to"] == f"{name}@linxi.example"][-1]
    return call.parameters["subject"], call.parameters["text"].splitlines()


def test_it_groups_by_service_and_level_and_leads_to_each_case(world: World, mail: HeardMail) -> None:
    speaking(world)
    world.deploy(watched_service())
    world.start()
    go_to(world, "2026-03-03T10:00")
    world.start()

    go_to(world, "2026-03-09T09:05")

    subject, lines = sent_to(mail, "qian")
    assert subject == "Linbang: 1 clock missed"
    assert lines[:4] == [
        "Overdue work: https://linbang.example/desk/work?standing=late",
        "Unread alerts: https://linbang.example/alerts/?unread=1",
        "",
        "t: Missed",
    ]
    assert lines[5] == "  T-2026-000001: limit, due 6 Mar 2026 17:00"
    assert lines[6].startswith("    https://linbang.example/alerts/")
    assert lines[6].endswith("/open")
    assert not any("Wang" in line for line in lines)


def test_every_link_of_it_leads_somewhere(
    world: World, mail: HeardMail, browse: Callable[..., Browser]
) -> None:
    speaking(world)
    world.deploy(watched_service())
    case = world.start()
    go_to(world, "2026-03-05T09:05")
    client = browse(QIAN).client

    links = [line.partition("https://linbang.example")[2] for line in sent_to(mail, "qian")[1]]

    overdue, unread, alert = [client.get(link) for link in links if link]
    assert (overdue.status_code, unread.status_code) == (200, 200)
    assert "Late</h1>" in overdue.text
    assert alert.location == f"/cases/{case.id}"


def test_it_is_written_in_its_readers_language(world: World, mail: HeardMail) -> None:
    speaking(world)
    world.runtime.people.update_person(17, language="zh")
    world.deploy(watched_service())
    world.start()

    go_to(world, "2026-03-05T09:05")

    assert sent_to(mail, "qian")[0] == "邻帮：1 个预警"
    assert sent_to(mail, "qian")[1][3] == "t：距到期 1个工作日"
    assert sent_to(mail, "sun")[0] == "Linbang: 1 warning"


def test_it_counts_what_it_does_not_name(world: World, mail: HeardMail) -> None:
    speaking(world)
    world.deploy(watched_service())
    for _ in range(52):
        world.start()

    go_to(world, "2026-03-05T09:05")

    subject, lines = sent_to(mail, "qian")
    assert subject == "Linbang: 52 warnings"
    assert "… and 2 more" in lines
    assert sum(line.startswith("  T-") for line in lines) == 50


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"LINBANG_HOST": "10.0.0.1", "PORT": "81"}, "http://10.0.0.1:81"),
        ({"LINBANG_PUBLIC_URL": "https://bang.example.org/"}, "https://bang.example.org"),
    ],
)
def test_links_begin_with_the_address_that_people_use(
    tmp_path: Path, given: dict[str, str], address: str
) -> None:
    settings = Settings.from_environment({"LINBANG_DATA_DIR": str(tmp_path), **given})

    with open_installation(settings) as found:
        assert found.public_url == address


@pytest.mark.parametrize(
    "address", ["linbang.example.org", "ftp://linbang.example.org", "https://", "https://x?a=1"]
)
def test_it_refuses_an_address_that_no_browser_opens(tmp_path: Path, address: str) -> None:
    with pytest.raises(InvalidInput, match="LINBANG_PUBLIC_URL"):
        Settings.from_environment({"LINBANG_DATA_DIR": str(tmp_path), "LINBANG_PUBLIC_URL": address})
