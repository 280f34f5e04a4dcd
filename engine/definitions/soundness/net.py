"""The moves that tokens of one scope can make, with everything left out that decides nothing.

Elements one behind the other, choices whose ways come together again and branches that are joined again
are drawn together first: what remains to be played is small even for large diagrams.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, combinations
from typing import TYPE_CHECKING

from .graph import ALL, ONE, SOME

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .graph import Graph, Node, Way

MAX_WAYS = 4
"""Of more ways of which any number may be taken, only none or one, and all at once are tried."""


@dataclass(frozen=True, slots=True)
class Move:
    """What a token at a place may do: the places where tokens are then.

    label: the flows or events that it takes. open: whether which ways are taken depends on several
    conditions together, so that nobody can say whether it ever happens. kills: everything else ends.
    """

    label: tuple[str, ...]
    targets: tuple[str, ...]
    open: bool = False
    kills: bool = False


class Net:
    """Places by name (an element, or `join<flow` for a token that waits there), and the moves from each."""

    def __init__(self, graph: Graph, *, rounds: bool = True) -> None:
        """Begin with all moves, or with those of one round: a way back ends there."""
        self.graph = graph
        self._ended = frozenset() if rounds else graph.ways_back()
        self.joins: dict[str, dict[str, str]] = {}
        """The places at which tokens wait for each other, by join and flow."""
        self.moves: dict[str, tuple[Move, ...]] = {}
        self.same: dict[str, str] = {}
        """What a place was drawn together with; its own name when it was not. Nothing: the token ends."""
        self._far: dict[str, str] = {}
        self._blocks: set[str] = set()
        """Places at which something is done, or behind which branches are, before what they were drawn together with."""
        for node in graph.nodes.values():
            if node.join != ONE:
                needed = self._needed(node) if node.join == ALL else {way.id for way in node.into}
                self.joins[node.id] = {way: f"{node.id}<{way}" for way in needed}
        for node in graph.nodes.values():
            self.moves[node.id] = tuple(self._moves(node))
        self._draw_together()
        self.start = self.place(graph.start)

    def place(self, name: str) -> str:
        """Give the place with which one was drawn together; an empty text where the token simply ends."""
        last = name
        while last in self._far:
            last = self._far[last]
        while name != last:  # the next one who asks gets there at once
            self._far[name], name = last, self._far[name]
        return last

    def _needed(self, join: Node) -> set[str]:
        """Give the ways into a parallel join that can be taken without passing it before."""
        reached = self.graph.reachable([self.graph.start], without=[join.id])
        return {way.id for way in join.into if way.source in reached}

    def _moves(self, node: Node) -> Iterator[Move]:
        leaving = [*_ways_out(node), *(((key,), False) for key in node.stopping)]
        targets = {way.id: self._arrives(way) for way in node.out}
        for ways, is_open in leaving:
            for fired in _some(node.quiet, none=True):
                label = (*ways, *fired)
                places = tuple(filter(None, (targets.get(key, key) for key in label)))
                yield Move(label, places, is_open, node.kills)

    def _arrives(self, way: Way) -> str:
        """Give the place at which a token is behind a way; none where it is not to go on."""
        return "" if way.id in self._ended else self.joins.get(way.target, {}).get(way.id, way.target)

    def _draw_together(self) -> None:
        """Draw together what can be, but keep the last thing that is done on each way: two tokens may meet there."""
        drawn, last = dict(self.moves), set[str]()
        self._blocks = {key for key, node in self.graph.nodes.items() if node.acts}
        while True:
            self.moves, self.same, self._far = dict(drawn), {}, {}
            while sum(self._draw_in(place) for place in drawn if not (place in self.same or place in last)):
                pass
            more = {key for key in self._blocks if self._ends_idly(key)}
            if not more:
                break
            last |= more
        for place in drawn:
            self.moves[place] = self._simpler(place)

    def _draw_in(self, place: str) -> bool:
        self.moves[place] = self._simpler(place)
        into = self._goes_into(place)
        if into is None or into == place:
            return False
        self.same[place] = self._far[place] = into
        return True

    def _ends_idly(self, name: str) -> bool:
        """Say whether a place was drawn together with the end, and nothing is done between the two."""
        while name and name in self.same:
            name = self.same[name]
            if name in self._blocks:
                return False
        return not name

    def _simpler(self, place: str) -> tuple[Move, ...]:
        """Give a place's moves between what is left; without those that lead back to it, if there are others."""
        moves = [
            Move(
                move.label,
                tuple(sorted(filter(None, map(self.place, move.targets)))),
                move.open,
                move.kills,
            )
            for move in self.moves[place]
        ]
        away = [move for move in moves if move.targets != (place,)]
        return tuple(away or moves)

    def _goes_into(self, place: str) -> str | None:
        """Give the one place into which all moves lead in the end, if there is one; an empty text for none."""
        if any(move.kills for move in self.moves[place]):
            return None
        targets = {move.targets for move in self.moves[place]}
        if len(targets) == 1 and len(only := next(iter(targets))) <= 1:
            return "".join(only)
        for join, places in self.joins.items():
            inputs = set(places.values())
            if not all(set(each) <= inputs and len(set(each)) == len(each) > 0 for each in targets):
                continue
            whole = all(set(each) == inputs for each in targets)
            if whole or (self.graph.nodes[join].join == SOME and self._alone(place, inputs)):
                self._blocks.add(place)
                return self.place(join)
        return None

    def _alone(self, place: str, inputs: set[str]) -> bool:
        """Say whether the tokens that come to these places come from one place only."""
        others = (moves for name, moves in self.moves.items() if name not in self.same and name != place)
        return not any(inputs & set(map(self.place, move.targets)) for moves in others for move in moves)


def _ways_out(node: Node) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Give the ways that a token may take together, and whether several conditions decide of them at once."""
    ways = [way.id for way in node.out]
    if not ways:
        yield (), False
    elif node.split == ALL:
        yield tuple(ways), False
    elif node.split == ONE:
        yield from (((way,), False) for way in ways)
    else:
        choices = list(_some(ways, none=node.may_take_none))
        yield from ((choice, len(choices) > 1) for choice in choices)


def _some(items: Sequence[str], *, none: bool) -> Iterator[tuple[str, ...]]:
    """Give the choices of any number of these."""
    sizes = range(1, len(items) + 1) if len(items) <= MAX_WAYS else (1, len(items))
    if none:
        yield ()
    yield from chain.from_iterable(combinations(items, size) for size in sizes)
