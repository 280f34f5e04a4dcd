"""Alerts about clocks, whom they are for, and by which mail they went."""

from __future__ import annotations

from sqlalchemy import Column, Index, SmallInteger

from .table import bytes_column, id_column, moment_column, table, text_column

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
    alert.c.announced_at,  # without it SQLite would rather walk along the key, past everything announced
    alert.c.id,
    sqlite_where=alert.c.announced_at.is_(None),
    postgresql_where=alert.c.announced_at.is_(None),
)

alert_recipient = table(
    "alert_recipient",
    id_column("person_id"),
    id_column("alert_id"),
    text_column("service_key"),
    Column("missed", SmallInteger, nullable=False),
    id_column("mail_id", nullable=True),
    moment_column("read_at", nullable=True),
    Index("alert_recipient_mail", "tenant_id", "mail_id"),
    Index("alert_recipient_list", "tenant_id", "person_id", "service_key", "missed", "alert_id"),
    key=("person_id", "alert_id"),
)
"""Who has to know of an alert, by which mail it goes to them, and when they saw it. service_key and missed
(1 for a breach) are the alert's, so that each list reads one range of an index.
"""
Index(
    "alert_recipient_unread",
    *(
        alert_recipient.c[name]
        for name in ("tenant_id", "person_id", "read_at", "service_key", "missed", "alert_id")
    ),
    sqlite_where=alert_recipient.c.read_at.is_(None),
    postgresql_where=alert_recipient.c.read_at.is_(None),
)

alert_mail = table(
    "alert_mail",
    id_column("id"),
    id_column("person_id"),
    text_column("state"),
    moment_column("created_at"),
    moment_column("due_at"),
    moment_column("sent_at", nullable=True),
    Column("attempts", SmallInteger, nullable=False),
    text_column("code", nullable=True),
    text_column("message", nullable=True),
    bytes_column("sealed_content", nullable=True),
    Index("alert_mail_state", "tenant_id", "state", "due_at"),
    key=("id",),
)
"""Mails about alerts, each to one person about all that came up meanwhile; a job with the same id sends one.

state: `waiting` while more may come into it, `sending` from the first try on, when its words are fixed in
sealed_content, at last `sent` or `failed`.
"""
