"""Moving a token by hand: shown before it is done, within one scope, with a reason, and back again."""

from __future__ import annotations

from typing import Any

import pytest

from engine import moving
from engine.errors import Changed, InvalidInput, InvalidState, NotAllowed, NotFound
from engine.instances import cancel
from engine.undoing import undo
from tests.engine.bundles import (
    boundary,
    bundle,
    chain,
    declare,
    event_subprocess,
    node,
    script,
    small_body,
    start_and_end,
    subprocess,
    timer,
    trigger,
    user_task,
)
from tests.engine.jobs.services import WANG, call
from tests.engine.story import Story, begin
from tests.engine.support import ALICE, DISTRICT, SHIQIAO, SUPERVISOR, World, person

OPERATOR = person(21, "Olga", office=DISTRICT, roles="operator")
REASON = "The paper came by post"
LINE = bundle(
    user_task("first") + user_task("second") + user_task("third") + start_and_end("first", "second", "third")
)


def number_of(story: Story, element_id: str) -> int:
    found = moving.read_tokens(story.world.runtime, story.case_id, OPERATOR)
    (number,) = [token.number for token in found.items if token.element_id == element_id]
    return number


def move(story: Story, element_id: str, target: str, reason: str = REASON) -> moving.Move:
    story.reopen()
    number = number_of(story, element_id)
    done = moving.move(story.world.runtime, story.case_id, number, target, OPERATOR, reason)
    story.settle()
    return done


def targets(story: Story, element_id: str) -> tuple[str, ...]:
    found = moving.read_tokens(story.world.runtime, story.case_id, OPERATOR)
    return next(token.targets for token in found.items if token.element_id == element_id)


def test_the_task_closes_and_the_other_opens(world: World) -> None:
    story = begin(world, LINE)

    done = move(story, "first", "third")

    assert (done.closes, done.opens, done.ends) == (("first",), ("third",), False)
    assert story.open == ["third"]
    assert story.do("third").outcome == "done"


def test_it_stands_in_the_history_with_its_reason(world: World) -> None:
    story = begin(world, LINE)

    move(story, "first", "third")

    link = story.links[-1]
    assert (link.event, link.actor, link.element_id) == ("token_moved", OPERATOR.person_id, "first")
    told = {name: link.payload[name] for name in ("from", "to", "reason", "closed", "opened")}
    assert told == {
        "from": "first",
        "to": "third",
        "reason": REASON,
        "closed": ["first"],
        "opened": ["third"],
    }
    assert [event["element"] for event in story.events("user_task_cancelled")] == ["first"]


def test_it_goes_back_as_well_and_keeps_what_was_answered(world: World) -> None:
    service = bundle(user_task("first", form="a") + user_task("second") + start_and_end("first", "second"))
    story = begin(world, service).do("first", a="said")

    move(story, "second", "first")

    assert story.open == ["first"]
    assert story.variables["a"] == "said"
    assert story.do("first", a="again").do("second").outcome == "done"


def test_it_is_shown_before_it_is_done_and_nothing_is_written(world: World) -> None:
    story = begin(world, LINE)
    number = number_of(story, "first")

    shown = moving.preview(world.runtime, story.case_id, number, "third", OPERATOR)

    assert (shown.closes, shown.opens) == (("first",), ("third",))
    assert story.settle().open == ["first"]
    assert len(story.links) == 1


def test_an_end_ends_the_case(world: World) -> None:
    story = begin(world, LINE)
    number = number_of(story, "first")
    assert moving.preview(world.runtime, story.case_id, number, "done", OPERATOR).ends

    move(story, "first", "done")

    assert story.outcome == "done"


def test_what_cannot_be_carried_out_is_left_behind(world: World) -> None:
    story = begin(
        world, bundle(script("broken", "[1]") + user_task("after") + start_and_end("broken", "after"))
    )
    assert len(story.incidents) == 1

    move(story, "broken", "after")

    assert (story.open, story.incidents) == (["after"], [])


def test_a_call_under_way_is_left_with_its_job_and_its_late_answer_is_nothing(world: World) -> None:
    story = begin(world, bundle(call() + user_task("after") + start_and_end("verify", "after")), **WANG)

    move(story, "verify", "after")

    assert (story.open, story.jobs) == (["after"], [])


def test_the_events_at_its_border_go_with_it_and_clocks_of_the_new_place_begin(world: World) -> None:
    service = bundle(
        user_task("first")
        + boundary("late", "first", timer("P3D"))
        + user_task("second")
        + boundary("later", "second", timer("P5D"))
        + node("endEvent", "over")
        + start_and_end("first", "second")
        + chain("late", "over")
        + chain("later", "over")
    )
    story = begin(world, service)
    assert [target.split(":")[1] for _, target in story.jobs] == ["late"]

    move(story, "first", "second")

    assert [target.split(":")[1] for _, target in story.jobs] == ["later"]
    assert story.later(days=4).open == ["second"]
    assert story.later(days=2).outcome == "over"


def test_only_its_own_branch_moves(world: World) -> None:
    body = (
        node("startEvent", "begin")
        + node("parallelGateway", "fork")
        + user_task("left")
        + user_task("left_again")
        + user_task("right")
        + node("parallelGateway", "meet")
        + user_task("last")
        + node("endEvent", "done")
        + chain("begin", "fork", "left", "left_again", "meet", "last", "done")
        + chain("fork", "right", "meet")
    )
    story = begin(world, bundle(body))

    move(story, "left", "left_again")
    assert story.open == ["left_again", "right"]
    assert "meet" not in targets(story, "right")
    story.do("left_again").do("right")

    assert story.open == ["last"]
    assert story.do("last").outcome == "done"


def test_it_stays_in_its_scope(world: World) -> None:
    inner = small_body("sub", user_task("inside") + user_task("inside_too"), "inside", "inside_too")
    story = begin(
        world, bundle(subprocess("sub", inner) + user_task("after") + start_and_end("sub", "after"))
    )

    assert targets(story, "inside") == ("inside", "inside_too", "sub_out")
    with pytest.raises(InvalidInput) as caught:
        move(story, "inside", "after")
    assert caught.value.code == "target_unknown"
    move(story, "inside", "inside_too")
    assert story.do("inside_too").open == ["after"]


def test_a_whole_subprocess_is_left_with_everything_in_it(world: World) -> None:
    inner = small_body("sub", user_task("inside"), "inside")
    story = begin(
        world, bundle(subprocess("sub", inner) + user_task("after") + start_and_end("sub", "after"))
    )

    done = move(story, "sub", "after")

    assert (set(done.closes), done.opens) == ({"sub", "inside"}, ("after",))
    assert story.do("after").outcome == "done"


def test_a_wait_keeps_the_variables_of_the_token(world: World) -> None:
    """What waits takes its variables anew when it is woken; the answers of the step that was left are in them."""
    service = bundle(
        user_task("first", form="a")
        + node("intermediateCatchEvent", "wait", trigger("message", "reply"))
        + user_task("second", form="b")
        + start_and_end("first", "second", "wait"),
        extra=declare("message", "reply"),
    )
    story = begin(world, service).do("first", a="said")

    move(story, "second", "wait")
    story.message("reply")

    assert (story.outcome, story.variables["a"]) == ("done", "said")


def test_one_of_several_of_a_repetition_and_a_listener_stay(world: World) -> None:
    repeated = user_task("each").replace(
        "</bpmn:userTask>",
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>2</bpmn:loopCardinality>"
        "</bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>",
    )
    withdrawn = event_subprocess("withdrawn", trigger("message", "withdrawal"), user_task("gone"), "gone")
    story = begin(
        world,
        bundle(
            repeated + withdrawn + user_task("after") + start_and_end("each", "after"),
            extra=declare("message", "withdrawal"),
        ),
    )

    found = moving.read_tokens(story.world.runtime, story.case_id, OPERATOR)

    assert [token.element_id for token in found.items if token.element_id in ("each", "withdrawn_on")] == []
    story.message("withdrawal")
    assert story.open == ["gone"]


def test_to_a_repetition_it_goes_as_a_whole(world: World) -> None:
    repeated = user_task("each").replace(
        "</bpmn:userTask>",
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>2</bpmn:loopCardinality>"
        "</bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>",
    )
    story = begin(world, bundle(user_task("first") + repeated + start_and_end("first", "each")))

    move(story, "first", "each")

    assert story.open == ["each", "each"]
    assert story.do("each").do("each").outcome == "done"


def test_it_says_what_will_stand_still_there(world: World) -> None:
    story = begin(
        world, bundle(user_task("first") + script("broken", "[1]") + start_and_end("first", "broken"))
    )

    shown = moving.preview(world.runtime, story.case_id, number_of(story, "first"), "broken", OPERATOR)

    assert shown.stuck == ("broken",)


@pytest.mark.parametrize("reason", ["", "    ", "no"])
def test_it_asks_for_a_reason(world: World, reason: str) -> None:
    story = begin(world, LINE)

    with pytest.raises(InvalidInput) as caught:
        move(story, "first", "third", reason)

    assert caught.value.code == "reason_missing"


def test_a_token_that_is_gone_is_not_moved(world: World) -> None:
    story = begin(world, LINE)
    number = number_of(story, "first")
    story.do("first")

    with pytest.raises(InvalidState) as caught:
        moving.move(story.world.runtime, story.case_id, number, "third", OPERATOR, REASON)

    assert caught.value.code == "token_gone"


def test_a_case_that_moved_on_meanwhile_is_not_moved(world: World) -> None:
    """Given what was shown; when somebody does a task meanwhile; then what was shown is not done."""
    import dataclasses

    story = begin(world, LINE)
    found = moving.read_tokens(story.world.runtime, story.case_id, OPERATOR)
    story.do("first")
    runtime = story.world.runtime
    runtime = dataclasses.replace(runtime, steps=runtime.steps.at_version(found.row_version))

    with pytest.raises(Changed):
        moving.move(runtime, story.case_id, found.items[0].number, "third", OPERATOR, REASON)


@pytest.mark.parametrize(
    ("actor", "error"),
    [(ALICE, NotAllowed), (person(30, "Else", office=SHIQIAO, roles="operator"), NotFound)],
)
def test_others_may_not(world: World, actor: Any, error: type[Exception]) -> None:
    story = begin(world, LINE)

    with pytest.raises(error):
        moving.read_tokens(world.runtime, story.case_id, actor)
    with pytest.raises(error):
        moving.move(world.runtime, story.case_id, 1, "third", actor, REASON)


def test_an_ended_case_has_nothing_to_move(world: World) -> None:
    story = begin(world, LINE)
    cancel(story.world.runtime, story.case_id, SUPERVISOR, "Started by mistake")

    with pytest.raises(InvalidState) as caught:
        moving.read_tokens(story.world.runtime, story.case_id, OPERATOR)

    assert caught.value.code == "case_ended"


def test_it_is_undone_while_the_token_stays(world: World) -> None:
    story = begin(world, LINE)
    move(story, "first", "third")
    seq = story.store.history(story.case_id)[-1].seq

    undo(story.world.runtime, story.store, story.case_id, seq, OPERATOR, "The wrong case")

    assert story.settle().open == ["first"]
    assert story.links[-1].payload["undoes"] == seq
    story.do("first")
    with pytest.raises(InvalidState) as caught:
        undo(story.world.runtime, story.store, story.case_id, seq, OPERATOR, "The wrong case")
    assert caught.value.code == "not_undoable"


def test_other_acts_are_not_undone(world: World) -> None:
    story = begin(world, LINE)

    with pytest.raises(InvalidState) as caught:
        undo(story.world.runtime, story.store, story.case_id, 1, OPERATOR, "It should not run")
    assert caught.value.code == "not_undoable"
    with pytest.raises(NotFound):
        undo(story.world.runtime, story.store, story.case_id, 99, OPERATOR, "It should not run")
