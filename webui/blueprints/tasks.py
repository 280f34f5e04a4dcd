"""One task: its instructions and form, the draft, the signatures, the way back, to a colleague or to later."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine import follow_ups, forms, instances, task_rights, user_tasks
from engine.calendar import FIRST_YEAR, LAST_YEAR
from engine.case import Case
from engine.errors import DatabaseFull, EngineError, InvalidInput, InvalidState, NotAllowed, NotFound
from engine.migration.previews import last_move
from webui import forms as form_pages
from webui import passing_on
from webui.application import application
from webui.auth import actor, signed_in
from webui.errors import status_of
from webui.language import language
from webui.page import installation
from webui.provisional import is_task_provisional
from webui.reason_view import asked_of_me
from webui.uploads import keep_files
from webui.words import (
    due_words,
    element_name,
    group_name,
    message_of,
    moment_words,
    person_name,
    service_name,
    units_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.runtime import Runtime
    from engine.store.rows import UserTaskRow

_ID_DIGITS = 20

pages = Blueprint("tasks", __name__)


@pages.get("/tasks/<int:task_id>")
@signed_in
def show(task_id: int) -> Any:
    """Show a task with its draft, or with what the case knows already."""
    opened = _Opened(task_id)
    draft = user_tasks.read_draft(installation().runtime, task_id) if opened.mine else None
    return opened.page(draft[0] if draft else {}, draft_at=draft[1] if draft else None)


@pages.post("/tasks/<int:task_id>")
@signed_in
def work(task_id: int) -> Any:
    """Take what was posted: another row, a draft, a signature, the way back, or the answers."""
    runtime, person = installation().runtime, actor()
    opened = _Opened(task_id)
    if "_send_back" in request.form:
        return _with_reason(opened, lambda reason: user_tasks.send_back(runtime, task_id, person, reason))
    if "_return" in request.form:
        if opened.mine and opened.signed:  # the first signer finds the answers again, to change them
            user_tasks.save_draft(runtime, task_id, person, opened.signed["answers"])
        return _with_reason(
            opened, lambda reason: user_tasks.return_to_first(runtime, task_id, person, reason)
        )
    raw = form_pages.parse(opened.schema, request.form)
    try:
        keep_files(opened.schema, raw, case_id=opened.row.id, task_id=task_id)
        if form_pages.is_only_refresh(request.form) or "_draft" in request.form:
            user_tasks.save_draft(runtime, task_id, person, raw)
            return opened.page(raw, draft_at=runtime.now_ms() if "_draft" in request.form else None)
        user_tasks.complete(opened.runtime, task_id, person, raw)
    except InvalidInput as exc:
        user_tasks.save_draft(runtime, task_id, person, raw)
        return opened.page(raw, problems=exc.details.get("problems", ()), problem=message_of(exc)), 422
    except InvalidState as exc:
        if opened.mine:
            with suppress(DatabaseFull):  # then the page alone keeps what was typed
                user_tasks.save_draft(runtime, task_id, person, raw)
        return opened.page(raw, problem=message_of(exc)), status_of(exc)
    flash(_("Done: %(task)s, %(case)s.", task=opened.name, case=opened.number), "success")
    return redirect(url_for("inbox.show"))


@pages.post("/tasks/<int:task_id>/draft")
@signed_in
def draft(task_id: int) -> Any:
    """Keep the draft while somebody types; answers with a word for the page."""
    runtime = installation().runtime
    opened = _Opened(task_id)
    kept = opened.mine and user_tasks.save_draft(
        runtime, task_id, actor(), form_pages.parse(opened.schema, request.form)
    )
    return render_template(
        "parts/draft.html", draft_at=runtime.now_ms() if kept else None, calendar=runtime.calendar
    )


@pages.post("/tasks/<int:task_id>/delegate")
@signed_in
def delegate(task_id: int) -> Any:
    """Hand a task to a colleague with a note."""
    runtime, opened = installation().runtime, _Opened(task_id)
    to, note = request.form.get("to", ""), request.form.get("note", "")
    try:
        if not (to.isascii() and to.isdigit() and len(to) < _ID_DIGITS):
            raise InvalidInput("Expected a colleague", code="nobody_chosen")
        user_tasks.delegate(runtime, task_id, actor(), int(to), note)
    except EngineError as exc:
        return opened.refused(exc, handing_on={"to": to, "note": note})
    receiver = runtime.people.person(person_id=int(to))
    name = person_name(receiver) if receiver else ""
    words = _("Handed to %(name)s: %(task)s, %(case)s.", name=name, task=opened.name, case=opened.number)
    flash(words, "success")
    return redirect(_back())


@pages.post("/tasks/<int:task_id>/put-off")
@signed_in
def put_off(task_id: int) -> Any:
    """Put a task off until the morning of a day."""
    runtime, opened = installation().runtime, _Opened(task_id)
    day, note = request.form.get("until", ""), request.form.get("note", "")
    try:
        moment = runtime.calendar.start_of_business(_day(day))
        follow_ups.put_off(runtime, task_id, actor(), moment, note)
    except EngineError as exc:
        return opened.refused(exc, putting_off={"until": day, "note": note})
    until = moment_words(moment, runtime.calendar)
    words = _(
        "Put off until %(until)s: %(task)s, %(case)s.", until=until, task=opened.name, case=opened.number
    )
    flash(words, "success")
    return redirect(_back())


@pages.post("/tasks/<int:task_id>/bring-back")
@signed_in
def bring_back(task_id: int) -> Any:
    """Take a task that was put off back into the list."""
    follow_ups.bring_back(installation().runtime, task_id, actor())
    flash(_("The task is back in your work."), "success")
    return redirect(_back())


class _Opened:
    """A task with the case around it, as the signed-in person sees it; the case is opened when it is looked at."""

    def __init__(self, task_id: int) -> None:
        found = installation()
        loaded = found.runtime.steps.load_by_task(task_id)
        if loaded is None:
            raise NotFound("Expected a task with that id, but there is none", code="task_unknown")
        self.row, self._tasks = loaded
        if not found.runtime.offices.sees(actor(), self.row.office_id):
            raise NotFound("Expected a task with that id, but there is none", code="task_unknown")
        task = next((one for one in self._tasks if one.id == task_id), None)
        self.task: UserTaskRow = task or user_tasks.open_task(self.case, task_id)
        self.definition = found.runtime.catalogue.get(self.row.definition_id)
        self.element = self.definition.elements[self.task.element_id]
        self.mine = self.task.assignee == actor().person_id

    @cached_property
    def case(self) -> Case:
        return instances.open_case(installation().runtime, self.row, self._tasks)

    @property
    def runtime(self) -> Runtime:
        """Give the runtime for one step of the case, which begins with it as it was read here."""
        runtime = installation().runtime
        return replace(runtime, steps=runtime.steps.as_read((self.row, self._tasks)))

    @cached_property
    def variables(self) -> Mapping[str, Any]:
        return self.case.variables(self.task.number)

    @cached_property
    def signed(self) -> dict[str, Any] | None:
        return self.case.state.signed.get(self.task.number)

    @property
    def name(self) -> str:
        return element_name(self.definition, self.task.element_id)

    @property
    def number(self) -> str:
        return self.row.business_key

    @property
    def schema(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.definition.forms[self.element.form or ""]
        return found

    def page(
        self,
        raw: Mapping[str, Any],
        *,
        problems: Any = (),
        problem: str | None = None,
        draft_at: int | None = None,
        handing_on: Mapping[str, str] | None = None,
        putting_off: Mapping[str, str] | None = None,
    ) -> str:
        """Draw the task. handing_on, putting_off: what was typed into these forms and could not be done."""
        runtime, definition = installation().runtime, self.case.definition
        data = self.signed["answers"] if self.signed else raw
        shown = forms.visible(self.schema, data, self.case.evaluate, self.variables)
        texts = definition.texts.section(language(), "forms", self.element.form or "")
        read_only = not self.mine or self.signed is not None
        refusal, absent = self._right()
        return render_template(
            "task.html",
            task=self.task,
            case=self.case.row,
            name=self.name,
            service=service_name(definition),
            group=group_name(runtime.groups, self.task.candidate_group),
            instructions=definition.texts.get(language(), "elements", self.task.element_id, "instructions"),
            due=due_words(
                self.task.due_at,
                self.case.now,
                runtime.calendar,
                provisional=is_task_provisional(self.case, self.task.element_id, self.task.due_at),
            ),
            form=form_pages.view(
                self.schema, texts, shown, problems, read_only=read_only, units=units_of(definition)
            ),
            problem=problem,
            mine=self.mine,
            taken=self.task.assignee is not None and not self.mine,
            may_claim=refusal,
            holder=self._name_of(self.task.assignee),
            taken_over=self.task.assignee in actor().stands_for,
            absent=self._name_of(absent),
            handed=self._handed(),
            asked=asked_of_me(self.task) if self.mine else None,
            colleagues=passing_on.colleagues(self.task.id) if self.mine else [],
            handing_on=handing_on,
            moved=self._moved(),
            later=self._put_off(),
            days=passing_on.days(self.task.due_at) if self.mine else None,
            putting_off=putting_off,
            signed=self.signed,
            signer=self._name_of(self.signed["by"]) if self.signed else "",
            element=self.element,
            sent_back=self.variables.get("sent_back"),
            draft_at=draft_at,
            calendar=runtime.calendar,
            application=application(definition, self.variables, self.case.evaluate),
        )

    def refused(self, error: EngineError, **typed: Any) -> Any:
        """Draw the task with what could not be done; the draft stays on the page."""
        runtime = installation().runtime
        message = message_of(error)
        if "due_at" in error.details:
            due = moment_words(error.details["due_at"], runtime.calendar)
            message = _("A task can be put off until it is due at the latest: %(due)s.", due=due)
        draft = user_tasks.read_draft(runtime, self.task.id) if self.mine else None
        return self.page(draft[0] if draft else {}, problem=message, **typed), status_of(error)

    def _right(self) -> tuple[str, int | None]:
        """Say why the person may not do the task, empty when they may, and for which absent colleague they would."""
        try:
            return "", task_rights.check_candidate(self.case, self.task, actor())
        except NotAllowed as exc:
            return message_of(exc), None

    def _handed(self) -> dict[str, str] | None:
        """Give the note with which a colleague handed the task to its holder."""
        note = self.case.state.handed.get(self.task.number)
        if note is None:
            return None
        at = moment_words(note["at"], installation().runtime.calendar)
        return {"who": self._name_of(note["by"]), "at": at, "note": note["note"]}

    def _moved(self) -> dict[str, Any] | None:
        """Say that the case has another version since the task was opened; None where it has not."""
        runtime, row = installation().runtime, self.case.row
        found = last_move(runtime, row.id)
        if found is None or found.at < self.task.created_at:
            return None
        versions = {one.id: one.version for one in runtime.catalogue.versions(row.service_key)}
        return {"version": versions[row.definition_id], "at": moment_words(found.at, runtime.calendar)}

    def _put_off(self) -> dict[str, str] | None:
        """Say until when the holder has put the task off, and what they noted; None where they have not."""
        runtime = installation().runtime
        if not self.mine:
            return None
        for one in follow_ups.list_put_off(runtime, actor()):
            if one.user_task_id == self.task.id:
                return {"until": moment_words(one.until, runtime.calendar), "note": one.note}
        return None

    def _name_of(self, person_id: int | None) -> str:
        if person_id is None:
            return ""
        row = installation().runtime.people.person(person_id=person_id)
        return person_name(row) if row else ""


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as exc:
        raise InvalidInput(f"Expected a day, but got {text[:20]!r}", code="day_unknown") from exc
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise InvalidInput(f"Expected a day that calendars know, but got {day}", code="day_unknown")
    return day


def _back() -> str:
    target = request.form.get("back", "")
    return target if target.startswith("/?") else url_for("inbox.show")


def _with_reason(opened: _Opened, act: Any) -> Any:
    try:
        act(request.form.get("reason", ""))
    except (InvalidInput, InvalidState) as exc:
        return opened.page({}, problem=message_of(exc)), 422 if isinstance(exc, InvalidInput) else 409
    flash(_("Sent back: %(task)s, %(case)s.", task=opened.name, case=opened.case.row.business_key), "success")
    return redirect(url_for("inbox.show"))
