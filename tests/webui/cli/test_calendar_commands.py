"""Commands of the calendar: what they print, and what they leave behind."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from tests.engine.calendars.conftest import NOTICE_2027
from webui.cli import main


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("LINBANG_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("LINBANG_DATABASE_URL", raising=False)
    return lambda *words: CliRunner().invoke(main, list(words), catch_exceptions=False)


@pytest.fixture
def installed(run):
    """Give the commands of an installation with the demo's people, no service and no case."""
    from webui.demo.staff import add_offices, add_staff
    from webui.settings import Settings
    from webui.wiring import open_installation

    with open_installation(Settings.from_environment()) as found:
        add_offices(found.runtime)
        add_staff(found.runtime)
    return run


def test_due_takes_a_day_and_a_limit(run) -> None:
    result = run("calendar", "due", "2026-03-02", "12WD")

    assert result.exit_code == 0
    assert "due 2026-03-18 17:00" in result.output


def test_due_refuses_nothing_at_all_in_a_sentence(run) -> None:
    result = run("calendar", "due")

    assert result.exit_code == 2
    assert "expected a day of acceptance and a limit" in result.output


def test_show_says_where_a_year_comes_from(run) -> None:
    told = json.loads(run("calendar", "show", "2026", "--json").output)
    assert (told["working_days"], told["provisional"]) == (248, False)
    assert "国办发明电〔2025〕7号" in told["source"]
    assert json.loads(run("calendar", "show", "2027", "--json").output)["provisional"] is True


def test_a_notice_is_imported_approved_and_counts(installed, tmp_path) -> None:
    """Before, 2027 is provisional; afterwards the dates stand, and both calendars are on record."""
    file = tmp_path / "2027.yaml"
    file.write_text(NOTICE_2027, "utf-8")

    change = json.loads(installed("calendar", "import", str(file), "--user", "supervisor", "--json").output)
    assert change["state"] == "ready"
    before = json.loads(installed("calendar", "due", "2026-12-21", "12WD", "--json").output)
    done = installed(
        "calendar", "approve", change["id"], "--user", "supervisor", "--reason", "The notice is out."
    )
    after = json.loads(installed("calendar", "due", "2026-12-21", "12WD", "--json").output)

    assert "in force" in done.output
    assert (before["provisional"], before["due_at"][:10]) == (True, "2027-01-07")
    assert (after["provisional"], after["due_at"][:10]) == (False, "2027-01-08")  # the 4th is a day of rest
    editions = json.loads(installed("calendar", "versions", "--json").output)["editions"]
    assert [one["edition"] for one in editions] == [1, 0]
    assert editions[1]["versions"] == [before["calendar_version"]]


def test_an_office_closes_and_may_drop_it_again(installed) -> None:
    words = ("--user", "supervisor", "--json")
    change = json.loads(
        installed("calendar", "office", "990101", "--closed", "2026-03-10", "--label", "storm", *words).output
    )
    dropped = installed(
        "calendar", "discard", change["id"], "--user", "supervisor", "--reason", "No storm came."
    )

    assert "nothing was moved" in dropped.output
    again = installed("calendar", "approve", change["id"], "--user", "supervisor", "--reason", "Once more.")
    assert again.exit_code == 2


def test_a_clerk_imports_nothing(installed, tmp_path) -> None:
    file = tmp_path / "2027.yaml"
    file.write_text(NOTICE_2027, "utf-8")
    result = installed("calendar", "import", str(file), "--user", "clerk")

    assert result.exit_code == 2
    assert "Expected an operator" in result.output


def test_audit_clocks_is_content_with_an_installation_without_cases(installed) -> None:
    assert json.loads(installed("audit", "clocks", "--json").output) == {"ok": True, "faults": []}
