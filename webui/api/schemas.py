"""What programs send and get, as schemas: they check, they write, and they are the documentation."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from engine.telling import EVENTS
from engine.together import ACTS, MOST

from .fields import Exact, Id, Moment, YesNo, choice, flag, key, words

MAX_PAGE = 200
STATES = ("active", "completed", "cancelled")
INCLUDES = ("form", "variables")


class FieldErrorSchema(Schema):
    """One thing that is wrong. field: where; of a service that was uploaded, its file."""

    field = fields.String(required=True)
    code = fields.String(required=True)
    message = fields.String(required=True)
    line = fields.Integer(allow_none=True)
    element = fields.String(allow_none=True)
    severity = fields.String()
    hint = fields.String()


class ProblemSchema(Schema):
    """Problem details (RFC 9457). code: stable, for programs; detail: for people."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    code = fields.String(required=True)
    errors = fields.List(fields.Nested(FieldErrorSchema))


def page_of(schema: type[Schema]) -> Schema:
    """Give the shape of a page: its items, and the address of the next page or null."""
    shape: dict[str, Any] = {
        "items": fields.List(fields.Nested(schema), required=True),
        "next": fields.String(required=True, allow_none=True),
    }
    return Schema.from_dict(shape, name=schema.__name__.removesuffix("Schema") + "PageSchema")()


class PageQuery(Schema):
    """Which part of a list."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, MAX_PAGE))
    cursor = fields.String(validate=validate.Length(min=1, max=400))


class IfMatch(Schema):
    """The version that somebody acts on, as its entity tag; 412 when there is a newer one."""

    if_match = fields.String(data_key="If-Match", validate=validate.Length(max=200))


class WriteHeaders(IfMatch):
    """If-Match as above. Idempotency-Key: the same request under the same key is done once."""

    key = fields.String(data_key="Idempotency-Key", validate=validate.Regexp(r"[\x21-\x7e]{1,200}\Z"))


class IfNoneMatch(Schema):
    """The version that somebody has already; 304 when there is no newer one."""

    if_none_match = fields.String(data_key="If-None-Match", validate=validate.Length(max=200))


class DefinitionSchema(Schema):
    """A version of a service. newest: whether new cases start on it."""

    id = Id(required=True)
    key = fields.String(required=True)
    version = fields.Integer(required=True)
    digest = fields.String(required=True)
    newest = YesNo(required=True)
    deployed_at = Moment(required=True)
    note = fields.String(required=True)


class DeployedSchema(Schema):
    """What became of an upload. process_definition: null when it was only checked. warnings: what to look at."""

    deployed = YesNo(required=True)
    process_definition = fields.Nested(DefinitionSchema, required=True, allow_none=True)
    warnings = fields.List(fields.Nested(FieldErrorSchema), required=True)


class DefinitionQuery(PageQuery):
    """Which versions; without a key the newest of every service."""

    key = key()


class DeployQuery(Schema):
    """check: say what is wrong and change nothing."""

    check = flag(load_default=False)
    note = words(1000, 5)


class TaskLineSchema(Schema):
    """What every answer says of a user task. due_at: the earliest clock around it, null when none runs."""

    id = Id(required=True)
    process_instance_id = Id(required=True)
    service_key = fields.String(required=True)
    element_id = fields.String(required=True)
    candidate_group = fields.String(required=True)
    assignee = Id(required=True, allow_none=True)
    priority = fields.Integer(required=True)
    due_at = Moment(required=True, allow_none=True)
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


class IncludeQuery(Schema):
    """What to tell beside the thing itself: names among form and variables, with commas between."""

    include = fields.String(validate=validate.Regexp(r"(?:form|variables)(?:,(?:form|variables))?\Z"))


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


class DeadlineSchema(Schema):
    """A clock of a case. provisional: its end may move when the holidays of the year are known."""

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


class DeadlineQuery(PageQuery):
    """Which clocks, the earliest due first."""

    state = choice("running", "paused", "kept", "breached", "cancelled", load_default="running")
    kind = choice("statutory", "promised", "internal")
    service_key = key()
    due_before = Moment()


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


class ReasonSchema(Schema):
    """Why; it stays in the history."""

    reason = words(2000, 5, required=True)


class MessageSchema(Schema):
    """A message for a case, with the answers to its form."""

    process_instance_id = Id(required=True)
    message_name = key(required=True)
    answers = fields.Dict(keys=fields.String(), values=Exact(allow_none=True), load_default=dict)


class MessageAnswerSchema(InstanceSchema):
    """A case after a message. result: `delivered`, or `kept` until the case waits for it."""

    result = choice("delivered", "kept", required=True)


class PublishSchema(Schema):
    """A message for whichever case waits for a key. number: the sender's own; the same twice counts once.

    time_to_live: an ISO 8601 duration of at most 90 days; without it as the services say.
    """

    message_name = key(required=True)
    correlation_key = words(200, required=True)
    number = words(200, required=True)
    content = fields.Dict(keys=fields.String(), values=Exact(allow_none=True), load_default=dict)
    time_to_live = words(40)


class PublishedSchema(Schema):
    """A message for a key, and what became of it: `waiting`, `delivered` or `expired`."""

    id = Id(required=True)
    message_name = fields.String(required=True)
    number = fields.String(required=True)
    state = fields.String(required=True)
    created_at = Moment(required=True)
    expires_at = Moment(required=True)
    ended_at = Moment(required=True, allow_none=True)


class VariablesSchema(Schema):
    """Other values of variables, as answers to the forms that ask for them, and why."""

    changes = fields.Dict(
        keys=fields.String(), values=Exact(allow_none=True), required=True, validate=validate.Length(1, 50)
    )
    reason = words(2000, 5, required=True)


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


class AlertSchema(Schema):
    """A clock that warned or was missed. level: `breach`, or the warning's text such as `60%`."""

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


class IdsSchema(Schema):
    """Some ids."""

    ids = fields.List(Id(), required=True, validate=validate.Length(1, MAX_PAGE))


class CountSchema(Schema):
    """How many."""

    count = fields.Integer(required=True)


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


class SubscriptionSchema(Schema):
    """A machine that hears of events."""

    id = Id(required=True)
    address = fields.String(required=True)
    events = fields.List(fields.String(), required=True)
    created_at = Moment(required=True)
    ended_at = Moment(required=True, allow_none=True)


class SubscribedSchema(SubscriptionSchema):
    """A new subscription. secret: what the posts are signed with, told this once."""

    secret = fields.String(required=True)


class SubscribeSchema(Schema):
    """Where to post which events."""

    address = fields.String(required=True, validate=validate.Length(min=8, max=500))
    events = fields.List(choice(*EVENTS), required=True, validate=validate.Length(1, len(EVENTS)))


class SubscriptionsSchema(Schema):
    """All subscriptions."""

    items = fields.List(fields.Nested(SubscriptionSchema), required=True)


class ToldSchema(Schema):
    """What was told to a machine. status: of the HTTP answer; message: why it went wrong."""

    id = Id(required=True)
    subscription_id = Id(required=True)
    process_instance_id = Id(required=True)
    business_key = fields.String(required=True)
    event = fields.String(required=True)
    state = fields.String(required=True)
    created_at = Moment(required=True)
    due_at = Moment(required=True)
    sent_at = Moment(required=True, allow_none=True)
    attempts = fields.Integer(required=True)
    status = fields.Integer(required=True, allow_none=True)
    message = fields.String(required=True, allow_none=True)
