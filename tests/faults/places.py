"""Where a run's data lies: a SQLite file, or a database on a PostgreSQL that may be ended and started."""

from __future__ import annotations

import contextlib
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from engine.calendar import Calendar
from engine.ids import IdSource
from engine.people import Actor
from engine.runtime import Runtime, open_runtime
from engine.sealing import Sealer
from engine.state import to_ms
from engine.store import Database
from tests.databases.server import Server, own_server
from tests.engine.bundles import GROUPS
from tests.engine.support import CLERK, SHANGHAI, SUPERVISOR, World, employ, make_world_at, person

from .boundaries import Watch, watch
from .outside import Ledger, Office
from .service import SERVICES

if TYPE_CHECKING:
    from collections.abc import Callable

BEGINNING = datetime(2026, 3, 2, 10, 15, tzinfo=SHANGHAI)
REVIEWERS = tuple(person(20 + number, f"P{number}", "reviewer") for number in range(4))
CAST: tuple[Actor, ...] = (CLERK, SUPERVISOR, *REVIEWERS)
RECOVERS_WITHIN_S = 30.0
_CALENDAR = Calendar.standard()
_TEMPLATE, _NAME = "template_of_runs", "run"


@dataclass
class Clock:
    """The moment that everybody is told; it goes only forward."""

    ms: int = field(default_factory=lambda: to_ms(BEGINNING))

    def now(self) -> datetime:
        return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=self.ms)


@dataclass
class Place:
    """One run's data: the database, and the file of the outside systems.

    All runs have the same address, one after the other, so that statements are compiled for the first one only.
    """

    url: str
    ledger: Ledger
    database: Database
    watched: Watch
    server: Server | None = None

    def restart(self) -> None:
        """Let the server end as a crash does, and come back."""
        self.stop()
        self.start()

    def stop(self) -> None:
        """Let the server end as a crash does."""
        assert self.server is not None
        self.server.stop(signal.SIGQUIT)

    def start(self) -> None:
        """Let the server come back."""
        assert self.server is not None
        self.server.start()

    def open(self, life: int, clock: Clock, seed: int, *, fails: bool = True) -> Runtime:
        """Open the installation as one process; life: a number that no process had before."""
        if self.server is not None:
            wait_for(self.server)
        return open_runtime(
            self.database,
            clock=clock,
            ids=IdSource(life, lambda: clock.ms),
            sealer=Sealer(bytes(range(32))),
            calendar=_CALENDAR,
            groups=GROUPS,
            connectors={Office.name: Office(self.ledger, seed, fails=fails)},
        )


@contextlib.contextmanager
def places(database: str) -> Iterator[Callable[[int], contextlib.AbstractContextManager[Place]]]:
    """Give what makes a fresh place for a seed, with the services deployed and everybody employed."""
    with tempfile.TemporaryDirectory(prefix="linbang-faults-") as name:
        folder = Path(name)
        if database == "sqlite":
            yield _files(folder)
            return
        with own_server(durable=True) as server:
            with server.connect() as connection:  # processes die here, never the machine
                connection.execute("ALTER SYSTEM SET fsync = off")
                connection.execute("ALTER SYSTEM SET autovacuum = off")
                connection.execute("SELECT pg_reload_conf()")
            try:
                yield _databases(folder, server)
            finally:
                server.stop(signal.SIGQUIT)  # in the middle of a recovery it does not listen to less


def _files(folder: Path) -> Callable[[int], contextlib.AbstractContextManager[Place]]:
    template, own = folder / "template.db", folder / "seed"
    _settle_in(f"sqlite:///{template}")
    url = f"sqlite:///{own / 'linbang.db'}"
    database = Database(url)
    watched = watch(database.engine)

    @contextlib.contextmanager
    def made(_seed: int) -> Iterator[Place]:
        own.mkdir()
        shutil.copy(template, own / "linbang.db")
        yield Place(url, Ledger(own / "outside.log"), database, watched)
        database.engine.dispose()
        shutil.rmtree(own)

    return made


def _databases(folder: Path, server: Server) -> Callable[[int], contextlib.AbstractContextManager[Place]]:
    with server.connect() as connection:
        connection.execute(f"CREATE DATABASE {_TEMPLATE}")
    _settle_in(server.url(_TEMPLATE))
    database = Database(server.url(_NAME))
    watched = watch(database.engine)

    @contextlib.contextmanager
    def made(_seed: int) -> Iterator[Place]:
        wait_for(server)
        with server.connect() as connection:
            connection.execute(f"CREATE DATABASE {_NAME} TEMPLATE {_TEMPLATE} STRATEGY FILE_COPY")
        file = folder / "outside.log"
        yield Place(server.url(_NAME), Ledger(file), database, watched, server)
        database.engine.dispose()
        wait_for(server)
        with server.connect() as connection:
            connection.execute(f"DROP DATABASE {_NAME} WITH (FORCE)")
        file.unlink(missing_ok=True)

    return made


def wait_for(server: Server) -> None:
    """Wait for a server that recovers."""
    for _ in range(int(RECOVERS_WITHIN_S / 0.02)):
        with contextlib.suppress(psycopg.OperationalError):
            server.connect().close()
            return
        time.sleep(0.02)
    raise TimeoutError(f"Expected the server to recover within {RECOVERS_WITHIN_S:.0f} s, see its log")


def _settle_in(url: str) -> None:
    world: World = make_world_at(url)
    clock: Any = world.runtime.clock
    world.runtime.ids = IdSource(1023, lambda: to_ms(clock.now()))
    employ(world, *CAST)
    for service in SERVICES:
        world.deploy(service)
    world.runtime.database.close()
