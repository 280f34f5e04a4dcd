"""Searches a grid for boxes of inputs: one that no rule fits, or one that only a certain rule fits; bounded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MAX_LOOKS = 500_000  # boxes looked at in one table


class TooMuchError(Exception):
    """Expected a search that ends within its limit, but there is more to look at."""


class Effort:
    """What is left of the work that one table is worth."""

    def __init__(self, looks: int = MAX_LOOKS) -> None:
        self._left = looks

    def spend(self, looks: int = 1) -> None:
        """Pay for looks; raises TooMuchError."""
        self._left -= looks
        if self._left < 0:
            raise TooMuchError


@dataclass(frozen=True, slots=True)
class Layer:
    """One column: its pieces gathered by the rules that fit.

    kinds: pieces as bits, the rules that surely fit them, and those that perhaps do. always: rules that surely
    fit every piece of this column and of all behind it.
    """

    kinds: tuple[tuple[int, int, int], ...]
    always: int


def layers(columns: Sequence[tuple[Sequence[int], Sequence[int], int]], rules: int) -> list[Layer]:
    """Prepare columns, each given as sure and perhaps by piece, and the pieces that count.

    rules: those that count, as bits.
    """
    found: list[Layer] = []
    always = rules
    for sure, maybe, pieces in reversed(columns):
        kinds: dict[tuple[int, int], int] = {}
        for place, (surely, perhaps) in enumerate(zip(sure, maybe, strict=True)):
            if pieces >> place & 1:
                key = (surely & rules, perhaps & rules)
                kinds[key] = kinds.get(key, 0) | 1 << place
        for surely, _ in kinds:
            always &= surely
        listed = ((pieces_, surely, perhaps) for (surely, perhaps), pieces_ in kinds.items())
        found.append(Layer(tuple(listed), always))
    return found[::-1]


def uncovered(found: Sequence[Layer], rules: int, effort: Effort, doubts: list[bool]) -> Iterator[list[int]]:
    """Give boxes, as pieces by column, that none of the rules fits; columns left out may be anything.

    doubts: grows where only rules fit of which it is not decided. Raises TooMuchError.
    """
    clean: set[tuple[int, int, int]] = set()

    def look(depth: int, surely: int, perhaps: int, chosen: list[int]) -> Iterator[list[int]]:
        effort.spend()
        if not perhaps:
            yield chosen
            return
        if depth == len(found):
            if not surely:
                doubts.append(True)
            return
        state = (depth, surely, perhaps)
        if surely & found[depth].always or state in clean:
            return
        any_found = False
        for pieces, here, maybe in found[depth].kinds:
            for box in look(depth + 1, surely & here, perhaps & maybe, [*chosen, pieces]):
                any_found = True
                yield box
        if not any_found:
            clean.add(state)

    yield from look(0, rules, rules, [])
