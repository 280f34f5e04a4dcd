"""Clocks of cases."""

from __future__ import annotations

from marshmallow import Schema, fields

from ..fields import Id, Moment, YesNo, choice, key
from .common import PageQuery


class DeadlineSchema(Schema):
    """A clock of a case. provisional: its end may move when the holidays of the year are known.

    calendar_version: the calendar that its end was computed with.
    """

    process_instance_id = Id(required=True)
    business_key = fields.String(required=True)
    key = fields.String(required=True)
    deadline_id = fields.String(required=True)
    kind = fields.String(required=True)
    state = fields.String(required=True)
    office = fields.String(required=True)
    service_key = fields.String(required=True)
    started_at = Moment(required=True)
    due_at = Moment(required=True, allow_none=True)
    provisional = YesNo(required=True)
    ended_at = Moment(required=True, allow_none=True)
    calendar_version = fields.String(required=True)


class DeadlineQuery(PageQuery):
    """Which clocks, the earliest due first."""

    state = choice("running", "paused", "kept", "breached", "cancelled", load_default="running")
    kind = choice("statutory", "promised", "internal")
    service_key = key()
    due_before = Moment()
