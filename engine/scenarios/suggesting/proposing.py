"""From what a search found to the fewest stories: each is written, read again and played before it is proposed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.definitions.declarations import read_yaml
from engine.sentences import Sentence

from ..coverage import Coverage
from ..rehearsing import rehearse
from ..writing import story_text
from .model import Model
from .searching import Limits, Unreached, search
from .words import REMARKS, Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.definitions import Definition, Groups
    from engine.ports import Operation

    from .plans import Goal, Walk
    from .searching import Search

FOLDER = "scenarios"
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Proposal:
    """A story for a designer to confirm. file: within the service; covers: what no other story passes."""

    file: str
    title: Mapping[str, str]
    covers: tuple[Goal, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What is proposed for a service, and what could not be reached. missing: all that no story of it covers."""

    proposals: tuple[Proposal, ...]
    unreached: tuple[Unreached, ...]
    missing: tuple[Goal, ...]
    plays: int = field(default=0, compare=False)


def suggest(
    definition: Definition,
    groups: Groups,
    *,
    offered: Mapping[str, Operation] | None = None,
    limits: Limits | None = None,
    without: Iterable[str] = (),
) -> Suggestions:
    """Propose stories for what the stories of a service leave out; where it has none, also a first one.

    What is proposed has been played and passed what it is for; its `expect` says what happened. The same service,
    limits and seed give the same proposals as long as the seconds are enough. without: files of stories that are
    left aside, as if they were not there.
    """
    found = search(definition, groups, offered=offered, limits=limits, without=without)
    taken = {path.rpartition("/")[2] for path in definition.bundle.names(".yaml", FOLDER)}
    maker = _Maker(definition, groups, offered, taken)
    proposals, unreached = [], list(found.unreached)
    for walk, goals in _fewest(found):
        made = maker.proposal(walk, goals)
        if isinstance(made, Proposal):
            proposals.append(made)
        else:
            unreached += [Unreached(goal, made) for goal in sorted(goals)]
    return Suggestions(tuple(proposals), tuple(unreached), tuple(found.missing), found.plays)


def _fewest(found: Search) -> list[tuple[Walk, frozenset[Goal]]]:
    """Give the walks that pass together all that was reached: the one with the most first, then what is left."""
    left = set(found.missing)
    walks = [walk for walk, _new in found.found]
    chosen: list[tuple[Walk, frozenset[Goal]]] = []
    while walks:
        best = max(
            walks, key=lambda walk: (len(walk.covered & left), walk.ended, -len(walk.document["steps"]))
        )
        goals = frozenset(best.covered & left)
        if not goals:
            break
        chosen.append((best, goals))
        left -= goals
        walks.remove(best)
    return chosen


@dataclass
class _Maker:
    definition: Definition
    groups: Groups
    offered: Mapping[str, Operation] | None
    taken: set[str]

    def __post_init__(self) -> None:
        self.words = Words(Model(self.definition))
        self.coverage = Coverage.of(self.definition)

    def proposal(self, walk: Walk, goals: frozenset[Goal]) -> Proposal | str:
        """Write a story, read it, play it; gives why not where it then goes otherwise."""
        title = self.words.title(sorted(goals))
        document = {"title": title, "demo": 0, **walk.document, "expect": walk.expect}
        text = story_text(document, [*REMARKS, *self._told(goals)])
        played = rehearse(
            read_yaml(text.encode(), "proposal"),
            self.definition,
            self.groups,
            offered=self.offered,
            coverage=self.coverage,
        )
        if played.problems:
            return Sentence(
                "the story found did not go the same way again: {problem}", problem=played.problems[0]
            )
        if not goals <= played.covered:
            return Sentence("the story found did not come there again")
        return Proposal(f"{FOLDER}/{self._name(min(goals))}", title, tuple(sorted(goals)), text)

    def _told(self, goals: frozenset[Goal]) -> list[str]:
        return [
            f"{kind}: {', '.join(sorted(name for of, name in goals if of == kind))}"
            for kind in sorted({one for one, _ in goals})
        ]

    def _name(self, goal: Goal) -> str:
        """Give a file of its own."""
        stem = re.sub(r"[^a-z0-9]+", "_", f"proposed_{goal[1]}".lower()).strip("_")[:_LONGEST_NAME]
        name, number = f"{stem}.yaml", 1
        while name in self.taken:
            number += 1
            name = f"{stem}_{number}.yaml"
        self.taken.add(name)
        return name
