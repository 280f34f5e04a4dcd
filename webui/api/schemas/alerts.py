"""Alerts of a person."""

from __future__ import annotations

from marshmallow import Schema, fields

from ..fields import Id, Moment, flag, key
from .common import PageQuery


class AlertSchema(Schema):
    """A clock that warned or was missed. level: `breach`, the warning's text such as `60%`, or `after 3 WD`."""

    id = Id(required=True)
    process_instance_id = Id(required=True)
    business_key = fields.String(required=True)
    deadline_id = fields.String(required=True)
    level = fields.String(required=True)
    service_key = fields.String(required=True)
    office = fields.String(required=True)
    due_at = Moment(required=True)
    at = Moment(required=True)
    read_at = Moment(required=True, allow_none=True)


class AlertQuery(PageQuery):
    """Which alerts, the newest first."""

    service_key = key()
    unread = flag(load_default=False)
