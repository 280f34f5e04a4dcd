"""A table as a grid of pieces: which rules fit which piece of each column, as sets of bits; asks the table's own cells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from engine.decisions.analysis.atoms import Atom, anything, atoms
from engine.decisions.analysis.cells import CellReader, Limits
from engine.feel import Environment
from engine.feel.compare import equal
from engine.feel.kinds import TYPES
from engine.feel.runtime import Frame, Run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.decisions.items import ItemType
    from engine.decisions.tables import Input, Table
    from engine.feel import Expression

MAX_ANSWERS = 300_000  # cells asked about pieces, in one table
ENVIRONMENT = Environment(
    now=lambda: datetime(2000, 1, 1, tzinfo=UTC), zone=ZoneInfo("UTC"), steps=10_000_000
)


@dataclass(slots=True)
class Column:
    """The columns of one expression, with everything as bits.

    sure, maybe: by piece, the rules that surely, and that perhaps, fit. sure_of, maybe_of: by rule, the pieces.
    plain: the expression is a variable or an entry of one, so that a case may hand in any value.
    """

    indexes: tuple[int, ...]
    text: str
    pieces: list[Atom]
    sure: list[int]
    maybe: list[int]
    sure_of: list[int]
    maybe_of: list[int]
    plain: bool
    names: frozenset[str]
    of_truth: bool

    def whole(self, chosen: int) -> bool:
        """Tell whether a set of pieces is all there is."""
        return chosen == (1 << len(self.pieces)) - 1


class Grid:
    """The columns of a table. opaque: cells that are not decided, as rule and column, from 0.

    given: by expression, all values that it can have, where that is known. made: names that are worked out
    before the table, so that not every value of them may come.
    """

    def __init__(self, table: Table, given: Mapping[str, list[Any]], made: frozenset[str]) -> None:
        self.table = table
        self._given = given
        self._made = made
        self.everything = (1 << len(table.rows)) - 1
        self.opaque: list[tuple[int, int]] = []
        self.too_large = False
        self._left = MAX_ANSWERS
        self._run = Run(ENVIRONMENT)
        self._run.fits = table.types.is_of
        alike: dict[str, list[int]] = {}
        for index, column in enumerate(table.inputs):
            alike.setdefault(column.expression.text, []).append(index)
        self.columns = [self._column(tuple(indexes)) for indexes in alike.values()]

    def _column(self, indexes: tuple[int, ...]) -> Column:
        inputs = [self.table.inputs[index] for index in indexes]
        kind, allowed = _universe(inputs, self.table)
        limits, reader = Limits(), CellReader(self._run)
        bounds = [test for test in allowed if reader.read(test, limits)]
        opaque = {
            (row, index)
            for row, rule in enumerate(self.table.rows)
            for index in indexes
            if (test := rule.tests[index]) is not None and not reader.read(test, limits)
        }
        given = self._given.get(inputs[0].expression.text)
        limits.values += given or []
        pieces = atoms(kind, limits) or [anything(kind)]
        pieces = [one for one in pieces if one.value is None or self._holds(bounds, one)] or pieces[:1]
        if given is not None:
            pieces = [one for one in pieces if any(equal(one.value, value) for value in given)] or pieces
        self.opaque += sorted(opaque)
        answers = self._answers(indexes, pieces, opaque)
        first = inputs[0].expression
        return Column(
            indexes,
            first.text,
            pieces,
            answers.sure,
            answers.maybe,
            answers.sure_of,
            answers.maybe_of,
            _is_plain(first) and not first.names & self._made,
            first.names,
            kind == "boolean",
        )

    def _holds(self, tests: list[Expression], piece: Atom) -> bool:
        frame = Frame({"?": piece.value}, None, self._run)
        return all(test.holds(frame) for test in tests)

    def _answers(
        self, indexes: tuple[int, ...], pieces: list[Atom], opaque: set[tuple[int, int]]
    ) -> _Answers:
        """Ask each cell text about each piece, once."""
        frames = [Frame({"?": piece.value}, None, self._run) for piece in pieces]
        answers = _Answers(len(pieces), len(self.table.rows))
        known: dict[str, list[int]] = {}
        for index in indexes:
            rules: dict[str, int] = {}
            blind = unasked = 0
            for row, rule in enumerate(self.table.rows):
                test = rule.tests[index]
                if test is None:
                    unasked |= 1 << row
                elif (row, index) in opaque:
                    blind |= 1 << row
                else:
                    rules[test.text] = rules.get(test.text, 0) | 1 << row
                    if test.text not in known and self._may_ask(len(pieces)):
                        known[test.text] = [place for place, one in enumerate(frames) if test.holds(one)]
            answers.narrow(unasked, blind, [(rows, known.get(text, [])) for text, rows in rules.items()])
        return answers

    def _may_ask(self, times: int) -> bool:
        self._left -= times
        self.too_large |= self._left < 0
        return not self.too_large

    def pieces_of(self, row: int, column: Column, *, surely: bool) -> int:
        """Give the pieces of a column that a rule fits, as bits."""
        return (column.sure_of if surely else column.maybe_of)[row]

    def meeting(self, row: int, *, surely: bool) -> int:
        """Give the rules that share a piece of every column with a rule, as bits; it is one of them."""
        met = self.everything
        for column in self.columns:
            own, answers = self.pieces_of(row, column, surely=surely), column.sure if surely else column.maybe
            here = 0
            for place in bits(own):
                here |= answers[place]
            met &= here
        return met

    def entangled(self, one: Column, other: Column) -> bool:
        """Tell whether two columns look at the same variable, so that not every pair of values may come."""
        if not one.names & other.names:
            return False
        if not (one.plain and other.plain):
            return True
        return f"{one.text}.".startswith(f"{other.text}.") or f"{other.text}.".startswith(f"{one.text}.")


def bits(number: int) -> Iterator[int]:
    """Iterate over the places of the ones in a number."""
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest


class _Answers:
    """What the cells of a column said, by piece and by rule; columns of one expression narrow each other."""

    def __init__(self, pieces: int, rules: int) -> None:
        self.sure = [(1 << rules) - 1] * pieces
        self.maybe = self.sure.copy()
        self.sure_of = [(1 << pieces) - 1] * rules
        self.maybe_of = self.sure_of.copy()

    def narrow(self, unasked: int, blind: int, said: list[tuple[int, list[int]]]) -> None:
        """Take in one column. said: for each text the rules that have it, and the places of the pieces it fits."""
        here = [unasked] * len(self.sure)
        for rules, places in said:
            fitting = 0
            for place in places:
                here[place] |= rules
                fitting |= 1 << place
            for row in bits(rules):
                self.sure_of[row] &= fitting
                self.maybe_of[row] &= fitting
        for row in bits(blind):
            self.sure_of[row] = 0
        self.sure = [known & surely for known, surely in zip(self.sure, here, strict=True)]
        self.maybe = [known & (surely | blind) for known, surely in zip(self.maybe, here, strict=True)]


def _is_plain(expression: Expression) -> bool:
    node = expression.tree()
    while node.data in {"expression", "path"}:
        node = node.children[0]  # type: ignore[assignment]  # the first child of both is a part
    return node.data == "name"


def _universe(inputs: list[Input], table: Table) -> tuple[str | None, list[Expression]]:
    """Give the basic type of columns, where it is known, and every test of allowed values that binds them."""
    allowed = [one.allowed for one in inputs if one.allowed is not None]
    name = next((one.type_name for one in inputs if one.type_name), None)
    definition: ItemType | None = table.types.definitions.get(name or "")
    while definition is not None:
        if definition.collection or definition.components:
            return "list", allowed
        if definition.allowed is not None:
            allowed.append(definition.allowed)
        name = definition.base
        definition = (definition.owner or table.types).definitions.get(name)
    return (name if name in TYPES and name not in {"Any", "any"} else None), allowed
