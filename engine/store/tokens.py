"""Reads and writes the bearer tokens of machines: their hashes, never the tokens."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import bindparam, insert, select, update

from engine.store import schema as s
from engine.store.database import Database, Statement
from engine.store.rows import fields_of


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token as it is stored; times in milliseconds."""

    id: int
    person_id: int
    digest: bytes
    label: str
    created_at: int
    expires_at: int | None
    revoked_at: int | None
    used_at: int | None


class TokenStore:
    """Queries about tokens; each finds its rows by key."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant_id

    def add(self, row: TokenRow) -> None:
        """Add a token."""
        with self._database.writing() as connection:
            connection.execute(insert(s.api_token), {"tenant_id": self._tenant, **fields_of(row)})

    def by_digest(self, digest: bytes) -> TokenRow | None:
        """Find a token by its hash."""
        with self._database.stepping(writing=False, alone=True) as connection:
            row = self._by_digest.run(connection, b_tenant=self._tenant, b_digest=digest).fetchone()
        return TokenRow(*row) if row else None

    def of(self, person_id: int | None, limit: int) -> list[TokenRow]:
        """List the tokens of a person, or of everybody, the newest first."""
        table = s.api_token.c
        query = select(*(table[name] for name in TokenRow.__slots__)).where(table.tenant_id == self._tenant)
        if person_id is not None:
            query = query.where(table.person_id == person_id)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(table.id.desc()).limit(limit))
            return [TokenRow(*row) for row in rows]

    def revoke(self, token_id: int, at: int) -> bool:
        """Revoke a token; says whether there was one to revoke."""
        table = s.api_token
        with self._database.writing() as connection:
            result = connection.execute(
                update(table)
                .where(
                    table.c.tenant_id == self._tenant, table.c.id == token_id, table.c.revoked_at.is_(None)
                )
                .values(revoked_at=at)
            )
        return bool(result.rowcount)

    def note_use(self, token_id: int, at: int) -> None:
        """Keep when a token was last used."""
        table = s.api_token
        with self._database.writing() as connection:
            connection.execute(
                update(table)
                .where(table.c.tenant_id == self._tenant, table.c.id == token_id)
                .values(used_at=at)
            )

    @cached_property
    def _by_digest(self) -> Statement:
        table = s.api_token.c
        query = select(*(table[name] for name in TokenRow.__slots__)).where(
            table.tenant_id == bindparam("b_tenant"), table.digest == bindparam("b_digest")
        )
        return Statement(query, self._database.engine)
