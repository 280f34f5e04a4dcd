"""Whether the background's heart beats, in words: for the banner of those who can do something, and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _

from engine import heartbeat
from engine.alerting import sending

from .words import moment_words

if TYPE_CHECKING:
    from engine.heartbeat import Beat
    from engine.people import Actor

    from .wiring import Installation

CONCERNED = frozenset({"supervisor", "operator", "admin"})
"""Who is told on every page."""
MENDING = frozenset({"operator", "admin"})
"""Who is told of a silent worker, too: somebody else does its work meanwhile."""


def banner(found: Installation, actor: Actor) -> str | None:
    """Say since when the clocks are not looked after; None when they are, and for those who cannot help it."""
    if not CONCERNED & actor.roles:
        return None
    beats = heartbeat.beats(found.runtime)
    beat = _stopped(found, beats)
    if beat is None:
        silent = _silent(beats) if MENDING & actor.roles else []
        return _silent_words(found, silent) if silent else None
    if beat.at is None:
        return str(_("The clocks have not been looked after yet; deadlines may pass unseen."))
    since = moment_words(beat.at, found.runtime.calendar)
    return str(
        _("The clocks have not been looked after since %(since)s; deadlines may pass unseen.", since=since)
    )


def health(found: Installation) -> tuple[dict[str, Any], bool]:
    """Give what a program asks for, and whether the application is well; degraded is well all the same."""
    beats, troubles = heartbeat.beats(found.runtime), sending.troubles(found.runtime)
    beat, silent = _stopped(found, beats), _silent(beats)
    mails = {"failed": troubles.failed, "retried": troubles.retried, "overdue": troubles.overdue}
    told: dict[str, Any] = {
        "ok": beat is None,
        "database": "ok",
        "background": "ok" if beat is None else "stopped",
        "degraded": [*(["mails"] if any(mails.values()) else []), *(["workers"] if silent else [])],
        "mails": mails,
        "silent_workers": [one.worker for one in silent],
        "beats": [
            {
                "name": one.name,
                "at": None if one.at is None else one.at.isoformat(timespec="seconds"),
                "stale": one.stale,
                "overdue_jobs": one.overdue,
            }
            for one in beats
        ],
    }
    if beat is not None:
        told["stopped"] = beat.name
    return told, beat is None


def _stopped(found: Installation, beats: list[Beat]) -> Beat | None:
    """Give the part without which nothing is looked after, when its heart does not beat, here or elsewhere."""
    main = next(one for one in beats if one.name == heartbeat.SCHEDULER)
    return main if main.stale or not found.heartbeat() else None


def _silent(beats: list[Beat]) -> list[Beat]:
    return [one for one in beats if one.worker and one.stale]


def _silent_words(found: Installation, silent: list[Beat]) -> str:
    moments = [one.at for one in silent if one.at is not None]
    since = moment_words(min(moments), found.runtime.calendar)
    names = ", ".join(str(one.worker) for one in silent)
    return str(
        _("Nothing has been heard of these workers since %(since)s: %(names)s.", since=since, names=names)
    )
