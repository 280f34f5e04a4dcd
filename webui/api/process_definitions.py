"""Versions of services for programs: list them, check or deploy a zip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request
from werkzeug.exceptions import UnsupportedMediaType

from engine import deploying
from engine.definitions import SHARED, read_shared, read_zip
from engine.errors import InvalidInput, NotAllowed, NotFound
from webui.page import installation
from webui.problems import place

from .bearer import actor
from .paging import page, read_cursor
from .resources import Resources
from .schemas.common import page_of
from .schemas.definitions import DefinitionQuery, DefinitionSchema, DeployedSchema, DeployQuery

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.store.definitions import DefinitionRow

MAX_ZIP_BYTES = 20 * 1024 * 1024
"""What the gate takes of a bundle unpacked; packed it is no larger."""
ZIP = "application/zip"

resources = Resources("process-definitions", "Versions of services")


@resources.operation("GET", "", gives=page_of(DefinitionSchema), query=DefinitionQuery())
def listing(query: Mapping[str, Any]) -> Any:
    """List the newest version of every service, or all versions of one, the newest first."""
    catalogue = installation().runtime.catalogue
    cursor = read_cursor(query, int)
    newest = {found for found, _definition in catalogue.services().values()}
    if "key" in query:
        rows = catalogue.versions(query["key"])
    else:
        rows = [one for key in catalogue.services() for one in catalogue.versions(key) if one.id in newest]
    ordered = sorted(rows, key=lambda row: -row.id)
    left = [_told(row, newest) for row in ordered if cursor is None or row.id < cursor[0]]
    return page(left[: query["limit"] + 1], query, lambda one: (one["id"],))


@resources.operation("GET", "/<id:process_definition_id>", gives=DefinitionSchema())
def show(process_definition_id: int) -> Any:
    """Read a version."""
    catalogue = installation().runtime.catalogue
    key = catalogue.get(process_definition_id).key
    newest = {catalogue.newest(key, fresh=True)[0]}
    row = next((one for one in catalogue.versions(key) if one.id == process_definition_id), None)
    if row is None:
        raise NotFound("Expected a version with that id, but there is none", code="definition_unknown")
    return _told(row, newest)


@resources.operation(
    "POST",
    "",
    gives=DeployedSchema(),
    status=201,
    also={200: "It was only checked, or is the newest version already"},
    query=DeployQuery(),
    uploads=ZIP,
    errors=(403, 409),
)
def deploy(query: Mapping[str, Any]) -> Any:
    """Deploy a zip of a service as its newest version, or check it only; for designers.

    The body is the zip itself, or a form with it as the file `bundle`. Everything that is wrong stands in `errors`.
    """
    runtime, person = installation().runtime, actor()
    if not deploying.may_deploy(person):
        raise NotAllowed("Expected a designer, but this person has another role", code="not_a_designer")
    shared = read_shared(installation().settings.processes_dir / SHARED)
    name, content = _content()
    bundle = read_zip(content, name, shared)
    if query["check"]:
        checked = deploying.check(runtime, person, bundle)
        if checked.definition is None:
            raise InvalidInput(
                "Expected a service without errors", code="bundle_has_errors", problems=checked.problems
            )
        return {"deployed": False, "process_definition": None, "warnings": _warnings(checked.problems)}, {
            "status": 200
        }
    before = {row.id for row in runtime.catalogue.versions(bundle.key)}
    row, problems = deploying.deploy(
        runtime, person, bundle, query.get("note", ""), without_stories=query["without_stories"]
    )
    told = {
        "deployed": row.id not in before,
        "process_definition": _told(row, {row.id}),
        "warnings": _warnings(problems),
    }
    return told, {"status": 201 if told["deployed"] else 200}


def _content() -> tuple[str, bytes]:
    """Give the name and content of the zip that was sent."""
    request.max_content_length = MAX_ZIP_BYTES
    if request.mimetype == ZIP:
        return "bundle.zip", request.get_data(cache=False)
    if request.mimetype == "multipart/form-data":
        file = request.files.get("bundle")
        if file is None:
            raise InvalidInput("Expected the zip as the file `bundle`", code="file_missing")
        return file.filename or "bundle.zip", file.read()
    raise UnsupportedMediaType(f"Expected {ZIP} or multipart/form-data")


def _warnings(problems: Any) -> list[dict[str, Any]]:
    return [place(one) for one in problems]


def _told(row: DefinitionRow, newest: set[int]) -> dict[str, Any]:
    told = {
        name: getattr(row, name)
        for name in ("id", "key", "version", "digest", "deployed_at", "note", "stories")
    }
    return {**told, "newest": row.id in newest}
