"""The calendar that the offices keep: look at a year, import notices, close offices, see which cases move, decide.

What takes long is done a part at a time, each with a request of its own; the background goes on with it, too.
"""

from __future__ import annotations

import time
from datetime import date, timedelta
from datetime import time as time_of_day
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine.calendar import FIRST_YEAR, LAST_YEAR
from engine.calendar_changes import applying, looking, proposing
from engine.calendar_changes.difference import difference
from engine.calendar_changes.proposing import OfficeWishes, OwnDay
from engine.errors import EngineError, InvalidInput, InvalidState
from engine.notices import MAX_CHARS
from engine.operators import check_role
from engine.store.calendars import MAX_COUNTED
from webui.auth import actor, signed_in
from webui.page import installation
from webui.words import day_words, message_of, moment_words, office_name, person_name
from webui.words.calendars import (
    CHANGE_NAMES,
    MOVE_NAMES,
    change_title,
    day_rows,
    kind_words,
    move_row,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.store.calendars import ChangeRow

PAGE = 25
_LOOK_S = 1.0
"""How long one request goes on looking at further cases."""
_MAX_ID_DIGITS = 19
_SHOWN_DAYS = 60
_YEAR_DIGITS = 4

pages = Blueprint("calendars", __name__, url_prefix="/calendars")


@pages.get("/")
@signed_in
def listing() -> Any:
    """Show an office's year, what it comes from, and the changes so far."""
    return _listing()


@pages.post("/notices")
@signed_in
def import_notice() -> Any:
    """Propose the notice of a year from its file."""
    file = request.files.get("file")
    text = file.read(4 * MAX_CHARS + 1).decode("utf-8", "replace") if file is not None else ""
    if file is None or not file.filename:
        return _listing(problem=message_of(InvalidInput(code="notice_missing"))), 422
    try:
        row = proposing.propose_notice(installation().runtime, actor(), file.filename, text)
    except InvalidInput as exc:
        return _listing(problem=message_of(exc)), 422
    return redirect(url_for("calendars.show", change_id=row.id), 303)


@pages.post("/offices")
@signed_in
def change_office() -> Any:
    """Propose days or hours of an office."""
    office_id = _id(request.form.get("office", "")) or 0
    try:
        row = proposing.propose_office(installation().runtime, actor(), office_id, _wishes(request.form))
    except InvalidInput as exc:
        return _listing(problem=message_of(exc), posted=request.form), 422
    return redirect(url_for("calendars.show", change_id=row.id), 303)


@pages.get("/changes/<int:change_id>")
@signed_in
def show(change_id: int) -> Any:
    """Show what a change does to each case, or has done."""
    return _show(change_id)


@pages.post("/changes/<int:change_id>/look")
@signed_in
def look(change_id: int) -> Any:
    """Look at further cases for about a second."""
    runtime, begun = installation().runtime, time.monotonic()
    while time.monotonic() - begun < _LOOK_S:
        if looking.look_further(runtime, actor(), change_id).row.state != "looking":
            break
    return redirect(url_for("calendars.show", change_id=change_id), 303)


@pages.post("/changes/<int:change_id>/approve")
@signed_in
def approve(change_id: int) -> Any:
    """Put a change into force; its cases follow on the page, or without it."""
    return _decide(change_id, discard=False)


@pages.post("/changes/<int:change_id>/discard")
@signed_in
def discard(change_id: int) -> Any:
    """Drop a change."""
    return _decide(change_id, discard=True)


@pages.post("/changes/<int:change_id>/go-on")
@signed_in
def go_on(change_id: int) -> Any:
    """Move further cases for about a second."""
    runtime = installation().runtime
    applying.check_may_decide(runtime, actor(), looking.find(runtime, change_id))
    applying.go_on(runtime, change_id)
    return redirect(url_for("calendars.show", change_id=change_id), 303)


def _decide(change_id: int, *, discard: bool) -> Any:
    runtime, reason = installation().runtime, request.form.get("reason", "")
    try:
        if discard:
            applying.discard(runtime, actor(), change_id, reason)
        else:
            applying.approve(runtime, actor(), change_id, reason)
    except (InvalidInput, InvalidState) as exc:
        status = 422 if isinstance(exc, InvalidInput) else 409
        return _show(change_id, problem=message_of(exc), reason=reason), status
    flash(_("The change was dropped.") if discard else _("The calendar is in force."), "success")
    return redirect(url_for("calendars.show", change_id=change_id), 303)


def _listing(*, problem: str | None = None, posted: Mapping[str, str] | None = None) -> str:
    runtime, person = installation().runtime, actor()
    check_role(person)
    offices = runtime.offices.seen_by(person)
    chosen = _id(request.args.get("office", "")) or (posted and _id(posted.get("office", ""))) or 0
    office_id = chosen if chosen in offices else next(iter(offices), 0)
    year = _year(request.args.get("year", ""), runtime.today().year)
    calendar = runtime.calendars.known.of(office_id)
    days = [
        date(year, 1, 1) + timedelta(days=n) for n in range((date(year, 12, 31) - date(year, 1, 1)).days + 1)
    ]
    explained = [(day, calendar.explain(day)) for day in days]
    notice = next((one for one in calendar.notices if one.year == year), None)
    return render_template(
        "calendars.html",
        year=year,
        years=[
            (one, url_for("calendars.listing", office=office_id, year=one))
            for one in (year - 1, year + 1)
            if FIRST_YEAR <= one <= LAST_YEAR
        ],
        office=office_id,
        office_name=office_name(runtime.offices.rows.get(office_id)),
        offices=[(one, office_name(runtime.offices.rows[one])) for one in offices],
        days=day_rows(explained),
        working=sum(info.kind.works for _day, info in explained),
        provisional=calendar.is_provisional(days[0]),
        source=_("%(number)s of %(date)s", number=notice.number, date=notice.issued_on)
        if notice
        else calendar.packaged.label,
        hours=f"{calendar.opens:%H:%M}–{calendar.closes:%H:%M}",
        version=calendar.version,
        changes=[_change(row) for row in looking.changes(runtime, person)],
        may_import=proposing.may_import(runtime, person),
        problem=problem,
        posted=posted or {},
    )


def _show(change_id: int, *, problem: str | None = None, reason: str = "") -> str:
    runtime, person = installation().runtime, actor()
    found = looking.read_preview(runtime, person, change_id)
    state = request.args.get("state") or None
    state = state if state in looking.STATES else None
    after = _id(request.args.get("after", "")) or 0
    moves = looking.page_of_moves(runtime, person, change_id, state=state, after=after, size=PAGE + 1)
    here: dict[str, Any] = {"change_id": change_id, **({"state": state} if state else {})}
    row = found.row
    return render_template(
        "calendar_change.html",
        change=_change(row),
        counts=found.counts,
        figures=[
            {
                "number": _count(number),
                "words": MOVE_NAMES[name],
                "href": url_for("calendars.show", change_id=change_id, state=name),
                "late": name in {"missed", "failed"},
            }
            for name, number in found.counts.items()
            if number
        ],
        days=_days(row),
        seen=_count(sum(found.counts.values())),
        moves=[
            move_row(one, runtime.catalogue.get(one.listed.definition_id), runtime.calendar)
            for one in moves[:PAGE]
        ],
        state=state,
        first=url_for("calendars.show", **here) if after else None,
        following=url_for("calendars.show", **here, after=moves[PAGE - 1].listed.row.process_instance_id)
        if len(moves) > PAGE
        else None,
        may_decide=applying.may_decide(runtime, person, row),
        problem=problem,
        reason=reason,
    )


def _days(row: ChangeRow) -> list[dict[str, Any]]:
    """Say which days a change makes another way, at the office that it is for; an ended one, as it was then."""
    runtime = installation().runtime
    calendars = runtime.calendars
    try:
        before = calendars.edition(row.base)
        after = (
            calendars.edition(row.edition) if row.edition is not None else proposing.result_of(runtime, row)
        )
    except EngineError:
        return []
    office = row.office_id or actor().office_id or 0
    chain = tuple(runtime.offices.chain(office))
    old, new = (one.calendar(chain, calendars.packaged(one.packaged)) for one in (before, after))
    return [
        {
            "day": day_words(one.day),
            "before": kind_words(one.before),
            "after": kind_words(one.after),
        }
        for one in difference(old, new).days[:_SHOWN_DAYS]
    ]


def _change(row: ChangeRow) -> dict[str, Any]:
    runtime = installation().runtime
    office = runtime.offices.rows.get(row.office_id or 0)
    return {
        "id": row.id,
        "title": change_title(row),
        "state": row.state,
        "state_words": CHANGE_NAMES[row.state],
        "office": office_name(office) if office is not None else _("every office"),
        "at": moment_words(row.created_at, runtime.calendar),
        "by": _name(row.created_by),
        "decided_at": moment_words(row.decided_at, runtime.calendar) if row.decided_at is not None else "",
        "decided_by": _name(row.decided_by) if row.decided_at is not None else "",
        "reason": row.reason or "",
    }


def _name(person_id: int | None) -> str:
    row = installation().runtime.people.person(person_id=person_id) if person_id is not None else None
    return person_name(row) if row is not None else _("the operator's command")


def _wishes(form: Mapping[str, str]) -> OfficeWishes:
    """Read the form; raises InvalidInput for days or hours that are none."""
    what = form.get("what", "")
    if what == "hours":
        return OfficeWishes(hours=(_time(form.get("opens", "")), _time(form.get("closes", ""))))
    if what == "usual_hours":
        return OfficeWishes(usual_hours=True)
    days = _span(form.get("first", ""), form.get("last", "") or form.get("first", ""))
    if what == "forget":
        return OfficeWishes(forget=days)
    return OfficeWishes([OwnDay(day, what == "open", form.get("label", "")) for day in days])


def _span(first: str, last: str) -> list[date]:
    try:
        begin, end = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError as exc:
        raise InvalidInput("Expected two days", code="days_broken") from exc
    count = (end - begin).days + 1
    if not (1 <= count <= proposing.MAX_DAYS and begin.year >= FIRST_YEAR and end.year <= LAST_YEAR):
        raise InvalidInput("Expected days in order and not too many", code="days_broken")
    return [begin + timedelta(days=n) for n in range(count)]


def _time(text: str) -> time_of_day:
    try:
        return time_of_day.fromisoformat(text).replace(tzinfo=None)
    except ValueError as exc:
        raise InvalidInput("Expected a time of day", code="invalid_hours") from exc


def _year(text: str, otherwise: int) -> int:
    year = int(text) if text.isdecimal() and text.isascii() and len(text) == _YEAR_DIGITS else otherwise
    return year if FIRST_YEAR <= year <= LAST_YEAR else otherwise


def _count(number: int) -> str:
    return f"{MAX_COUNTED}+" if number >= MAX_COUNTED else str(number)


def _id(text: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < _MAX_ID_DIGITS else None
