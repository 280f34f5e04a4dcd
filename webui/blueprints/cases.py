"""Cases: the list, and one case with the answer first, its diagram, clocks, history, letters and files."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _

from engine import cases as case_views
from engine import forms, messages, searching
from engine.errors import InvalidInput, NotFound
from engine.store.cases import CaseFilter
from webui import forms as form_pages
from webui import letters
from webui.auth import actor, signed_in
from webui.case_view import facts_of, office_words, versions_of
from webui.language import language
from webui.ledger_view import clock_of
from webui.page import installation
from webui.words import (
    message_of,
    moment_words,
    outcome_name,
    service_name,
    units_of,
)
from webui.words.messages import sharing_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.cases import CaseView
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
                "office": office_words(row.office_id),
                "state": row.state,
                "outcome": outcome_name(runtime.catalogue.get(row.definition_id), row.outcome),
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
    return render_template("case.html", **facts_of(_view(case_id)))


@pages.post("/<int:case_id>/unmask")
@signed_in
def unmask(case_id: int) -> Any:
    """Show what is masked, once, to somebody who gives a reason; the reason stays in the history."""
    case_views.note_unmasking(
        installation().runtime, installation().cases, case_id, actor(), request.form.get("reason", "")
    )
    return render_template("case.html", **facts_of(_view(case_id), unmasked=True))


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
    view.definition = versions_of(view)(next(link for link in view.links if link.seq == issued))
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
    drawn = clock_of(view, clock, now)
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
