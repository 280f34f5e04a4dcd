"""Rules that never count, because rules before them, or more important ones, fit whatever they fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.decisions.analysis.grid import ENVIRONMENT
from engine.decisions.analysis.sweep import layers, uncovered
from engine.decisions.analysis.words import hidden
from engine.errors import EngineError
from engine.feel.compare import equal
from engine.feel.runtime import Run

if TYPE_CHECKING:
    from engine.decisions.analysis.findings import Analysis
    from engine.decisions.analysis.grid import Grid
    from engine.decisions.analysis.sweep import Effort


def look_for_hidden(grid: Grid, effort: Effort, found: Analysis) -> None:
    """Say which rules of a FIRST or a PRIORITY table never count."""
    if grid.table.hit_policy not in {"FIRST", "PRIORITY"}:
        return
    rows = range(len(grid.table.rows))
    ranks: list[tuple[int, ...] | None] = [()] * len(rows)
    if grid.table.hit_policy == "PRIORITY":
        ranks = [_rank(grid, row) for row in rows]
    for row in rows:
        before = _before(ranks, row) & grid.meeting(row, surely=False)
        pieces = [grid.pieces_of(row, column, surely=False) for column in grid.columns]
        if not before or not all(pieces):
            continue
        effort.spend(sum(len(column.pieces) for column in grid.columns))
        # Only rules that surely fit hide another one, so here what perhaps fits counts for nothing.
        known = [
            (column.sure, column.sure, chosen) for column, chosen in zip(grid.columns, pieces, strict=True)
        ]
        if next(uncovered(layers(known, before), before, effort, []), None) is None:
            found.add(hidden(grid, row, _covering(grid, pieces, before)))


def _before(ranks: list[tuple[int, ...] | None], row: int) -> int:
    """Give the rules that win over a rule when both fit, as bits: those of better rank, or of its own above it."""
    own = ranks[row]
    if own is None:
        return 0
    return sum(
        1 << other
        for other, rank in enumerate(ranks)
        if rank is not None and (rank < own or (rank == own and other < row))
    )


def _rank(grid: Grid, row: int) -> tuple[int, ...] | None:
    """Give the place of a rule's results among the allowed values, or None where one is computed."""
    ranks = []
    for output, cell in zip(grid.table.outputs, grid.table.rows[row].results, strict=True):
        if output.priorities is None:
            continue
        if cell.names or output.priorities.names:
            return None
        try:
            value = cell.evaluate({}, ENVIRONMENT)
            listed = output.priorities.evaluate_within(Run(ENVIRONMENT), {}) or []
        except EngineError:
            return None
        ranks.append(next((place for place, one in enumerate(listed) if equal(value, one)), len(listed)))
    return tuple(ranks)


def _covering(grid: Grid, pieces: list[int], before: int) -> tuple[int, ...]:
    """Give the rules that hide a rule: a single one where there is one, else all that touch it."""
    touching = []
    for row in range(len(grid.table.rows)):
        if not before >> row & 1:
            continue
        own = [grid.pieces_of(row, column, surely=True) for column in grid.columns]
        if all(mine & ~theirs == 0 for mine, theirs in zip(pieces, own, strict=True)):
            return (row,)
        if all(mine & theirs for mine, theirs in zip(pieces, own, strict=True)):
            touching.append(row)
    return tuple(touching)
