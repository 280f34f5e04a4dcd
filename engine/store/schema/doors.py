"""How machines come in, and what is told to them."""

from __future__ import annotations

from sqlalchemy import Column, Index, SmallInteger

from .table import bytes_column, id_column, moment_column, table, text_column

api_token = table(
    "api_token",
    id_column("id"),
    id_column("person_id"),
    bytes_column("digest"),
    text_column("label"),
    moment_column("created_at"),
    moment_column("expires_at", nullable=True),
    moment_column("revoked_at", nullable=True),
    moment_column("used_at", nullable=True),
    Index("api_token_digest", "tenant_id", "digest", unique=True),
    key=("id",),
)
"""Bearer tokens, hashed; each has the rights of its person."""

subscription = table(
    "subscription",
    id_column("id"),
    id_column("person_id"),
    text_column("address"),
    text_column("events"),
    bytes_column("sealed_secret"),
    moment_column("created_at"),
    moment_column("ended_at", nullable=True),
    key=("id",),
)
"""Machines that want to hear of events. events: their names, separated by blanks."""

event_delivery = table(
    "event_delivery",
    id_column("id"),
    id_column("subscription_id"),
    id_column("process_instance_id"),
    text_column("event"),
    id_column("alert_id", nullable=True),
    text_column("state"),
    bytes_column("sealed_content"),
    moment_column("created_at"),
    moment_column("due_at"),
    moment_column("sent_at", nullable=True),
    Column("attempts", SmallInteger, nullable=False),
    Column("status", SmallInteger, nullable=True),
    text_column("message", nullable=True),
    Index("event_delivery_subscription", "tenant_id", "subscription_id", "id"),
    key=("id",),
    rowid=True,
)
"""What was told to which machine, about which alert where it tells of one. state: `waiting` (then a job has the same id), `sent` or `failed`; status: that
of the HTTP answer."""
Index(
    "event_delivery_alert",
    event_delivery.c.tenant_id,
    event_delivery.c.alert_id,
    sqlite_where=event_delivery.c.alert_id.is_not(None),
    postgresql_where=event_delivery.c.alert_id.is_not(None),
)
