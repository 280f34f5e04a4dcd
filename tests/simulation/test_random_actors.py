"""Random people and a random clock work on one case; an independent model says what must be open at any time.

The service: two branches side by side. `survey` has a reminder after two days and pauses the promise;
`confirm` needs two signatures. Behind the join somebody else must `check`, who may send the case back. A
message withdraws the case at any time before its end.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from engine import audit, instances, messages, spiff, user_tasks
from engine.errors import EngineError, InvalidState, NotAllowed
from engine.people import Actor
from engine.scheduler import tick

from ..engine.bundles import (
    boundary,
    bundle,
    chain,
    declare,
    event_subprocess,
    flow,
    node,
    timer,
    trigger,
    user_task,
)
from ..engine.story import Story, assert_round_trip
from ..engine.support import CLERK, SUPERVISOR, World, make_world, person

PAUSES = b"away: {basis: x, name: {zh: x, en: x}}\n"
PROMISE = '<bpmn:extensionElements><linbang:deadline id="promise" kind="promised" limit="5 WD"/></bpmn:extensionElements>'
SERVICE = bundle(
    PROMISE
    + node("startEvent", "begin") + node("exclusiveGateway", "merge") + node("parallelGateway", "split") + node("parallelGateway", "join")
    + user_task("survey", form="a", inner='<linbang:pause reason="away"/>')
    + boundary("remind", "survey", timer("P2D"), cancel=False) + user_task("call") + node("endEvent", "called") + chain("remind", "call", "called")
    + user_task("confirm", form="b", secondSigner="true")
    + user_task("check", sendBack="true", notDoneBy="survey confirm")
    + node("exclusiveGateway", "which", attributes='default="f_which_done"') + node("endEvent", "done")
    + chain("begin", "merge", "split", "survey", "join", "check", "which", "done") + chain("split", "confirm", "join")
    + flow("which", "merge", "sent_back != null")
    + event_subprocess("withdrawal", trigger("message", "withdrawn"), user_task("close"), "close"),
    extra=declare("message", "withdrawn"), pauses__yaml=PAUSES,
)  # fmt: skip
PEOPLE = [person(20 + number, f"P{number}", "reviewer") for number in range(4)]
who = st.sampled_from(PEOPLE)


class Cases(RuleBasedStateMachine):
    """Every rule tries something; the model says whether it must go well."""

    @initialize()
    def start(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.world: World = make_world(Path(self.folder.name))
        self.world.deploy(SERVICE)
        self.story = Story(self.world, self.world.start().id)
        self.open = {"survey", "confirm"}
        self.calls = 0
        self.reminder = self.world.clock.moment + timedelta(days=2)
        self.holders: dict[int, int] = {}
        self.signed: int | None = None
        self.surveyed: set[int] = set()
        self.confirmed: set[int] = set()
        self.ended: str | None = None

    def teardown(self) -> None:
        if hasattr(self, "world"):
            event(f"ended: {self.ended}")
            self.world.runtime.database.close()
            self.folder.cleanup()

    def task(self, element_id: str) -> int:
        return next(row.id for row in self.story.tasks() if row.element_id == element_id)

    def may(self, element_id: str, actor: Actor) -> bool:
        kept_out = {"check": self.surveyed | self.confirmed, "confirm": {self.signed}}.get(element_id, set())
        return actor.person_id not in kept_out

    def outcome_of(self, act: Callable[[], object]) -> type[EngineError] | None:
        try:
            act()
        except EngineError as exc:
            return type(exc)
        return None

    @rule(element_id=st.sampled_from(["survey", "confirm", "check", "call", "close"]), actor=who)
    def claim(self, element_id: str, actor: Actor) -> None:
        if element_id not in self.open:
            return
        task = self.task(element_id)
        got = self.outcome_of(lambda: user_tasks.claim(self.world.runtime, task, actor))
        if not self.may(element_id, actor):
            assert got is NotAllowed
        elif self.holders.get(task, actor.person_id) != actor.person_id:
            assert got is InvalidState
        else:
            assert got is None
            self.holders[task] = actor.person_id or 0

    @rule(
        element_id=st.sampled_from(["survey", "confirm", "check", "call", "close"]),
        actor=who,
        back=st.booleans(),
    )
    def complete(self, element_id: str, actor: Actor, back: bool) -> None:
        if element_id not in self.open:
            return
        task = self.task(element_id)
        sends = back and element_id == "check"
        if sends:
            act = lambda: user_tasks.send_back(self.world.runtime, task, actor, "Once more please")  # noqa: E731
        else:
            act = lambda: user_tasks.complete(self.world.runtime, task, actor, {"a": "x", "b": "y"})  # noqa: E731
        got = self.outcome_of(act)
        if self.holders.get(task) != actor.person_id:
            assert got is InvalidState
            return
        assert got is None
        del self.holders[task]
        self.done(element_id, actor, sends=sends)

    @rule(index=st.integers(0, 3), actor=who, back=st.booleans())
    def work(self, index: int, actor: Actor, back: bool) -> None:
        """Take what is open and do it in one go, so that cases get far; refusals are the other rules' matter."""
        if self.open:
            element_id = sorted(self.open)[index % len(self.open)]
            self.claim(element_id, actor)
            self.complete(element_id, actor, back)

    def done(self, element_id: str, actor: Actor, *, sends: bool) -> None:
        me = actor.person_id or 0
        if element_id == "confirm" and self.signed is None:
            self.signed = me
            return
        if element_id == "call":
            self.calls -= 1
            if self.calls == 0:
                self.open.discard("call")
        else:
            self.open.discard(element_id)
        if element_id == "survey":
            self.surveyed.add(me)
            self.reminder = None  # type: ignore[assignment]  # none waits now
        if element_id == "confirm":
            self.confirmed |= {me, self.signed or 0}
            self.signed = None
        if element_id in ("survey", "confirm") and not {"survey", "confirm"} & self.open:
            self.open.add("check")
        if element_id == "check" and sends:
            self.open |= {"survey", "confirm"}
            self.reminder = self.world.clock.moment + timedelta(days=2)
        if element_id == "close":
            self.ended = "withdrawal_out"
        elif not self.open:
            self.ended = "done" if element_id == "check" else "called"

    @rule(actor=who, element_id=st.sampled_from(["survey", "confirm", "check"]))
    def unclaim(self, actor: Actor, element_id: str) -> None:
        if element_id in self.open:
            task = self.task(element_id)
            got = self.outcome_of(lambda: user_tasks.unclaim(self.world.runtime, task, actor))
            mine = self.holders.get(task) == actor.person_id
            assert got is (None if mine else InvalidState)
            if mine:
                del self.holders[task]

    @rule(hours=st.sampled_from([1, 24, 47, 48, 200]))
    def wait(self, hours: int) -> None:
        self.world.clock.move(hours=hours)
        while tick(self.world.runtime, budget_s=60):
            pass
        if (
            self.ended is None
            and self.reminder is not None
            and self.world.clock.moment >= self.reminder
            and "survey" in self.open
        ):
            self.calls += 1
            self.open.add("call")
            self.reminder = None  # type: ignore[assignment]  # it strikes once

    @rule()
    def withdraw(self) -> None:
        got = self.outcome_of(
            lambda: messages.correlate(self.world.runtime, "withdrawn", self.story.case_id, CLERK, {})
        )
        if self.ended is not None or self.open == {"close"}:
            assert got is InvalidState
            return
        assert got is None
        self.open, self.calls, self.signed = {"close"}, 0, None
        self.holders.clear()

    @precondition(lambda self: self.ended is None)
    @rule(sure=st.integers(0, 9))
    def cancel(self, sure: int) -> None:
        if sure == 0:
            instances.cancel(self.world.runtime, self.story.case_id, SUPERVISOR, "The end of the game")
            self.open, self.calls, self.ended = set(), 0, "cancelled"

    @rule()
    def restart(self) -> None:
        self.story.reopen()

    @invariant()
    def the_case_is_where_the_model_says(self) -> None:
        expected = sorted((self.open - {"call"}) | set()) + ["call"] * self.calls
        assert self.story.open == sorted(expected)
        row = self.story.store.instance(self.story.case_id)
        assert row is not None
        assert (row.state == "active") == (self.ended is None)
        if self.ended in {"done", "withdrawal_out"}:
            assert row.outcome == self.ended

    @invariant()
    def the_inbox_is_the_open_tasks(self) -> None:
        tasks = {(row.id, row.assignee, row.due_at) for row in self.story.tasks()}
        seen = {
            (row.user_task_id, row.assignee, row.due_at)
            for actor in PEOPLE
            for row in self.world.inbox(actor)
        }
        assert seen == tasks

    @invariant()
    def inbox_jobs_and_history_are_what_the_state_says(self) -> None:
        assert list(audit.examine(self.world.runtime, self.story.store)) == []
        assert list(audit.verify(self.world.runtime, self.story.store)) == []

    @invariant()
    def a_running_case_goes_on_by_something_and_loads_as_it_was_saved(self) -> None:
        if self.ended is None:
            row = self.story.store.instance(self.story.case_id)
            assert row is not None
            resting = spiff.resting(instances.open_case(self.world.runtime, row, []).workflow).values()
            assert any(item.kind in {"user_task", "call", "event", "stuck"} for item in resting)
            assert_round_trip(self.story)

    @invariant()
    def the_promise_stands_still_while_somebody_surveys(self) -> None:
        state = self.story.deadlines["promise"]
        if self.ended is None and state != "breached" and "survey" in self.open:
            assert state == "paused"
        if self.ended is None and "survey" not in self.open:
            assert (
                state in {"running", "breached"}
                if "close" not in self.open
                else state in {"running", "breached", "cancelled", "kept"}
            )


Cases.TestCase.settings = settings(
    max_examples=12,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestCases = Cases.TestCase
