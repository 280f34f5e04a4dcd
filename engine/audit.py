"""Checks an installation from the outside: histories whole, inbox and jobs as the states say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine import history, spiff
from engine.instances import open_case
from engine.sealing import SealBrokenError
from engine.store.cases import CaseStore, WholeCase, every_case

if TYPE_CHECKING:
    from engine.runtime import Runtime
    from engine.store.rows import InstanceRow


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as the case's own state says. what: `inbox`, `job`, `task` or `state`."""

    business_key: str
    what: str
    detail: str


def verify(runtime: Runtime, store: CaseStore) -> Iterator[history.ChainFault]:
    """Find every history row that was changed, removed or reordered."""
    for case in every_case(store):
        head = (case.row.history_seq, case.row.history_head)
        yield from history.verify(runtime.sealer, case.row.id, head, case.history)


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
    """Recompute tasks, inbox and jobs from the states and give every difference."""
    for case in every_case(store):
        try:
            yield from _examine_one(runtime, case)
        except SealBrokenError as exc:
            yield Difference(case.row.business_key, "state", exc.message)


def _examine_one(runtime: Runtime, case: WholeCase) -> Iterator[Difference]:
    row = case.row
    wanted_tasks: set[tuple[int, int]] = set()
    wanted_jobs: set[tuple[str, int]] = set()
    if row.state == "active":
        opened = open_case(runtime, row, case.open_tasks)
        resting = spiff.resting(opened.workflow)
        known = opened.state.tasks
        wanted_tasks = {
            (number, known.get(number, 0)) for number, one in resting.items() if one.kind == "user_task"
        }
        wanted_jobs = {(key, job) for key, (job, _due) in opened.state.jobs.items()}
        if not resting:
            yield Difference(row.business_key, "state", "nothing rests: the case cannot go on")
    yield from _compare(row, "task", wanted_tasks, {(task.number, task.id) for task in case.open_tasks})
    wanted_inbox = {(task.principal, task.due_at, task.id) for task in case.open_tasks}
    yield from _compare(row, "inbox", wanted_inbox, set(case.inbox))
    yield from _compare(
        row, "job", wanted_jobs, {(f"{kind}:{target}", job) for job, kind, target, _due in case.jobs}
    )


def _compare(row: InstanceRow, what: str, wanted: set[Any], stored: set[Any]) -> Iterator[Difference]:
    for item in sorted(wanted - stored, key=str):
        yield Difference(row.business_key, what, f"missing: {item}")
    for item in sorted(stored - wanted, key=str):
        yield Difference(row.business_key, what, f"not wanted: {item}")
