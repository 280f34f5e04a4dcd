"""Absences: who stands in for me and for whom I do; a supervisor sees and settles those of the office."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine import substitutions
from engine.errors import EngineError, InvalidInput
from webui.auth import actor, signed_in
from webui.errors import status_of
from webui.page import installation
from webui.words import day_words, message_of, office_name, person_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.store.people import PersonRow
    from engine.substitutions import Substitution

_ID_DIGITS = 20

pages = Blueprint("absence", __name__, url_prefix="/absence")


@pages.get("/")
@signed_in
def show() -> Any:
    """Show who stands in for whom; whose absence is appointed may be chosen first."""
    return _page(_chosen(request.args.get("person", "")), {})


@pages.post("/")
@signed_in
def appoint() -> Any:
    """Appoint a substitute for a time."""
    runtime, person_id = installation().runtime, _chosen(request.form.get("person", ""))
    try:
        substitute_id = _id(request.form.get("substitute", ""))
        begins_on, ends_on = _day("begins_on"), _day("ends_on")
        substitutions.appoint(runtime, actor(), person_id, substitute_id, begins_on, ends_on)
    except EngineError as exc:
        return _page(person_id, request.form, problem=message_of(exc)), status_of(exc)
    names = _names()
    words = _(
        "%(name)s stands in for %(absent)s from %(first)s to %(last)s.",
        name=names[substitute_id],
        absent=names[person_id],
        first=day_words(begins_on),
        last=day_words(ends_on),
    )
    flash(words, "success")
    return redirect(url_for("absence.show"))


@pages.post("/<int:substitution_id>/revoke")
@signed_in
def revoke(substitution_id: int) -> Any:
    """End a substitution at once."""
    substitutions.revoke(installation().runtime, actor(), substitution_id)
    flash(_("The substitution has been revoked."), "success")
    return redirect(url_for("absence.show"))


def _page(person_id: int, typed: Mapping[str, str], *, problem: str = "") -> str:
    runtime, person = installation().runtime, actor()
    assert person.person_id is not None
    mine = substitutions.of_person(runtime, person.person_id)
    people = substitutions.people_of(runtime, person)
    known = {one.id for one in mine}
    office = substitutions.of_office(runtime, person) if len(people) > 1 else []
    names, today = _names(), runtime.today()
    return render_template(
        "absence.html",
        away=[_row(one, names) for one in mine if one.person_id == person.person_id],
        standing_in=[_row(one, names) for one in mine if one.substitute_id == person.person_id],
        office=[_row(one, names) for one in office if one.id not in known],
        supervising=len(people) > 1,
        people=[(row.id, _with_office(row)) for row in people],
        chosen=person_id,
        chosen_name=names.get(person_id, ""),
        candidates=[(row.id, _with_office(row)) for row in substitutions.possible(runtime, person_id)],
        typed=typed,
        today=today.isoformat(),
        problem=problem,
    )


def _row(one: Substitution, names: Mapping[int, str]) -> dict[str, Any]:
    return {
        "id": one.id,
        "absent": names.get(one.person_id, ""),
        "substitute": names.get(one.substitute_id, ""),
        "first": day_words(one.begins_on),
        "last": day_words(one.ends_on),
        "running": one.running,
    }


def _with_office(row: PersonRow) -> str:
    return f"{person_name(row)} · {office_name(installation().runtime.offices.rows.get(row.office_id))}"


def _names() -> dict[int, str]:
    return {row.id: person_name(row) for row in installation().runtime.people.persons()}


def _chosen(text: str) -> int:
    """Give whose absence it is: the person's own unless another is named."""
    own = actor().person_id
    assert own is not None
    return _id(text) if text else own


def _id(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < _ID_DIGITS:
        return int(text)
    raise InvalidInput("Expected a person", code="nobody_chosen")


def _day(name: str) -> date:
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError as exc:
        raise InvalidInput(f"Expected a day for {name}, but got another text", code="day_unknown") from exc
