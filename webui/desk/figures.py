"""What became of the time, as tables and charts: by service, office, step and period. Takes the engine's figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import url_for
from flask_babel import gettext as _

from engine import figures
from engine.state import from_ms
from engine.store.figures import EndedCase
from webui import charts
from webui.page import installation
from webui.words import day_words, element_name, office_name, outcome_name, service_name
from webui.words.figures import days_of, period_words, share_words, short_period, time_words

from .sheets import Cell, Column, Sheet, number_cell, words_cell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.definitions import Definition
    from engine.figures import CaseFigures, Distribution, Period, StepFigures
    from webui.charts import Chart

    from .choice import Choice

MAX_SLOWEST = 20
MAX_STEPS = 60


def numbers(found: CaseFigures) -> list[dict[str, Any]]:
    """Give the numbers at the top of a page; none of them leads anywhere."""
    return [
        {"number": found.received, "words": _("Received")},
        {"number": found.done, "words": _("Done")},
        {"number": share_words(found.share_in_time), "words": _("Done in time"), "late": bool(found.late)},
        {"number": _days(found.duration.percentile(0.5)), "words": _("Working days, half of them")},
        {"number": _days(found.duration.percentile(0.9)), "words": _("Working days, nine of ten")},
    ]


def total(parts: dict[Any, CaseFigures]) -> CaseFigures:
    """Add figures up."""
    found = figures.CaseFigures()
    for one in parts.values():
        for name in ("received", "done", "in_time", "late", "cancelled", "reworked", "returns"):
            setattr(found, name, getattr(found, name) + getattr(one, name))
        found.duration.classes.update(one.duration.classes)
        found.duration.total += one.duration.total
    return found


def by_service(choice: Choice, found: dict[str, CaseFigures]) -> Sheet:
    """Give what became of the cases of each service."""
    services = installation().runtime.catalogue.services()
    rows = []
    for key, one in sorted(found.items(), key=lambda item: (-item[1].late, -item[1].done, item[0])):
        name = service_name(services[key][1]) if key in services else key
        href = (
            url_for("figures.of_service", key=key, **choice.address(service=None))
            if key in services
            else None
        )
        rows.append([words_cell(name, href), *_case_cells(one)])
    return Sheet(
        "figures-services",
        _("By service"),
        [Column(_("Service")), *_case_columns()],
        rows,
        note=_("Length: working days from start to end; the day of the start is day 0."),
        empty=_("No case began or ended in this time."),
    )


def by_office(choice: Choice, found: dict[int, CaseFigures]) -> Sheet:
    """Give what became of the cases of each office right below the chosen one."""
    offices = installation().runtime.offices.rows
    rows = []
    for key, one in sorted(found.items(), key=lambda item: (-item[1].late, -item[1].done, item[0])):
        href = url_for("figures.overview", **choice.address(office=key))
        rows.append([words_cell(office_name(offices.get(key)), href), *_case_cells(one)])
    return Sheet(
        "figures-offices",
        _("By office"),
        [Column(_("Office")), *_case_columns()],
        rows,
        note=_("Each office with those below it."),
        empty=_("No case began or ended in this time."),
    )


def over_time(found: dict[Period, CaseFigures]) -> Sheet:
    """Give the table behind the charts."""
    rows = [
        [words_cell(period_words(period), None, days_of(period)), *_case_cells(one)]
        for period, one in found.items()
    ]
    return Sheet("trend", _("Figures over time"), [Column(_("Time")), *_case_columns()], rows)


def trends(found: dict[Period, CaseFigures]) -> list[tuple[str, Chart]]:
    """Give the charts of some periods, each with its title."""
    labels = [short_period(period) for period in found]
    values = list(found.values())
    shares = [None if one.share_in_time is None else round(100 * one.share_in_time, 1) for one in values]
    return [
        (
            _("Received and done"),
            charts.bar_chart(
                labels,
                [
                    (_("Received"), [one.received for one in values]),
                    (_("Done"), [one.done for one in values]),
                ],
            ),
        ),
        (_("Done in time, in percent"), charts.line_chart(labels, [(_("Done in time"), shares)], " %", 100)),
        (
            _("Length in working days"),
            charts.line_chart(
                labels,
                [
                    (_("Half of them, at most"), [one.duration.percentile(0.5) for one in values]),
                    (_("Nine of ten, at most"), [one.duration.percentile(0.9) for one in values]),
                ],
            ),
        ),
    ]


def by_step(key: str, definition: Definition, found: dict[str, StepFigures]) -> Sheet:
    """Give how long each step waited and was worked on, the longest first."""
    rows = []
    order = sorted(found.items(), key=lambda item: (-load(item[1]), item[0]))
    for element_id, one in order[:MAX_STEPS]:
        href = url_for("desk.work", service=key, step=element_id)
        rows.append(
            [
                words_cell(element_name(definition, element_id), href),
                number_cell(one.number),
                *_time_cells(one.waiting),
                *_time_cells(one.working),
                number_cell(one.sent_back, late=one.sent_back > 0),
            ]
        )
    return Sheet(
        "steps-time",
        _("Waiting and working time by step"),
        [
            Column(_("Step")),
            Column(_("Done"), number=True),
            Column(_("Waited, half at most"), number=True),
            Column(_("Waited, nine of ten"), number=True),
            Column(_("Worked on, half at most"), number=True),
            Column(_("Worked on, nine of ten"), number=True),
            Column(_("Sent back"), number=True),
        ],
        rows,
        note=_(
            "Business hours of the cases that ended in this time; d is a day of eight hours. Files give minutes."
        ),
        empty=_("No case ended in this time."),
        more=max(0, len(order) - MAX_STEPS),
    )


def slowest(choice: Choice, size: int = MAX_SLOWEST) -> Sheet:
    """Give the cases that took longest of those that were done."""
    runtime = installation().runtime
    months = [one.key for one in choice.period.months]
    rows = runtime.figures.slowest(choice.below, months, choice.moments, size, service_key=choice.service)
    return Sheet(
        "slowest",
        _("The slowest cases"),
        [
            Column(_("Case")),
            Column(_("Service")),
            Column(_("Office")),
            Column(_("Ended")),
            Column(_("Working days"), number=True),
            Column(_("Sent back"), number=True),
            Column(_("Limit")),
        ],
        [_slow(row) for row in rows],
        empty=_("No case ended in this time."),
    )


def load(one: StepFigures) -> float:
    """Give by what steps are compared: the time that they took on the average."""
    return (one.waiting.mean or 0.0) + (one.working.mean or 0.0)


def _case_columns() -> list[Column]:
    return [
        Column(_("Received"), number=True),
        Column(_("Done"), number=True),
        Column(_("In time"), number=True),
        Column(_("Late"), number=True),
        Column(_("Share in time"), number=True),
        Column(_("Half at most"), number=True),
        Column(_("Nine of ten"), number=True),
        Column(_("99 of 100"), number=True),
        Column(_("Sent back"), number=True),
    ]


def _case_cells(one: CaseFigures) -> Sequence[Cell]:
    share = one.share_in_time
    return [
        number_cell(one.received),
        number_cell(one.done),
        number_cell(one.in_time),
        number_cell(one.late, late=one.late > 0),
        number_cell(None if share is None else round(share, 4), share_words(share)),
        *(number_cell(days, _days(days)) for days in map(one.duration.percentile, (0.5, 0.9, 0.99))),
        number_cell(one.reworked),
    ]


def _time_cells(found: Distribution) -> list[Cell]:
    return [number_cell(value, time_words(value)) for value in map(found.percentile, (0.5, 0.9))]


def _days(days: int | None) -> str:
    return "–" if days is None else str(days)


def _slow(row: EndedCase) -> list[Cell]:
    runtime = installation().runtime
    definition = runtime.catalogue.get(row.definition_id)
    limits = {None: _("none"), 0: _("kept"), 1: _("missed")}
    ended = case_day(row.ended_at)
    return [
        words_cell(row.business_key, url_for("cases.show", case_id=row.id), row.title),
        words_cell(service_name(definition), None, outcome_name(definition, row.outcome)),
        words_cell(office_name(runtime.offices.rows.get(row.office_id))),
        words_cell(ended),
        number_cell(row.days),
        number_cell(row.returns, late=row.returns > 0),
        words_cell(str(limits[row.missed]), late=row.missed == 1),
    ]


def case_day(moment: int) -> str:
    """Say the day of a moment."""
    return day_words(installation().runtime.calendar.local_date(from_ms(moment)))
