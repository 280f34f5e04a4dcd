"""Pages of lists: a cursor that says where the next one begins, and its address. Never an offset."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from flask import request, url_for

from engine.errors import InvalidInput

MAX_INT = 2**63 - 1

T = TypeVar("T")


def read_cursor(query: Mapping[str, Any], *kinds: type) -> tuple[Any, ...] | None:
    """Give where the page begins, or None for the first; raises InvalidInput for a cursor that is not ours."""
    text = query.get("cursor")
    if text is None:
        return None
    try:
        found = json.loads(base64.urlsafe_b64decode(text.encode() + b"=="))
    except (ValueError, RecursionError):  # what is no base64, no UTF-8 or no JSON is each one of these
        found = None
    ours = isinstance(found, list) and [type(one) for one in found] == list(kinds)
    if not ours or not all(0 <= one <= MAX_INT for one in found if isinstance(one, int)):
        raise InvalidInput("Expected a cursor of this list", code="cursor_unknown")
    return tuple(found)


def page(
    rows: Sequence[T], query: Mapping[str, Any], after: Callable[[T], tuple[Any, ...]]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give a page and its headers from one row more than fits; after: where the page behind a row begins."""
    limit = query["limit"]
    return continued(rows[:limit], after(rows[limit - 1]) if len(rows) > limit else None)


def continued(items: Sequence[Any], cursor: tuple[Any, ...] | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give a page and its headers; cursor: where the next one begins, None for the last page."""
    if cursor is None:
        return {"items": list(items), "next": None}, {}
    kept: dict[str, Any] = {name: value for name, value in request.args.items() if name != "cursor"}
    text = base64.urlsafe_b64encode(json.dumps(cursor).encode()).decode().rstrip("=")
    place: dict[str, Any] = {name: str(value) for name, value in (request.view_args or {}).items()}
    following = url_for(request.endpoint or "", **kept, **place, cursor=text)
    return {"items": list(items), "next": following}, {"Link": f'<{following}>; rel="next"'}
