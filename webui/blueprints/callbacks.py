"""Where outside systems say what comes unasked or late; signed by them, with no session and no form."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge

from connectors.callbacks import MAX_BYTES
from engine import messages
from engine.errors import EngineError, NotFound
from engine.ports import ConnectorError
from webui.errors import status_of
from webui.page import installation
from webui.problems import problem

pages = Blueprint("callbacks", __name__)

_STATUS = {
    "signature_wrong": HTTPStatus.UNAUTHORIZED,
    "content_wrong": HTTPStatus.UNPROCESSABLE_ENTITY,
}


@pages.post("/callbacks/<connector>")
def receive(connector: str) -> Any:
    """Take in a callback: 200 with what became of it, or problem details.

    401 for a wrong signature, 404 for an unknown connector, case or message, 409 for one that comes too
    early and has to come again, 413 above 64 kB, 422 for content of another shape.
    """
    request.max_content_length = MAX_BYTES
    runtime = installation().runtime
    try:
        receiver: Any = getattr(runtime.connectors.get(connector), "receive", None)
        if receiver is None:
            raise NotFound(
                "Expected a connector that takes callbacks, but there is none", code="connector_unknown"
            )
        inbound = receiver(dict(request.headers), request.get_data(cache=False))
        return jsonify(result=messages.receive(runtime, connector, inbound))
    except ConnectorError as exc:
        return problem(_STATUS.get(exc.code, HTTPStatus.BAD_REQUEST), exc.code, str(exc))
    except EngineError as exc:
        return problem(status_of(exc), exc.code, exc.message)
    except RequestEntityTooLarge:
        return problem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "content_wrong", f"Expected at most {MAX_BYTES} bytes"
        )
