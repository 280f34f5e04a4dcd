"""Correcting the input of what could not be carried out: checked, traced, tried again in the same step."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from engine.errors import InvalidInput, InvalidState
from engine.incidents import correct
from engine.ports import Call, ConnectorError
from tests.engine.bundles import (
    boundary,
    bundle,
    chain,
    declare,
    diagram,
    flow,
    node,
    script,
    small_body,
    start_and_end,
    subprocess,
    timer,
    trigger,
    user_task,
)
from tests.engine.jobs.conftest import ScriptedRegistry
from tests.engine.jobs.services import call
from tests.engine.story import Story, begin
from tests.engine.support import SUPERVISOR, World

REASON = "Typed wrongly at the counter"
GATE = (
    node("exclusiveGateway", "which", attributes='default="f_which_high"')
    + user_task("low")
    + user_task("high")
    + flow("which", "low", "income &lt; 500")
    + flow("which", "high")
    + node("endEvent", "done")
    + chain("low", "done")
    + chain("high", "done")
)
STUCK = node("startEvent", "begin") + chain("begin", "which") + GATE


def form(*components: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({"type": "default", "components": list(components), **more}).encode()


INCOME = {
    "type": "number",
    "key": "income",
    "decimalDigits": 2,
    "validate": {"min": 0, "required": True},
    "conditional": {"hide": "=true"},
    "readonly": True,
}


def mend(story: Story, reason: str = REASON, **changes: Any) -> Story:
    (incident,) = story.incidents
    story.reopen()
    correct(story.world.runtime, story.case_id, incident.number, SUPERVISOR, changes, reason)
    return story.settle()


def problems(caught: Any) -> list[tuple[str, str]]:
    return [(problem.path, problem.code) for problem in caught.value.details["problems"]]


def test_the_case_goes_on_with_the_corrected_value(world: World) -> None:
    story = mend(begin(world, bundle(STUCK)), income="450.5")

    assert story.open == ["low"]
    assert story.incidents == []
    assert story.variables["income"] == Decimal("450.5")


def test_before_and_after_and_the_reason_stand_in_the_history(world: World) -> None:
    story = mend(begin(world, bundle(STUCK), income="much"), income="450")

    link = story.links[-1]
    assert (link.event, link.element_id, link.actor) == ("input_corrected", "which", SUPERVISOR.person_id)
    assert link.payload["changes"] == {"income": {"before": "much", "after": 450}}
    assert link.payload["reason"] == REASON


def test_a_form_that_asks_for_the_variable_checks_it(world: World) -> None:
    """Hidden or locked in its form, it is asked here all the same."""
    story = begin(world, bundle(STUCK, income__form__json=form(INCOME)))

    for wrong, code in (("-1", "too_small"), ("1.234", "decimals"), ("much", "not_a_number")):
        with pytest.raises(InvalidInput) as caught:
            mend(story, income=wrong)
        assert problems(caught) == [("income", code)]
    assert mend(story, income="600").open == ["high"]


def test_a_list_is_checked_row_by_row(world: World) -> None:
    members = {
        "type": "dynamiclist",
        "path": "members",
        "components": [{"type": "number", "key": "income", "validate": {"required": True}}],
    }
    gate = (
        node("exclusiveGateway", "which")
        + flow("which", "after", "sum(members.income) &gt; 0")
        + user_task("after")
        + node("endEvent", "done")
        + chain("after", "done")
    )
    service = bundle(
        node("startEvent", "begin") + chain("begin", "which") + gate, members__form__json=form(members)
    )
    story = begin(world, service, members=[{"income": 5}, {"income": None}])

    with pytest.raises(InvalidInput) as caught:
        mend(story, members=[{"income": "5"}, {"income": "x"}])
    assert problems(caught) == [("members.1.income", "not_a_number")]
    mend(story, members=[{"income": "5"}, {"income": "7"}])

    assert story.open == ["after"]
    assert story.variables["members"] == [{"income": 5}, {"income": 7}]


def test_what_was_missing_before_may_stay_so(world: World) -> None:
    """A form may require what this case never had to say."""
    rent = {"type": "number", "key": "rent", "validate": {"required": True}}
    gate = GATE.replace("income &lt; 500", "income + (if rent = null then 0 else rent) &lt; 500")
    service = bundle(
        node("startEvent", "begin") + chain("begin", "which") + gate,
        income__form__json=form({**INCOME, "validate": {}}, rent),
    )

    assert mend(begin(world, service), income="1", rent="").open == ["low"]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("12.50", Decimal("12.50")),
        ("0", 0),
        ("-1", -1),
    ],
)
def test_a_variable_that_no_form_asks_for_is_written_in_feel(
    world: World, written: str, value: object
) -> None:
    story = mend(begin(world, bundle(STUCK)), income=written)

    assert story.variables["income"] == value
    assert story.open == ["low"]


@pytest.mark.parametrize("written", ["income + 1", "a", "f(", "{a: }", 'function(x) "x"', "1.5.2"])
def test_what_is_no_literal_is_refused(world: World, written: str) -> None:
    story = begin(world, bundle(STUCK))

    with pytest.raises(InvalidInput):
        mend(story, income=written)

    assert len(story.incidents) == 1
    assert "input_corrected" not in [link.event for link in story.links]


def test_a_program_may_give_the_value_itself(world: World) -> None:
    assert mend(begin(world, bundle(STUCK)), income=Decimal("499.99")).open == ["low"]


@pytest.mark.parametrize(
    ("changes", "reason", "code"),
    [
        ({"other": "1"}, REASON, "not_an_input"),
        ({"self": "1"}, REASON, "not_an_input"),
        ({}, REASON, "nothing_changed"),
        ({"income": '"much"'}, REASON, "nothing_changed"),
        ({"income": "1"}, "  why ", "reason_missing"),
    ],
)
def test_it_refuses_what_is_no_correction(world: World, changes: Any, reason: str, code: str) -> None:
    story = begin(world, bundle(STUCK), income="much")

    with pytest.raises(InvalidInput) as caught:
        mend(story, reason, **changes)

    assert caught.value.code == code


def test_a_correction_that_does_not_help_leaves_it_open_and_is_kept(world: World) -> None:
    story = mend(begin(world, bundle(STUCK), income="much"), income='"more"')

    assert [row.code for row in story.incidents] == ["condition_not_boolean"]
    assert story.variables["income"] == "more"
    assert mend(story, income="5").open == ["low"]


def test_an_incident_says_what_is_wrong_now(world: World) -> None:
    """The first condition is mended, and the second shows itself."""
    gate = (
        node("exclusiveGateway", "which")
        + user_task("low")
        + flow("which", "low", "income &lt; 500")
        + flow("which", "high", "age &gt; 60")
        + user_task("high")
        + node("endEvent", "done")
        + chain("low", "done")
        + chain("high", "done")
    )
    story = begin(world, bundle(node("startEvent", "begin") + chain("begin", "which") + gate))

    mend(story, income="600")

    (incident,) = story.incidents
    assert "age > 60" in incident.message
    assert mend(story, age="61").open == ["high"]


def test_a_script_is_tried_again_with_the_corrected_value(world: World) -> None:
    body = script("compute", "if given = 1 then {b: 2} else null") + user_task("after")
    story = begin(world, bundle(body + start_and_end("compute", "after")))

    assert mend(story, given="1").variables["b"] == 2


def test_a_timer_runs_from_the_corrected_moment_and_keeps_it(world: World) -> None:
    service = bundle(
        node("intermediateCatchEvent", "wait", timer("= until", "timeDate"))
        + user_task("after")
        + start_and_end("wait", "after")
    )
    story = begin(world, service, until="soon")
    assert [row.code for row in story.incidents] == ["timer_broken"]

    mend(story, until='date("2026-03-05")')
    assert (story.open, story.incidents) == ([], [])
    story.later(days=3)

    assert story.open == ["after"]
    assert story.variables["until"] == date(2026, 3, 5)


def test_later_steps_see_it_inside_and_behind_a_subprocess(world: World) -> None:
    inner = small_body("inner", script("compute", "if a = 1 then {b: 1} else null"), "compute")
    body = subprocess("examine", inner) + user_task("after") + start_and_end("examine", "after")
    story = mend(begin(world, bundle(body), a=5), a="1")

    assert story.open == ["after"]
    assert story.variables == {"a": 1, "b": 1}


def test_a_boundary_around_it_sees_it_too(world: World) -> None:
    """An error that comes after the correction goes on with the corrected value."""
    body = (
        call(retry="R0/PT5M")
        + boundary("unknown", "verify", trigger("error", "person_unknown"))
        + user_task("by_hand")
        + node("endEvent", "done_by_hand")
        + start_and_end("verify")
        + chain("unknown", "by_hand", "done_by_hand")
    )
    errors = iter(["registry_refused", "person_unknown"])

    def fails(_call: Call) -> Any:
        raise ConnectorError("It failed", code=next(errors), permanent=True)

    world.runtime.connectors = {"registry": ScriptedRegistry(fails)}
    story = begin(world, bundle(body, extra=declare("error", "person_unknown")), id_no="1")

    mend(story, id_no='"990101195203070011"')

    assert story.open == ["by_hand"]
    assert story.variables["id_no"] == "990101195203070011"


def test_a_call_asks_the_new_question_under_a_new_key(world: World) -> None:
    """The other side would give its old answer, or its old refusal, to the old key."""
    keys, questions = [], []

    def answers(asked: Call) -> Any:
        keys.append(asked.idempotency_key)
        questions.append(asked.parameters["members"][0]["id_no"])
        if len(keys) < 3:
            raise ConnectorError("Wrong", code="registry_wrong_parameters", permanent=True)
        return {"wage": 1}

    world.runtime.connectors = {"registry": ScriptedRegistry(answers)}
    story = begin(world, bundle(call() + start_and_end("verify")), id_no="1")
    mend(story, id_no='"2"')
    assert [row.code for row in story.incidents] == ["registry_wrong_parameters"]
    mend(story, id_no='"3"')

    assert questions == ["1", "2", "3"]
    assert [key.removeprefix(keys[0]) for key in keys] == ["", "-c1", "-c2"]
    assert story.outcome == "done"


def test_a_correction_that_asks_the_same_keeps_the_key(world: World) -> None:
    keys = []

    def answers(asked: Call) -> Any:
        keys.append(asked.idempotency_key)
        if len(keys) < 2:
            raise ConnectorError("Wrong", code="registry_refused", permanent=True)
        return {"wage": 1}

    task = call().replace('value="true"', 'value="authorised != false"')
    world.runtime.connectors = {"registry": ScriptedRegistry(answers)}
    story = begin(world, bundle(task + start_and_end("verify")), id_no="1")

    mend(story, authorised="true")

    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_what_reads_nothing_can_only_be_tried_again(world: World) -> None:
    story = begin(world, bundle(script("compute", "[1]") + start_and_end("compute")))

    with pytest.raises(InvalidState) as caught:
        mend(story, a="1")

    assert caught.value.code == "not_correctable"


def test_only_one_of_two_who_correct_at_once_succeeds(world: World) -> None:
    story = begin(world, bundle(STUCK))
    (incident,) = story.incidents
    mend(story, income="1")

    with pytest.raises(InvalidState) as caught:
        correct(world.runtime, story.case_id, incident.number, SUPERVISOR, {"income": "2"}, REASON)

    assert caught.value.code == "incident_resolved"
    assert story.variables["income"] == 1


def test_a_cycle_goes_on_with_the_corrected_beat(world: World) -> None:
    body = (
        user_task("work")
        + boundary("remind", "work", timer("= beat", "timeCycle"), cancel=False)
        + user_task("call_back")
        + node("endEvent", "called")
        + start_and_end("work")
        + chain("remind", "call_back", "called")
    )
    story = begin(world, bundle(body), beat="often")
    assert [row.element_id for row in story.incidents] == ["remind"]

    mend(story, beat='"R/P1D"')
    story.later(days=3, hours=1)

    assert story.open.count("call_back") == 3


def test_behind_a_join_the_corrected_value_counts(world: World) -> None:
    """The other branch still carries the old value, but it never changed it."""
    body = (
        node("startEvent", "begin")
        + node("parallelGateway", "fork")
        + script("compute", "if a = 1 then {b: a} else null")
        + user_task("other")
        + node("parallelGateway", "join")
        + user_task("after")
        + node("endEvent", "done")
        + chain("begin", "fork", "compute", "join", "after", "done")
        + chain("fork", "other", "join")
    )
    story = mend(begin(world, bundle(body), a=5), a="1").do("other")

    assert story.open == ["after"]
    assert story.variables == {"a": 1, "b": 1}


def test_a_called_process_keeps_its_own_variables_to_itself(world: World) -> None:
    """What is no input of the called process is another variable of the same name outside."""
    io = (
        '<bpmn:ioSpecification><bpmn:dataInput id="given" name="given"/><bpmn:dataOutput id="b" name="b"/>'
        "<bpmn:inputSet><bpmn:dataInputRefs>given</bpmn:dataInputRefs></bpmn:inputSet>"
        "<bpmn:outputSet><bpmn:dataOutputRefs>b</bpmn:dataOutputRefs></bpmn:outputSet></bpmn:ioSpecification>"
    )
    inner = io + small_body("inner", script("compute", "if a + given = 1 then {b: a} else null"), "compute")
    main = (
        node("callActivity", "examine", attributes='calledElement="inner"')
        + user_task("after")
        + start_and_end("examine", "after")
    )
    story = begin(world, bundle(main, inner__bpmn=diagram(inner, key="inner", process="")), a=5, given=7)
    mend(story, a="1", given="0")

    assert story.open == ["after"]
    assert (story.variables["a"], story.variables["given"], story.variables["b"]) == (5, 0, 1)
