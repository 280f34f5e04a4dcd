"""Runs due jobs inside the server's process, on APScheduler; keeps no job of its own in any store."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from apscheduler.executors.pool import ThreadPoolExecutor as TickThreads
from apscheduler.schedulers.background import BackgroundScheduler

from engine import jobs, scheduler

if TYPE_CHECKING:
    from engine.runtime import Runtime
    from engine.scheduler import ClaimedJob

INTERVAL_S = 1.0
BUDGET_S = 0.8
"""A tick ends before the next one is asked for; what is left over is taken up at once."""
CALLERS = 4
MAX_QUEUED_CALLS = 500
LEASE_LEFT_S = 60.0
"""A call begins only while its lease lasts this much longer; otherwise it is claimed anew."""
SHORTEST_WAIT_S = 0.05
STOP_WITHIN_S = 25.0

log = logging.getLogger("linbang.dispatcher")
logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it would tell of every tick, and of every long one


class EmbeddedDispatcher:
    """The `Dispatcher` for one server process: at most one tick at a time, calls in a small pool beside it.

    Another process on the same database may run one too: jobs are claimed under a lease.
    """

    def __init__(self, runtime: Runtime, *, interval_s: float = INTERVAL_S, callers: int = CALLERS) -> None:
        self._runtime = runtime
        self._interval_s = interval_s
        self._callers = callers
        self._changed = threading.Condition()
        """Guards what follows, and tells `stop` when something has finished."""
        self._scheduler: BackgroundScheduler | None = None
        self._pool: ThreadPoolExecutor | None = None
        self._calls: dict[Future[None], ClaimedJob] = {}
        self._ticking = False
        self._wanted = False
        self._last_tick: datetime | None = None

    @property
    def last_tick(self) -> datetime | None:
        """Give when due jobs were last looked for without an error, by the machine's clock, in UTC."""
        return self._last_tick

    def start(self) -> None:
        """Begin to run due jobs; does nothing when it runs already."""
        with self._changed:
            if self._scheduler is not None:
                return
            self._wanted = False
            self._pool = ThreadPoolExecutor(self._callers, thread_name_prefix="linbang-call")
            self._scheduler = BackgroundScheduler(timezone=UTC, executors={"default": TickThreads(2)})
            self._scheduler.add_job(
                self._tick,
                "interval",
                seconds=self._interval_s,
                id="tick",
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
                next_run_time=datetime.now(UTC),
            )
            self._scheduler.start()

    def stop(self, within_s: float = STOP_WITHIN_S) -> None:
        """Take up nothing more, let what runs finish, and give the rest back; waits at most that long."""
        with self._changed:
            running, pool = self._scheduler, self._pool
            self._scheduler = self._pool = None
        if running is None or pool is None:
            return
        # Shut down while its thread takes a job off its list, the library would trip over the missing job.
        running.pause()
        running.remove_all_jobs()
        running.shutdown(wait=False)
        pool.shutdown(wait=False, cancel_futures=True)
        with self._changed:
            if not self._changed.wait_for(lambda: not (self._ticking or self._calls), within_s):
                log.warning("%d calls still run; their leases end soon", len(self._calls))

    def wake(self) -> None:
        """Look for due jobs now; may be called from any thread, and costs nothing when a look is coming."""
        with self._changed:
            if self._wanted or self._scheduler is None:
                return
            self._wanted = True
            if not self._ticking:  # a running tick looks again by itself
                self._look_again(0)

    def _tick(self) -> None:
        with self._changed:
            if self._ticking or self._scheduler is None:
                return
            self._ticking, self._wanted = True, False
        wait_s: float | None = None
        try:
            began = self._runtime.clock.now()
            done = scheduler.tick(self._runtime, budget_s=BUDGET_S, hand_over=self._hand_over)
            self._last_tick = datetime.now(UTC)
            wait_s = 0 if done else self._until_next(began)
        except Exception:
            log.exception("a tick failed; the next one tries again")
        finally:
            with self._changed:
                self._ticking = False
                self._changed.notify_all()
                if self._wanted or wait_s is not None:
                    self._look_again(0 if self._wanted else wait_s or 0)

    def _until_next(self, began: datetime) -> float | None:
        """Say how long to wait for a job that is due before the next regular tick; None for none."""
        moment = scheduler.next_moment(self._runtime)
        if moment is None or moment <= began:  # what is overdue and was not claimed runs already
            return None
        wait_s = (moment - self._runtime.clock.now()).total_seconds()
        return max(wait_s, SHORTEST_WAIT_S) if wait_s < self._interval_s else None

    def _look_again(self, wait_s: float) -> None:
        """Ask for one more tick; called with the lock held."""
        if self._scheduler is not None:
            moment = datetime.now(UTC) + timedelta(seconds=wait_s)
            self._scheduler.add_job(
                self._tick,
                "date",
                run_date=moment,
                id="now" if wait_s == 0 else "soon",
                replace_existing=True,
                max_instances=2,  # the one that is ending may have asked for the next
                misfire_grace_time=None,
            )

    def _hand_over(self, claimed: ClaimedJob) -> None:
        """Queue a call of an outside system; beyond the limit it stays claimed until its lease ends."""
        with self._changed:
            if self._pool is not None:
                if len(self._calls) < MAX_QUEUED_CALLS:
                    future = self._pool.submit(self._call, claimed)
                    self._calls[future] = claimed
                    future.add_done_callback(self._forget)
                return
        scheduler.give_back(self._runtime, claimed)

    def _call(self, claimed: ClaimedJob) -> None:
        try:
            if time.monotonic() + LEASE_LEFT_S > claimed.until:
                scheduler.give_back(self._runtime, claimed)
            else:
                jobs.run(self._runtime, claimed.job, claimed.token)
        except Exception:
            log.exception("call %s was not settled; it is tried again when its lease ends", claimed.job.id)

    def _forget(self, future: Future[None]) -> None:
        with self._changed:
            claimed = self._calls.pop(future)
            self._changed.notify_all()
        if future.cancelled():
            scheduler.give_back(self._runtime, claimed)
