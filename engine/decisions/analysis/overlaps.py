"""Pairs of rules that fit the same input where only one may, or where both would have to agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.decisions.analysis.grid import ENVIRONMENT, bits
from engine.decisions.analysis.words import conflict, doubt, overlap
from engine.decisions.errors import DecisionError
from engine.decisions.logic import Evaluation
from engine.errors import EngineError
from engine.feel.runtime import Run

if TYPE_CHECKING:
    from engine.decisions.analysis.findings import Analysis
    from engine.decisions.analysis.grid import Column, Grid
    from engine.decisions.analysis.sweep import Effort

_CODES = {"UNIQUE": "decision_not_unique", "ANY": "decision_any_conflict"}


def look_for_overlaps(grid: Grid, effort: Effort, found: Analysis) -> None:
    """Say which rules of a UNIQUE or an ANY table contradict each other, with an input that shows it."""
    policy = grid.table.hit_policy
    if policy not in _CODES:
        return
    for later in range(len(grid.table.rows)):
        effort.spend(sum(len(column.pieces) for column in grid.columns))
        above = (1 << later) - 1
        met = grid.meeting(later, surely=True) & above
        if grid.opaque and grid.meeting(later, surely=False) & above & ~met:
            found.leave(doubt("overlaps"))
        for earlier in bits(met):
            effort.spend()
            if policy == "UNIQUE" or _differ(grid, earlier, later):
                _note(grid, (earlier, later), found)


def _differ(grid: Grid, earlier: int, later: int) -> bool:
    one, other = (grid.table.rows[row].results for row in (earlier, later))
    return [cell.text for cell in one] != [cell.text for cell in other]


def _note(grid: Grid, rows: tuple[int, int], found: Analysis) -> None:
    both = [column.sure_of[rows[0]] & column.sure_of[rows[1]] for column in grid.columns]
    chosen = [
        (column, (pieces & -pieces).bit_length() - 1)
        for column, pieces in zip(grid.columns, both, strict=True)
    ]
    narrow = [column for (column, _), pieces in zip(chosen, both, strict=True) if not column.whole(pieces)]
    if any(grid.entangled(one, other) for place, one in enumerate(narrow) for other in narrow[:place]):
        found.leave(doubt("computed"))
        return
    values = {column.text: column.pieces[piece].value for column, piece in chosen}
    if not _both_fit(grid, rows, values):
        found.leave(doubt("unverified"))
        return
    certain = all(column.plain for column, _ in chosen) and _refuses(grid, values)
    example = {column.text: values[column.text] for column in narrow} or values
    if grid.table.hit_policy == "UNIQUE":
        found.add(overlap(grid, rows, example, certain=certain))
    elif certain:
        found.add(conflict(grid, rows, example))


def _both_fit(grid: Grid, rows: tuple[int, int], values: dict[str, Any]) -> bool:
    """Ask the table itself."""
    given = [values[column.expression.text] for column in grid.table.inputs]
    fitting = {rule.id for rule in grid.table.fits(given, Evaluation(Run(ENVIRONMENT)))}
    return all(grid.table.rows[row].id in fitting for row in rows)


def _refuses(grid: Grid, values: dict[str, Any]) -> bool:
    """Make the decision with the example as its variables, and see it fail as foreseen."""
    variables: dict[str, Any] = {}
    columns: dict[str, Column] = {column.text: column for column in grid.columns}
    for text, value in values.items():
        if columns[text].plain:
            _put(variables, [part.strip() for part in text.split(".")], value)
    evaluation = Evaluation(Run(ENVIRONMENT))
    evaluation.run.fits = grid.table.types.is_of
    try:
        grid.table.evaluate(variables, evaluation)
    except DecisionError as error:
        return error.code == _CODES[grid.table.hit_policy]
    except EngineError:
        return False
    return False


def _put(variables: dict[str, Any], path: list[str], value: Any) -> None:
    for part in path[:-1]:
        inner = variables.setdefault(part, {})
        if not isinstance(inner, dict):
            return
        variables = inner
    variables.setdefault(path[-1], value)
