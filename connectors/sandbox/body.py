"""Reads what a question says: its key and its JSON, with exact numbers."""

from __future__ import annotations

import json
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from flask import request

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
        return json.loads(request.get_data(), parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError):
        raise RefusedError(HTTPStatus.BAD_REQUEST, "not_json", "Expected JSON") from None
