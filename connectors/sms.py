"""The short message gateway: hands one message over; whether it arrives is the telephone network's business."""

from __future__ import annotations

from collections.abc import Mapping

from marshmallow import Schema

from connectors.operations import Operation, text
from connectors.system import HttpSystem

MAX_CHARACTERS = 500
"""What gateways take at once; the network sends it in parts. The gate keeps the words below it, so that values fit in."""


class Message(Schema):
    """Parameters of `send`. Whether the number exists is for the gateway to say."""

    to = text(longest=40, pattern=r"[^\x00-\x1f\x7f]+")
    text = text(longest=MAX_CHARACTERS)


class Receipt(Schema):
    """Answer of `send`: the gateway's number of the message."""

    message_no = text(longest=64)


class Sms(HttpSystem):
    """The connector of the gateway."""

    name = "sms"
    settings = ("LINBANG_SMS_URL",)
    operations: Mapping[str, Operation] = {
        "send": Operation(
            Message,
            Receipt,
            {"number_invalid": "The gateway says that there is no telephone of that number"},
            "/messages",
        )
    }
