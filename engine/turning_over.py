"""Lets the clocks of a case go by the newest calendar of its office, and says which dates that moves.

The rule: a clock that was missed before the calendar came into force stays missed, and keeps its date and its calendar.
The applicant waited longer than was promised on the day on which the promise ran out, whatever is decided later; who
thinks otherwise extends the limit with a legal reason, or says so in the case's history. What ended is never counted anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine import clocks
from engine.clocks import DeadlineState

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from engine.calendar import Calendar
    from engine.deadlines import Tracked
    from engine.definitions import DeadlineDeclaration


def turn_over(
    tracked: Tracked,
    declaration: DeadlineDeclaration,
    edition: int,
    calendar_of: Callable[[int], Calendar],
    since: datetime,
    now: datetime,
) -> dict[str, Any] | None:
    """Let one clock go by an edition; gives what the history says of it, None where nothing is to be said.

    since: when the first edition after the clock's own came into force. Levels of warning that lie ahead again
    will call again.
    """
    if tracked.calendar >= edition or tracked.facts.end is not None:
        return None
    before, after = calendar_of(tracked.calendar), calendar_of(edition)
    if stays_missed(tracked, before, since, now):
        return None
    tracked.calendar = edition
    if before == after:
        return None
    was, due = (clocks.due_at(tracked.facts, one, now) for one in (before, after))
    levels = clocks.parse_warnings(declaration.warn)
    tracked.warn_again(clocks.warning_moments(tracked.facts, levels, after, now), now)
    return {
        "type": "calendar_changed",
        "deadline": tracked.facts.id,
        "scope": tracked.scope,
        "from": before.version,
        "calendar": after.version,
        "was": was.at,
        "was_provisional": was.provisional,
        "due_at": due.at,
        "provisional": due.provisional,
    }


def stays_missed(tracked: Tracked, calendar: Calendar, since: datetime, now: datetime) -> bool:
    """Say whether a running clock was missed before a calendar came into force; calendar: its own."""
    if tracked.breached:
        return True
    state = clocks.state_of(tracked.facts, calendar, min(since, now))
    return state is DeadlineState.BREACHED
