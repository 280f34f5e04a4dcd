"""Opens connections to either database, SQLite or PostgreSQL, and says how transactions begin on them.

No error of theirs shows the values of a statement: they name people, and errors are logged.
"""

from __future__ import annotations

import select
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, InvalidatePoolError

from engine.errors import InvalidInput

WAIT_S = 15
"""How long a statement waits for a lock, and a thread for a connection."""
STATEMENT_S = 60
POOL_SIZE = 16
POSTGRESQL = "postgresql+psycopg"

_BEGIN = {
    "sqlite": {True: "BEGIN IMMEDIATE", False: "BEGIN"},
    # A step's first statement compares the case's version, so that READ COMMITTED is enough to write one;
    # what is read in several statements has to be of one moment.
    "postgresql": {True: "BEGIN", False: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"},
}


def open_engine(url: str) -> Engine:
    """Make the pool for a database; raises InvalidInput for an address of any other kind.

    Nothing is connected yet.
    """
    address = _read(url)
    if address.drivername == POSTGRESQL:
        return _begin_ourselves(_postgresql(address))
    return _begin_ourselves(_sqlite(address))


def is_missing(url: str) -> bool:
    """Say whether an address names a file that is not there; opening it would make an empty one."""
    address = _read(url)
    file = address.drivername == "sqlite" and "uri" not in address.query and address.database
    return bool(file) and file != ":memory:" and not Path(str(file)).exists()


def begin_words(engine: Engine, *, writing: bool) -> str:
    """Give the statement that begins a transaction."""
    # A deferred transaction of SQLite that reads and then writes fails at once after any other commit.
    return _BEGIN[engine.dialect.name][writing]


def _read(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError:
        address = None
    if address is None or address.drivername not in {"sqlite", POSTGRESQL}:
        kind = address.drivername if address is not None else "no address"
        raise InvalidInput(
            f"Expected a database such as sqlite:///linbang.db or {POSTGRESQL}://user@host/linbang, "
            f"but it is {kind}",
            code="setting_broken",
        )
    return address


def _sqlite(address: URL) -> Engine:
    engine = create_engine(
        address,
        pool_size=POOL_SIZE,
        max_overflow=POOL_SIZE,
        pool_timeout=WAIT_S,
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": WAIT_S},
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves; the driver would defer it
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA cache_size=-32000")

    return engine


def driver_arguments(engine: Engine) -> dict[str, Any]:
    """Give what the driver opens a connection to an engine's PostgreSQL with, for lines that no pool holds."""
    _none, arguments = engine.dialect.create_connect_args(engine.url)
    return {**arguments, **_asked(engine.url)}


def _asked(address: URL) -> dict[str, Any]:
    """Give what every connection to PostgreSQL asks for, unless the address says otherwise."""
    settings = {
        "application_name": "linbang",
        "connect_timeout": 5,
        "options": f"-c statement_timeout={STATEMENT_S}s -c lock_timeout={WAIT_S}s"
        f" -c idle_in_transaction_session_timeout={STATEMENT_S}s",
    }
    return {name: value for name, value in settings.items() if name not in address.query}


def _postgresql(address: URL) -> Engine:
    try:
        engine = create_engine(
            address,
            pool_size=POOL_SIZE,
            max_overflow=POOL_SIZE,
            pool_timeout=WAIT_S,
            hide_parameters=True,
            connect_args={**_asked(address), "autocommit": True},  # we say BEGIN ourselves
            use_native_hstore=False,
        )
    except ModuleNotFoundError as exc:
        raise InvalidInput(
            "Expected psycopg for PostgreSQL, but it is not installed: pip install linbang[postgresql]",
            code="setting_broken",
        ) from exc

    @event.listens_for(engine, "checkout")
    def _check(connection: Any, _record: Any, _proxy: Any) -> None:
        if not is_still_there(connection):
            raise InvalidatePoolError

    return engine


def is_still_there(connection: Any) -> bool:
    """Say without asking it whether a server went away: it said so, or hung up, on a line that should be still.

    connection: the driver's, on which nothing runs. A file of SQLite does not go away.
    """
    if not hasattr(connection, "fileno"):
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return not poll.poll(0)


def _begin_ourselves(engine: Engine) -> Engine:
    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get("linbang_reads")
        connection.exec_driver_sql(begin_words(engine, writing=not reads))

    return engine
