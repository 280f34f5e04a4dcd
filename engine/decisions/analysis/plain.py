"""What a look at single rules and columns tells: cells that nothing fits, columns that decide nothing, rules alike."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from engine.decisions.analysis.words import alike, idle, never

if TYPE_CHECKING:
    from engine.decisions.analysis.findings import Analysis
    from engine.decisions.analysis.grid import Grid


def look_for_plain(grid: Grid, found: Analysis) -> None:
    """Say what can be said without comparing many rules."""
    for column in grid.columns:
        for row in range(len(grid.table.rows)):
            if not grid.pieces_of(row, column, surely=False):
                found.add(never(grid, row, column))
    for index, of in enumerate(grid.table.inputs):
        if len(grid.table.rows) > 1 and all(rule.tests[index] is None for rule in grid.table.rows):
            found.add(idle(index, of))
    _look_for_alike(grid, found)


def _look_for_alike(grid: Grid, found: Analysis) -> None:
    """Hint at neighbours with the same results that differ in one column only."""
    rows = grid.table.rows
    for row, (one, other) in enumerate(pairwise(rows)):
        if [cell.text for cell in one.results] != [cell.text for cell in other.results]:
            continue
        differing = [
            index
            for index, (left, right) in enumerate(zip(one.tests, other.tests, strict=True))
            if (left.text if left else "-") != (right.text if right else "-")
        ]
        if len(differing) == 1:
            found.add(alike(grid, row, differing[0]))
