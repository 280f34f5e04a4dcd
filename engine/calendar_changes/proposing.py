"""Proposes a change of the calendar: a yearly notice, or an office's own days and hours. Puts nothing into force.

A notice is for everybody and comes from operators or from supervisors of an office that has none above it; days and
hours of an office come from supervisors of that office or of one above, and from operators.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, time
from typing import TYPE_CHECKING, Any

from engine.calendar import Notice, read_notice
from engine.calendars import Edition, OfficeDay, OfficeRules
from engine.errors import InvalidInput, NotAllowed, NotFound
from engine.operators import check_role
from engine.store.calendars import CalendarStore, ChangeRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.people import Actor
    from engine.runtime import Runtime

NOTICE, OFFICE = "notice", "office"
MAX_LABEL = 80
MAX_FILENAME = 200
MAX_DAYS = 400
"""Days of one proposal: a year and a little."""
MAX_OWN_DAYS = 2_000
"""Days that one office keeps of its own, all years together."""


@dataclass(frozen=True, slots=True)
class OwnDay:
    """A day on which an office is to be closed, or open, otherwise than the country. label: why."""

    day: date
    works: bool
    label: str


@dataclass(frozen=True, slots=True)
class OfficeWishes:
    """What is to be another way at one office.

    forget: days that are to be again as they are elsewhere. hours: None leaves them; `usual_hours` gives them up.
    """

    days: Sequence[OwnDay] = ()
    forget: Sequence[date] = ()
    hours: tuple[time, time] | None = None
    usual_hours: bool = False


def propose_notice(runtime: Runtime, actor: Actor, filename: str, text: str) -> ChangeRow:
    """Propose the notice of a year, in the place of one that is in force; nothing counts by it yet.

    Raises NotAllowed (`may_not_import`), InvalidInput (`invalid_notice`) naming file and line, and InvalidInput
    (`nothing_changed`) for a notice that is in force already.
    """
    check_may_import(runtime, actor)
    filename = filename.rsplit("/", 1)[-1].rsplit("\\", 1)[-1][-MAX_FILENAME:] or "notice.yaml"
    notice = read_notice(text, filename)
    if notice in runtime.calendars.known.newest.notices:
        raise InvalidInput(
            f"Expected another notice for {notice.year}, but this one is in force", code="nothing_changed"
        )
    return _propose(runtime, actor, None, NOTICE, {"file": filename, "text": text})


def propose_office(runtime: Runtime, actor: Actor, office_id: int, wishes: OfficeWishes) -> ChangeRow:
    """Propose days and hours of an office and all below it that have nothing nearer; nothing counts by them yet.

    Raises NotFound for an office that the actor does not see, NotAllowed (`not_an_operator`), InvalidInput for days
    or hours that cannot be (`invalid_override`, `invalid_hours`) or that change nothing (`nothing_changed`).
    """
    check_role(actor)
    if office_id not in runtime.offices.rows or not runtime.offices.sees(actor, office_id):
        raise NotFound("Expected an office of yours, but it is none", code="office_unknown")
    _check_days(wishes)
    content: dict[str, Any] = {
        "days": [[one.day.isoformat(), one.works, one.label.strip()] for one in wishes.days],
        "forget": [day.isoformat() for day in wishes.forget],
        "usual_hours": wishes.usual_hours,
    }
    if wishes.hours is not None:
        if not wishes.hours[0] < wishes.hours[1]:
            raise InvalidInput(
                "Expected an office to close after it opens, but it does not", code="invalid_hours"
            )
        content["hours"] = [one.isoformat("minutes") for one in wishes.hours]
    row = _row(runtime, actor, office_id, OFFICE, content)
    newest = runtime.calendars.known.newest
    after = result_of(runtime, row)
    own, was = (edition.offices.get(office_id, OfficeRules()) for edition in (after, newest))
    if len(own.days) > MAX_OWN_DAYS:
        raise InvalidInput(f"Expected at most {MAX_OWN_DAYS} days of one office", code="invalid_override")
    chain = tuple(runtime.offices.chain(office_id))
    packaged = runtime.calendars.packaged(newest.packaged)
    if own == was or after.calendar(chain, packaged) == newest.calendar(chain, packaged):
        raise InvalidInput("Expected something that is not so already", code="nothing_changed")
    store(runtime).add_change(row)
    return row


def result_of(runtime: Runtime, change: ChangeRow) -> Edition:
    """Give the edition that a change makes of the one that is in force."""
    newest = runtime.calendars.known.newest
    content = json.loads(change.content)
    made = replace(newest, number=newest.number + 1, since=runtime.now_ms())
    if change.kind == NOTICE:
        notice = notice_of(change)
        others = [one for one in newest.notices if one.year != notice.year]
        return replace(made, notices=tuple(sorted([*others, notice], key=lambda one: one.year)))
    assert change.office_id is not None  # only notices are for everybody
    own = newest.offices.get(change.office_id, OfficeRules())
    forgotten = {date.fromisoformat(day) for day in content["forget"]}
    days = {one.day: one for one in own.days if one.day not in forgotten}
    for text, works, label in content["days"]:
        day = date.fromisoformat(text)
        days[day] = OfficeDay(day, works, label, change.id)
    hours = None if content["usual_hours"] else own.hours
    if "hours" in content:
        opens, closes = map(time.fromisoformat, content["hours"])
        hours = (opens, closes)
    rules = OfficeRules(tuple(days[day] for day in sorted(days)), hours)
    offices = {**newest.offices, change.office_id: rules}
    if rules == OfficeRules():
        del offices[change.office_id]
    return replace(made, offices=offices)


def notice_of(change: ChangeRow) -> Notice:
    """Give the notice that a change brings."""
    content = json.loads(change.content)
    return read_notice(content["text"], content["file"])


def title_of(change: ChangeRow) -> str:
    """Give what histories call a change: the number of its notice, or the labels of its days."""
    if change.kind == NOTICE:
        return notice_of(change).number
    labels = dict.fromkeys(label for _day, _works, label in json.loads(change.content)["days"])
    return ", ".join(labels)[:MAX_FILENAME]


def may_import(runtime: Runtime, actor: Actor) -> bool:
    """Say whether somebody may propose and decide what is for everybody."""
    if actor.person_id is None or {"operator", "admin"} & actor.roles:
        return True
    office = runtime.offices.rows.get(actor.office_id or 0)
    return "supervisor" in actor.roles and office is not None and office.parent_id is None


def check_may_import(runtime: Runtime, actor: Actor) -> None:
    """Raise NotAllowed (`may_not_import`) for anybody who may not."""
    if not may_import(runtime, actor):
        raise NotAllowed(
            "Expected an operator, or a supervisor of the office above all others", code="may_not_import"
        )


def store(runtime: Runtime) -> CalendarStore:
    """Give what reads and writes calendars."""
    return CalendarStore(runtime.database, runtime.tenant_id)


def _check_days(wishes: OfficeWishes) -> None:
    days = [one.day for one in wishes.days]
    if len(days) + len(wishes.forget) > MAX_DAYS:
        raise InvalidInput(f"Expected at most {MAX_DAYS} days at once", code="invalid_override")
    if len({*days, *wishes.forget}) < len(days) + len(wishes.forget):
        raise InvalidInput("Expected each day once", code="invalid_override")
    if any(not 1 <= len(one.label.strip()) <= MAX_LABEL for one in wishes.days):
        raise InvalidInput(f"Expected a label of 1 to {MAX_LABEL} characters", code="label_missing")


def _propose(
    runtime: Runtime, actor: Actor, office_id: int | None, kind: str, content: dict[str, Any]
) -> ChangeRow:
    row = _row(runtime, actor, office_id, kind, content)
    store(runtime).add_change(row)
    return row


def _row(
    runtime: Runtime, actor: Actor, office_id: int | None, kind: str, content: dict[str, Any]
) -> ChangeRow:
    runtime.calendars.refresh(at_once=True)
    return ChangeRow(
        id=runtime.ids.next(),
        office_id=office_id,
        kind=kind,
        content=json.dumps(content, ensure_ascii=False),
        state="looking",
        base=runtime.calendars.known.number,
        edition=None,
        created_by=actor.person_id,
        created_at=runtime.now_ms(),
    )
