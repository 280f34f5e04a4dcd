"""Whether the background's heart beats, in words: for the banner of those who can do something, and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _

from engine import alert_mails, heartbeat

from .words import moment_words

if TYPE_CHECKING:
    from engine.heartbeat import Beat
    from engine.people import Actor

    from .wiring import Installation

CONCERNED = frozenset({"supervisor", "operator", "admin"})
"""Who is told on every page."""


def stopped(found: Installation) -> Beat | None:
    """Give the first part whose heart does not beat, here or in another process; None when all is well."""
    for beat in heartbeat.beats(found.runtime):
        if beat.stale or (beat.name == heartbeat.SCHEDULER and not found.heartbeat()):
            return beat
    return None


def banner(found: Installation, actor: Actor) -> str | None:
    """Say since when the clocks are not looked after; None when they are, and for those who cannot help it."""
    if not CONCERNED & actor.roles:
        return None
    beat = stopped(found)
    if beat is None:
        return None
    if beat.at is None:
        return str(_("The clocks have not been looked after yet; deadlines may pass unseen."))
    since = moment_words(beat.at, found.runtime.calendar)
    return str(
        _("The clocks have not been looked after since %(since)s; deadlines may pass unseen.", since=since)
    )


def health(found: Installation) -> tuple[dict[str, Any], bool]:
    """Give what a program asks for, and whether the application is well; degraded is well all the same."""
    beat, troubles = stopped(found), alert_mails.troubles(found.runtime)
    mails = {"failed": troubles.failed, "retried": troubles.retried, "overdue": troubles.overdue}
    told: dict[str, Any] = {
        "ok": beat is None,
        "database": "ok",
        "background": "ok" if beat is None else "stopped",
        "degraded": ["mails"] if any(mails.values()) else [],
        "mails": mails,
        "beats": [
            {
                "name": one.name,
                "at": None if one.at is None else one.at.isoformat(timespec="seconds"),
                "stale": one.stale,
                "overdue_jobs": one.overdue,
            }
            for one in heartbeat.beats(found.runtime)
        ],
    }
    if beat is not None:
        told["stopped"] = beat.name
    return told, beat is None
