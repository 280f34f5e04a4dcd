"""Keeps the heads of all histories outside the database, one file a day: what a shortened history is found by."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine import audit

if TYPE_CHECKING:
    from .wiring import Installation


def anchor(found: Installation) -> Path:
    """Write today's file anew and give its path; copy it to another machine."""
    path = _path(found)
    path.parent.mkdir(exist_ok=True)
    written = path.with_suffix(".part")
    written.write_text("".join(f"{line}\n" for line in audit.heads(found.cases)), "utf-8")
    written.replace(path)
    return path


def anchor_once_a_day(found: Installation) -> None:
    """Write today's file unless there is one."""
    if not _path(found).exists():
        anchor(found)


def _path(found: Installation) -> Path:
    today = found.runtime.calendar.local_date(found.runtime.clock.now())
    return found.settings.data_dir / "anchors" / f"{today:%Y-%m-%d}.txt"
