"""Reads which cases have to do with each other, and cases of one person; writes that one told another something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import literal, select, union_all

from engine.store import schema as s
from engine.store.database import Database
from engine.store.rows import InstanceRow
from engine.store.upserts import insert_new

MAX_RELATED = 200


@dataclass(frozen=True, slots=True)
class RelatedRow:
    """Another case that a case has to do with. kind: `opened`, `opened_by`, `told`, `told_by`."""

    kind: str
    id: int
    business_key: str
    title: str
    definition_id: int
    office_id: int
    state: str
    outcome: str | None


class RelationStore:
    """Queries about relations between cases; none of them is on the hot path."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant_id

    def add_told(self, process_instance_id: int, other_id: int) -> None:
        """Note that a case told another one something; once is enough."""
        values = {
            "tenant_id": self._tenant,
            "process_instance_id": process_instance_id,
            "kind": "told",
            "other_id": other_id,
        }
        with self._database.writing() as connection:
            connection.execute(insert_new(s.relation, self._database.engine.dialect.name), values)

    def of_case(self, process_instance_id: int) -> list[RelatedRow]:
        """List what a case has to do with others, in both directions, the newest case first."""
        related, instance = s.relation.c, s.process_instance.c
        columns = [instance[name] for name in RelatedRow.__slots__ if name != "kind"]

        def one_way(mine: Any, other: Any, words: Any) -> Any:
            return (
                select(words.label("kind"), *columns)
                .join(s.process_instance, (instance.tenant_id == related.tenant_id) & (instance.id == other))
                .where(related.tenant_id == self._tenant, mine == process_instance_id)
            )

        query = union_all(
            one_way(related.process_instance_id, related.other_id, related.kind),
            one_way(related.other_id, related.process_instance_id, related.kind + literal("_by")),
        )
        newest = query.order_by(query.selected_columns["id"].desc(), "kind").limit(MAX_RELATED)
        with self._database.reading() as connection:
            return [RelatedRow(*row) for row in connection.execute(newest)]

    def of_subject(self, digest: bytes, service_key: str, *, since: int, limit: int) -> list[InstanceRow]:
        """List a person's cases of one service that began at a moment or later, the newest first.

        digest: the keyed hash of the identity number. since: milliseconds.
        """
        table, subject = s.process_instance.c, s.subject.c
        query = (
            select(*(table[name] for name in InstanceRow.__slots__))
            .join(
                s.subject, (subject.tenant_id == table.tenant_id) & (subject.process_instance_id == table.id)
            )
            .where(
                subject.tenant_id == self._tenant,
                subject.kind == "identity",
                subject.digest == digest,
                table.service_key == service_key,
                table.started_at >= since,
            )
            .order_by(table.started_at.desc(), table.id.desc())
            .limit(limit)
        )
        with self._database.reading() as connection:
            return [InstanceRow(*row) for row in connection.execute(query)]
