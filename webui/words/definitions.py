"""What the checks say of an uploaded service, in rows for a page: where, which element, what, how to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from engine.definitions import SHARED
from engine.definitions.difference.diagrams import read_elements
from engine.definitions.shared import take_in

if TYPE_CHECKING:
    from engine.definitions import Bundle
    from engine.problems import Problem

MAX_ROWS = 500
_ORDER = {"error": 0, "warning": 1}


def problem_rows(bundle: Bundle, problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Give the findings, errors first, each with the name that its element has in the diagram."""
    ordered = sorted(problems, key=lambda one: (_ORDER[one.severity], one.file, one.line or 0))[:MAX_ROWS]
    files = {one.file for one in ordered if one.element and one.file.endswith(".bpmn")}
    names = {
        file: {key: thing.name for key, thing in read_elements(bundle.files[file], file).items()}
        for file in files & bundle.files.keys()
    }
    return [
        {
            "file": one.file,
            "line": one.line,
            "element": one.element,
            "name": names.get(one.file, {}).get(one.element or "", ""),
            "code": one.code,
            "severity": one.severity,
            "message": one.message,
            "hint": one.hint,
        }
        for one in ordered
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
