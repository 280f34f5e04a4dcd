"""procrastinate's tables beside ours: made once, kept quiet, brought to the library's version, never taken from others."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from psycopg import sql

from engine.errors import InvalidState
from engine.store import Database
from tests.databases.server import shared_server
from webui.cli import main
from webui.dispatching import queue_schema

OLDER = "03.03.00_01_pre_priority_lock_fetch_job"


@pytest.fixture
def database() -> Iterator[Database]:
    """An empty database that nobody else uses: other tests leave procrastinate's tables in theirs."""
    server, name = shared_server(), sql.Identifier(f"queue_{os.getpid()}")
    with server.connect() as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
    made = Database(server.url(name._obj[0]))
    yield made
    made.close()
    with server.connect() as connection:
        connection.execute(sql.SQL("DROP DATABASE {}").format(name))


@pytest.fixture
def run(database: Database, tmp_path: Path) -> Callable[..., Result]:
    url = database.engine.url.render_as_string(hide_password=False)

    def call(*arguments: str, on: str = url) -> Result:
        environment = {"LINBANG_DATA_DIR": str(tmp_path), "LINBANG_DATABASE_URL": on}
        return CliRunner().invoke(main, list(arguments), env=environment)

    return call


def execute(database: Database, statement: str) -> None:
    with database.stepping(writing=True) as connection:
        connection.cursor().execute(statement)


def made_by_an_older_version(database: Database) -> None:
    changes = [change for change in queue_schema._migrations() if change.stem <= OLDER]
    for change in changes:
        execute(database, change.read_text("utf-8"))
    execute(database, f"COMMENT ON TABLE procrastinate_jobs IS 'linbang, procrastinate {OLDER}'")


def tells_inside_transactions(database: Database) -> bool:
    with database.reading() as connection:
        found = connection.exec_driver_sql(
            "SELECT tgenabled <> 'D' FROM pg_trigger WHERE tgname = 'procrastinate_jobs_notify_queue_job_inserted_v1'"
        )
        return bool(found.scalar_one())


def functions(database: Database) -> set[str]:
    with database.reading() as connection:
        return set(
            connection.exec_driver_sql(
                "SELECT proname FROM pg_proc WHERE proname LIKE 'procrastinate%%'"
            ).scalars()
        )


def test_init_db_makes_them_once(database: Database, run) -> None:
    first, again = run("init-db"), run("init-db")

    assert first.exit_code == again.exit_code == 0, first.output + again.output
    assert "made the tables for workers" in first.output
    assert "the tables for workers were there" in again.output
    queue_schema.check(database)


def test_nothing_is_told_before_a_transaction_ends(database: Database) -> None:
    """A NOTIFY inside it makes commits wait for each other."""
    queue_schema.make(database)

    assert not tells_inside_transactions(database)


def test_upgrade_db_brings_them_to_the_librarys_version(database: Database, run) -> None:
    run("init-db")
    wanted = functions(database)
    execute(database, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    database.create_tables()
    made_by_an_older_version(database)
    assert functions(database) != wanted

    upgraded, again = run("upgrade-db"), run("upgrade-db")

    assert upgraded.exit_code == 0, upgraded.output
    assert f"changed procrastinate's tables: {queue_schema.version()}" in upgraded.output
    assert again.output.startswith("nothing to do")
    assert functions(database) >= wanted
    assert not tells_inside_transactions(database)
    queue_schema.check(database)


def test_workers_send_whoever_has_older_tables_to_upgrade_db(database: Database, run) -> None:
    made_by_an_older_version(database)

    result = run("worker")

    assert result.exit_code == 2
    assert "linbang upgrade-db" in result.output


def test_tables_of_a_newer_library_are_left_alone(database: Database) -> None:
    queue_schema.make(database)
    execute(database, "COMMENT ON TABLE procrastinate_jobs IS 'linbang, procrastinate 99.00.00_01'")

    with pytest.raises(InvalidState) as caught:
        queue_schema.upgrade(database)

    assert caught.value.code == "queue_newer"


def test_tables_of_another_application_are_left_alone(database: Database, run) -> None:
    execute(database, "CREATE TABLE procrastinate_jobs (id bigint)")

    result = run("init-db")

    assert result.exit_code == 2
    assert "another application" in result.output


@pytest.mark.parametrize("command", [("worker",), ("serve", "--background", "none")])
def test_processes_beside_workers_need_their_tables(run, command: tuple[str, ...]) -> None:
    result = run(*command)

    assert result.exit_code == 2
    assert "`linbang init-db` sees to it" in result.output


@pytest.mark.parametrize("command", [("worker",), ("serve", "--background", "none", "--processes", "2")])
def test_on_sqlite_they_say_what_to_do_instead(run, tmp_path: Path, command: tuple[str, ...]) -> None:
    result = run(*command, on=f"sqlite:///{tmp_path / 'linbang.db'}")

    assert result.exit_code == 2
    assert "`linbang serve` runs the background work itself" in result.output
    assert "`linbang copy-db` moves an installation" in result.output


def test_several_processes_serve_pages_only(run) -> None:
    run("init-db")

    result = run("serve", "--processes", "2")

    assert result.exit_code == 2
    assert "Expected --background none" in result.output


def test_the_demo_has_no_workers(run) -> None:
    """Its clock is moved in one process, and the others would not know."""
    result = run("serve", "--demo", "--background", "none")

    assert result.exit_code == 2
    assert "Expected no demo beside workers" in result.output
