"""Cases: the list, and one case with the answer first, its diagram, clocks, history, letters and files."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _

from engine import cases as case_views
from engine import forms, incidents, messages, searching
from engine.errors import InvalidInput, NotFound
from engine.migration.previews import may_look
from engine.migration.versions import MOVES, definition_at
from engine.operators import is_operator
from engine.store.cases import CaseFilter
from webui import forms as form_pages
from webui import letters
from webui.application import application
from webui.auth import actor, signed_in
from webui.language import language
from webui.ledger_view import months, rows_of
from webui.page import installation
from webui.related_view import related_rows
from webui.words import (
    clock_due_words,
    day_words,
    due_words,
    element_name,
    group_name,
    limit_words,
    message_of,
    moment_words,
    office_name,
    person_name,
    service_name,
    units_of,
)
from webui.words.diagrams import drawn_names
from webui.words.history import entries
from webui.words.incidents import failure_words
from webui.words.messages import messages_of, sharing_of
from webui.words.migrations import extension_reason

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engine.cases import CaseView, ClockView
    from engine.definitions import Definition
    from engine.history import Link
    from engine.store.searching import Hits

PAGE = 50
STATES = ("active", "completed", "cancelled")

pages = Blueprint("cases", __name__, url_prefix="/cases")


@pages.get("/")
@signed_in
def listing() -> Any:
    """List the cases of the person's office and those below it."""
    runtime, person = installation().runtime, actor()
    offices = runtime.offices.seen_by(person)
    state = request.args.get("state") if request.args.get("state") in STATES else None
    hits = _hits()
    where = CaseFilter(hits.ids if hits else None, request.args.get("service") or None, state)
    before = request.args.get("before", "")
    cursor = int(before) if before.isdigit() and len(before) < 20 else None  # noqa: PLR2004 - an id
    rows = installation().cases.cases(offices, where, before=cursor, size=PAGE + 1)
    kept: dict[str, Any] = {
        name: request.args[name] for name in ("q", "person", "service", "state") if request.args.get(name)
    }
    return render_template(
        "cases.html",
        rows=[
            {
                "id": row.id,
                "number": row.business_key,
                "title": row.title,
                "service": service_name(runtime.catalogue.get(row.definition_id)),
                "office": _office(row.office_id),
                "state": row.state,
                "outcome": _outcome(runtime.catalogue.get(row.definition_id), row.outcome),
                "started": moment_words(row.started_at, runtime.calendar),
            }
            for row in rows[:PAGE]
        ],
        services=[(key, service_name(found[1])) for key, found in runtime.catalogue.services().items()],
        chosen={name: request.args.get(name, "") for name in ("q", "service", "state")},
        more=hits is not None and not hits.complete,
        one_person="person" in kept,
        first=url_for("cases.listing", **kept) if cursor else None,
        following=url_for("cases.listing", before=rows[PAGE - 1].id, **kept) if len(rows) > PAGE else None,
    )


@pages.post("/")
@signed_in
def search() -> Any:
    """Go to the cases that were searched; an identity number becomes a keyed hash, so that no address shows it."""
    typed = request.form.get("q", "")
    key = searching.person_key(installation().runtime, typed)
    wanted: dict[str, Any] = {
        name: request.form[name] for name in ("service", "state") if request.form.get(name)
    }
    wanted |= {"person": key} if key else {"q": typed} if typed.strip() else {}
    return redirect(url_for("cases.listing", **wanted))


@pages.get("/<int:case_id>")
@signed_in
def show(case_id: int) -> Any:
    """Show a case."""
    return _page(_view(case_id))


@pages.post("/<int:case_id>/unmask")
@signed_in
def unmask(case_id: int) -> Any:
    """Show what is masked, once, to somebody who gives a reason; the reason stays in the history."""
    case_views.note_unmasking(
        installation().runtime, installation().cases, case_id, actor(), request.form.get("reason", "")
    )
    return _page(_view(case_id), unmasked=True)


def _page(view: CaseView, *, unmasked: bool = False) -> str:
    found = installation()
    definition, runtime = view.definition, found.runtime
    now, calendar = runtime.clock.now(), runtime.calendar
    names = {row.id: person_name(row) for row in runtime.people.persons()}
    case_id = view.row.id
    overdue = {task.element_id for task in view.tasks if task.due_at <= runtime.now_ms()}
    comments = [
        {"who": names.get(one.author, ""), "at": moment_words(one.at, calendar), "text": one.text}
        for one in case_views.read_comments(runtime, found.cases, case_id)
    ]
    return render_template(
        "case.html",
        view=view,
        case=view.row,
        service=service_name(definition),
        office=_office(view.row.office_id),
        outcome=_outcome(definition, view.row.outcome),
        steps=[_step(view, task, names) for task in view.tasks],
        waits=[element_name(definition, key) for key in view.current if not _has_task(view, key)],
        incidents=[
            {
                "id": one.id,
                "step": element_name(definition, one.element_id),
                "what": failure_words(one.code, one.message),
            }
            for one in view.incidents
        ],
        clocks=[_clock(view, clock, now) for clock in sorted(view.clocks, key=_running_first)],
        diagrams=_diagrams(view, overdue),
        entries=entries(view.links, names, calendar, _versions_of(view)),
        letters=[
            {
                "number": letter.number,
                "title": definition.texts.say(language(), "letters", letter.key, "title"),
                "at": day_words(calendar.local_date(letter.issued_at)),
            }
            for letter in view.letters
        ],
        notices=messages_of(runtime, definition, case_id, unmasked=unmasked),
        sharing=sharing_of(runtime, definition, view.links),
        hands=view.row.state == "active" and is_operator(actor()),
        may_retry=incidents.may_retry(runtime, view.row, definition, actor()),
        files=found.cases.attachments(case_id),
        comments=comments,
        buttons=[
            (name, definition.texts.say(language(), "messages", name, "button")) for name in view.messages
        ],
        answers=application(
            definition, view.variables, installation().runtime.evaluator(view.definition), unmasked=unmasked
        ),
        unmasked=unmasked,
        related=related_rows(runtime, case_id, actor()),
        started=moment_words(view.row.started_at, calendar),
        behind=_behind(view),
    )


@pages.post("/<int:case_id>/comments")
@signed_in
def comment(case_id: int) -> Any:
    """Add a comment."""
    found = installation()
    case_views.add_comment(found.runtime, found.cases, case_id, actor(), request.form.get("text", ""))
    flash(_("The comment has been added."), "success")
    return redirect(url_for("cases.show", case_id=case_id, _anchor="comments"))


@pages.get("/<int:case_id>/diagrams/<process>.bpmn")
@signed_in
def diagram(case_id: int, process: str) -> Any:
    """Give a diagram of the version that the case runs on."""
    found = installation()
    row = case_views.visible_instance(found.runtime, found.cases, case_id, actor())
    definition = found.runtime.catalogue.get(row.definition_id)
    if process not in definition.processes:
        raise NotFound("Expected a diagram of this case, but there is none", code="diagram_unknown")
    return Response(definition.bundle.files[definition.processes[process]], mimetype="application/xml")


@pages.get("/<int:case_id>/letters/<number>")
@signed_in
def letter(case_id: int, number: str) -> Any:
    """Show a letter as it is printed."""
    view = _view(case_id)
    found = case_views.read_letter(view, number)
    # A letter is printed as it was issued, also when the case has another version since.
    issued = int(found.number.partition("-")[0])
    view.definition = _versions_of(view)(next(link for link in view.links if link.seq == issued))
    rendered = letters.render(installation().runtime, view, found)
    return render_template("letter.html", letter=rendered, case=view.row)


@pages.get("/<int:case_id>/clocks/<deadline_id>")
@signed_in
def ledger(case_id: int, deadline_id: str) -> Any:
    """Show the day ledger of a clock on one page, for printing."""
    view = _view(case_id)
    clock = next((one for one in view.clocks if f"{one.facts.id}:{one.scope}" == deadline_id), None)
    if clock is None:
        raise NotFound("Expected a clock of this case, but there is none", code="clock_unknown")
    now = installation().runtime.clock.now()
    drawn = _clock(view, clock, now)
    return render_template(
        "ledger.html", view=view, case=view.row, clock=drawn, service=service_name(view.definition)
    )


@pages.route("/<int:case_id>/messages/<name>", methods=["GET", "POST"])
@signed_in
def message(case_id: int, name: str) -> Any:
    """Hand in a message such as a withdrawal, with its form."""
    view = _view(case_id)
    if name not in view.messages:
        raise NotFound("Expected a message that the case waits for", code="not_awaited")
    definition, runtime = view.definition, installation().runtime
    form = definition.messages[name].form
    schema: Mapping[str, Any] = definition.forms[form] if form else {"components": []}
    raw = form_pages.parse(schema, request.form) if request.method == "POST" else {}
    problems: Any = ()
    problem = None
    if request.method == "POST" and not form_pages.is_only_refresh(request.form):
        try:
            messages.correlate(runtime, name, case_id, actor(), raw)
        except InvalidInput as exc:
            problems, problem = exc.details.get("problems", ()), message_of(exc)
        else:
            flash(
                definition.texts.get(language(), "messages", name, "done") or _("It has been recorded."),
                "success",
            )
            return redirect(url_for("cases.show", case_id=case_id))
    shown = forms.visible(schema, raw, installation().runtime.evaluator(view.definition))
    texts = definition.texts.section(language(), "forms", form or "")
    page = render_template(
        "message.html",
        case=view.row,
        title=definition.texts.say(language(), "messages", name, "button"),
        form=form_pages.view(schema, texts, shown, problems, units=units_of(definition)),
        problem=problem,
    )
    return page, 422 if problem else 200


@pages.get("/<int:case_id>/sharing")
@signed_in
def sharing(case_id: int) -> Any:
    """Show whom was asked or told what of the person, on one page for printing."""
    view = _view(case_id)
    rows = sharing_of(installation().runtime, view.definition, view.links)
    return render_template("sharing.html", case=view.row, service=service_name(view.definition), sharing=rows)


@pages.get("/files/<int:file_id>")
@signed_in
def file(file_id: int) -> Any:
    """Give a file of a case, to be saved and never shown inside the application."""
    found = installation()
    row, content = case_views.read_attachment(found.runtime, found.cases, file_id, actor())
    return send_file(BytesIO(content), row.media_type, as_attachment=True, download_name=row.filename)


def _hits() -> Hits | None:
    """Give what was searched for; None where nothing was."""
    runtime = installation().runtime
    if request.args.get("person"):
        return searching.of_person(runtime, actor(), request.args["person"])
    typed = request.args.get("q", "").strip()
    return searching.find(runtime, actor(), typed) if typed else None


def _view(case_id: int) -> CaseView:
    found = installation()
    return case_views.read_case(found.runtime, found.cases, case_id, actor())


def _office(office_id: int) -> str:
    return office_name(installation().runtime.offices.rows.get(office_id))


def _outcome(definition: Any, outcome: str | None) -> str:
    if outcome is None:
        return ""
    return definition.texts.get(language(), "outcomes", outcome) or element_name(definition, outcome)


def _behind(view: CaseView) -> dict[str, int] | None:
    """Say by how much a running case is behind, to those who may see to it; None for the newest version."""
    if view.row.state != "active" or not may_look(actor()):
        return None
    rows = installation().runtime.catalogue.versions(view.row.service_key)
    own = next(row.version for row in rows if row.id == view.row.definition_id)
    return {"old": own, "new": rows[0].version} if own != rows[0].version else None


def _versions_of(view: CaseView) -> Callable[[Link], Definition]:
    """Give what says which version the case had at a step of its history."""
    moves = [link for link in view.links if link.event in MOVES]
    get = installation().runtime.catalogue.get
    return lambda link: get(definition_at(moves, view.row.definition_id, link.seq))


def _has_task(view: CaseView, element_id: str) -> bool:
    element = view.definition.elements.get(element_id)
    return element is not None and element.kind in {"userTask", "subProcess", "callActivity"}


def _step(view: CaseView, task: Any, names: Mapping[int, str]) -> dict[str, Any]:
    runtime = installation().runtime
    person = actor()
    mine = task.assignee == person.person_id or bool(person.rights_in(task.candidate_group, task.office_id))
    return {
        "id": task.id,
        "name": element_name(view.definition, task.element_id),
        "group": group_name(runtime.groups, task.candidate_group),
        "who": names.get(task.assignee, "") if task.assignee else "",
        "due": due_words(task.due_at, runtime.clock.now(), runtime.calendar),
        "since": moment_words(task.created_at, runtime.calendar),
        "open": mine,
    }


def _running_first(clock: ClockView) -> tuple[bool, Any]:
    return clock.facts.end is not None, clock.facts.started_at


def _clock(view: CaseView, clock: ClockView, now: Any) -> dict[str, Any]:
    calendar = installation().runtime.calendar
    texts = view.definition.texts
    return {
        "key": f"{clock.facts.id}:{clock.scope}",
        "name": texts.say(language(), "deadlines", clock.facts.id),
        "kind": clock.facts.kind.value,
        "limit": limit_words(
            clock.facts.extensions[-1].limit if clock.facts.extensions else clock.facts.limit
        ),
        "due": clock_due_words(clock.state, clock.due, clock.remaining, now, calendar),
        "state": clock.state.value,
        "ended": clock.facts.end is not None,
        "started": moment_words(clock.facts.started_at, calendar),
        "version": clock.due.calendar_version,
        "months": months(clock, view.definition, calendar.local_date(now)),
        "days": rows_of(clock, view.definition),
        "extensions": [
            {
                "limit": limit_words(one.limit),
                "reason": extension_reason(view.definition, one.reason),
                "at": moment_words(one.at, calendar),
            }
            for one in clock.facts.extensions
        ],
    }


def _diagrams(view: CaseView, overdue: set[str]) -> list[dict[str, Any]]:
    """Give the facts for each diagram that the case has touched; the one where it is now comes first."""
    found = []
    for process in view.definition.processes:
        elements = {key: one for key, one in view.definition.elements.items() if one.process == process}
        touched = any(key in view.passed or key in view.current for key in elements)
        if not touched:
            continue
        names = drawn_names(view.definition, process)
        current = [key for key in elements if key in view.current and key not in overdue]
        facts = {
            "names": names,
            "done": [key for key in elements if key in view.passed and key not in view.current],
            "flows": [key for key in elements if key in view.flows],
            "current": current,
            "overdue": [key for key in elements if key in view.current and key in overdue],
            "counts": {key: count for key, count in view.passed.items() if key in elements and count > 1},
        }
        found.append(
            {
                "process": process,
                "name": view.definition.texts.say(language(), "processes", process),
                "href": url_for("cases.diagram", case_id=view.row.id, process=process),
                "facts": facts,
                "here": any(
                    view.definition.elements[key].kind != "callActivity"
                    for key in view.current
                    if key in elements
                ),
            }
        )
    return sorted(found, key=lambda one: not one["here"])
