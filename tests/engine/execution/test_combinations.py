"""Constructs that designers put into each other: each is right by itself, here they are right together.

After every step a story writes the case down, forgets everything and reads it again.
"""

from __future__ import annotations

import pytest

from engine import user_tasks

from ..bundles import (
    boundary,
    bundle,
    chain,
    declare,
    diagram,
    event_subprocess,
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
from ..story import Story, begin
from ..support import ALICE, BOB, World
from .test_multi_instance import repeated

CALL = node("callActivity", "examine", attributes='calledElement="called"')
LINK = '<bpmn:linkEventDefinition name="over"/>'


def called(body: str, **more: str) -> bytes:
    return diagram(body, key="called", process="", **more)


@pytest.mark.parametrize("sequential", [False, True], ids=["parallel", "sequential"])
@pytest.mark.parametrize("interrupting", [False, True], ids=["quiet", "interrupting"])
def test_each_instance_of_a_called_part_has_its_own_event_subprocess(
    world: World, sequential: bool, interrupting: bool
) -> None:
    handler = event_subprocess(
        "remind", timer("P2D"), user_task("call_up"), "call_up", interrupting=interrupting
    )
    service = bundle(
        repeated(CALL, '["x", "y"]', sequential=sequential) + start_and_end("examine"),
        called__bpmn=called(small_body("called", user_task("visit"), "visit") + handler),
    )
    story = begin(world, service)
    if not sequential:
        story.do("visit")
    (seen,) = story.seen_by("visit")

    story.later(days=2)

    assert story.open == (["call_up"] if interrupting else ["call_up", "visit"])
    assert story.seen_by("call_up") == [seen]
    story.do("call_up")
    if not interrupting:
        story.do("visit")
    assert story.open == (["visit"] if sequential else [])
    assert (story.do("visit") if sequential else story).outcome == "done"
    assert story.jobs == []


def test_a_clock_on_a_subprocess_strikes_on_while_its_work_is_sent_back(world: World) -> None:
    inner = (
        node("startEvent", "in")
        + node("exclusiveGateway", "merge")
        + user_task("prepare", form="a")
        + user_task("review", form="b", sendBack="true")
        + node("exclusiveGateway", "which", attributes='default="f_which_out"')
        + node("endEvent", "out")
        + chain("in", "merge", "prepare", "review", "which", "out")
        + flow("which", "merge", "sent_back != null")
    )
    body = (
        subprocess("examine", inner)
        + boundary("beat", "examine", timer("R3/P1D", "timeCycle"), cancel=False)
        + script("count", "{n: n + 1}")
        + node("endEvent", "counted")
        + start_and_end("examine")
        + chain("beat", "count", "counted")
    )
    story = begin(world, bundle(body), n=0).do("prepare", by=ALICE, a="first").later(days=1)
    task = world.task(BOB, "review")
    user_tasks.claim(story.world.runtime, task, BOB)

    user_tasks.send_back(story.world.runtime, task, BOB, "A page is missing")
    story.settle().later(days=5)

    assert story.passed.count("counted") == 3
    assert (story.open, story.jobs) == (["prepare"], [])
    story.do("prepare", by=ALICE, a="second").do("review", b="fine")
    assert story.outcome == "done"
    assert story.passed.count("counted") == 3
    assert (story.variables["a"], story.variables["b"]) == ("second", "fine")


def test_a_terminate_end_of_one_instance_leaves_the_others_alone(world: World) -> None:
    inner = (
        node("startEvent", "in")
        + node("parallelGateway", "fork")
        + user_task("ask")
        + user_task("beside")
        + node("endEvent", "stop", "<bpmn:terminateEventDefinition/>")
        + node("endEvent", "calm")
        + chain("in", "fork", "ask", "stop")
        + chain("fork", "beside", "calm")
    )
    each = repeated(subprocess("each", inner), '["x", "y"]', sequential=False)
    story = begin(world, bundle(each + user_task("after") + start_and_end("each", "after")))
    assert story.open == ["ask", "ask", "beside", "beside"]

    story.do("ask")

    assert story.open == ["ask", "beside"]
    story.do("beside").do("ask")
    assert story.open == ["after"]
    assert story.do("after").outcome == "done"


@pytest.mark.parametrize(("near", "outcome"), [("other", "by_far"), ("poor", "by_near"), ("", "by_near")])
def test_an_error_climbs_past_a_catcher_of_another_code(world: World, near: str, outcome: str) -> None:
    deep = (
        node("startEvent", "deep_in")
        + user_task("ask", form="a")
        + node("endEvent", "thrown", trigger("error", "poor"))
        + chain("deep_in", "ask", "thrown")
    )
    middle = (
        small_body("middle", subprocess("deep", deep), "deep")
        + boundary("near", "deep", trigger("error", near))
        + node("endEvent", "near_out")
        + chain("near", "near_out")
    )
    body = (
        subprocess("outer", middle)
        + boundary("far", "outer", trigger("error", "poor"))
        + node("endEvent", "by_far")
        + node("endEvent", "by_near")
        + node("startEvent", "begin")
        + chain("begin", "outer", "by_near")
        + chain("far", "by_far")
    )
    story = begin(world, bundle(body, extra=declare("error", "poor", "other"))).do("ask", a="said")

    assert story.outcome == outcome
    assert story.variables["a"] == "said"


def nested_choices() -> str:
    """Write an inclusive gateway with a default inside of a branch of another one."""
    return (
        node("startEvent", "begin")
        + node("inclusiveGateway", "outer", attributes='default="f_outer_none"')
        + node("inclusiveGateway", "inner", attributes='default="f_inner_c"')
        + node("inclusiveGateway", "inner_join")
        + node("inclusiveGateway", "outer_join")
        + "".join(user_task(name) for name in ("a", "b", "c", "d", "none"))
        + node("endEvent", "done")
        + chain("begin", "outer", "none", "outer_join", "done")
        + flow("outer", "inner", "n &gt; 0")
        + flow("outer", "d", "n &gt; 1")
        + flow("inner", "a", "n &gt; 2")
        + flow("inner", "b", "n &gt; 3")
        + chain("inner", "c", "inner_join", "outer_join")
        + chain("a", "inner_join")
        + chain("b", "inner_join")
        + chain("d", "outer_join")
    )


@pytest.mark.parametrize(
    ("n", "taken"),
    [(0, ["none"]), (1, ["c"]), (2, ["c", "d"]), (3, ["a", "d"]), (4, ["a", "b", "d"])],
)
def test_inclusive_gateways_with_a_default_stand_in_each_other(
    world: World, n: int, taken: list[str]
) -> None:
    story = begin(world, bundle(nested_choices()), n=n)
    assert story.open == taken

    for name in reversed(taken):
        assert story.outcome == "active"
        story.do(name)

    assert story.outcome == "done"
    assert story.passed.count("done") == 1


def test_a_link_leads_into_a_branch_that_a_join_waits_for(world: World) -> None:
    body = (
        node("startEvent", "begin")
        + node("parallelGateway", "split")
        + node("parallelGateway", "join")
        + user_task("a")
        + user_task("b")
        + user_task("c")
        + node("intermediateThrowEvent", "leap", LINK)
        + node("intermediateCatchEvent", "land", LINK)
        + node("endEvent", "done")
        + chain("begin", "split", "a", "leap")
        + chain("land", "c", "join", "done")
        + chain("split", "b", "join")
    )
    story = begin(world, bundle(body)).do("b").do("a")

    assert story.open == ["c"]
    assert story.do("c").outcome == "done"


def test_a_signal_is_heard_where_the_case_waits_and_not_where_it_stands_still(world: World) -> None:
    """A branch with an incident hears nothing yet; another case that waits for the name is not meant."""
    body = (
        node("startEvent", "begin")
        + node("parallelGateway", "split")
        + user_task("ask")
        + script("weigh", "{n: 1 + left[1].x.y}")
        + node("exclusiveGateway", "which", attributes='default="f_which_late"')
        + node("intermediateCatchEvent", "late", trigger("signal", "go"))
        + node("intermediateCatchEvent", "ready", trigger("signal", "go"))
        + user_task("react")
        + node("endEvent", "told", trigger("signal", "go"))
        + node("endEvent", "done")
        + chain("begin", "split", "ask", "told")
        + chain("split", "ready", "react", "done")
        + chain("split", "weigh", "which", "late", "done")
        + flow("which", "done", "paid")
    )
    service = bundle(body, extra=declare("signal", "go"))
    other = begin(world, service, left=[], paid="?")
    story = begin(world, left=[], paid="?")
    assert [row.code for row in story.incidents] == ["condition_not_boolean"]

    story.do("ask")

    assert story.open == ["react"]
    assert "late" not in story.passed
    assert (other.open, other.passed.count("ready")) == (["ask"], 0)


@pytest.mark.parametrize("first", ["message", "clocks"])
def test_of_two_clocks_that_strike_at_one_moment_behind_an_event_gateway_one_counts(
    world: World, first: str
) -> None:
    body = (
        node("startEvent", "begin")
        + node("eventBasedGateway", "which")
        + node("intermediateCatchEvent", "one", timer("P1D"))
        + node("intermediateCatchEvent", "two", timer("PT24H"))
        + node("intermediateCatchEvent", "word", trigger("message", "word"))
        + "".join(user_task(f"after_{name}") for name in ("one", "two", "word"))
        + node("endEvent", "done")
        + chain("begin", "which", "one", "after_one", "done")
        + chain("which", "two", "after_two", "done")
        + chain("which", "word", "after_word", "done")
    )
    story = begin(world, bundle(body, extra=declare("message", "word")))
    assert len(story.jobs) == 2

    story = story.message("word") if first == "message" else story
    story.leap(days=1)

    assert len(story.open) == 1
    assert story.open[0] in ({"after_word"} if first == "message" else {"after_one", "after_two"})
    assert story.jobs == []
    assert story.do(story.open[0]).outcome == "done"


@pytest.mark.parametrize("first", ["enough", "event"])
def test_a_repetition_ends_by_its_condition_or_by_an_event_and_never_by_both(
    world: World, first: str
) -> None:
    enough = "<bpmn:completionCondition>ok</bpmn:completionCondition>"
    body = (
        repeated(user_task("visit", form="ok"), "[1, 2, 3]", sequential=False, more=enough)
        + boundary("withdrawn", "visit", timer("P2D"))
        + user_task("close")
        + user_task("after")
        + node("endEvent", "closed")
        + start_and_end("visit", "after")
        + chain("withdrawn", "close", "closed")
    )
    story = begin(world, bundle(body)).do("visit", ok=False)
    assert story.open == ["visit", "visit"]

    if first == "enough":
        story.do("visit", ok=True).later(days=3)
        assert (story.open, story.jobs) == (["after"], [])
        assert story.do("after").outcome == "done"
    else:
        story.later(days=2)
        assert (story.open, story.jobs) == (["close"], [])
        assert story.do("close").outcome == "closed"


@pytest.mark.parametrize("sequential", [False, True], ids=["parallel", "sequential"])
def test_an_error_of_one_instance_ends_all_of_them(world: World, sequential: bool) -> None:
    inner = (
        node("startEvent", "in")
        + user_task("visit", form="ok")
        + node("exclusiveGateway", "which", attributes='default="f_which_out"')
        + node("endEvent", "out")
        + node("endEvent", "thrown", trigger("error", "poor"))
        + chain("in", "visit", "which", "out")
        + flow("which", "thrown", "not(ok)")
    )
    body = (
        repeated(subprocess("each", inner), "[1, 2, 3]", sequential=sequential)
        + boundary("failed", "each", trigger("error", "poor"))
        + user_task("mend")
        + node("endEvent", "mended")
        + start_and_end("each")
        + chain("failed", "mend", "mended")
    )
    story = begin(world, bundle(body, extra=declare("error", "poor"))).do("visit", ok=True)

    story.do("visit", ok=False)

    assert story.open == ["mend"]
    assert story.do("mend").outcome == "mended"


def test_a_quiet_escalation_in_a_called_part_is_heard_in_every_round_of_a_loop(world: World) -> None:
    inner = small_body(
        "called",
        user_task("ask", form="ok") + node("intermediateThrowEvent", "late", trigger("escalation", "late")),
        "ask",
        "late",
    )
    body = (
        node("startEvent", "begin")
        + node("exclusiveGateway", "merge")
        + CALL
        + boundary("heard", "examine", trigger("escalation", "late"), cancel=False)
        + user_task("look")
        + node("endEvent", "looked")
        + node("exclusiveGateway", "again", attributes='default="f_again_done"')
        + node("endEvent", "done")
        + chain("begin", "merge", "examine", "again", "done")
        + flow("again", "merge", "ok")
        + chain("heard", "look", "looked")
    )
    service = bundle(
        body,
        extra=declare("escalation", "late"),
        called__bpmn=called(inner, extra=declare("escalation", "late")),
    )
    story = begin(world, service).do("ask", ok=True)
    assert story.open == ["ask", "look"]

    story.do("ask", ok=False)

    assert story.open == ["look", "look"]
    assert story.do("look").do("look").store.instance(story.case_id).state == "completed"


def finished(story: Story) -> bool:
    row = story.store.instance(story.case_id)
    return row is not None and row.state == "completed"


def test_a_terminate_end_stops_an_event_subprocess_that_watches_a_called_part(world: World) -> None:
    handler = event_subprocess(
        "note", trigger("message", "word"), user_task("read"), "read", interrupting=False
    )
    inner = (
        node("startEvent", "in")
        + user_task("ask")
        + node("endEvent", "stop", "<bpmn:terminateEventDefinition/>")
        + chain("in", "ask", "stop")
        + handler
    )
    extra = declare("message", "word")
    service = bundle(
        CALL + user_task("after") + start_and_end("examine", "after"),
        extra=extra,
        called__bpmn=called(inner, extra=extra),
    )
    story = begin(world, service).message("word").message("word")
    assert story.open == ["ask", "read", "read"]

    story.do("ask")

    assert story.open == ["after"]
    assert finished(story.do("after"))
