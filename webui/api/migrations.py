"""Moves of cases to another version for programs: look at what one would do, do it, and do it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.errors import NotFound
from engine.migration import applying, previews
from webui.page import installation

from .bearer import actor
from .paging import page, read_cursor
from .process_definitions import resources
from .schemas.common import page_of
from .schemas.migrations import (
    AppliedSchema,
    ApplySchema,
    BeginSchema,
    MigrationCaseQuery,
    MigrationCaseSchema,
    MigrationSchema,
    MigrationsSchema,
    UndoneSchema,
    UndoSchema,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.migration.previews import Preview, SeenCase
    from engine.store.migrations import MigrationRow

_ONE = "/<string(maxlength=100):key>/migrations/<id:migration_id>"
_ALL = "/<string(maxlength=100):key>/migrations"


@resources.operation("GET", _ALL, gives=MigrationsSchema(), errors=(403,))
def list_migrations(key: str) -> Any:
    """List the newest moves of a service that were looked at."""
    rows = previews.migrations_of(installation().runtime, actor(), key)
    return {"items": [_row(row) for row in rows]}


@resources.operation("POST", _ALL, gives=MigrationSchema(), status=201, body=BeginSchema(), errors=(403,))
def begin_migration(key: str, body: Mapping[str, Any]) -> Any:
    """Begin to look at what a move of running cases would do; `look` goes on until it is complete."""
    runtime = installation().runtime
    row = previews.preview(runtime, actor(), key, source=body.get("source"), target=body.get("target"))
    return _told(previews.read_preview(runtime, actor(), row.id))


@resources.operation("GET", _ONE, gives=MigrationSchema(), errors=(403,))
def show_migration(key: str, migration_id: int) -> Any:
    """Read how many cases can move, cannot, have moved."""
    return _told(_of(key, previews.read_preview(installation().runtime, actor(), migration_id)))


@resources.operation("POST", f"{_ONE}/look", gives=MigrationSchema(), errors=(403, 409))
def look_at_cases(key: str, migration_id: int) -> Any:
    """Look at the next hundred cases, on copies."""
    runtime = installation().runtime
    _of(key, previews.read_preview(runtime, actor(), migration_id))
    return _told(previews.look_further(runtime, actor(), migration_id))


@resources.operation(
    "GET", f"{_ONE}/cases", gives=page_of(MigrationCaseSchema), query=MigrationCaseQuery(), errors=(403,)
)
def list_migration_cases(key: str, migration_id: int, query: Mapping[str, Any]) -> Any:
    """List what the move does to each case, by case id."""
    runtime = installation().runtime
    _of(key, previews.read_preview(runtime, actor(), migration_id))
    cursor = read_cursor(query, int)
    rows = previews.page_of_cases(
        runtime,
        actor(),
        migration_id,
        state=query.get("state"),
        after=cursor[0] if cursor else 0,
        size=query["limit"] + 1,
    )
    return page([_case(one) for one in rows], query, lambda one: (one["process_instance_id"],))


@resources.operation("POST", f"{_ONE}/apply", gives=AppliedSchema(), body=ApplySchema(), errors=(403, 409))
def apply_migration(key: str, migration_id: int, body: Mapping[str, Any]) -> Any:
    """Move the next cases as they were looked at, for about a second; for supervisors."""
    runtime = installation().runtime
    _of(key, previews.read_preview(runtime, actor(), migration_id))
    done = applying.apply(runtime, actor(), migration_id, body["reason"], also_changed=body["also_changed"])
    return {"moved": done.done, "looked_again": done.again, "more": done.left}


@resources.operation("POST", f"{_ONE}/undo", gives=UndoneSchema(), body=UndoSchema(), errors=(403, 409))
def undo_migration(key: str, migration_id: int, body: Mapping[str, Any]) -> Any:
    """Move the next cases back that nobody has worked on since; for supervisors."""
    runtime = installation().runtime
    _of(key, previews.read_preview(runtime, actor(), migration_id))
    done = applying.undo(runtime, actor(), migration_id, body["reason"], after=body.get("after", 0))
    kept = [{"process_instance_id": case, "code": code} for case, code in done.kept]
    return {"moved_back": done.done, "kept": kept, "after": done.last}


def _of(key: str, found: Preview) -> Preview:
    if found.row.service_key != key:
        raise NotFound("Expected a migration of this service, but it is none", code="migration_unknown")
    return found


def _row(row: MigrationRow) -> dict[str, Any]:
    versions = {one.id: one.version for one in installation().runtime.catalogue.versions(row.service_key)}
    return {
        "id": row.id,
        "key": row.service_key,
        "source": None if row.source_id is None else versions.get(row.source_id),
        "target": versions[row.target_id],
        "complete": row.state == "ready",
        "created_at": row.created_at,
    }


def _told(found: Preview) -> dict[str, Any]:
    return {**_row(found.row), "counts": found.counts}


def _case(seen: SeenCase) -> dict[str, Any]:
    row = seen.row
    return {
        "process_instance_id": row.process_instance_id,
        "business_key": seen.business_key,
        "state": row.state,
        "code": row.code,
        "element_id": row.element_id,
        "tasks": seen.report.tasks,
        "clocks": seen.report.clocks,
        "skipped": seen.report.skipped,
    }
