"""The lists of open work as sheets, for files: the list behind a number, the tables of the overview."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from flask import url_for
from flask_babel import gettext as _

from engine import supervising
from webui.auth import actor
from webui.page import installation
from webui.words import due_words, moment_words, office_name, service_name

from . import filtering
from .rows import clock_name, in_words
from .sheets import Cell, Column, Sheet, number_cell, words_cell
from .tables import Tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.store.work import WaitingCase, WorkFilter

PAGE = 500
MAX_WAITING = 50


def work() -> Sheet:
    """Give the list of open tasks that the address asks for, from its beginning."""
    offices = supervising.supervised_offices(installation().runtime, actor())
    return Sheet(
        "work",
        _("Open work"),
        [
            Column(_("Case")),
            Column(_("Applicant")),
            Column(_("Service")),
            Column(_("Task")),
            Column(_("Waits since")),
            Column(_("Who has it")),
            Column(_("Group")),
            Column(_("Office")),
            Column(_("Due")),
            Column(_("Clock")),
            Column(_("Standing")),
            Column(_("Urgency")),
            Column(_("Reason given")),
        ],
        _tasks(offices, filtering.read()),
    )


def waiting(offices: list[int], until: int, size: int = MAX_WAITING) -> Sheet:
    """Give the cases whose clock runs out and in which nobody has a task."""
    runtime = installation().runtime
    rows = runtime.work.without_task(offices, runtime.now_ms(), until, size + 1)
    return Sheet(
        "waiting",
        _("Cases in which nobody has a task"),
        [
            Column(_("Case")),
            Column(_("Service")),
            Column(_("Office")),
            Column(_("Clock")),
            Column(_("Due")),
            Column(_("Runs since")),
        ],
        [_waiting(row) for row in rows[:size]],
        note=_(
            "They wait for a message, a date or another system, and become late by the end of the week as well."
        ),
        more=max(0, len(rows) - size),
    )


def numbers(part: str) -> Sheet:
    """Give a table of the overview: `services`, `offices`, `steps` or `people`."""
    runtime = installation().runtime
    offices = supervising.supervised_offices(runtime, actor())
    tables, now = Tables(every=True), runtime.now_ms()
    if part == "people":
        table = tables.of_people(runtime.work.count_by_person(offices, now))
    else:
        by = {"services": "service", "offices": "office", "steps": "step"}[part]
        table = tables.of_places(runtime.work.count_by_place(offices, now))[by]
    heads = [
        Column(one["words"], number=True) for one in (table["lines"][0]["numbers"] if table["lines"] else ())
    ]
    return Sheet(
        part,
        table["title"],
        [Column(table["heading"]), *heads, Column(_("Open"), number=True)],
        [
            [
                words_cell(line["name"], line["href"], line["sub"]),
                *(number_cell(one["number"]) for one in line["numbers"]),
                number_cell(line["total"]),
            ]
            for line in table["lines"]
        ],
    )


def _tasks(offices: list[int], where: WorkFilter) -> Iterator[Sequence[Cell]]:
    """Give the lines page by page, as long as somebody asks for more."""
    runtime = installation().runtime
    after: tuple[int, int] | None = None
    while True:
        rows = runtime.work.page(offices, where, runtime.now_ms(), size=PAGE, after=after)
        for line in in_words(rows):
            yield _task(line)
        if len(rows) < PAGE:
            return
        after = (rows[-1].due_at, rows[-1].id)


def _task(line: dict[str, Any]) -> Sequence[Cell]:
    reason = line["reason"]
    texts = (
        line["case"],
        line["title"],
        line["service"],
        line["step"],
        line["since"],
        line["who"] or _("Nobody yet"),
        line["group"],
        line["office"],
        line["due"].at,
        line["clock"],
        line["standing"],
        line["priority"],
        reason["answer"] if reason else "",
    )
    return [words_cell(text) for text in texts]


def _waiting(row: WaitingCase) -> Sequence[Cell]:
    runtime = installation().runtime
    definition = runtime.catalogue.get(row.definition_id)
    due = due_words(row.due_at, runtime.clock.now(), runtime.calendar)
    ledger = url_for("cases.ledger", case_id=row.id, deadline_id=row.key)
    return [
        words_cell(row.business_key, url_for("cases.show", case_id=row.id), row.title),
        words_cell(service_name(definition)),
        words_cell(office_name(runtime.offices.rows.get(row.office_id))),
        words_cell(clock_name(definition, row.deadline_id), ledger),
        words_cell(due.at),
        words_cell(moment_words(row.started_at, runtime.calendar)),
    ]
