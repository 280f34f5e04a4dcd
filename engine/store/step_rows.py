"""Which rows a step writes, in which order, as the statements of the hot path take them. Opens nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.store.rows import DeliveryRow, InstanceRow, JobRow, Saved, TaskChange, UserTaskRow, fields_of
from engine.store.searching import index_words
from engine.store.step_statements import DELIVERY_CHANGES, StepStatements

if TYPE_CHECKING:
    from engine.store.writing import Writes

_NO_NEWS = {"user_task_claimed", "user_task_taken_over", "user_task_unclaimed"}
"""What people take and give back themselves is not new in any list."""


class StepRows:
    """Hands what a step changed to whatever writes it."""

    def __init__(self, statements: StepStatements, tenant_id: int) -> None:
        self._statements = statements
        self._tenant = tenant_id

    def update_instance(self, writes: Writes, saved: Saved) -> None:
        """Move the case on, if it is still as it was read; comes first."""
        before = saved.instance
        row = {
            "b_tenant": self._tenant,
            "b_id": before.id,
            "b_read": before.row_version,
            "b_state": saved.state,
            "b_outcome": saved.outcome,
            "b_ended": saved.ended_at,
            "b_title": saved.title or before.title,
            "b_version": before.row_version + 1,
            "b_seq": saved.history.seq,
            "b_head": saved.history.hash,
            "b_sealed": before.sealed_state if saved.sealed_state is None else saved.sealed_state,
        }
        writes.add(self._statements.update_instance, [row], exact=True)

    def insert(self, writes: Writes, saved: Saved, instance: InstanceRow) -> None:
        """Write a new case, the key that it was started under, and which case opened it."""
        statements, tenant = self._statements, self._tenant
        if saved.start_key is not None:
            row = {"tenant_id": tenant, "key": saved.start_key, "process_instance_id": instance.id}
            writes.add(statements.insert_start_key, [row], exact=True)
        writes.add(statements.insert_instance, [{"tenant_id": tenant, **fields_of(instance)}])
        self.words(writes, None, instance)
        if saved.parent is not None:
            opened = {"process_instance_id": saved.parent, "kind": "opened", "other_id": instance.id}
            writes.add(statements.insert_relation, [{"tenant_id": tenant, **opened}])

    def words(self, writes: Writes, before: InstanceRow | None, after: InstanceRow) -> None:
        """Write by what a case is found from now on, and no longer by what it was found before."""
        old = set() if before is None else index_words(before.business_key, before.title)
        new = index_words(after.business_key, after.title)
        here = {"b_tenant": self._tenant, "b_office": after.office_id, "b_id": after.id}
        writes.add(self._statements.delete_word, [{**here, "b_word": word} for word in sorted(old - new)])
        here = {
            "tenant_id": self._tenant,
            "office_id": after.office_id,
            "process_instance_id": after.id,
        }
        writes.add(self._statements.insert_word, [{**here, "word": word} for word in sorted(new - old)])

    def write(self, writes: Writes, saved: Saved, once: tuple[str, str] | None) -> None:
        """Write all that a step changed beside the case's own row. once: see StepStore.once."""
        self._inbound(writes, saved, saved.inbound or once)
        if saved.kept_ended or saved.kept_added or saved.waits_removed or saved.waits_added:
            self._messages(writes, saved)
        self._tasks(writes, saved)
        self._inbox(writes, saved)
        self._history_and_jobs(writes, saved)
        if saved.deadlines or saved.alerts or saved.incidents_raised or saved.incidents_resolved:
            self._clocks_and_incidents(writes, saved)
        if saved.deliveries_added or saved.deliveries_changed or saved.subjects:
            self._notices(writes, saved)
        if saved.reasons_asked or saved.reasons_given:
            self._reasons(writes, saved)

    def _inbound(self, writes: Writes, saved: Saved, inbound: tuple[str, str] | None) -> None:
        if inbound is None:
            return
        source, number = inbound
        row = {
            "tenant_id": self._tenant,
            "source": source,
            "id": number,
            "process_instance_id": saved.instance.id,
            "at": saved.history.at,
        }
        writes.add(self._statements.insert_inbound, [row], exact=True)

    def _messages(self, writes: Writes, saved: Saved) -> None:
        """Write what is kept, what waits no longer, and where the case waits."""
        statements, tenant, case = self._statements, self._tenant, saved.instance.id
        ended = [
            {
                "b_tenant": tenant,
                "b_id": one,
                "b_state": state,
                "b_case": case if state == "delivered" else None,
                "b_at": saved.history.at,
            }
            for one, state in saved.kept_ended
        ]
        writes.add(statements.end_kept, ended, exact=True)  # fails where another case was quicker
        writes.add(statements.insert_kept, self._owned(saved.kept_added))
        left = [
            {
                "b_tenant": tenant,
                "b_name": row.name,
                "b_place": row.place,
                "b_case": case,
                "b_target": row.target,
            }
            for row in saved.waits_removed
        ]
        writes.add(statements.delete_wait, left)
        writes.add(statements.insert_wait, self._owned(saved.waits_added))

    def _tasks(self, writes: Writes, saved: Saved) -> None:
        rows = [
            {
                "b_tenant": self._tenant,
                "b_id": change.before.id,
                "b_was": change.before.state,
                "b_holder": change.before.assignee,
                "b_state": change.state,
                "b_assignee": change.assignee,
                "b_priority": change.priority,
                "b_due": change.due_at,
                "b_risk": change.at_risk,
                "b_paused": change.paused,
                "b_handed": change.handed_by,
                "b_done": change.completed_at,
                "b_by": change.completed_by,
                "b_keep": 1 if change.state == "open" else 0,
            }
            for change in saved.changed
        ]
        writes.add(self._statements.update_task, rows, exact=True)
        writes.add(self._statements.insert_task, self._owned(saved.opened))

    def _inbox(self, writes: Writes, saved: Saved) -> None:
        """Put tasks into the lists of those whose they are now, then out of where they were.

        In this order, since a task that only moves in time keeps the moment at which it came.
        """
        tenant, at = self._tenant, saved.history.at
        came = 0 if saved.history.event in _NO_NEWS else at
        lines = [_inbox_line(tenant, row, row.principal, row, at) for row in saved.opened]
        for change in saved.changed:
            if change.principal is not None and _stands_elsewhere(change):
                since = None if change.principal == change.before.principal else came
                lines.append(_inbox_line(tenant, change.before, change.principal, change, since))
        writes.add(self._statements.put_inbox, lines)
        left = [
            _inbox_key(tenant, change)
            for change in saved.changed
            if (change.principal, change.due_at) != (change.before.principal, change.before.due_at)
        ]
        writes.add(self._statements.delete_inbox, left)
        forgotten = [{"b_tenant": tenant, "b_task": task, "b_person": who} for task, who in saved.taken_from]
        writes.add(self._statements.delete_follow_up, forgotten)

    def _history_and_jobs(self, writes: Writes, saved: Saved) -> None:
        statements, tenant, case = self._statements, self._tenant, saved.instance.id
        link = {"tenant_id": tenant, "process_instance_id": case, **fields_of(saved.history)}
        writes.add(statements.insert_history, [link])
        writes.add(statements.delete_job, [{"b_tenant": tenant, "b_id": job} for job in saved.jobs_removed])
        writes.add(statements.insert_event, self._owned(saved.told))
        writes.add(statements.insert_job, [job_values(tenant, row) for row in saved.jobs_added])

    def _clocks_and_incidents(self, writes: Writes, saved: Saved) -> None:
        statements, case = self._statements, saved.instance.id
        writes.add(statements.upsert_deadline, self._owned(saved.deadlines, process_instance_id=case))
        writes.add(statements.insert_alert, self._owned(saved.alerts, announced_at=None))
        raised = self._owned(saved.incidents_raised, process_instance_id=case, state="open")
        writes.add(statements.insert_incident, raised)
        resolved = [
            {"b_tenant": self._tenant, "b_id": found, "b_at": saved.history.at, "b_by": saved.resolved_by}
            for found in saved.incidents_resolved
        ]
        writes.add(statements.resolve_incident, resolved)

    def _notices(self, writes: Writes, saved: Saved) -> None:
        statements, tenant = self._statements, self._tenant
        here = {"tenant_id": tenant, "kind": "identity", "process_instance_id": saved.instance.id}
        writes.add(statements.insert_subject, [{**here, "digest": digest} for digest in saved.subjects])
        writes.add(statements.insert_delivery, self._owned(saved.deliveries_added))
        writes.add(
            statements.update_delivery, [_changed_delivery(tenant, row) for row in saved.deliveries_changed]
        )

    def _reasons(self, writes: Writes, saved: Saved) -> None:
        statements, tenant, history = self._statements, self._tenant, saved.history
        writes.add(statements.insert_reason, self._owned(saved.reasons_asked))
        given = [
            {"b_tenant": tenant, "b_id": found, "b_at": history.at, "b_seq": history.seq}
            for found in saved.reasons_given
        ]
        writes.add(statements.answer_reason, given)

    def _owned(self, rows: list[Any], **more: Any) -> list[dict[str, Any]]:
        """Give records as rows of this tenant."""
        return [{"tenant_id": self._tenant, **more, **fields_of(row)} for row in rows]


def _stands_elsewhere(change: TaskChange) -> bool:
    before = change.before
    return (before.principal, before.due_at, before.at_risk) != (
        change.principal,
        change.due_at,
        change.at_risk,
    )


def _inbox_key(tenant: int, change: TaskChange) -> dict[str, Any]:
    before = change.before
    return {"b_tenant": tenant, "b_principal": before.principal, "b_due": before.due_at, "b_task": before.id}


def _inbox_line(
    tenant: int, task: UserTaskRow, principal: str, now: UserTaskRow | TaskChange, since: int | None
) -> dict[str, Any]:
    """Give a task's line in a list. now: the task after the step; since: None keeps what is known."""
    return {
        "tenant_id": tenant,
        "principal": principal,
        "due_at": now.due_at,
        "user_task_id": task.id,
        "service_key": task.service_key,
        "element_id": task.element_id,
        "at_risk": now.at_risk,
        "b_since": since,
        "b_due": task.due_at,
    }


def bucket_of(process_instance_id: int) -> int:
    """Give the bucket, 0 to 63, in which a case's jobs are drained; ids that follow each other spread."""
    return (process_instance_id * 0x9E37_79B9_7F4A_7C15 >> 58) & 63


def job_values(tenant: int, row: JobRow) -> dict[str, Any]:
    """Give the row of a job that waits to be run for the first time."""
    return {
        "tenant_id": tenant,
        "bucket": bucket_of(row.process_instance_id),
        "state": "waiting",
        "attempts": 0,
        "lease_until": None,
        "lease_token": None,
        **fields_of(row),
    }


def _changed_delivery(tenant: int, row: DeliveryRow) -> dict[str, Any]:
    changes = {f"b_{name}": getattr(row, name) for name in DELIVERY_CHANGES}
    return {"b_tenant": tenant, "b_id": row.id, **changes}
