"""Inserts that take what is there already into account, in the words of either database."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(table: Table, dialect: str) -> Any:
    """Give an insert that can say what happens on a conflict."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def insert_new(table: Table, dialect: str) -> Any:
    """Insert a row, or none when there is one with its key."""
    return insert_into(table, dialect).on_conflict_do_nothing()


def insert_or_change(table: Table, dialect: str, changing: Iterable[str]) -> Any:
    """Insert a row, or give the one with its key the new values of some columns."""
    return change_on_conflict(insert_into(table, dialect), changing)


def change_on_conflict(statement: Any, changing: Iterable[str]) -> Any:
    """Let an insert change some columns of the row that has its key already."""
    key = [column.name for column in statement.table.primary_key]
    return statement.on_conflict_do_update(
        index_elements=key, set_={name: statement.excluded[name] for name in changing}
    )
