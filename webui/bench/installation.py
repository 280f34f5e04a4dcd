"""An installation that is made to be measured: scratch databases, two small services, a clerk and a reviewer."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from engine import user_tasks
from engine.definitions import read_folder
from engine.errors import InvalidState
from engine.instances import Started, StartRequest, start
from engine.people import Actor, read_offices
from engine.runtime import Runtime
from engine.store import Database
from engine.store.definitions import DefinitionRow
from engine.store.inbox import InboxFilter
from engine.store.people import OfficeRow
from engine.store.recording import Recording
from engine.store.scratch import scratch_database
from webui.settings import Settings
from webui.wiring import Installation, open_installation

from .plain import Plain

DATABASES = ("sqlite", "postgresql")
SERVICES = Path(__file__).parent / "services"
FOUR_TASKS = ("first", "second", "third", "fourth")
DISTRICT, STREET = 1, 2
CLERK = Actor(11, "Clerk", STREET, frozenset({("clerk", STREET)}), frozenset({"caseworker"}))
REVIEWER = Actor(12, "Reviewer", STREET, frozenset({("reviewer", STREET)}), frozenset({"caseworker"}))


@dataclass
class Measured:
    """An installation, what it says to its database, and a second database that only the bare driver writes to."""

    installation: Installation
    recording: Recording
    plain: Plain
    own: Plain
    """Reads what the installation wrote, to check it."""

    @property
    def runtime(self) -> Runtime:
        """Give what the verbs take."""
        return self.installation.runtime

    def start(self, service: str, **variables: object) -> Started:
        """Start a case as the clerk."""
        return start(self.runtime, CLERK, StartRequest(service, STREET, {"name": "王", **variables}))

    def open_tasks(self, limit: int) -> list[int]:
        """Give the tasks of the service of four tasks in the reviewer's inbox, up to a number."""
        rows = self.runtime.inbox.page(
            REVIEWER.principals, limit, None, InboxFilter(service_key="four_tasks")
        )
        return [row.user_task_id for row in rows]

    def claim(self, user_task_id: int) -> None:
        """Claim a task as the reviewer."""
        user_tasks.claim(self.runtime, user_task_id, REVIEWER)

    def complete(self, user_task_id: int) -> None:
        """Complete a claimed task as the reviewer."""
        user_tasks.complete(self.runtime, user_task_id, REVIEWER, {"finding": "approved"})

    def write_plainly(self) -> float:
        """Write what the installation has written since the last time into the other database; give the seconds."""
        return self.plain.say_again(self.recording.take().transactions)

    def settle(self) -> None:
        """Let both databases know how their tables are filled, as they learn by themselves within a minute."""
        self.own.settle()
        self.plain.settle()

    def check_same_rows(self, *tables: str) -> None:
        """Raise InvalidState unless both databases hold as many rows: else two different things were compared."""
        for table in tables:
            expect(f"rows of {table} written plainly", self.own.rows(table), self.plain.rows(table))


def expect(what: str, expected: int, found: int) -> None:
    """Raise InvalidState (`bench_untrue`) unless there is as much as there has to be: no figure would be true."""
    if found != expected:
        raise InvalidState(f"Expected {expected} {what}, but there are {found}", code="bench_untrue")


@contextmanager
def measured(settings: Settings, kind: str) -> Iterator[Measured]:
    """Make the installation on a kind of database, and remove all of it at the end.

    SQLite's files lie on the disk of the data directory; PostgreSQL's databases on the server of
    LINBANG_DATABASE_URL. Raises what `scratch_database` raises.
    """
    with ExitStack() as opened:
        folder = Path(
            opened.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=_disk_of(settings)))
        )
        urls = [_address(settings, kind, folder, name, opened) for name in ("engine", "plain")]
        installation = opened.enter_context(open_installation(_scratch_settings(settings, folder, urls[0])))
        _make_tables(urls[1])
        plain, own = Plain(urls[1]), Plain(urls[0])
        opened.callback(plain.close)
        opened.callback(own.close)
        recording = Recording(installation.runtime.database)
        _settle_in(installation.runtime)
        plain.say_again(recording.take().transactions)
        yield Measured(installation, recording, plain, own)


def _disk_of(settings: Settings) -> Path:
    """Give the data directory, or the nearest folder above it that is there."""
    return next(folder for folder in (settings.data_dir, *settings.data_dir.parents) if folder.is_dir())


def _address(settings: Settings, kind: str, folder: Path, name: str, opened: ExitStack) -> str:
    if kind == "postgresql":
        return opened.enter_context(scratch_database(settings.database_url))
    return f"sqlite:///{folder / name}.db"


def _scratch_settings(settings: Settings, folder: Path, url: str) -> Settings:
    """Give settings by which nothing of the real installation is touched: no data, no key, no outside system."""
    return replace(
        settings,
        data_dir=folder,
        database_url=url,
        key_file=folder / "linbang.key",
        processes_dir=SERVICES,
        demo=False,
        outside={},
    )


def _make_tables(url: str) -> None:
    database = Database(url)
    database.create_tables()
    database.close()


def _settle_in(runtime: Runtime) -> None:
    """Add the offices and deploy the services."""
    runtime.people.add_office(OfficeRow(DISTRICT, None, "district", "990101", "临溪区", "Linxi District"))
    runtime.people.add_office(OfficeRow(STREET, DISTRICT, "subdistrict", "990101001", "青禾街道", "Qinghe"))
    runtime.offices = read_offices(runtime.people)
    for folder in sorted(path for path in SERVICES.iterdir() if path.is_dir()):
        bundle = read_folder(folder)
        row = DefinitionRow(runtime.ids.next(), bundle.key, 0, bundle.digest, runtime.now_ms(), None, "")
        runtime.catalogue.deploy(bundle, row)
