"""Follows the clocks of a case through a step: which start, pause, resume, are extended, end or run out.

Keeps facts only; what follows from them is computed by `clocks`. Knows the diagram's declarations, not how
anything is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine import clocks
from engine.clocks import DeadlineEnd, DeadlineFacts, DeadlineKind, DeadlineState, Extension, Pause, Unit
from engine.errors import EngineError

if TYPE_CHECKING:
    from engine.calendar import Calendar
    from engine.definitions import DeadlineDeclaration, Definition, Element
    from engine.spiff import Resting, Scope

MAX_ENDED = 20
"""How many ended clocks of each kind a case remembers beside those of scopes that are still open."""

Evaluate = Callable[[str, Mapping[str, Any], str], Any]
"""Gives the value of a FEEL text for variables; the third argument names the element for errors."""


@dataclass(slots=True)
class Tracked:
    """One clock of a case.

    calendar: the number of the calendar's edition that it goes by. pausing: numbers of the resting tokens that hold
    it, with the reason; an empty reason for a token whose pause has reached its cap and holds the clock no longer.
    """

    facts: DeadlineFacts
    scope: int
    calendar: int = 0
    warned: list[str] = field(default_factory=list)
    breached: bool = False
    pausing: dict[int, str] = field(default_factory=dict)

    @property
    def paused(self) -> bool:
        """Say whether it stands still now."""
        return any(self.pausing.values())

    def warn_again(self, moments: Iterable[tuple[str, datetime]], now: datetime) -> None:
        """Let levels of warning call again that lie ahead again. moments: when each is reached, if ever."""
        reached = dict(moments)
        self.warned = [level for level in self.warned if reached.get(level, now) <= now]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A token reached an element; `passed` when it went on in the same step."""

    element_id: str
    scopes: tuple[Scope, ...]
    data: Mapping[str, Any]
    passed: bool


@dataclass(slots=True)
class Follower:
    """What following one step needs; `events` is what it finds, for the history."""

    definition: Definition
    tracked: dict[str, Tracked]
    calendar: Calendar
    now: datetime
    evaluate: Evaluate
    events: list[dict[str, Any]] = field(default_factory=list)
    broken: dict[int, tuple[str, str, str]] = field(default_factory=dict)
    """Clocks whose limit cannot be read, as (element, code, message) by the number of their scope."""
    edition: int = 0
    """The calendar's edition that clocks go by which start now."""
    calendar_of: Callable[[Tracked], Calendar] | None = None
    """Gives the calendar that a clock goes by; without it all go by the present one."""

    def follow(
        self, arrivals: Iterable[Arrival], resting: Mapping[int, Resting], *, finished: bool, cancelled: bool
    ) -> None:
        """Take a whole step into account, in the order in which things happened.

        finished: nothing of the case goes on; cancelled: because somebody called it off.
        """
        passed: set[int] = set()
        for arrival in arrivals:
            if arrival.passed:
                passed.add(arrival.scopes[0].number)
            self._arrive(arrival)
        self._leave_scopes(resting, passed, finished=finished, cancelled=cancelled)
        self._pause_and_resume(resting)
        self._forget_the_oldest(resting)

    def strike(self, key: str) -> DeadlineState | None:
        """Look at one clock at its moment: note the warnings and the breach that are due now."""
        tracked = self.tracked.get(key)
        if tracked is None or tracked.facts.end is not None:
            return None
        declaration = self.definition.deadlines[tracked.facts.id]
        if tracked.paused:
            self._end_capped_pauses(tracked)
        for level, moment in self._warnings(declaration, tracked):
            if moment <= self.now and level not in tracked.warned:
                tracked.warned.append(level)
                self._note("deadline_warned", tracked, level=level)
        state = clocks.state_of(tracked.facts, self._calendar(tracked), self.now)
        if state is DeadlineState.BREACHED and not tracked.breached:
            tracked.breached = True
            self._note("deadline_breached", tracked, escalate_to=declaration.escalate_to)
        return state

    def extend(self, key: str, limit: clocks.Limit, reason: str, ends: Iterable[str] = ()) -> None:
        """Give one clock another limit, and let others hand over to it; the caller has seen that it may be."""
        self._give_time(self.tracked[key], limit, reason)
        for other in ends:
            self._end(self.tracked.get(other), DeadlineEnd.HANDED_OVER)

    def next_moment(self, tracked: Tracked) -> datetime | None:
        """Say when the clock must be looked at again; while it is paused, when the pause reaches its cap."""
        if tracked.facts.end is not None or tracked.breached:
            return None
        if tracked.paused:
            return min((end for _number, end in self._caps(tracked)), default=None)
        due = clocks.due_at(tracked.facts, self._calendar(tracked), self.now).at
        declaration = self.definition.deadlines[tracked.facts.id]
        coming = [
            moment for level, moment in self._warnings(declaration, tracked) if level not in tracked.warned
        ]
        return min([due, *coming])

    def _caps(self, tracked: Tracked) -> list[tuple[int, datetime]]:
        """Give when each pause that holds the clock reaches the cap of its reason."""
        found = []
        for number, reason in tracked.pausing.items():
            catalogued = self.definition.pauses.get(reason)
            if catalogued is not None and catalogued.cap:
                limit = clocks.parse_limit(catalogued.cap)
                since = next(
                    p.started_at for p in tracked.facts.pauses if p.ended_at is None and p.reason == reason
                )
                found.append((number, clocks.end_of_limit(limit, since, self._calendar(tracked)).at))
        return found

    def _end_capped_pauses(self, tracked: Tracked) -> None:
        for number, end in self._caps(tracked):
            if end <= self.now:
                self._resume(tracked, [number], at=end)
                tracked.pausing[number] = ""

    def _warnings(self, declaration: DeadlineDeclaration, tracked: Tracked) -> list[tuple[str, datetime]]:
        levels = clocks.parse_warnings(declaration.warn)
        return clocks.warning_moments(tracked.facts, levels, self._calendar(tracked), self.now)

    def _arrive(self, arrival: Arrival) -> None:
        for scope in arrival.scopes:
            for declaration in self.definition.deadlines.values():
                if declaration.scope in scope.ids and not declaration.starts_on:
                    self._start(declaration, scope.number, arrival)
        for action, deadline_id in self.definition.reacts.get(arrival.element_id, ()):
            declaration = self.definition.deadlines[deadline_id]
            number = next((scope.number for scope in arrival.scopes if declaration.scope in scope.ids), None)
            if number is None:
                continue
            if action == "start":
                self._start(declaration, number, arrival)
            else:
                end = DeadlineEnd.HANDED_OVER if action == "hand_over" else DeadlineEnd.KEPT_OR_BREACHED
                self._end(self.tracked.get(f"{deadline_id}:{number}"), end)
        element = self.definition.elements.get(arrival.element_id)
        if element is not None and arrival.passed:
            self._extend(element, arrival)

    def _start(self, declaration: DeadlineDeclaration, number: int, arrival: Arrival) -> None:
        key = f"{declaration.id}:{number}"
        if key in self.tracked:
            return
        limit = self._limit(declaration.limit, arrival, number, (declaration.scope, declaration.id))
        if limit is None:
            return
        facts = DeadlineFacts(declaration.id, DeadlineKind(declaration.kind), limit, self.now)
        self.tracked[key] = Tracked(facts, number, self.edition)
        due = clocks.due_at(facts, self.calendar, self.now)
        self._note(
            "deadline_started",
            self.tracked[key],
            limit=str(limit),
            due_at=due.at,
            provisional=due.provisional,
            calendar=due.calendar_version,
        )

    def _extend(self, element: Element, arrival: Arrival) -> None:
        numbers = {scope.number for scope in arrival.scopes}
        for extension in element.extensions:
            for tracked in self.tracked.values():
                facts = tracked.facts
                if facts.id != extension.deadline or tracked.scope not in numbers or facts.end is not None:
                    continue
                limit = self._limit(extension.limit, arrival, tracked.scope, (element.id, facts.id))
                if limit is None:
                    continue
                if not facts.extensions or facts.extensions[-1].limit != limit:
                    self._give_time(tracked, limit, extension.reason)

    def _give_time(self, tracked: Tracked, limit: clocks.Limit, reason: str) -> None:
        """Let a clock have another limit from now on. Levels of warning that lie ahead again will call again."""
        calendar, facts = self._calendar(tracked), tracked.facts
        was = clocks.due_at(facts, calendar, self.now)
        tracked.facts = replace(facts, extensions=(*facts.extensions, Extension(self.now, limit, reason)))
        due = clocks.due_at(tracked.facts, calendar, self.now)
        if not tracked.breached:
            tracked.warn_again(self._warnings(self.definition.deadlines[facts.id], tracked), self.now)
        self._note("deadline_extended", tracked, limit=str(limit), reason=reason, was=was.at, due_at=due.at)

    def _leave_scopes(
        self, resting: Mapping[int, Resting], passed: set[int], *, finished: bool, cancelled: bool
    ) -> None:
        alive: set[int] = set()
        if any(tracked.scope != 0 and tracked.facts.end is None for tracked in self.tracked.values()):
            alive = {scope.number for item in resting.values() for scope in item.scopes}
        for tracked in self.tracked.values():
            gone = finished if tracked.scope == 0 else tracked.scope not in alive
            if tracked.facts.end is not None or not gone:
                continue
            declaration = self.definition.deadlines[tracked.facts.id]
            left = (finished and not cancelled) if tracked.scope == 0 else tracked.scope in passed
            completed = left and not declaration.ends_on
            ran_out = (
                clocks.state_of(tracked.facts, self._calendar(tracked), self.now) is DeadlineState.BREACHED
            )
            self._end(
                tracked, DeadlineEnd.KEPT_OR_BREACHED if completed or ran_out else DeadlineEnd.CANCELLED
            )

    def _forget_the_oldest(self, resting: Mapping[int, Resting]) -> None:
        """Forget all but the newest ended clocks of each kind, where nobody can come back to them; rows keep them."""
        ended = [
            key for key, tracked in self.tracked.items() if tracked.scope and tracked.facts.end is not None
        ]
        if len(ended) <= MAX_ENDED:
            return
        alive = {scope.number for item in resting.values() for scope in item.scopes}
        told = {f"{event['deadline']}:{event['scope']}" for event in self.events if "deadline" in event}
        seen: dict[str, int] = {}
        for key in reversed(ended):
            tracked = self.tracked[key]
            seen[tracked.facts.id] = seen.get(tracked.facts.id, 0) + 1
            if seen[tracked.facts.id] > MAX_ENDED and tracked.scope not in alive and key not in told:
                del self.tracked[key]

    def _end(self, tracked: Tracked | None, end: DeadlineEnd) -> None:
        if tracked is None or tracked.facts.end is not None:
            return
        self._resume(tracked, list(tracked.pausing))
        tracked.facts = replace(tracked.facts, ended_at=self.now, end=end)
        state = clocks.state_of(tracked.facts, self._calendar(tracked), self.now)
        told = tracked.breached and state is DeadlineState.BREACHED
        tracked.breached = state is DeadlineState.BREACHED
        self._note("deadline_ended_late" if told else f"deadline_{state.value}", tracked)

    def _pause_and_resume(self, resting: Mapping[int, Resting]) -> None:
        holding = {
            item.number: (element.pause, {scope.number for scope in item.scopes})
            for item in resting.values()
            if (element := self.definition.elements.get(item.element_id)) is not None and element.pause
        }
        for tracked in self.tracked.values():
            if tracked.facts.kind is not DeadlineKind.PROMISED or tracked.facts.end is not None:
                continue
            self._resume(tracked, [number for number in tracked.pausing if number not in holding])
            for number, (reason, scopes) in holding.items():
                if number not in tracked.pausing and tracked.scope in scopes:
                    pause = Pause(self.now, None, reason)
                    tracked.facts = replace(tracked.facts, pauses=(*tracked.facts.pauses, pause))
                    tracked.pausing[number] = reason
                    self._note("deadline_paused", tracked, reason=reason)

    def _resume(self, tracked: Tracked, numbers: Iterable[int], at: datetime | None = None) -> None:
        for number in numbers:
            reason = tracked.pausing.pop(number)
            if not reason:
                continue
            pauses = list(tracked.facts.pauses)
            index = next(
                i for i, pause in enumerate(pauses) if pause.ended_at is None and pause.reason == reason
            )
            pauses[index] = replace(pauses[index], ended_at=at or self.now)
            tracked.facts = replace(tracked.facts, pauses=tuple(pauses))
            due = clocks.due_at(tracked.facts, self._calendar(tracked), self.now)
            more = {} if at is None else {"at": at}
            self._note("deadline_resumed", tracked, reason=reason, due_at=due.at, **more)

    def _limit(
        self, declared: str, arrival: Arrival, scope: int, place: tuple[str, str]
    ) -> clocks.Limit | None:
        """Give a declared limit; one that cannot be read is noted as broken, and the work goes on without it.

        place: the element that declares it and the clock.
        """
        element_id, deadline_id = place
        text = declared
        try:
            if declared.startswith("="):
                text = str(self.evaluate(declared[1:].strip(), arrival.data, element_id))
            limit = clocks.parse_limit(text)
        except EngineError:
            message = f"Expected the limit {declared!r} of the clock {deadline_id!r} to be such as 12 WD, but it is not"
            self.broken[scope] = (element_id, "limit_broken", message)
            return None
        if self.definition.deadlines[deadline_id].kind == DeadlineKind.PROMISED and limit.unit is Unit.HOUR:
            message = f"Expected the promised clock {deadline_id!r} to have a limit in days, but got {limit}"
            self.broken[scope] = (element_id, "limit_broken", message)
            return None
        return limit

    def _calendar(self, tracked: Tracked) -> Calendar:
        return self.calendar if self.calendar_of is None else self.calendar_of(tracked)

    def _note(self, event: str, tracked: Tracked, **more: Any) -> None:
        self.events.append({"type": event, "deadline": tracked.facts.id, "scope": tracked.scope, **more})
