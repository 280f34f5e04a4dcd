"""Searches for stories that pass what none passes: changes one that comes near, plays it, keeps what came of it."""

from __future__ import annotations

import itertools
import random
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from engine.calendar import Calendar
from engine.definitions.declarations import read_yaml
from engine.errors import EngineError
from engine.sentences import Sentence

from ..coverage import Coverage
from ..edges import SPANS, edges_of_service
from .changes import Changes
from .filling import Values
from .model import Model
from .plans import Goal, Habits, Plan, Walk
from .shifting import edge_plans
from .walking import Walker

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from engine.definitions import Definition, Groups
    from engine.ports import Operation

KINDS = ("flows", "timers", "rules", "nodes", "edges")
_NEAR = 3
"""From how many stories that come near a search sets out."""
_ROUNDS = (5, 20)
"""Tries for one thing in the first rounds, so that what is hard does not keep from trying what is easy."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a search goes. tries: plays for one thing not covered; seconds: for a service; seed: of chance."""

    tries: int = 60
    seconds: float = 120.0
    seed: int = 0
    kinds: tuple[str, ...] = KINDS


@dataclass(frozen=True, slots=True)
class Unreached:
    """What no try passed, and why in plain words."""

    goal: Goal
    why: str
    tried: int = 0


@dataclass(slots=True)
class Search:
    """What a search found: walks that pass something new, in the order found, and what stayed uncovered."""

    missing: list[Goal]
    found: list[tuple[Walk, frozenset[Goal]]] = field(default_factory=list)
    unreached: list[Unreached] = field(default_factory=list)
    plays: int = 0


def search(
    definition: Definition,
    groups: Groups,
    *,
    offered: Mapping[str, Operation] | None = None,
    limits: Limits | None = None,
    without: Iterable[str] = (),
) -> Search:
    """Search for walks through a service that pass what its stories do not.

    without: files of stories that are left aside.
    """
    return _Search(definition, groups, offered, limits or Limits(), frozenset(without)).run()


class _Search:
    def __init__(
        self,
        definition: Definition,
        groups: Groups,
        offered: Mapping[str, Operation] | None,
        limits: Limits,
        without: frozenset[str],
    ) -> None:
        self.definition, self.limits, self.without = definition, limits, without
        self.model = Model(definition)
        self.coverage = Coverage.of(definition)
        self.habits = Habits(Values(self.model.constants, {}))
        self.walker = Walker(self.model, groups, self.coverage, self.habits, offered)
        self.changes = Changes(self.model, self.habits.values, offered)
        self.walks: list[Walk] = []
        self.wanted: frozenset[Goal] = frozenset()
        self.covered: set[Goal] = set()
        self.result = Search([])
        self.tried: dict[Goal, set[int]] = {}
        self.until = time.monotonic() + limits.seconds

    def run(self) -> Search:
        """Play the stories there are, then try for each thing that they leave out."""
        for document in self._stories():
            self._keep(self.walker.walk(Plan(document, goes_on=False)))
        every = {(kind, name) for kind, names in self.coverage.every.items() for name in names}
        every |= {("edges", name) for name in edges_of_service(self.definition)}
        wanted = {goal for goal in every if goal[0] in self.limits.kinds}
        self.wanted = frozenset(wanted)
        self.result.missing = sorted(wanted - self.covered, key=_rank)
        if not self.walks:
            self._begin()
        self._reach(self.result.missing)
        return self.result

    def _stories(self) -> Iterator[Mapping[str, Any]]:
        bundle = self.definition.bundle
        for file in bundle.names(".yaml", "scenarios"):
            if file not in self.without:
                yield read_yaml(bundle.files[file], file)

    def _begin(self) -> None:
        """Find a first story: from the start to an end."""
        for number in range(self.limits.tries):
            dice = random.Random(self.limits.seed + number) if number else None  # noqa: S311 - chance that repeats
            walk = self._play(Plan({}, dice=dice))
            if walk.ended or self._is_over():
                return

    def _reach(self, goals: list[Goal]) -> None:
        """Try for what is missing, the easy things first, again while that opens new ways."""
        for most in (*(one for one in _ROUNDS if one < self.limits.tries), self.limits.tries):
            before = -1
            while before != len(self.covered) and not self._is_over():
                before = len(self.covered)
                for goal in goals:
                    if goal not in self.covered and not self._follows(goal) and not self._is_over():
                        self._try(goal, most)
        self.result.unreached = [self._why(goal) for goal in goals if goal not in self.covered]

    def _follows(self, goal: Goal) -> bool:
        """Tell whether a node is passed as soon as one of the flows that are tried for is."""
        node = self.model.nodes.get(goal[1]) if goal[0] == "nodes" else None
        return node is not None and any(("flows", way.id) in self.wanted for way in node.into)

    def _try(self, goal: Goal, most: int) -> None:
        """Play changed stories until one passes the goal; none is played twice."""
        done = self.tried.setdefault(goal, set())
        for plan in itertools.islice(self._plans(goal), 4 * most):
            key = hash(repr((plan.document, plan.keep, plan.act, plan.hold)))
            if len(done) >= most or goal in self.covered or self._is_over():
                return
            if key not in done:
                done.add(key)
                self._play(plan)

    def _plans(self, goal: Goal) -> Iterator[Plan]:
        if goal[0] == "edges":
            yield from edge_plans(goal, self.walks, self.definition, Calendar.standard())
            return
        near = list(self._near(goal))[:_NEAR]
        yield from _alternating([self._from(goal, walk, at) for walk, at in near])
        for number in range(self.limits.tries if near else 0):
            dice = random.Random(f"{self.limits.seed} {goal} {number}")  # noqa: S311 - chance that repeats
            walk, at = near[number % len(near)]
            kept = max(0, at - 1 - number % 3)
            yield Plan({**walk.document, "steps": walk.document["steps"][:kept]}, goal, dice=dice)

    def _from(self, goal: Goal, walk: Walk, at: int) -> Iterator[Plan]:
        """Iterate over the changes of a walk; for a node they are those for the flows that lead to it."""
        node = self.model.nodes.get(goal[1])
        aims = [goal] if node is None else [goal, *(("flows", way.id) for way in node.into)]
        for aim in aims:
            for plan in self.changes.plans(aim, walk, at):
                yield replace(plan, goal=plan.goal if plan.hold else goal, near=at)

    def _near(self, goal: Goal) -> Iterator[tuple[Walk, int]]:
        """Iterate over the walks that come to where the goal begins, each with the part of it that does."""
        sources = self._sources(goal)
        found = []
        for walk in self.walks:
            for at, passed in enumerate(walk.trace):
                if sources & set(passed):
                    found.append((walk, at))
                    break
        found.sort(key=lambda one: one[1])
        yield from found

    def _sources(self, goal: Goal) -> set[str]:
        """Give the nodes that are passed right before."""
        kind, name = goal
        if kind == "rules":
            return set(self.model.deciding.get(name, ()))
        way = self.model.ways.get(name)
        node = self.model.nodes.get(name)
        if way is not None:
            source = self.model.nodes[way.source]
            return {way.source} if source.kind != "boundaryEvent" else self._before(source.id)
        return self._before(name) if node is not None else set()

    def _before(self, element_id: str) -> set[str]:
        node = self.model.nodes[element_id]
        host = str(node.element.get("attachedToRef", ""))
        if host:
            return self._before(host)
        if node.into:
            return {way.source for way in node.into}
        graph = next(one for one in self.model.graphs.values() if element_id in one.nodes)
        around = self.model.scopes.get(graph.id)
        if graph.element.get("triggeredByEvent") == "true":
            outer = graph.element.getparent()
            inside = self.model.graphs.get("" if outer is None else outer.get("id", ""))
            return {inside.start} if inside is not None else set()
        return self._before(around.id) if around is not None else {self.definition.start_event}

    def _play(self, plan: Plan) -> Walk:
        self.result.plays += 1
        walk = self.walker.walk(plan)
        if walk.left and (walk.covered - self.covered) & self.wanted:
            walk = self.walker.walk(replace(plan, near=None))
        new = (walk.covered - self.covered) & self.wanted
        if new or (not self.walks and walk.trace != [[]]):
            self.result.found.append((walk, new))
            self._keep(walk)
        return walk

    def _keep(self, walk: Walk) -> None:
        self.walks.append(walk)
        self.covered |= walk.covered
        try:
            self.habits.learn(walk)
        except EngineError:  # pragma: no cover - a story of a strange shape teaches nothing
            return

    def _is_over(self) -> bool:
        return time.monotonic() > self.until

    def _why(self, goal: Goal) -> Unreached:
        tried = len(self.tried.get(goal, ()))
        if self._is_over() and not tried:
            return Unreached(
                goal,
                Sentence("not tried: the {seconds} seconds were over", seconds=round(self.limits.seconds)),
                0,
            )
        if self._follows(goal):
            return Unreached(goal, Sentence("none of the flows that lead there was passed"), tried)
        if goal[0] != "edges" and not any(True for _ in self._near(goal)):
            return Unreached(goal, Sentence("no story comes to where it begins"), tried)
        way = self.model.ways.get(goal[1])
        if way is not None and way.condition:
            text = "no answers found that make `{condition}` true within {tried} tries"
            return Unreached(goal, Sentence(text, condition=way.condition, tried=tried), tried)
        return Unreached(
            goal, Sentence("nothing found within {tried} tries that comes there", tried=tried), tried
        )


def _rank(goal: Goal) -> tuple[int, bool, str]:
    """Put what makes other things easy before them: a clock that ran long is sooner moved over a holiday."""
    return KINDS.index(goal[0]), goal[1].partition("@")[2] in SPANS, goal[1]


def _alternating(groups: list[Iterator[Plan]]) -> Iterator[Plan]:
    """Iterate over several, one of each in turn."""
    waiting = list(groups)
    while waiting:
        for one in list(waiting):
            plan = next(one, None)
            if plan is None:
                waiting.remove(one)
            else:
                yield plan
