"""Moving cases to another version: what was looked at, and what came of each case."""

from __future__ import annotations

from sqlalchemy import Index

from .table import bytes_column, id_column, moment_column, number_column, table, text_column

migration = table(
    "migration",
    id_column("id"),
    text_column("service_key"),
    id_column("source_id", nullable=True),
    id_column("target_id"),
    text_column("state"),
    id_column("created_by", nullable=True),
    moment_column("created_at"),
    id_column("at_definition"),
    id_column("at_case"),
    Index("migration_service", "tenant_id", "service_key", "id"),
    key=("id",),
)
"""source_id: the version whose cases are meant; None for every version before the target. at_definition, at_case: the
case that was looked at last."""

migration_case = table(
    "migration_case",
    id_column("migration_id"),
    id_column("process_instance_id"),
    id_column("office_id"),
    id_column("definition_id"),
    number_column("row_version"),
    text_column("state"),
    text_column("code", nullable=True),
    text_column("element_id", nullable=True),
    moment_column("at"),
    bytes_column("sealed_report"),
    bytes_column("sealed_before", nullable=True),
    Index("migration_case_state", "tenant_id", "migration_id", "state", "process_instance_id"),
    key=("migration_id", "process_instance_id"),
    rowid=True,
)
"""definition_id, row_version: how the case stood when it was looked at, or since it was moved. sealed_before: its state
before it was moved, for as long as it may be moved back."""
Index(
    "migration_case_moved",
    migration_case.c.tenant_id,
    migration_case.c.process_instance_id,
    migration_case.c.migration_id,
    sqlite_where=migration_case.c.state == "moved",
    postgresql_where=migration_case.c.state == "moved",
)
"""By which migrations a case got its version."""
