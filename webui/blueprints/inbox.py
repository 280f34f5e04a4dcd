"""The inbox: my work, my groups' work, what I put off; claimed, given back and undone in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from engine import bulk, cases, looking, saved_filters, supervising, user_tasks
from engine.alerting import alerts
from engine.errors import EngineError, InvalidState, NotFound
from engine.store.inbox import InboxFilter
from webui import inbox_filter, inbox_rows, passing_on
from webui.auth import actor, signed_in, unnoticed
from webui.page import installation
from webui.words import group_name, message_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.store.inbox import Cursor, InboxRow
    from webui.inbox_filter import Wanted

PAGE = 50
MAX_AT_ONCE = 50
NAMED = 5
"""How many tasks that could not be claimed are named one by one."""

_MAX_ID_DIGITS = 19

pages = Blueprint("inbox", __name__)


@pages.get("/")
@signed_in
def show() -> Any:
    """Show the tasks of one person or of their groups, the most urgent first; then note that they looked."""
    runtime, person = installation().runtime, actor()
    tabs = _tabs()
    wanted = inbox_filter.read(request.args, "mine" if tabs["mine"] else "groups")
    hits = inbox_filter.hits_of(person, wanted)
    lists, where = inbox_filter.principals_of(person, wanted), inbox_filter.filter_of(person, wanted, hits)
    after = _cursor(request.args.get("after", ""))
    rows = runtime.inbox.page(lists, PAGE + 1, after, where)
    since = looking.since(runtime, person, wanted.view)
    page = render_template(
        "inbox.html",
        wanted=wanted,
        more=hits is not None and not hits.complete,
        tabs=_tab_words(tabs, wanted),
        made_at=runtime.now_ms(),
        arrived=0,
        rows=inbox_rows.in_words(rows[:PAGE], person, wanted.view, since),
        alerts_unread=None if supervising.may_supervise(person) else alerts.count_unread(runtime, person),
        new=_new_words(wanted, since),
        options=inbox_filter.options(person, wanted),
        first=_address(wanted) if after else None,
        following=_address(wanted, after=_written(rows[PAGE - 1].cursor)) if len(rows) > PAGE else None,
        filters=_filters(wanted, counted=False),
        shareable=_own_groups(),
        query=_query(wanted),
        back=_address(wanted, after=_written(after)) if after else _address(wanted),
    )
    looking.note(runtime, person, wanted.view)
    return Response(page, headers={"HX-Replace-Url": _address(wanted)})


@pages.get("/inbox/counts")
@unnoticed
def counts() -> Any:
    """Give the tabs with their counts, and what came since the page was made; unchanged ones cost no body."""
    if g.actor is None:
        return Response(status=204)
    wanted, made_at = inbox_filter.read(request.args, "groups"), request.args.get("made_at", "")
    arrived = 0
    if _is_id(made_at):
        arrived = inbox_filter.count_new(actor(), wanted.view, int(made_at))
    words = render_template(
        "parts/inbox_counts.html",
        wanted=wanted,
        tabs=_tab_words(_tabs(), wanted),
        made_at=made_at,
        arrived=arrived,
    )
    response = Response(words, mimetype="text/html")
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    return response.make_conditional(request)


@pages.get("/inbox/filters")
@signed_in
def filters() -> Any:
    """Give the saved filters with the count of each."""
    wanted = inbox_filter.read(request.args, "groups")
    return render_template("parts/inbox_filters.html", wanted=wanted, filters=_filters(wanted, counted=True))


@pages.post("/tasks/<int:task_id>/claim")
@signed_in
def claim(task_id: int) -> Any:
    """Claim a task and go on to it, or stay where the button was."""
    user_tasks.claim(installation().runtime, task_id, actor())
    if "back" not in request.form:
        return redirect(url_for("tasks.show", task_id=task_id))
    _tell_claimed((task_id,))
    return redirect(_back())


@pages.post("/tasks/<int:task_id>/unclaim")
@signed_in
def unclaim(task_id: int) -> Any:
    """Give a task back to the group."""
    user_tasks.unclaim(installation().runtime, task_id, actor())
    flash(_("The task is back in the group's work."), "success")
    return redirect(_back())


@pages.post("/inbox/claim")
@signed_in
def claim_many() -> Any:
    """Claim the tasks that were ticked; say which were not to be had, and why."""
    runtime, person = installation().runtime, actor()
    result = _each(lambda task_id: user_tasks.claim(runtime, task_id, person))
    if result.done:
        _tell_claimed(result.done)
    _tell_failed(result, _("Not claimed:"))
    return redirect(_back())


@pages.post("/inbox/unclaim")
@signed_in
def unclaim_many() -> Any:
    """Give back the tasks that were ticked."""
    runtime, person = installation().runtime, actor()
    result = _each(lambda task_id: user_tasks.unclaim(runtime, task_id, person))
    _tell_given_back(result)
    return redirect(_back())


@pages.post("/inbox/undo")
@signed_in
def undo() -> Any:
    """Give back what was just claimed, unless something was written since."""
    runtime, person, claimed_at = installation().runtime, actor(), request.form.get("claimed_at", "")
    moment = int(claimed_at) if _is_id(claimed_at) else 0
    result = _each(lambda task_id: user_tasks.undo_claim(runtime, task_id, person, moment))
    _tell_given_back(result)
    return redirect(_back())


@pages.get("/inbox/<int:task_id>/hand-on")
@signed_in
def hand_on(task_id: int) -> Any:
    """Ask to which colleague a task goes, and with what note."""
    row = _held(task_id)
    return _asking("hand_on.html", row, colleagues=passing_on.colleagues(task_id))


@pages.get("/inbox/<int:task_id>/put-off")
@signed_in
def put_off(task_id: int) -> Any:
    """Ask until when a task is put off."""
    row = _held(task_id)
    return _asking("put_off.html", row, days=passing_on.days(row.due_at))


@pages.post("/inbox/filters")
@signed_in
def save_filter() -> Any:
    """Keep the filter that is shown, under a name."""
    name, group = request.form.get("name", ""), request.form.get("share_with") or None
    saved_filters.save(installation().runtime, actor(), name, request.form.get("query", ""), group)
    flash(_("The filter is kept."), "success")
    return redirect(_back())


@pages.post("/inbox/filters/<int:filter_id>")
@signed_in
def change_filter(filter_id: int) -> Any:
    """Rename one's own filter, share it or forget it."""
    runtime = installation().runtime
    if "remove" in request.form:
        saved_filters.remove(runtime, actor(), filter_id)
        flash(_("The filter is gone."), "success")
    else:
        name, group = request.form.get("name", ""), request.form.get("share_with") or None
        saved_filters.change(runtime, actor(), filter_id, name, group)
        flash(_("The filter is kept."), "success")
    return redirect(_back())


def _tabs() -> dict[str, int]:
    """Count what lies in each list; that for others is there only for a substitute."""
    person, runtime = actor(), installation().runtime
    views = [view for view in saved_filters.VIEWS if view != "others" or person.stands_for]
    return {
        view: runtime.inbox.count(
            inbox_filter.principals_of(person, inbox_filter.Wanted(view, {})),
            inbox_filter.view_filter(person, view),
        )
        for view in views
    }


def _tab_words(tabs: dict[str, int], wanted: Wanted) -> list[dict[str, Any]]:
    names = {
        "mine": _("Claimed by me"),
        "groups": _("My groups"),
        "put_off": _("Put off"),
        "others": _("For others"),
    }
    return [
        {
            "href": url_for("inbox.show", view=view),
            "words": names[view],
            "count": inbox_rows.capped(count),
            "current": view == wanted.view,
        }
        for view, count in tabs.items()
    ]


def _new_words(wanted: Wanted, since: int | None) -> str:
    """Say how much came since the visit before, and when that ended."""
    if since is None:
        return ""
    count = inbox_filter.count_new(actor(), wanted.view, since)
    if not count:
        return ""
    at = inbox_rows.look_words(since)
    return str(_("%(count)s new since %(at)s", count=inbox_rows.capped(count), at=at))


def _filters(wanted: Wanted, *, counted: bool) -> list[dict[str, Any]]:
    """Give the saved filters as links; their counts take time, and come when the page is there."""
    person, runtime = actor(), installation().runtime
    here = _query(wanted)
    said = []
    for kept in saved_filters.listed(runtime, person):
        theirs = inbox_filter.read_saved(kept.query)
        lists = inbox_filter.principals_of(person, theirs)
        where = (
            inbox_filter.filter_of(person, theirs, inbox_filter.hits_of(person, theirs)) if counted else None
        )
        said.append(
            {
                "id": kept.id,
                "name": kept.name,
                "href": _address(theirs),
                "mine": kept.mine,
                "shared_with": kept.shared_with or "",
                "current": kept.query == here,
                "count": inbox_rows.capped(runtime.inbox.count(lists, where)) if counted else None,
            }
        )
    return said


def _query(wanted: Wanted) -> str:
    """Give the filter that is shown as it would be saved; nothing where none is."""
    return saved_filters.spell(wanted.address()) if wanted.filtered else ""


def _own_groups() -> list[tuple[str, str]]:
    groups = installation().runtime.groups
    return [(f"{group}@{office}", group_name(groups, group)) for group, office in sorted(actor().memberships)]


def _held(task_id: int) -> InboxRow:
    """Give one's own task. Raises InvalidState when it is not."""
    runtime, person = installation().runtime, actor()
    loaded = runtime.steps.load_by_task(task_id)
    where = InboxFilter(case_ids=(loaded[0].id,) if loaded else ())
    for row in runtime.inbox.page({f"p{person.person_id}"}, PAGE, None, where):
        if row.user_task_id == task_id:
            return row
    raise InvalidState("Expected a task that you have claimed, but you have not", code="not_claimed")


def _asking(template: str, row: InboxRow, **more: Any) -> Any:
    (words,) = inbox_rows.in_words([row], actor(), "mine", None)
    return render_template(template, row=words, back=_checked_back(request.args.get("back", "")), **more)


def _each(act: Callable[[int], None]) -> bulk.BulkResult:
    """Act on the ticked tasks, at most a page of them."""
    ticked = [int(text) for text in request.form.getlist("task") if _is_id(text)]
    if not ticked:
        flash(_("Tick at least one task first."), "warning")
    return bulk.each(ticked[:MAX_AT_ONCE], act)


def _tell_claimed(task_ids: tuple[int, ...]) -> None:
    """Say what is one's own now, with the way back."""
    if len(task_ids) == 1:
        words = _("%(case)s is yours now.", case=_case_of(task_ids[0]))
    else:
        words = ngettext("%(num)d task is yours now.", "%(num)d tasks are yours now.", len(task_ids))
    claimed = {
        "words": words,
        "tasks": [str(task_id) for task_id in task_ids],
        "at": installation().runtime.now_ms(),
        "back": _back(),
    }
    flash(claimed, "success")  # type: ignore[arg-type]  # the frame draws it with its button


def _tell_given_back(result: bulk.BulkResult) -> None:
    if result.done:
        words = ngettext("%(num)d task was given back.", "%(num)d tasks were given back.", len(result.done))
        flash(words, "success")
    _tell_failed(result, _("Not given back:"))


def _tell_failed(result: bulk.BulkResult, words: str) -> None:
    """Name the first tasks for which it failed, each with its reason."""
    if not result.failed:
        return
    named = [
        f"{_case_of(task_id)}: {message_of(EngineError(code=code))}"
        for task_id, code in result.failed[:NAMED]
    ]
    left = len(result.failed) - len(named)
    if left:
        named.append(ngettext("and %(num)d more", "and %(num)d more", left))
    flash(f"{words} {' '.join(named)}", "warning")


def _case_of(task_id: int) -> str:
    """Give the number of a task's case, as far as the person may know of it."""
    found = installation()
    loaded = found.runtime.steps.load_by_task(task_id)
    try:
        return cases.visible_instance(
            found.runtime, found.cases, loaded[0].id if loaded else 0, actor()
        ).business_key
    except NotFound:
        return str(_("a task"))


def _address(wanted: Wanted, **more: str) -> str:
    arguments: dict[str, Any] = wanted.address(**more)
    return url_for("inbox.show", **arguments)


def _written(cursor: Cursor) -> str:
    return f"{cursor[0]}.{cursor[1]}"


def _cursor(text: str) -> tuple[int, int] | None:
    due, _dot, task = text.partition(".")
    return (int(due), int(task)) if _is_id(due) and _is_id(task) else None


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _MAX_ID_DIGITS


def _back() -> str:
    return _checked_back(request.form.get("back", ""))


def _checked_back(target: str) -> str:
    """Give where to go back to, which is an inbox and nothing else."""
    return target if target.startswith("/?") else url_for("inbox.show")
