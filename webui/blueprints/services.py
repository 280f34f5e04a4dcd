"""Which services there are, and starting a case of one, with a warning when the person has one already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine import forms, instances
from engine.errors import InvalidInput, NotAllowed
from webui import forms as form_pages
from webui.auth import actor, signed_in
from webui.language import language
from webui.page import installation
from webui.uploads import file_ids, keep_files
from webui.words import message_of, office_name, service_name, units_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.definitions import Definition
    from engine.store.cases import CaseRow

pages = Blueprint("services", __name__)


@pages.get("/services")
@signed_in
def listing() -> Any:
    """List the services, and those that the person may start."""
    entries = [
        {
            "key": key,
            "name": service_name(definition),
            "summary": definition.texts.get(language(), "service", "summary"),
            "may_start": bool(_offices(definition)),
        }
        for key, (_id, definition) in installation().runtime.catalogue.services().items()
    ]
    return render_template("services.html", entries=entries)


@pages.get("/services/<key>/start")
@signed_in
def form(key: str) -> Any:
    """Show the form that starts a case."""
    definition = _startable(key)
    return _page(definition, {})


@pages.post("/services/<key>/start")
@signed_in
def start(key: str) -> Any:
    """Start a case, or show the form again with what is wrong or to be confirmed."""
    runtime = installation().runtime
    definition = _startable(key)
    schema = definition.forms[definition.start_form] if definition.start_form else {"components": []}
    raw = form_pages.parse(schema, request.form)
    try:
        keep_files(schema, raw, case_id=None, task_id=None)
        if form_pages.is_only_refresh(request.form):
            return _page(definition, raw)
        answers = forms.read_answers(schema, raw, {}, installation().runtime.evaluator(definition))
        if answers.problems:
            return _page(definition, raw, problems=answers.problems), 422
        doubles = _doubles(definition, answers.values)
        if doubles and "_confirmed" not in request.form:
            return _page(definition, raw, doubles=doubles), 422
        office = _chosen_office(definition)
        if office is None:
            problem = _("Choose the office whose people will work on the case.")
            return _page(definition, raw, problem=problem), 422
        request_ = instances.StartRequest(definition.key, office, answers.values)
        started = instances.start(runtime, actor(), request_)
    except InvalidInput as exc:
        return _page(definition, raw, problem=message_of(exc)), 422
    installation().cases.adopt_attachments(file_ids(schema, answers.values), started.id)
    flash(_("Case %(number)s has been started.", number=started.business_key), "success")
    return redirect(url_for("cases.show", case_id=started.id))


def _page(
    definition: Definition,
    raw: Mapping[str, Any],
    *,
    problems: Any = (),
    problem: str | None = None,
    doubles: list[CaseRow] | None = None,
) -> str:
    schema = definition.forms[definition.start_form] if definition.start_form else {"components": []}
    shown = forms.visible(schema, raw, installation().runtime.evaluator(definition))
    texts = definition.texts.section(language(), "forms", definition.start_form or "")
    return render_template(
        "start.html",
        service=service_name(definition),
        form=form_pages.view(schema, texts, shown, problems, units=units_of(definition)),
        problem=problem,
        doubles=doubles or [],
        offices=_choices(definition),
    )


def _startable(key: str) -> Definition:
    definition = installation().runtime.catalogue.newest(key)[1]
    if not _offices(definition):
        raise NotAllowed("Expected somebody who may start cases of this service", code="may_not_start")
    return definition


def _offices(definition: Definition) -> list[int]:
    return instances.starting_offices(installation().runtime, definition, actor())


def _chosen_office(definition: Definition) -> int | None:
    """Give the office that was chosen, or the only one; None when there is a choice and none was made."""
    offices = _offices(definition)
    if len(offices) == 1:
        return offices[0]
    return next((found for found in offices if str(found) == request.form.get("_office")), None)


def _choices(definition: Definition) -> list[dict[str, Any]]:
    """List the offices to choose from; empty when there is no choice."""
    offices = _offices(definition)
    if len(offices) == 1:
        return []
    rows = installation().runtime.offices.rows
    chosen = request.form.get("_office")
    return [{"id": key, "name": office_name(rows[key]), "chosen": str(key) == chosen} for key in offices]


def _doubles(definition: Definition, values: Mapping[str, Any]) -> list[CaseRow]:
    """Find the running cases of the same person."""
    if definition.subject is None:
        return []
    identity = installation().runtime.evaluator(definition)(definition.subject, values)
    if not identity:
        return []
    digest = installation().runtime.sealer.index("identity", str(identity))
    return [row for row in installation().cases.with_subject(digest) if row.service_key == definition.key]
