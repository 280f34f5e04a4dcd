"""Incidents: the list of what stands still, and one of them with three ways: again, corrected, settled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from engine import dead_letters, forms, incidents
from engine.errors import EngineError, InvalidInput, InvalidState
from engine.together import MOST
from webui import answer_form, correction_form, incident_filter
from webui import forms as form_pages
from webui.auth import actor, signed_in
from webui.page import installation
from webui.words import element_name, label_of, message_of, moment_words, office_name, service_name
from webui.words.incidents import failure_words
from webui.words.messages import channel_name, masked_recipient

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engine.incidents import IncidentView
    from engine.store.incidents import ListedIncident

PAGE = 50
MAX_AT_ONCE = 100
"""How many may be tried again with one click."""
_MAX_ID_DIGITS = 19

pages = Blueprint("incidents", __name__, url_prefix="/incidents")


@pages.get("/")
@signed_in
def listing() -> Any:
    """List the open incidents of the person's office and those below it, the oldest first."""
    runtime = installation().runtime
    after = _id(request.args.get("after", ""))
    where = incident_filter.read(request.args, runtime)
    rows = incidents.open_incidents(runtime, actor(), where=where, after=after, size=PAGE + 1)
    kept = incident_filter.arguments(request.args)
    return render_template(
        "incidents.html",
        rows=[_row(row) for row in rows[:PAGE]],
        services=[(key, service_name(found[1])) for key, found in runtime.catalogue.services().items()],
        codes=[(code, failure_words(code, code)) for code in incidents.open_codes(runtime, actor())],
        operations=incident_filter.operations(runtime),
        chosen=kept,
        undelivered=dead_letters.count(runtime, actor()),
        most=MOST,
        first=url_for("incidents.listing", **kept) if after else None,
        following=url_for("incidents.listing", after=rows[PAGE - 1].id, **kept) if len(rows) > PAGE else None,
    )


@pages.post("/retry")
@signed_in
def retry_many() -> Any:
    """Try those again that were ticked."""
    runtime = installation().runtime
    wanted = [found for text in request.form.getlist("incident")[:MAX_AT_ONCE] if (found := _id(text))]
    refused = 0
    for incident_id in dict.fromkeys(wanted):
        listed = runtime.incidents.find(incident_id)
        try:
            if listed is not None:
                incidents.retry(runtime, listed.process_instance_id, listed.number, actor())
        except EngineError:
            refused += 1
    if not wanted:
        flash(_("Tick at least one incident first."), "warning")
    elif len(wanted) > refused:
        done = len(wanted) - refused
        flash(ngettext("%(num)d is being tried again.", "%(num)d are being tried again.", done), "info")
    if refused:
        words = ngettext("%(num)d could not be tried again.", "%(num)d could not be tried again.", refused)
        flash(words, "warning")
    return redirect(url_for("incidents.listing", **incident_filter.arguments(request.form)))


@pages.get("/<int:incident_id>")
@signed_in
def show(incident_id: int) -> Any:
    """Show an incident with the ways to see to it."""
    return _page(_view(incident_id))


@pages.post("/<int:incident_id>/retry")
@signed_in
def retry(incident_id: int) -> Any:
    """Try one again."""
    view = _view(incident_id)
    listed = view.listed
    incidents.retry(installation().runtime, listed.process_instance_id, listed.number, actor())
    return _done(incident_id)


@pages.post("/<int:incident_id>")  # where a script posts a row that was added, to draw the fields anew
@pages.post("/<int:incident_id>/correct")
@signed_in
def correct(incident_id: int) -> Any:
    """Put other values in place of what was wrong, and try again."""
    view = _view(incident_id)
    raw = form_pages.parse(_input_schema(view), request.form)
    if form_pages.is_only_refresh(request.form):
        return _page(view, raw=raw)

    def act() -> None:
        incidents.correct(
            installation().runtime,
            view.listed.process_instance_id,
            view.listed.number,
            actor(),
            raw,
            request.form.get("_reason", ""),
        )

    return _attempt(view, act, way="correct", raw=raw)


@pages.post("/<int:incident_id>/settle")
@signed_in
def settle(incident_id: int) -> Any:
    """Settle by hand what an outside system was to do."""
    view = _view(incident_id)
    error = request.form.get("_error") or None
    answer: dict[str, Any] | None = None
    raw: dict[str, Any] = {}
    if view.kind == "call" and error is None and view.answers is not None:
        raw = form_pages.parse(answer_form.form_of(view.answers.answer), request.form)
        answer, problems, wrong = answer_form.read(view.answers.answer, raw)
        if problems:
            return _page(view, way="settle", raw=raw, problems=problems, wrong=wrong), 422

    def act() -> None:
        incidents.resolve(
            installation().runtime,
            view.listed.process_instance_id,
            view.listed.number,
            actor(),
            reason=request.form.get("_reason", ""),
            answer=answer,
            error=error,
        )

    return _attempt(view, act, way="settle", raw=raw)


def _attempt(view: IncidentView, act: Callable[[], None], *, way: str, raw: Mapping[str, Any]) -> Any:
    """Do it, or show the page again with what is wrong."""
    try:
        act()
    except InvalidInput as exc:
        problems = exc.details.get("problems", ())
        return _page(view, way=way, raw=raw, problems=problems, problem=message_of(exc)), 422
    return _done(view.listed.id)


def _done(incident_id: int) -> Any:
    """Go where it can be seen what came of it: back to the incident when it is still open."""
    listed = installation().runtime.incidents.find(incident_id)
    if listed is not None and listed.state == "open":
        flash(_("It was tried again, but it still cannot be carried out."), "warning")
        return redirect(url_for("incidents.show", incident_id=incident_id))
    flash(_("It is done, or being tried again."), "success")
    case_id = listed.process_instance_id if listed is not None else 0
    return redirect(url_for("cases.show", case_id=case_id))


def _view(incident_id: int) -> IncidentView:
    return incidents.read_incident(installation().runtime, incident_id, actor())


def _page(
    view: IncidentView,
    *,
    way: str = "",
    raw: Mapping[str, Any] | None = None,
    problems: Any = (),
    wrong: Mapping[str, str] | None = None,
    problem: str | None = None,
) -> str:
    """Draw an incident. way: which of its forms was posted; raw, problems, wrong and problem are of that one."""
    corrected = _input_form(view, raw, problems) if way != "settle" else _input_form(view, None, ())
    answers = _answer_form(view, raw, problems, wrong or {}) if way == "settle" else _answer_form(view)
    return render_template(
        "incident.html",
        incident=_row(view.listed),
        view=view,
        message=_message(view),
        correction=corrected if view.may_settle else None,
        answers=answers if view.may_settle else None,
        errors=[(code, failure_words(code, code)) for code in _codes(view)],
        chosen_error=request.form.get("_error", "") if way == "settle" else "",
        reason=request.form.get("_reason", ""),
        way=way,
        problem=problem,
    )


def _codes(view: IncidentView) -> tuple[str, ...]:
    """Give the errors that the other system may say; what else the diagram catches around is none of its words."""
    if view.answers is None:
        return view.codes
    said = view.answers.shape(view.operation.partition(".")[0]).errors
    return tuple(code for code in view.codes if code in said)


def _row(listed: ListedIncident) -> dict[str, Any]:
    runtime = installation().runtime
    definition = runtime.catalogue.get(listed.definition_id)
    return {
        "id": listed.id,
        "case_id": listed.process_instance_id,
        "case": listed.business_key,
        "title": listed.title,
        "service": service_name(definition),
        "office": office_name(runtime.offices.rows.get(listed.office_id)),
        "step": element_name(definition, listed.element_id),
        "what": failure_words(listed.code, listed.message),
        "message": listed.message,
        "since": moment_words(listed.raised_at, runtime.calendar),
        "tries": listed.attempts,
        "is_notice": listed.number < 0,
    }


def _message(view: IncidentView) -> dict[str, Any] | None:
    if view.message is None:
        return None
    return {
        "channel": channel_name(view.message.row.channel),
        "to": masked_recipient(view.message),
        "subject": view.message.subject,
        "text": view.message.text,
    }


def _input_schema(view: IncidentView) -> Mapping[str, Any]:
    if view.message is not None:
        kind = "phone" if view.message.row.channel == "sms" else "email"
        rules = {"required": True, "validationType": kind}
        return {"components": [{"type": "textfield", "key": "to", "validate": rules}]}
    if view.input is None:
        raise InvalidState("Expected an element with input, but it has none", code="not_correctable")
    return view.input.schema


def _input_form(view: IncidentView, raw: Mapping[str, Any] | None, problems: Any) -> Any:
    """Give the fields of what may be corrected; None where there is nothing to."""
    definition, evaluate = view.definition, installation().runtime.evaluator(view.definition)
    if view.message is not None:
        if not view.message.text:
            return None
        words = _("Telephone number") if view.message.row.channel == "sms" else _("E-mail address")
        texts: dict[str, Any] = {"fields": {"to": {"label": words}}}
        shown = forms.visible(_input_schema(view), raw or {"to": view.message.to}, evaluate)
        return form_pages.view(_input_schema(view), texts, shown, problems)
    if view.input is None:
        return None
    return correction_form.view(definition, view.input, raw, problems)


def _answer_form(
    view: IncidentView,
    raw: Mapping[str, Any] | None = None,
    problems: Any = (),
    wrong: Mapping[str, str] | None = None,
) -> Any:
    """Give the fields of an answer by hand; None where its shape is not known."""
    if view.answers is None:
        return None
    schema = answer_form.form_of(view.answers.answer)
    labels = {field: label_of(view.definition, field) for field in view.answers.answer().fields}
    texts = answer_form.texts_of(view.answers.answer, labels, wrong or {})
    evaluate = installation().runtime.evaluator(view.definition)
    return form_pages.view(schema, texts, forms.visible(schema, raw or {}, evaluate), problems)


def _id(text: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() and len(text) <= _MAX_ID_DIGITS else None
