"""Sheets as files for Excel: CSV and XLSX, without formulas, never held in memory whole."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator
from itertools import islice
from typing import IO, TYPE_CHECKING

import xlsxwriter
from flask_babel import gettext as _

from .sheets import MAX_EXPORTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .sheets import Cell, Sheet

ENDINGS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""With these a cell begins that Excel or another program may take for a formula; the wide ones among them."""
_BLANKS = " \u00a0\u3000"
_CHUNK = 64 * 1024
_FLUSHED = 200
_MAX_CELL = 32_000
"""Excel holds 32,767 characters in a cell."""
_MAX_NAME = 31


def csv_file(sheet: Sheet) -> Iterator[str]:
    """Give a sheet as CSV in pieces: UTF-8 with a mark in front, by which Excel knows the encoding."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    written.write(_BOM)
    for number, row in enumerate(_lines(sheet)):
        writer.writerow([_harmless(value) for value in row])
        if number % _FLUSHED == 0:
            yield written.getvalue()
            written.seek(0)
            written.truncate()
    yield written.getvalue()


def xlsx_file(sheet: Sheet) -> Iterator[bytes]:
    """Give a sheet as a workbook in pieces; it is written to a file that nobody else sees, line by line."""
    with tempfile.TemporaryFile() as kept:
        _write_workbook(sheet, kept)
        kept.seek(0)
        while piece := kept.read(_CHUNK):
            yield piece


def _write_workbook(sheet: Sheet, kept: IO[bytes]) -> None:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(kept, options) as book:
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        page = book.add_worksheet(_sheet_name(sheet.title))
        page.freeze_panes(1, 0)
        for column in range(len(sheet.columns)):
            page.set_column(column, column, 12 if sheet.columns[column].number else 24)
        for number, row in enumerate(_lines(sheet)):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    page.write_string(number, column, value[:_MAX_CELL], head if number == 0 else None)
                else:
                    page.write_number(number, column, value)


def _lines(sheet: Sheet) -> Iterator[Sequence[int | float | str]]:
    """Give the heads, the lines up to the limit, and a last one where there are more."""
    yield [column.words for column in sheet.columns]
    rows: Iterator[Sequence[Cell]] = iter(sheet.rows)
    for row in islice(rows, MAX_EXPORTED):
        yield [cell.exported for cell in row]
    if sheet.more or _any_left(rows):
        yield [str(_("There are more: a file holds at most %(number)d lines.", number=MAX_EXPORTED))]


def _any_left(rows: Iterable[object]) -> bool:
    return next(iter(rows), None) is not None


def _harmless(value: float | str) -> float | str:
    """Put an apostrophe before what could be taken for a formula; numbers stay numbers."""
    if isinstance(value, str) and value.lstrip(_BLANKS).startswith(_FORMULA):
        return f"'{value}"
    return value


def _sheet_name(title: str) -> str:
    """Give a name that a workbook takes: short, and without the signs of its formulas."""
    kept = "".join(" " if sign in "[]:*?/\\" else sign for sign in title)[:_MAX_NAME].strip(" '")
    return kept or "Linbang"
