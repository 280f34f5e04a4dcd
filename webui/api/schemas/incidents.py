"""Incidents, alone and together."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from engine.together import ACTS, MOST

from ..fields import Exact, Id, Moment, YesNo, choice, key, words
from .common import PageQuery, VariablesSchema


class IncidentSchema(Schema):
    """Something that could not be carried out. kind: a call, a delivery, a token or a clock; only of a single one."""

    id = Id(required=True)
    process_instance_id = Id(required=True)
    business_key = fields.String(required=True)
    service_key = fields.String(required=True)
    office = fields.String(required=True)
    element_id = fields.String(required=True)
    code = fields.String(required=True)
    message = fields.String(required=True)
    state = fields.String(required=True)
    raised_at = Moment(required=True)
    attempts = fields.Integer(required=True)


class IncidentQuery(PageQuery):
    """Which open incidents, the oldest first. operation: such as `registry.sweep`. since: raised from then on."""

    service_key = key()
    code = key()
    operation = key()
    since = Moment()


class ResolveSchema(Schema):
    """Settles by hand: a call with its answer or with an error that the diagram catches, a notice with neither."""

    reason = words(2000, 5, required=True)
    answer = fields.Dict(keys=fields.String(), values=Exact(allow_none=True))
    error = key()


class TogetherSchema(ResolveSchema):
    """One act on many incidents, each in its own step: those with some ids, or all that a filter finds.

    act: `retry`, `resolve` (with answer or error, of notices with neither), `correct` (with changes), `move`
    (with to) or `cancel`.
    """

    act = choice(*ACTS, required=True)
    ids = fields.List(Id(), validate=validate.Length(1, MOST))
    where = fields.Nested(
        Schema.from_dict(
            {
                "service_key": key(),
                "code": key(),
                "operation": key(),
                "since": Moment(),
            },
            name="IncidentFilterSchema",
        )
    )
    changes = fields.Dict(keys=fields.String(), values=Exact(allow_none=True))
    to = key()


class TogetherResultSchema(Schema):
    """What became of one incident. code and message: what stood in the way; null when it is done."""

    id = Id(required=True)
    process_instance_id = Id(required=True)
    business_key = fields.String(required=True)
    done = YesNo(required=True)
    code = fields.String(required=True, allow_none=True)
    message = fields.String(required=True, allow_none=True)


class TogetherResultsSchema(Schema):
    """What became of each incident, the oldest first."""

    items = fields.List(fields.Nested(TogetherResultSchema), required=True)


class CorrectSchema(VariablesSchema):
    """Other values of what an element reads; of a notice its recipient, as `to`."""
