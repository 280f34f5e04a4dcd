"""Cases: what they are, what they did, what belongs to them."""

from __future__ import annotations

from sqlalchemy import Column, Index, SmallInteger, literal_column

from .table import bytes_column, id_column, moment_column, number_column, table, text_column

process_instance = table(
    "process_instance",
    id_column("id"),
    id_column("definition_id"),
    text_column("service_key"),
    text_column("business_key"),
    text_column("title"),
    id_column("office_id"),
    text_column("state"),
    text_column("outcome", nullable=True),
    moment_column("started_at"),
    id_column("started_by", nullable=True),
    moment_column("ended_at", nullable=True),
    number_column("row_version"),
    number_column("history_seq"),
    bytes_column("history_head"),
    bytes_column("sealed_state"),
    Column("figured", SmallInteger, nullable=True),
    Index("process_instance_business_key", "tenant_id", "business_key", unique=True),
    Index("process_instance_office", "tenant_id", "office_id", "state", "id"),
    key=("id",),
    rowid=True,
)
Index(
    "process_instance_running",
    process_instance.c.tenant_id,
    process_instance.c.definition_id,
    process_instance.c.state,
    process_instance.c.id,
    sqlite_where=process_instance.c.state == "active",
    postgresql_where=process_instance.c.state == "active",
)
"""How many cases run on a version; those that have ended are not in it. With the state, so that counting reads
nothing else, and the id, so that they are gone through in pages."""

"""figured: what the figures know of a case: None nothing, 1 that it began, 2 that it ended."""
NOT_FIGURED = process_instance.c.figured.is_(None) | (
    (process_instance.c.figured == literal_column("1"))
    & (process_instance.c.state != literal_column("'active'"))
)
"""Which cases the figures have still to count, in the words of the index: SQLite compares the words."""
Index(
    "process_instance_not_figured",
    process_instance.c.tenant_id,
    process_instance.c.id,
    sqlite_where=NOT_FIGURED,
    postgresql_where=NOT_FIGURED,
)

subject = table(
    "subject",
    text_column("kind"),
    bytes_column("digest"),
    id_column("process_instance_id"),
    key=("kind", "digest", "process_instance_id"),
)
"""Keyed hashes of identity numbers, for finding double applications."""

start_key = table("start_key", text_column("key"), id_column("process_instance_id"), key=("key",))
"""Keys under which cases were started: another start under the same key gives the same case."""

case_word = table(
    "case_word",
    text_column("word"),
    id_column("office_id"),
    id_column("process_instance_id"),
    key=("word", "office_id", "process_instance_id"),
)
"""What cases are found by: pairs of Chinese signs, and Latin words, of numbers and names. The office is in the
key so that a search walks over nothing that the person may not see."""

relation = table(
    "relation",
    id_column("process_instance_id"),
    text_column("kind"),
    id_column("other_id"),
    Index("relation_other", "tenant_id", "other_id"),
    key=("process_instance_id", "kind", "other_id"),
)
"""What a case did to another one: it `opened` it, or `told` it something."""

inbound = table(
    "inbound",
    text_column("source"),
    text_column("id"),
    id_column("process_instance_id"),
    moment_column("at"),
    key=("source", "id"),
)
"""What came in from outside, by the other side's own number, and which calls on other cases are in a case's
history, by their keys: the same once more counts once."""

delivery = table(
    "delivery",
    id_column("id"),
    id_column("process_instance_id"),
    number_column("number"),
    text_column("element_id"),
    text_column("notice"),
    text_column("channel"),
    text_column("state"),
    bytes_column("sealed_content"),
    moment_column("created_at"),
    moment_column("sent_at", nullable=True),
    Column("attempts", SmallInteger, nullable=False),
    text_column("code", nullable=True),
    text_column("message", nullable=True),
    Index("delivery_instance", "tenant_id", "process_instance_id", "number", unique=True),
    key=("id",),
    rowid=True,
)
"""Notices, each by one way to one person; a job with the same id sends one that waits."""

history = table(
    "history",
    id_column("process_instance_id"),
    number_column("seq"),
    moment_column("at"),
    text_column("event"),
    id_column("actor", nullable=True),
    text_column("element_id", nullable=True),
    bytes_column("sealed_payload"),
    bytes_column("payload_digest"),
    bytes_column("hash"),
    key=("process_instance_id", "seq"),
    rowid=True,
)

comment = table(
    "comment",
    id_column("id"),
    id_column("process_instance_id"),
    id_column("author"),
    moment_column("at"),
    bytes_column("sealed_text"),
    Index("comment_instance", "tenant_id", "process_instance_id", "id"),
    key=("id",),
)

attachment = table(
    "attachment",
    id_column("id"),
    id_column("process_instance_id", nullable=True),
    id_column("user_task_id", nullable=True),
    text_column("filename"),
    text_column("media_type"),
    number_column("size"),
    bytes_column("sha256"),
    moment_column("uploaded_at"),
    id_column("uploaded_by"),
    bytes_column("sealed_content"),
    Index("attachment_instance", "tenant_id", "process_instance_id", "id"),
    key=("id",),
    rowid=True,
)
