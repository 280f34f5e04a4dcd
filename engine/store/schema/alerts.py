"""Alerts about clocks, whom they are for, and by which mail they went."""

from __future__ import annotations

from sqlalchemy import Column, Index, SmallInteger

from .table import id_column, moment_column, table, text_column

alert = table(
    "alert",
    id_column("id"),
    id_column("process_instance_id"),
    text_column("deadline_key"),
    text_column("deadline_id"),
    text_column("level"),
    text_column("service_key"),
    id_column("office_id"),
    moment_column("due_at"),
    moment_column("at"),
    moment_column("announced_at", nullable=True),
    key=("id",),
)
"""A clock that warned (`level` such as `60%` or `2 WD`) or was missed (`breach`)."""
Index(
    "alert_new",
    alert.c.tenant_id,
    alert.c.id,
    sqlite_where=alert.c.announced_at.is_(None),
    postgresql_where=alert.c.announced_at.is_(None),
)

alert_recipient = table(
    "alert_recipient",
    id_column("person_id"),
    id_column("alert_id"),
    id_column("mail_id", nullable=True),
    moment_column("read_at", nullable=True),
    Index("alert_recipient_mail", "tenant_id", "mail_id"),
    key=("person_id", "alert_id"),
)
"""Who has to know of an alert, by which mail it went to them, and when they saw it."""

alert_mail = table(
    "alert_mail",
    id_column("id"),
    id_column("person_id"),
    text_column("state"),
    moment_column("created_at"),
    moment_column("due_at"),
    moment_column("sent_at", nullable=True),
    Column("attempts", SmallInteger, nullable=False),
    moment_column("lease_until", nullable=True),
    text_column("code", nullable=True),
    text_column("message", nullable=True),
    key=("id",),
)
"""Mails about alerts, each to one person about all that came up meanwhile. state: `waiting`, `sent` or `failed`."""
Index(
    "alert_mail_waiting",
    alert_mail.c.tenant_id,
    alert_mail.c.due_at,
    sqlite_where=alert_mail.c.state == "waiting",
    postgresql_where=alert_mail.c.state == "waiting",
)
