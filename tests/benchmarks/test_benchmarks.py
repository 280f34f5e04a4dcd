"""Each benchmark that installs nothing runs with tiny numbers, says what it has to say, and finds no error."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.databases.pool import postgresql_url
from webui import fleet
from webui.bench.figures import Figure
from webui.bench.installation import DATABASES, SERVICES, measured
from webui.bench.rounds import Effort

from . import alerts, burst, calendars, desk, feel, search, steps
from .http import __main__ as http
from .places import DATABASE_URL, settings_on

pytestmark = pytest.mark.only_sqlite("it measures both databases in any run")

PEERS = Path(__file__).parent / "peers"


@pytest.fixture(autouse=True)
def _server_of_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DATABASE_URL, postgresql_url(tmp_path / "beside"))


def values(figures: list[Figure]) -> dict[str, float]:
    return {figure.name: figure.value for figure in figures}


def test_it_measures_steps_on_both_databases_in_turns() -> None:
    with ExitStack() as opened:
        sides = {kind: opened.enter_context(measured(settings_on(kind, opened), kind)) for kind in DATABASES}
        found = steps.measure(sides, Effort(cases=2, rounds=1))

    for kind in DATABASES:
        said = values(found[kind])
        assert said["complete: statements at most"] <= 8
        assert said["  history"] > 0
        assert said["  run"] > 0


@pytest.mark.parametrize("kind", DATABASES)
def test_it_searches_for_the_district_and_for_one_street(kind: str) -> None:
    with ExitStack() as opened:
        found = opened.enter_context(measured(settings_on(kind, opened), kind))
        said = values(search.measure(found, cases=200, looks=1))

    assert len(said) == 2 * len(search.SEARCHES)
    assert all(value > 0 for value in said.values())


def test_it_reads_what_a_change_of_the_calendar_reads_and_moves_real_cases(tmp_path: Path) -> None:
    read = values(calendars.measure(tmp_path, cases=200, looks=1))
    moved = values(calendars.moving(tmp_path, cases=4))

    assert all(value > 0 for value in read.values())
    assert {"next clocks, middle", "page of cases, middle", "counts by state"} <= read.keys()
    assert moved["look at one case"] > 0
    assert moved["move one case"] > 0


def test_it_reads_and_announces_alerts(tmp_path: Path) -> None:
    said = values(alerts.measure(tmp_path / "linbang.db", cases=200, looks=1))

    assert {"first page", "messages", "who was told of a case", "announce one"} <= said.keys()
    assert all(value > 0 for value in said.values())


@pytest.mark.parametrize("kind", DATABASES)
def test_it_looks_at_every_page_of_the_desk(kind: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    world = desk.filled(postgresql_url(tmp_path / "desk") if kind == "postgresql" else url, 200, 100)
    try:
        said = values(desk.measure(world, tmp_path, looks=1))
    finally:
        world.runtime.database.close()

    assert {"page: the overview", "page: the weekly report", "counts by place"} <= said.keys()
    assert all(value >= 0 for value in said.values())


def test_it_lets_two_workers_strike_a_burst() -> None:
    with ExitStack() as opened:
        found = opened.enter_context(measured(settings_on("postgresql", opened), "postgresql"))
        fleet.make_queue(found.runtime.database)
        waited_s, rate = burst.burst(found, timers=5, count=2)

    assert 0 < waited_s < burst.STRUCK_WITHIN_S
    assert rate > 0


def test_it_completes_over_real_sockets_without_an_error(tmp_path: Path) -> None:
    with ExitStack() as opened:
        found = opened.enter_context(measured(settings_on("postgresql", opened), "postgresql"))
        said = values(http.measure(found, Effort(cases=8, rounds=1), ["granian"], tmp_path))

    assert said["granian: completions"] > 0
    assert said["granian: errors of all kinds"] == 0
    assert said["granian: contested, told that somebody was quicker"] == http.CONTESTED * (http.CLIENTS - 1)


def test_it_measures_conditions_and_tables_beside_plain_python() -> None:
    said = {name.strip(): value for name, value in values(feel.measure(turns=2, rounds=1)).items()}

    assert all(said[f"table of {feel.RULES} rules, {policy}"] > 0 for policy in feel.POLICIES)
    assert len(feel.conditions()) > 50


@pytest.mark.parametrize("mode", ["memory", "saved"])
def test_it_runs_spiffworkflow_as_it_comes(tmp_path: Path, mode: str) -> None:
    diagram = SERVICES / "four_tasks" / "four_tasks.bpmn"
    command = [sys.executable, PEERS / "spiff_steps.py", diagram, "1", mode, tmp_path / "peer.db"]

    done = subprocess.run(command, check=True, capture_output=True, text=True)

    assert json.loads(done.stdout)["completions"] == 4
