"""The statements of the hot path, written with Core and compiled once for the database in use."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, case, delete, func, insert, literal_column, select, update

from engine.store import schema as s
from engine.store.database import Database, Statement
from engine.store.rows import IncidentRow, InstanceRow, UserTaskRow
from engine.store.upserts import change_on_conflict, insert_into, insert_new, insert_or_change

DELIVERY_CHANGES = ("state", "sealed_content", "sent_at", "attempts", "code", "message")
"""What changes of a delivery after it was written."""
DEADLINE_CHANGES = ("state", "due_at", "provisional", "ended_at", "calendar_version")
"""What changes of a clock."""


_MADE: dict[str, StepStatements] = {}
"""The statements for each kind of database that this process has opened; none of them holds a connection."""


def step_statements(database: Database) -> StepStatements:
    """Give the statements for a database's kind; compiling them takes far longer than opening one."""
    kind = database.engine.dialect.name
    if kind not in _MADE:
        _MADE[kind] = StepStatements(database)
    return _MADE[kind]


class StepStatements:
    """Every statement that loading and saving a step runs."""

    def __init__(self, database: Database) -> None:
        engine = database.engine

        def of(statement: Any) -> Statement:
            return Statement(statement, engine)

        instance, task = s.process_instance.c, s.user_task.c
        instance_columns = [instance[name] for name in InstanceRow.__slots__]
        here = instance.tenant_id == bindparam("b_tenant")
        self.instance = of(select(*instance_columns).where(here, instance.id == bindparam("b_id")))
        # Not as a join: on tables that were never analysed, PostgreSQL would go through all cases of the tenant.
        of_task = (
            select(task.process_instance_id)
            .where(task.tenant_id == bindparam("b_tenant"), task.id == bindparam("b_id"))
            .scalar_subquery()
        )
        self.instance_of_task = of(select(*instance_columns).where(here, instance.id == of_task))
        self.whole = of(_whole().where(here, instance.id == bindparam("b_id")))
        self.whole_of_task = of(_whole().where(here, instance.id == of_task))
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
        self.put_inbox = of(_put_inbox(engine.dialect.name))
        follow_up = s.follow_up.c
        self.delete_follow_up = of(
            delete(s.follow_up).where(
                follow_up.tenant_id == bindparam("b_tenant"),
                follow_up.user_task_id == bindparam("b_task"),
                follow_up.person_id == bindparam("b_person"),
            )
        )
        word = s.case_word.c
        self.delete_word = of(
            delete(s.case_word).where(
                word.tenant_id == bindparam("b_tenant"),
                word.word == bindparam("b_word"),
                word.office_id == bindparam("b_office"),
                word.process_instance_id == bindparam("b_id"),
            )
        )
        self.insert_word = of(insert(s.case_word))
        self.insert_history = of(insert(s.history))
        self.delete_job = of(
            delete(s.job).where(s.job.c.tenant_id == bindparam("b_tenant"), s.job.c.id == bindparam("b_id"))
        )
        self.insert_job = of(insert(s.job))
        self.insert_event = of(insert(s.event_delivery))
        self.upsert_deadline = of(insert_or_change(s.deadline, engine.dialect.name, DEADLINE_CHANGES))
        self.insert_alert = of(insert(s.alert))
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
        self.insert_delivery = of(insert(s.delivery))
        self.update_delivery = of(
            update(s.delivery)
            .where(s.delivery.c.tenant_id == bindparam("b_tenant"), s.delivery.c.id == bindparam("b_id"))
            .values({name: bindparam(f"b_{name}") for name in DELIVERY_CHANGES})
        )
        self.insert_reason = of(insert(s.reason_request))
        self.answer_reason = of(
            update(s.reason_request)
            .where(
                s.reason_request.c.tenant_id == bindparam("b_tenant"),
                s.reason_request.c.id == bindparam("b_id"),
            )
            .values(answered_at=bindparam("b_at"), answered_seq=bindparam("b_seq"))
        )
        kept, wait = s.kept_message, s.message_wait
        self.insert_kept = of(insert(kept))
        self.end_kept = of(
            update(kept)
            .where(
                kept.c.tenant_id == bindparam("b_tenant"),
                kept.c.id == bindparam("b_id"),
                kept.c.state == "waiting",
            )
            .values(
                state=bindparam("b_state"),
                process_instance_id=func.coalesce(
                    bindparam("b_case", type_=kept.c.process_instance_id.type), kept.c.process_instance_id
                ),
                ended_at=bindparam("b_at"),
            )
        )
        self.insert_wait = of(insert(wait))
        self.delete_wait = of(
            delete(wait).where(
                wait.c.tenant_id == bindparam("b_tenant"),
                wait.c.name == bindparam("b_name"),
                wait.c.place == bindparam("b_place"),
                wait.c.process_instance_id == bindparam("b_case"),
                wait.c.target == bindparam("b_target"),
            )
        )
        self.insert_start_key = of(insert_new(s.start_key, engine.dialect.name))
        self.insert_relation = of(insert(s.relation))
        self.insert_inbound = of(insert_new(s.inbound, engine.dialect.name))
        self.received = of(
            select(s.inbound.c.at).where(
                s.inbound.c.tenant_id == bindparam("b_tenant"),
                s.inbound.c.source == bindparam("b_source"),
                s.inbound.c.id == bindparam("b_id"),
            )
        )
        self.started_under = of(
            select(instance.id, instance.business_key)
            .join(
                s.start_key,
                (s.start_key.c.tenant_id == instance.tenant_id)
                & (s.start_key.c.process_instance_id == instance.id),
            )
            .where(here, s.start_key.c.key == bindparam("b_key"))
        )


def _whole() -> Any:
    """Read cases with their open tasks, a row for each task; the state stands in a case's first row only."""
    instance, task = s.process_instance, s.user_task
    first = func.row_number().over(order_by=task.c.id) == literal_column("1")
    own = [
        instance.c[name] if name != "sealed_state" else case((first, instance.c.sealed_state), else_=None)
        for name in InstanceRow.__slots__
    ]
    belongs = (
        (task.c.tenant_id == instance.c.tenant_id)
        & (task.c.process_instance_id == instance.c.id)
        & (task.c.state == literal_column("'open'"))
    )
    return (
        select(*own, *(task.c[name] for name in UserTaskRow.__slots__))
        .outerjoin_from(instance, task, belongs)
        .order_by(task.c.id)
    )


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
            priority=bindparam("b_priority"),
            due_at=bindparam("b_due"),
            at_risk=bindparam("b_risk"),
            paused=bindparam("b_paused"),
            handed_by=bindparam("b_handed"),
            completed_at=bindparam("b_done"),
            completed_by=bindparam("b_by"),
            sealed_draft=_when(keep, table.c.sealed_draft),
            draft_at=_when(keep, table.c.draft_at),
        )
    )


def _put_inbox(dialect: str) -> Any:
    """Put a task into a list; without a `since` of its own it keeps that of the line before (`b_due` its due date)."""
    table = s.inbox
    before = table.alias("before")
    kept = select(before.c.since).where(
        before.c.tenant_id == bindparam("tenant_id"),
        before.c.principal == bindparam("principal"),
        before.c.due_at == bindparam("b_due"),
        before.c.user_task_id == bindparam("user_task_id"),
    )
    columns = ("tenant_id", "principal", "due_at", "user_task_id", "service_key", "element_id", "at_risk")
    since = func.coalesce(bindparam("b_since", type_=table.c.since.type), kept.scalar_subquery())
    values = {**{name: bindparam(name) for name in columns}, "since": since}
    return change_on_conflict(insert_into(table, dialect).values(values), ("at_risk",))


def _when(flag: Any, column: Any) -> Any:
    return case((flag == 1, column), else_=None)
