"""Looks through one table: which findings there are, and that each example is true of the table itself."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from engine.decisions.analysis.cells import is_constant
from engine.decisions.analysis.findings import MAX_FINDINGS, Analysis
from engine.decisions.analysis.grid import ENVIRONMENT, Grid
from engine.decisions.analysis.hidden import look_for_hidden
from engine.decisions.analysis.overlaps import look_for_overlaps
from engine.decisions.analysis.plain import look_for_plain
from engine.decisions.analysis.sweep import Effort, TooMuchError, layers, uncovered
from engine.decisions.analysis.words import doubt, gap
from engine.decisions.boxed import Boxed
from engine.decisions.knowledge import KnowledgeFunction
from engine.decisions.logic import Evaluation
from engine.decisions.tables import SINGLE_HIT, Table
from engine.feel.runtime import Run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.decisions.analysis.grid import Column
    from engine.decisions.logic import Logic
    from engine.decisions.model import Decision, Model

MAX_TRIED = 200  # boxes without a rule that are looked at for an example
MAX_ROWS = 2_000  # of a table that is looked at
MAX_COLUMNS = 100
MAX_CELLS = 10_000  # of conditions


def analyse(model: Model) -> list[tuple[str, Table, Analysis]]:
    """Give all tables of a file by the name of what they belong to, each with all that is to be said about it."""
    found = [
        (decision.name, table, analysis)
        for decision in model.decisions.values()
        for table, analysis in analyse_decision(decision)
    ]
    for function in model.functions.values():
        if isinstance(function, KnowledgeFunction):
            tables = _tables_of(function.logic, frozenset())
            found += [(function.name, table, _analysis(table, {}, bound)) for table, bound in tables]
    return found


def analyse_decision(decision: Decision) -> list[tuple[Table, Analysis]]:
    """Give the tables of one decision, those inside boxes too, each with all that is to be said about it."""
    given = {one.name: known for one in decision.requires if (known := _results(one)) is not None}
    below = {one.name for one in decision.requires} | {one.name for one in decision.borrowed}
    made = frozenset(below - given.keys())
    return [(table, _analysis(table, given, bound)) for table, bound in _tables_of(decision.logic, made)]


def _tables_of(logic: Logic, bound: frozenset[str]) -> Iterator[tuple[Table, frozenset[str]]]:
    """Iterate over the tables in some logic, each with the names that are not handed in but made before it."""
    if isinstance(logic, Table):
        yield logic, bound
    elif isinstance(logic, Boxed):
        for part in logic.parts:
            yield from _tables_of(part, bound | logic.bound)


def _results(decision: Decision) -> list[Any] | None:
    """Give all that a decision may give, where it is a table of one output that calculates nothing."""
    table = decision.logic
    if not isinstance(table, Table) or table.hit_policy not in SINGLE_HIT or len(table.outputs) != 1:
        return None
    default = table.outputs[0].default
    cells = [rule.results[0] for rule in table.rows] + ([default] if default else [])
    if any(cell.names or not is_constant(cell) for cell in cells):
        return None
    return [cell.evaluate({}, ENVIRONMENT) for cell in cells]


def _analysis(table: Table, given: Mapping[str, list[Any]], made: frozenset[str]) -> Analysis:
    found = Analysis()
    rows, columns = len(table.rows), len(table.inputs)
    if rows > MAX_ROWS or columns > MAX_COLUMNS or rows * columns > MAX_CELLS:
        found.leave(doubt("large"))
        return found
    grid = Grid(table, given, made)
    if grid.too_large:
        found.leave(doubt("large"))
        return found
    look_for_plain(grid, found)
    for look in (look_for_overlaps, look_for_hidden, _look_for_gaps):
        try:
            look(grid, Effort(), found)
        except TooMuchError:
            found.leave(doubt("large"))
    if grid.opaque:
        found.leave(doubt("cells", count=len(grid.opaque)))
    return found


def _look_for_gaps(grid: Grid, effort: Effort, found: Analysis) -> None:
    """Say which inputs no rule fits, in tables that have to give an answer."""
    table = grid.table
    if table.hit_policy not in SINGLE_HIT or any(output.default is not None for output in table.outputs):
        return
    every = [(column.sure, column.maybe, (1 << len(column.pieces)) - 1) for column in grid.columns]
    doubts: list[bool] = []
    boxes = uncovered(layers(every, grid.everything), grid.everything, effort, doubts)
    said = 0
    for box in islice(boxes, MAX_TRIED):
        chosen = [
            (column, pieces)
            for column, pieces in zip(grid.columns, box, strict=False)
            if not column.whole(pieces)
        ]
        if not _may_come(grid, [column for column, _ in chosen]):
            found.leave(doubt("computed"))
            continue
        example = {column.text: column.pieces[_first(pieces)].value for column, pieces in chosen}
        if not _is_true(grid, example):
            found.leave(doubt("unverified"))
            continue
        found.add(gap(grid, chosen, example))
        said += 1
        if said == MAX_FINDINGS:
            break
    if doubts:
        found.leave(doubt("gaps"))


def _may_come(grid: Grid, columns: list[Column]) -> bool:
    """Tell whether a case may hand in any values for some columns: they are variables, and none is part of another."""
    known = all(column.plain or column.of_truth for column in columns)
    return known and not any(
        grid.entangled(one, other) for place, one in enumerate(columns) for other in columns[:place]
    )


def _first(pieces: int) -> int:
    return (pieces & -pieces).bit_length() - 1


def _is_true(grid: Grid, example: dict[str, Any]) -> bool:
    """Ask the table itself: no rule of it fits."""
    values = [
        example.get(column.expression.text, _any_value(grid, column.expression.text))
        for column in grid.table.inputs
    ]
    return not grid.table.fits(values, Evaluation(Run(ENVIRONMENT)))


def _any_value(grid: Grid, text: str) -> Any:
    return next(column.pieces[0].value for column in grid.columns if column.text == text)
