"""Names the schema: a digest of every table, column, key and index, so that no change of one goes unnoticed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from sqlalchemy import Index, Table

from .table import metadata


def schema_version() -> str:
    """Give the name of the schema that this program works with; the same for both databases."""
    facts = "\n".join(fact for table in metadata.sorted_tables for fact in _facts(table))
    return hashlib.sha256(facts.encode()).hexdigest()[:12]


def _facts(table: Table) -> Iterator[str]:
    yield f"table {table.name} key {[column.name for column in table.primary_key]}"
    for column in table.columns:
        yield f"  {column.name} {column.type.__visit_name__} {'null' if column.nullable else 'not null'}"
    for index in sorted(table.indexes, key=lambda one: str(one.name)):
        yield f"  index {index.name} {[column.name for column in index.columns]} {index.unique} {_where(index)}"


def _where(index: Index) -> str:
    where = index.dialect_options["sqlite"]["where"]
    return "" if where is None else str(where.compile(compile_kwargs={"literal_binds": True}))
