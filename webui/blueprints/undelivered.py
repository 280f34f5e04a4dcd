"""Letters that were given up and that no case waits for: what failed, sent again or closed by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine import dead_letters
from engine.errors import InvalidInput
from engine.store.alert_messages import SMS
from engine.store.dead_letters import EVENT
from webui.auth import actor, signed_in
from webui.page import installation
from webui.words import message_of, moment_words, person_name
from webui.words.events import event_words
from webui.words.incidents import failure_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.store.dead_letters import DeadLetter

PAGE = 50
_MAX_DIGITS = 19

pages = Blueprint("undelivered", __name__, url_prefix="/undelivered")


@pages.get("/")
@signed_in
def listing() -> Any:
    """List what was given up for people of one's office and those below it, the newest first."""
    return _page()


@pages.post("/<kind>/<int:letter_id>")
@signed_in
def see_to(kind: str, letter_id: int) -> Any:
    """Send a letter again, or close it."""
    runtime, reason = installation().runtime, request.form.get("_reason", "")
    closes = request.form.get("_act") == "close"
    try:
        if closes:
            dead_letters.close(runtime, kind, letter_id, actor(), reason)
        else:
            dead_letters.send_again(runtime, kind, letter_id, actor(), reason)
    except InvalidInput as exc:
        return _page(wrong=letter_id, problem=message_of(exc)), 422
    flash(_("It has been closed.") if closes else _("It is being sent again."), "success")
    return redirect(url_for("undelivered.listing"))


def _page(*, wrong: int = 0, problem: str | None = None) -> str:
    text = request.args.get("before", "")
    before = int(text) if text.isdecimal() and text.isascii() and len(text) < _MAX_DIGITS else None
    rows = dead_letters.listing(installation().runtime, actor(), before=before, size=PAGE + 1)
    here = url_for("undelivered.listing")
    return render_template(
        "undelivered.html",
        rows=[_row(row) for row in rows[:PAGE]],
        wrong=wrong,
        problem=problem,
        reason=request.form.get("_reason", ""),
        first=here if before else None,
        following=f"{here}?before={rows[PAGE - 1].id}" if len(rows) > PAGE else None,
    )


def _row(letter: DeadLetter) -> Mapping[str, Any]:
    runtime = installation().runtime
    person = runtime.people.person(person_id=letter.person_id)
    is_event = letter.kind == EVENT
    return {
        "kind": letter.kind,
        "id": letter.id,
        "what": event_words(letter.event or "") if is_event else _message_words(letter),
        "to": letter.address if is_event else person_name(person) if person is not None else "–",
        "case": letter.business_key,
        "case_id": letter.process_instance_id,
        "why": _why(letter),
        "message": letter.message or "",
        "at": moment_words(letter.created_at, runtime.calendar),
        "tries": letter.attempts,
    }


def _message_words(letter: DeadLetter) -> str:
    return str(_("Short message about alerts") if letter.channel == SMS else _("Mail about alerts"))


def _why(letter: DeadLetter) -> str:
    """Say what failed in plain words."""
    if letter.kind != EVENT:
        return failure_words(letter.code or "", letter.message or "")
    if letter.status is not None:
        return str(_("The address answered with status %(status)s.", status=letter.status))
    return str(_("The address could not be reached."))
