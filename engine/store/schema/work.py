"""What waits: tasks, who sees them, jobs, clocks, incidents."""

from __future__ import annotations

from sqlalchemy import Column, Index, SmallInteger

from .table import bytes_column, id_column, moment_column, number_column, table, text_column

user_task = table(
    "user_task",
    id_column("id"),
    id_column("process_instance_id"),
    text_column("service_key"),
    number_column("number"),
    text_column("element_id"),
    text_column("state"),
    text_column("candidate_group"),
    id_column("office_id"),
    id_column("assignee", nullable=True),
    Column("priority", SmallInteger, nullable=False),
    moment_column("due_at"),
    Column("at_risk", SmallInteger, nullable=False),
    Column("paused", SmallInteger, nullable=False),
    moment_column("created_at"),
    moment_column("completed_at", nullable=True),
    id_column("completed_by", nullable=True),
    moment_column("draft_at", nullable=True),
    bytes_column("sealed_draft", nullable=True),
    id_column("handed_by", nullable=True),
    Index("user_task_instance", "tenant_id", "process_instance_id", "state"),
    key=("id",),
    rowid=True,
)
"""at_risk, paused: whether a clock around the task has warned, or stands still; 0 or 1. handed_by: who gave it
to the present assignee with a note; the note lies in the case's state.

The index of open work holds `state`, too, though it is always the same there: else SQLite looks it up in the table.
"""
Index(
    "user_task_work",
    *(
        user_task.c[name]
        for name in (
            "tenant_id",
            "office_id",
            "service_key",
            "element_id",
            "assignee",
            "due_at",
            "at_risk",
            "paused",
            "candidate_group",
            "id",
            "state",
        )
    ),
    sqlite_where=user_task.c.state == "open",
    postgresql_where=user_task.c.state == "open",
)

inbox = table(
    "inbox",
    text_column("principal"),
    moment_column("due_at"),
    id_column("user_task_id"),
    text_column("service_key"),
    text_column("element_id"),
    Column("at_risk", SmallInteger, nullable=False),
    moment_column("since"),
    key=("principal", "due_at", "user_task_id"),
)
"""Who sees which open task: `p<person>` once claimed, `<group>@<office>` before. What lists filter by lies beside
the key. since: when it came there; 0 for what
a person took or gave back, which is no news."""

job = table(
    "job",
    id_column("id"),
    id_column("process_instance_id"),
    Column("bucket", SmallInteger, nullable=False),
    text_column("kind"),
    text_column("target"),
    moment_column("due_at"),
    text_column("state"),
    Column("attempts", SmallInteger, nullable=False),
    moment_column("lease_until", nullable=True),
    id_column("lease_token", nullable=True),
    key=("id",),
)
Index(
    "job_waiting",
    job.c.tenant_id,
    job.c.due_at,
    sqlite_where=job.c.state == "waiting",
    postgresql_where=job.c.state == "waiting",
)
Index(
    "job_bucket",
    job.c.tenant_id,
    job.c.bucket,
    job.c.due_at,
    sqlite_where=job.c.state == "waiting",
    postgresql_where=job.c.state == "waiting",
).ddl_if(dialect="postgresql")
Index("job_instance", job.c.tenant_id, job.c.process_instance_id)

deadline = table(
    "deadline",
    id_column("process_instance_id"),
    text_column("key"),
    text_column("deadline_id"),
    text_column("kind"),
    text_column("state"),
    id_column("office_id"),
    text_column("service_key"),
    moment_column("started_at"),
    moment_column("due_at"),
    Column("provisional", SmallInteger, nullable=False),
    moment_column("ended_at", nullable=True),
    text_column("calendar_version"),
    Index("deadline_state", "tenant_id", "state", "due_at", "office_id", "kind", "service_key"),
    key=("process_instance_id", "key"),
)
Index(
    "deadline_missed",
    *(
        deadline.c[name]
        for name in (
            "tenant_id",
            "office_id",
            "service_key",
            "kind",
            "process_instance_id",
            "state",
            "ended_at",
        )
    ),
    sqlite_where=(deadline.c.state == "breached") & deadline.c.ended_at.is_(None),
    postgresql_where=(deadline.c.state == "breached") & deadline.c.ended_at.is_(None),
)

incident = table(
    "incident",
    id_column("id"),
    id_column("process_instance_id"),
    number_column("number"),
    text_column("element_id"),
    text_column("code"),
    text_column("message"),
    text_column("state"),
    moment_column("raised_at"),
    Column("attempts", SmallInteger, nullable=False),
    moment_column("resolved_at", nullable=True),
    id_column("resolved_by", nullable=True),
    Index("incident_instance", "tenant_id", "process_instance_id", "state"),
    key=("id",),
)
"""Below zero, the number is that of a delivery instead of a token."""
Index(
    "incident_open",
    incident.c.tenant_id,
    incident.c.id,
    sqlite_where=incident.c.state == "open",
    postgresql_where=incident.c.state == "open",
)

reason_request = table(
    "reason_request",
    id_column("id"),
    id_column("process_instance_id"),
    id_column("user_task_id"),
    id_column("asked_by"),
    id_column("asked_of"),
    moment_column("asked_at"),
    moment_column("answered_at", nullable=True),
    number_column("answered_seq", nullable=True),
    bytes_column("sealed_question"),
    Index("reason_request_task", "tenant_id", "user_task_id", "asked_of", "answered_at"),
    key=("id",),
)
"""A supervisor asks why a task is late; the answer stands in the case's history, at `answered_seq`."""

follow_up = table(
    "follow_up",
    id_column("user_task_id"),
    id_column("person_id"),
    moment_column("until"),
    bytes_column("sealed_note"),
    Index("follow_up_person", "tenant_id", "person_id", "until"),
    key=("user_task_id", "person_id"),
)
"""Tasks that somebody has put off: out of their list until a moment. No limit moves with it."""
