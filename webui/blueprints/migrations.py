"""Cases on older versions of a service: look at what a move would do, move them, move them back.

Designers look; supervisors move. What takes long is done a part at a time, each with a request of its own.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from engine.errors import EngineError, InvalidInput, InvalidState, NotAllowed
from engine.migration import applying, previews
from engine.migration.versions import older_versions, version_row
from engine.store.migrations import MAX_COUNTED
from webui.auth import actor, signed_in
from webui.page import installation
from webui.words import message_of, moment_words, person_name, service_name
from webui.words.migrations import STATE_NAMES, case_row

if TYPE_CHECKING:
    from engine.migration.previews import Preview, SeenCase
    from engine.store.migrations import MigrationRow

PAGE = 25
MAX_VERSIONS = 100
_LOOK_S = 1.0
"""How long one request goes on looking at further cases."""
_MAX_ID_DIGITS = 19
_MAX_VERSION_DIGITS = 9

pages = Blueprint("migrations", __name__, url_prefix="/migrations")


@pages.get("/<key>")
@signed_in
def listing(key: str) -> Any:
    """Show how many cases run on older versions, and the migrations so far."""
    return _listing(key)


@pages.post("/<key>")
@signed_in
def begin(key: str) -> Any:
    """Begin to look at the cases of a version, or of all older ones."""
    text = request.form.get("source", "")
    source = int(text) if text.isdecimal() and text.isascii() and len(text) < _MAX_VERSION_DIGITS else None
    try:
        row = previews.preview(installation().runtime, actor(), key, source=source)
    except InvalidInput as exc:
        return _listing(key, problem=message_of(exc)), 422
    return redirect(url_for("migrations.show", migration_id=row.id), 303)


@pages.get("/-/<int:migration_id>")
@signed_in
def show(migration_id: int) -> Any:
    """Show what a move would do to each case, or has done."""
    return _show(migration_id)


@pages.post("/-/<int:migration_id>/look")
@signed_in
def look(migration_id: int) -> Any:
    """Look at further cases for about a second."""
    runtime, begun = installation().runtime, time.monotonic()
    while time.monotonic() - begun < _LOOK_S:
        if previews.look_further(runtime, actor(), migration_id).complete:
            break
    return redirect(url_for("migrations.show", migration_id=migration_id), 303)


@pages.post("/-/<int:migration_id>/apply")
@signed_in
def apply(migration_id: int) -> Any:
    """Move the next cases; while more are left, the page goes on by itself."""
    reason, also = request.form.get("reason", ""), "also_changed" in request.form
    try:
        done = applying.apply(installation().runtime, actor(), migration_id, reason, also_changed=also)
    except (InvalidInput, InvalidState) as exc:
        status = 422 if isinstance(exc, InvalidInput) else 409
        return _show(migration_id, problem=message_of(exc), reason=reason), status
    if done.left:
        return _show(migration_id, going_on={"reason": reason, "also_changed": also})
    if done.done:
        flash(_("The cases that could move have been moved."), "success")
    if done.again:
        flash(_("Some cases have gone on since they were looked at; look at them once more."), "warning")
    return redirect(url_for("migrations.show", migration_id=migration_id), 303)


@pages.post("/-/<int:migration_id>/undo")
@signed_in
def undo(migration_id: int) -> Any:
    """Move cases back that nobody has worked on since; while more are left, the page leads on."""
    reason, text = request.form.get("reason", ""), request.form.get("after", "")
    after = int(text) if text.isdecimal() and text.isascii() and len(text) < _MAX_ID_DIGITS else 0
    try:
        done = applying.undo(installation().runtime, actor(), migration_id, reason, after=after)
    except (InvalidInput, InvalidState) as exc:
        status = 422 if isinstance(exc, InvalidInput) else 409
        return _show(migration_id, problem=message_of(exc), undo_reason=reason), status
    if done.done:
        words = ngettext("%(num)d case was moved back.", "%(num)d cases were moved back.", done.done)
        flash(words, "success")
    if done.kept:
        words = ngettext(
            "%(num)d case stays, because somebody has worked on it since.",
            "%(num)d cases stay, because somebody has worked on them since.",
            len(done.kept),
        )
        flash(words, "warning")
    if done.last is not None:
        return _show(migration_id, going_back={"reason": reason, "after": done.last})
    return redirect(url_for("migrations.show", migration_id=migration_id), 303)


@pages.post("/-/<int:migration_id>/cases/<int:case_id>/undo")
@signed_in
def undo_case(migration_id: int, case_id: int) -> Any:
    """Move one case back."""
    reason = request.form.get("reason", "")
    try:
        applying.undo_case(installation().runtime, actor(), migration_id, case_id, reason)
    except EngineError as exc:
        if isinstance(exc, NotAllowed):
            raise
        return _show(migration_id, problem=message_of(exc), undo_reason=reason), 409
    flash(_("The case was moved back."), "success")
    return redirect(url_for("migrations.show", migration_id=migration_id), 303)


def _listing(key: str, *, problem: str | None = None) -> str:
    runtime = installation().runtime
    rows = previews.migrations_of(runtime, actor(), key)
    target = version_row(runtime, key, None)
    older = older_versions(runtime, target, None)[-MAX_VERSIONS:]
    running = runtime.catalogue.running([row.id for row in older])
    versions = [
        {"number": row.version, "running": _count(running.get(row.id, 0)), "note": row.note}
        for row in reversed(older)
        if running.get(row.id)
    ]
    return render_template(
        "migrations.html",
        key=key,
        name=service_name(runtime.catalogue.get(target.id)),
        target=target.version,
        versions=versions,
        staying=_count(sum(running.values())),
        rows=[_row(row) for row in rows],
        problem=problem,
    )


def _show(
    migration_id: int,
    *,
    problem: str | None = None,
    reason: str = "",
    undo_reason: str = "",
    going_on: dict[str, Any] | None = None,
    going_back: dict[str, Any] | None = None,
) -> str:
    runtime, person = installation().runtime, actor()
    found = previews.read_preview(runtime, person, migration_id)
    state = request.args.get("state") or None
    text = request.args.get("after", "")
    after = int(text) if text.isdecimal() and text.isascii() and len(text) < _MAX_ID_DIGITS else 0
    cases = previews.page_of_cases(
        runtime,
        person,
        migration_id,
        state=state if state in previews.STATES else None,
        after=after,
        size=PAGE + 1,
    )
    here: dict[str, Any] = {
        "migration_id": migration_id,
        **({"state": state} if state in previews.STATES else {}),
    }
    key = found.row.service_key
    return render_template(
        "migration.html",
        migration=_row(found.row),
        name=service_name(runtime.catalogue.get(found.row.target_id)),
        key=key,
        complete=found.complete,
        seen=_count(sum(found.counts.values())),
        counts=found.counts,
        figures=_figures(found),
        state=state,
        cases=[_case(found.row, one) for one in cases[:PAGE]],
        first=url_for("migrations.show", **here) if after else None,
        following=url_for("migrations.show", **here, after=cases[PAGE - 1].row.process_instance_id)
        if len(cases) > PAGE
        else None,
        may_move=bool(person.roles & previews.MOVERS),
        problem=problem,
        reason=reason,
        undo_reason=undo_reason,
        going_on=going_on,
        going_back=going_back,
    )


def _figures(found: Preview) -> list[dict[str, Any]]:
    return [
        {
            "number": _count(number),
            "words": STATE_NAMES[state],
            "href": url_for("migrations.show", migration_id=found.row.id, state=state),
            "late": state == "refused",
        }
        for state, number in found.counts.items()
        if number
    ]


def _case(migration: MigrationRow, seen: SeenCase) -> dict[str, Any]:
    runtime, person = installation().runtime, actor()
    catalogue = runtime.catalogue
    old, new = catalogue.get(seen.row.definition_id), catalogue.get(migration.target_id)
    told = case_row(seen, old, new, runtime.groups, runtime.calendar)
    return {**told, "visible": runtime.offices.sees(person, seen.row.office_id)}


def _row(row: MigrationRow) -> dict[str, Any]:
    runtime = installation().runtime
    versions = {one.id: one.version for one in runtime.catalogue.versions(row.service_key)}
    by = runtime.people.person(person_id=row.created_by) if row.created_by is not None else None
    return {
        "id": row.id,
        "source": versions.get(row.source_id) if row.source_id is not None else None,
        "target": versions.get(row.target_id),
        "at": moment_words(row.created_at, runtime.calendar),
        "by": person_name(by) if by is not None else _("the operator's command"),
        "complete": row.state == "ready",
    }


def _count(number: int) -> str:
    return f"{MAX_COUNTED}+" if number >= MAX_COUNTED else str(number)
