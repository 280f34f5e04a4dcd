"""What is finished is forgotten, and no case goes on otherwise for it."""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest import mock

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from engine import codec, outcome, spiff
from engine.definitions import Bundle, Definition, compile_bundle, read_folder, read_groups
from engine.history import Link, make_link
from engine.scenarios import run_service

from ..bundles import GROUPS
from ..stories import PROCESSES
from ..test_codec import ENVIRONMENT
from .drawings import Block, blocks, draw

MAX_STEPS = 25
ROW_ID = re.compile(r"\d{15,}")
BEGUN = {"ok": True, "a": "x", "items": ["p", "q", "r"], "done": 0}


def compiled(block: Block) -> Definition:
    """Compile what the gate may refuse, too: forgetting changes nothing in a case that waits for ever."""
    definition, problems = compile_bundle(draw(block), GROUPS, accepted=True)
    assert definition is not None, problems
    return definition


class Run:
    """A case in memory, and what is done with it between two steps."""

    def __init__(self, definition: Definition, *, forgetting: bool, reading: bool) -> None:
        self.definition, self.forgetting, self.reading = definition, forgetting, reading
        self.engine = spiff.ScriptEngine(ENVIRONMENT, definition.names, definition.decisions)
        self.workflow = spiff.start(definition.specs, self.engine, dict(BEGUN))

    def rest(self) -> None:
        """Go on to the next step: forget, write down and read again, as this run does it."""
        if self.forgetting:
            spiff.forget_finished(self.workflow)
        if self.reading:
            content = codec.dump(self.workflow, {})
            self.workflow, _ = codec.load(content, self.definition.specs, self.engine)
            assert codec.dump(self.workflow, {}) == content
        self.workflow.trace.clear()

    def seen(self) -> dict[str, Any]:
        """Give everything that the rest of the engine learns of a step."""
        workflow = self.workflow
        resting = {} if workflow.completed else spiff.resting(workflow)
        return {
            "resting": {
                number: (item.element_id, item.kind, item.scopes, dict(item.data))
                for number, item in resting.items()
            },
            "order": list(resting),
            "passed": [(one.element_id, one.sources, one.counted, dict(one.data)) for one in workflow.trace],
            "within": [
                [scope.number for scope in spiff.scopes_of(workflow, one.task)][1:] for one in workflow.trace
            ],
            "stuck": {number: error.code for number, error in workflow.stuck.items()},
            "newest": None if workflow.completed else spiff.newest_data(workflow),
            "end": dict(workflow.data) if workflow.completed else None,
        }

    def act(self, number: int, *, ok: bool) -> None:
        """Do to a resting token what it waits for."""
        item = spiff.resting(self.workflow)[number]
        if item.kind == "user_task":
            spiff.complete(self.workflow, number, {"ok": ok, "a": f"by {number}"})
        elif item.waits and isinstance(item.waits[0], spiff.ClockEvent):
            spiff.fire(self.workflow, number, item.waits[0].element_id)
        elif item.waits:
            spiff.deliver_message(self.workflow, "knock", {"a": f"at {number}"}, numbers=[number])


def runs_of(definition: Definition) -> list[Run]:
    """Give a case that never forgets, and others that do so, read again after each step or not."""
    return [
        Run(definition, forgetting=forgetting, reading=reading)
        for forgetting, reading in ((False, True), (True, True), (True, False))
    ]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(blocks, st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=MAX_STEPS))
def test_a_case_that_forgets_goes_on_like_one_that_does_not(
    block: Block, choices: list[tuple[int, bool]]
) -> None:
    """The same tokens rest with the same variables, within the same scopes, after the same ways, to the same end."""
    first, *others = runs_of(compiled(block))

    for step, (choice, ok) in enumerate([(0, True), *choices]):
        if step:
            moves = [
                number
                for number, item in spiff.resting(first.workflow).items()
                if item.kind in {"user_task", "event", "listener"}
            ]
            number = moves[choice % len(moves)]
            for run in (first, *others):
                run.act(number, ok=ok)
        expected = first.seen()
        for run in others:
            assert run.seen() == expected
        if first.workflow.completed:
            event("ended")
            break
        for run in (first, *others):
            run.rest()
    event(f"{len(first.workflow.tasks) // 25 * 25} tasks or more never forgotten")


TOLD = frozenset(
    {"transfers", "waiting_months", "conference_changes_needs", "acute_then_better", "withdrawn_with_offer"}
)
"""Stories with loops, events beside the work, and several subprocesses."""


def told_by(service: str, *, forgetting: bool) -> list[Any]:
    """Run every story of a service; give what each step wrote into a history, without the numbers of rows."""
    told: list[Any] = []

    def noted(sealer: Any, case: int, head: Any, link: Link) -> Any:
        told.append([link.event, link.element_id, nameless(link.payload)])
        return make_link(sealer, case, head, link)

    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(outcome, "make_link", noted))
        if not forgetting:
            stack.enter_context(mock.patch.object(spiff, "forget_finished", return_value=None))
        groups = read_groups((PROCESSES / "groups.yaml").read_bytes())
        bundle = without_stories_but(TOLD, read_folder(PROCESSES / service))
        definition, problems = compile_bundle(bundle, groups)
        assert definition is not None, problems
        results, _ = run_service(bundle, definition, groups)
    assert [problem for result in results for problem in result.problems] == []
    return told


def without_stories_but(names: frozenset[str], whole: Bundle) -> Bundle:
    """Leave out a service's other stories: each takes seconds."""
    files = {
        path: content
        for path, content in whole.files.items()
        if not path.startswith("scenarios/") or Path(path).stem in names
    }
    return Bundle(whole.key, files)


def nameless(value: Any) -> Any:
    """Put one sign in place of every row's id: they are made of the moment at which a test runs."""
    if isinstance(value, dict):
        return {name: nameless(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [nameless(inner) for inner in value]
    if isinstance(value, str):
        return ROW_ID.sub("id", value)
    return "id" if isinstance(value, int) and ROW_ID.fullmatch(str(value)) else value


def test_long_stories_are_told_alike_by_cases_that_forget_and_that_do_not() -> None:
    told = told_by("care_bed_referral", forgetting=True)

    assert told == told_by("care_bed_referral", forgetting=False)
    assert len(told) > 150
