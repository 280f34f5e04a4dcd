"""What people said of the services, as tables and a chart, and what became of the bad ratings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import url_for
from flask_babel import gettext as _

from engine.figures import Distribution
from engine.figures.ratings import review_elements
from engine.store.work import WorkFilter
from webui import charts
from webui.page import installation
from webui.words import office_name, outcome_name, service_name
from webui.words.figures import RATINGS, rating_words, review_words, share_words

from .figures import case_day
from .rows import in_words
from .sheets import Cell, Column, Sheet, number_cell, words_cell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.store.figures import EndedCase
    from webui.charts import Chart

    from .choice import Choice

MAX_BAD = 50
MAX_OPEN = 50
_GIVEN = (5, 4, 3, 2, 1)
_BAD = (2, 1)


def total(parts: Mapping[Any, Distribution]) -> Distribution:
    """Add ratings up."""
    found = Distribution()
    for one in parts.values():
        found.classes.update(one.classes)
    return found


def numbers(found: Distribution) -> list[dict[str, Any]]:
    """Give the numbers at the top of the page."""
    given = _given(found)
    bad = sum(found.classes[one] for one in _BAD)
    return [
        {"number": given, "words": _("Ratings")},
        {"number": share_words(_good(found)), "words": _("Fairly satisfied or better")},
        {"number": bad, "words": _("Bad ratings"), "late": bad > 0},
        {"number": found.classes[0], "words": str(RATINGS[0])},
        {"number": found.classes[-1], "words": str(RATINGS[-1])},
    ]


def spread(found: Distribution) -> Chart:
    """Give the bar of all ratings that were given, the best at the left."""
    return charts.share_chart([(str(RATINGS[one]), found.classes[one]) for one in _GIVEN])


def spread_table(found: Distribution) -> Sheet:
    """Give the table behind the bar."""
    given = _given(found)
    rows = [
        [
            words_cell(str(words)),
            number_cell(found.classes[one]),
            words_cell(share_words(found.classes[one] / given if given and one > 0 else None)),
        ]
        for one, words in RATINGS.items()
    ]
    columns = [Column(_("Rating")), Column(_("Number"), number=True), Column(_("Share"), number=True)]
    return Sheet("ratings", _("All ratings"), columns, rows)


def by_service(choice: Choice, found: Mapping[str, Distribution]) -> Sheet:
    """Give the ratings of each service."""
    services = installation().runtime.catalogue.services()
    rows = [
        [
            words_cell(
                service_name(services[key][1]) if key in services else key,
                url_for("figures.ratings", **choice.address(service=key)),
            ),
            *_cells(one),
        ]
        for key, one in sorted(found.items(), key=lambda item: (_good(item[1]) or 0, item[0]))
    ]
    return Sheet(
        "ratings-services", _("By service"), [Column(_("Service")), *_columns()], rows, empty=_none()
    )


def by_office(choice: Choice, found: Mapping[int, Distribution]) -> Sheet:
    """Give the ratings of each office right below the chosen one."""
    offices = installation().runtime.offices.rows
    rows = [
        [
            words_cell(
                office_name(offices.get(key)), url_for("figures.ratings", **choice.address(office=key))
            ),
            *_cells(one),
        ]
        for key, one in sorted(found.items(), key=lambda item: (_good(item[1]) or 0, item[0]))
    ]
    return Sheet("ratings-offices", _("By office"), [Column(_("Office")), *_columns()], rows, empty=_none())


def bad_reviews(choice: Choice, size: int = MAX_BAD) -> Sheet:
    """Give the badly rated cases that ended in the time, and what became of each rating."""
    rows = installation().runtime.figures.badly_rated(
        choice.below, choice.moments, size + 1, service_key=choice.service
    )
    return Sheet(
        "bad-ratings",
        _("Bad ratings, looked into"),
        [
            Column(_("Case")),
            Column(_("Service")),
            Column(_("Office")),
            Column(_("Rating")),
            Column(_("What became of it")),
            Column(_("Ended")),
        ],
        [_bad(row) for row in rows[:size]],
        empty=_("No bad rating in this time."),
        more=max(0, len(rows) - size),
    )


def open_reviews(choice: Choice) -> Sheet:
    """Give the tasks in which a bad rating is being looked into or put right now, whenever it was given."""
    runtime = installation().runtime
    rows = []
    for key, (_id, definition) in runtime.catalogue.services().items():
        if choice.service in (None, key):
            for element_id in sorted(review_elements(definition)):
                where = WorkFilter(service_key=key, element_id=element_id)
                rows += runtime.work.page(choice.below, where, runtime.now_ms(), size=MAX_OPEN)
    rows.sort(key=lambda row: (row.due_at, row.id))
    return Sheet(
        "open-ratings",
        _("Bad ratings being looked into"),
        [
            Column(_("Case")),
            Column(_("Service")),
            Column(_("Step")),
            Column(_("Who has it")),
            Column(_("Due")),
        ],
        [
            [
                words_cell(one["case"], url_for("cases.show", case_id=one["case_id"]), one["title"]),
                words_cell(one["service"], None, one["office"]),
                words_cell(one["step"], url_for("tasks.show", task_id=one["id"])),
                words_cell(one["who"] or _("Nobody yet")),
                words_cell(one["due"].at or "–", late=one["due"].state == "overdue"),
            ]
            for one in in_words(rows[:MAX_OPEN])
        ],
        empty=_("None at the moment."),
        more=max(0, len(rows) - MAX_OPEN),
    )


def _given(found: Distribution) -> int:
    return sum(found.classes[one] for one in _GIVEN)


def _good(found: Distribution) -> float | None:
    given = _given(found)
    return 1 - sum(found.classes[one] for one in _BAD) / given if given else None


def _columns() -> list[Column]:
    heads = [Column(str(RATINGS[one]), number=True) for one in (*_GIVEN, 0, -1)]
    return [*heads, Column(_("Share satisfied"), number=True)]


def _cells(found: Distribution) -> list[Cell]:
    good = _good(found)
    cells = [number_cell(found.classes[one], late=one in _BAD and found.classes[one] > 0) for one in _GIVEN]
    cells += [number_cell(found.classes[one]) for one in (0, -1)]
    return [*cells, number_cell(None if good is None else round(good, 4), share_words(good))]


def _bad(row: EndedCase) -> list[Cell]:
    runtime = installation().runtime
    definition = runtime.catalogue.get(row.definition_id)
    return [
        words_cell(row.business_key, url_for("cases.show", case_id=row.id), row.title),
        words_cell(service_name(definition), None, outcome_name(definition, row.outcome)),
        words_cell(office_name(runtime.offices.rows.get(row.office_id))),
        words_cell(rating_words(row.rating), late=True),
        words_cell(review_words(row.review)),
        words_cell(case_day(row.ended_at)),
    ]


def _none() -> str:
    return str(_("Nobody was asked in this time."))
