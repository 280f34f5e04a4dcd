"""Reads and writes the JSON of programs with exact numbers; refuses what no text or number of ours can be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

from connectors import exact_json
from engine import feel

if TYPE_CHECKING:
    from flask import Request

MAX_BODY_BYTES = 1024 * 1024
MAX_DEPTH = 30
_SAFE_INTEGER = 2**63
_SURROGATE = re.compile("[\ud800-\udfff]")


def read(request: Request) -> Any:
    """Give what a JSON body says, its fractions as Decimal.

    Raises UnsupportedMediaType for a body of another kind, RequestEntityTooLarge, BadRequest for one that
    is no JSON, too deep, or holds half a character.
    """
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("Expected a body of the kind application/json")
    request.max_content_length = MAX_BODY_BYTES
    try:
        document = exact_json.read(request.get_data(cache=True))
        _check(document)
    except RequestEntityTooLarge:
        raise RequestEntityTooLarge(f"Expected at most {MAX_BODY_BYTES} bytes") from None
    except ValueError:
        raise BadRequest(f"Expected JSON of at most {MAX_DEPTH} levels") from None
    return document


def write(document: Any) -> bytes:
    """Give the JSON of plain values, each number as it is, dates and spans as FEEL writes them."""
    return orjson.dumps(_plain(document), option=orjson.OPT_NON_STR_KEYS)


def _check(document: Any) -> None:
    """Raise ValueError for what is too deep, or for text that cannot be written down."""
    level = [document]
    for _depth in range(MAX_DEPTH):
        inner: list[Any] = []
        for value in level:
            if isinstance(value, str):
                if _SURROGATE.search(value):
                    raise ValueError("half a character")
            elif isinstance(value, dict):
                inner += [*value, *value.values()]
            elif isinstance(value, list):
                inner += value
        if not inner:
            return
        level = inner
    raise ValueError("too deep")


def _plain(value: Any) -> Any:
    if isinstance(value, bool | str) or value is None:
        return value
    if isinstance(value, int):
        return value if abs(value) < _SAFE_INTEGER else orjson.Fragment(str(value))
    if isinstance(value, Decimal):
        return orjson.Fragment(str(value)) if value.is_finite() else None
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return feel.to_text(value).strip('@"')
