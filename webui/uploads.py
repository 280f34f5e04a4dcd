"""Files that come with a form: each kept at once, its id put into the answers. Refuses other kinds of files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request

from engine import cases
from engine.definitions.wording import form_keys

from .auth import actor
from .page import installation

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "_files."


def keep_files(
    schema: Mapping[str, Any], raw: dict[str, Any], *, case_id: int | None, task_id: int | None
) -> None:
    """Keep every file sent beside a form and add its id to the field's answers.

    Only fields at the top of the form take files. Raises InvalidInput for a file that cannot be kept.
    """
    known = set(form_keys(schema.get("components")))
    found = installation()
    for name in request.files:
        key = name.removeprefix(PREFIX)
        if not name.startswith(PREFIX) or key not in known:
            continue
        kept = raw.get(key)
        ids = list(kept) if isinstance(kept, list) else []
        for file in request.files.getlist(name):
            content = file.stream.read(cases.MAX_ATTACHMENT_BYTES + 1)
            if file.filename and content:
                row = cases.add_attachment(
                    found.runtime,
                    found.cases,
                    actor(),
                    file.filename,
                    content,
                    process_instance_id=case_id,
                    user_task_id=task_id,
                )
                ids.append(str(row.id))
        raw[key] = ids


def file_ids(schema: Mapping[str, Any], answers: Mapping[str, Any]) -> list[int]:
    """Give the ids of the files in checked answers."""
    keys = [one["key"] for one in schema.get("components", ()) if one.get("type") == "filepicker"]
    return [int(one) for key in keys for one in answers.get(key) or () if str(one).isdigit()]
