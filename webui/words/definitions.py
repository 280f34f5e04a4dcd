"""What the checks say of an uploaded service, in rows for a page: where, which element, what, how to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from engine.definitions import SHARED
from engine.definitions.shared import take_in

from .problems import said

if TYPE_CHECKING:
    from engine.definitions import Bundle
    from engine.problems import Problem

MAX_ROWS = 500
_ORDER = {"error": 0, "warning": 1}


def problem_rows(problems: Iterable[Problem], language: str) -> list[dict[str, Any]]:
    """Give the findings in a language, errors first."""
    ordered = sorted(problems, key=lambda one: (_ORDER[one.severity], one.file, one.line or 0))[:MAX_ROWS]
    return [
        {
            "file": one.file,
            "line": one.line,
            "column": one.column,
            "element": one.element,
            "name": one.name,
            "code": one.code,
            "severity": one.severity,
            "message": one.message,
            "hint": one.hint,
        }
        for one in (said(each, language) for each in ordered)
    ]


def shared_words(bundle: Bundle, shared: Mapping[str, bytes]) -> dict[str, Any]:
    """Give the shared parts in a bundle, and whether they are those that this installation has now."""
    prefix = f"{SHARED}/"
    parts = {path: content for path, content in bundle.files.items() if path.startswith(prefix)}
    own = {path: content for path, content in bundle.files.items() if path not in parts}
    now = take_in(own, shared) if parts else {}
    return {
        "files": [path.removeprefix(prefix) for path in sorted(parts)],
        "differ": sorted(
            path.removeprefix(prefix) for path in {*parts, *now} if parts.get(path) != now.get(path)
        ),
    }
