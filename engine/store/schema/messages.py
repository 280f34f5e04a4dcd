"""Messages that wait for a case, and the places where cases wait for messages by a correlation key."""

from __future__ import annotations

from sqlalchemy import Index

from .table import bytes_column, id_column, moment_column, table, text_column

kept_message = table(
    "kept_message",
    id_column("id"),
    text_column("name"),
    text_column("place"),
    id_column("process_instance_id", nullable=True),
    id_column("sender_id", nullable=True),
    text_column("source"),
    text_column("number"),
    text_column("state"),
    bytes_column("sealed_content"),
    moment_column("created_at"),
    moment_column("expires_at"),
    moment_column("ended_at", nullable=True),
    Index("kept_message_sender", "tenant_id", "source", "number"),
    key=("id",),
    rowid=True,
)
"""Messages that came before anybody waited for them; a job with the same id looks after one that waits.

place: `case:<id>`, or the keyed hash of a correlation key. process_instance_id: the case that it is for, as soon as
that is known; sender_id: the case that threw it. state: `waiting`, `delivered`, `expired`, or `unheard` when the
case ended first.
"""
Index(
    "kept_message_waiting",
    *(kept_message.c[name] for name in ("tenant_id", "name", "place", "state", "id")),
    sqlite_where=kept_message.c.state == "waiting",
    postgresql_where=kept_message.c.state == "waiting",
)

message_wait = table(
    "message_wait",
    text_column("name"),
    text_column("place"),
    id_column("process_instance_id"),
    text_column("target"),
    Index("message_wait_case", "tenant_id", "process_instance_id", "target"),
    key=("name", "place", "process_instance_id", "target"),
)
"""Where cases wait for a message with a correlation key. target: task number and element, such as `17:wait`."""
