"""A case that a deed brought to rest: what all parts of the outcome read, and the events that they note."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine import spiff
from engine.deadlines import Follower, Tracked
from engine.state import to_ms

if TYPE_CHECKING:
    from engine.case import Case
    from engine.deed import Deed
    from engine.spiff import Resting


class Rested:
    """The case, the deed, what it waits for now, and what was found on the way.

    broken: what cannot be timed, as (element, code, message) by the number of the token or scope.
    """

    def __init__(self, case: Case, deed: Deed) -> None:
        self.case, self.deed = case, deed
        self.now_ms = to_ms(case.now)
        self.workflow = case.workflow
        self.finished = self.workflow.completed or deed.cancelled
        self.resting = {} if self.finished else spiff.resting(self.workflow)
        if not self.finished and spiff.notice_standstill(self.workflow, self.resting):
            self.resting = spiff.resting(self.workflow)
        self.events: list[dict[str, Any]] = []
        self.broken: dict[int, tuple[str, str, str]] = {}
        self._standing: dict[int, list[Tracked]] | None = None
        self.follower = Follower(
            case.definition,
            case.state.deadlines,
            case.calendar,
            case.now,
            self.evaluate,
            self.events,
            self.broken,
            edition=case.calendars.number,
            calendar_of=case.calendar_of,
        )

    def evaluate(self, text: str, variables: Any, element_id: str) -> Any:
        """Give the value of an expression; an error names the element."""
        return self.workflow.script_engine.value(text, variables, element_id)

    def around(self, item: Resting) -> list[Tracked]:
        """Give the clocks that stand on a token or around it and have not ended, as the step leaves them."""
        if self._standing is None:
            self._standing = {}
            for tracked in self.case.state.deadlines.values():
                if tracked.facts.end is None:
                    self._standing.setdefault(tracked.scope, []).append(tracked)
        if not self._standing or self._standing.keys() == {
            0
        }:  # spares finding out what is around every token
            return self._standing.get(0, [])
        return [tracked for scope in item.scopes for tracked in self._standing.get(scope.number, ())]

    def note(self, event: str, **more: Any) -> None:
        """Note an event for the history."""
        self.events.append({"type": event, **more})
