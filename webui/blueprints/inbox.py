"""The inbox: my work, my groups' work, claimed and given back in place."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine import user_tasks
from engine.state import to_ms
from engine.store.inbox import COUNT_CAP, InboxFilter, InboxRow
from webui.auth import actor, signed_in
from webui.page import installation
from webui.words import due_words, element_name, group_name, service_name

if TYPE_CHECKING:
    from collections.abc import Collection

PAGE = 50
VIEWS = ("mine", "groups")
_SOON = timedelta(days=4)

pages = Blueprint("inbox", __name__)


@pages.get("/")
@signed_in
def show() -> Any:
    """Show the tasks of one person or of their groups, the most urgent first."""
    view = request.args.get("view") if request.args.get("view") in VIEWS else None
    runtime, person = installation().runtime, actor()
    counts = {name: runtime.inbox.count(_principals(name)) for name in VIEWS}
    view = view or ("mine" if counts["mine"] else "groups")
    where, cursor = _filter(), _cursor(request.args.get("after", ""))
    rows = runtime.inbox.page(_principals(view), PAGE + 1, cursor, where)
    following = (
        _address(view, after=f"{rows[PAGE - 1].due_at}.{rows[PAGE - 1].user_task_id}")
        if len(rows) > PAGE
        else None
    )
    return render_template(
        "inbox.html",
        view=view,
        tabs=[(name, _address(name, keep=False), _capped(count)) for name, count in counts.items()],
        rows=[_row(row) for row in rows[:PAGE]],
        services=[(key, service_name(found[1])) for key, found in runtime.catalogue.services().items()],
        chosen={name: request.args.get(name, "") for name in ("q", "service", "due")},
        first=_address(view) if cursor else None,
        following=following,
        person=person,
    )


@pages.post("/tasks/<int:task_id>/claim")
@signed_in
def claim(task_id: int) -> Any:
    """Claim a task and go on to it, or stay where the button was."""
    user_tasks.claim(installation().runtime, task_id, actor())
    if request.form.get("stay"):
        flash(_("The task is yours now."), "success")
        return redirect(_back())
    return redirect(url_for("tasks.show", task_id=task_id))


@pages.post("/tasks/<int:task_id>/unclaim")
@signed_in
def unclaim(task_id: int) -> Any:
    """Give a task back to the group."""
    user_tasks.unclaim(installation().runtime, task_id, actor())
    flash(_("The task is back in the group's work."), "success")
    return redirect(_back())


def _principals(view: str) -> Collection[str]:
    person = actor()
    mine = f"p{person.person_id}"
    return {mine} if view == "mine" else person.principals - {mine}


def _filter() -> InboxFilter:
    now = installation().runtime.clock.now()
    before = {"overdue": to_ms(now), "soon": to_ms(now + _SOON)}.get(request.args.get("due", ""))
    return InboxFilter(
        text=request.args.get("q", "")[:100],
        service_key=request.args.get("service") or None,
        due_before=before,
    )


def _cursor(text: str) -> tuple[int, int] | None:
    due, _dot, task = text.partition(".")
    return (int(due), int(task)) if due.isdigit() and task.isdigit() and len(text) < 50 else None  # noqa: PLR2004 - two ids


def _address(view: str, *, keep: bool = True, **more: str) -> str:
    kept: dict[str, Any] = {
        name: request.args[name] for name in ("q", "service", "due") if keep and request.args.get(name)
    }
    return url_for("inbox.show", view=view, **{**kept, **more})


def _back() -> str:
    target = request.form.get("back", "")
    return target if target.startswith("/?") else url_for("inbox.show")


def _row(row: InboxRow) -> dict[str, Any]:
    runtime = installation().runtime
    definition = runtime.catalogue.get(row.definition_id)
    return {
        "id": row.user_task_id,
        "task": element_name(definition, row.element_id),
        "case": row.business_key,
        "case_id": row.process_instance_id,
        "title": row.title,
        "service": service_name(definition),
        "group": group_name(runtime.groups, row.candidate_group),
        "due": due_words(row.due_at, runtime.clock.now(), runtime.calendar),
        "mine": row.assignee is not None,
        "draft": row.draft_at is not None,
    }


def _capped(count: int) -> str:
    return f"{COUNT_CAP}+" if count > COUNT_CAP else str(count)
