"""Runs due jobs of an installation that several workers share; starts no threads and looks for nothing by itself.

Whatever is claimed here is held under a lease, which its process renews for as long as the job runs: so a lease
may be short, and what a killed process held is free soon.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from engine import jobs
from engine.state import machine_ms

if TYPE_CHECKING:
    from engine.runtime import Runtime
    from engine.store.jobs import DueJob

BATCH = 50
"""How many clocks of a bucket are claimed at once."""
CALLS_AT_ONCE = 200
GRACE_MS = 1_000
"""A call is told to the workers by the step that wants it; one that waits longer was not, or is tried again."""


class Shift:
    """What one worker has claimed and not yet settled. Shared by its threads.

    lease_s: for how long a claim holds unless it is renewed, by the machine's clock.
    """

    def __init__(self, runtime: Runtime, lease_s: float) -> None:
        self._runtime = runtime
        self._lease_ms = int(lease_s * 1000)
        self._lock = threading.Lock()
        self._held: dict[int, tuple[DueJob, int]] = {}
        self._ending = False

    def due_buckets(self) -> list[int]:
        """Give the buckets in which clocks have to be struck now."""
        return self._runtime.jobs.due_buckets(self._runtime.now_ms(), machine_ms())

    def due_calls(self) -> list[int]:
        """Give the ids of some jobs for outside systems that nobody runs though they are due."""
        return self._runtime.jobs.due_outside(self._runtime.now_ms() - GRACE_MS, machine_ms(), CALLS_AT_ONCE)

    def seconds_to_next(self) -> float | None:
        """Say how long it is until the next job falls due; None for none."""
        now = self._runtime.now_ms()
        moment = self._runtime.jobs.next_after(now)
        return None if moment is None else (moment - now) / 1000

    def drain(self, bucket: int, budget_s: float) -> bool:
        """Strike the clocks of a bucket that are due; says whether time ran out before all were struck.

        budget_s: seconds; what was claimed beyond it is given back, and so is everything once `end` was called.
        """
        until = time.monotonic() + budget_s
        while not self._ending:
            claimed = self._claim_clocks(bucket)
            left = self._run_together(claimed) if time.monotonic() < until else claimed
            for position, job in enumerate(left):
                if self._ending or time.monotonic() >= until:
                    self._give_back(left[position:])
                    return not self._ending
                self._run(job)
            if len(claimed) < BATCH:
                return False
            if time.monotonic() >= until:
                return not self._ending
        return False

    def look(self, job_id: int) -> bool:
        """Run one job if it is due and nobody else runs it; says whether it was."""
        if self._ending:
            return False
        runtime, token = self._runtime, self._runtime.ids.next()
        job = runtime.jobs.claim_one(job_id, runtime.now_ms(), machine_ms(), self._lease_ms, token)
        if job is None:
            return False
        self._hold([job], token)
        self._run(job)
        return True

    def renew(self) -> None:
        """Hold longer what runs; called several times within a lease."""
        with self._lock:
            held = [(job.id, token) for job, token in self._held.values()]
        if held:
            self._runtime.jobs.renew(held, machine_ms() + self._lease_ms)

    def end(self) -> None:
        """Begin nothing more."""
        self._ending = True

    def give_back(self) -> int:
        """Give back what still runs, and say how much that is: another worker may begin it anew at once.

        Its outside system sees the same idempotency key; the step that is saved first counts.
        """
        with self._lock:
            held = [job for job, _token in self._held.values()]
        self._give_back(held)
        return len(held)

    def _claim_clocks(self, bucket: int) -> list[DueJob]:
        runtime, token = self._runtime, self._runtime.ids.next()
        claimed = runtime.jobs.claim_clocks(
            bucket, runtime.now_ms(), machine_ms(), self._lease_ms, token, BATCH
        )
        self._hold(claimed, token)
        return claimed

    def _hold(self, claimed: list[DueJob], token: int) -> None:
        with self._lock:
            self._held.update((job.id, (job, token)) for job in claimed)

    def _run_together(self, claimed: list[DueJob]) -> list[DueJob]:
        """Run what can be run in one transaction; gives the others."""
        settled = jobs.run_together(self._runtime, claimed)
        for job in claimed:
            if job.id in settled:
                self._let_go(job)
        return [job for job in claimed if job.id not in settled]

    def _run(self, job: DueJob) -> None:
        held = self._held.get(job.id)
        if held is None:  # given back just now, since the worker stops
            return
        try:
            jobs.run(self._runtime, job, held[1])
        finally:
            self._let_go(job)

    def _give_back(self, claimed: list[DueJob]) -> None:
        for job in claimed:
            held = self._let_go(job)
            if held is not None:
                self._runtime.jobs.release(job.id, held[1], job.attempts, job.due_at)

    def _let_go(self, job: DueJob) -> tuple[DueJob, int] | None:
        with self._lock:
            return self._held.pop(job.id, None)
