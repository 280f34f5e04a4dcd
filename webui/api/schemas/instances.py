"""Cases, and what operators do to their tokens."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from ..fields import Exact, Id, Moment, YesNo, choice, flag, key, words
from .common import PageQuery
from .deadlines import DeadlineSchema
from .tasks import TaskSchema

STATES = ("active", "completed", "cancelled")


class ListedInstanceSchema(Schema):
    """A case in a list."""

    id = Id(required=True)
    business_key = fields.String(required=True)
    title = fields.String(required=True)
    service_key = fields.String(required=True)
    process_definition_id = Id(required=True)
    office = fields.String(required=True)
    state = fields.String(required=True)
    outcome = fields.String(required=True, allow_none=True)
    started_at = Moment(required=True)
    ended_at = Moment(required=True, allow_none=True)


class InstanceSchema(ListedInstanceSchema):
    """A case with what waits in it. variables: only when they are asked for, and masked."""

    user_tasks = fields.List(fields.Nested(TaskSchema), required=True)
    deadlines = fields.List(fields.Nested(DeadlineSchema), required=True)
    messages = fields.List(fields.String(), required=True)
    variables = fields.Dict()


class InstanceQuery(PageQuery):
    """Which cases, the newest first."""

    business_key = key()
    service_key = key()
    state = choice(*STATES)


class StartSchema(Schema):
    """Starts a case. office: its code, needed where there is a choice. similar_ok: start it although the person has one."""

    service_key = key(required=True)
    office = key()
    answers = fields.Dict(keys=fields.String(), values=Exact(allow_none=True), load_default=dict)
    similar_ok = flag(load_default=False)


class StartHeaders(Schema):
    """Idempotency-Key: the same key of the same person gives the same case."""

    key = fields.String(data_key="Idempotency-Key", validate=validate.Regexp(r"[\x21-\x7e]{1,200}\Z"))


class ExtensionReasonSchema(Schema):
    """Why a clock may be extended, and the law that allows it."""

    key = fields.String(required=True)
    basis = fields.String(required=True)


class ExtensionSchema(Schema):
    """A running clock that the bearer may extend: what it has, and what it would have.

    refused: the code of why it cannot be now, such as `extended_too_late`; null where it can.
    """

    key = fields.String(required=True)
    deadline_id = fields.String(required=True)
    limit = fields.String(required=True)
    due_at = Moment(required=True)
    new_limit = fields.String(required=True)
    new_due_at = Moment(required=True)
    new_provisional = YesNo(required=True)
    reasons = fields.List(fields.Nested(ExtensionReasonSchema), required=True)
    refused = fields.String(required=True, allow_none=True)


class ExtensionsSchema(Schema):
    """The clocks of a case that the bearer may extend."""

    items = fields.List(fields.Nested(ExtensionSchema), required=True)


class ExtendSchema(Schema):
    """Extends a clock by its key. note: why the reason holds here, for the history."""

    clock = key(required=True)
    reason = key(required=True)
    note = words(500, 5, required=True)


class TokenSchema(Schema):
    """A token that rests. targets: the elements at which it may go on."""

    number = fields.Integer(required=True)
    element_id = fields.String(required=True)
    kind = fields.String(required=True)
    targets = fields.List(fields.String(), required=True)


class TokensSchema(Schema):
    """The tokens of a case."""

    items = fields.List(fields.Nested(TokenSchema), required=True)


class MoveSchema(Schema):
    """Lets a token go on at another element. preview: say what that does, and do nothing."""

    number = fields.Integer(required=True, validate=validate.Range(0, 2**31))
    to = key(required=True)
    reason = words(2000, 5)
    preview = flag(load_default=False)


class MovedSchema(Schema):
    """What moving a token closes, passes and opens. ends: the case ends with it. stuck: what stands still there."""

    closes = fields.List(fields.String(), required=True)
    passes = fields.List(fields.String(), required=True)
    opens = fields.List(fields.String(), required=True)
    stuck = fields.List(fields.String(), required=True)
    ends = YesNo(required=True)
