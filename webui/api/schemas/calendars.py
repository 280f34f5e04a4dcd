"""Days of an office's calendar, and changes of it."""

from __future__ import annotations

from datetime import date

from marshmallow import Schema, fields, validate

from engine.calendar import FIRST_YEAR, LAST_YEAR
from engine.calendar_changes.applying import MAX_REASON
from engine.calendar_changes.looking import STATES
from engine.calendar_changes.proposing import MAX_DAYS, MAX_FILENAME, MAX_LABEL
from engine.notices import MAX_CHARS

from ..fields import Id, Moment, YesNo, choice, flag, words
from .common import PageQuery

_TIME = validate.Regexp(r"([01][0-9]|2[0-3]):[0-5][0-9]\Z")
_DAY = validate.Range(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))


class DaySchema(Schema):
    """A day. kind: `working`, `make_up`, `weekend`, `holiday` or `closed`. provisional: no notice for its year is in force."""

    day = fields.Date(required=True)
    works = fields.Boolean(required=True)
    kind = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    provisional = fields.Boolean(required=True)


class DaysSchema(Schema):
    """Days of an office's calendar, and the version that due dates name."""

    office = fields.String(required=True)
    calendar_version = fields.String(required=True)
    opens = fields.String(required=True)
    closes = fields.String(required=True)
    days = fields.List(fields.Nested(DaySchema()), required=True)


class DaysQuery(Schema):
    """From the first to the last day, at most 400."""

    first = fields.Date(required=True, data_key="from", validate=_DAY)
    last = fields.Date(required=True, data_key="to", validate=_DAY)


class NoticeSchema(Schema):
    """The yearly notice on holidays: a file as `engine/notices` holds them, and its name."""

    file = words(MAX_FILENAME, load_default="notice.yaml")
    text = words(MAX_CHARS, required=True)


class OwnDaySchema(Schema):
    """A day on which an office works, or does not, otherwise than the country. label: why; the day ledger shows it."""

    day = fields.Date(required=True, validate=_DAY)
    works = flag(required=True)
    label = words(MAX_LABEL, required=True)


class OfficeWishesSchema(Schema):
    """What is to be another way at an office. forget: days that are again as elsewhere; hours go with both ends.

    usual_hours: gives up the office's own hours.
    """

    days = fields.List(fields.Nested(OwnDaySchema), load_default=list, validate=validate.Length(0, MAX_DAYS))
    forget = fields.List(fields.Date(validate=_DAY), load_default=list, validate=validate.Length(0, MAX_DAYS))
    opens = fields.String(validate=_TIME)
    closes = fields.String(validate=_TIME)
    usual_hours = flag(load_default=False)


class CalendarChangeSchema(Schema):
    """A change of the calendar. office: null for everybody.

    state: `looking` (not every case is looked at), `ready`, `applying` (in force, cases are still moved), `applied`
    or `discarded`. may_decide: the bearer may approve or discard it.
    """

    id = Id(required=True)
    kind = fields.String(required=True)
    title = fields.String(required=True)
    office = fields.String(required=True, allow_none=True)
    state = fields.String(required=True)
    created_at = Moment(required=True)
    decided_at = Moment(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    may_decide = fields.Boolean(required=True)


class CalendarChangesSchema(Schema):
    """The newest changes that concern the bearer's offices."""

    items = fields.List(fields.Nested(CalendarChangeSchema), required=True)


class SeenCalendarChangeSchema(CalendarChangeSchema):
    """The same with the number of cases by what it does to them, each up to 10000."""

    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class ClockMovedSchema(Schema):
    """A clock that is due at another moment, or no longer provisionally; with the versions of its calendar."""

    deadline_id = fields.String(required=True)
    due_at = Moment(required=True)
    new_due_at = Moment(required=True)
    new_provisional = YesNo(required=True)
    calendar_version = fields.String(required=True)
    new_calendar_version = fields.String(required=True)


class ClockStaysSchema(Schema):
    """A clock that was missed and stays so. would_be: when it would be due by the new calendar."""

    deadline_id = fields.String(required=True)
    due_at = Moment(required=True)
    would_be = Moment(required=True)


class TaskDueSchema(Schema):
    """An open task that is due at another moment."""

    element_id = fields.String(required=True)
    due_at = Moment(required=True, allow_none=True)
    new_due_at = Moment(required=True, allow_none=True)


class ChangedCaseSchema(Schema):
    """What a change does to a case. code: why it could not be looked at or moved."""

    process_instance_id = Id(required=True)
    business_key = fields.String(required=True)
    state = fields.String(required=True)
    code = fields.String(required=True, allow_none=True)
    clocks = fields.List(fields.Nested(ClockMovedSchema), required=True)
    tasks = fields.List(fields.Nested(TaskDueSchema), required=True)
    missed_before = fields.List(fields.Nested(ClockStaysSchema), required=True)


class ChangedCaseQuery(PageQuery):
    """Which of the cases."""

    state = choice(*STATES)


class CalendarDecisionSchema(Schema):
    """Why; it stands in the history of each case."""

    reason = words(MAX_REASON, 5, required=True)


class CasesMovedSchema(Schema):
    """What one call did: how many cases it moved; whether more are left for the next call."""

    moved = fields.Integer(required=True)
    more = fields.Boolean(required=True)
