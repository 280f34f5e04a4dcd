"""One task: its instructions and form, the draft, the signatures, the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine import cases as case_views
from engine import forms, instances, spiff, user_tasks
from engine.case import Case
from engine.errors import InvalidInput, InvalidState, NotFound
from webui import forms as form_pages
from webui.application import application
from webui.auth import actor, signed_in
from webui.language import language
from webui.page import installation
from webui.uploads import keep_files
from webui.words import due_words, element_name, group_name, message_of, service_name, units_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.store.rows import UserTaskRow

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
        keep_files(opened.schema, raw, case_id=opened.case.row.id, task_id=task_id)
        if form_pages.is_only_refresh(request.form) or "_draft" in request.form:
            user_tasks.save_draft(runtime, task_id, person, raw)
            return opened.page(raw, draft_at=runtime.now_ms() if "_draft" in request.form else None)
        user_tasks.complete(runtime, task_id, person, raw)
    except InvalidInput as exc:
        user_tasks.save_draft(runtime, task_id, person, raw)
        return opened.page(raw, problems=exc.details.get("problems", ()), problem=message_of(exc)), 422
    except InvalidState as exc:
        if opened.mine:
            user_tasks.save_draft(runtime, task_id, person, raw)
        return opened.page(raw, problem=message_of(exc)), 409
    flash(_("Done: %(task)s, %(case)s.", task=opened.name, case=opened.case.row.business_key), "success")
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


class _Opened:
    """A task with the case around it, as the signed-in person sees it."""

    def __init__(self, task_id: int) -> None:
        found = installation()
        loaded = found.runtime.steps.load_by_task(task_id)
        if loaded is None:
            raise NotFound("Expected a task with that id, but there is none", code="task_unknown")
        row, tasks = loaded
        case_views.visible_instance(found.runtime, found.cases, row.id, actor())
        self.case: Case = instances.open_case(found.runtime, row, tasks)
        self.task: UserTaskRow = user_tasks.open_task(self.case, task_id)
        self.element = self.case.definition.elements[self.task.element_id]
        self.variables = spiff.resting(self.case.workflow)[self.task.number].data
        self.mine = self.task.assignee == actor().person_id
        self.signed = self.case.state.signed.get(self.task.number)

    @property
    def name(self) -> str:
        return element_name(self.case.definition, self.task.element_id)

    @property
    def schema(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.case.definition.forms[self.element.form or ""]
        return found

    def page(
        self,
        raw: Mapping[str, Any],
        *,
        problems: Any = (),
        problem: str | None = None,
        draft_at: int | None = None,
    ) -> str:
        """Draw the task."""
        runtime, definition = installation().runtime, self.case.definition
        data = self.signed["answers"] if self.signed else raw
        shown = forms.visible(self.schema, data, self.case.evaluate, self.variables)
        texts = definition.texts.section(language(), "forms", self.element.form or "")
        read_only = not self.mine or self.signed is not None
        return render_template(
            "task.html",
            task=self.task,
            case=self.case.row,
            name=self.name,
            service=service_name(definition),
            group=group_name(runtime.groups, self.task.candidate_group),
            instructions=definition.texts.get(language(), "elements", self.task.element_id, "instructions"),
            due=due_words(self.task.due_at, self.case.now, runtime.calendar),
            form=form_pages.view(
                self.schema, texts, shown, problems, read_only=read_only, units=units_of(definition)
            ),
            problem=problem,
            mine=self.mine,
            taken=self.task.assignee is not None and not self.mine,
            may_claim=self._may_claim(),
            signed=self.signed,
            signer=self._signer(),
            element=self.element,
            sent_back=self.variables.get("sent_back"),
            draft_at=draft_at,
            calendar=runtime.calendar,
            application=application(definition, self.variables, self.case.evaluate),
        )

    def _may_claim(self) -> str | None:
        """Say why the person may not claim the task; empty when they may."""
        from engine.errors import NotAllowed  # noqa: PLC0415 - only here

        try:
            user_tasks.check_candidate(self.case, self.task, actor())
        except NotAllowed as exc:
            return message_of(exc)
        return ""

    def _signer(self) -> str:
        if self.signed is None:
            return ""
        row = installation().runtime.people.person(person_id=self.signed["by"])
        return row.name if row else ""


def _with_reason(opened: _Opened, act: Any) -> Any:
    try:
        act(request.form.get("reason", ""))
    except (InvalidInput, InvalidState) as exc:
        return opened.page({}, problem=message_of(exc)), 422 if isinstance(exc, InvalidInput) else 409
    flash(_("Sent back: %(task)s, %(case)s.", task=opened.name, case=opened.case.row.business_key), "success")
    return redirect(url_for("inbox.show"))
