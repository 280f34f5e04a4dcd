"""Plays the stories of a bundle when somebody needs to know, and keeps how they went, so that no page plays any."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.definitions import read_zip
from engine.errors import InvalidInput
from engine.sentences import packed, unpacked
from engine.state import machine_ms
from engine.store.alert_messages import NO_CASE
from engine.store.rows import JobRow
from engine.store.story_runs import StoryRunRow

from .record import Record

if TYPE_CHECKING:
    from engine.definitions import Bundle
    from engine.runtime import Runtime
    from engine.store.jobs import DueJob

JOB = "stories"
LOST_MS = 15 * 60 * 1000
"""Whoever asked so long ago is asked again: the job must be lost."""


@dataclass(frozen=True, slots=True)
class Run:
    """How the stories of a bundle went the last time. Times are the machine's, in milliseconds.

    waiting: somebody has asked for another run. code, said: why they could not be played to the end; empty where
    they could, and then there is a record.
    """

    waiting: bool
    ended_at: int | None
    code: str
    said: str
    record: Record | None

    @property
    def passed(self) -> bool:
        """Say whether every story was played and went as it should."""
        return self.record is not None and not self.record.failed


def has_stories(bundle: Bundle) -> bool:
    """Say whether a service has any."""
    return bool(bundle.names(".yaml", "scenarios"))


def known(runtime: Runtime, digest: str) -> Run | None:
    """Give how the stories of a bundle went; None where nobody has played them or asked for it."""
    row = runtime.story_runs.get(digest)
    if row is None:
        return None
    waiting = row.asked_at is not None and row.asked_at >= machine_ms() - LOST_MS
    return _run(row, waiting=waiting)


def play(runtime: Runtime, bundle: Bundle) -> Run | None:
    """Give how the stories went if they went well, else play them now; None where nobody plays any.

    Takes as long as the player's limits allow. Raises Busy (`checks_busy`).
    """
    if runtime.player is None:
        return None
    found = known(runtime, bundle.digest)
    return found if found is not None and found.passed else _play(runtime, bundle)


def ask(runtime: Runtime, definition_id: int) -> bool:
    """Let the stories of a version be played in the background; False where that is on its way already.

    Raises NotFound (`definition_unknown`).
    """
    digest = read_zip(runtime.catalogue.content(definition_id)).digest
    now = machine_ms()
    job = JobRow(runtime.ids.next(), NO_CASE, JOB, str(definition_id), runtime.now_ms())
    asked = runtime.story_runs.ask(digest, now, now - LOST_MS, job)
    if asked:
        runtime.wake()
    return asked


def run(runtime: Runtime, job: DueJob) -> None:
    """Do the job that somebody asked for; raises Busy (`checks_busy`), and is tried again then."""
    if runtime.player is not None:
        _play(runtime, read_zip(runtime.catalogue.content(int(job.target))))
    runtime.jobs.delete(job.id)


def _play(runtime: Runtime, bundle: Bundle) -> Run:
    assert runtime.player is not None  # whoever calls has looked
    code, said, content = "", "", None
    try:
        content = runtime.player.play(bundle, runtime.groups, runtime.offered).pack()
    except InvalidInput as exc:
        code, said = exc.code, json.dumps(packed(exc.message), ensure_ascii=False)
    row = StoryRunRow(bundle.digest, None, machine_ms(), code, said, content)
    runtime.story_runs.put(row)
    return _run(row, waiting=False)


def _run(row: StoryRunRow, *, waiting: bool) -> Run:
    said = unpacked(json.loads(row.said)) if row.said else ""
    record = Record.unpack(row.content) if row.content is not None else None
    return Run(waiting, row.ended_at, row.code, said, record)
