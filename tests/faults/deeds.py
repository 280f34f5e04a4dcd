"""What people and outside systems do in a turn: everything is drawn from the turn's dice and what they see."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine import editing, incidents, instances, messages, user_tasks
from engine.errors import EngineError, NotFound
from engine.instances import StartRequest
from engine.store import schema
from tests.engine.support import CLERK, QINGHE, SUPERVISOR

from .days import Days
from .desk import Desk
from .places import REVIEWERS
from .seat import ACTIVE, Seat
from .service import ANSWERED
from .steps import Step

if TYPE_CHECKING:
    from engine.people import Actor

    from .outside import Ledger

ENOUGH_CASES = 6
BY_ID = {actor.person_id: actor for actor in (CLERK, SUPERVISOR, *REVIEWERS)}


class People(Seat):
    """Everybody who works by one web process in a turn."""

    def __init__(self, seat: Seat, ledger: Ledger) -> None:
        super().__init__(**vars(seat))
        self._ledger, self._desk, self._days = ledger, Desk(seat), Days(seat)
        self._deeds: dict[Callable[[], None], int] = {
            self._work: 50,
            self._start: 12,
            self._tell: 14,
            self._look_after_incident: 8,
            self._say_news: 5,
            self._claim: 5,
            self._hand_on: 4,
            self._save_draft: 5,
            self._unclaim: 4,
            self._ask: 3,
            self._edit: 3,
            self._withdraw: 1,
            self._cancel: 1,
            self._desk.act: 15,
            self._days.act: 8,
        }

    def act(self) -> None:
        """Do one thing; whoever finds the database away does nothing."""
        deed = self.dice.choices(list(self._deeds), list(self._deeds.values()))[0]
        try:
            deed()
        except EngineError as exc:  # met while looking; what is asked for is answered in do
            if exc.code not in ("database_away", "database_full"):
                raise

    def _work(self) -> None:
        """Take a task and do it, in two steps."""
        task, actor = self._task_and_person()
        if task is None:
            self._start()
            return
        if task.assignee is not None or self._take(task, actor):
            self._finish(task, actor)

    def _finish(self, task: Any, actor: Actor) -> None:
        runtime, element, mark = self.runtime, task.element_id, self.mark()
        case = task.process_instance_id
        if element == "decide" and self.dice.random() < 0.3:
            step = Step("user_task_sent_back", case, actor.person_id, element, mark)
            self.do(step, lambda: user_tasks.send_back(runtime, task.id, actor, mark))
            return
        if element == "sign" and self._is_signed(task.id):
            if self.dice.random() < 0.2:
                step = Step("user_task_returned", case, actor.person_id, element, mark)
                self.do(step, lambda: user_tasks.return_to_first(runtime, task.id, actor, mark))
                return
            step = Step("countersigned", case, actor.person_id, element)
        else:
            answered = element in ANSWERED
            step = Step("user_task_completed", case, actor.person_id, element, mark if answered else "")
        answers = {element: mark} if element in ANSWERED else {}
        self.do(step, lambda: user_tasks.complete(runtime, task.id, actor, answers))

    def _take(self, task: Any, actor: Actor) -> bool:
        step = Step("user_task_claimed", task.process_instance_id, actor.person_id, task.element_id)
        return self.do(step, lambda: user_tasks.claim(self.runtime, task.id, actor))

    def _claim(self) -> None:
        task, _ = self._task_and_person()
        if task is not None:
            self._take(task, self.dice.choice(REVIEWERS))

    def _unclaim(self) -> None:
        task, actor = self._task_and_person(mine=True)
        if task is not None:
            step = Step("user_task_unclaimed", task.process_instance_id, actor.person_id, task.element_id)
            self.do(step, lambda: user_tasks.unclaim(self.runtime, task.id, actor))

    def _hand_on(self) -> None:
        task, actor = self._task_and_person(mine=True)
        if task is not None:
            to, mark = self.dice.choice(REVIEWERS).person_id or 0, self.mark()
            step = Step(
                "user_task_delegated", task.process_instance_id, actor.person_id, task.element_id, mark
            )
            self.do(step, lambda: user_tasks.delegate(self.runtime, task.id, actor, to, mark))

    def _save_draft(self) -> None:
        task, actor = self._task_and_person(mine=True)
        if task is None:
            return
        mark = self.mark()

        def save() -> None:
            if not user_tasks.save_draft(self.runtime, task.id, actor, {"draft": mark}):
                raise NotFound(code="not_mine")

        self.do(Step("draft", task.id, actor.person_id, None, mark), save)

    def _start(self) -> None:
        if len(self.rows(select(schema.process_instance.c.id).where(ACTIVE))) >= ENOUGH_CASES:
            return
        key = self.dice.choice(("all", "all", "small"))
        once = self.dice.random() < 0.6
        mark = f"k{self.mark()}" if once else self.mark()
        request = StartRequest(key, QINGHE, {"name": mark}, key=mark if once else None)
        for _ in range(1 + (once and self.dice.random() < 0.4)):  # somebody clicks twice
            step = Step("case_started", 0, CLERK.person_id, None, mark)
            self.do(step, lambda: instances.start(self.runtime, CLERK, request))

    def _tell(self) -> None:
        """Let an outside system say what it has to say, also what it has said before."""
        waiting = self._ledger.to_tell()
        fresh = [told for told in waiting if not told.heard] or waiting[-2:]
        if not fresh:
            return
        inbound = self.dice.choice(fresh if self.dice.random() < 0.8 else waiting).inbound
        case = int(inbound.reference.partition("-")[0])
        step = Step("message", case, None, inbound.message, f"k{inbound.id}")
        if self.do(step, lambda: messages.receive(self.runtime, "office", inbound)):
            self._ledger.note(what="heard", id=inbound.id)

    def _look_after_incident(self) -> None:
        found = self.rows(select(schema.incident).where(schema.incident.c.state == "open"))
        if not found:
            return
        row, mark = self.dice.choice(found), self.mark()
        case, number, runtime = row.process_instance_id, row.number, self.runtime
        if self.dice.random() < 0.3:
            step = Step("incident_settled", case, SUPERVISOR.person_id, row.element_id, mark)
            answer = {"order_no": "by hand"}
            self.do(
                step,
                lambda: incidents.resolve(runtime, case, number, SUPERVISOR, reason=mark, answer=answer),
            )
            return
        step = Step("incident_retried", case, SUPERVISOR.person_id, None, mark)
        self.do(step, lambda: incidents.retry(runtime, case, number, SUPERVISOR, mark))

    def _say_news(self) -> None:
        self._correlate("news")

    def _ask(self) -> None:
        self._correlate("asked")

    def _withdraw(self) -> None:
        self._correlate("withdrawn")

    def _correlate(self, message: str) -> None:
        case = self.case("small" if message == "news" else "all")
        if case is not None:
            step = Step("message", case, CLERK.person_id, message)
            self.do(step, lambda: messages.correlate(self.runtime, message, case, CLERK, {}))

    def _edit(self) -> None:
        case, mark = self.case(None), self.mark()
        if case is not None:
            step = Step("variables_edited", case, SUPERVISOR.person_id, None, mark)
            self.do(step, lambda: editing.edit(self.runtime, case, SUPERVISOR, {"name": mark}, mark))

    def _cancel(self) -> None:
        case, mark = self.case(None), self.mark()
        if case is not None:
            step = Step("case_cancelled", case, SUPERVISOR.person_id, None, mark)
            self.do(step, lambda: instances.cancel(self.runtime, case, SUPERVISOR, mark))

    def _task_and_person(self, *, mine: bool = False) -> tuple[Any, Actor]:
        table = schema.user_task.c
        query = select(schema.user_task).where(table.state == "open")
        found = self.rows(query.where(table.assignee.isnot(None)) if mine else query)
        somebody = self.dice.choice(REVIEWERS)
        if not found:
            return None, somebody
        row = self.dice.choice(found)
        holds = row.assignee is not None and self.dice.random() < 0.9
        return row, BY_ID[row.assignee] if holds else somebody

    def _is_signed(self, task_id: int) -> bool:
        found = self.runtime.steps.load_by_task(task_id)
        if found is None or found[0].state != "active":
            return False
        case = instances.open_case(self.runtime, *found)
        row = case.tasks.get(task_id)
        return row is not None and row.number in case.state.signed
