"""One story of a service: who does what when. Plays it on any installation, step by step.

Knows nothing of how the clock comes to a step's moment: whoever plays the story moves it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from engine import clocks, extending, forms, history, instances, messages, spiff, user_tasks
from engine.errors import EngineError
from engine.people import SYSTEM
from engine.ports import Inbound
from engine.sentences import Sentence
from engine.store.cases import CaseStore
from engine.timers import moment_of

from .outside import StoryError

if TYPE_CHECKING:
    from engine.definitions import Definition
    from engine.people import Actor
    from engine.runtime import Runtime
    from engine.store.rows import UserTaskRow

MAX_STEPS = 300
TIMER = "timer"
"""Who starts a case, where the timer of the start event does."""
_DAYS = re.compile(r"\d+\s*(WD|D)")


class Story:
    """A story on its way through one case.

    person: gives who stands behind a name of the cast, such as `street_reviewer.2`.
    """

    def __init__(
        self,
        document: Mapping[str, Any],
        runtime: Runtime,
        definition: Definition,
        office_id: int,
        person: Callable[[str], Actor],
    ) -> None:
        self.document = document
        self.runtime = runtime
        self.definition = definition
        self.office_id = office_id
        self.person = person
        self.cases = CaseStore(runtime.database, runtime.tenant_id)
        self.case_id = 0
        self._said = 0
        self.steps = list(document.get("steps", []))
        if len(self.steps) > MAX_STEPS:
            raise StoryError(
                Sentence(
                    "Expected at most {most} steps, but there are {number}",
                    most=MAX_STEPS,
                    number=len(self.steps),
                )
            )

    def start(self) -> None:
        """Start the case with the answers to its form."""
        begin = self.document.get("start", {})
        by = str(begin.get("by", self.definition.start_groups[0]))
        values = dict(begin.get("answers", {}))
        if by == TIMER:
            self._start_by_timer()
            return
        actor = self.person(by)
        if self.definition.start_form:
            answers = forms.read_answers(
                self.definition.forms[self.definition.start_form],
                values,
                {},
                self.runtime.evaluator(self.definition),
            )
            if answers.problems:
                listed = "; ".join(f"{p.path} {p.code} {dict(p.params)}" for p in answers.problems)
                raise StoryError(
                    Sentence("Expected answers that the start form takes, but: {listed}", listed=listed)
                )
            values = answers.values
        request = instances.StartRequest(self.definition.key, self.office_id, values)
        self.case_id = instances.start(self.runtime, actor, request).id

    def _start_by_timer(self) -> None:
        if self.definition.start_timer is None:
            raise StoryError("Expected a timer on the start event, but a case starts only by hand")
        request = instances.StartRequest(self.definition.key, self.office_id)
        self.case_id = instances.start(self.runtime, SYSTEM, request).id

    def begins_at(self) -> datetime | None:
        """Give the moment of the start, when the story names one."""
        at = self.document.get("start", {}).get("at")
        return self.moment(str(at)) if at else None

    def when(self, step: Mapping[str, Any]) -> datetime | None:
        """Give the moment to which the clock must come before a step; None for at once."""
        if "at" in step:
            return self.moment(str(step["at"]))
        for key in ("after", "wait"):
            if key in step:
                return self._later(str(step[key]))
        return None

    def do(self, step: Mapping[str, Any]) -> None:
        """Do a task or hand in a message; raises what the engine raises, with the step named."""
        try:
            if "task" in step:
                self._do_task(step)
            if "extend" in step:
                self._extend(step)
            if "from" in step:
                self._hand_in(step)
            elif "message" in step:
                actor = self.person(str(step.get("by", "window_clerk")))
                messages.correlate(
                    self.runtime, step["message"], self.case_id, actor, step.get("answers", {})
                )
        except EngineError as exc:
            detail = "; ".join(f"{p.path} {p.code} {dict(p.params)}" for p in exc.details.get("problems", ()))
            why = f"{exc.message} {detail}" if detail else exc.message
            raise StoryError(Sentence("{when}: {problem}", when=brief(step), problem=why)) from exc

    def _extend(self, step: Mapping[str, Any]) -> None:
        """Give a clock more time by hand; the newest one of its name."""
        keys = [row.key for row in self.cases.deadlines(self.case_id) if row.deadline_id == step["extend"]]
        if not keys or "by" not in step or "reason" not in step:
            raise StoryError(
                Sentence("{step}: expected a clock that has begun, a reason, and by whom", step=brief(step))
            )
        actor = self.person(str(step["by"]))
        note = str(step.get("note", "as the story says"))
        extending.extend(self.runtime, self.case_id, keys[-1], actor, str(step["reason"]), note)

    def _hand_in(self, step: Mapping[str, Any]) -> None:
        """Hand in what an outside system says late."""
        self._said += 1
        inbound = Inbound(
            f"story-{self.case_id}-{self._said}",
            f"{self.case_id}-0",
            step["message"],
            step.get("answers", {}),
        )
        found = messages.receive(self.runtime, str(step["from"]), inbound)
        expected = str(step.get("comes", "delivered"))
        if found != expected:
            raise StoryError(
                Sentence(
                    "{step}: expected it to be {wanted}, but it is {found}",
                    step=brief(step),
                    wanted=expected,
                    found=str(found),
                )
            )

    def links(self) -> list[history.Link]:
        """Give the case's history, opened."""
        if not self.case_id:
            return []
        rows = self.cases.history(self.case_id)
        return [history.open_link(self.runtime.sealer, self.case_id, row) for row in rows]

    def variables(self) -> Mapping[str, Any]:
        """Give the newest variables of the case."""
        row = self.cases.instance(self.case_id)
        assert row is not None
        if row.state != "active":
            return instances.final_variables(self.runtime, row)
        return spiff.newest_data(instances.open_case(self.runtime, row, []).workflow)

    def open_tasks(self) -> list[UserTaskRow]:
        """List the open tasks of the case."""
        return [row for row in self.cases.user_tasks(self.case_id) if row.state == "open"]

    def moment(self, text: str) -> datetime:
        """Give the moment of an ISO text, in the business zone when it names none."""
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=self.runtime.calendar.zone)

    def _do_task(self, step: Mapping[str, Any]) -> None:
        element_id = step["task"]
        found = [row for row in self.open_tasks() if row.element_id == element_id]
        if not found:
            open_now = sorted(row.element_id for row in self.open_tasks())
            raise StoryError(
                Sentence(
                    "Expected the task {element!r} to be open, but open are {found}",
                    element=element_id,
                    found=str(open_now),
                )
            )
        row = found[0]
        name = str(step.get("by", row.candidate_group))
        actor = self.person(name)
        user_tasks.claim(self.runtime, row.id, actor)
        if "send_back" in step:
            user_tasks.send_back(self.runtime, row.id, actor, str(step["send_back"]))
            return
        user_tasks.complete(self.runtime, row.id, actor, step.get("answers", {}))
        if self.definition.elements[element_id].second_signer:
            second = self.person(str(step.get("second", f"{name.split('.', maxsplit=1)[0]}.2")))
            user_tasks.claim(self.runtime, row.id, second)
            user_tasks.complete(self.runtime, row.id, second, {})

    def _later(self, span: str) -> datetime:
        """Give the moment that lies a span from now: working or calendar days at the same time of day."""
        calendar, now = self.runtime.calendar, self.runtime.clock.now()
        if not _DAYS.fullmatch(span):
            return moment_of(span, now, calendar, str)
        limit = clocks.parse_limit(span)
        local = calendar.local_moment(now)
        if limit.unit is clocks.Unit.WORKING_DAY:
            day = calendar.add_working_days(local.date(), limit.count)
        else:
            day = local.date() + timedelta(days=limit.count)
        return datetime.combine(day, local.timetz())


def brief(step: Mapping[str, Any]) -> str:
    """Name a step in messages."""
    return ", ".join(
        f"{key} {step[key]}" for key in ("task", "message", "extend", "wait", "after", "at") if key in step
    )
