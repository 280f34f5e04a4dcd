"""What supervisors read of figures: periods, lengths of time, shares, ratings."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy

from engine.figures import WEEK, Period
from engine.figures.ratings import BUCKETS
from webui.language import language

from .common import day_words, month_words

MINUTES_A_DAY = 8 * 60
"""So many minutes of business hours are said as a day."""
_HOUR = 60

RATINGS = {
    5: lazy("Very satisfied"),
    4: lazy("Satisfied"),
    3: lazy("Fairly satisfied"),
    2: lazy("Dissatisfied"),
    1: lazy("Very dissatisfied"),
    0: lazy("Gave no rating"),
    -1: lazy("Not reached"),
}
_REVIEWS = {
    "justified": lazy("Justified, put right"),
    "unreachable": lazy("Not reached again, put right as far as known"),
    "explained": lazy("Without ground, explained"),
    "mistaken": lazy("Given by mistake, not counted"),
}


def period_words(period: Period) -> str:
    """Say a week or a month."""
    if period.kind != WEEK:
        return month_words(period.first.year, period.first.month)
    year, week, _day = period.first.isocalendar()
    return str(_("Week %(week)d of %(year)d", week=week, year=year))


def days_of(period: Period) -> str:
    """Say from when to when a period goes."""
    return f"{day_words(period.first)} – {day_words(period.last)}"


def short_period(period: Period) -> str:
    """Say a period below a chart."""
    if period.kind == WEEK:
        week = period.first.isocalendar()[1]
        return f"{week}周" if language() == "zh" else f"W{week}"
    return f"{period.first.month}月" if language() == "zh" else f"{period.first:%y}-{period.first.month:02}"


def time_words(minutes: float | None) -> str:
    """Say a length of business hours: in minutes, hours or days of eight hours."""
    if minutes is None:
        return "–"
    if minutes < _HOUR:
        return str(_("%(number)s min", number=round(minutes)))
    if minutes < MINUTES_A_DAY:
        return str(_("%(number)s h", number=f"{minutes / _HOUR:.1f}".removesuffix(".0")))
    return str(_("%(number)s d", number=f"{minutes / MINUTES_A_DAY:.1f}".removesuffix(".0")))


def share_words(share: float | None) -> str:
    """Say a share of all."""
    return "–" if share is None else f"{100 * share:.0f} %"


def rating_words(value: str | None) -> str:
    """Say a rating as it is kept of a case."""
    return str(RATINGS[BUCKETS[value]]) if value in BUCKETS else "–"


def review_words(review: str | None) -> str:
    """Say what looking into a bad rating came to."""
    return str(_REVIEWS.get(review or "", review or _("Not looked into")))
