"""Days of an office's calendar."""

from __future__ import annotations

from datetime import date

from marshmallow import Schema, fields, validate

from engine.calendar import FIRST_YEAR, LAST_YEAR

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
