"""What one case adds to the figures, from its rows; pure but for the answers that it opens.

Waiting is from the moment a task was opened until somebody first had it, working from there to its completion; both in
the office's business hours. A case's length is in whole working days, the day of its start being day 0.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.figures.periods import MONTH, WEEK, Period
from engine.figures.ratings import Rating, is_bad
from engine.state import from_ms
from engine.store.figures import CaseFigureRow, Counted

if TYPE_CHECKING:
    from datetime import date, datetime

    from engine.calendar import Calendar
    from engine.store.figures import DoneTask, Happened, NotFigured

NO_LIMIT, IN_TIME, LATE = 0, 1, 2
"""The buckets of what was done."""
MAX_DAYS = 9_999
MAX_MINUTES = 9_999_999
HELD = frozenset({"user_task_claimed", "user_task_taken_over", "user_task_reassigned", "user_task_delegated"})
"""Steps after which somebody has a task; a task that went back to its group waits no more by this count."""
SENT_BACK = frozenset({"user_task_sent_back", "user_task_returned"})
_HOUR, _DAY = 60, 8 * 60
CLASSES = (
    *(0, 15, 30, 45, _HOUR, 90, 2 * _HOUR, 3 * _HOUR, 4 * _HOUR, 6 * _HOUR),
    *(_DAY, 12 * _HOUR, 2 * _DAY, 3 * _DAY, 4 * _DAY, 5 * _DAY, 7 * _DAY, 10 * _DAY),
    *(15 * _DAY, 20 * _DAY, 30 * _DAY, 50 * _DAY, 100 * _DAY, 200 * _DAY),
)
"""Into so few classes steps are sorted, in minutes of business hours: each is a row of every office, month and step."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a case. missed: whether each of its promised and statutory clocks was missed."""

    case: NotFigured
    tasks: Sequence[DoneTask]
    happened: Sequence[Happened]
    missed: Sequence[bool]
    rating: Rating | None


def measure(
    facts: Facts, calendar: Calendar, chain: Iterable[int]
) -> tuple[CaseFigureRow | None, list[Counted]]:
    """Give a case's own row, once it has ended, and what it adds. chain: its office and those above it."""
    case = facts.case
    offices = list(chain)
    added: list[tuple[str, str, int, int]] = []
    found: list[Counted] = []
    if case.figured is None:
        found += _spread(case, offices, _day(calendar, case.started_at), [("received", "", 0, 0)])
    if not case.has_ended:
        return None, found
    ended_at = case.ended_at if case.ended_at is not None else case.started_at
    ended_on = _day(calendar, ended_at)
    days = _working_days(calendar, case.started_at, ended_at)
    returns = sum(one.event in SENT_BACK for one in facts.happened)
    missed = int(any(facts.missed)) if facts.missed else None
    if case.state == "completed":
        in_time = NO_LIMIT if missed is None else LATE if missed else IN_TIME
        added += [("done", "", in_time, 0), ("duration", "", days, days)]
        if returns:
            added.append(("reworked", "", 0, returns))
    else:
        added.append(("cancelled", "", 0, 0))
    if facts.rating is not None:
        added.append(("rating", "", facts.rating.bucket, 0))
    row = CaseFigureRow(
        process_instance_id=case.id,
        service_key=case.service_key,
        definition_id=case.definition_id,
        office_id=case.office_id,
        month=Period.of(ended_on, MONTH).key,
        state=case.state,
        ended_at=ended_at,
        days=days,
        missed=missed,
        returns=returns,
        rating=facts.rating.value if facts.rating else None,
        rated_at=facts.rating.at if facts.rating else None,
        bad=int(facts.rating is not None and is_bad(facts.rating.value)),
        review=facts.rating.review if facts.rating else None,
    )
    found += _spread(case, offices, ended_on, added)
    return row, found + _spread(case, offices, ended_on, _steps(facts, calendar), (MONTH,))


def business_minutes(calendar: Calendar, start: datetime, end: datetime) -> int:
    """Count the minutes of business hours between two moments; 0 where the second is not later."""
    if end <= start:
        return 0
    first, last = calendar.local_date(start), calendar.local_date(end)
    if first == last:
        return _within(calendar, start, end)
    between = calendar.working_days_between(first, last) - int(calendar.is_working_day(last))
    whole = calendar.close_of_business(first) - calendar.start_of_business(first)
    minutes = between * int(whole.total_seconds() // 60)
    minutes += _within(calendar, start, calendar.close_of_business(first))
    return min(minutes + _within(calendar, calendar.start_of_business(last), end), MAX_MINUTES)


def rounded(minutes: int) -> int:
    """Give the class of a length of time: the smallest of CLASSES that it does not exceed."""
    return CLASSES[min(bisect_left(CLASSES, minutes), len(CLASSES) - 1)]


def _within(calendar: Calendar, start: datetime, end: datetime) -> int:
    """Count the business minutes between two moments of one day."""
    day = calendar.local_date(start)
    if not calendar.is_working_day(day):
        return 0
    begins = max(start, calendar.start_of_business(day))
    ends = min(end, calendar.close_of_business(day))
    return max(0, int((ends - begins).total_seconds() // 60))


def _steps(facts: Facts, calendar: Calendar) -> Iterator[tuple[str, str, int, int]]:
    """Give how long each task waited and was worked on, and what was sent back, by element."""
    held: Mapping[str, list[Happened]] = _by_element(one for one in facts.happened if one.event in HELD)
    for task in facts.tasks:
        since = _held_at(task, held.get(task.element_id, []))
        opened, taken, done = from_ms(task.created_at), from_ms(since), from_ms(task.completed_at)
        waited, worked = business_minutes(calendar, opened, taken), business_minutes(calendar, taken, done)
        yield "waiting", task.element_id, rounded(waited), waited
        yield "working", task.element_id, rounded(worked), worked
    for one in facts.happened:
        if one.event in SENT_BACK and one.element_id:
            yield "sent_back", one.element_id, 0, 0


def _held_at(task: DoneTask, held: Sequence[Happened]) -> int:
    """Say when somebody first had a task; the history does not name it, so of several at once it is whose was done by them."""
    moments = [one for one in held if task.created_at <= one.at <= task.completed_at]
    own = [one for one in moments if one.actor == task.completed_by]
    return min((one.at for one in own or moments), default=task.completed_at)


def _by_element(happened: Iterable[Happened]) -> dict[str, list[Happened]]:
    found: dict[str, list[Happened]] = defaultdict(list)
    for one in happened:
        if one.element_id:
            found[one.element_id].append(one)
    return found


def _spread(
    case: NotFigured,
    offices: Sequence[int],
    day: date,
    added: Iterable[tuple[str, str, int, int]],
    kinds: Iterable[str] = (WEEK, MONTH),
) -> list[Counted]:
    """Count for each office above the case, in its week and in its month; steps in the month alone, as they are many."""
    periods = [Period.of(day, kind).key for kind in kinds]
    return [
        Counted((office, period, measured, case.service_key, element, case.definition_id, bucket), 1, total)
        for measured, element, bucket, total in added
        for office in offices
        for period in periods
    ]


def _day(calendar: Calendar, at: int) -> date:
    return calendar.local_date(from_ms(at))


def _working_days(calendar: Calendar, start: int, end: int) -> int:
    return max(0, min(calendar.working_days_between(_day(calendar, start), _day(calendar, end)), MAX_DAYS))
