"""The tables. Times are milliseconds since 1970 UTC, ids are made by the application, `tenant_id` leads every key.

A tenant is an authority: a city, or a district that stands alone. Sealed columns hold compressed,
encrypted bytes; nothing is ever searched in them.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

FAR_FUTURE_MS = 253_402_214_400_000
"""9999-12-31: the due date of a task that no clock watches; the inbox's key is never null."""

metadata = MetaData()


def _table(
    name: str, *columns: Column[object] | Index | UniqueConstraint, key: tuple[str, ...], rowid: bool = False
) -> Table:
    """Make a table whose primary key begins with the tenant."""
    tenant: Column[object] = Column("tenant_id", Integer, nullable=False)
    return Table(
        name,
        metadata,
        tenant,
        *columns,
        PrimaryKeyConstraint("tenant_id", *key),
        sqlite_with_rowid=rowid,
    )


def _ms(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, BigInteger, nullable=nullable)


def _id(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, BigInteger, nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, Text, nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, Integer, nullable=nullable)


def _bytes(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, LargeBinary, nullable=nullable)


bundle = _table("bundle", _text("digest"), _bytes("content"), key=("digest",), rowid=True)

process_definition = _table(
    "process_definition",
    _id("id"),
    _text("key"),
    _number("version"),
    _text("digest"),
    _ms("deployed_at"),
    _id("deployed_by", nullable=True),
    _text("note"),
    UniqueConstraint("tenant_id", "key", "version"),
    key=("id",),
)

service = _table("service", _text("key"), _id("definition_id"), _number("last_number"), key=("key",))
"""Each service with its newest version and the last case number given."""

process_instance = _table(
    "process_instance",
    _id("id"),
    _id("definition_id"),
    _text("service_key"),
    _text("business_key"),
    _text("title"),
    _id("office_id"),
    _text("state"),
    _text("outcome", nullable=True),
    _ms("started_at"),
    _id("started_by", nullable=True),
    _ms("ended_at", nullable=True),
    _number("row_version"),
    _number("history_seq"),
    _bytes("history_head"),
    _bytes("sealed_state"),
    Index("process_instance_business_key", "tenant_id", "business_key", unique=True),
    Index("process_instance_office", "tenant_id", "office_id", "state", "id"),
    key=("id",),
    rowid=True,
)

subject = _table(
    "subject",
    _text("kind"),
    _bytes("digest"),
    _id("process_instance_id"),
    key=("kind", "digest", "process_instance_id"),
)
"""Keyed hashes of identity numbers, for finding double applications."""

start_key = _table("start_key", _text("key"), _id("process_instance_id"), key=("key",))
"""Keys under which cases were started: another start under the same key gives the same case."""

relation = _table(
    "relation",
    _id("process_instance_id"),
    _text("kind"),
    _id("other_id"),
    Index("relation_other", "tenant_id", "other_id"),
    key=("process_instance_id", "kind", "other_id"),
)
"""What a case did to another one: it `opened` it, or `told` it something."""

inbound = _table(
    "inbound",
    _text("source"),
    _text("id"),
    _id("process_instance_id"),
    _ms("at"),
    key=("source", "id"),
)
"""What came in from outside, by the other side's own number, and which calls on other cases are in a case's
history, by their keys: the same once more counts once."""

schedule = _table(
    "schedule",
    _text("service_key"),
    _text("element_id"),
    _text("timer"),
    _ms("due_at"),
    _ms("wake_at"),
    _number("beats_left", nullable=True),
    key=("service_key", "element_id"),
)
"""Services whose cases a timer starts: when the next one is due, and when to look (later after a failure)."""

user_task = _table(
    "user_task",
    _id("id"),
    _id("process_instance_id"),
    _number("number"),
    _text("element_id"),
    _text("state"),
    _text("candidate_group"),
    _id("office_id"),
    _id("assignee", nullable=True),
    Column("priority", SmallInteger, nullable=False),
    _ms("due_at"),
    _ms("created_at"),
    _ms("completed_at", nullable=True),
    _id("completed_by", nullable=True),
    _ms("draft_at", nullable=True),
    _bytes("sealed_draft", nullable=True),
    Index("user_task_instance", "tenant_id", "process_instance_id", "state"),
    key=("id",),
    rowid=True,
)

inbox = _table(
    "inbox",
    _text("principal"),
    _ms("due_at"),
    _id("user_task_id"),
    key=("principal", "due_at", "user_task_id"),
)
"""Who sees which open task: `p<person>` once claimed, `<group>@<office>` before."""

job = _table(
    "job",
    _id("id"),
    _id("process_instance_id"),
    Column("bucket", SmallInteger, nullable=False),
    _text("kind"),
    _text("target"),
    _ms("due_at"),
    _text("state"),
    Column("attempts", SmallInteger, nullable=False),
    _ms("lease_until", nullable=True),
    _id("lease_token", nullable=True),
    key=("id",),
)
Index(
    "job_waiting",
    job.c.tenant_id,
    job.c.due_at,
    sqlite_where=job.c.state == "waiting",
    postgresql_where=job.c.state == "waiting",
)
Index("job_instance", job.c.tenant_id, job.c.process_instance_id)

deadline = _table(
    "deadline",
    _id("process_instance_id"),
    _text("key"),
    _text("deadline_id"),
    _text("kind"),
    _text("state"),
    _id("office_id"),
    _ms("started_at"),
    _ms("due_at"),
    Column("provisional", SmallInteger, nullable=False),
    _ms("ended_at", nullable=True),
    _text("calendar_version"),
    Index("deadline_state", "tenant_id", "state", "due_at"),
    key=("process_instance_id", "key"),
)

incident = _table(
    "incident",
    _id("id"),
    _id("process_instance_id"),
    _number("number"),
    _text("element_id"),
    _text("code"),
    _text("message"),
    _text("state"),
    _ms("raised_at"),
    Column("attempts", SmallInteger, nullable=False),
    _ms("resolved_at", nullable=True),
    _id("resolved_by", nullable=True),
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

delivery = _table(
    "delivery",
    _id("id"),
    _id("process_instance_id"),
    _number("number"),
    _text("element_id"),
    _text("notice"),
    _text("channel"),
    _text("state"),
    _bytes("sealed_content"),
    _ms("created_at"),
    _ms("sent_at", nullable=True),
    Column("attempts", SmallInteger, nullable=False),
    _text("code", nullable=True),
    _text("message", nullable=True),
    Index("delivery_instance", "tenant_id", "process_instance_id", "number", unique=True),
    key=("id",),
    rowid=True,
)
"""Notices, each by one way to one person; a job with the same id sends one that waits."""

history = _table(
    "history",
    _id("process_instance_id"),
    _number("seq"),
    _ms("at"),
    _text("event"),
    _id("actor", nullable=True),
    _text("element_id", nullable=True),
    _bytes("sealed_payload"),
    _bytes("payload_digest"),
    _bytes("hash"),
    key=("process_instance_id", "seq"),
    rowid=True,
)

comment = _table(
    "comment",
    _id("id"),
    _id("process_instance_id"),
    _id("author"),
    _ms("at"),
    _bytes("sealed_text"),
    Index("comment_instance", "tenant_id", "process_instance_id", "id"),
    key=("id",),
)

attachment = _table(
    "attachment",
    _id("id"),
    _id("process_instance_id", nullable=True),
    _id("user_task_id", nullable=True),
    _text("filename"),
    _text("media_type"),
    _number("size"),
    _bytes("sha256"),
    _ms("uploaded_at"),
    _id("uploaded_by"),
    _bytes("sealed_content"),
    Index("attachment_instance", "tenant_id", "process_instance_id", "id"),
    key=("id",),
    rowid=True,
)

office = _table(
    "office",
    _id("id"),
    _id("parent_id", nullable=True),
    _text("level"),
    _text("code"),
    _text("name_zh"),
    _text("name_en"),
    UniqueConstraint("tenant_id", "code"),
    key=("id",),
)

person = _table(
    "person",
    _id("id"),
    _text("username"),
    _text("name"),
    _text("name_en"),
    _text("password_hash", nullable=True),
    _text("language"),
    Column("active", SmallInteger, nullable=False),
    _id("office_id"),
    _text("roles"),
    _number("session_version"),
    UniqueConstraint("tenant_id", "username"),
    key=("id",),
)

membership = _table(
    "membership",
    _id("person_id"),
    _text("group_key"),
    _id("office_id"),
    key=("person_id", "group_key", "office_id"),
)

sign_in_attempt = _table("sign_in_attempt", _text("key"), _ms("at"), _id("id"), key=("key", "at", "id"))

setting = _table("setting", _text("key"), _text("value"), key=("key",))

node = _table("node", _number("number"), _id("token"), _ms("until"), key=("number",))
"""Leased process numbers, part of every id."""
