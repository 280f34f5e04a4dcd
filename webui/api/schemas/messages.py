"""Messages for cases and for correlation keys."""

from __future__ import annotations

from marshmallow import Schema, fields

from ..fields import Exact, Id, Moment, choice, key, words
from .instances import InstanceSchema


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
