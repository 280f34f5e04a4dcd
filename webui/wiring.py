"""Puts an installation together: the only place that names concrete connectors, clocks and databases."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from connectors.beds import Beds
from connectors.cases import Cases
from connectors.hooks import Hooks
from connectors.mail import Mail
from connectors.operations import Operation
from connectors.registry import Registry
from connectors.sms import Sms
from connectors.system import System
from connectors.webhook import Webhook
from engine.calendar import Calendar
from engine.definitions import Gate, read_groups
from engine.errors import InvalidInput
from engine.ids import IdSource
from engine.live import LiveCases
from engine.playing import Player
from engine.ports import Clock, Connector, OperationShape
from engine.runtime import Runtime, open_runtime
from engine.sealing import Sealer, load_key
from engine.state import machine_ms
from engine.store import Database
from engine.store.cases import CaseStore
from engine.store.settings import SettingStore

from .clock import MovableClock
from .dispatching.queue import StepDeferrer, check_shared
from .settings import WORKERS, Settings
from .words.alerts import mail_words, sms_words

CONNECTORS: tuple[type[System], ...] = (
    Registry,
    Beds,
    Sms,
    Mail,
    Webhook,
)
"""The outside systems that an installation may have; a new one is one line here."""

TENANT = 1
LEASE_MS = 10 * 60 * 1000
RENEW_S = 60

log = logging.getLogger("linbang")


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
    address: str = ""
    """Where the server listens, once it does."""
    clock_moved: Callable[[datetime], None] = lambda _moment: None
    """Hears of a moment to which the demo's clock was moved; the sandbox keeps its time by it."""

    @property
    def public_url(self) -> str:
        """Give the address under which people reach it, for links in mails."""
        listening = f"http://{self.settings.host}:{self.settings.port}"
        return self.settings.public_url or self.address or listening

    def renew(self) -> None:
        """Keep the leased process number, or take another where it was given away; called by the heartbeat.

        A process that could not renew it for LEASE_MS, since the database was away, may have lost it.
        """
        now = machine_ms()
        if not self.values.renew_process_number(self.number, self.token, now + LEASE_MS):
            self.number = self.values.lease_process_number(self.token, now, now + LEASE_MS)
            self.runtime.ids.go_on_as(self.number)
            log.warning("the process number was given away meanwhile; it is %d now", self.number)


@contextmanager
def open_installation(settings: Settings, *, clock: Clock | None = None) -> Iterator[Installation]:
    """Open the database, making it when there is none, and give everything back at the end."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    settings.key_file.parent.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database_url)
    database.create_tables()
    values = SettingStore(database, TENANT)
    token = secrets.randbits(62)
    number = values.lease_process_number(token, machine_ms(), machine_ms() + LEASE_MS)
    found: Installation | None = None
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
        runtime.calendars.keep_first(runtime.now_ms())
        cases = CaseStore(database, TENANT)
        runtime.connectors = {**runtime.connectors, Cases.name: Cases(runtime, cases)}
        if settings.background == WORKERS:
            check_shared(database)
            runtime.steps.deferrer = StepDeferrer()
        runtime.catalogue.gate = Gate(settings.check_limits)
        runtime.player = Player(settings.story_limits)
        if settings.live_cases:
            runtime.live = LiveCases(settings.live_cases)
        runtime.offered = offered()
        runtime.hooks = Hooks(private=settings.demo or settings.hooks_private)
        found = Installation(settings, runtime, cases, values, number, token)
        made = found
        runtime.mail_words = lambda language, mail: mail_words(runtime, made.public_url, language, mail)
        runtime.sms_words = lambda language, digest: sms_words(runtime, language, digest)
        yield found
    finally:
        values.release_process_number(found.number if found is not None else number, token)
        database.close()


def connectors(settings: Settings) -> dict[str, Connector]:
    """Give the outside systems that are set up, by name; raises InvalidInput for a setting that cannot be used."""
    found: dict[str, Connector] = {}
    for kind in CONNECTORS:
        values = settings.given(kind.settings)
        if kind.settings[0] in values:
            try:
                found[kind.name] = kind.configured(values)
            except ValueError as exc:
                raise InvalidInput(str(exc), code="setting_broken") from exc
    return found


def operations() -> dict[str, OperationShape]:
    """Give everything that diagrams may ask of outside systems, whether they are set up or not, and of cases."""
    return {name: operation.shape(name.partition(".")[0]) for name, operation in offered().items()}


def offered() -> dict[str, Operation]:
    """Give the schemas of all these operations, by name."""
    kinds: tuple[type[System | Cases], ...] = (*CONNECTORS, Cases)
    return {f"{kind.name}.{name}": operation for kind in kinds for name, operation in kind.operations.items()}
