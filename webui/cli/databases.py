"""Commands for the database: make its tables, look at their version, back it up, restore and move it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from engine import audit
from engine.errors import InvalidState
from engine.sealing import Sealer, load_key
from engine.state import machine_ms
from engine.store import Database, backups, schema_version
from engine.store.cases import CaseStore
from engine.store.copying import CopiedTable, check_nobody_works, copy_database
from engine.store.engines import is_missing
from webui import fleet
from webui.settings import Settings
from webui.wiring import TENANT, open_installation

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
    load_key(settings.key_file)
    tables = "made the tables" if made else "the tables were there"
    click.echo(f"{tables}: schema {schema_version()} in {address}")
    click.echo(_QUEUE[queue])
    click.echo(f"{'the key was there' if had_key else 'made the key'}: {settings.key_file}")


@click.command("upgrade-db")
@failing_plainly
def upgrade_db() -> None:
    """Bring the database to the schema of this version; refuses where there is no way."""
    with _there(Settings.from_environment().database_url) as database:
        found, address = database.schema(), database.address
        changes = fleet.upgrade_queue(database) if found == schema_version() else []
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
    with _there(source) as reader, _opened(target) as writer:
        check_nobody_works(reader, machine_ms())
        copied = copy_database(reader, writer, _nothing if as_json else _tell)
    _prove(replace(Settings.from_environment(), database_url=target), copied, as_json=as_json)


@click.command("backup-db")
@click.argument("file", type=click.Path(path_type=Path))
@as_json
@failing_plainly
def backup_db(file: Path, *, as_json: bool) -> None:
    """Write the installation as it is now into a new SQLite file, whatever it runs on, and compare row by row.

    Others may go on working. The key file is not in it: keep that apart.
    """
    with _there(Settings.from_environment().database_url) as source:
        copied = backups.back_up(source, file, _nothing if as_json else _tell)
    size, rows = file.stat().st_size, sum(table.rows for table in copied)
    if as_json:
        print_json({"ok": True, "file": str(file), "bytes": size, "rows": rows, "tables": _listed(copied)})
    else:
        click.echo(f"{rows} rows are the same in {file}, {size / 1e6:.1f} MB")


@click.command("restore-db")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
@failing_plainly
def restore_db(file: Path, *, as_json: bool) -> None:
    """Fill the empty database of LINBANG_DATABASE_URL from a backup, compare row by row, check every history.

    The key file of the installation has to be in its place first.
    """
    settings = Settings.from_environment()
    if not settings.key_file.exists():
        raise InvalidState(
            f"Expected the key of the installation in {settings.key_file}, but there is no such file",
            code="key_missing",
        )
    with backups.opened(file) as source:
        if not audit.key_fits(Sealer(load_key(settings.key_file)), CaseStore(source, TENANT)):
            raise InvalidState(
                f"Expected the key that {file} was sealed with in {settings.key_file}, but it is another one",
                code="key_other",
            )
        with _opened(settings.database_url) as target:
            copied = copy_database(source, target, _nothing if as_json else _tell)
    _prove(settings, copied, as_json=as_json)


def _prove(settings: Settings, copied: list[CopiedTable], *, as_json: bool) -> None:
    """Check every history of what was copied, say so, and end with 1 where one is not whole."""
    with open_installation(settings) as found:
        faults = list(audit.verify(found.runtime, found.cases))
    rows = sum(table.rows for table in copied)
    if as_json:
        print_json({"ok": not faults, "rows": rows, "tables": _listed(copied), "faults": len(faults)})
    else:
        whole = "every history is whole" if not faults else f"{len(faults)} faults in histories"
        click.echo(f"{rows} rows are the same in both databases; {whole}")
    sys.exit(1 if faults else 0)


def _tell(table: CopiedTable) -> None:
    if table.rows:
        click.echo(f"  {table.name:<20} {table.rows:>10} rows the same  {table.digest[:16]}")


def _nothing(_table: CopiedTable) -> None:
    """Keep silent."""


def _listed(copied: list[CopiedTable]) -> dict[str, dict[str, int | str]]:
    return {table.name: {"rows": table.rows, "sha256": table.digest} for table in copied}


@contextmanager
def _there(url: str) -> Iterator[Database]:
    """Open a database that has an installation in it, and never make one for a mistyped address."""
    address = None
    if not is_missing(url):
        with _opened(url) as database:
            if database.schema() is not None:
                yield database
                return
            address = database.address
    raise InvalidState(
        f"Expected tables in {address or url}, but there are none: `linbang init-db` makes them",
        code="schema_missing",
    )


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        database.close()


COMMANDS = (init_db, upgrade_db, copy_db, backup_db, restore_db)
