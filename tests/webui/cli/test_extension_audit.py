"""`linbang audit clocks --case` tells what gave a clock its date, from the history alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from engine import extending
from engine.definitions import Bundle
from engine.instances import StartRequest, start
from engine.store import schema as s
from engine.store.definitions import DefinitionRow
from tests.databases.pool import database_url, give_back
from tests.engine.extending.conftest import NOTE, service
from tests.engine.support import MovedClock
from webui.cli import main
from webui.demo.staff import add_offices, add_staff
from webui.settings import Settings
from webui.wiring import open_installation

GROUPS = (
    (b"reviewer", b"street_reviewer"),
    (b'"clerk"', b'"window_clerk"'),
    (b"district", b"county_confirmer"),
)
"""The small service's groups, and those of the authority."""


def of_the_authority() -> Bundle:
    files = dict(service().files)
    for before, after in GROUPS:
        files = {name: content.replace(before, after) for name, content in files.items()}
    return Bundle("t", MappingProxyType(files))


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """Give the commands of an installation in which a reviewer has extended one case."""
    monkeypatch.setenv("LINBANG_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("LINBANG_DATABASE_URL", database_url(tmp_path / "linbang.db"))
    with open_installation(Settings.from_environment(), clock=MovedClock()) as found:
        runtime, made = found.runtime, of_the_authority()
        add_offices(runtime)
        add_staff(runtime)
        row = DefinitionRow(runtime.ids.next(), "t", 0, made.digest, runtime.now_ms(), None, "")
        runtime.catalogue.deploy(made, row)
        staff = {one.username: runtime.actor(one.id) for one in runtime.people.persons()}
        clerk, reviewer = staff["clerk"], staff["reviewer"]
        assert clerk is not None
        assert clerk.office_id is not None
        assert reviewer is not None
        case = start(runtime, clerk, StartRequest("t", clerk.office_id, {"name": "Wang"}))
        extending.extend(runtime, case.id, "law:0", reviewer, "cross_place", NOTE)
    yield lambda *words: CliRunner().invoke(main, list(words), catch_exceptions=False)
    give_back(tmp_path)


def test_it_says_thirty_and_fifteen_since_when_by_whom_why_and_by_which_law(run: Callable[..., Any]) -> None:
    told = run("audit", "clocks", "--case", "T-2026-000001")

    assert told.exit_code == 0
    assert "law:0 30 WD from 2026-03-02 10:15, due 2026-05-08 17:00" in told.output
    words = "30 + 15 = 45 WD since 2026-03-02 10:15 by reviewer: cross_place (Measures, art. 22)"
    assert words in told.output
    assert "every due date follows from its history" in told.output


def test_it_says_so_to_programs(run: Callable[..., Any]) -> None:
    told = json.loads(run("audit", "clocks", "--case", "T-2026-000001", "--json").output)

    assert told["ok"] is True
    law = next(one for one in told["clocks"] if one["key"] == "law:0")
    assert (law["limit"], law["due_at"], law["state"]) == ("30 WD", "2026-05-08 17:00", "running")
    assert [one["sum"] for one in law["extensions"]] == ["30 + 15 = 45 WD"]


def test_it_finds_a_date_that_the_history_does_not_give(run: Callable[..., Any]) -> None:
    with (
        open_installation(Settings.from_environment()) as found,
        found.runtime.database.writing() as connection,
    ):
        connection.execute(update(s.deadline).where(s.deadline.c.key == "law:0").values(due_at=1))

    told = run("audit", "clocks", "--case", "T-2026-000001")

    assert told.exit_code == 1
    assert "law:0 due_at: 1, by its history" in told.output


def test_it_refuses_a_case_that_is_not_there(run: Callable[..., Any]) -> None:
    told = run("audit", "clocks", "--case", "T-1999-000001")

    assert told.exit_code == 2
    assert "there is none" in told.output
