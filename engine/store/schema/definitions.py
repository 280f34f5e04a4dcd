"""Services, their versions, how their stories went, and when a timer starts their cases."""

from __future__ import annotations

from sqlalchemy import UniqueConstraint

from .table import bytes_column, id_column, moment_column, number_column, table, text_column

bundle = table("bundle", text_column("digest"), bytes_column("content"), key=("digest",), rowid=True)

process_definition = table(
    "process_definition",
    id_column("id"),
    text_column("key"),
    number_column("version"),
    text_column("digest"),
    moment_column("deployed_at"),
    id_column("deployed_by", nullable=True),
    text_column("note"),
    text_column("stories"),
    UniqueConstraint("tenant_id", "key", "version"),
    key=("id",),
)

story_run = table(
    "story_run",
    text_column("digest"),
    moment_column("asked_at", nullable=True),
    moment_column("ended_at", nullable=True),
    text_column("code"),
    text_column("said"),
    bytes_column("content", nullable=True),
    key=("digest",),
    rowid=True,
)
"""How the stories of a bundle went the last time; by the machine's clock."""

service = table(
    "service", text_column("key"), id_column("definition_id"), number_column("last_number"), key=("key",)
)
"""Each service with its newest version and the last case number given."""

schedule = table(
    "schedule",
    text_column("service_key"),
    text_column("element_id"),
    text_column("timer"),
    moment_column("due_at"),
    moment_column("wake_at"),
    number_column("beats_left", nullable=True),
    key=("service_key", "element_id"),
)
"""Services whose cases a timer starts: when the next one is due, and when to look (later after a failure)."""
