"""Reads what a run left behind: is everything there that was said, once, and can every case go on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine import audit, clock_audit, clocks, history, instances, spiff, turning_over, user_tasks
from engine.state import to_ms
from engine.store import schema
from engine.store.cases import CaseStore, WholeCase, every_case

from .days import APPROVED, DISCARDED
from .service import ANSWERED, CLOCKS
from .steps import NO_DRAFT, Diary, Step, step_of

if TYPE_CHECKING:
    from engine.history import Link
    from engine.runtime import Runtime

    from .outside import Ledger

_ENDS_TASK = {"user_task_completed", "user_task_sent_back"}
_ASKED_ONCE = {"deadline_warned", "deadline_breached", "case_completed"}


class Book:
    """Every case as it stands, opened once."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.store = CaseStore(runtime.database, 1)
        self.cases: list[WholeCase] = list(every_case(self.store))
        self.links: dict[int, list[Link]] = {
            case.row.id: [history.open_link(runtime.sealer, case.row.id, row) for row in case.history]
            for case in self.cases
        }

    def histories(self) -> list[tuple[Any, ...]]:
        """Give all that happened, for comparing two runs."""
        return [
            (
                case.row.business_key,
                case.row.state,
                case.row.outcome,
                row.seq,
                row.at,
                row.event,
                row.actor,
                row.element_id,
                repr(self.links[case.row.id][row.seq - 1].payload),
                row.hash,
            )
            for case in self.cases
            for row in case.history
        ]

    def faults(self, diary: Diary, ledger: Ledger, *, finished: bool = False) -> Iterator[str]:
        """Find everything that is not as it has to be. finished: more was done than stands in the diary."""
        yield from (str(one) for one in audit.verify(self.runtime, self.store))
        yield from (str(one) for one in audit.examine(self.runtime, self.store))
        yield from (str(one) for one in clock_audit.verify_clocks(self.runtime, self.store))
        yield from self._not_as_told(diary, finished=finished)
        yield from _not_once_outside(ledger)
        if not finished:
            yield from self._lost_drafts(diary)
        for case in self.cases:
            for text in [*self._of_case(case), *_asked_once(case.row.id, self.links[case.row.id], ledger)]:
                yield f"{case.row.business_key}: {text}"

    def _not_as_told(self, diary: Diary, *, finished: bool) -> Iterator[str]:
        """What was told has happened; what was refused has not; what was asked once has not happened twice."""
        happened: Counter[Step] = Counter()
        for case, links in self.links.items():
            happened.update(step_of(case, link) for link in links)
        happened.update(self._decisions())
        for step in diary.asked:
            times = happened[step]
            least = diary.told[step]
            most = diary.asked[step] - diary.refused[step]
            if step.counts_once:
                least, most = min(least, 1), min(most, 1)
            if times < least or (times > most and not finished):
                yield f"told {least} to {most} times, happened {times} times: {step}"

    def _decisions(self) -> Iterator[Step]:
        """Give what was decided on the calendar; what is in force has been approved."""
        table = schema.calendar_change
        with self.runtime.database.reading() as connection:
            for row in connection.execute(select(table).where(table.c.decided_at.isnot(None))):
                kind = DISCARDED if row.state == "discarded" else APPROVED
                yield Step(kind, 0, row.decided_by, None, row.reason)

    def _lost_drafts(self, diary: Diary) -> Iterator[str]:
        for case in self.cases:
            for task in case.open_tasks:
                found = user_tasks.read_draft(self.runtime, task.id)
                may_be = diary.drafts.get(task.id, {NO_DRAFT})
                if found is not None and found[0]["draft"] not in may_be:
                    yield f"{case.row.business_key}: draft {found[0]} where {may_be} was saved"
                lost = found is None and NO_DRAFT not in may_be
                if lost and not _may_be_gone(self.links[case.row.id], task.element_id):
                    yield f"{case.row.business_key}: draft {may_be} of {task.element_id} is gone"

    def _of_case(self, case: WholeCase) -> Iterator[str]:
        links = self.links[case.row.id]
        yield from _struck_once(links)
        yield from _followed_once(links)
        yield from _moved_once(links)
        yield from self._completed_once(case, links)
        if case.row.state == "active":
            yield from self._stands_still(case)
            yield from self._left_behind(case)
        yield from self._answers_lost(case, links)

    def _completed_once(self, case: WholeCase, links: list[Link]) -> Iterator[str]:
        done = Counter(link.element_id for link in links if link.event in _ENDS_TASK)
        table = schema.user_task.c
        query = select(table.element_id).where(
            table.process_instance_id == case.row.id, table.state == "completed"
        )
        with self.runtime.database.reading() as connection:
            rows = Counter(row.element_id for row in connection.execute(query))
        if rows != done:
            yield f"tasks completed {rows}, completions in the history {done}"

    def _stands_still(self, case: WholeCase) -> Iterator[str]:
        opened = instances.open_case(self.runtime, case.row, case.open_tasks)
        jobs = {f"{kind}:{target}" for _id, kind, target, _due in case.jobs}
        held = set(case.incidents)
        tasks = {task.number for task in case.open_tasks}
        goes_on = False
        for number, item in spiff.resting(opened.workflow).items():
            moves = number in tasks or number in held
            if item.kind == "call":
                moves = moves or f"call:{number}" in jobs
            for event in item.waits:
                if isinstance(event, spiff.ClockEvent) and event.kind != "deadline":
                    moves = moves or f"clock:{number}:{event.element_id}" in jobs
                else:
                    moves = True
            goes_on = goes_on or (moves and item.kind != "listener")
            if not moves and item.kind != "activity":
                yield f"nothing moves {item.element_id} ({item.kind})"
        if not goes_on:
            yield "nothing goes on"

    def _left_behind(self, case: WholeCase) -> Iterator[str]:
        """Every clock that ran when a calendar came into force goes by it once all cases have been moved."""
        calendars = self.runtime.calendars
        calendars.refresh(at_once=True)
        newest = calendars.known.newest
        if calendars.applying is not None:
            return
        opened = instances.open_case(self.runtime, case.row, case.open_tasks)
        for key, tracked in opened.state.deadlines.items():
            ran = tracked.facts.end is None and to_ms(tracked.facts.started_at) < newest.since
            if not ran or tracked.calendar >= newest.number:
                continue
            own, since = opened.calendar_of(tracked), calendars.known.since(tracked.calendar + 1)
            if turning_over.stays_missed(tracked, own, since, opened.now):
                continue
            due, would_be = (
                clocks.due_at(tracked.facts, one, opened.now).at for one in (own, opened.calendar)
            )
            if due != would_be:
                yield f"{key} is due at {due} by an older calendar, {would_be} by the newest"

    def _answers_lost(self, case: WholeCase, links: list[Link]) -> Iterator[str]:
        """Every answer of the case is a variable of it, the last one where it was given again."""
        if any(link.event == "token_moved" for link in links):
            return  # what a branch knew goes with its token
        given = {
            link.element_id: link.payload["answers"].get(link.element_id)
            for link in links
            if link.event == "user_task_completed" and link.element_id in ANSWERED
        }
        if case.row.state == "active":
            opened = instances.open_case(self.runtime, case.row, case.open_tasks)
            decides = [task for task in case.open_tasks if task.element_id == "decide"]
            if not decides:
                return  # branches know their own answers only, until they meet
            known: Mapping[str, Any] = opened.variables(decides[0].number)
        elif case.row.outcome == "done":
            known = instances.final_variables(self.runtime, case.row)
        else:
            return
        for element, mark in given.items():
            if element is not None and known.get(element) != mark:
                yield f"answer {mark} to {element} is {known.get(element)} in the variables"


def _struck_once(links: list[Link]) -> Iterator[str]:
    """Each clock of the diagram that was passed has struck, once for each time."""
    struck = Counter(
        link.element_id for link in links if link.event == "timer_fired" and link.element_id in CLOCKS
    )
    passed = Counter(
        step[0] for link in links for step in link.payload.get("passed", ()) if step[0] in CLOCKS
    )
    if struck != passed:
        yield f"clocks struck {struck}, were passed {passed}"


def _followed_once(links: list[Link]) -> Iterator[str]:
    """What a clock says, it says once; a warning once more for each time that the calendar moved the clock."""
    events = [event for link in links for event in link.payload.get("events", ())]
    followed = Counter(
        (event["type"], event.get("deadline"), event.get("level"), event.get("scope"))
        for event in events
        if event["type"] in _ASKED_ONCE
    )
    moved = Counter(event["deadline"] for event in events if event["type"] == "calendar_changed")
    for what, times in followed.items():
        if times > 1 + (moved[what[1]] if what[0] == "deadline_warned" else 0):
            yield f"{what} happened {times} times"


def _moved_once(links: list[Link]) -> Iterator[str]:
    """Each change of the calendar moves a case in one step."""
    changes = Counter(link.payload["change"] for link in links if link.event == "calendar_changed")
    yield from (
        f"calendar {change} moved the case {times} times" for change, times in changes.items() if times > 1
    )


def _not_once_outside(ledger: Ledger) -> Iterator[str]:
    yield from (f"done {times} times outside: {key}" for key, times in ledger.effects().items() if times != 1)


def _asked_once(case: int, links: list[Link], ledger: Ledger) -> Iterator[str]:
    """Every call has one key, however often it was tried, and another one only where its question was edited."""
    events = Counter(link.event for link in links)
    answered = Counter(link.element_id for link in links if link.event == "service_answered")
    moved = events["token_moved"]  # each may lead before a call once more
    for operation, calls in (("order", 1 + events["user_task_sent_back"] + moved), ("tell", 1 + moved)):
        keys = [line["key"] for line in ledger.lines("done") if line["operation"] == operation]
        mine = [key for key in keys if key.startswith(f"{case}-")]
        asked = {key.partition("-c")[0] for key in mine}
        most = len(asked) * (1 + events["variables_edited"])
        if len(asked) > calls or not answered[operation] <= len(mine) <= most:
            yield f"{operation}: {mine} done outside, {answered[operation]} answers, {calls} calls"


def _may_be_gone(links: list[Link], element_id: str) -> bool:
    gone = {"user_task_signed", "user_task_returned", "user_task_unclaimed"}
    return any(link.element_id == element_id and link.event in gone | _ENDS_TASK for link in links)
