"""What the tables are like on PostgreSQL, and how a database of another schema is met."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from engine.errors import DatabaseAway, InvalidInput, InvalidState
from engine.store import Database, schema_version
from engine.store.schema import metadata
from tests.engine.support import World

from .pool import postgresql_url

_PARTIAL = (
    "SELECT indexname FROM pg_indexes WHERE indexdef LIKE '% WHERE %' AND tablename NOT LIKE 'procrastinate%'"
)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path):
    file = tmp_path / "any.db"
    made = Database(f"sqlite:///{file}" if request.param == "sqlite" else postgresql_url(file))
    made.create_tables()
    yield made
    made.close()


def ask(world: World, question: str) -> list[tuple[object, ...]]:
    with world.runtime.database.reading() as connection:
        return [tuple(row) for row in connection.execute(text(question))]


def test_every_text_is_ordered_by_its_bytes(world: World) -> None:
    """Ranges of words and pages that go on after a text depend on it, whatever the server's own order is."""
    rows = ask(
        world,
        "SELECT table_name, column_name, collation_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND data_type IN ('text', 'character varying') AND table_name NOT LIKE 'procrastinate%'",
    )

    assert len(rows) > 90
    assert {row[2] for row in rows} == {"C"}


def test_what_is_sealed_is_not_compressed_again(world: World) -> None:
    rows = ask(
        world,
        "SELECT relname, attname, attstorage::text FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid"
        " WHERE atttypid = 'bytea'::regtype AND relkind = 'r' AND relnamespace = 'public'::regnamespace",
    )

    assert ("process_instance", "sealed_state", "e") in rows
    assert {row[2] for row in rows} == {"e"}


def test_every_index_of_a_part_is_one_of_a_part(world: World) -> None:
    wanted = {
        index.name
        for table in metadata.tables.values()
        for index in table.indexes
        if index.dialect_options["sqlite"]["where"] is not None
    }

    found = {row[0] for row in ask(world, _PARTIAL)}

    assert found == wanted


def test_a_step_finds_its_own_connection_with_limits(world: World) -> None:
    """A statement that hangs, or a transaction that is forgotten, ends by itself."""
    rows = ask(
        world,
        "SELECT current_setting('statement_timeout'), current_setting('lock_timeout'),"
        " current_setting('idle_in_transaction_session_timeout'), current_setting('application_name')",
    )

    assert rows == [("1min", "15s", "1min", "linbang")]


def test_tables_are_made_once(database: Database) -> None:
    assert database.schema() == schema_version()
    assert not database.create_tables()


def test_a_database_of_another_schema_is_refused(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(text("UPDATE setting SET value = 'older' WHERE key = 'schema_version'"))

    with pytest.raises(InvalidState, match="schema older") as caught:
        database.create_tables()

    assert caught.value.code == "schema_other"


def test_tables_that_do_not_say_their_schema_are_refused(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(text("DELETE FROM setting"))

    assert database.schema() == "unknown"
    with pytest.raises(InvalidState):
        database.create_tables()


def test_a_text_that_cannot_be_stored_is_bad_input(world: World) -> None:
    """PostgreSQL's texts hold no NUL."""
    with pytest.raises(InvalidInput) as caught:
        world.runtime.people.person(username="chen\0")

    assert caught.value.code == "not_storable"


@pytest.mark.parametrize(
    "url", ["mysql://x@y/z", "postgresql://x@y/z", "linbang.db", "", "sqlite+aiosqlite:///x"]
)
def test_it_refuses_an_address_of_any_other_kind(url: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Database(url)

    assert caught.value.code == "setting_broken"


@pytest.mark.parametrize("url", ["postgresql+psycopg://x@127.0.0.1:1/y", "sqlite:////nowhere/at/all.db"])
def test_a_database_that_is_not_there_is_away(url: str) -> None:
    database = Database(url)

    with pytest.raises(DatabaseAway):
        database.ping()

    database.close()


def test_its_address_shows_no_password() -> None:
    database = Database("postgresql+psycopg://clerk:secret@127.0.0.1/linbang")

    assert database.address == "postgresql+psycopg://clerk:***@127.0.0.1/linbang"
