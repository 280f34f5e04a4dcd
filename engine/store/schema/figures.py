"""What became of the time: one row for each case that ended, and counts by office, period, service and step."""

from __future__ import annotations

from sqlalchemy import Column, Index, SmallInteger

from .table import id_column, moment_column, number_column, table, text_column

case_figure = table(
    "case_figure",
    id_column("process_instance_id"),
    text_column("service_key"),
    id_column("definition_id"),
    id_column("office_id"),
    text_column("month"),
    text_column("state"),
    moment_column("ended_at"),
    number_column("days"),
    Column("missed", SmallInteger, nullable=True),
    number_column("returns"),
    text_column("rating", nullable=True),
    moment_column("rated_at", nullable=True),
    Column("bad", SmallInteger, nullable=False),
    text_column("review", nullable=True),
    Index(
        "case_figure_slow",
        "tenant_id",
        "month",
        "days",
        "process_instance_id",
        "office_id",
        "service_key",
        "ended_at",
        "state",
    ),
    key=("process_instance_id",),
)
"""month: in which it ended, such as `2026-11`. days: working days from the start to the end. missed: 1 where a promised
or statutory clock was missed, None where none ran. returns: how often somebody sent it back. bad: 1 for a bad rating;
review: what looking into that came to."""
Index(
    "case_figure_bad",
    *(
        case_figure.c[name]
        for name in ("tenant_id", "ended_at", "process_instance_id", "office_id", "service_key")
    ),
    sqlite_where=case_figure.c.bad == 1,
    postgresql_where=case_figure.c.bad == 1,
)

figure = table(
    "figure",
    id_column("office_id"),
    text_column("period"),
    text_column("measure"),
    text_column("service_key"),
    text_column("element_id"),
    id_column("definition_id"),
    number_column("bucket"),
    number_column("number"),
    moment_column("total"),
    key=("office_id", "period", "measure", "service_key", "element_id", "definition_id", "bucket"),
)
"""How many there were of something in a week or a month; steps are counted by month alone. office_id: the case's office, and each one above it, so that
nothing has to be added up over offices. element_id: empty for what is said of whole cases. bucket: a class of the measure,
total: the sum of what was measured."""
