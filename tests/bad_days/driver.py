"""Plays many stories at once on one clock, as far as they go; what falls due happens at its own time."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import func, select

from engine import incidents, jobs, scheduler
from engine.people import Actor
from engine.scenarios import StoryError, outside_answers
from engine.state import from_ms
from engine.store import schema
from engine.store.jobs import OUTSIDE

from .witness import is_fault

if TYPE_CHECKING:
    from engine.scheduler import ClaimedJob

    from .district import District
    from .outside import Outside
    from .stories import Run

CALLERS = 8
PATIENCE = 6
"""How often a step is put off to the case's next moment when its task is not open yet."""
MAX_STOPS = 1_000_000
MAX_ROUNDS = 1_000
_TOLD_HERE = ("cases", "webhook")


class Driver:
    """Moves the clock and lets people and due jobs work. Used as a context, because it has threads."""

    def __init__(self, district: District, outside: Outside, tell: Callable[[Run], None]) -> None:
        self.district, self.outside, self.tell = district, outside, tell
        self.runtime, self.clock = district.runtime, district.clock
        self._pool = ThreadPoolExecutor(CALLERS, thread_name_prefix="call")
        self._calls: list[Future[None]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def play(self, runs: Iterable[Run]) -> None:
        """Play runs until each is played, stands with an incident, or has gone astray."""
        counter = itertools.count()
        waiting = [(max(run.begins, self.clock.moment), next(counter), run) for run in runs]
        heapq.heapify(waiting)
        for _stop in range(MAX_STOPS):
            if not waiting:
                return
            moment = waiting[0][0]
            self.pass_until(moment)
            together = []
            while waiting and waiting[0][0] <= moment:
                together.append(heapq.heappop(waiting)[2])
            for run in together:
                following = self._go_on(run)
                if following is None:
                    self.tell(run)
                else:
                    heapq.heappush(waiting, (max(following, self.clock.moment), next(counter), run))
            self.settle()
            for run in together:
                if run.case_id and self.next_of(run.case_id, "call") is not None:
                    run.story.come_early(run.story.steps[run.next :])
        raise AssertionError("Expected the stories to come to an end, but they go on")

    def pass_until(self, moment: datetime) -> None:
        """Move the clock, stopping at everything that falls due on the way."""
        for _stop in range(MAX_STOPS):
            due = scheduler.next_moment(self.runtime)
            if due is None or due > moment:
                break
            self.clock.go_to(due)
            assert self.settle(), "Expected what is due to be run, but nothing was"
        self.clock.go_to(moment)

    def settle(self) -> int:
        """Run what is due now, calls in threads beside it as the dispatcher does; gives how many jobs that were."""
        done = 0
        for _round in range(MAX_ROUNDS):
            found = scheduler.tick(self.runtime, budget_s=600, hand_over=self._hand_over)
            if not found:
                return done
            done += found
            finished, self._calls = self._calls, []
            wait(finished)
            for call in finished:
                call.result()
        raise AssertionError("Expected due jobs to be used up, but there are always more")

    def let_calls_end(self) -> None:
        """Let time pass until no call and no message waits to be tried again."""
        for _round in range(MAX_ROUNDS):
            due = self._earliest(schema.job.c.kind.in_(OUTSIDE))
            if due is None:
                return
            self.pass_until(due)
        raise AssertionError("Expected calls to end, but they go on")

    def retry_all(self) -> int:
        """Take up every open incident again that a fault raised, as an operator does; gives how many there were."""
        offices = self.runtime.offices
        top = next(row.id for row in offices.rows.values() if row.parent_id is None)
        operator = Actor(1, "operator", top, roles=frozenset({"operator"}))
        opened = incidents.open_incidents(self.runtime, operator, size=1_000_000)
        found = [one for one in opened if is_fault(one.code)]
        for one in found:
            incidents.retry(self.runtime, one.process_instance_id, one.number, operator)
        self.settle()
        return len(found)

    def stands(self, case_id: int) -> bool:
        """Say whether a case has an open incident that holds it up: not one of a message."""
        return any(row.number >= 0 for row in self.district.found.cases.incidents(case_id))

    def next_of(self, case_id: int, *kinds: str) -> datetime | None:
        """Give the moment of a case's next job, of all or some kinds."""
        mine = schema.job.c.process_instance_id == case_id
        return self._earliest(mine & schema.job.c.kind.in_(kinds) if kinds else mine)

    def _earliest(self, which: Any) -> datetime | None:
        query = select(func.min(schema.job.c.due_at)).where(schema.job.c.tenant_id == 1, which)
        with self.runtime.database.reading() as connection:
            due = connection.execute(query).scalar_one()
        return None if due is None else from_ms(due)

    def _go_on(self, run: Run) -> datetime | None:
        """Play the next step of a run and give the moment of the one after it; None when it stops."""
        if not run.case_id:
            return self._begin(run)
        calling = self.next_of(run.case_id, "call")
        if calling is not None:
            return calling
        stands, step = self.stands(run.case_id), run.step
        if stands and (step is None or "from" in step):  # nobody replies to a call that was not made
            run.stop("stands", self.clock.moment)
            return None
        if step is None:
            run.stop("played", self.clock.moment)
            return None
        try:
            if run.prepared != run.next:  # only once, however often the step is put off
                self._prepare(run, step)
                run.prepared = run.next
            run.story.do(step)
        except StoryError as exc:
            run.why = exc.message
            return self._put_off(run, stands=stands)
        run.next += 1
        run.put_off = 0
        return self._following(run)

    def _begin(self, run: Run) -> datetime:
        run.story.start()
        if run.spared:
            self.district.spared.add(run.case_id)
        self._prepare(run, run.story.document)
        return self._following(run)

    def _following(self, run: Run) -> datetime:
        step = run.step
        return (run.story.when(step) if step else None) or self.clock.moment

    def _put_off(self, run: Run, *, stands: bool) -> datetime | None:
        """Give when to try a step again that could not be done."""
        if stands:
            run.stop("stands", self.clock.moment)
            return None
        following = self.next_of(run.case_id)
        run.put_off += 1
        if following is None or run.put_off > PATIENCE:
            run.stop("astray", self.clock.moment)
            return None
        return max(following, self.clock.moment + timedelta(minutes=1))

    def _prepare(self, run: Run, part: Any) -> None:
        """Let the outside systems know what they will answer for this case."""
        told = {}
        for system, answers in outside_answers(part.get("outside", {})).items():
            for operation, given in answers.items():
                if system in _TOLD_HERE:
                    self.district.witness(system).tell(run.case_id, operation, given)
                else:
                    told[f"{system}.{operation}"] = given
        if told:
            (self.outside.good if run.spared else self.outside.bad).tell(run.case_id, told)

    def _hand_over(self, claimed: ClaimedJob) -> None:
        self._calls.append(self._pool.submit(jobs.run, self.runtime, claimed.job, claimed.token))
