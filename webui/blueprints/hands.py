"""An operator's hands on one case: edit its data, move a token, take that back, cancel it; each with a reason."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine import cases as case_views
from engine import editing, instances, moving, undoing
from engine.corrections import variables_asked
from engine.errors import Changed, EngineError, InvalidInput
from webui import correction_form
from webui import forms as form_pages
from webui.auth import actor, signed_in
from webui.page import installation
from webui.words import element_name, label_of, message_of, moment_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.cases import CaseView
    from engine.definitions import Definition
    from engine.editing import Variables
    from engine.runtime import Runtime

MAX_TAKEN_BACK = 10
"""How many of the latest acts are offered to be taken back."""
_MAX_DIGITS = 9

pages = Blueprint("hands", __name__, url_prefix="/cases/<int:case_id>/hands")


@pages.get("/")
@signed_in
def show(case_id: int) -> Any:
    """Show what may be done to a case by hand."""
    return _page(case_id)


@pages.route("/data", methods=["GET", "POST"])
@signed_in
def data(case_id: int) -> Any:
    """Ask for other values of the chosen variables, and set them."""
    runtime = installation().runtime
    names = request.values.getlist("_name")
    found = editing.read_variables(runtime, case_id, actor(), names)
    if not names:
        flash(_("Tick what is to be changed first."), "warning")
        return redirect(url_for("hands.show", case_id=case_id))
    if request.method == "GET":
        return _data_page(case_id, found, names)
    raw = form_pages.parse(found.input.schema, request.form)
    if form_pages.is_only_refresh(request.form):
        return _data_page(case_id, found, names, raw)
    try:
        editing.edit(_as_read(), case_id, actor(), raw, request.form.get("_reason", ""))
    except InvalidInput as exc:
        return _data_page(case_id, found, names, raw, exc), 422
    except Changed as exc:
        return _data_page(case_id, found, names, raw, exc), 409
    flash(_("The data have been changed."), "success")
    return redirect(url_for("cases.show", case_id=case_id))


@pages.route("/move", methods=["GET", "POST"])
@signed_in
def move(case_id: int) -> Any:
    """Show what moving a token would close and open, and do it."""
    runtime = installation().runtime
    number, _colon, target = request.values.get("_to", "").partition(":")
    token = int(number) if number.isdecimal() and number.isascii() and len(number) <= _MAX_DIGITS else 0
    tokens = moving.read_tokens(runtime, case_id, actor())
    problem: EngineError | None = None
    if request.method == "POST":
        try:
            moving.move(_as_read(), case_id, token, target, actor(), request.form.get("_reason", ""))
        except (InvalidInput, Changed) as exc:
            problem = exc
        else:
            flash(_("The token has been moved."), "success")
            return redirect(url_for("cases.show", case_id=case_id))
    shown = moving.preview(runtime, case_id, token, target, actor())
    name = _names(tokens.definition)
    page = render_template(
        "hands_move.html",
        case=_view(case_id).row,
        to=f"{token}:{target}",
        target=element_name(tokens.definition, target),
        version=tokens.row_version,
        closes=name(shown.closes),
        passes=name(shown.passes),
        opens=name(shown.opens),
        stuck=name(shown.stuck),
        ends=shown.ends,
        reason=request.form.get("_reason", ""),
        problem=message_of(problem) if problem is not None else None,
    )
    return page, 422 if problem is not None else 200


@pages.post("/cancel")
@signed_in
def cancel(case_id: int) -> Any:
    """Cancel the case for good."""
    return _do(
        case_id,
        lambda runtime, reason: instances.cancel(runtime, case_id, actor(), reason),
        _("The case has been cancelled."),
        way="cancel",
    )


@pages.post("/undo/<int:seq>")
@signed_in
def undo(case_id: int, seq: int) -> Any:
    """Take back what was done by hand."""
    store = installation().cases
    return _do(
        case_id,
        lambda runtime, reason: undoing.undo(runtime, store, case_id, seq, actor(), reason),
        _("It has been taken back."),
        way=f"undo-{seq}",
    )


def _do(case_id: int, act: Callable[[Runtime, str], None], done: str, *, way: str) -> Any:
    try:
        act(_as_read(), request.form.get("_reason", ""))
    except (InvalidInput, Changed) as exc:
        return _page(case_id, way=way, problem=message_of(exc)), 422
    flash(done, "success")
    return redirect(url_for("cases.show", case_id=case_id))


def _as_read() -> Runtime:
    """Give what acts on the case only as it stood when the page was drawn."""
    runtime, version = installation().runtime, request.form.get("_version", "")
    if not (version.isdecimal() and version.isascii() and len(version) <= _MAX_DIGITS):
        raise Changed
    return replace(runtime, steps=runtime.steps.at_version(int(version)))


def _page(case_id: int, *, way: str = "", problem: str | None = None) -> str:
    """Draw what may be done. way: which of the forms was posted and is wrong."""
    runtime = installation().runtime
    tokens = moving.read_tokens(runtime, case_id, actor())
    found = editing.read_variables(runtime, case_id, actor())
    names = sorted(found.known.keys() | variables_asked(tokens.definition))
    labelled = sorted((label_of(tokens.definition, name), name) for name in names)
    view = _view(case_id)
    return render_template(
        "hands.html",
        case=view.row,
        version=tokens.row_version,
        variables=labelled,
        tokens=[_token(tokens.definition, one) for one in tokens.items],
        acts=_acts(view),
        reason=request.form.get("_reason", ""),
        way=way,
        problem=problem,
    )


def _data_page(
    case_id: int,
    found: Variables,
    names: list[str],
    raw: Any = None,
    error: EngineError | None = None,
) -> str:
    problems = error.details.get("problems", ()) if error is not None else ()
    return render_template(
        "hands_data.html",
        case=_view(case_id).row,
        version=found.row_version,
        names=names,
        form=correction_form.view(found.definition, found.input, raw, problems),
        reason=request.form.get("_reason", ""),
        problem=message_of(error) if error is not None else None,
    )


def _token(definition: Definition, token: moving.Token) -> dict[str, Any]:
    return {
        "number": token.number,
        "name": element_name(definition, token.element_id),
        "targets": sorted((element_name(definition, one), one) for one in token.targets),
    }


def _acts(view: CaseView) -> list[dict[str, Any]]:
    """Give the latest acts that may be taken back and were not, the newest first."""
    undone = {link.payload.get("undoes") for link in view.links}
    found = [link for link in view.links if link.event in undoing.UNDOABLE and link.seq not in undone]
    calendar = installation().runtime.calendar
    return [
        {
            "seq": link.seq,
            "at": moment_words(link.at, calendar),
            "reason": link.payload["reason"],
            "what": _what(view.definition, link),
        }
        for link in reversed(found[-MAX_TAKEN_BACK:])
    ]


def _what(definition: Definition, link: Any) -> str:
    if link.event == "token_moved":
        names = [element_name(definition, link.payload[end]) for end in ("from", "to")]
        return str(_("Moved from “%(before)s” to “%(after)s”", before=names[0], after=names[1]))
    changed = ", ".join(label_of(definition, name) for name in link.payload["changes"])
    return str(_("Changed: %(names)s", names=changed))


def _names(definition: Definition) -> Callable[[tuple[str, ...]], list[str]]:
    def named(elements: tuple[str, ...]) -> list[str]:
        drawn = [one for one in elements if one in definition.elements]
        return [element_name(definition, one) for one in dict.fromkeys(drawn)]

    return named


def _view(case_id: int) -> CaseView:
    found = installation()
    return case_views.read_case(found.runtime, found.cases, case_id, actor())
