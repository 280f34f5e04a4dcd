"""Puts an installation together: the only place that names concrete connectors, clocks and databases."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from connectors.registry import Registry
from engine.calendar import Calendar
from engine.definitions import read_groups
from engine.ids import IdSource
from engine.ports import Clock, Connector
from engine.runtime import Runtime, open_runtime
from engine.sealing import Sealer, load_key
from engine.store import Database
from engine.store.cases import CaseStore
from engine.store.settings import SettingStore

from .clock import MovableClock
from .settings import Settings

TENANT = 1
LEASE_MS = 10 * 60 * 1000
RENEW_S = 60


@dataclass
class Installation:
    """Everything that the web and the command line need."""

    settings: Settings
    runtime: Runtime
    cases: CaseStore
    values: SettingStore
    number: int
    token: int
    heartbeat: Callable[[], bool] = lambda: True
    """Says whether background work goes on; the dispatcher replaces it."""

    def renew(self) -> None:
        """Keep the leased process number; called by the heartbeat."""
        until = _wall_ms() + LEASE_MS
        if not self.values.renew_process_number(self.number, self.token, until):
            raise RuntimeError(f"Expected process number {self.number} to be ours, but the lease ran out")


@contextmanager
def open_installation(settings: Settings, *, clock: Clock | None = None) -> Iterator[Installation]:
    """Open the database, making it when there is none, and give everything back at the end."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    settings.key_file.parent.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database_url)
    database.create_tables()
    values = SettingStore(database, TENANT)
    token = secrets.randbits(62)
    number = values.lease_process_number(token, _wall_ms(), _wall_ms() + LEASE_MS)
    try:
        runtime = open_runtime(
            database,
            clock=clock or MovableClock(values),
            ids=IdSource(number),
            sealer=Sealer(load_key(settings.key_file)),
            calendar=Calendar.standard(),
            groups=read_groups((settings.processes_dir / "groups.yaml").read_bytes()),
            connectors=connectors(settings),
            operations=operations(),
            tenant_id=TENANT,
        )
        yield Installation(settings, runtime, CaseStore(database, TENANT), values, number, token)
    finally:
        values.release_process_number(number, token)
        database.close()


def connectors(settings: Settings) -> dict[str, Connector]:
    """Give the outside systems that have an address, by name; a new one is one line here."""
    found: dict[str, Connector] = {}
    if settings.registry_url:
        found["registry"] = Registry(settings.registry_url)
    return found


def operations() -> frozenset[str]:
    """Give everything that diagrams may ask of outside systems, with an address or not."""
    return frozenset(f"{kind.name}.{operation}" for kind in (Registry,) for operation in kind.operations)


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000
