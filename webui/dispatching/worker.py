"""One worker of several: runs what procrastinate gives it, keeps its leases, and does the house's work if it is its turn."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.jobs import Job, Status
from procrastinate.worker import Worker

from engine import heartbeat, scheduler
from engine.draining import Shift
from engine.errors import EngineError
from engine.state import machine_ms
from engine.store.leases import LeaseStore
from webui.anchors import anchor_once_a_day

from . import queue
from .notifier import Notifier
from .ticker import Ticker

if TYPE_CHECKING:
    from webui.wiring import Installation

STRIKERS = 2
"""How many buckets one worker drains at once: while one waits for the disk, the other computes."""
DRAIN_BUDGET_S = 5.0
POLL_S = 1.0
"""How late a worker is at most that nobody told; procrastinate itself may overhear a word during a look."""
HOUSE_S = 1.0
AGAIN_AFTER_S = 1.0
STOP_WITHIN_S = 25.0
HOUSE = "house"

log = logging.getLogger("linbang.worker")


@dataclass(frozen=True, slots=True)
class Way:
    """How a worker works.

    name: its own among all workers. calls: how many outside systems it asks at once. silent_s: after how many
    seconds of silence its jobs are taken up by others; it renews its leases three times as often.
    """

    name: str
    calls: int
    silent_s: float


def work(found: Installation, way: Way, ready: Callable[[], None]) -> int:
    """Work until SIGTERM or SIGINT, finish what runs within STOP_WITHIN_S, and give the rest back.

    Gives how many jobs still run in threads then: whoever called has to end the process without waiting for
    them. Database and procrastinate's tables must be there.
    """
    # It would tell of every job, and of a line that broke with its whole stack, where we tell it in a sentence.
    logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
    _warn_of_a_namesake(found, way)
    worker = _Worker(found, way)
    notifier = Notifier(found.runtime.database)
    found.runtime.wake = notifier.wake
    notifier.start()
    try:
        asyncio.run(worker.run(ready))
    finally:
        left = worker.leave()
        notifier.stop()
    return left


def _warn_of_a_namesake(found: Installation, way: Way) -> None:
    for beat in heartbeat.beats(found.runtime):
        if beat.worker == way.name and beat.at is not None:
            ago_s = (datetime.now(UTC) - beat.at).total_seconds()
            if ago_s < way.silent_s:
                log.warning(
                    "a worker called %s beat %.0f s ago; if it lives, one of the two needs another name",
                    way.name,
                    ago_s,
                )


class _Worker:
    def __init__(self, found: Installation, way: Way) -> None:
        self._found = found
        self._runtime = found.runtime
        self._way = way
        self._shift = Shift(found.runtime, way.silent_s)
        self._leases = LeaseStore(found.runtime.database, found.runtime.tenant_id)
        self._token = found.runtime.ids.next()
        self._leading = self._ending = False
        self._at_work: dict[str, Worker] = {}
        """Procrastinate's own part, by queue."""
        self._stopped = threading.Event()
        self._callers = ThreadPoolExecutor(way.calls, thread_name_prefix="linbang-call")
        self._strikers = ThreadPoolExecutor(STRIKERS, thread_name_prefix="linbang-strike")
        ticker = Ticker(found.runtime, self._shift)
        self._threads = [
            threading.Thread(target=run, name=f"linbang-{name}", daemon=True, args=arguments)
            for name, run, arguments in (
                ("ticker", ticker.run, (self._stopped,)),
                ("keeper", self._again_and_again, (self._keep, way.silent_s / 3)),
                ("house", self._again_and_again, (self._keep_house, HOUSE_S)),
            )
        ]

    async def run(self, ready: Callable[[], None]) -> None:
        """Work until a signal comes."""
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, stop.set)
        for thread in self._threads:
            thread.start()
        working = [
            asyncio.create_task(self._work_on(queue.CALLS, self._way.calls)),
            asyncio.create_task(self._work_on(queue.CLOCKS, STRIKERS)),
        ]
        ready()
        await stop.wait()
        log.info("worker %s stops", self._way.name)
        self._ending = True
        self._shift.end()
        for one in self._at_work.values():
            # It takes nothing more and waits for what runs.
            one.stop()  # type: ignore[no-untyped-call]  # procrastinate says no types here
        await asyncio.wait(working)

    def leave(self) -> int:
        """Give back whatever still runs and all leases; says how many jobs that were."""
        self._shift.end()
        self._stopped.set()
        for pool in (self._callers, self._strikers):
            pool.shutdown(wait=False, cancel_futures=True)
        left = 0
        try:
            left = self._shift.give_back()
            self._leases.give_up(HOUSE, self._token)
            heartbeat.leave(self._runtime, self._way.name)
        except Exception:
            log.exception("not everything could be given back; leases end within %s s", self._way.silent_s)
        if left:
            log.warning("%d jobs still ran after %s s and were given back", left, STOP_WITHIN_S)
        return left

    async def _work_on(self, name: str, at_once: int) -> None:
        """Run what comes in one queue, and begin anew whenever the line to the database breaks."""
        while not self._ending:
            app = self._app()
            try:
                async with app.open_async():
                    self._at_work[name] = one = self._worker(app, name, at_once)
                    if not self._ending:  # said while it was opened
                        await one.run()  # type: ignore[no-untyped-call]  # as above
            except Exception as exc:  # noqa: BLE001 - whatever the library could not cope with: beginning anew helps
                log.warning("work on %s broke off: %s", name, type(exc).__name__)
            if not self._ending:
                log.warning("work on %s begins anew", name)
                await asyncio.sleep(AGAIN_AFTER_S)

    def _worker(self, app: App, name: str, at_once: int) -> Worker:
        return Worker(
            app,
            queues=[name],
            name=self._way.name,
            concurrency=at_once,
            fetch_job_polling_interval=POLL_S,
            shutdown_graceful_timeout=STOP_WITHIN_S,
            delete_jobs="always",  # what became of a job stands in the case's history
            install_signal_handlers=False,
            update_heartbeat_interval=self._way.silent_s / 3,
            stalled_worker_timeout=self._way.silent_s,
        )

    def _app(self) -> App:
        """Make procrastinate's side of a worker: what its jobs mean."""
        arguments = self._runtime.database.driver_arguments
        app = App(connector=PsycopgConnector(min_size=1, max_size=4, kwargs=arguments))

        @app.task(name=queue.LOOK, queue=queue.CALLS)
        async def look(job_id: int) -> None:
            await _in_thread(self._callers, self._shift.look, job_id)

        @app.task(name=queue.DRAIN, queue=queue.CLOCKS)
        async def drain(bucket: int) -> None:
            if await _in_thread(self._strikers, self._shift.drain, bucket, DRAIN_BUDGET_S):
                self._runtime.wake()

        every_s = max(1, min(59, int(self._way.silent_s / 3)))

        @app.periodic(cron=f"* * * * * */{every_s}")
        @app.task(name="linbang.stalled", queue=queue.CLOCKS, queueing_lock="stalled", pass_context=True)
        async def stalled(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - procrastinate gives it
            await _take_up_stalled(context.app, self._way.silent_s)

        return app

    def _again_and_again(self, act: Callable[[], None], interval_s: float) -> None:
        while not self._stopped.is_set():
            try:
                act()
            except EngineError as exc:
                log.warning("%s failed, and is tried again: %s", act.__name__, exc)
            except Exception:
                log.exception("%s failed, and is tried again", act.__name__)
            self._stopped.wait(interval_s)

    def _keep(self) -> None:
        """Renew what this worker holds, say that it is there, and see whose turn the house is."""
        self._shift.renew()
        now, led = machine_ms(), self._leading
        self._leading = False  # until the database has said otherwise
        self._leading = self._leases.take(HOUSE, self._token, now, now + int(self._way.silent_s * 1000))
        if self._leading and not led:
            log.info("worker %s keeps the house", self._way.name)
        heartbeat.beat_as_worker(self._runtime, self._way.name)
        self._found.renew()

    def _keep_house(self) -> None:
        """Do what one worker does for all: schedules, alerts, the heartbeat, the day's anchor."""
        if self._leading:
            scheduler.keep_house(self._runtime)
            anchor_once_a_day(self._found)
            heartbeat.forget_silent_workers(self._runtime)


async def _in_thread(pool: ThreadPoolExecutor, act: Callable[..., bool], *arguments: Any) -> bool:
    """Let a thread do something; what goes wrong there is in the log, and taken up again when its lease ends."""
    try:
        return await asyncio.get_running_loop().run_in_executor(pool, act, *arguments)
    except Exception:
        log.exception("%s%s was not settled", act.__name__, arguments)
        return False


async def _take_up_stalled(app: App, silent_s: float) -> None:
    """Queue again what a killed worker was looking at; clocks are queued by the next look of any worker."""
    stalled: list[Job] = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=silent_s))
    for job in stalled:
        if job.task_name == queue.LOOK:
            await app.job_manager.retry_job(job)
        else:
            await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)
    if stalled:
        log.warning("took up %d jobs of workers that are gone", len(stalled))
