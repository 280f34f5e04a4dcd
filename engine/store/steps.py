"""Loads a case for one step and saves what the step changed, in the one transaction.

The instance's row version is what serialises steps: the first statement of the transaction updates it
where it is still the one that was read. Anything else means that somebody was quicker.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import PoolProxiedConnection, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from engine.store import schema as s
from engine.store.database import Database, Statement
from engine.store.rows import IncidentRow, InstanceRow, JobRow, Saved, TaskChange, UserTaskRow, fields_of


class ConflictError(Exception):
    """Somebody else changed the case since it was read; the step starts again."""


class StepStore:
    """The hot path. At most eight statements for a completion that opens one task."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant_id
        self._statements = _Statements(database)

    def load(self, process_instance_id: int) -> tuple[InstanceRow, list[UserTaskRow]] | None:
        """Read a case and its open tasks at one moment; None when there is no such case."""
        return self._load(self._statements.instance, process_instance_id)

    def load_by_task(self, user_task_id: int) -> tuple[InstanceRow, list[UserTaskRow]] | None:
        """Read the case of a task and its open tasks at one moment; None when there is no such task."""
        return self._load(self._statements.instance_of_task, user_task_id)

    def save(self, saved: Saved) -> None:
        """Write a step and commit; raises ConflictError, leaving nothing, when the case has moved on."""
        with self._database.stepping(writing=True) as connection:
            self._update_instance(connection, saved)
            self._write_rest(connection, saved)

    def insert(self, saved: Saved) -> InstanceRow:
        """Write a new case and commit; gives its row with the case number.

        Raises ConflictError when the service has a newer version than the case was started on.
        """
        assert saved.case_number is not None
        prefix, definition_id = saved.case_number
        with self._database.stepping(writing=True) as connection:
            row = self._statements.next_number.run(
                connection,
                b_tenant=self._tenant,
                b_key=saved.instance.service_key,
                b_definition=definition_id,
            ).fetchone()
            if row is None:
                raise ConflictError
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
            self._write_rest(connection, saved)
        return instance

    def _load(self, statement: Statement, key: int) -> tuple[InstanceRow, list[UserTaskRow]] | None:
        with self._database.stepping(writing=False) as connection:
            row = statement.run(connection, b_tenant=self._tenant, b_id=key).fetchone()
            if row is None:
                return None
            instance = InstanceRow(*row)
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
        self._change_tasks(connection, saved.changed)
        statements.insert_task.run_many(
            connection, [{"tenant_id": tenant, **fields_of(row)} for row in saved.opened]
        )
        moved = [change for change in saved.changed if _inbox_moves(change)]
        statements.delete_inbox.run_many(
            connection,
            [
                _inbox_key(tenant, change.before.principal, change.before.due_at, change.before.id)
                for change in moved
            ],
        )
        arrivals = [(row.principal, row.due_at, row.id) for row in saved.opened]
        arrivals += [
            (change.principal, change.due_at, change.before.id) for change in moved if change.principal
        ]
        statements.insert_inbox.run_many(
            connection,
            [
                {"tenant_id": tenant, "principal": who, "due_at": due, "user_task_id": task}
                for who, due, task in arrivals
            ],
        )
        statements.insert_history.run(
            connection, tenant_id=tenant, process_instance_id=instance_id, **fields_of(saved.history)
        )
        statements.delete_job.run_many(
            connection, [{"b_tenant": tenant, "b_id": job} for job in saved.jobs_removed]
        )
        statements.insert_job.run_many(connection, [_job(tenant, row) for row in saved.jobs_added])
        statements.upsert_deadline.run_many(
            connection,
            [
                {"tenant_id": tenant, "process_instance_id": instance_id, **fields_of(row)}
                for row in saved.deadlines
            ],
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

    def _change_tasks(self, connection: PoolProxiedConnection, changes: Sequence[TaskChange]) -> None:
        rows = [
            {
                "b_tenant": self._tenant,
                "b_id": change.before.id,
                "b_was": change.before.state,
                "b_holder": change.before.assignee,
                "b_state": change.state,
                "b_assignee": change.assignee,
                "b_due": change.due_at,
                "b_done": change.completed_at,
                "b_by": change.completed_by,
                "b_keep": 1 if change.state == "open" else 0,
            }
            for change in changes
        ]
        if self._statements.update_task.run_many(connection, rows) != len(rows):
            raise ConflictError


class _Statements:
    """The statements of the hot path, compiled for the database in use."""

    def __init__(self, database: Database) -> None:
        engine = database.engine

        def of(statement: Any) -> Statement:
            return Statement(statement, engine)

        instance, task = s.process_instance.c, s.user_task.c
        instance_columns = [instance[name] for name in InstanceRow.__slots__]
        here = instance.tenant_id == bindparam("b_tenant")
        self.instance = of(select(*instance_columns).where(here, instance.id == bindparam("b_id")))
        self.instance_of_task = of(
            select(*instance_columns)
            .join(
                s.user_task,
                (task.tenant_id == instance.tenant_id) & (task.process_instance_id == instance.id),
            )
            .where(here, task.id == bindparam("b_id"))
        )
        self.open_tasks = of(
            select(*(task[name] for name in UserTaskRow.__slots__)).where(
                task.tenant_id == bindparam("b_tenant"),
                task.process_instance_id == bindparam("b_id"),
                task.state == "open",
            )
        )
        self.update_instance = of(_update_instance())
        self.insert_instance = of(insert(s.process_instance))
        self.next_number = of(
            update(s.service)
            .where(
                s.service.c.tenant_id == bindparam("b_tenant"),
                s.service.c.key == bindparam("b_key"),
                s.service.c.definition_id == bindparam("b_definition"),
            )
            .values(last_number=s.service.c.last_number + 1)
            .returning(s.service.c.last_number)
        )
        self.update_task = of(_update_task())
        self.insert_task = of(
            insert(s.user_task).values(
                {name: bindparam(name) for name in ("tenant_id", *UserTaskRow.__slots__)}
            )
        )
        inbox = s.inbox.c
        self.delete_inbox = of(
            delete(s.inbox).where(
                inbox.tenant_id == bindparam("b_tenant"),
                inbox.principal == bindparam("b_principal"),
                inbox.due_at == bindparam("b_due"),
                inbox.user_task_id == bindparam("b_task"),
            )
        )
        self.insert_inbox = of(insert(s.inbox))
        self.insert_history = of(insert(s.history))
        self.delete_job = of(
            delete(s.job).where(s.job.c.tenant_id == bindparam("b_tenant"), s.job.c.id == bindparam("b_id"))
        )
        self.insert_job = of(insert(s.job))
        self.upsert_deadline = of(_upsert_deadline(engine.dialect.name))
        self.insert_incident = of(
            insert(s.incident).values(
                {
                    name: bindparam(name)
                    for name in ("tenant_id", "process_instance_id", "state", *IncidentRow.__slots__)
                }
            )
        )
        self.resolve_incident = of(
            update(s.incident)
            .where(s.incident.c.tenant_id == bindparam("b_tenant"), s.incident.c.id == bindparam("b_id"))
            .values(state="resolved", resolved_at=bindparam("b_at"), resolved_by=bindparam("b_by"))
        )
        self.insert_subject = of(insert(s.subject))


def _update_instance() -> Any:
    table = s.process_instance
    return (
        update(table)
        .where(
            table.c.tenant_id == bindparam("b_tenant"),
            table.c.id == bindparam("b_id"),
            table.c.row_version == bindparam("b_read"),
        )
        .values(
            state=bindparam("b_state"),
            outcome=bindparam("b_outcome"),
            ended_at=bindparam("b_ended"),
            title=bindparam("b_title"),
            row_version=bindparam("b_version"),
            history_seq=bindparam("b_seq"),
            history_head=bindparam("b_head"),
            sealed_state=bindparam("b_sealed"),
        )
    )


def _update_task() -> Any:
    """Change a task that is still as it was read; a finished one loses its draft."""
    table = s.user_task
    keep: Any = bindparam("b_keep")
    return (
        update(table)
        .where(
            table.c.tenant_id == bindparam("b_tenant"),
            table.c.id == bindparam("b_id"),
            table.c.state == bindparam("b_was"),
            table.c.assignee.is_not_distinct_from(bindparam("b_holder")),
        )
        .values(
            state=bindparam("b_state"),
            assignee=bindparam("b_assignee"),
            due_at=bindparam("b_due"),
            completed_at=bindparam("b_done"),
            completed_by=bindparam("b_by"),
            sealed_draft=_when(keep, table.c.sealed_draft),
            draft_at=_when(keep, table.c.draft_at),
        )
    )


def _when(flag: Any, column: Any) -> Any:
    from sqlalchemy import case  # noqa: PLC0415 - a name too common for the module

    return case((flag == 1, column), else_=None)


def _upsert_deadline(dialect: str) -> Any:
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = make(s.deadline)
    changing = ("state", "due_at", "provisional", "ended_at", "calendar_version")
    return statement.on_conflict_do_update(
        index_elements=["tenant_id", "process_instance_id", "key"],
        set_={name: statement.excluded[name] for name in changing},
    )


def _inbox_moves(change: TaskChange) -> bool:
    before = change.before
    return (before.principal, before.due_at) != (change.principal, change.due_at)


def _inbox_key(tenant: int, principal: str, due_at: int, task_id: int) -> dict[str, Any]:
    return {"b_tenant": tenant, "b_principal": principal, "b_due": due_at, "b_task": task_id}


def bucket_of(process_instance_id: int) -> int:
    """Give the bucket, 0 to 63, in which a case's jobs are drained; ids that follow each other spread."""
    return (process_instance_id * 0x9E37_79B9_7F4A_7C15 >> 58) & 63


def _job(tenant: int, row: JobRow) -> dict[str, Any]:
    return {
        "tenant_id": tenant,
        "bucket": bucket_of(row.process_instance_id),
        "state": "waiting",
        "attempts": 0,
        "lease_until": None,
        "lease_token": None,
        **fields_of(row),
    }


def _replace(row: InstanceRow, **changes: Any) -> InstanceRow:
    return InstanceRow(**{**fields_of(row), **changes})
