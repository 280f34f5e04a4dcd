"""The calendars that an installation has gone by, who proposed which change of them, and which cases it moves."""

from __future__ import annotations

from sqlalchemy import Index

from .table import id_column, moment_column, number_column, table, text_column

calendar_edition = table(
    "calendar_edition",
    number_column("number"),
    moment_column("created_at"),
    id_column("change_id", nullable=True),
    text_column("content"),
    key=("number",),
)
"""One row for each set of notices, days and hours that was ever in force, whole. number: from 0; the highest is in force.
change_id: what made it; None for the first."""

calendar_days = table(
    "calendar_days",
    text_column("label"),
    text_column("content"),
    key=("label",),
)
"""The days of a release of the package that knows the years before the notices, as an edition names it."""

calendar_change = table(
    "calendar_change",
    id_column("id"),
    id_column("office_id", nullable=True),
    text_column("kind"),
    text_column("content"),
    text_column("state"),
    number_column("base"),
    number_column("edition", nullable=True),
    id_column("created_by", nullable=True),
    moment_column("created_at"),
    id_column("decided_by", nullable=True),
    moment_column("decided_at", nullable=True),
    text_column("reason", nullable=True),
    number_column("place"),
    moment_column("at_due"),
    id_column("at_case"),
    text_column("at_key"),
    Index("calendar_change_state", "tenant_id", "state", "id"),
    key=("id",),
)
"""office_id: whose days or hours; None for a notice, which is for everybody. base: the edition that it was compared
with; edition: the one that it made. place, at_due, at_case, at_key: the clock that was looked at last."""

calendar_move = table(
    "calendar_move",
    id_column("change_id"),
    id_column("process_instance_id"),
    id_column("office_id"),
    text_column("state"),
    moment_column("at"),
    text_column("content"),
    Index("calendar_move_state", "tenant_id", "change_id", "state", "process_instance_id"),
    key=("change_id", "process_instance_id"),
    rowid=True,
)
"""What a change does, or has done, to a case. content: its clocks and tasks with the moments before and after."""
