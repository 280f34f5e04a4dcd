"""`linbang bench`: each bench with tiny numbers, on both databases, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result
from sqlalchemy.engine import make_url

from engine.errors import InvalidState
from engine.store.scratch import PREFIX
from tests.databases.pool import postgresql_url
from webui.bench.figures import Figure, table
from webui.bench.installation import Measured, measured
from webui.bench.rounds import Effort, check, play
from webui.cli import main
from webui.settings import Settings

pytestmark = pytest.mark.only_sqlite("it measures both databases in any run")

DATABASES = ("sqlite", "postgresql")
TINY = ["--cases", "2", "--rounds", "1"]
COMPLETIONS = {
    "durable_per_s",
    "raw_per_s",
    "ratio_to_raw",
    "in_memory_per_s",
    "sql_per_completion",
    "commits_per_completion",
    "bytes_per_instance",
}

Bench = Callable[..., Result]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        "LINBANG_DATA_DIR": str(tmp_path / "var"),
        "LINBANG_DATABASE_URL": postgresql_url(tmp_path / "beside"),
    }


@pytest.fixture
def bench(environment: dict[str, str]) -> Bench:
    def run(*arguments: str, **changes: str) -> Result:
        return CliRunner(env={**environment, **changes}).invoke(main, ["bench", *arguments])

    return run


def document(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def scratch_databases(environment: dict[str, str]) -> list[str]:
    url = make_url(environment["LINBANG_DATABASE_URL"]).set(drivername="postgresql")
    with closing(psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)) as connection:
        query = f"SELECT datname FROM pg_database WHERE datname LIKE '{PREFIX}%'"
        return [name for (name,) in connection.execute(query).fetchall()]


@pytest.mark.parametrize("kind", DATABASES)
def test_it_tells_what_a_completion_costs(bench: Bench, kind: str) -> None:
    found = document(bench("completions", "--database", kind, *TINY, "--json"))

    assert found.keys() == {*COMPLETIONS, "machine"}
    assert 0 < found["durable_per_s"] < found["in_memory_per_s"]
    assert found["sql_per_completion"] <= 8
    assert found["commits_per_completion"] == 1


@pytest.mark.parametrize("kind", DATABASES)
def test_it_tells_what_a_start_costs(bench: Bench, kind: str) -> None:
    found = document(bench("starts", "--database", kind, *TINY, "--json"))

    assert found["sql_per_start"] <= 6
    assert found["commits_per_start"] == 1
    assert found["durable_per_s"] > 0


@pytest.mark.parametrize("kind", DATABASES)
def test_it_strikes_timers_among_many_that_are_not_due(
    bench: Bench, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webui.bench.timers.LATE_CASES", 2)
    monkeypatch.setattr("webui.bench.timers.LATE_WAIT_S", 0)

    found = document(bench("timers", "--database", kind, "--stored", "50", *TINY, "--json"))

    assert found["stored"] == 50
    assert found["drained_per_s"] > 0
    assert found["lateness_ms_p95"] >= 0
    assert found["poll_ms_p95"] > 0


@pytest.mark.parametrize("kind", DATABASES)
def test_it_reads_pages_counts_and_searches_of_a_filled_inbox(bench: Bench, kind: str) -> None:
    found = document(bench("inbox", "--database", kind, "--tasks", "400", "--looks", "1", "--json"))

    looks = {one["look"] for one in found["looks"]}
    assert {"first page, 20 groups", "middle page, 1 groups", "capped count, 5 groups"} <= looks
    assert "search, two signs" in looks


def test_it_prints_each_figure_with_its_goal_for_people(bench: Bench) -> None:
    said = bench("completions", *TINY).stdout

    (line,) = [line for line in said.splitlines() if "complete: commits" in line]
    assert line.split() == ["complete:", "commits", "1.000", "≤", "1", "kept"]


def test_it_says_that_a_goal_is_missed() -> None:
    said = table("speed", [Figure("poll", 3.0, "ms", "≤ 1")])

    assert said.endswith("≤ 1      MISSED")


@pytest.mark.parametrize("kind", DATABASES)
def test_it_leaves_nothing_behind_when_it_is_interrupted(environment: dict[str, str], kind: str) -> None:
    settings = Settings.from_environment(environment)
    folder = settings.data_dir.parent
    before = {path.name for path in folder.iterdir()}

    with pytest.raises(KeyboardInterrupt):
        start_and_interrupt(settings, kind)

    assert {path.name for path in folder.iterdir()} == before
    assert scratch_databases(environment) == []


def start_and_interrupt(settings: Settings, kind: str) -> None:
    with measured(settings, kind) as found:
        found.start("four_tasks", finding="new")
        raise KeyboardInterrupt


def test_it_begins_no_round_after_its_time_is_used_up() -> None:
    assert list(Effort(cases=1, rounds=50, seconds=0)) == [0]


def test_it_gives_the_bare_driver_the_settings_of_the_product(environment: dict[str, str]) -> None:
    with measured(Settings.from_environment(environment), "sqlite") as found:
        for setting in ("journal_mode", "synchronous", "cache_size", "page_size"):
            plainly = found.plain.connection.execute(f"PRAGMA {setting}").fetchone()[0]
            with found.runtime.database.reading() as connection:
                assert connection.exec_driver_sql(f"PRAGMA {setting}").scalar() == plainly


def test_it_notices_rows_that_were_written_on_one_side_only(environment: dict[str, str]) -> None:
    with measured(Settings.from_environment(environment), "sqlite") as found:
        play(found, 1)
        check(found, 1)

        forget_a_start(found)

        with pytest.raises(InvalidState, match="Expected 2 rows of process_instance, but there are 1"):
            check(found, 2)
        with pytest.raises(InvalidState, match="Expected 2 rows of process_instance written plainly"):
            found.check_same_rows("process_instance")


def forget_a_start(found: Measured) -> None:
    found.start("four_tasks", finding="new")
    found.recording.take()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["completions", "--database", "oracle"], "'oracle' is not one of 'sqlite', 'postgresql'"),
        (["completions", "--cases", "0"], "0 is not in the range"),
        (["starts", "--rounds", "1000000"], "1000000 is not in the range"),
        (["timers", "--stored", "-1"], "-1 is not in the range"),
        (["inbox", "--looks", "many"], "'many' is not a valid integer"),
    ],
)
def test_it_refuses_numbers_that_would_never_end(bench: Bench, arguments: list[str], said: str) -> None:
    result = bench(*arguments)

    assert result.exit_code == 2
    assert said in result.stderr


def test_it_says_what_it_needs_for_postgresql(bench: Bench) -> None:
    result = bench("completions", "--database", "postgresql", LINBANG_DATABASE_URL="sqlite:///linbang.db")

    assert result.exit_code == 2
    assert "Expected LINBANG_DATABASE_URL to name a database on PostgreSQL" in result.stderr


def test_it_says_that_a_server_does_not_answer(bench: Bench) -> None:
    url = "postgresql+psycopg://linbang@/linbang?host=/nowhere"

    result = bench("starts", "--database", "postgresql", LINBANG_DATABASE_URL=url)

    assert result.exit_code == 2
    assert "Expected to reach the server that LINBANG_DATABASE_URL names" in result.stderr


def test_it_says_that_the_role_may_not_create_databases(bench: Bench, environment: dict[str, str]) -> None:
    url = make_url(environment["LINBANG_DATABASE_URL"])
    plainly = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg.connect(plainly, autocommit=True)) as connection:
        connection.execute("CREATE ROLE bench_weak LOGIN")
        try:
            weak = url.set(username="bench_weak").render_as_string(hide_password=False)
            result = bench("starts", "--database", "postgresql", LINBANG_DATABASE_URL=weak)
        finally:
            connection.execute("DROP ROLE bench_weak")

    assert result.exit_code == 2
    assert "Expected a role that may create databases" in result.stderr
