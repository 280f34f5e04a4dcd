"""Alerts about clocks, whom they are for, and by which messages they went."""

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
    text_column("rule", nullable=True),
    text_column("reached", nullable=True),
    Index("alert_case", "tenant_id", "process_instance_id", "id"),
    key=("id",),
)
"""A clock that warned (`level` such as `60%` or `2 WD`), was missed (`breach`) or is late still (`after 3 WD`).

rule: by which it was announced. reached, since then: `told`; `instead`, where the rule found nobody and
supervisors were told instead; `nobody`, where there were none either; `silent`, where the rule tells nobody.
"""
Index(
    "alert_unheard",
    alert.c.tenant_id,
    alert.c.reached,
    alert.c.id,
    sqlite_where=alert.c.reached.in_(("instead", "nobody")),
    postgresql_where=alert.c.reached.in_(("instead", "nobody")),
)
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
    text_column("who"),
    text_column("ways"),
    id_column("stands_for", nullable=True),
    id_column("mail_id", nullable=True),
    id_column("sms_id", nullable=True),
    moment_column("read_at", nullable=True),
    Index("alert_recipient_alert", "tenant_id", "alert_id"),
    Index("alert_recipient_mail", "tenant_id", "mail_id"),
    Index("alert_recipient_sms", "tenant_id", "sms_id"),
    Index("alert_recipient_list", "tenant_id", "person_id", "service_key", "missed", "alert_id"),
    key=("person_id", "alert_id"),
)
"""Who has to know of an alert, as what (who) and for which absent colleague (stands_for), by which ways the rule wants
it (those that can be had became messages), and when they saw it. service_key and missed (1 for a breach and what follows it) are the alert's, so
that each list reads one range of an index.
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

alert_message = table(
    "alert_message",
    id_column("id"),
    id_column("person_id"),
    text_column("channel"),
    text_column("state"),
    moment_column("created_at"),
    moment_column("due_at"),
    moment_column("sent_at", nullable=True),
    Column("attempts", SmallInteger, nullable=False),
    text_column("code", nullable=True),
    text_column("message", nullable=True),
    text_column("receipt", nullable=True),
    bytes_column("sealed_content", nullable=True),
    Index("alert_message_state", "tenant_id", "state", "due_at"),
    Index("alert_message_person", "tenant_id", "person_id", "channel", "due_at"),
    Index("alert_message_list", "tenant_id", "channel", "state", "id"),
    key=("id",),
)
"""E-mails and short messages about alerts (channel: `mail` or `sms`), each to one person about all that came up
meanwhile; a job with the same id sends one.

state: `waiting` while more may come into it, `sending` from the first try on, when its words are fixed in
sealed_content, at last `sent` or `failed`, or `closed` by an operator. receipt: what the other side calls it.
"""
