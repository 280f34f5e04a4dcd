"""Loops of many rounds: they go on as long as it takes, and one without people stops with an incident."""

from __future__ import annotations

from ..bundles import bundle, chain, flow, node, script, user_task
from ..story import begin
from ..support import World

ROUNDS = 600


def test_a_case_goes_six_hundred_rounds(world: World) -> None:
    """The library stops a loop silently after some hundred rounds; here it may take as long as it takes."""
    body = (
        node("startEvent", "begin")
        + node("exclusiveGateway", "again")
        + script("count", "{n: n + 1}")
        + node("exclusiveGateway", "enough", attributes='default="f_enough_again"')
        + node("parallelGateway", "split")
        + user_task("one", form="a")
        + user_task("two", form="b")
        + node("parallelGateway", "join")
        + node("endEvent", "done")
        + chain("begin", "again", "count", "enough", "again")
        + flow("enough", "split", f"n &gt;= {ROUNDS}")
        + chain("split", "one", "join", "done")
        + chain("split", "two", "join")
    )
    story = begin(world, bundle(body), n=0)

    assert story.variables["n"] == ROUNDS
    story.do("one", a="x")
    assert (story.outcome, story.open) == ("active", ["two"])
    story.do("two", b="y")
    assert story.outcome == "done"
    assert story.variables == {"n": ROUNDS, "a": "x", "b": "y"}


def test_an_open_branch_keeps_a_case_open_however_deep_it_is(world: World) -> None:
    body = (
        node("startEvent", "begin")
        + node("exclusiveGateway", "again")
        + script("count", "{n: n + 1}")
        + node("exclusiveGateway", "enough", attributes='default="f_enough_again"')
        + node("parallelGateway", "split")
        + user_task("one")
        + user_task("two")
        + node("endEvent", "done")
        + node("endEvent", "other")
        + chain("begin", "again", "count", "enough", "again")
        + flow("enough", "split", f"n &gt;= {ROUNDS}")
        + chain("split", "one", "done")
        + chain("split", "two", "other")
    )
    story = begin(world, bundle(body), n=0)

    assert story.do("one").outcome == "active"
    assert story.do("two").outcome == "other"


def test_a_loop_without_people_stops_with_an_incident(world: World) -> None:
    body = (
        node("startEvent", "begin")
        + node("exclusiveGateway", "again")
        + script("count", "{n: n + 1}")
        + node("exclusiveGateway", "enough", attributes='default="f_enough_again"')
        + node("endEvent", "done")
        + chain("begin", "again", "count", "enough", "again")
        + flow("enough", "done", "n &lt; 0")
    )
    story = begin(world, bundle(body), n=0)

    assert [row.code for row in story.incidents] == ["endless_loop"]
