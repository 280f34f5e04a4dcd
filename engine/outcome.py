"""From a workflow that came to rest to the rows that a step writes: tasks, clocks, jobs, letters, history."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from engine import awaiting, clocks, codec, correlation, spiff, task_changes
from engine.clocks import DeadlineState
from engine.deadlines import Arrival
from engine.deed import Deed
from engine.history import Link, make_link
from engine.notifying import job_of, notices_of
from engine.rested import Rested
from engine.state import sealing_place, to_ms
from engine.store.rows import BREACH, AlertRow, DeadlineRow, DeliveryRow, IncidentRow, Saved

if TYPE_CHECKING:
    from engine.case import Case

_ALERTING = {"deadline_warned", "deadline_breached"}


def work_out(case: Case, deed: Deed) -> Saved:
    """Give everything that the step writes. Changes the case's state in memory and nothing else."""
    return _Outcome(case, deed).saved()


class _Outcome(Rested):
    def saved(self) -> Saved:
        """Work everything out, in the order in which it depends on each other."""
        case, deed = self.case, self.deed
        self._follow_clocks()
        closed = list(task_changes.changed_tasks(self))
        opened = list(task_changes.opened_tasks(self))
        jobs_added, jobs_removed = awaiting.changed_jobs(self)
        messages = correlation.messages_of(self)
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
        case.after = frozenset(self.resting)
        spiff.forget_finished(self.workflow)
        content = codec.dump(self.workflow, case.state.pack(), goes_on=case.runtime.live is not None)
        return Saved(
            instance=case.row,
            state=state,
            outcome=outcome,
            ended_at=self.now_ms if self.finished else None,
            sealed_state=case.runtime.sealer.seal(content, sealing_place(case.row.id)),
            history=history,
            opened=opened,
            changed=closed,
            jobs_added=jobs_added + messages.jobs_added,
            jobs_removed=jobs_removed + messages.jobs_removed,
            kept_added=messages.kept_added,
            kept_ended=messages.kept_ended,
            waits_added=messages.waits_added,
            waits_removed=messages.waits_removed,
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
        if not self.case.definition.deadlines and not self.case.state.deadlines:
            return
        self.case.turn_over_clocks()
        self.events.extend(self.case.turned)
        for key in self.deed.strikes:
            self.follower.strike(key)
        if self.deed.extends is not None:
            given = self.deed.extends
            self.follower.extend(given.key, given.limit, given.reason, given.ends)
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

    def _change_incidents(self) -> tuple[list[IncidentRow], list[int]]:
        """Raise an incident for what could not be carried out; resolve those that are over."""
        known = self.case.state.incidents
        stuck = {} if self.finished else self.workflow.stuck
        broken = {} if self.finished else self.broken
        raised: list[IncidentRow] = []
        resolved: list[int] = []
        for number in self.deed.renewed:
            resolved.append(known.pop(number))
            self.note("incident_resolved", incident=resolved[-1])
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
                self.note("incident_resolved", incident=resolved[-1])
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
        self.note("incident_raised", incident=incident_id, element=element_id, code=code, message=message)
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
        self.note("case_completed", outcome=state.outcome)
        return "completed", state.outcome

    def _issue_letters(self) -> None:
        for passed in self.workflow.trace:
            element = self.case.definition.elements.get(passed.element_id)
            if passed.counted and element is not None and element.letter is not None:
                self.note("letter_issued", letter=element.letter, element=element.id, data=passed.data)
        tells = self.deed.tells
        if tells is not None and tells.letter is not None:
            self.note("letter_issued", letter=tells.letter, element=tells.element_id, data=dict(tells.data))

    def _write_notices(self) -> Iterator[DeliveryRow]:
        for element_id, notice, rows in notices_of(self.case, self.deed, self.workflow.trace):
            deliveries = [row.id for row in rows]
            self.note("notice_written", notice=notice, element=element_id, deliveries=deliveries)
            yield from rows

    def _deadline_rows(self) -> Iterator[DeadlineRow]:
        now = self.case.now
        touched = {f"{event['deadline']}:{event['scope']}" for event in self.events if "deadline" in event}
        for key in touched | set(self.deed.clocks):
            tracked = self.case.state.deadlines[key]
            facts, calendar = tracked.facts, self.case.calendar_of(tracked)
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
            due = clocks.due_at(tracked.facts, self.case.calendar_of(tracked), self.case.now)
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


def _drawn(element_id: str) -> str:
    """Give the element that a designer drew for one that the mend added."""
    return element_id.split("__", 1)[0]
