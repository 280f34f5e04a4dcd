"""One process of the installation: does what it is told turn by turn, until it is told to end or ends itself."""

from __future__ import annotations

import contextlib
import gc
import os
import random
import resource
import signal
import sqlite3
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from sqlalchemy import update

from engine import scheduler
from engine.errors import DatabaseAway, DatabaseFull
from engine.ids import IdSource
from engine.live import LiveCases
from engine.runtime import Runtime
from engine.store import schema
from tests.databases.server import NOBODY

from .boundaries import BEGIN, Watch
from .deeds import People
from .places import Clock, Place, wait_for
from .seat import Seat

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from .steps import Step

KILL, PAUSE, RESTART, LOST, AWAY, FULL, LIMIT = "kill", "pause", "restart", "lost", "away", "full", "limit"
WEB, WORKER = "web", "worker"
MANY_CASES = 100
PATIENCE_S = 60.0


@dataclass(frozen=True)
class Fault:
    """What goes wrong in a turn, at the count-th moment of a kind. room: how much still fits, in pages."""

    what: str
    moment: str
    count: int
    room: int = 0


@dataclass(frozen=True)
class Turn:
    """What one process does next, and at which moment of the clock."""

    number: int
    role: str
    acts: int
    now_ms: int
    fault: Fault | None = None
    free_leases: bool = False


@dataclass(frozen=True)
class Life:
    """Who a process is. live: whether it keeps its cases between two steps."""

    number: int
    seed: int
    live: bool = False


@dataclass
class Newborn:
    """What every process of a place begins with: definitions and statements read and compiled, nothing open."""

    runtime: Runtime
    watched: Watch

    @classmethod
    def of(cls, place: Place, seed: int) -> Newborn:
        """Make it once, so that not each of the many processes compiles the same."""
        runtime = place.open(0, Clock(), seed)
        runtime.catalogue.services()
        place.database.engine.dispose()
        gc.collect()
        gc.freeze()  # or each child would copy all pages when it collects
        return cls(runtime, place.watched)


def live_through(pipe: Connection, others: Connection, place: Place, life: Life, newborn: Newborn) -> None:
    """Be one process, from its start to its end, or to that of the run. others: the run's end of the line."""
    others.close()  # or nobody would hear here that the run is gone
    clock = Clock()
    runtime, watched = newborn.runtime, newborn.watched
    runtime.clock, runtime.ids = clock, IdSource(life.number, lambda: clock.ms)
    keep_cases(runtime, on=life.live)
    scheduler.CALENDAR_S = PATIENCE_S  # how far a tick comes is no matter of the machine
    while True:
        try:
            turn: Turn | None = pipe.recv()
        except EOFError:
            return
        if turn is None:
            runtime.database.close()
            return
        clock.ms = turn.now_ms
        watched.start_anew()
        with _faulty(pipe, place, watched, turn.fault):
            _play(pipe, place, life, runtime, turn)
        pipe.send(("end", dict(watched.counts)))


def keep_cases(runtime: Runtime, *, on: bool) -> None:
    """Let a process keep its cases between two steps, or read each from the database."""
    runtime.live = LiveCases(MANY_CASES) if on else None


def _play(pipe: Connection, place: Place, life: Life, runtime: Runtime, turn: Turn) -> None:
    def asks(step: Step) -> None:
        pipe.send(("asks", step))

    def hears(step: Step, result: str) -> None:
        pipe.send(("hears", step, result))

    try:
        dice = random.Random(f"{life.seed} {turn.number}")
        if turn.role == WORKER or dice.random() < 0.5:  # the others have not heard of a new calendar yet
            with contextlib.suppress(DatabaseAway):
                runtime.calendars.refresh(at_once=True)
        if turn.role == WORKER:
            runtime.beaten_at = float("-inf")  # at each turn, however long the last one took
            _tick(pipe, runtime, free_leases=turn.free_leases)
            return
        people = People(Seat(runtime, dice, asks, hears, turn.number, []), place.ledger)
        for _ in range(turn.acts):
            people.act()
    except Exception:  # noqa: BLE001 - what nobody foresaw is what is looked for
        pipe.send(("broke", traceback.format_exc()))


def _tick(pipe: Connection, runtime: Runtime, *, free_leases: bool) -> None:
    try:
        if free_leases:
            end_leases(runtime)
        done = scheduler.tick(runtime, budget_s=PATIENCE_S)
    except (DatabaseAway, DatabaseFull) as exc:
        pipe.send(("ticked", exc.code))
        return
    pipe.send(("ticked", str(done)))


def end_leases(runtime: Runtime) -> None:
    """Do as if the minutes had passed for which a killed process had claimed its jobs."""
    with runtime.database.writing() as connection:
        own = schema.job.c
        connection.execute(update(schema.job).values(lease_until=0).where(own.lease_until.isnot(None)))


@contextlib.contextmanager
def _faulty(pipe: Connection, place: Place, watched: Watch, fault: Fault | None) -> Iterator[None]:
    """Let the fault come at its moment, and nothing remain of a full disk afterwards."""
    struck = _Struck(pipe, place, fault)
    if fault is not None:
        watched.hears = struck.hears
    if place.server is not None:
        patient = fault is None or fault.what != AWAY
        watched.connects = (lambda: wait_for(place.server)) if patient else (lambda: None)
    yield
    watched.hears = lambda _moment, _count, _connection: None
    struck.clear_up()


class _Struck:
    def __init__(self, pipe: Connection, place: Place, fault: Fault | None) -> None:
        self._pipe, self._place, self._fault = pipe, place, fault
        self._limited: list[int] = []
        self._full: list[Any] = []

    def hears(self, moment: str, count: int, connection: Any) -> None:
        fault = self._fault
        assert fault is not None
        if fault.what in (FULL, LIMIT) and moment == BEGIN and count >= fault.count:
            self._fill(connection, fault)
        if (moment, count) != (fault.moment, fault.count):
            return
        if fault.what == KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        elif fault.what in (PAUSE, RESTART, AWAY, LOST):
            self._pipe.send((fault.what,))
            self._pipe.recv()
            if fault.what == LOST:
                connection.close()
                raise psycopg.OperationalError("the answer to the commit was lost")

    def _fill(self, connection: Any, fault: Fault) -> None:
        if self._place.server is not None:
            pid = connection.info.backend_pid
            if pid not in self._limited:
                self._limited.append(pid)
                limit_files(pid, 0)
        elif fault.what == LIMIT:
            self._limit_own(fault)
        elif connection not in self._full:
            self._full.append(connection)
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            connection.execute(f"PRAGMA max_page_count = {pages + fault.room}")

    def _limit_own(self, fault: Fault) -> None:
        if not self._limited:
            self._limited.append(os.getpid())
            log = Path(self._place.url.removeprefix("sqlite:///") + "-wal")
            size = max(log.stat().st_size if log.exists() else 0, 300_000) + fault.room * 4096
            limit_files(os.getpid(), size)

    def clear_up(self) -> None:
        for pid in self._limited:
            limit_files(pid, resource.RLIM_INFINITY)
        for connection in self._full:
            with contextlib.suppress(sqlite3.ProgrammingError):  # it broke, and was closed
                connection.execute("PRAGMA max_page_count = 1073741823")


def limit_files(pid: int, size: int) -> None:
    """Let a running process write no file beyond a size, in bytes; one that is gone already has no limits.

    The server of the caller that is root runs as somebody else, and nobody but they themselves may limit it.
    """
    child = os.fork() if pid != os.getpid() and os.geteuid() == 0 else None
    if child:
        os.waitpid(child, 0)
        return
    with contextlib.suppress(ProcessLookupError):
        if child == 0:
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    if child == 0:
        os._exit(0)
