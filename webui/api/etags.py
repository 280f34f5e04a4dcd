"""Versions of what is read, as entity tags: not sent again when unchanged, not written over when changed."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Response, request

from engine.errors import Changed
from webui.page import installation

if TYPE_CHECKING:
    from engine.runtime import Runtime
    from engine.store.rows import InstanceRow, UserTaskRow

_TAG = re.compile(r'(?:W/)?"(\d{1,19})-(\d{1,9})(?:-[a-z-]*)?"')


def tag_of(thing_id: int, row_version: int, parts: Iterable[str] = ()) -> str:
    """Give the tag of a case or task at a version of its case; parts: what was asked for beside it."""
    return '"' + "-".join([str(thing_id), str(row_version), *sorted(parts)]) + '"'


def unchanged(tag: str) -> Response | None:
    """Give the answer for a program that has this version already; None for one that does not."""
    asked = {one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")}
    return Response(status=304, headers={"ETag": tag}) if asked & {tag, "*"} else None


def expecting(thing_id: int, found: tuple[InstanceRow, list[UserTaskRow]] | None = None) -> Runtime:
    """Give the runtime in which the sent `If-Match` holds: its steps refuse a case that has moved on.

    Without the header, or with `*`, any version will do. Raises Changed for a tag of something else.
    found: the thing's case as it was read just now, with which one step begins.
    """
    runtime = installation().runtime
    if found is not None:
        runtime = dataclasses.replace(runtime, steps=runtime.steps.as_read(found))
    asked = request.headers.get("If-Match", "").strip()
    if asked in {"", "*"}:
        return runtime
    tags = [_TAG.fullmatch(one.strip()) for one in asked.split(",")]
    versions = {int(tag[2]) for tag in tags if tag is not None and int(tag[1]) == thing_id}
    if not versions:
        raise Changed
    return dataclasses.replace(runtime, steps=runtime.steps.at_version(max(versions)))
