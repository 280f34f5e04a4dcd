"""Systems that are told of events."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from engine.telling import EVENTS

from ..fields import Id, Moment, choice


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
