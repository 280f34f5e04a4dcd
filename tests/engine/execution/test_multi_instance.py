"""An activity for each item of a FEEL collection, all at once or one after the other; and standard loops."""

from __future__ import annotations

from typing import Any

import pytest

from ..bundles import bundle, script, small_body, start_and_end, subprocess, user_task
from ..story import begin
from ..support import World


def repeated(activity: str, collection: str, *, sequential: bool, more: str = "") -> str:
    """Put a multi-instance marker on an activity; each item is the variable `item`."""
    marker = (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}">'
        f"<bpmn:loopDataInputRef>{collection}</bpmn:loopDataInputRef>"
        f'<bpmn:inputDataItem id="item" name="item"/>{more}</bpmn:multiInstanceLoopCharacteristics>'
    )
    head, _, tail = activity.rpartition("</bpmn:")
    return f"{head}{marker}</bpmn:{tail}"


both = pytest.mark.parametrize("sequential", [False, True], ids=["parallel", "sequential"])


def survey(collection: str, *, sequential: bool, more: str = "") -> Any:
    return bundle(
        user_task("prepare", form="a")
        + repeated(user_task("visit"), collection, sequential=sequential, more=more)
        + start_and_end("prepare", "visit")
    )


@both
@pytest.mark.parametrize("items", [["x", "y", "z"], ["x", None, "z"], [None], ["x", "x"], [[1, 2], [3]]])
def test_it_visits_every_item_in_order(world: World, items: list[Any], sequential: bool) -> None:
    """Null is an item like any other, and an item that stands twice is visited twice."""
    story = begin(world, survey("items", sequential=sequential), items=items).do("prepare", a="ready")

    visited = []
    for _ in items:
        visited.append(story.seen_by("visit")[0]["item"])
        story.do("visit")

    assert visited == items
    assert story.outcome == "done"
    assert story.variables == {"items": items, "a": "ready"}


@both
def test_it_goes_on_at_once_when_there_is_no_item(world: World, sequential: bool) -> None:
    story = begin(world, survey("items", sequential=sequential), items=[]).do("prepare")

    assert story.outcome == "done"
    assert "visit" not in {row.element_id for row in story.store.user_tasks(story.case_id)}


@both
@pytest.mark.parametrize("items", [None, "x", 3, {"a": 1}])
def test_it_raises_an_incident_when_the_collection_is_no_list(
    world: World, items: Any, sequential: bool
) -> None:
    """The person before it has done their work: their completion stands."""
    story = begin(world, survey("items", sequential=sequential), items=items).do("prepare")

    (incident,) = story.incidents
    assert (incident.element_id, incident.code) == ("visit", "collection_not_a_list")
    assert "'items'" in incident.message
    assert story.outcome == "active"
    assert story.open == []


@both
def test_it_takes_any_feel_expression_for_the_collection(world: World, sequential: bool) -> None:
    service = survey("for n in 1..3 return n * 10", sequential=sequential)

    story = begin(world, service).do("prepare")

    visited = []
    for _ in range(3):
        visited.append(story.seen_by("visit")[0]["item"])
        story.do("visit")
    assert visited == [10, 20, 30]
    assert story.outcome == "done"


@both
def test_it_gathers_what_each_item_gave(world: World, sequential: bool) -> None:
    """The output collection has one entry for each item, null ones too."""
    more = '<bpmn:loopDataOutputRef>found</bpmn:loopDataOutputRef><bpmn:outputDataItem id="result" name="result"/>'
    body = small_body("each", script("weigh", "{result: if item = null then null else item * 2}"), "weigh")
    service = bundle(
        user_task("prepare")
        + repeated(subprocess("each", body), "items", sequential=sequential, more=more)
        + start_and_end("prepare", "each")
    )

    story = begin(world, service, items=[1, None, 3]).do("prepare")

    assert story.outcome == "done"
    assert story.variables["found"] == [2, None, 6]


@both
def test_it_leaves_lists_of_other_branches_alone(world: World, sequential: bool) -> None:
    """A list that an instance makes shorter is shorter afterwards, and nobody else's list changes."""
    body = small_body("each", script("shorten", "{left: remove(left, 1)}"), "shorten")
    service = bundle(
        user_task("prepare")
        + repeated(subprocess("each", body), "[1]", sequential=sequential)
        + start_and_end("prepare", "each")
    )

    story = begin(world, service, left=["a", "b", "c"]).do("prepare")

    assert story.variables["left"] == ["b", "c"]
    first = story.links[0].payload["answers"]
    assert first["left"] == ["a", "b", "c"]


@both
def test_it_stops_early_when_enough_are_done(world: World, sequential: bool) -> None:
    more = "<bpmn:completionCondition>ok</bpmn:completionCondition>"
    activity = user_task("visit", form="ok")
    service = bundle(
        user_task("prepare")
        + repeated(activity, "items", sequential=sequential, more=more)
        + start_and_end("prepare", "visit")
    )
    story = begin(world, service, items=[1, 2, 3]).do("prepare")

    story.do("visit", ok=False)
    assert story.outcome == "active"
    story.do("visit", ok=True)

    assert story.outcome == "done"
    assert story.open == []


@both
def test_it_counts_to_a_number(world: World, sequential: bool) -> None:
    marker = (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}">'
        "<bpmn:loopCardinality>n + 1</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
    )
    activity = user_task("visit").replace("</bpmn:userTask>", f"{marker}</bpmn:userTask>")
    story = begin(world, bundle(user_task("prepare") + activity + start_and_end("prepare", "visit")), n=2)

    story.do("prepare").do("visit").do("visit").do("visit")

    assert story.outcome == "done"


@both
@pytest.mark.parametrize("number", [None, -1, "two", True])
def test_it_raises_an_incident_for_a_number_that_cannot_be_counted_to(
    world: World, number: Any, sequential: bool
) -> None:
    marker = (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}">'
        "<bpmn:loopCardinality>n</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
    )
    activity = user_task("visit").replace("</bpmn:userTask>", f"{marker}</bpmn:userTask>")
    service = bundle(user_task("prepare") + activity + start_and_end("prepare", "visit"))

    story = begin(world, service, n=number).do("prepare")

    (incident,) = story.incidents
    assert (incident.element_id, incident.code) == ("visit", "cardinality_not_a_number")


@both
def test_it_keeps_a_variable_of_the_items_name(world: World, sequential: bool) -> None:
    """An earlier variable called like the item is hidden inside, and there again afterwards."""
    story = begin(world, survey("items", sequential=sequential), items=[1], item="kept").do("prepare", a="x")

    assert story.seen_by("visit")[0]["item"] == 1
    story.do("visit")

    assert story.outcome == "done"
    assert story.variables["item"] == "kept"


@both
def test_it_issues_a_letter_for_each_instance(world: World, sequential: bool) -> None:
    activity = user_task("visit", letter="record")
    service = bundle(
        repeated(activity, "items", sequential=sequential) + start_and_end("visit"),
        **{"letters/record__html": b"<p>{{ data.item }}</p>"},
    )

    story = begin(world, service, items=["x", "y"]).do("visit").do("visit")

    assert [event["data"]["item"] for event in story.events("letter_issued")] == ["x", "y"]


@both
def test_it_is_watched_by_one_clock_as_a_whole(world: World, sequential: bool) -> None:
    clock = '<linbang:deadline id="limit" kind="internal" limit="3 WD" />'
    activity = repeated(user_task("visit", inner=clock), "items", sequential=sequential)

    story = begin(world, bundle(activity + start_and_end("visit")), items=["x", "y"])
    assert story.due("limit") == story.due("visit") == "2026-03-05T17:00"
    story.do("visit")
    assert story.deadlines == {"limit": "running"}
    story.do("visit")

    assert [event["deadline"] for event in story.events("deadline_started")] == ["limit"]
    assert story.deadlines == {"limit": "kept"}


@both
def test_it_names_the_way_on_which_the_token_came(world: World, sequential: bool) -> None:
    story = begin(world, survey("items", sequential=sequential), items=["x"]).do("prepare").do("visit")

    ways = [step for link in story.links for step in link.payload.get("passed", ())]
    assert ["visit", "prepare"] in ways
    assert ["done", "visit"] in ways


def loop(condition: str, maximum: int | None = None, *, before: bool = False) -> str:
    limit = f' loopMaximum="{maximum}"' if maximum else ""
    return (
        f'<bpmn:standardLoopCharacteristics testBefore="{str(before).lower()}"{limit}>'
        f"<bpmn:loopCondition>{condition}</bpmn:loopCondition></bpmn:standardLoopCharacteristics>"
    )


def looping(marker: str) -> Any:
    activity = user_task("ask", form="ok").replace("</bpmn:userTask>", f"{marker}</bpmn:userTask>")
    return bundle(user_task("prepare", form="ok") + activity + start_and_end("prepare", "ask"))


def test_it_repeats_while_the_condition_holds(world: World) -> None:
    story = begin(world, looping(loop("ok"))).do("prepare", ok=False)

    story.do("ask", ok=True).do("ask", ok=True).do("ask", ok=False)

    assert story.outcome == "done"
    assert story.passed == ["begin", "prepare", "ask", "ask", "ask", "done"]


def test_it_does_not_begin_when_the_condition_is_tested_before(world: World) -> None:
    story = begin(world, looping(loop("ok", before=True))).do("prepare", ok=False)

    assert story.outcome == "done"


def test_it_repeats_at_most_as_often_as_its_maximum(world: World) -> None:
    story = begin(world, looping(loop("ok", 2))).do("prepare", ok=True)

    story.do("ask", ok=True).do("ask", ok=True)

    assert story.outcome == "done"


def test_it_raises_an_incident_when_a_loops_condition_is_null(world: World) -> None:
    story = begin(world, looping(loop("missing"))).do("prepare", ok=True).do("ask", ok=True)

    (incident,) = story.incidents
    assert (incident.element_id, incident.code) == ("ask", "condition_not_boolean")
