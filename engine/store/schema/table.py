"""What every table is made of: a key that begins with the tenant, and a few kinds of columns.

Text is ordered by its bytes on both databases, as SQLite does by itself: ranges of words and pages that go on
after a key depend on it.
"""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    event,
)
from sqlalchemy.dialects import postgresql

FAR_FUTURE_MS = 253_402_214_400_000
"""9999-12-31: the due date of a task that no clock watches; the inbox's key is never null."""

metadata = MetaData()
_TEXT = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def table(
    name: str, *columns: Column[object] | Index | UniqueConstraint, key: tuple[str, ...], rowid: bool = False
) -> Table:
    """Make a table whose primary key begins with the tenant."""
    tenant: Column[object] = Column("tenant_id", Integer, nullable=False)
    made = Table(
        name,
        metadata,
        tenant,
        *columns,
        PrimaryKeyConstraint("tenant_id", *key),
        sqlite_with_rowid=rowid,
    )
    for column in made.columns:
        if isinstance(column.type, LargeBinary):
            # What is sealed or hashed cannot be compressed, and PostgreSQL need not try.
            plain = DDL(f"ALTER TABLE {name} ALTER COLUMN {column.name} SET STORAGE EXTERNAL")  # type: ignore[no-untyped-call]  # SQLAlchemy says no types here
            event.listen(made, "after_create", plain.execute_if(dialect="postgresql"))
    return made


def moment_column(name: str, *, nullable: bool = False) -> Column[object]:
    """Make a column for a moment in milliseconds since 1970 UTC."""
    return Column(name, BigInteger, nullable=nullable)


def id_column(name: str, *, nullable: bool = False) -> Column[object]:
    """Make a column for an id that the application makes."""
    return Column(name, BigInteger, nullable=nullable)


def text_column(name: str, *, nullable: bool = False) -> Column[object]:
    """Make a column for text."""
    return Column(name, _TEXT, nullable=nullable)


def number_column(name: str, *, nullable: bool = False) -> Column[object]:
    """Make a column for a small whole number."""
    return Column(name, Integer, nullable=nullable)


def bytes_column(name: str, *, nullable: bool = False) -> Column[object]:
    """Make a column for bytes, sealed or hashed."""
    return Column(name, LargeBinary, nullable=nullable)
