"""From a workflow that came to rest to the rows that a step writes: tasks, clocks, jobs, letters, history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine import clocks, codec, spiff
from engine.clocks import DeadlineState
from engine.deadlines import Arrival, Follower, enclosing
from engine.errors import EngineError
from engine.history import Link, make_link
from engine.notifying import job_of, notices_of
from engine.people import SYSTEM, Actor, office_of_group
from engine.state import from_ms, sealing_place, to_ms
from engine.store.rows import (
    AlertRow,
    DeadlineRow,
    DeliveryRow,
    IncidentRow,
    JobRow,
    ReasonRow,
    Saved,
    TaskChange,
    UserTaskRow,
)
from engine.store.schema import FAR_FUTURE_MS
from engine.timers import beat_after, moment_of

if TYPE_CHECKING:
    from datetime import datetime

    from engine.case import Case

DEFAULT_PRIORITY = 50
BREACH = "breach"
"""The level of an alert about a clock that was missed."""
_ALERTING = {"deadline_warned", "deadline_breached"}


@dataclass(frozen=True, slots=True)
class Deed:
    """What a step did, in the past participle; everything else follows from it.

    task: the user task that it completed. strikes: keys of deadlines whose moment has come. assignees: who
    holds a task after it, priorities: how urgent somebody says that it is, both by user task id. retries: numbers of tokens whose incident was taken up again.
    """

    event: str
    actor: Actor = SYSTEM
    element_id: str | None = None
    payload: dict[str, Any] = field(default_factory=dict)
    task: UserTaskRow | None = None
    strikes: tuple[str, ...] = ()
    assignees: dict[int, int | None] = field(default_factory=dict)
    priorities: dict[int, int] = field(default_factory=dict)
    note: str | None = None
    """What whoever gets a task by it should know."""
    on_behalf: int | None = None
    """The absent colleague for whom the actor does it."""
    failures: tuple[tuple[int, str, str, int], ...] = ()
    """Outside calls given up, as (task number, code, message, tries)."""
    retries: tuple[int, ...] = ()
    renewed: tuple[int, ...] = ()
    """Of the retries, those that failed for another reason than before."""
    cancelled: bool = False
    inbound: tuple[str, str] | None = None
    """Source and number of the message from outside that it took in."""
    asked: ReasonRow | None = None
    """The question that it asks of whoever has a task."""
    answers: int | None = None
    """The id of the question that its reason answers."""


def work_out(case: Case, deed: Deed) -> Saved:
    """Give everything that the step writes. Changes the case's state in memory and nothing else."""
    return _Outcome(case, deed).saved()


class _Outcome:
    def __init__(self, case: Case, deed: Deed) -> None:
        self.case, self.deed = case, deed
        self.now_ms = to_ms(case.now)
        self.workflow = case.workflow
        self.finished = self.workflow.completed or deed.cancelled
        self.resting = {} if self.finished else spiff.resting(self.workflow)
        self.events: list[dict[str, Any]] = []
        self.broken: dict[int, tuple[str, str, str]] = {}
        """What cannot be timed, as (element, code, message) by the number of the token or scope."""
        self.follower = Follower(
            case.definition,
            case.state.deadlines,
            case.calendar,
            case.now,
            self._evaluate,
            self.events,
            self.broken,
        )

    def saved(self) -> Saved:
        """Work everything out, in the order in which it depends on each other."""
        case, deed = self.case, self.deed
        self._follow_clocks()
        closed = list(self._close_tasks())
        opened = list(self._open_tasks())
        jobs_added, jobs_removed = self._change_jobs()
        raised, resolved = self._change_incidents()
        state, outcome = self._end()
        self._issue_letters()
        deliveries = list(self._write_notices())
        jobs_added += [job_of(row, self.now_ms) for row in deliveries if row.state == "waiting"]
        raised += [self._undeliverable(row) for row in deliveries if row.state == "failed"]
        link = Link(0, self.now_ms, deed.event, deed.actor.person_id, deed.element_id, self._payload())
        history = make_link(
            case.runtime.sealer, case.row.id, (case.row.history_seq, case.row.history_head), link
        )
        content = codec.dump(self.workflow, case.state.pack())
        return Saved(
            instance=case.row,
            state=state,
            outcome=outcome,
            ended_at=self.now_ms if self.finished else None,
            sealed_state=case.runtime.sealer.seal(content, sealing_place(case.row.id)),
            history=history,
            opened=opened,
            changed=closed,
            jobs_added=jobs_added,
            jobs_removed=jobs_removed,
            deadlines=list(self._deadline_rows()),
            alerts=list(self._alerts()),
            incidents_raised=raised,
            incidents_resolved=resolved,
            resolved_by=deed.actor.person_id,
            deliveries_added=deliveries,
            inbound=deed.inbound,
            reasons_asked=[deed.asked] if deed.asked is not None else [],
            reasons_given=[deed.answers] if deed.answers is not None else [],
        )

    def _follow_clocks(self) -> None:
        for key in self.deed.strikes:
            self.follower.strike(key)
        arrivals = [*self._passed(), *self._newly_resting()]
        self.follower.follow(arrivals, self.resting, finished=self.finished, cancelled=self.deed.cancelled)

    def _passed(self) -> Iterator[Arrival]:
        for passed in self.workflow.trace:
            scopes = spiff.scopes_of(self.workflow, passed.task)
            yield Arrival(passed.element_id, scopes, passed.data, passed=True)

    def _newly_resting(self) -> Iterator[Arrival]:
        for number, item in self.resting.items():
            if number not in self.case.before and item.kind != "listener":
                yield Arrival(item.element_id, item.scopes, item.data, passed=False)

    def _close_tasks(self) -> Iterator[TaskChange]:
        """Give the tasks that the step completed, cancelled, moved in time or handed to somebody else."""
        state = self.case.state
        still_open = {
            state.tasks.get(number): item for number, item in self.resting.items() if item.kind == "user_task"
        }
        for row in self.case.tasks.values():
            if row.id in still_open:
                change = self._changed(row, still_open[row.id])
                if _standing(change) != _standing(row):
                    yield change
                continue
            state.tasks.pop(row.number, None)
            for memory in (state.signed, state.handed, state.acting):
                memory.pop(row.number, None)
            completed = self.deed.task is not None and self.deed.task.id == row.id
            if completed:
                doers = [self.deed.actor.person_id, self.deed.on_behalf]
                state.doers.setdefault(row.element_id, []).extend(one for one in doers if one is not None)
            self._note(
                "user_task_completed" if completed else "user_task_cancelled",
                task=row.id,
                element=row.element_id,
            )
            by = self.deed.actor.person_id if completed else None
            ended = "completed" if completed else "cancelled"
            yield TaskChange(row, ended, *_standing(row), completed_at=self.now_ms, completed_by=by)

    def _changed(self, row: UserTaskRow, item: spiff.Resting) -> TaskChange:
        """Give an open task as it is after the step."""
        at_risk, paused = self._standing_of(item)
        return TaskChange(
            row,
            "open",
            self.deed.assignees.get(row.id, row.assignee),
            self.deed.priorities.get(row.id, row.priority),
            self._due_of(item),
            at_risk,
            paused,
            self._handed_by(row),
        )

    def _handed_by(self, row: UserTaskRow) -> int | None:
        """Give who handed an open task to its holder, keeping the note; a new holder begins afresh."""
        state, deed = self.case.state, self.deed
        assignee = deed.assignees.get(row.id, row.assignee)
        if assignee == row.assignee:
            return row.handed_by
        state.handed.pop(row.number, None)
        state.acting.pop(row.number, None)
        if assignee is None:
            return None
        if deed.on_behalf is not None and assignee == deed.actor.person_id:
            state.acting[row.number] = deed.on_behalf
        if deed.note is None:
            return None
        state.handed[row.number] = {"by": deed.actor.person_id, "at": self.now_ms, "note": deed.note}
        return deed.actor.person_id

    def _open_tasks(self) -> Iterator[UserTaskRow]:
        case = self.case
        for number, item in self.resting.items():
            if item.kind != "user_task" or number in case.state.tasks:
                continue
            group = case.definition.elements[item.element_id].group
            assert group is not None  # the gate refuses a user task without one
            at_risk, paused = self._standing_of(item)
            row = UserTaskRow(
                id=case.runtime.ids.next(),
                process_instance_id=case.row.id,
                service_key=case.row.service_key,
                number=number,
                element_id=item.element_id,
                state="open",
                candidate_group=group,
                office_id=office_of_group(
                    case.runtime.groups, case.runtime.offices, group, case.row.office_id
                ),
                assignee=None,
                priority=DEFAULT_PRIORITY,
                due_at=self._due_of(item),
                at_risk=at_risk,
                paused=paused,
                created_at=self.now_ms,
            )
            case.state.tasks[number] = row.id
            self._note("user_task_created", task=row.id, element=item.element_id, group=group)
            yield row

    def _due_of(self, item: spiff.Resting) -> int:
        """Give when a task must be done: the earliest of its own clock and those that run around it."""
        calendar, now = self.case.calendar, self.case.now
        running = enclosing(self.case.state.deadlines, item.scopes)
        moments = [clocks.due_at(tracked.facts, calendar, now).at for tracked in running]
        element = self.case.definition.elements[item.element_id]
        for tracked in running:
            if tracked.facts.id == element.latest_for and element.leaving:
                due = clocks.due_at(tracked.facts, calendar, now)
                latest = clocks.latest_start(due, clocks.parse_limits(element.leaving), calendar)
                moments.append(calendar.close_of_business(latest))
        return to_ms(min(moments)) if moments else FAR_FUTURE_MS

    def _standing_of(self, item: spiff.Resting) -> tuple[int, int]:
        """Say whether a clock around a task has warned, and whether one stands still."""
        numbers = {scope.number for scope in item.scopes}
        around = [
            tracked
            for tracked in self.case.state.deadlines.values()
            if tracked.scope in numbers and tracked.facts.end is None
        ]
        warned = any((tracked.warned or tracked.breached) and not tracked.paused for tracked in around)
        return int(warned), int(any(tracked.paused for tracked in around))

    def _change_jobs(self) -> tuple[list[JobRow], list[int]]:
        """Compare the moments that the case waits for with those that are stored."""
        known = self.case.state.jobs
        wanted = dict(self._wanted_jobs())
        added = []
        over = [key for key, (_job, due) in known.items() if wanted.get(key) != due]
        removed = [known.pop(key)[0] for key in over]
        for key, due in wanted.items():
            if key not in known:
                kind, _, target = key.partition(":")
                job = JobRow(self.case.runtime.ids.next(), self.case.row.id, kind, target, due)
                known[key] = (job.id, due)
                added.append(job)
        return added, removed

    def _wanted_jobs(self) -> Iterator[tuple[str, int]]:
        known, given_up = self.case.state.jobs, self.case.state.incidents
        for number, item in self.resting.items():
            if item.kind == "call":
                failed = any(failure[0] == number for failure in self.deed.failures)
                if not failed and (number not in given_up or number in self.deed.retries):
                    key = f"call:{number}"
                    yield key, known[key][1] if key in known else self.now_ms
            for event in item.waits:
                if isinstance(event, spiff.ClockEvent):
                    key = f"clock:{number}:{event.element_id}"
                    due = known[key][1] if key in known else self._first_strike(event, item)
                    if due is not None:
                        yield key, due
        for key, tracked in self.case.state.deadlines.items():
            moment = None if self.finished else self.follower.next_moment(tracked)
            if moment is not None:
                yield f"deadline:{key}", to_ms(moment)

    def _first_strike(self, event: spiff.ClockEvent, item: spiff.Resting) -> int | None:
        """Give when a timer strikes that is waited for since this step; None for one that never does so by itself."""
        if event.kind == "deadline":  # its clock strikes it, unless that has happened before anybody waited
            return self.now_ms if self._is_past(event, item) else None
        if item.number in self.case.state.incidents and item.number not in self.deed.retries:
            return None
        try:
            return to_ms(self._moment(event, item))
        except EngineError as exc:
            message = f"Expected the timer {event.text!r} to be a duration or a date, but it is none"
            self.broken[item.number] = (event.element_id, exc.code, message)
            return None

    def _is_past(self, event: spiff.ClockEvent, item: spiff.Resting) -> bool:
        numbers = {scope.number for scope in item.scopes}
        return any(
            tracked.breached or (event.at == "warning" and tracked.warned)
            for tracked in self.case.state.deadlines.values()
            if tracked.facts.id == event.text and tracked.scope in numbers
        )

    def _moment(self, event: spiff.ClockEvent, item: spiff.Resting) -> datetime:
        """Give a timer's next strike; a cycle keeps its beat, and beats that were missed are left out."""
        evaluate = lambda text: self._evaluate(text, item.data, event.element_id)  # noqa: E731 - binds the context
        calendar, now = self.case.calendar, self.case.now
        if event.kind == "cycle" and (self.deed.event, self.deed.element_id) == (
            "timer_fired",
            event.element_id,
        ):
            beat = max(
                due for key, (_, due) in self.case.state.jobs.items() if key.endswith(f":{event.element_id}")
            )
            return beat_after(event.text, from_ms(beat), now, calendar, evaluate)
        return moment_of(event.text, now, calendar, evaluate)

    def _change_incidents(self) -> tuple[list[IncidentRow], list[int]]:
        """Raise an incident for what could not be carried out; resolve those that are over."""
        known = self.case.state.incidents
        stuck = {} if self.finished else self.workflow.stuck
        broken = {} if self.finished else self.broken
        raised: list[IncidentRow] = []
        resolved: list[int] = []
        for number in self.deed.renewed:
            resolved.append(known.pop(number))
            self._note("incident_resolved", incident=resolved[-1])
        for number, error in stuck.items():
            if number not in known:
                raised.append(self._incident(number, error.element_id or "", error.code, error.message))
        for number, (element_id, code, message) in broken.items():
            if number not in known:
                raised.append(self._incident(number, element_id, code, message))
        for number, code, message, tries in self.deed.failures:
            if number in self.resting and number not in known:
                raised.append(self._incident(number, self.resting[number].element_id, code, message, tries))
        fresh = {row.number for row in raised}
        for number in list(known):
            rests = number in self.resting or (number == 0 and not self.finished)
            waits = (rests and number not in self.deed.retries) or number in broken
            if number not in stuck and not waits and number not in fresh:
                resolved.append(known.pop(number))
                self._note("incident_resolved", incident=resolved[-1])
        return raised, resolved

    def _incident(
        self, number: int, element_id: str, code: str, message: str, attempts: int = 0
    ) -> IncidentRow:
        row = self._raised(number, element_id, code, message, attempts)
        self.case.state.incidents[number] = row.id
        return row

    def _undeliverable(self, row: DeliveryRow) -> IncidentRow:
        """Raise an incident of a notice; the state does not know it, because it may outlive the case."""
        return self._raised(-row.number, row.element_id, row.code or "", row.message or "", 0)

    def _raised(self, number: int, element_id: str, code: str, message: str, attempts: int) -> IncidentRow:
        incident_id = self.case.runtime.ids.next()
        self._note("incident_raised", incident=incident_id, element=element_id, code=code, message=message)
        return IncidentRow(incident_id, number, element_id, code, message, self.now_ms, attempts)

    def _end(self) -> tuple[str, str | None]:
        state = self.case.state
        for passed in self.workflow.trace:
            if passed.element_id in self.case.definition.outcomes:
                state.outcome = passed.element_id
        if self.deed.cancelled:
            return "cancelled", None
        if not self.finished:
            return "active", None
        self._note("case_completed", outcome=state.outcome)
        return "completed", state.outcome

    def _issue_letters(self) -> None:
        for passed in self.workflow.trace:
            element = self.case.definition.elements.get(passed.element_id)
            if passed.counted and element is not None and element.letter is not None:
                self._note("letter_issued", letter=element.letter, element=element.id, data=passed.data)

    def _write_notices(self) -> Iterator[DeliveryRow]:
        for element_id, notice, rows in notices_of(self.case, self.deed.actor, self.workflow.trace):
            deliveries = [row.id for row in rows]
            self._note("notice_written", notice=notice, element=element_id, deliveries=deliveries)
            yield from rows

    def _deadline_rows(self) -> Iterator[DeadlineRow]:
        calendar, now = self.case.calendar, self.case.now
        touched = {f"{event['deadline']}:{event['scope']}" for event in self.events if "deadline" in event}
        for key in touched:
            facts = self.case.state.deadlines[key].facts
            due = clocks.due_at(facts, calendar, now)
            paused = any(pause.ended_at is None for pause in facts.pauses)
            yield DeadlineRow(
                key=key,
                deadline_id=facts.id,
                kind=facts.kind.value,
                state=DeadlineState.PAUSED.value if paused else clocks.state_of(facts, calendar, now).value,
                office_id=self.case.row.office_id,
                service_key=self.case.row.service_key,
                started_at=to_ms(facts.started_at),
                due_at=to_ms(due.at),
                provisional=int(due.provisional),
                ended_at=None if facts.ended_at is None else to_ms(facts.ended_at),
                calendar_version=due.calendar_version,
            )

    def _alerts(self) -> Iterator[AlertRow]:
        """Give an alert for each clock that warned or was missed in the step."""
        for event in self.events:
            if event["type"] not in _ALERTING:
                continue
            key = f"{event['deadline']}:{event['scope']}"
            tracked = self.case.state.deadlines[key]
            due = clocks.due_at(tracked.facts, self.case.calendar, self.case.now)
            yield AlertRow(
                id=self.case.runtime.ids.next(),
                process_instance_id=self.case.row.id,
                deadline_key=key,
                deadline_id=event["deadline"],
                level=event.get("level", BREACH),
                service_key=self.case.row.service_key,
                office_id=self.case.row.office_id,
                due_at=to_ms(due.at),
                at=self.now_ms,
            )

    def _payload(self) -> dict[str, Any]:
        payload = dict(self.deed.payload)
        if self.deed.on_behalf is not None:
            payload["for"] = self.deed.on_behalf
        drawn = [
            [passed.element_id, *map(_drawn, passed.sources)]
            for passed in self.workflow.trace
            if passed.counted and "__" not in passed.element_id
        ]
        if drawn:
            payload["passed"] = drawn
        if self.workflow.rules_hit:
            payload["rules"] = self.workflow.rules_hit
        if self.events:
            payload["events"] = self.events
        return payload

    def _evaluate(self, text: str, variables: Any, element_id: str) -> Any:
        return self.workflow.script_engine.value(text, variables, element_id)

    def _note(self, event: str, **more: Any) -> None:
        self.events.append({"type": event, **more})


def _standing(task: UserTaskRow | TaskChange) -> tuple[int | None, int, int, int, int, int | None]:
    """Give what of an open task may change: who holds it, how urgent it is, when it is due, who handed it on."""
    return task.assignee, task.priority, task.due_at, task.at_risk, task.paused, task.handed_by


def _drawn(element_id: str) -> str:
    """Give the element that a designer drew for one that the mend added."""
    return element_id.split("__", 1)[0]
