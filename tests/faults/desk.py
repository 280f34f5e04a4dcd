"""What a supervisor does in a turn: many tasks at once, absences, incidents together, tokens, migrations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from engine import follow_ups, incidents, moving, substitutions, supervising, together, undoing
from engine.errors import EngineError
from engine.migration import applying, previews
from engine.store import schema
from engine.store.cases import CaseStore
from engine.store.definitions import DefinitionRow
from tests.engine.support import SUPERVISOR

from .places import REVIEWERS
from .seat import Seat
from .service import SMALL, SMALL_LATER
from .steps import DONE, Step

if TYPE_CHECKING:
    from engine.bulk import BulkResult

AT_ONCE = 3
WHO = SUPERVISOR.person_id


class Desk(Seat):
    """The supervisor at one web process."""

    def __init__(self, seat: Seat) -> None:
        super().__init__(**vars(seat))
        self._deeds: Mapping[Callable[[], None], int] = {
            self._reassign: 3,
            self._prioritise: 2,
            self._put_off: 2,
            self._appoint: 2,
            self._retry_together: 2,
            self._move_token: 2,
            self._undo: 1,
            self._migrate: 2,
        }

    def act(self) -> None:
        """Do one thing; much of it is refused, as the moment happens to be."""
        deed = self.dice.choices(list(self._deeds), list(self._deeds.values()))[0]
        with suppress(EngineError):
            deed()

    def _reassign(self) -> None:
        to = self.dice.choice((*REVIEWERS, None))
        person = None if to is None else to.person_id
        self._with_tasks(
            "user_task_reassigned",
            lambda ids, mark: supervising.reassign(self.runtime, ids, SUPERVISOR, person, mark),
        )

    def _prioritise(self) -> None:
        urgent = self.dice.randint(1, 100)
        self._with_tasks(
            "user_task_prioritised",
            lambda ids, mark: supervising.prioritise(self.runtime, ids, SUPERVISOR, urgent, mark),
        )

    def _with_tasks(self, event: str, act: Callable[[list[int], str], BulkResult]) -> None:
        """Do one thing with a few tasks at once, and tell what became of each."""
        table = schema.user_task.c
        found = self.rows(select(schema.user_task).where(table.state == "open"))
        chosen = self.dice.sample(found, min(len(found), AT_ONCE))
        mark = self.mark()
        steps = {row.id: Step(event, row.process_instance_id, WHO, row.element_id, mark) for row in chosen}
        for step in steps.values():
            self.asks(step)
        result = act(list(steps), mark)
        for task, answer in (*((done, DONE) for done in result.done), *result.failed):
            self.hears(steps[task], answer)

    def _put_off(self) -> None:
        """Put a task off; nothing of it is in a history."""
        table = schema.user_task.c
        held = table.state == "open", table.assignee.isnot(None)
        found = self.rows(select(schema.user_task).where(*held))
        if found:
            row = self.dice.choice(found)
            until = self.runtime.clock.now() + timedelta(hours=self.dice.randint(1, 30))
            who = next(actor for actor in (*REVIEWERS, SUPERVISOR) if actor.person_id == row.assignee)
            follow_ups.put_off(self.runtime, row.id, who, until, "later")

    def _appoint(self) -> None:
        """Let somebody be away for a day or two, or come back."""
        absent, substitute = self.dice.sample(REVIEWERS, 2)
        assert absent.person_id is not None
        assert substitute.person_id is not None
        there = substitutions.of_person(self.runtime, absent.person_id)
        if there and self.dice.random() < 0.5:
            substitutions.revoke(self.runtime, SUPERVISOR, there[0].id)
            return
        today = self.runtime.today()
        last = today + timedelta(days=self.dice.randint(0, 2))
        substitutions.appoint(self.runtime, SUPERVISOR, absent.person_id, substitute.person_id, today, last)

    def _retry_together(self) -> None:
        mark = self.mark()
        listed = incidents.open_incidents(self.runtime, SUPERVISOR)
        steps = {row.id: Step("incident_retried", row.process_instance_id, WHO, None, mark) for row in listed}
        for step in steps.values():
            self.asks(step)
        for one in together.see_to(self.runtime, SUPERVISOR, listed, together.Act("retry", mark)):
            self.hears(steps[one.listed.id], DONE if one.error is None else one.error.code)

    def _move_token(self) -> None:
        case, mark = self.case(None), self.mark()
        tokens = [] if case is None else moving.read_tokens(self.runtime, case, SUPERVISOR).items
        if case is None or not tokens:
            return
        token = self.dice.choice(tokens)
        target = self.dice.choice(token.targets)
        step = Step("token_moved", case, WHO, None, mark)
        self.do(step, lambda: moving.move(self.runtime, case, token.number, target, SUPERVISOR, mark))

    def _undo(self) -> None:
        """Take back what was done last of what can be taken back, in some case where there is such a thing."""
        table = schema.history.c
        undoable = table.event.in_(undoing.UNDOABLE)
        query = select(table.process_instance_id.label("id"), func.max(table.seq).label("seq"))
        found = self.rows(query.where(undoable).group_by(table.process_instance_id))
        if not found:
            return
        row, mark = self.dice.choice(found), self.mark()
        store = CaseStore(self.runtime.database, 1)
        (link,) = [link for link in store.history(row.id) if link.seq == row.seq]
        step = Step(link.event, row.id, WHO, None, mark)
        self.do(step, lambda: undoing.undo(self.runtime, store, row.id, row.seq, SUPERVISOR, mark))

    def _migrate(self) -> None:
        """Bring the later version of the small service, or move its cases there, or back."""
        table = schema.process_definition.c
        versions = self.rows(select(table.id).where(table.key == SMALL.key))
        if len(versions) == 1:
            self._deploy()
            return
        known = previews.migrations_of(self.runtime, SUPERVISOR, SMALL.key)
        if not known or self.dice.random() < 0.4:
            known = [previews.preview(self.runtime, SUPERVISOR, SMALL.key)]
        moves = known[0].id
        while not previews.look_further(self.runtime, SUPERVISOR, moves, 2).complete:
            pass
        seen = previews.page_of_cases(self.runtime, SUPERVISOR, moves)
        back = self.dice.random() < 0.3
        event = "case_put_back" if back else "case_migrated"
        mark = self.mark()
        for one in seen:
            self.asks(Step(event, one.row.process_instance_id, WHO, None, mark))
        if back:
            applying.undo(self.runtime, SUPERVISOR, moves, mark)
        else:
            applying.apply(self.runtime, SUPERVISOR, moves, mark, also_changed=self.dice.random() < 0.5)

    def _deploy(self) -> None:
        bundle, runtime = SMALL_LATER, self.runtime
        row = DefinitionRow(runtime.ids.next(), bundle.key, 0, bundle.digest, runtime.now_ms(), None, "later")
        runtime.catalogue.deploy(bundle, row)
