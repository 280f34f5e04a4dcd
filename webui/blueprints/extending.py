"""A person gives a clock of one case more time, having seen the old date and the new."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine import cases as case_views
from engine import extending
from engine.errors import EngineError, InvalidInput, InvalidState, NotFound
from webui.auth import actor, signed_in
from webui.errors import status_of
from webui.extending import in_words
from webui.page import installation
from webui.words import message_of

pages = Blueprint("extending", __name__, url_prefix="/cases/<int:case_id>/clocks/<key>/extension")


@pages.get("/")
@signed_in
def show(case_id: int, key: str) -> Any:
    """Ask for the reason, beside the date that the clock has and the one that it would have."""
    return _page(case_id, key)


@pages.post("/")
@signed_in
def grant(case_id: int, key: str) -> Any:
    """Extend the clock."""
    reason, note = request.form.get("reason", ""), request.form.get("note", "")
    try:
        extending.extend(installation().runtime, case_id, key, actor(), reason, note)
    except (InvalidInput, InvalidState) as exc:
        return _page(case_id, key, exc), status_of(exc)
    flash(_("The time has been extended, and the applicant is told."), "success")
    return redirect(url_for("cases.show", case_id=case_id))


def _page(case_id: int, key: str, problem: EngineError | None = None) -> str:
    found = installation()
    row = case_views.visible_instance(found.runtime, found.cases, case_id, actor())
    option = next((one for one in extending.options(found.runtime, case_id, actor()) if one.key == key), None)
    if option is None:
        raise NotFound("Expected a clock that you may extend, but there is none", code="clock_not_yours")
    refused = (
        InvalidState("Expected a clock that can be extended", code=option.refused) if option.refused else None
    )
    said = problem or refused
    return render_template(
        "extend.html",
        case=row,
        clock=in_words(option, found.runtime.catalogue.get(row.definition_id)),
        possible=refused is None,
        problem=message_of(said) if said is not None else None,
        chosen=request.form.get("reason", ""),
        note=request.form.get("note", ""),
    )
