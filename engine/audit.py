"""Checks an installation from the outside: histories whole, inbox and jobs as the states say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine import codec, history, spiff
from engine.instances import open_case
from engine.sealing import SealBrokenError
from engine.state import CaseState, sealing_place
from engine.store.cases import CaseStore, every_instance

if TYPE_CHECKING:
    from engine.runtime import Runtime
    from engine.store.steps import InstanceRow


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as the case's own state says. what: `inbox`, `job`, `task` or `state`."""

    business_key: str
    what: str
    detail: str


def verify(runtime: Runtime, store: CaseStore) -> Iterator[history.ChainFault]:
    """Find every history row that was changed, removed or reordered."""
    for row in every_instance(store):
        head = (row.history_seq, row.history_head)
        yield from history.verify(runtime.sealer, row.id, head, store.history(row.id))


def heads(store: CaseStore) -> Iterator[str]:
    """Give the head of every case's history as lines, to be kept outside the database."""
    for row in every_instance(store):
        yield f"{row.id} {row.history_seq} {row.history_head.hex()}"


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
    for row in every_instance(store):
        try:
            yield from _examine_one(runtime, store, row)
        except SealBrokenError as exc:
            yield Difference(row.business_key, "state", exc.message)


def _examine_one(runtime: Runtime, store: CaseStore, row: InstanceRow) -> Iterator[Difference]:
    tasks = [task for task in store.user_tasks(row.id) if task.state == "open"]
    if row.state != "active":
        content = codec.load_values(runtime.sealer.open(row.sealed_state, sealing_place(row.id)))
        state = CaseState.unpack(content["x"])
        wanted_tasks: set[tuple[int, int]] = set()
    else:
        case = open_case(runtime, row, tasks)
        state = case.state
        resting = spiff.resting(case.workflow)
        wanted_tasks = {(number, state.tasks.get(number, 0)) for number, item in resting.items() if item.kind == "user_task"}
        if not resting:
            yield Difference(row.business_key, "state", "nothing rests: the case cannot go on")
    yield from _compare(row, "task", wanted_tasks, {(task.number, task.id) for task in tasks})
    wanted_inbox = {(task.principal, task.due_at, task.id) for task in tasks}
    yield from _compare(row, "inbox", wanted_inbox, set(store.inbox_of(row.id)))
    stored = {(f"{kind}:{target}", job) for job, kind, target, _due in store.jobs(row.id)}
    wanted_jobs = {(key, job) for key, (job, _due) in state.jobs.items()} if row.state == "active" else set()
    yield from _compare(row, "job", wanted_jobs, stored)


def _compare(row: InstanceRow, what: str, wanted: set[Any], stored: set[Any]) -> Iterator[Difference]:
    for item in sorted(wanted - stored, key=str):
        yield Difference(row.business_key, what, f"missing: {item}")
    for item in sorted(stored - wanted, key=str):
        yield Difference(row.business_key, what, f"not wanted: {item}")
