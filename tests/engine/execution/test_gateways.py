"""Where the way parts and comes together again, and what becomes of the variables there."""

from __future__ import annotations

from typing import Any

import pytest

from ..bundles import bundle, chain, flow, node, script, small_body, start_and_end, subprocess, user_task
from ..story import begin
from ..support import World


def fork_and_join(kind: str, branches: dict[str, str], conditions: dict[str, str] | None = None) -> str:
    """Write `begin` → split → each branch → join → `after` → `done`."""
    body = node("startEvent", "begin") + node(kind, "split") + node(kind, "join") + "".join(branches.values())
    for name in branches:
        body += flow("split", name, (conditions or {}).get(name)) + flow(name, "join")
    return (
        body
        + user_task("after")
        + node("endEvent", "done")
        + chain("begin", "split")
        + chain("join", "after", "done")
    )


def test_a_parallel_join_keeps_what_each_of_three_branches_changed(world: World) -> None:
    """A branch that ends late does not bring back the values from before the split."""
    branches = {key: user_task(key, form=form) for key, form in (("one", "a"), ("two", "b"), ("three", "n"))}
    story = begin(world, bundle(fork_and_join("parallelGateway", branches)), a="old", b="old", n=0, other=[1])

    story.do("two", b="new").do("one", a="new").do("three", n=7)

    assert story.variables == {"a": "new", "b": "new", "n": 7, "other": [1]}
    assert story.do("after").outcome == "done"


def test_the_later_branch_wins_where_two_changed_the_same_variable(world: World) -> None:
    branches = {"one": user_task("one", form="a"), "two": user_task("two", form="a")}
    story = begin(world, bundle(fork_and_join("parallelGateway", branches)), a="old")

    story.do("two", a="first").do("one", a="second")

    assert story.variables["a"] == "second"


def test_a_branch_never_sees_what_another_one_changes(world: World) -> None:
    branches = {"one": user_task("one", form="a"), "two": user_task("two", form="b")}
    story = begin(world, bundle(fork_and_join("parallelGateway", branches)), a="old")

    story.do("one", a="new")

    assert story.seen_by("two")[0]["a"] == "old"


def test_a_list_changed_in_one_branch_stays_whole_in_the_other(world: World) -> None:
    """Nested values are shared between branches, so nothing may change them in place."""
    branches = {
        "one": script("one", "{left: remove(left, 1), deep: {x: [9]}}"),
        "two": user_task("two", form="a"),
    }
    story = begin(
        world, bundle(fork_and_join("parallelGateway", branches)), left=[1, 2, 3], deep={"x": [1, 2], "y": 1}
    )

    seen = story.seen_by("two")[0]
    assert (seen["left"], seen["deep"]) == ([1, 2, 3], {"x": [1, 2], "y": 1})
    story.do("two", a="x")

    assert story.variables["left"] == [2, 3]
    assert story.variables["deep"] == {"x": [9]}


def test_branches_that_end_without_a_join_keep_their_variables_too(world: World) -> None:
    """The end of a case waits for every branch and merges them like a join."""
    body = (
        node("startEvent", "begin")
        + node("parallelGateway", "split")
        + user_task("one", form="a")
        + user_task("two", form="b")
        + node("endEvent", "done")
        + node("endEvent", "other")
        + chain("begin", "split", "one", "done")
        + chain("split", "two", "other")
    )
    story = begin(world, bundle(body), a="old", b="old", keep=[1, 2])

    story.do("one", a="new")
    assert story.outcome == "active"
    story.do("two", b="new")

    assert story.variables == {"a": "new", "b": "new", "keep": [1, 2]}


def test_branches_that_end_inside_a_subprocess_keep_their_variables_too(world: World) -> None:
    inner = (
        node("startEvent", "in")
        + node("parallelGateway", "split")
        + user_task("one", form="a")
        + user_task("two", form="b")
        + script("three", "{left: remove(left, 1)}")
        + node("endEvent", "out1")
        + node("endEvent", "out2")
        + node("endEvent", "out3")
        + chain("in", "split", "one", "out1")
        + chain("split", "two", "out2")
        + chain("split", "three", "out3")
    )
    body = subprocess("examine", inner) + user_task("after") + start_and_end("examine", "after")
    story = begin(world, bundle(body), a="old", b="old", left=[1, 2])

    story.do("two", b="new").do("one", a="new")

    assert story.variables == {"a": "new", "b": "new", "left": [2]}
    assert story.links[0].payload["answers"]["left"] == [1, 2]


CONDITIONS = {"one": "n &gt; 0", "two": "n &gt; 1", "three": "n &gt; 2"}


@pytest.mark.parametrize(("n", "taken"), [(1, ["one"]), (2, ["one", "two"]), (3, ["one", "three", "two"])])
def test_an_inclusive_gateway_takes_every_true_way_and_waits_for_those(
    world: World, n: int, taken: list[str]
) -> None:
    branches = {key: user_task(key) for key in CONDITIONS}
    story = begin(world, bundle(fork_and_join("inclusiveGateway", branches, CONDITIONS)), n=n)
    assert story.open == taken

    for key in taken:
        assert "after" not in story.open
        story.do(key)

    assert story.open == ["after"]
    assert story.do("after").outcome == "done"


def test_an_inclusive_gateway_without_a_true_way_or_a_default_raises_an_incident(world: World) -> None:
    branches = {key: user_task(key) for key in CONDITIONS}
    story = begin(world, bundle(fork_and_join("inclusiveGateway", branches, CONDITIONS)), n=0)

    assert [(row.element_id, row.code) for row in story.incidents] == [("split", "no_flow_taken")]


def test_an_inclusive_join_waits_for_a_token_far_behind(world: World) -> None:
    """One branch still has a subprocess and a decision before it; the join waits all the same."""
    body = (
        node("startEvent", "begin")
        + node("inclusiveGateway", "split")
        + node("inclusiveGateway", "join")
        + user_task("one", form="a")
        + subprocess("two", small_body("two", user_task("deep", form="b"), "deep"))
        + node("exclusiveGateway", "which", attributes='default="f_which_long"')
        + user_task("long")
        + user_task("longer")
        + node("exclusiveGateway", "merge")
        + user_task("after")
        + node("endEvent", "done")
        + chain("begin", "split")
        + flow("split", "one", "true")
        + flow("split", "two", "true")
        + flow("one", "join")
        + chain("two", "which")
        + flow("which", "merge", "b = &quot;short&quot;")
        + chain("which", "long", "longer", "merge")
        + chain("merge", "join", "after", "done")
    )
    story = begin(world, bundle(body))

    story.do("one", a="new")
    assert story.open == ["deep"]
    story.do("deep", b="long")
    assert story.open == ["long"]
    story.do("long").do("longer")

    assert story.open == ["after"]
    assert (story.variables["a"], story.variables["b"]) == ("new", "long")


def test_an_inclusive_join_goes_on_when_the_other_token_went_elsewhere(world: World) -> None:
    body = (
        node("startEvent", "begin")
        + node("inclusiveGateway", "split")
        + node("inclusiveGateway", "join")
        + user_task("one")
        + user_task("two", form="ok")
        + node("exclusiveGateway", "which", attributes='default="f_which_aside"')
        + user_task("after")
        + node("endEvent", "done")
        + node("endEvent", "aside")
        + chain("begin", "split")
        + flow("split", "one", "true")
        + flow("split", "two", "true")
        + flow("one", "join")
        + chain("two", "which")
        + flow("which", "join", "ok")
        + flow("which", "aside")
        + chain("join", "after", "done")
    )
    story = begin(world, bundle(body)).do("one")
    assert story.open == ["two"]

    story.do("two", ok=False)

    assert story.open == ["after"]
    assert story.do("after").outcome == "done"


@pytest.mark.parametrize("kind", ["parallelGateway", "inclusiveGateway"])
def test_joins_inside_a_loop_wait_anew_in_every_round(world: World, kind: str) -> None:
    condition = "true" if kind == "inclusiveGateway" else None
    body = (
        node("startEvent", "begin")
        + node("exclusiveGateway", "again")
        + node(kind, "split")
        + node(kind, "join")
        + user_task("one", form="a")
        + user_task("two", form="ok")
        + node("exclusiveGateway", "enough", attributes='default="f_enough_again"')
        + node("endEvent", "done")
        + chain("begin", "again", "split")
        + flow("split", "one", condition)
        + flow("split", "two", condition)
        + flow("one", "join")
        + flow("two", "join")
        + chain("join", "enough")
        + flow("enough", "again")
        + flow("enough", "done", "ok")
    )
    story = begin(world, bundle(body))

    for number in range(4):
        answers: dict[str, dict[str, Any]] = {"one": {"a": str(number)}, "two": {"ok": number == 3}}
        first, second = ("two", "one") if number % 2 else ("one", "two")
        assert story.open == ["one", "two"]
        story.do(first, **answers[first])
        assert story.open == [second]
        story.do(second, **answers[second])

    assert story.outcome == "done"
    assert (story.variables["a"], story.variables["ok"]) == ("3", True)


def test_an_exclusive_gateway_takes_the_first_true_way_else_the_default(world: World) -> None:
    def decide(n: Any) -> str:
        body = (
            node("exclusiveGateway", "which", attributes='default="f_which_low"')
            + node("endEvent", "low")
            + node("endEvent", "high")
            + node("startEvent", "begin")
            + chain("begin", "which", "low")
            + flow("which", "high", "n &gt; 10")
        )
        world.deploy(bundle(body))
        return begin(world, n=n).outcome or ""

    assert decide(11) == "high"
    assert decide(10) == "low"


@pytest.mark.parametrize("value", [None, "true", 1, []])
def test_a_condition_that_is_not_a_truth_value_raises_an_incident_even_with_a_default(
    world: World, value: Any
) -> None:
    """It never takes the default silently."""
    body = (
        node("exclusiveGateway", "which", attributes='default="f_which_low"')
        + node("endEvent", "low")
        + node("endEvent", "high")
        + node("startEvent", "begin")
        + chain("begin", "which", "low")
        + flow("which", "high", "paid")
    )

    story = begin(world, bundle(body), paid=value)

    (incident,) = story.incidents
    assert (incident.element_id, incident.code) == ("which", "condition_not_boolean")
    assert "'paid'" in incident.message
