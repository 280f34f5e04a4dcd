"""The commands for databases: what they say, and what they refuse."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine.store import schema_version
from tests.databases.pool import postgresql_url
from webui.cli import main


@pytest.fixture
def run(tmp_path: Path):
    def call(*arguments: str, url: str = "") -> Result:
        environment = {"LINBANG_DATA_DIR": str(tmp_path), **({"LINBANG_DATABASE_URL": url} if url else {})}
        return CliRunner().invoke(main, list(arguments), env=environment)

    return call


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    file = tmp_path / "linbang.db"
    return f"sqlite:///{file}" if request.param == "sqlite" else postgresql_url(file)


def test_init_db_makes_the_tables_and_is_harmless_when_repeated(run, url: str, tmp_path: Path) -> None:
    first = run("init-db", url=url)
    again = run("init-db", url=url)

    assert first.exit_code == again.exit_code == 0, first.output + again.output
    if url.startswith("sqlite"):
        assert first.output.startswith(f"made the tables: schema {schema_version()} in sqlite:///")
    assert f"made the key: {tmp_path / 'linbang.key'}" in first.output
    assert again.output.startswith("the tables were there")
    assert "the key was there" in again.output


def test_upgrade_db_says_when_there_is_nothing_to_do(run, url: str) -> None:
    run("init-db", url=url)

    result = run("upgrade-db", url=url)

    assert result.exit_code == 0
    assert result.output.startswith("nothing to do")


def test_a_database_of_another_schema_is_left_alone_and_told_about(run, tmp_path: Path) -> None:
    run("init-db")
    with sqlite3.connect(tmp_path / "linbang.db") as connection:
        connection.execute("UPDATE setting SET value = 'older' WHERE key = 'schema_version'")
    connection.close()

    upgraded, served = run("upgrade-db"), run("doctor")

    assert (upgraded.exit_code, served.exit_code) == (2, 2)
    assert "is of the schema older" in upgraded.output
    assert "Nothing was changed" in upgraded.output
    assert "`linbang upgrade-db` says what to do" in served.output


def test_upgrade_db_sends_whoever_has_no_tables_to_init_db(run) -> None:
    result = run("upgrade-db")

    assert result.exit_code == 2
    assert "`linbang init-db` makes them" in result.output


def test_copy_db_moves_an_installation_to_postgresql_where_the_doctor_finds_it_well(
    run, tmp_path: Path
) -> None:
    """Given a small demo, when it is copied there and back, then all is the same and goes on."""
    from webui import demo
    from webui.settings import Settings
    from webui.wiring import open_installation

    with open_installation(
        Settings.from_environment({"LINBANG_DATA_DIR": str(tmp_path)}, demo=True)
    ) as found:
        demo.fill(found, lambda _done, _of: None, cases=1)
    first, third = f"sqlite:///{tmp_path / 'linbang.db'}", f"sqlite:///{tmp_path / 'back.db'}"
    second = postgresql_url(tmp_path / "second.db")

    there = run("copy-db", "--from", first, "--to", second, "--json")
    back = run("copy-db", "--from", second, "--to", third, "--json")

    assert there.exit_code == back.exit_code == 0, there.output + back.output
    told = json.loads(there.output)
    assert told["ok"]
    assert told["tables"]["process_instance"]["rows"] >= 1
    for name in ("process_instance", "history", "user_task", "inbox", "person", "attachment"):
        assert json.loads(back.output)["tables"][name] == told["tables"][name]
    for command in (("doctor",), ("audit", "verify")):
        result = run(*command, url=second)
        assert result.exit_code == 0, result.output


def test_copy_db_refuses_a_filled_target(run, tmp_path: Path) -> None:
    run("init-db")
    source, target = (f"sqlite:///{tmp_path / name}" for name in ("linbang.db", "other.db"))
    run("init-db", url=target)
    with sqlite3.connect(tmp_path / "other.db") as connection:
        connection.execute("INSERT INTO setting VALUES (1, 'a', 'b')")
    connection.close()

    result = run("copy-db", "--from", source, "--to", target)

    assert result.exit_code == 2
    assert "Expected to copy into an empty database, but there are rows in setting" in result.output


def test_copy_db_makes_no_file_for_a_mistyped_source(run, tmp_path: Path) -> None:
    result = run("copy-db", "--from", f"sqlite:///{tmp_path / 'lingbang.db'}", "--to", "sqlite:///other.db")

    assert result.exit_code == 2
    assert "Expected tables in" in result.output
    assert list(tmp_path.iterdir()) == []


def test_a_backup_is_restored_into_an_empty_database(run, url: str, tmp_path: Path) -> None:
    run("init-db", url=url)
    file = tmp_path / "backup.db"

    backed = run("backup-db", str(file), "--json", url=url)
    back = run("restore-db", str(file), "--json", url=f"sqlite:///{tmp_path / 'again.db'}")

    assert backed.exit_code == back.exit_code == 0, backed.output + back.output
    told = json.loads(backed.output)
    assert told["bytes"] == file.stat().st_size
    assert json.loads(back.output)["tables"] == told["tables"]


def test_restore_db_wants_the_key_first(run, tmp_path: Path) -> None:
    """Without it a new one would be made, and nobody could read what comes back."""
    run("init-db")
    run("backup-db", str(tmp_path / "backup.db"))
    (tmp_path / "linbang.key").rename(tmp_path / "kept.key")

    result = run("restore-db", str(tmp_path / "backup.db"), url=f"sqlite:///{tmp_path / 'again.db'}")

    assert result.exit_code == 2
    assert "Expected the key of the installation in" in result.output
    assert not (tmp_path / "again.db").exists()
    assert not (tmp_path / "linbang.key").exists()


def test_restore_db_refuses_another_key_before_it_writes(run, tmp_path: Path) -> None:
    from webui import demo
    from webui.settings import Settings
    from webui.wiring import open_installation

    with open_installation(
        Settings.from_environment({"LINBANG_DATA_DIR": str(tmp_path)}, demo=True)
    ) as found:
        demo.fill(found, lambda _done, _of: None, cases=1)
    run("backup-db", str(tmp_path / "backup.db"))
    (tmp_path / "linbang.key").unlink()
    run("init-db", url=f"sqlite:///{tmp_path / 'fresh.db'}")

    result = run("restore-db", str(tmp_path / "backup.db"), url=f"sqlite:///{tmp_path / 'again.db'}")

    assert result.exit_code == 2
    assert "but it is another one" in result.output
    assert not (tmp_path / "again.db").exists()


def test_a_password_is_never_printed(run) -> None:
    result = run("init-db", url="postgresql+psycopg://linbang:secret@127.0.0.1:1/linbang")

    assert result.exit_code == 2
    assert "is away" in result.output
    assert "secret" not in result.output
