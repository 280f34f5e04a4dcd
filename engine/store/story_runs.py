"""Reads and writes how the stories of a bundle went: one row a bundle, whoever played them last."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, exists, insert, literal_column, or_, select, update

from engine.store import schema as s
from engine.store.database import Database
from engine.store.rows import JobRow
from engine.store.step_rows import job_values
from engine.store.upserts import insert_or_change

KEPT_MS = 24 * 60 * 60 * 1000
"""For so long a run is kept of what was never deployed."""


@dataclass(frozen=True, slots=True)
class StoryRunRow:
    """How the stories of a bundle went, by the machine's clock.

    asked_at: when somebody asked for them last, None when nobody waits. code, said: why they could not be played to
    the end; empty where they could. content: a packed record; None before they were played.
    """

    digest: str
    asked_at: int | None
    ended_at: int | None
    code: str
    said: str
    content: bytes | None


class StoryRunStore:
    """The table of runs."""

    def __init__(self, database: Database, tenant_id: int) -> None:
        self._database = database
        self._tenant = tenant_id

    def get(self, digest: str) -> StoryRunRow | None:
        """Give the run of a bundle."""
        run = s.story_run.c
        query = select(*(run[name] for name in StoryRunRow.__slots__)).where(
            run.tenant_id == self._tenant, run.digest == digest
        )
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return StoryRunRow(*row) if row else None

    def ask(self, digest: str, now: int, asked_before: int, job: JobRow) -> bool:
        """Note that somebody waits for a run, with the job that plays it; False where one is on its way.

        asked_before: whoever asked earlier than then waits no more, for that job must be lost.
        """
        run = s.story_run.c
        mine = (run.tenant_id == self._tenant) & (run.digest == digest)
        with self._database.writing(alone="definitions") as connection:
            if connection.execute(select(run.digest).where(mine)).first() is None:
                row = StoryRunRow(digest, now, None, "", "", None)
                connection.execute(insert(s.story_run), self._values(row))
            else:
                free = or_(run.asked_at.is_(None), run.asked_at < asked_before)
                asked = update(s.story_run).where(mine, free).values(asked_at=now)
                if connection.execute(asked).rowcount == 0:
                    return False
            connection.execute(insert(s.job), job_values(self._tenant, job))
        return True

    def put(self, row: StoryRunRow) -> None:
        """Keep how a run went in place of the one before; drop old runs of what was never deployed."""
        run, bundle = s.story_run.c, s.bundle.c
        deployed = exists(literal_column("1")).where(
            bundle.tenant_id == run.tenant_id, bundle.digest == run.digest
        )
        old = (run.tenant_id == self._tenant) & (run.ended_at < (row.ended_at or 0) - KEPT_MS) & ~deployed
        with self._database.writing(alone="definitions") as connection:
            kept = insert_or_change(s.story_run, connection.dialect.name, StoryRunRow.__slots__[1:])
            connection.execute(kept, self._values(row))
            connection.execute(delete(s.story_run).where(old))

    def _values(self, row: StoryRunRow) -> dict[str, object]:
        return {"tenant_id": self._tenant, **{name: getattr(row, name) for name in StoryRunRow.__slots__}}
