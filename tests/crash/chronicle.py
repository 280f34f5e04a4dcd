"""Reads an installation after its server was killed: is it whole, and what has happened in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, text

from engine import audit, history
from engine.store import schema
from engine.store.cases import CaseStore, every_case

from .clients import Step
from .district import SIGNED_TWICE

if TYPE_CHECKING:
    from engine.history import Link
    from webui.wiring import Installation

_KINDS = {
    "case_started": "started",
    "user_task_claimed": "claimed",
    "user_task_signed": "answered",
    "user_task_completed": "answered",
}
_NOTHING_GOES_ON = """
    SELECT business_key FROM process_instance AS i WHERE state = 'active'
    AND NOT EXISTS (SELECT 1 FROM user_task AS t WHERE t.process_instance_id = i.id AND t.state = 'open')
    AND NOT EXISTS (SELECT 1 FROM job AS j WHERE j.process_instance_id = i.id)
    AND NOT EXISTS (SELECT 1 FROM incident AS c WHERE c.process_instance_id = i.id AND c.state = 'open')
"""


class _ChangedCases(CaseStore):
    """Shows only the cases that have changed since they were last looked at."""

    def __init__(self, found: Installation, seen: dict[int, int]) -> None:
        super().__init__(found.runtime.database, found.runtime.tenant_id)
        table = schema.process_instance.c
        with found.runtime.database.reading() as connection:
            rows = connection.execute(select(table.id, table.row_version).order_by(table.id)).all()
        self._changed = [row.id for row in rows if seen.get(row.id) != row.row_version]

    def ids(self, after: int = 0, limit: int = 500) -> list[int]:
        return [found for found in self._changed if found > after][:limit]


class Chronicle:
    """What has happened so far, read again wherever a case has changed."""

    def __init__(self) -> None:
        self.links: dict[int, list[Link]] = {}
        self._steps: dict[int, Counter[Step]] = {}
        self._versions: dict[int, int] = {}

    @property
    def happened(self) -> Counter[Step]:
        """Count every step of a person in every case."""
        whole: Counter[Step] = Counter()
        for steps in self._steps.values():
            whole.update(steps)
        return whole

    def read(self, found: Installation) -> list[str]:
        """Take in what has changed; give everything that is not whole."""
        changed = _ChangedCases(found, self._versions)
        faults = [*_broken_pages(found), *_standing_still(found)]
        faults += [str(one) for one in audit.examine(found.runtime, changed)]
        faults += [str(one) for one in audit.verify(found.runtime, changed)]
        for case in every_case(changed):
            row = case.row
            self.links[row.id] = [
                history.open_link(found.runtime.sealer, row.id, one) for one in case.history
            ]
            self._steps[row.id] = Counter(_steps(self.links[row.id], changed.user_tasks(row.id)))
            self._versions[row.id] = row.row_version
        return faults

    def forget(self) -> None:
        """Read everything anew the next time."""
        self._versions.clear()


def _steps(links: list[Link], tasks: list[Any]) -> Iterator[Step]:
    numbers = {task.element_id: task.id for task in tasks}
    assert len(numbers) == len(tasks), "in these diagrams a case comes to an element once"
    for link in links:
        if link.event not in _KINDS or link.actor is None:
            continue
        kind, mark = _KINDS[link.event], link.payload.get("answers", {}).get("a")
        if link.event == "user_task_completed" and link.element_id == SIGNED_TWICE:
            kind, mark = "countersigned", None
        yield Step(kind, link.actor, numbers.get(link.element_id), mark)


def _broken_pages(found: Installation) -> list[str]:
    if found.runtime.database.is_postgresql:
        return []  # it checks its own pages as it reads them
    with found.runtime.database.reading() as connection:
        rows = connection.execute(text("PRAGMA integrity_check")).scalars().all()
    return [] if rows == ["ok"] else [f"integrity: {row}" for row in rows]


def _standing_still(found: Installation) -> list[str]:
    with found.runtime.database.reading() as connection:
        return [f"{key}: nothing goes on" for key in connection.execute(text(_NOTHING_GOES_ON)).scalars()]
