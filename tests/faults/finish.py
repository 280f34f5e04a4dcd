"""With every fault off, brings all cases to their end, as patient people and a good day would."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from itertools import cycle
from typing import TYPE_CHECKING

from sqlalchemy import select

from engine import incidents, messages, moving, scheduler, user_tasks
from engine.errors import EngineError, NotAllowed
from engine.store import schema
from engine.store.cases import CaseStore
from tests.engine.support import CLERK, SUPERVISOR

from .deeds import BY_ID
from .places import REVIEWERS
from .player import end_leases
from .schedule import DAY_MS, HOUR_MS
from .service import ANSWERED

if TYPE_CHECKING:
    from engine.people import Actor
    from engine.runtime import Runtime
    from engine.store.rows import UserTaskRow

    from .outside import Ledger
    from .places import Clock

MAX_ROUNDS = 60
PATIENCE = 12
"""After how many rounds a case that waits for goods which nobody ordered, because of a moved token, orders them."""


def finish(runtime: Runtime, ledger: Ledger, clock: Clock) -> list[str]:
    """Do what is left to do; gives the cases that do not end."""
    store, turns = CaseStore(runtime.database, 1), cycle(REVIEWERS)
    for round_number in range(MAX_ROUNDS):
        _do_what_is_due(runtime)
        active = _active(runtime)
        if not active:
            return []
        for told in ledger.to_tell():
            _try(partial(messages.receive, runtime, "office", told.inbound))
        for case_id, service in active:
            _see_to(runtime, store, case_id, turns)
            if service == "small":
                _try(partial(messages.correlate, runtime, "news", case_id, CLERK, {}))
            elif round_number % PATIENCE == PATIENCE - 1:
                _try(partial(_order_again, runtime, case_id))
        clock.ms += DAY_MS if round_number % 3 == 2 else HOUR_MS
    return [f"{service} {case_id}" for case_id, service in _active(runtime)]


def _do_what_is_due(runtime: Runtime) -> None:
    end_leases(runtime)
    for _ in range(MAX_ROUNDS):
        if not scheduler.tick(runtime, budget_s=60):
            return


def _see_to(runtime: Runtime, store: CaseStore, case_id: int, turns: Iterator[Actor]) -> None:
    """Take up the incidents of a case, and do its open tasks."""
    for incident in store.incidents(case_id):
        _try(partial(incidents.retry, runtime, case_id, incident.number, SUPERVISOR, "in the end"))
    for task in store.user_tasks(case_id):
        if task.state == "open":
            who = BY_ID[task.assignee] if task.assignee is not None else next(turns)
            _try(partial(_do, runtime, task, who))


def _do(runtime: Runtime, task: UserTaskRow, who: Actor) -> None:
    answers = {task.element_id: "in the end"} if task.element_id in ANSWERED else {}
    try:
        user_tasks.claim(runtime, task.id, who)
    except NotAllowed:
        if task.assignee is not None:
            user_tasks.unclaim(runtime, task.id, who)
        raise
    user_tasks.complete(runtime, task.id, who, answers)


def _order_again(runtime: Runtime, case_id: int) -> None:
    for token in moving.read_tokens(runtime, case_id, SUPERVISOR).items:
        if token.element_id == "ready":
            moving.move(runtime, case_id, token.number, "order", SUPERVISOR, "in the end")


def _try(act: Callable[[], object]) -> None:
    """Do something that may be refused now, and go well in another round."""
    with suppress(EngineError):
        act()


def _active(runtime: Runtime) -> list[tuple[int, str]]:
    table = schema.process_instance.c
    query = select(table.id, table.service_key).where(table.state == "active").order_by(table.id)
    with runtime.database.reading() as connection:
        return [(row.id, row.service_key) for row in connection.execute(query)]
