"""The report of a week for one office: figures, what is late and why, trend, ratings. Gives what a template prints."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import g, render_template
from flask_babel import gettext as _

from engine import figures as times
from engine.figures import WEEK, Period
from engine.store.work import Count, WorkFilter
from webui.assets import content
from webui.language import language
from webui.page import installation
from webui.words import clock_words, office_name
from webui.words.desk import STANDINGS
from webui.words.figures import days_of, period_words

from . import figures, ratings
from .choice import Choice
from .rows import in_words
from .sheets import Cell, Column, Sheet, number_cell, words_cell

MAX_LATE = 12
MAX_SLOWEST = 5
MAX_BAD = 5
"""A report is to be read on a page or two; the lists behind it are whole on the desk."""


def weekly(office_id: int, period: Period) -> dict[str, Any]:
    """Give everything that the report of an office and those below it says of a week."""
    runtime = installation().runtime
    choice = Choice(office_id, runtime.offices.below(office_id), period, None)
    lately = times.over_time(runtime, office_id, choice.lately)
    rated = times.of_ratings(runtime, office_id, [period])
    count = runtime.work.count(choice.offices, runtime.now_ms())
    return {
        "office": office_name(runtime.offices.rows.get(office_id)),
        "period": period_words(period),
        "days": days_of(period),
        "made": clock_words(runtime.clock.now(), runtime.calendar),
        "numbers": _compared(lately[period], lately[period.before]),
        "now": _now(count),
        "late": _late(choice.offices, count.late),
        "charts": figures.trends(lately),
        "trend": figures.over_time(lately),
        "by_service": figures.by_service(choice, times.of_cases(runtime, office_id, [period])),
        "by_office": figures.by_office(choice, times.of_offices(runtime, choice.children, [period])),
        "slowest": figures.slowest(choice, MAX_SLOWEST),
        "ratings": ratings.numbers(ratings.total(rated)),
        "bad_reviews": ratings.bad_reviews(choice, MAX_BAD),
    }


def as_file(office_id: int, period: Period, tag: str) -> str:
    """Give the report as one file that needs nothing beside it, in a language; call it within a request's context."""
    g.language = tag
    told = {name: _without_links(value) for name, value in weekly(office_id, period).items()}
    return render_template("report_file.html", language=language(), styles=content("app.css"), **told)


def _compared(found: times.CaseFigures, before: times.CaseFigures) -> list[dict[str, Any]]:
    """Give the numbers of the week, each with that of the week before."""
    pairs = zip(figures.numbers(found), figures.numbers(before), strict=True)
    return [
        one | {"before": _("the week before: %(number)s", number=other["number"])} for one, other in pairs
    ]


def _now(count: Count) -> list[dict[str, Any]]:
    """Give how open work stands."""
    found = [
        {
            "number": getattr(count, key),
            "words": str(STANDINGS[key]),
            "late": key == "late" and count.late > 0,
        }
        for key in ("late", "at_risk", "on_time", "paused", "unclaimed")
    ]
    return [{"number": count.total, "words": _("Open tasks")}, *found]


def _late(offices: list[int], number: int) -> Sheet:
    """Give what is late now, the longest first, with the clock, where it lies and what was answered."""
    runtime = installation().runtime
    rows = runtime.work.page(offices, WorkFilter("late"), runtime.now_ms(), size=MAX_LATE)
    columns = [
        Column(_("Case")),
        Column(_("Waits for")),
        Column(_("Who has it")),
        Column(_("Clock")),
        Column(_("Working days late"), number=True),
        Column(_("Reason given")),
    ]
    lines = [_late_line(one) for one in in_words(rows)]
    return Sheet(
        "late",
        _("Late now, and why"),
        columns,
        lines,
        empty=_("Nothing is late."),
        more=max(0, number - len(rows)),
    )


def _late_line(line: dict[str, Any]) -> list[Cell]:
    reason = line["reason"]
    told = reason["answer"] or _("asked, not answered yet") if reason else _("not asked")
    return [
        words_cell(line["case"], None, line["service"]),
        words_cell(line["step"], None, _("since %(moment)s", moment=line["since"])),
        words_cell(line["who"] or _("Nobody yet"), None, line["office"]),
        words_cell(line["clock"] or "–", None, line["due"].at),
        number_cell(line["due"].count, late=True),
        words_cell(told),
    ]


def _without_links(value: Any) -> Any:
    if not isinstance(value, Sheet):
        return value
    return replace(value, rows=[[replace(cell, href=None) for cell in row] for row in value.rows])


def this_week() -> Period:
    """Give the present week."""
    return Period.of(installation().runtime.today(), WEEK)
