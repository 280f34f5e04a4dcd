"""Editing a case's variables by hand: typed, reasoned, seen by every later step, and undone."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from engine import editing
from engine.errors import InvalidInput, InvalidState, NotAllowed, NotFound
from engine.incidents import retry
from engine.instances import cancel
from engine.ports import Call
from engine.undoing import undo
from tests.engine.bundles import (
    bundle,
    chain,
    flow,
    node,
    small_body,
    start_and_end,
    subprocess,
    user_task,
)
from tests.engine.jobs.conftest import ScriptedRegistry
from tests.engine.jobs.services import WANG, call
from tests.engine.story import Story, begin
from tests.engine.support import ALICE, DISTRICT, SHIQIAO, SUPERVISOR, World, person

OPERATOR = person(21, "Olga", office=DISTRICT, roles="operator")
REASON = "Typed wrongly at the counter"
GATE = (
    node("startEvent", "begin")
    + user_task("ask")
    + node("exclusiveGateway", "which", attributes='default="f_which_high"')
    + user_task("low")
    + user_task("high")
    + node("endEvent", "done")
    + chain("begin", "ask", "which")
    + flow("which", "low", "income &lt; 500")
    + flow("which", "high")
    + chain("low", "done")
    + chain("high", "done")
)
INCOME = {"type": "number", "key": "income", "decimalDigits": 2, "validate": {"min": 0, "required": True}}


def edit(story: Story, reason: str = REASON, **changes: Any) -> tuple[str, ...]:
    story.reopen()
    found = editing.edit(story.world.runtime, story.case_id, OPERATOR, changes, reason)
    story.settle()
    return found


def kinds(story: Story, *names: str) -> dict[str, str]:
    found = editing.read_variables(story.world.runtime, story.case_id, OPERATOR, names)
    return {part.get("key") or part.get("path"): part["type"] for part in found.input.schema["components"]}


def asked(form: dict[str, Any]) -> bytes:
    return json.dumps({"type": "default", "components": [form]}).encode()


def test_every_later_step_sees_the_new_value(world: World) -> None:
    story = begin(world, bundle(GATE), income=900)

    assert edit(story, income="450") == ("income",)

    assert story.variables["income"] == 450
    assert story.do("ask").open == ["low"]


def test_before_after_and_the_reason_stand_in_the_history(world: World) -> None:
    story = begin(world, bundle(GATE), income=900)

    edit(story, income="450")

    link = story.links[-1]
    assert (link.event, link.actor) == ("variables_edited", OPERATOR.person_id)
    assert link.payload == {"reason": REASON, "changes": {"income": {"before": 900, "after": 450}}}


def test_a_form_that_asks_for_it_checks_it(world: World) -> None:
    story = begin(world, bundle(GATE, income__form__json=asked(INCOME)), income=900)

    for wrong, code in (("-1", "too_small"), ("1.234", "decimals"), ("much", "not_a_number")):
        with pytest.raises(InvalidInput) as caught:
            edit(story, income=wrong)
        assert [problem.code for problem in caught.value.details["problems"]] == [code]
    edit(story, income="600.5")

    assert story.variables["income"] == Decimal("600.5")


def test_one_that_no_form_asks_for_is_asked_for_as_its_value_is(world: World) -> None:
    values = {
        "flag": True,
        "note": "short",
        "letter": "long " * 60,
        "count": 3,
        "day": date(2026, 3, 2),
        "home": {"street": "Linxi", "rooms": 2, "since": None},
        "members": [{"name": "Li", "income": None}, {"name": "Wu", "income": 5}],
        "mixed": [1, "two"],
        "uneven": [{"a": 1}, {"b": 2}],
        "nothing": None,
    }
    story = begin(world, bundle(user_task("ask") + start_and_end("ask")), **values)

    assert kinds(story, *values) == {
        "flag": "checkbox",
        "note": "textfield",
        "letter": "textarea",
        "count": "number",
        "day": "datetime",
        "home": "group",
        "members": "dynamiclist",
        "mixed": "textarea",
        "uneven": "textarea",
        "nothing": "textarea",
    }
    edit(
        story,
        flag="false",
        day="2026-03-05",
        home={"street": "Qinghe", "rooms": "3", "since": ""},
        members=[{"name": "Li", "income": "7"}, {"name": "Wu", "income": "5"}],
        mixed='[1, "three"]',
        nothing="7",
    )

    found = story.variables
    assert (found["flag"], found["day"], found["nothing"]) == (False, date(2026, 3, 5), 7)
    assert found["home"] == {"street": "Qinghe", "rooms": 3, "since": None}
    assert found["members"] == [{"name": "Li", "income": 7}, {"name": "Wu", "income": 5}]
    assert found["mixed"] == [1, "three"]


def test_what_is_within_a_scope_and_around_it_is_the_same_afterwards(world: World) -> None:
    inner = small_body("sub", user_task("inside"), "inside")
    service = bundle(subprocess("sub", inner) + user_task("after", form="a") + start_and_end("sub", "after"))
    story = begin(world, service, income=900)

    edit(story, income="450")
    story.do("inside")

    assert story.seen_by("after")[0]["income"] == 450


def test_every_branch_gets_it(world: World) -> None:
    body = (
        node("startEvent", "begin")
        + node("parallelGateway", "fork")
        + user_task("left")
        + user_task("right")
        + node("parallelGateway", "meet")
        + node("endEvent", "done")
        + chain("begin", "fork", "left", "meet", "done")
        + chain("fork", "right", "meet")
    )
    story = begin(world, bundle(body), income=900)

    edit(story, income="450")
    story.do("left").do("right")

    assert (story.outcome, story.variables["income"]) == ("done", 450)


def test_a_call_that_waits_is_asked_with_the_new_value(world: World) -> None:
    questions: list[Call] = []

    def takes(question: Call) -> dict[str, int]:
        questions.append(question)
        return {"wage": 1}

    story = begin(world, bundle(user_task("ask") + call() + start_and_end("ask", "verify")), **WANG)
    name = next(iter(WANG))
    edit(story, **{name: "990101199001010026"})
    story.world.runtime.connectors = {"registry": ScriptedRegistry(takes)}
    story.do("ask")

    assert "990101199001010026" in str(questions[0].parameters)


def test_it_is_undone_while_nobody_changed_it_since(world: World) -> None:
    story = begin(world, bundle(GATE), income=900)
    edit(story, income="450")
    seq = story.store.history(story.case_id)[-1].seq

    undo(story.world.runtime, story.store, story.case_id, seq, OPERATOR, "It was right after all")

    assert story.settle().variables["income"] == 900
    assert story.links[-1].payload["undoes"] == seq
    with pytest.raises(InvalidState) as caught:
        undo(story.world.runtime, story.store, story.case_id, seq, OPERATOR, "It was right after all")
    assert caught.value.code == "changed_since_edit"


def test_what_the_engine_knows_by_itself_is_not_edited(world: World) -> None:
    story = begin(world, bundle(GATE), income=900)

    for name in ("case_office", "unheard_of"):
        with pytest.raises(InvalidInput) as caught:
            edit(story, **{name: "x"})
        assert caught.value.code == "variable_unknown"
        with pytest.raises(NotFound):
            editing.read_variables(story.world.runtime, story.case_id, OPERATOR, [name])


def test_the_same_value_is_no_edit(world: World) -> None:
    story = begin(world, bundle(GATE), income=900)

    with pytest.raises(InvalidInput) as caught:
        edit(story, income="900")

    assert caught.value.code == "nothing_changed"


def test_it_asks_for_a_reason(world: World) -> None:
    story = begin(world, bundle(GATE), income=900)

    with pytest.raises(InvalidInput) as caught:
        edit(story, reason="  no ", income="450")

    assert caught.value.code == "reason_missing"


def test_what_stands_still_stays_so_until_it_is_retried(world: World) -> None:
    story = begin(world, bundle(GATE, income__form__json=asked(INCOME))).do("ask")
    (incident,) = story.incidents

    edit(story, income="450")
    assert [row.id for row in story.incidents] == [incident.id]
    retry(story.world.runtime, story.case_id, incident.number, OPERATOR)

    assert story.settle().open == ["low"]


@pytest.mark.parametrize(
    ("actor", "error"),
    [(ALICE, NotAllowed), (person(30, "Else", office=SHIQIAO, roles="operator"), NotFound)],
)
def test_others_may_not(world: World, actor: Any, error: type[Exception]) -> None:
    story = begin(world, bundle(GATE), income=900)

    with pytest.raises(error):
        editing.edit(world.runtime, story.case_id, actor, {"income": "1"}, REASON)
    with pytest.raises(error):
        editing.read_variables(world.runtime, story.case_id, actor)


def test_an_ended_case_is_not_edited(world: World) -> None:
    story = begin(world, bundle(GATE), income=900)
    cancel(story.world.runtime, story.case_id, SUPERVISOR, "Started by mistake")

    with pytest.raises(InvalidState) as caught:
        edit(story, income="450")

    assert caught.value.code == "case_ended"
