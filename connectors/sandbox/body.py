"""Reads what a question says: its key and its JSON, with exact numbers."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import request

from connectors import exact_json

from .refusals import RefusedError

MAX_KEY = 200


def idempotency_key() -> str:
    """Give the key of the question; raises RefusedError without one."""
    key = request.headers.get("Idempotency-Key", "")
    if not 1 <= len(key) <= MAX_KEY:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "key_missing", "Expected a header Idempotency-Key")
    return key


def read_body() -> Any:
    """Read the body as JSON with exact numbers; raises RefusedError for anything else."""
    try:
        return exact_json.read(request.get_data())
    except ValueError:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "not_json", "Expected JSON") from None
