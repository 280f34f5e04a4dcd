"""Checks an installation from the outside: histories whole, inbox and jobs as the states say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine import history, spiff
from engine.instances import open_case
from engine.sealing import SealBrokenError
from engine.store.caseless import unmatched
from engine.store.cases import CaseStore, WholeCase, every_case

if TYPE_CHECKING:
    from engine.runtime import Runtime
    from engine.sealing import Sealer
    from engine.store.rows import InstanceRow


MAX_UNHEARD = 1_000
OVERDUE_MS = 24 * 60 * 60 * 1000
"""How long a timer may have failed to start a case before the doctor says so."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as the case's own state says.

    business_key: the case; for a schedule, the service; a dash for what belongs to no case.
    what: `inbox`, `job`, `task`, `incident`, `state` or `schedule`.
    """

    business_key: str
    what: str
    detail: str


def verify(runtime: Runtime, store: CaseStore) -> Iterator[history.ChainFault]:
    """Find every history row that was changed, removed or reordered."""
    for case in every_case(store):
        head = (case.row.history_seq, case.row.history_head)
        yield from history.verify(runtime.sealer, case.row.id, head, case.history)


def key_fits(sealer: Sealer, store: CaseStore) -> bool:
    """Say whether the histories of an installation were sealed with a key; True where nothing is sealed yet."""
    for case in every_case(store):
        for row in case.history:
            if row.sealed_payload:
                try:
                    history.open_link(sealer, case.row.id, row)
                except SealBrokenError:
                    return False
                return True
    return True


def heads(store: CaseStore) -> Iterator[str]:
    """Give the head of every case's history as lines, to be kept outside the database."""
    for case in every_case(store):
        yield f"{case.row.id} {case.row.history_seq} {case.row.history_head.hex()}"


def compare_with_anchor(store: CaseStore, lines: list[str]) -> Iterator[history.ChainFault]:
    """Find the cases whose history is shorter or another one than an anchor kept outside says."""
    for line in lines:
        instance_id, seq, digest = line.split()
        rows = {row.seq: row for row in store.history(int(instance_id))}
        found = rows.get(int(seq))
        if found is None or found.hash.hex() != digest:
            yield history.ChainFault(int(instance_id), int(seq), "not as anchored")


def examine(runtime: Runtime, store: CaseStore) -> Iterator[Difference]:
    """Recompute tasks, inbox, jobs and incidents from states and notices, schedules from the services.

    Also compares what waits outside of cases with its jobs: messages for a key, events for machines, messages
    about alerts. Gives every difference.
    """
    for case in every_case(store):
        try:
            yield from _examine_one(runtime, case)
        except SealBrokenError as exc:
            yield Difference(case.row.business_key, "state", exc.message)
    yield from _examine_schedules(runtime)
    for one in unmatched(runtime.database, runtime.tenant_id):
        yield Difference("–", "job", f"{'missing' if one.missing else 'not wanted'}: {one.kind} {one.id}")


def examine_alerts(runtime: Runtime) -> Iterator[Difference]:
    """Find running clocks that called while nobody could be told of it, at most MAX_UNHEARD."""
    for alert in runtime.alert_ledger.running_unheard(MAX_UNHEARD):
        yield Difference(alert.business_key, "alert", f"nobody was told: {alert.deadline_id} {alert.level}")


def _examine_schedules(runtime: Runtime) -> Iterator[Difference]:
    """Compare the timers of the newest versions with what is scheduled, and find those that do not start."""
    wanted = {
        (key, definition.start_event, definition.start_timer)
        for key, (_id, definition) in runtime.catalogue.services().items()
        if definition.start_timer is not None
    }
    rows = runtime.schedules.all()
    stored = {(row.service_key, row.element_id, row.timer) for row in rows}
    for key, element_id, timer in sorted(wanted - stored):
        yield Difference(key, "schedule", f"missing: {element_id} {timer}")
    for key, element_id, timer in sorted(stored - wanted):
        yield Difference(key, "schedule", f"not wanted: {element_id} {timer}")
    for row in rows:
        if row.beats_left != 0 and row.due_at < runtime.now_ms() - OVERDUE_MS:
            yield Difference(row.service_key, "schedule", f"not started: {row.element_id} {row.timer}")


def _examine_one(runtime: Runtime, case: WholeCase) -> Iterator[Difference]:
    row = case.row
    wanted_tasks: set[tuple[int, int]] = set()
    wanted_jobs = {(f"delivery:{one}", one) for one, _number, state in case.deliveries if state == "waiting"}
    wanted_incidents = {-number for _id, number, state in case.deliveries if state == "failed"}
    if row.state == "active":
        opened = open_case(runtime, row, case.open_tasks)
        resting = spiff.resting(opened.workflow)
        known = opened.state.tasks
        wanted_tasks = {
            (number, known.get(number, 0)) for number, one in resting.items() if one.kind == "user_task"
        }
        wanted_jobs |= {(key, job) for key, (job, _due) in opened.state.jobs.items()}
        wanted_incidents |= opened.state.incidents.keys()
        if not resting:
            yield Difference(row.business_key, "state", "nothing rests: the case cannot go on")
    yield from _compare(row, "task", wanted_tasks, {(task.number, task.id) for task in case.open_tasks})
    wanted_inbox = {(task.principal, task.due_at, task.id) for task in case.open_tasks}
    yield from _compare(row, "inbox", wanted_inbox, set(case.inbox))
    yield from _compare(
        row, "job", wanted_jobs, {(f"{kind}:{target}", job) for job, kind, target, _due in case.jobs}
    )
    yield from _compare(row, "incident", wanted_incidents, set(case.incidents))


def _compare(row: InstanceRow, what: str, wanted: set[Any], stored: set[Any]) -> Iterator[Difference]:
    for item in sorted(wanted - stored, key=str):
        yield Difference(row.business_key, what, f"missing: {item}")
    for item in sorted(stored - wanted, key=str):
        yield Difference(row.business_key, what, f"not wanted: {item}")
