"""Many incidents seen to at once: those that were ticked or all that match, one act, one reason, told by case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy

from engine import forms, incidents, moving, together
from engine.errors import EngineError, InvalidInput
from engine.together import MOST, Act
from webui import answer_form, correction_form, incident_filter
from webui import forms as form_pages
from webui.auth import actor, signed_in
from webui.page import installation
from webui.words import element_name, label_of, message_of, service_name
from webui.words.incidents import failure_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.incidents import IncidentView
    from engine.store.incidents import ListedIncident

MAX_SHOWN = 50
"""How many of the chosen ones the page names; it counts the rest."""
_MAX_DIGITS = 19
_DONE = {
    "retry": lazy("is being tried again"),
    "resolve": lazy("settled"),
    "correct": lazy("corrected and tried again"),
    "move": lazy("goes on elsewhere"),
    "cancel": lazy("cancelled"),
}

pages = Blueprint("together", __name__, url_prefix="/incidents/together")


@pages.route("/", methods=["GET", "POST"])
@signed_in
def show() -> Any:
    """Show what may be done to those that were ticked, or to all that the list's filter finds."""
    rows = _chosen()
    if not rows:
        flash(_("Tick at least one incident first."), "warning")
        return redirect(url_for("incidents.listing", **incident_filter.arguments(request.values)))
    return _page(rows)


@pages.post("/<act>")
@signed_in
def see_to(act: str) -> Any:
    """Do it to each, and say what became of each."""
    rows = _chosen()
    if not rows:
        flash(_("None of them is open any more."), "warning")
        return redirect(url_for("incidents.listing"))
    try:
        wanted = _wanted(act, rows)
        found = together.see_to(installation().runtime, actor(), rows, wanted)
    except InvalidInput as exc:
        return _page(rows, way=act, error=exc), 422
    return render_template(
        "together_done.html",
        done=sum(one.error is None for one in found),
        rows=[
            {
                **_row(one.listed),
                "failed": one.error is not None,
                "what": message_of(one.error) if one.error is not None else str(_DONE[act]),
            }
            for one in found
        ],
    )


def _chosen() -> list[ListedIncident]:
    runtime = installation().runtime
    if request.values.get("all"):
        return together.chosen(runtime, actor(), [], incident_filter.read(request.values, runtime))
    texts = request.values.getlist("incident")
    ids = [int(text) for text in texts if text.isdecimal() and text.isascii() and len(text) < _MAX_DIGITS]
    return together.chosen(runtime, actor(), ids)


def _wanted(act: str, rows: list[ListedIncident]) -> Act:
    """Read what is to be done; raises InvalidInput with the problems of its form."""
    reason = request.form.get("_reason", "")
    if act == "resolve":
        view = _alike(rows)
        error = request.form.get("_error") or None
        answer = None
        if view is not None and view.kind == "call" and error is None and view.answers is not None:
            raw = form_pages.parse(answer_form.form_of(view.answers.answer), request.form)
            answer, problems, _wrong = answer_form.read(view.answers.answer, raw)
            if problems:
                raise InvalidInput(code="form_invalid", problems=problems)
        return Act(act, reason, answer=answer, error=error)
    if act == "correct":
        view = _alike(rows)
        if view is None or view.input is None:
            raise InvalidInput(code="not_alike")
        return Act(act, reason, changes=form_pages.parse(view.input.schema, request.form))
    return Act(act, reason, target=request.form.get("_to", ""))


def _alike(rows: list[ListedIncident]) -> IncidentView | None:
    """Give the first of them as it stands for all, where all are of one element of one version; None otherwise."""
    first = rows[0]
    same = all((one.definition_id, one.element_id) == (first.definition_id, first.element_id) for one in rows)
    if not same or any(one.number <= 0 for one in rows):
        return None
    try:
        return incidents.read_incident(installation().runtime, first.id, actor())
    except EngineError:  # resolved meanwhile; each says so itself
        return None


def _page(rows: list[ListedIncident], *, way: str = "", error: InvalidInput | None = None) -> str:
    view = _alike(rows)
    problems = error.details.get("problems", ()) if error is not None else ()
    return render_template(
        "together.html",
        rows=[_row(row) for row in rows[:MAX_SHOWN]],
        more=max(0, len(rows) - MAX_SHOWN),
        ids=[row.id for row in rows],
        most=MOST,
        correction=_correction(view, problems if way == "correct" else ()),
        answers=_answers(view, problems if way == "resolve" else ()),
        errors=[(code, failure_words(code, code)) for code in view.codes] if view is not None else [],
        notices=all(row.number < 0 for row in rows),
        targets=_targets(view),
        way=way,
        reason=request.form.get("_reason", ""),
        problem=message_of(error) if error is not None else None,
    )


def _correction(view: IncidentView | None, problems: Any) -> Any:
    if view is None or view.input is None:
        return None
    raw = form_pages.parse(view.input.schema, request.form) if problems else None
    return correction_form.view(view.definition, view.input, raw, problems)


def _answers(view: IncidentView | None, problems: Any) -> Any:
    if view is None or view.answers is None:
        return None
    schema = answer_form.form_of(view.answers.answer)
    raw = form_pages.parse(schema, request.form) if problems else {}
    labels = {field: label_of(view.definition, field) for field in view.answers.answer().fields}
    texts = answer_form.texts_of(view.answers.answer, labels, {})
    evaluate = installation().runtime.evaluator(view.definition)
    return form_pages.view(schema, texts, forms.visible(schema, raw, evaluate), problems)


def _targets(view: IncidentView | None) -> list[tuple[str, str]]:
    """Give where the first of them may go on, by name; the others are of the same element."""
    if view is None:
        return []
    runtime, listed = installation().runtime, view.listed
    tokens = moving.read_tokens(runtime, listed.process_instance_id, actor()).items
    found = next((one for one in tokens if one.number == listed.number), None)
    if found is None:
        return []
    return sorted((element_name(view.definition, one), one) for one in found.targets)


def _row(listed: ListedIncident) -> Mapping[str, Any]:
    definition = installation().runtime.catalogue.get(listed.definition_id)
    return {
        "id": listed.id,
        "case_id": listed.process_instance_id,
        "case": listed.business_key,
        "title": listed.title,
        "service": service_name(definition),
        "step": element_name(definition, listed.element_id),
    }
