"""What a move keeps: what has failed, what is asked outside, what is waited for, what repeats."""

from __future__ import annotations

from engine import incidents
from engine.definitions import Bundle

from ..bundles import (
    boundary,
    bundle,
    chain,
    declare,
    flow,
    node,
    script,
    start_and_end,
    trigger,
    user_task,
)
from ..support import SUPERVISOR
from .conftest import Moving


def several(body: str, *, sequential: bool = False) -> str:
    return (
        '<bpmn:userTask id="visit" linbang:candidateGroup="reviewer" linbang:form="any">'
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}">'
        f"<bpmn:loopCardinality>{body}</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>"
    )


def test_what_stood_still_goes_on_once_the_new_version_is_right(moving: Moving) -> None:
    def drawn(feel: str) -> Bundle:
        return bundle(script("weigh", feel) + user_task("check") + start_and_end("weigh", "check"))

    story = moving.begin(drawn("1"))
    (broken,) = story.incidents

    moving.move(story, drawn("{a: 1}"))

    assert [one.id for one in story.incidents] == [broken.id]
    incidents.retry(story.world.runtime, story.case_id, broken.number, SUPERVISOR)
    assert (story.incidents, story.open) == ([], ["check"])


def test_repeated_tasks_go_on_where_they_are(moving: Moving) -> None:
    def drawn(*more: str, sequential: bool = False) -> Bundle:
        tasks = "".join(user_task(one) for one in more)
        return bundle(several("3", sequential=sequential) + tasks + start_and_end("visit", *more))

    story = moving.begin(drawn())
    story.do("visit")

    moving.move(story, drawn("check"))

    assert story.open == ["visit", "visit"]
    assert story.do("visit").do("visit").open == ["check"]


def test_it_refuses_repeated_tasks_that_repeat_otherwise(moving: Moving) -> None:
    moving.begin(bundle(several("3") + start_and_end("visit")))

    assert moving.refusal(bundle(several("3", sequential=True) + start_and_end("visit")))[0] == "element_kind"


def test_a_message_that_is_awaited_is_still_heard(moving: Moving) -> None:
    def drawn(name: str, *more: str) -> Bundle:
        wait = node("intermediateCatchEvent", "wait", trigger("message", name))
        tasks = "".join(user_task(one) for one in more)
        return bundle(wait + tasks + start_and_end("wait", *more), extra=declare("message", name))

    story = moving.begin(drawn("reply"))

    moving.move(story, drawn("reply", "check"))

    assert story.message("reply").open == ["check"]


def test_it_refuses_to_wait_for_another_message(moving: Moving) -> None:
    def drawn(name: str) -> Bundle:
        wait = node("intermediateCatchEvent", "wait", trigger("message", name))
        return bundle(wait + start_and_end("wait"), extra=declare("message", name))

    moving.begin(drawn("reply"))

    assert moving.refusal(drawn("answer")) == ("message_changed", "wait")


def test_a_message_on_the_border_of_a_task_may_be_added(moving: Moving) -> None:
    plain = bundle(user_task("ask") + start_and_end("ask"))
    watched = bundle(
        user_task("ask")
        + boundary("withdrawn", "ask", trigger("message", "withdrawal"))
        + node("endEvent", "gone")
        + start_and_end("ask")
        + chain("withdrawn", "gone"),
        extra=declare("message", "withdrawal"),
    )
    story = moving.begin(plain)

    moving.move(story, watched)

    assert story.message("withdrawal").outcome == "gone"


def test_a_loop_goes_on_in_its_round(moving: Moving) -> None:
    def drawn(*more: str) -> Bundle:
        gates = node("exclusiveGateway", "merge") + node(
            "exclusiveGateway", "again", attributes='default="f_again_done"'
        )
        tasks = user_task("ask", form="n") + "".join(user_task(one) for one in more)
        ways = chain("begin", "merge", "ask", *more, "again", "done") + flow("again", "merge", "n &lt; 3")
        return bundle(gates + tasks + node("startEvent", "begin") + node("endEvent", "done") + ways)

    story = moving.begin(drawn())
    story.do("ask", n="1").do("ask", n="2")

    moving.move(story, drawn("check"))

    assert story.do("ask", n="2").open == ["check"]
    assert story.do("check").do("ask", n="3").do("check").outcome == "done"
