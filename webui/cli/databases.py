"""Commands for the database: make its tables, look at their version, move an installation to another database."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import click

from engine import audit
from engine.errors import InvalidState
from engine.store import Database, schema_version
from engine.store.copying import CopiedTable, copy_database
from webui import fleet
from webui.settings import Settings
from webui.wiring import open_installation

from .printing import as_json, failing_plainly, print_json

_QUEUE = {
    fleet.Queue.NOT_WANTED: "no workers on SQLite: `linbang serve` runs the background work itself",
    fleet.Queue.NOT_INSTALLED: "no tables for workers: pip install linbang[fleet], then `linbang init-db` again",
    fleet.Queue.MADE: "made the tables for workers",
    fleet.Queue.THERE: "the tables for workers were there",
}


@click.command("init-db")
@failing_plainly
def init_db() -> None:
    """Make the database's tables and the key file; what is there already stays as it is."""
    settings = Settings.from_environment()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    had_key = settings.key_file.exists()
    with _opened(settings.database_url) as database:
        made = database.create_tables()
        queue = fleet.make_queue(database)
        address = database.address
    with open_installation(settings) as found:
        key_file = found.settings.key_file
    tables = "made the tables" if made else "the tables were there"
    click.echo(f"{tables}: schema {schema_version()} in {address}")
    click.echo(_QUEUE[queue])
    click.echo(f"{'the key was there' if had_key else 'made the key'}: {key_file}")


@click.command("upgrade-db")
@failing_plainly
def upgrade_db() -> None:
    """Bring the database to the schema of this version; refuses where there is no way."""
    with _opened(Settings.from_environment().database_url) as database:
        found, address = database.schema(), database.address
        changes = fleet.upgrade_queue(database) if found == schema_version() else []
    if found is None:
        raise InvalidState(
            f"Expected tables in {address}, but there are none: `linbang init-db` makes them",
            code="schema_missing",
        )
    if found != schema_version():
        raise InvalidState(
            f"Expected the schema {schema_version()}, but {address} is of the schema {found}. Before the first "
            "release there is no way from one to the other: go on with the version of Linbang that made it, or "
            "begin with an empty database. Nothing was changed",
            code="schema_other",
        )
    for change in changes:
        click.echo(f"changed procrastinate's tables: {change}")
    if not changes:
        click.echo(f"nothing to do: {address} is of the schema {found}")


@click.command("copy-db")
@click.option("--from", "source", required=True, help="Where the installation is: sqlite:///linbang.db")
@click.option(
    "--to", "target", required=True, help="An empty database: postgresql+psycopg://linbang@host/linbang"
)
@as_json
@failing_plainly
def copy_db(source: str, target: str, *, as_json: bool) -> None:
    """Copy an installation into an empty database, then compare row by row and check every history.

    Nobody may work on it meanwhile. The key file stays the same; so do the files in LINBANG_DATA_DIR.
    """

    def tell(table: CopiedTable) -> None:
        if not as_json and table.rows:
            click.echo(f"  {table.name:<20} {table.rows:>10} rows the same  {table.digest[:16]}")

    with _opened(source) as reader, _opened(target) as writer:
        copied = copy_database(reader, writer, time.time_ns() // 1_000_000, tell)
    with open_installation(replace(Settings.from_environment(), database_url=target)) as found:
        faults = list(audit.verify(found.runtime, found.cases))
    rows = sum(table.rows for table in copied)
    if as_json:
        tables = {table.name: {"rows": table.rows, "sha256": table.digest} for table in copied}
        print_json({"ok": not faults, "rows": rows, "tables": tables, "faults": len(faults)})
    else:
        whole = "every history is whole" if not faults else f"{len(faults)} faults in histories"
        click.echo(f"{rows} rows are the same in both databases; {whole}")
    sys.exit(1 if faults else 0)


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        database.close()


COMMANDS = (init_db, upgrade_db, copy_db)
