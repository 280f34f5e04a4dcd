"""What an outside system posts to us unasked or late: signature, shape and size are checked here."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from connectors import exact_json, signing
from connectors.operations import named, text
from engine.ports import ConnectorError, Inbound

MAX_BYTES = 64 * 1024


class Envelope(Schema):
    """What every callback says: its own number, the key of our call, the message and its content."""

    id = text(longest=100)
    reference = text(longest=100, pattern=r"\d{1,19}-\d{1,10}(?:-\w{1,20})?")
    message = text(longest=64)
    content = fields.Dict(keys=fields.String(), required=True)


def read_callback(
    secret: bytes, headers: Mapping[str, str], body: bytes, messages: Mapping[str, type[Schema]]
) -> Inbound:
    """Give what a signed callback says.

    messages: the schemas of what the system may say, by the name of the message. Raises a permanent
    ConnectorError: `signature_wrong`, before anything of the body is looked at, or `content_wrong`, which
    names the places and never what stands there.
    """
    given = {name.lower(): value for name, value in headers.items()}
    signing.check(secret, body, given.get(signing.HEADER.lower(), ""), int(time.time()))
    if len(body) > MAX_BYTES:
        raise _wrong(f"Expected at most {MAX_BYTES} bytes")
    try:
        document = exact_json.read(body)
    except ValueError:
        raise _wrong("Expected JSON") from None
    try:
        found: dict[str, Any] = dict(Envelope(unknown=EXCLUDE).load(document))
        schema = messages.get(found["message"])
        if schema is None:
            raise _wrong("Expected one of the agreed messages")
        content = dict(schema(unknown=EXCLUDE).load(found["content"]))
    except ValidationError as exc:
        raise _wrong(f"Expected a message of the agreed shape; wrong: {named(exc)}") from None
    return Inbound(found["id"], found["reference"], found["message"], content)


def _wrong(text_: str) -> ConnectorError:
    return ConnectorError(text_, code="content_wrong", permanent=True)
