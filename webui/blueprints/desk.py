"""The supervisor's desk: other people's work in numbers, the lists behind them, and what to do about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine import extending, reasons, supervising
from engine.bulk import MAX_BULK, BulkResult
from engine.errors import EngineError, InvalidInput
from engine.store.work import Count, WorkRow
from webui import desk
from webui import extending as extension_words
from webui.auth import actor, signed_in
from webui.desk.filtering import address, id_of
from webui.desk.tables import Tables
from webui.page import installation
from webui.words import element_name, message_of
from webui.words.desk import PRIORITIES, STANDINGS, THIS_WEEK, failure_of, usual_question

if TYPE_CHECKING:
    from engine.store.work import Cursor

PAGE = 50

pages = Blueprint("desk", __name__)


@pages.get("/desk")
@signed_in
def show() -> Any:
    """Show how the work of the supervisor's office and those below it stands."""
    runtime = installation().runtime
    offices = supervising.supervised_offices(runtime, actor())
    counts = runtime.work.count_by_place(offices, runtime.now_ms(), desk.filtering.end_of_week())
    total = Count.sum(counts.values())
    tables = Tables()
    return render_template(
        "desk.html",
        figures=[
            {
                "number": total.soon if standing == THIS_WEEK else getattr(total, standing),
                "words": words,
                "href": url_for("desk.work", standing=standing),
                "late": standing == "late" and total.late > 0,
            }
            for standing, words in STANDINGS.items()
        ],
        total=total.total,
        by=tables.of_places(counts),
        missed=[
            (tables.service(key), number, url_for("alerts.listing", service=key, level="missed"))
            for key, number in sorted(runtime.work.count_missed(offices).items(), key=lambda one: -one[1])
        ],
    )


@pages.get("/desk/people")
@signed_in
def people() -> Any:
    """Show who has how much work: the last part of the overview, which follows when the rest stands."""
    runtime = installation().runtime
    offices = supervising.supervised_offices(runtime, actor())
    counts = runtime.work.count_by_person(offices, runtime.now_ms())
    return render_template("desk_people.html", table=Tables().of_people(counts))


@pages.get("/desk/work")
@signed_in
def work() -> Any:
    """List the tasks behind a number."""
    return _list()


@pages.post("/desk/work")
@signed_in
def act() -> Any:
    """Do to the ticked tasks what the pressed button says, and show what came of it above the list."""
    runtime, person = installation().runtime, actor()
    supervising.check_supervisor(person)
    ticked = _ticked()
    way = request.form.get("action", "")
    if not ticked:
        return _list(problem=_("Tick at least one task first.")), 422
    try:
        if way == "reassign":
            result = supervising.reassign(runtime, ticked, person, _receiver(), request.form.get("note", ""))
        elif way == "prioritise":
            priority = PRIORITIES.get(request.form.get("priority", ""), -1)
            result = supervising.prioritise(runtime, ticked, person, priority, request.form.get("why", ""))
        elif way == "extend":
            return _foresee(ticked)
        elif way == "extend_now":
            result = extending.extend_tasks(runtime, ticked, person, _wish())
        elif way == "ask":
            result = reasons.ask(runtime, ticked, person, request.form.get("question", ""))
        else:
            raise InvalidInput("Expected a button of the page", code="button_unknown")
    except EngineError as exc:
        if way == "extend_now":
            return _foresee(ticked, message_of(exc)), 422
        return _list(problem=message_of(exc), ticked=ticked), 422
    return _list(outcome=_outcome(way, result))


@pages.post("/tasks/<int:task_id>/reason")
@signed_in
def answer(task_id: int) -> Any:
    """Answer a supervisor's question about one's own task."""
    asked = id_of(request.form.get("request", "")) or 0
    try:
        reasons.answer(installation().runtime, asked, actor(), request.form.get("reason", ""))
    except InvalidInput as exc:
        flash(message_of(exc), "error")
    else:
        flash(_("Your answer has been sent and stands in the case's history."), "success")
    return redirect(url_for("tasks.show", task_id=task_id))


def _list(
    *, problem: str | None = None, ticked: Iterable[int] = (), outcome: dict[str, Any] | None = None
) -> str:
    runtime = installation().runtime
    offices = supervising.supervised_offices(runtime, actor())
    where, cursor = desk.filtering.read(), _cursor(request.args.get("after", ""))
    rows = runtime.work.page(offices, where, runtime.now_ms(), size=PAGE + 1, after=cursor)
    shown, kept = rows[:PAGE], desk.filtering.kept()
    posted = request.form if problem else {}
    return render_template(
        "work.html",
        rows=desk.rows.in_words(shown),
        ticked=_all(shown) if "all" in request.args and not request.form else set(ticked),
        tick_all=address(all="1", after=request.args.get("after") or None),
        action=address(after=request.args.get("after") or None),
        people=desk.rows.receivers(shown),
        extensions=extension_words.choices(shown),
        posted=posted,
        question=posted.get("question", usual_question()),
        problem=problem,
        outcome=outcome,
        chosen=kept,
        chips=desk.filtering.chips(kept),
        choices=desk.filtering.choices(offices),
        priorities=[("urgent", _("Urgent")), ("usual", _("Usual")), ("low", _("Can wait"))],
        heading=str(STANDINGS.get(kept.get("standing", ""), _("Open work"))),
        until=where.until,
        waiting=desk.lists.waiting(offices, where.until)
        if where.until is not None and cursor is None
        else None,
        most=MAX_BULK,
        first=address() if cursor else None,
        following=address(after=f"{shown[-1].due_at}.{shown[-1].id}") if len(rows) > PAGE else None,
    )


def _foresee(ticked: list[int], problem: str | None = None) -> str:
    """Show from which day to which the clocks around the ticked tasks would move, before any does."""
    return render_template(
        "extend_tasks.html",
        seen=extension_words.foreseen(ticked, _wish()),
        extension=request.form.get("extension", ""),
        grounds=request.form.get("grounds", ""),
        problem=problem,
        action=address(after=request.args.get("after") or None),
        back=address(after=request.args.get("after") or None),
    )


def _wish() -> extending.Wish:
    return extension_words.wish_of(request.form.get("extension", ""), request.form.get("grounds", ""))


def _outcome(way: str, result: BulkResult) -> dict[str, Any]:
    """Say what was done to which cases, and what was not, together by its reason."""
    failed = dict(result.failed)
    tasks = installation().runtime.work.tasks([*result.done, *failed])
    offices = set(supervising.supervised_offices(installation().runtime, actor()))
    named: dict[str, list[Any]] = defaultdict(list)
    for task_id, code in failed.items():
        row = tasks.get(task_id)
        named[failure_of(code)].append(_of_case(row) if row and row.office_id in offices else None)
    titles = {
        "reassign": _("Handed over"),
        "prioritise": _("Urgency changed"),
        "ask": _("Reason asked for"),
        "extend_now": _("Extended, and the applicants are told"),
    }
    return {
        "title": titles[way],
        "done": [_of_case(tasks[task_id]) for task_id in result.done],
        "failed": sorted(named.items()),
    }


def _of_case(row: WorkRow) -> dict[str, Any]:
    definition = installation().runtime.catalogue.get(row.definition_id)
    return {
        "id": row.process_instance_id,
        "case": row.business_key,
        "step": element_name(definition, row.element_id),
    }


def _all(rows: Iterable[WorkRow]) -> set[int]:
    return {row.id for row in rows}


def _ticked() -> list[int]:
    """Give the ticked tasks, and one more than may be acted on at once where there are too many."""
    texts = request.form.getlist("task")[: MAX_BULK + 1]
    return [found for text in texts if (found := id_of(text)) is not None]


def _receiver() -> int | None:
    """Give who is to have the tasks; None for their groups."""
    chosen = request.form.get("to", "")
    if chosen == "group":
        return None
    found = id_of(chosen)
    if found is None:
        raise InvalidInput("Expected a person, or the group", code="receiver_missing")
    return found


def _cursor(text: str) -> Cursor | None:
    due, _dot, task = text.partition(".")
    first, second = id_of(due), id_of(task)
    return None if first is None or second is None else (first, second)
