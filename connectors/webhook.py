"""A signed post to another office's system: what happened, in an envelope of ours, to a partner by name."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from marshmallow import Schema, ValidationError, fields, validate

from connectors.operations import Operation, flag, text
from connectors.peer import Peer
from connectors.system import LONGEST_WAIT_S, System
from engine.ports import ConnectorError

if TYPE_CHECKING:
    from typing import Self

MAX_ENTRIES = 100


class Post(Schema):
    """Parameters of `post`. content: plain data by name; the partner gets it with the event."""

    partner = text(longest=64, pattern=r"[a-z][a-z0-9_]*")
    event = text(longest=64, pattern=r"[a-z][a-z0-9_]*")
    content = fields.Dict(keys=text(longest=64), required=True, validate=validate.Length(max=MAX_ENTRIES))


class Received(Schema):
    """Answer of `post`: what the partner says to it."""

    received = flag()


class Partner(Schema):
    """An office's address and the secret agreed with it."""

    url = text(longest=500)
    secret = text(longest=200)


class Webhook(System):
    """The connector of all partners. partners: address and secret by name."""

    name = "webhook"
    settings = ("LINBANG_WEBHOOK_PARTNERS",)
    operations: Mapping[str, Operation] = {
        "post": Operation(Post, Received, {"partner_unknown": "There is no partner of that name"})
    }

    def __init__(
        self,
        partners: Mapping[str, tuple[str, bytes]],
        *,
        context: ssl.SSLContext | None = None,
        longest_wait_s: float = LONGEST_WAIT_S,
    ) -> None:
        super().__init__(longest_wait_s=longest_wait_s)
        self._peers = {
            name: Peer(self.name, url, secret=secret, context=context)
            for name, (url, secret) in partners.items()
        }

    @classmethod
    def configured(cls, values: Mapping[str, str]) -> Self:
        """Read the partners from their YAML file; raises ValueError when it is not as agreed."""
        file = Path(values["LINBANG_WEBHOOK_PARTNERS"])
        try:
            document = yaml.safe_load(file.read_text("utf-8"))
            partners = {name: Partner().load(found) for name, found in dict(document or {}).items()}
        except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError, TypeError, ValueError):
            # The errors may hold a secret.
            raise ValueError(f"Expected {file} to give a url and a secret for each partner") from None
        return cls({name: (found["url"], found["secret"].encode()) for name, found in partners.items()})

    def _ask(self, operation: Operation, question: dict[str, Any], key: str, timeout_s: float) -> Any:
        peer = self._peers.get(question["partner"])
        if peer is None:
            raise ConnectorError(operation.errors["partner_unknown"], code="partner_unknown", permanent=True)
        said = {"event": question["event"], "content": question["content"]}
        return peer.ask("", said, idempotency_key=key, timeout_s=timeout_s, refusals={})
