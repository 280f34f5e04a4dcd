"""User tasks and what is done with them."""

from __future__ import annotations

from marshmallow import Schema, fields

from ..fields import Exact, Id, Moment, YesNo, choice, key, words
from .common import PageQuery


class TaskLineSchema(Schema):
    """What every answer says of a user task. due_at: the earliest clock around it, null when none runs.

    provisional: due_at may move when the holidays of a year are published.
    """

    id = Id(required=True)
    process_instance_id = Id(required=True)
    service_key = fields.String(required=True)
    element_id = fields.String(required=True)
    candidate_group = fields.String(required=True)
    assignee = Id(required=True, allow_none=True)
    priority = fields.Integer(required=True)
    due_at = Moment(required=True, allow_none=True)
    provisional = fields.Boolean(required=True)
    created_at = Moment(required=True)


class TaskSchema(TaskLineSchema):
    """A user task as it stands."""

    state = fields.String(required=True)
    office = fields.String(required=True)
    at_risk = YesNo(required=True)
    paused = YesNo(required=True)


class ListedTaskSchema(TaskLineSchema):
    """A user task in a list, with its case."""

    business_key = fields.String(required=True)
    title = fields.String(required=True)


class WholeTaskSchema(TaskSchema):
    """A user task. form, variables: only when they are asked for; identity numbers and telephones are masked."""

    business_key = fields.String(required=True)
    title = fields.String(required=True)
    form = fields.Dict(allow_none=True)
    variables = fields.Dict()


class TaskQuery(PageQuery):
    """Which tasks: one's own, those that one's groups may claim, or both."""

    assigned = choice("me", "nobody")
    service_key = key()
    due_before = Moment()


class AnswersSchema(Schema):
    """Answers to the form of a task, by the names of its fields; numbers are exact."""

    answers = fields.Dict(keys=fields.String(), values=Exact(allow_none=True), load_default=dict)


class DelegateSchema(Schema):
    """Whom a task is handed to, and what the colleague has to know."""

    to = Id(required=True)
    note = words(2000, 5, required=True)


class CandidateSchema(Schema):
    """Somebody who may be given a task."""

    id = Id(required=True)
    username = fields.String(required=True)
    name = fields.String(required=True)


class CandidatesSchema(Schema):
    """Everybody who may be given a task, the least loaded first."""

    items = fields.List(fields.Nested(CandidateSchema), required=True)
