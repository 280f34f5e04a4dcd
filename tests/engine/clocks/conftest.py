"""What the clock tests share: one calendar, and deadlines written in a line."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from engine.calendar import Calendar
from engine.clocks import DeadlineEnd, DeadlineFacts, DeadlineKind, Extension, Pause, parse_limit

BEIJING = ZoneInfo("Asia/Shanghai")


def at(text):
    """Read a moment as the office's clock shows it."""
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def make_deadline(limit, started_at, *pauses, kind="promised", extended=(), ended=None, end=None):
    """Make a deadline; a pause is (from, to or None), an extension (moment, limit), all as texts."""
    if ended is not None and end is None:
        end = "kept_or_breached"
    return DeadlineFacts(
        id="promise",
        kind=DeadlineKind(kind),
        limit=parse_limit(limit),
        started_at=at(started_at),
        pauses=tuple(
            Pause(at(begin), at(until) if until else None, (*reason, "applicant_rebuts")[0])
            for begin, until, *reason in pauses
        ),
        extensions=tuple(Extension(at(moment), parse_limit(new), "objection") for moment, new in extended),
        ended_at=at(ended) if ended else None,
        end=DeadlineEnd(end) if end else None,
    )


@pytest.fixture(scope="session")
def calendar():
    """Give the calendar of the whole country."""
    return Calendar.standard()


@pytest.fixture(name="at", scope="session")
def at_fixture():
    """Give the reader of moments."""
    return at


@pytest.fixture(scope="session")
def deadline():
    """Give the maker of deadlines."""
    return make_deadline
