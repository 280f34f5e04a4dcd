"""Plays all moves of a scope's tokens, with no variables: every condition may hold, every event may happen.

What it finds is a position from which nothing goes on, and two tokens in one place. It looks at no more than
MAX_MARKINGS positions, and says so when that was not enough.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from .graph import ALL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .net import Net

MAX_MARKINGS = 4_000

Marking: TypeAlias = frozenset[str]
"""The places at which tokens are."""
Step: TypeAlias = tuple[str, tuple[str, ...]]
"""From which place, by which flows or events."""
_END: Marking = frozenset()


@dataclass(frozen=True, slots=True)
class Stuck:
    """A position from which nothing goes on, and a way there.

    certain: every way leads to such a position, or every way on from one choice that can be made.
    """

    marking: Marking
    way: list[Step]
    certain: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found. doubled: places at which two tokens can be at once, each with a way there.

    decided: whether every position was seen.
    """

    stuck: list[Stuck]
    doubled: dict[str, list[Step]]
    decided: bool


@dataclass(frozen=True, slots=True)
class _Turn:
    """One move. after: None where two tokens would be in one place, which is `twice`.

    chosen: whether it can be made in some case, whatever the other conditions are.
    """

    step: Step
    after: Marking | None
    twice: str = ""
    chosen: bool = True


class Game:
    """The positions of one net."""

    def __init__(self, net: Net) -> None:
        self._net = net
        self._ahead: dict[str, set[str]] = {}
        self._came: dict[Marking, tuple[Marking, Step] | None] = {}
        self._turns: dict[Marking, list[_Turn]] = {}
        self._decided = True

    def play(self) -> Outcome:
        """Look at every position."""
        begin: Marking = frozenset({self._net.start} - {""})
        self._came[begin] = None
        waiting = deque([begin])
        doubled: dict[str, list[Step]] = {}
        while waiting:
            marking = waiting.popleft()
            self._turns[marking] = list(self._next(marking))
            for turn in self._turns[marking]:
                if turn.after is None:
                    doubled.setdefault(turn.twice, [*self._way(marking), turn.step])
                elif turn.after not in self._came:
                    if len(self._came) >= MAX_MARKINGS:
                        self._decided = False
                        continue
                    self._came[turn.after] = (marking, turn.step)
                    waiting.append(turn.after)
        return Outcome(self._stuck(begin), doubled, self._decided)

    def _next(self, marking: Marking) -> Iterator[_Turn]:
        for place in marking:
            for move in self._net.moves.get(place, ()):
                step = (place, move.label)
                if move.kills:
                    yield _Turn(step, _END)
                else:
                    yield self._put(step, marking - {place}, move.targets, chosen=not move.open)
        for join, places in self._net.joins.items():
            here = marking.intersection(places.values())
            if here and self._goes_on(join, here, marking):
                after = self._net.place(join)
                yield self._put((join, ()), marking - here, [after] if after else [])

    def _put(self, step: Step, rest: Marking, targets: Iterable[str], *, chosen: bool = True) -> _Turn:
        after = set(rest)
        for target in targets:
            if target in after:
                return _Turn(step, None, target, chosen=chosen)
            after.add(target)
        return _Turn(step, frozenset(after), chosen=chosen)

    def _goes_on(self, join: str, here: Marking, marking: Marking) -> bool:
        """Say whether a join with tokens here goes on, as the engine decides it."""
        places = self._net.joins[join]
        if self._net.graph.nodes[join].join == ALL:
            return len(here) == len(places)
        filled = {way for way, place in places.items() if place in here}
        empty = places.keys() - filled
        for place in marking - here:
            ahead = self._ways_ahead(place, join)
            if ahead & empty and not ahead & filled:
                return False
        return True

    def _ways_ahead(self, place: str, join: str) -> set[str]:
        """Give the ways into a join that a token at a place can reach, not passing the join."""
        key = f"{place}>{join}"
        if key not in self._ahead:
            reached = self._net.graph.reachable([place.partition("<")[0]], without=[join])
            self._ahead[key] = {way.id for way in self._net.graph.nodes[join].into if way.source in reached}
        return self._ahead[key]

    def _stuck(self, begin: Marking) -> list[Stuck]:
        dead = [marking for marking, turns in self._turns.items() if marking and not turns]
        if not dead:
            return []
        ending = self._ending()
        fatal = self._fatal(ending) if begin in ending else {begin}
        lost = self._followers(fatal)
        return [Stuck(marking, self._way(marking), marking in lost) for marking in dead]

    def _ending(self) -> set[Marking]:
        """Give the positions from which the end can be reached, and those of which that is not known."""
        before: dict[Marking, list[Marking]] = {}
        found = {_END}
        for marking, turns in self._turns.items():
            for turn in turns:
                if turn.after is None or turn.after not in self._came:
                    found.add(marking)
                else:
                    before.setdefault(turn.after, []).append(marking)
        waiting = list(found)
        while waiting:
            for marking in before.get(waiting.pop(), ()):
                if marking not in found:
                    found.add(marking)
                    waiting.append(marking)
        return found

    def _fatal(self, ending: set[Marking]) -> set[Marking]:
        """Give the positions behind choices after which no end can be reached, whatever else was chosen before."""
        taken: dict[Step, list[tuple[Marking, Marking | None]]] = {}
        for marking, turns in self._turns.items():
            for turn in turns:
                if turn.chosen:
                    taken.setdefault(turn.step, []).append((marking, turn.after))
        found: set[Marking] = set()
        for turned in taken.values():
            if all(after is not None and after in self._came and after not in ending for _, after in turned):
                found.update(after for _, after in turned if after is not None)
        return found

    def _followers(self, begin: Iterable[Marking]) -> set[Marking]:
        found = set(begin)
        waiting = list(found)
        while waiting:
            for turn in self._turns.get(waiting.pop(), ()):
                if turn.after is not None and turn.after not in found:
                    found.add(turn.after)
                    waiting.append(turn.after)
        return found

    def _way(self, marking: Marking) -> list[Step]:
        """Give the steps by which a position was first reached."""
        steps = []
        came = self._came[marking]
        while came is not None:
            steps.append(came[1])
            came = self._came[came[0]]
        return steps[::-1]
