"""Loads a case for one step and saves what the step changed, in the one transaction.

The instance's row version is what serialises steps: the first statement of the transaction updates it
where it is still the one that was read. Anything else means that somebody was quicker.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import TYPE_CHECKING, Any

from engine.errors import Changed, DoneBefore
from engine.store.database import Database, Statement
from engine.store.failures import ConflictError
from engine.store.moving import MovingStatements
from engine.store.rows import DeliveryRow, InstanceRow, JobRow, Saved, TaskChange, UserTaskRow, fields_of
from engine.store.searching import index_words
from engine.store.step_statements import DELIVERY_CHANGES, StepStatements

if TYPE_CHECKING:
    from sqlalchemy import PoolProxiedConnection


_NO_NEWS = {"user_task_claimed", "user_task_taken_over", "user_task_unclaimed"}
"""What people take and give back themselves is not new in any list."""


class StepStore:
    """The hot path. At most eight statements for a completion that opens one task."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant_id
        self._statements = StepStatements(database)
        self._moving = MovingStatements(database, tenant_id)
        self._expected: int | None = None
        self._once: tuple[str, str] | None = None

    def load(self, process_instance_id: int) -> tuple[InstanceRow, list[UserTaskRow]] | None:
        """Read a case and its open tasks at one moment; None when there is no such case."""
        return self._load(self._statements.instance, process_instance_id)

    def load_by_task(self, user_task_id: int) -> tuple[InstanceRow, list[UserTaskRow]] | None:
        """Read the case of a task and its open tasks at one moment; None when there is no such task."""
        return self._load(self._statements.instance_of_task, user_task_id)

    def at_version(self, row_version: int) -> StepStore:
        """Give a store that loads a case only as it stands at a version; raises Changed for one that moved on."""
        found = copy(self)
        found._expected = row_version  # noqa: SLF001 - our own copy
        return found

    def once(self, source: str, number: str) -> StepStore:
        """Give a store whose next step counts once under a number; the same once more raises DoneBefore.

        For one step of one request alone.
        """
        found = copy(self)
        found._once = (source, number)  # noqa: SLF001 - our own copy
        return found

    def save(self, saved: Saved) -> None:
        """Write a step and commit; raises ConflictError, leaving nothing, when the case has moved on."""
        with self._database.stepping(writing=True, again=True) as connection:
            self._update_instance(connection, saved)
            if saved.moved is not None:
                version = saved.instance.row_version + 1
                self._moving.write(connection, saved.instance.id, saved.moved, version, saved.history.at)
            if saved.title is not None and saved.title != saved.instance.title:
                self._write_words(connection, saved.instance, _replace(saved.instance, title=saved.title))
            self._write_rest(connection, saved)

    def insert(self, saved: Saved) -> InstanceRow:
        """Write a new case and commit; gives its row with the case number.

        Raises ConflictError when the service has a newer version than the case was started on, or when
        somebody else has started a case under the same key.
        """
        assert saved.case_number is not None
        prefix, definition_id = saved.case_number
        with self._database.stepping(writing=True, again=True) as connection:
            row = self._statements.next_number.run(
                connection,
                b_tenant=self._tenant,
                b_key=saved.instance.service_key,
                b_definition=definition_id,
            ).fetchone()
            if row is None:
                raise ConflictError
            self._write_start_key(connection, saved)
            business_key = f"{prefix}-{row[0]:06d}" if prefix else str(row[0])
            instance = _replace(
                saved.instance,
                business_key=business_key,
                state=saved.state,
                outcome=saved.outcome,
                ended_at=saved.ended_at,
                history_seq=saved.history.seq,
                history_head=saved.history.hash,
                sealed_state=saved.sealed_state,
            )
            self._statements.insert_instance.run(connection, tenant_id=self._tenant, **fields_of(instance))
            self._write_words(connection, None, instance)
            if saved.parent is not None:
                self._statements.insert_relation.run(
                    connection,
                    tenant_id=self._tenant,
                    process_instance_id=saved.parent,
                    kind="opened",
                    other_id=instance.id,
                )
            self._write_rest(connection, saved)
        return instance

    def started_under(self, key: str) -> tuple[int, str] | None:
        """Give id and number of the case that was started under a key; None when none was."""
        with self._database.stepping(writing=False) as connection:
            row = self._statements.started_under.run(connection, b_tenant=self._tenant, b_key=key).fetchone()
        return None if row is None else (row[0], row[1])

    def was_received(self, source: str, number: str) -> bool:
        """Say whether a message from outside was taken in before, by the other side's own number."""
        with self._database.stepping(writing=False) as connection:
            return self._is_received(connection, source, number)

    def _is_received(self, connection: PoolProxiedConnection, source: str, number: str) -> bool:
        row = self._statements.received.run(
            connection, b_tenant=self._tenant, b_source=source, b_id=number
        ).fetchone()
        return row is not None

    def _write_inbound(self, connection: PoolProxiedConnection, saved: Saved) -> None:
        inbound = saved.inbound or self._once
        if inbound is None:
            return
        source, number = inbound
        result = self._statements.insert_inbound.run(
            connection,
            tenant_id=self._tenant,
            source=source,
            id=number,
            process_instance_id=saved.instance.id,
            at=saved.history.at,
        )
        if result.rowcount != 1:
            raise ConflictError

    def _write_messages(self, connection: PoolProxiedConnection, saved: Saved) -> None:
        """Write what is kept, what waits no longer, and where the case waits; nothing for most steps."""
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
        if statements.end_kept.run_many(connection, ended) != len(ended):
            raise ConflictError  # another case was quicker
        statements.insert_kept.run_many(
            connection, [{"tenant_id": tenant, **fields_of(row)} for row in saved.kept_added]
        )
        statements.delete_wait.run_many(
            connection,
            [
                {
                    "b_tenant": tenant,
                    "b_name": row.name,
                    "b_place": row.place,
                    "b_case": case,
                    "b_target": row.target,
                }
                for row in saved.waits_removed
            ],
        )
        statements.insert_wait.run_many(
            connection, [{"tenant_id": tenant, **fields_of(row)} for row in saved.waits_added]
        )

    def _write_words(
        self, connection: PoolProxiedConnection, before: InstanceRow | None, after: InstanceRow
    ) -> None:
        """Write by what a case is found from now on, and no longer by what it was found before."""
        old = set() if before is None else index_words(before.business_key, before.title)
        new = index_words(after.business_key, after.title)
        here = {"b_tenant": self._tenant, "b_office": after.office_id, "b_id": after.id}
        self._statements.delete_word.run_many(
            connection, [{**here, "b_word": word} for word in sorted(old - new)]
        )
        self._statements.insert_word.run_many(
            connection,
            [
                {
                    "tenant_id": self._tenant,
                    "word": word,
                    "office_id": after.office_id,
                    "process_instance_id": after.id,
                }
                for word in sorted(new - old)
            ],
        )

    def _write_start_key(self, connection: PoolProxiedConnection, saved: Saved) -> None:
        if saved.start_key is None:
            return
        result = self._statements.insert_start_key.run(
            connection, tenant_id=self._tenant, key=saved.start_key, process_instance_id=saved.instance.id
        )
        if result.rowcount != 1:
            raise ConflictError

    def _load(self, statement: Statement, key: int) -> tuple[InstanceRow, list[UserTaskRow]] | None:
        with self._database.stepping(writing=False) as connection:
            row = statement.run(connection, b_tenant=self._tenant, b_id=key).fetchone()
            if row is None:
                return None
            instance = InstanceRow(*row)
            if self._once is not None and self._is_received(connection, *self._once):
                raise DoneBefore
            if self._expected is not None and instance.row_version != self._expected:
                raise Changed
            tasks = self._statements.open_tasks.run(connection, b_tenant=self._tenant, b_id=instance.id)
            return instance, [UserTaskRow(*task) for task in tasks]

    def _update_instance(self, connection: PoolProxiedConnection, saved: Saved) -> None:
        before = saved.instance
        result = self._statements.update_instance.run(
            connection,
            b_tenant=self._tenant,
            b_id=before.id,
            b_read=before.row_version,
            b_state=saved.state,
            b_outcome=saved.outcome,
            b_ended=saved.ended_at,
            b_title=saved.title or before.title,
            b_version=before.row_version + 1,
            b_seq=saved.history.seq,
            b_head=saved.history.hash,
            b_sealed=before.sealed_state if saved.sealed_state is None else saved.sealed_state,
        )
        if result.rowcount != 1:
            raise ConflictError

    def _write_rest(self, connection: PoolProxiedConnection, saved: Saved) -> None:
        statements, tenant = self._statements, self._tenant
        instance_id = saved.instance.id
        self._write_inbound(connection, saved)
        self._write_messages(connection, saved)
        self._change_tasks(connection, saved.changed)
        statements.insert_task.run_many(
            connection, [{"tenant_id": tenant, **fields_of(row)} for row in saved.opened]
        )
        self._write_inbox(connection, saved)
        statements.delete_follow_up.run_many(
            connection,
            [{"b_tenant": tenant, "b_task": task, "b_person": who} for task, who in saved.taken_from],
        )
        statements.insert_history.run(
            connection, tenant_id=tenant, process_instance_id=instance_id, **fields_of(saved.history)
        )
        statements.delete_job.run_many(
            connection, [{"b_tenant": tenant, "b_id": job} for job in saved.jobs_removed]
        )
        statements.insert_event.run_many(
            connection, [{"tenant_id": tenant, **fields_of(row)} for row in saved.told]
        )
        statements.insert_job.run_many(connection, [job_values(tenant, row) for row in saved.jobs_added])
        statements.upsert_deadline.run_many(
            connection,
            [
                {"tenant_id": tenant, "process_instance_id": instance_id, **fields_of(row)}
                for row in saved.deadlines
            ],
        )
        statements.insert_alert.run_many(
            connection,
            [{"tenant_id": tenant, "announced_at": None, **fields_of(row)} for row in saved.alerts],
        )
        statements.insert_incident.run_many(
            connection,
            [
                {"tenant_id": tenant, "process_instance_id": instance_id, "state": "open", **fields_of(row)}
                for row in saved.incidents_raised
            ],
        )
        statements.resolve_incident.run_many(
            connection,
            [
                {"b_tenant": tenant, "b_id": found, "b_at": saved.history.at, "b_by": saved.resolved_by}
                for found in saved.incidents_resolved
            ],
        )
        statements.insert_delivery.run_many(
            connection, [{"tenant_id": tenant, **fields_of(row)} for row in saved.deliveries_added]
        )
        statements.update_delivery.run_many(
            connection, [_changed_delivery(tenant, row) for row in saved.deliveries_changed]
        )
        statements.insert_reason.run_many(
            connection, [{"tenant_id": tenant, **fields_of(row)} for row in saved.reasons_asked]
        )
        statements.answer_reason.run_many(
            connection,
            [
                {"b_tenant": tenant, "b_id": found, "b_at": saved.history.at, "b_seq": saved.history.seq}
                for found in saved.reasons_given
            ],
        )
        statements.insert_subject.run_many(
            connection,
            [
                {
                    "tenant_id": tenant,
                    "kind": "identity",
                    "digest": digest,
                    "process_instance_id": instance_id,
                }
                for digest in saved.subjects
            ],
        )

    def _write_inbox(self, connection: PoolProxiedConnection, saved: Saved) -> None:
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
        self._statements.put_inbox.run_many(connection, lines)
        left = [
            _inbox_key(tenant, change)
            for change in saved.changed
            if (change.principal, change.due_at) != (change.before.principal, change.before.due_at)
        ]
        self._statements.delete_inbox.run_many(connection, left)

    def _change_tasks(self, connection: PoolProxiedConnection, changes: Sequence[TaskChange]) -> None:
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
            for change in changes
        ]
        if self._statements.update_task.run_many(connection, rows) != len(rows):
            raise ConflictError


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


def _replace(row: InstanceRow, **changes: Any) -> InstanceRow:
    return InstanceRow(**{**fields_of(row), **changes})
