"""Plays the partners of the webhook: they check the signature and remember what they were told."""

from __future__ import annotations

import json
import time
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from flask import Flask, Response, request
from marshmallow import Schema, fields

from connectors import signing
from connectors.operations import text
from connectors.webhook import Webhook
from engine.ports import ConnectorError

from .body import idempotency_key, read_body
from .refusals import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .app import Sandbox

PARTNERS = ("hospital", "chc", "family_doctor", "institution", "line_department", "emergency")
SECRET = b"the partners of the sandbox"
"""Agreed with nobody: the sandbox and who asks it are one and the same machine."""


class Told(Schema):
    """What a partner is told."""

    event = text(longest=64)
    content = fields.Dict(keys=fields.String(), required=True)


def offer_partners(
    app: Flask, sandbox: Sandbox, answer: Callable[[str, dict[str, Any], Callable[[], Any]], Response]
) -> None:
    """Offer every partner at its own path."""

    @app.post(f"/{Webhook.name}/<partner>")
    def take(partner: str) -> Response:
        if partner not in PARTNERS:
            raise RefusedError(HTTPStatus.NOT_FOUND, "partner_unknown", "Expected a partner of the sandbox")
        try:
            header = request.headers.get(signing.HEADER, "")
            signing.check(SECRET, request.get_data(), header, int(time.time()))
        except ConnectorError as exc:
            raise RefusedError(HTTPStatus.UNAUTHORIZED, exc.code, str(exc)) from None
        told = {"partner": partner, **Told().load(read_body())}
        key = idempotency_key()

        def note() -> dict[str, bool]:
            content = json.dumps(told["content"], ensure_ascii=False, default=str)
            sandbox.asked.arrive("webhook", partner, content, key, subject=told["event"])
            return {"received": True}

        return answer("webhook.post", told, lambda: sandbox.effects.once(key, "webhook.post", told, note))


def write_partners(folder: Path, url: str) -> Path:
    """Write the file with which an installation knows the partners of a sandbox at an address."""
    file = folder / "partners.yaml"
    known = {name: {"url": f"{url}/{Webhook.name}/{name}", "secret": SECRET.decode()} for name in PARTNERS}
    file.write_text(yaml.safe_dump(known), "utf-8")
    return file
