"""What operators did with letters that no case waits for, and the indexes by which these are found."""

from __future__ import annotations

from sqlalchemy import Index

from .alerts import alert_message
from .doors import event_delivery
from .table import id_column, moment_column, table, text_column

dead_letter_act = table(
    "dead_letter_act",
    id_column("id"),
    text_column("kind"),
    id_column("letter_id"),
    text_column("act"),
    id_column("person_id"),
    moment_column("at"),
    text_column("reason"),
    Index("dead_letter_act_letter", "tenant_id", "kind", "letter_id", "id"),
    key=("id",),
)
"""Who sent a letter again or closed it, and why; no case has a history of it. kind: `alert_message` or `event`."""

for _name, _table in (("alert_message_failed", alert_message), ("event_delivery_failed", event_delivery)):
    Index(
        _name,
        _table.c.tenant_id,
        _table.c.id,
        sqlite_where=_table.c.state == "failed",
        postgresql_where=_table.c.state == "failed",
    )
