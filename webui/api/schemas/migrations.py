"""What programs send and get of cases that move to another version."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from engine.migration.previews import STATES

from ..fields import Id, Moment, choice, flag, words
from .common import PageQuery


class MigrationRowSchema(Schema):
    """Cases that were looked at. source: the version that they run on, null for every older one."""

    id = Id(required=True)
    key = fields.String(required=True)
    source = fields.Integer(required=True, allow_none=True)
    target = fields.Integer(required=True)
    complete = fields.Boolean(required=True)
    created_at = Moment(required=True)


class MigrationSchema(MigrationRowSchema):
    """The same with the number of cases by state, each up to 10000."""

    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class MigrationsSchema(Schema):
    """The newest migrations of a service."""

    items = fields.List(fields.Nested(MigrationRowSchema), required=True)


class BeginSchema(Schema):
    """Which versions: numbers. Without a source, every older one; without a target, the newest."""

    source = fields.Integer(validate=validate.Range(1, 2**31 - 1), strict=True)
    target = fields.Integer(validate=validate.Range(1, 2**31 - 1), strict=True)


class MovedTaskSchema(Schema):
    """An open task before and after."""

    id = Id(required=True)
    element_id = fields.String(required=True)
    new_element_id = fields.String(required=True)
    group = fields.String(required=True)
    new_group = fields.String(required=True)
    due_at = Moment(required=True, allow_none=True)
    new_due_at = Moment(required=True, allow_none=True)


class MovedClockSchema(Schema):
    """A clock before and after; limit and due_at null for one that the new version adds."""

    id = fields.String(required=True)
    limit = fields.String(required=True, allow_none=True)
    new_limit = fields.String(required=True)
    due_at = Moment(required=True, allow_none=True)
    new_due_at = Moment(required=True)


class MigrationCaseSchema(Schema):
    """A case that was looked at. code, element_id: why it cannot move. skipped: tasks that it leaves out there."""

    process_instance_id = Id(required=True)
    business_key = fields.String(required=True)
    state = fields.String(required=True)
    code = fields.String(required=True, allow_none=True)
    element_id = fields.String(required=True, allow_none=True)
    tasks = fields.List(fields.Nested(MovedTaskSchema), required=True)
    clocks = fields.List(fields.Nested(MovedClockSchema), required=True)
    skipped = fields.List(fields.String(), required=True)


class MigrationCaseQuery(PageQuery):
    """Which of the cases."""

    state = choice(*STATES)


class ApplySchema(Schema):
    """Why cases are moved. also_changed: also those that had gone on and were looked at again."""

    reason = words(1000, 5, required=True)
    also_changed = flag(load_default=False)


class AppliedSchema(Schema):
    """What one call did: moved, looked at again; whether more are left for the next call."""

    moved = fields.Integer(required=True)
    looked_again = fields.Integer(required=True)
    more = fields.Boolean(required=True)


class UndoSchema(Schema):
    """Why cases are moved back. after: the case at which the call before ended."""

    reason = words(1000, 5, required=True)
    after = Id()


class KeptSchema(Schema):
    """A case that was not moved back, and why."""

    process_instance_id = Id(required=True)
    code = fields.String(required=True)


class UndoneSchema(Schema):
    """What one call moved back. after: to be sent with the next call; null when there are no more."""

    moved_back = fields.Integer(required=True)
    kept = fields.List(fields.Nested(KeptSchema), required=True)
    after = Id(required=True, allow_none=True)
