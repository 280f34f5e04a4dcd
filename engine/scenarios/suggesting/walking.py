"""Walks a case from a story's beginning to an end, and writes down every step; what it does is always really played."""

from __future__ import annotations

import copy
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from engine import spiff
from engine.errors import EngineError
from engine.history import open_link
from engine.instances import open_case
from engine.scheduler import next_moment
from engine.state import to_ms

from ..edges import edges_of
from ..happened import moment_text, passed_by, what_happened
from ..outside import StoryError
from ..runner import Player, set_up
from ..stages import Stages
from .filling import fill
from .outsiders import answer_of
from .plans import Habits, Plan, Walk, shifted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.case import Case
    from engine.definitions import Groups
    from engine.history import Link
    from engine.ports import Operation
    from engine.store.rows import UserTaskRow

    from ..coverage import Coverage
    from .model import Model

LONGEST_WAIT = timedelta(days=800)
PEOPLE = ("", ".2", ".3")
"""Who of a group may try a task, one after the other."""
_UNTOLD = ("expect", "title", "covers", "demo")
PATIENCE = 2
"""How many steps later than it should be a goal may be passed."""
_MOST_ANSWERS = 12
"""How many kinds of calls that no story answers a walk finds answers for."""


class _Unanswered(Exception):  # noqa: N818 -- it never leaves this module
    """An outside system was asked for which the story has no answer."""


@dataclass
class Walker:
    """Plays plans, each in an installation of its own. moves: how often a walk goes on by itself before it is left."""

    model: Model
    groups: Groups
    coverage: Coverage
    habits: Habits
    offered: Mapping[str, Operation] | None = None
    moves: int = 60
    stages: Stages = field(default_factory=Stages)

    def walk(self, plan: Plan) -> Walk:
        """Play a plan, and what follows from it; never raises for what cannot be played: the walk says why."""
        document = copy.deepcopy({key: value for key, value in plan.document.items() if key not in _UNTOLD})
        for number in range(_MOST_ANSWERS):
            try:
                return self._walk(replace(plan, document=document))
            except _Unanswered as exc:
                document.setdefault("outside", {})[str(exc)] = answer_of(
                    str(exc), self.model, self.habits.answers, self.offered, number
                )
        return Walk(
            document, [[]], [date.min], frozenset(), ended=False, stuck="outside systems have no answers"
        )

    def _walk(self, plan: Plan) -> Walk:
        with self.stages.database() as database:
            try:
                player = set_up(plan.document, self.model.definition, self.groups, database, self.offered)
                return _Way(self, plan, player).go()
            except EngineError as exc:
                document = {**plan.document, "steps": []}
                return Walk(document, [[]], [date.min], frozenset(), ended=False, stuck=exc.message)


class _Way:
    """One case on its way."""

    def __init__(self, walker: Walker, plan: Plan, player: Player) -> None:
        self.walker, self.plan, self.player = walker, plan, player
        self.definition, self.story = walker.model.definition, player.story
        self.start: dict[str, Any] = dict(plan.document.get("start", {}))
        self.steps: list[dict[str, Any]] = []
        self.trace: list[list[str]] = []
        self.days: list[date] = []
        self.visits: Counter[str] = Counter()
        self.waited = False
        self.links: list[Link] = []
        self.seen = 0
        self.happened: set[str] = set()

    def go(self) -> Walk:
        """Start, do what the story tells, act, go on until an end."""
        self._begin()
        steps = list(self.plan.document.get("steps", ()))
        keep = len(steps) if self.plan.keep is None else self.plan.keep
        for step in steps[:keep]:
            self._tell(step)
        act = self.plan.act
        if act is not None:
            said = self._messages(act["message"]) if "message" in act else [act]
            any(self._tell(step) for step in said)
        if self.plan.hold:
            self._hold()
        for step in steps[keep:]:
            if self._is_astray():
                break
            self._tell(step)
        stuck = self._go_on() if self.plan.goes_on else ""
        if self.waited:
            self.steps.append({"at": self._now()})
            self._note()
        return self._result(stuck)

    def _result(self, stuck: str) -> Walk:
        fresh = replace(self.walker.coverage, passed={}, by_story={})
        fresh.note(self.story, "")
        covered = {(kind, name) for kind, names in fresh.passed.items() for name in names}
        links, cases, runtime = self.links, self.story.cases, self.story.runtime
        covered |= {("edges", name) for name in edges_of(links, self.definition, runtime.calendar)}
        row = cases.instance(self.story.case_id)
        assert row is not None
        naming = frozenset({self.plan.goal[1]} if self.plan.goal else ())
        document = {
            key: value
            for key, value in (("outside", self.plan.document.get("outside")), ("start", self.start))
            if value
        }
        expect = what_happened(runtime, cases, self.definition, self.story.case_id, links, naming)
        ended = row.state != "active"
        made, passed = {**document, "steps": self.steps}, frozenset(covered)
        return Walk(made, self.trace, self.days, passed, ended, stuck, self._is_astray(), expect)

    def _begin(self) -> None:
        form = self.definition.start_form
        answers = self.start.get("answers", {})
        if form and self.start.get("by") != "timer":
            runtime = self.story.runtime
            self.player.clock.moment = self.story.begins_at() or self.player.clock.moment
            evaluate = runtime.evaluator(self.definition)
            found = fill(
                self.definition.forms[form], answers, {}, evaluate, self.walker.habits.values, self.plan.dice
            )
            if found is None:
                raise StoryError("no answers found that the start form takes")
            self.start["answers"] = found
        self.start.setdefault("at", moment_text(self.story.runtime, to_ms(self.player.clock.moment)))
        if not self.definition.start_groups and self.definition.start_timer:
            self.start.setdefault("by", "timer")
        self.story.document = {**self.plan.document, "start": self.start}
        self.player.begin()
        self._note()

    def _tell(self, step: Mapping[str, Any]) -> bool:
        """Do a step of a story if it can be done; says whether it was."""
        told = {key: copy.deepcopy(value) for key, value in step.items() if key not in _UNTOLD}
        if not told:
            return False
        if "task" in told and (not self._is_open(told["task"]) or self._held(told["task"])):
            self._leave(told)
            return False
        if "at" in told and self.story.moment(str(told["at"])) <= self.player.clock.moment:
            del told["at"]
        moment = self.story.when(told)
        if moment is not None and (self.waited or "at" in told):
            told = {key: value for key, value in told.items() if key not in {"after", "wait"}}
            told["at"] = moment_text(self.story.runtime, to_ms(moment))
        elif self.waited:
            told["at"] = self._now()
        for mended in self._mended(told):
            tried = mended
            if self.waited and "at" not in mended:
                timeless = {key: value for key, value in mended.items() if key not in {"after", "wait"}}
                tried = {**timeless, "at": self._now()}
            try:
                self.player.do(tried)
            except EngineError:
                self.waited = True  # the clock has come to the step's moment all the same
                continue
            self.steps.append(tried)
            self.waited = False
            self._note()
            return True
        self._leave(told)
        return False

    def _mended(self, step: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Iterate over a step as it is, and with answers that its form takes."""
        yield step
        row = next((one for one in self.story.open_tasks() if one.element_id == step.get("task")), None)
        form = self.definition.elements[row.element_id].form if row is not None else None
        if row is None or form is None or "send_back" in step:
            return
        found = self._filled(form, step.get("answers", {}), self._case().variables(row.number))
        if found is not None:
            yield {**step, "answers": found}

    def _leave(self, step: Mapping[str, Any]) -> None:
        """Go past a step that cannot be done: what outside systems were told stays told."""
        if "outside" in step:
            self.player.prepare(step)
            self.steps.append({"outside": step["outside"]})
            self._note()

    def _hold(self) -> None:
        """Let time pass, and others work, until what is wanted has happened."""
        for _ in range(self.walker.moves):
            if self._reached() or not (self._wait() or self._work()):
                return

    def _go_on(self) -> str:
        """Do what is to be done until the case ends; gives why it could not, or an empty text."""
        for _ in range(self.walker.moves):
            row = self.story.cases.instance(self.story.case_id)
            if row is None or row.state != "active":
                return ""
            incidents = self.story.cases.incidents(self.story.case_id)
            if incidents:
                return f"{incidents[0].element_id}: {incidents[0].message}"
            if self._is_astray():
                return "it goes another way"
            if not (self._work() or self._hear() or self._wait()):
                tasks = sorted({one.element_id for one in self.story.open_tasks()})
                return f"nobody found answers for {', '.join(tasks)}" if tasks else "nothing more happens"
        return "it goes on and on"

    def _work(self) -> bool:
        tasks = [one for one in self.story.open_tasks() if not self._held(one.element_id)]
        tasks.sort(key=lambda one: self.visits[one.element_id])
        return any(self._do(task) for task in tasks)

    def _do(self, task: UserTaskRow) -> bool:
        element = self.definition.elements[task.element_id]
        number = self.visits[task.element_id]
        self.visits[task.element_id] += 1
        known = self.walker.habits.steps.get(task.element_id, [])
        bases: list[Mapping[str, Any]] = [
            self._moved(*known[(number + i) % len(known)]) for i in range(min(3, len(known)))
        ]
        if self.plan.dice is not None:
            self.plan.dice.shuffle(bases)
        for base in [*bases, {}]:
            answers = self._filled(element.form, base.get("answers", {}), self._case().variables(task.number))
            if answers is None:
                continue
            for who in PEOPLE:
                step = {"task": task.element_id, "by": f"{task.candidate_group}{who}", "after": "PT1H"}
                if element.second_signer and who:
                    step["second"] = task.candidate_group
                if self._tell({**step, "answers": answers} if answers else step):
                    return True
        return False

    def _hear(self) -> bool:
        """Hand in a message for which the case stands still."""
        waiting = spiff.resting(self._case().workflow).values()
        names = [
            one.name
            for item in waiting
            if item.kind == "event"
            for one in item.waits
            if isinstance(one, spiff.MessageEvent)
        ]
        return any(self._tell(step) for name in names for step in self._messages(name))

    def _messages(self, name: str) -> Iterator[Mapping[str, Any]]:
        """Iterate over the ways to hand in a message."""
        for day, step in self.walker.habits.steps.get(name, [])[:3]:
            yield {**self._moved(day, step), "after": "PT1H"}
        declared = self.definition.messages.get(name)
        if declared is None:
            return
        answers = self._filled(declared.form, {}, {})
        if declared.groups and answers is not None:
            yield {"message": name, "by": declared.groups[0], "after": "PT1H", "answers": answers}
        elif not declared.groups:
            yield {"message": name, "from": "webhook", "after": "PT1H", "answers": {}}

    def _wait(self) -> bool:
        now = self.player.clock.moment
        due = next_moment(self.story.runtime)
        if due is None or due > now + LONGEST_WAIT or not self.story.case_id:
            return False
        self.player.move_to(max(due, now + timedelta(minutes=1)))
        self.player.settle()
        self.waited = True
        self._check_answers()
        return True

    def _filled(
        self, form: str | None, base: Mapping[str, Any], context: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        if form is None:
            return {}
        evaluate = self.story.runtime.evaluator(self.definition)
        return fill(
            self.definition.forms[form], base, context, evaluate, self.walker.habits.values, self.plan.dice
        )

    def _moved(self, day: date, step: Mapping[str, Any]) -> dict[str, Any]:
        """Give a step that was done on a day as it would be done today."""
        today = self.story.runtime.calendar.local_date(self.player.clock.moment)
        kept = {
            key: value
            for key, value in step.items()
            if key in {"task", "message", "from", "by", "second", "answers"}
        }
        moved: dict[str, Any] = shifted(kept, day, today - day)
        return moved

    def _note(self) -> None:
        """Write down what was passed since the last time."""
        fresh = self._fresh_links()
        self.links += fresh
        self.trace.append(passed_by(self.links[self.seen :]))
        self.seen = len(self.links)
        for link in fresh:
            self.happened.update(link.payload.get("rules", ()))
            for element_id, *sources in link.payload.get("passed", ()):
                self.happened.add(element_id)
                self.happened.update(self.definition.flows.get((one, element_id), "") for one in sources)
        self.days.append(self.story.runtime.calendar.local_date(self.player.clock.moment))
        self._check_answers()

    def _check_answers(self) -> None:
        for incident in self.story.cases.incidents(self.story.case_id):
            call = (
                self.definition.elements[incident.element_id].call
                if incident.code == "not_in_story"
                else None
            )
            if call is not None:
                raise _Unanswered(call.operation)

    def _case(self) -> Case:
        row = self.story.cases.instance(self.story.case_id)
        assert row is not None
        return open_case(self.story.runtime, row, self.story.open_tasks())

    def _is_open(self, element_id: str) -> bool:
        return any(one.element_id == element_id for one in self.story.open_tasks())

    def _held(self, element_id: str) -> bool:
        return element_id in self.plan.hold and not self._reached()

    def _reached(self) -> bool:
        if self.plan.goal is None:
            return False
        name = self.plan.goal[1]
        return name in self.happened or name in passed_by(self._fresh_links())

    def _fresh_links(self) -> list[Link]:
        rows = self.story.cases.history(self.story.case_id)[len(self.links) :]
        return [open_link(self.story.runtime.sealer, self.story.case_id, row) for row in rows]

    def _is_astray(self) -> bool:
        """Tell whether what is wanted should have been passed by now."""
        near, goal = self.plan.near, self.plan.goal
        return (
            near is not None
            and goal is not None
            and len(self.steps) >= near + PATIENCE
            and goal[1] not in self.happened
        )

    def _now(self) -> str:
        return moment_text(self.story.runtime, to_ms(self.player.clock.moment))
