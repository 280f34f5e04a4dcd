"""A list or a table as pages draw it and files hold it: cells with words, and what they mean to a program."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MAX_EXPORTED = 10_000
"""So many lines a file has at most; it says so where there are more."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column. number: its cells are aligned as numbers."""

    words: str
    number: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell. value: what a file holds instead of the words; below: what a page says under them."""

    words: str
    value: int | float | str | None = None
    href: str | None = None
    below: str = ""
    late: bool = False

    @property
    def exported(self) -> int | float | str:
        """Give what a file holds."""
        if self.value is not None:
            return self.value
        return f"{self.words} ({self.below})" if self.below else self.words


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table. name: finds it in addresses; rows: read once where they are not a list."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    note: str = ""
    empty: str = ""
    more: int = 0


def words_cell(words: str, href: str | None = None, below: str = "", *, late: bool = False) -> Cell:
    """Make a cell of words."""
    return Cell(words, None, href, below, late)


def number_cell(
    number: float | None, words: str | None = None, href: str | None = None, *, late: bool = False
) -> Cell:
    """Make a cell of a number; a dash where there is none."""
    if number is None:
        return Cell("–", "")
    return Cell(str(number) if words is None else words, number, href, "", late)
