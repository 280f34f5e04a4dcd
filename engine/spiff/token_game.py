"""Can the tokens of a process stand like this? Plays the diagram's own moves, in no time and with no variables.

Knows which ways a diagram opens, not which of them a case would take: every condition may hold or not, every
event may happen or not. Refuses to look at more than MAX_MARKINGS positions.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain, combinations
from typing import TYPE_CHECKING, Any, TypeAlias

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin, BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.event_definitions.simple import TerminateEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent as BoundaryEventMixin

from .joins import EndOfScope, InclusiveJoin, ParallelGateway, reachable

if TYPE_CHECKING:
    from SpiffWorkflow.specs.base import TaskSpec

Place: TypeAlias = tuple[str, str]
"""An element with "" for a token at it, or a join with the element from which a token waits there."""
Marking: TypeAlias = frozenset[Place]

MAX_MARKINGS = 20_000
MAX_SPLIT = 6
"""Of an inclusive gateway with more ways out, only one way and all ways at once are tried."""


def place_of(spec: TaskSpec, source: str = "") -> Place:
    """Give the place of a token that is at an element, or that waits at a join and came from `source`."""
    return (spec.name, source)


def joins_tokens(spec: TaskSpec) -> bool:
    """Say whether tokens wait for each other at an element."""
    joins = isinstance(spec, ParallelGateway | InclusiveJoin)
    return joins and len(spec.inputs) > 1


@lru_cache(maxsize=20_000)
def can_stand(process: Any, tokens: Marking) -> bool | None:
    """Say whether some way through a process leads to exactly these tokens; None when that is too much to find out.

    Tokens that have reached an end do not count.
    """
    return _Game(process, tokens).search()


class _Game:
    def __init__(self, process: Any, goal: Marking) -> None:
        self._specs = process.task_specs
        self._start = process.start
        self._goal = goal
        self._ahead: dict[str, set[str]] = {}
        self._needed: dict[str, set[str]] = {}

    def search(self) -> bool | None:
        begin: Marking = frozenset({place_of(self._start)})
        seen = {begin}
        waiting: list[tuple[int, int, Marking]] = [(0, 0, begin)]
        while waiting:
            marking = heapq.heappop(waiting)[2]
            if marking == self._goal:
                return True
            for after in self._moves(marking):
                if after not in seen:
                    if len(seen) >= MAX_MARKINGS:
                        return None
                    seen.add(after)
                    heapq.heappush(waiting, (len(after ^ self._goal), len(seen), after))
        return False

    def _moves(self, marking: Marking) -> Iterator[Marking]:
        for place in marking:
            name, source = place
            if source:
                yield from self._join(name, marking)
            elif isinstance(getattr(self._specs[name], "event_definition", None), TerminateEventDefinition):
                yield frozenset()  # whatever else there was
            else:
                rest = marking - {place}
                for targets in self._ways(name):
                    yield from self._put(rest, name, targets)
                yield from self._boundaries(name, marking)

    def _ways(self, name: str) -> Iterator[Iterable[TaskSpec]]:
        """Give each set of elements to which a token at an element may go on."""
        spec = self._specs[name]
        if isinstance(spec, BoundaryEventSplit):
            yield [self._watched(spec)]
            return
        out = [one for one in spec.outputs if not isinstance(one, BoundaryEventJoin)]
        if isinstance(spec, defaults.InclusiveGateway) and len(out) > 1:
            sizes = range(1, len(out) + 1) if len(out) <= MAX_SPLIT else (1, len(out))
            yield from chain.from_iterable(combinations(out, size) for size in sizes)
        elif isinstance(spec, defaults.ExclusiveGateway | defaults.EventBasedGateway):
            yield from ([one] for one in out)
        else:
            yield out

    def _boundaries(self, name: str, marking: Marking) -> Iterator[Marking]:
        """Let an event on the border of an activity happen."""
        split = self._specs.get(f"{name}.BoundaryEventSplit")
        if split is None:
            return
        for one in split.outputs:
            if isinstance(one, BoundaryEventMixin):
                rest = marking - {place_of(self._specs[name])} if one.cancel_activity else marking
                yield from self._put(rest, split.name, [one])

    def _watched(self, split: TaskSpec) -> TaskSpec:
        return next(one for one in split.outputs if not isinstance(one, BoundaryEventMixin))

    def _join(self, name: str, marking: Marking) -> Iterator[Marking]:
        spec = self._specs[name]
        here = {place for place in marking if place[0] == name and place[1]}
        if isinstance(spec, ParallelGateway):
            needed = self._inputs_needed(spec)
            taken = {place for place in here if place[1] in needed}
            if needed <= {source for _name, source in taken}:
                yield (marking - taken) | {place_of(spec)}
            for place in here - taken:  # it came round a loop from here
                yield (marking - {place}) | {place_of(spec)}
        elif not any(self._may_still_come(spec, place, here) for place in marking - here):
            yield (marking - here) | {place_of(spec)}

    def _inputs_needed(self, join: Any) -> set[str]:
        """Give the inputs of a parallel join that can be reached without passing it before."""
        if join.name not in self._needed:
            reached = reachable([self._start], without=join)
            self._needed[join.name] = {one.name for one in join.inputs if one.name in reached}
        return self._needed[join.name]

    def _may_still_come(self, spec: Any, place: Place, here: set[Place]) -> bool:
        filled = {source for _name, source in here}
        empty = {one.name for one in spec.inputs} - filled
        key = f"{spec.name} {place[0]}"
        if key not in self._ahead:
            self._ahead[key] = reachable([self._specs[place[0]]], without=spec)
        ahead = self._ahead[key]
        return bool(ahead & empty) and not ahead & filled

    def _put(self, rest: Marking, source: str, targets: Iterable[TaskSpec]) -> Iterator[Marking]:
        """Give the position with new tokens; none where two would stand in one place."""
        after = set(rest)
        for target in targets:
            if isinstance(target, EndOfScope):
                continue
            place = place_of(target, source if joins_tokens(target) else "")
            if place in after:
                return
            after.add(place)
        yield frozenset(after)
