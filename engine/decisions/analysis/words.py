"""The findings in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from engine.decisions.analysis.findings import Finding
from engine.decisions.logic import shown
from engine.sentences import Sentence

if TYPE_CHECKING:
    from engine.decisions.analysis.grid import Column, Grid
    from engine.decisions.tables import Input

MAX_NAMED = 6  # rules named in one sentence

_DOUBTS = {
    "large": "The table is too large to look at every input; what was looked at is said.",
    "computed": "Inputs that are calculated, or are part of each other, cannot take every value; "
    "where only these would show something, it is not decided.",
    "unverified": "For some inputs the table itself did not show what was foreseen; it is not said.",
    "gaps": "Whether every input has a rule hangs on cells that compare with other variables; it is not decided.",
    "overlaps": "Whether two rules can fit together hangs on cells that compare with other variables; it is not decided.",
}


def doubt(key: str, *, count: int = 0) -> str:
    """Say what is not decided."""
    if key == "cells":
        return Sentence("{count} cells say more than values and ranges, and are not decided.", count=count)
    return _DOUBTS[key]


def gap(grid: Grid, chosen: list[tuple[Column, int]], example: Mapping[str, Any]) -> Finding:
    """Say that an input has no rule."""
    near = _nearest(grid, chosen)
    hint = Sentence(
        "Add a rule or a default output, or list the allowed values of the inputs; nearest are the rules {rules}.",
        rules=_numbers(near),
    )
    message = Sentence(
        "Expected a rule for every input of {table!r}, but none fits {example}.",
        table=grid.table.decision,
        example=_example(example),
    )
    columns = tuple(index for column, _ in chosen for index in column.indexes)
    return Finding("table_gap", "warning", message, hint, grid.table.place, _from_one(near), columns, example)


def overlap(grid: Grid, rows: tuple[int, int], example: Mapping[str, Any], *, certain: bool) -> Finding:
    """Say that two rules fit where one may. certain: the decision itself was seen to fail."""
    message = Sentence(
        "Expected at most one rule of {table!r} to fit, but the rules {rules} both fit {example}.",
        table=grid.table.decision,
        rules=_numbers(rows),
        example=_example(example),
    )
    hint = "Narrow one of them, or choose the hit policy FIRST or PRIORITY."
    place = grid.table.rows[rows[1]].place
    columns = _columns_of(grid, rows)
    severity: Literal["error", "warning"] = "error" if certain else "warning"
    return Finding("table_overlap", severity, message, hint, place, _from_one(rows), columns, example)


def conflict(grid: Grid, rows: tuple[int, int], example: Mapping[str, Any]) -> Finding:
    """Say that two rules fit and give different results."""
    message = Sentence(
        "Expected all rules of {table!r} that fit to agree, but the rules {rules} do not, for {example}.",
        table=grid.table.decision,
        rules=_numbers(rows),
        example=_example(example),
    )
    hint = "Give both the same results, or choose another hit policy."
    place = grid.table.rows[rows[1]].place
    return Finding(
        "table_conflict", "error", message, hint, place, _from_one(rows), _columns_of(grid, rows), example
    )


def hidden(grid: Grid, row: int, covering: tuple[int, ...]) -> Finding:
    """Say that a rule never counts."""
    message = Sentence(
        "Expected rule {rule} of {table!r} to count for some input, but the rules {rules} always win over it.",
        rule=row + 1,
        table=grid.table.decision,
        rules=_numbers(covering),
    )
    hint = "Delete it, move it up, or narrow what hides it."
    rules = _from_one((row, *covering[:MAX_NAMED]))
    return Finding("table_rule_hidden", "warning", message, hint, grid.table.rows[row].place, rules)


def never(grid: Grid, row: int, column: Column) -> Finding:
    """Say that a cell fits nothing."""
    rule = grid.table.rows[row]
    index = next((one for one in column.indexes if rule.tests[one] is not None), column.indexes[0])
    cell = rule.tests[index]
    message = Sentence(
        "Expected the cell {cell} of rule {rule} in {table!r} to fit some value, but it fits none.",
        cell=cell.text if cell else "-",
        rule=row + 1,
        table=grid.table.decision,
    )
    hint = "Correct the cell, or the type and the allowed values of the input."
    place = rule.cells[index] if index < len(rule.cells) else rule.place
    return Finding("table_rule_never", "warning", message, hint, place, (row + 1,), (index,))


def idle(index: int, column: Input) -> Finding:
    """Say that a column decides nothing."""
    message = Sentence(
        "Expected the input {label!r} to matter, but every rule takes any value of it.", label=column.label
    )
    hint = "Delete the column, or fill a cell in it."
    return Finding("table_column_idle", "warning", message, hint, column.place, (), (index,))


def alike(grid: Grid, row: int, column: int) -> Finding:
    """Hint that two rules could be one."""
    message = Sentence(
        "The rules {first} and {second} give the same and differ in one input only.",
        first=row + 1,
        second=row + 2,
    )
    hint = "They could be one rule with both cells, separated by a comma."
    rules = (row + 1, row + 2)
    return Finding("table_rules_alike", "hint", message, hint, grid.table.rows[row].place, rules, (column,))


def _example(example: Mapping[str, Any]) -> str:
    return ", ".join(f"{text} = {shown(value)}" for text, value in example.items()) or "any input"


def _numbers(rows: tuple[int, ...]) -> str:
    named = ", ".join(str(row + 1) for row in rows[:MAX_NAMED])
    return f"{named}, …" if len(rows) > MAX_NAMED else named


def _from_one(rows: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(row + 1 for row in rows)


def _columns_of(grid: Grid, rows: tuple[int, int]) -> tuple[int, ...]:
    """Give the columns in which one of two rules has a condition."""
    return tuple(
        index
        for index in range(len(grid.table.inputs))
        if any(grid.table.rows[row].tests[index] is not None for row in rows)
    )


def _nearest(grid: Grid, chosen: list[tuple[Column, int]]) -> tuple[int, ...]:
    """Give the rules that miss an input by the fewest columns."""
    missed = [
        sum(1 for column, pieces in chosen if not grid.pieces_of(row, column, surely=False) & pieces)
        for row in range(len(grid.table.rows))
    ]
    fewest = min(missed, default=0)
    return tuple(row for row, count in enumerate(missed) if count == fewest)[:3]
