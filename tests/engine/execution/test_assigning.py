"""Variables that an element sets when it is entered or left, without a script task in the drawing."""

from __future__ import annotations

from tests.engine.bundles import bundle, chain, flow, node, start_and_end, user_task
from tests.engine.story import begin
from tests.engine.support import World


def assign(name: str, value: str, when: str = "leaving") -> str:
    return f'<linbang:assign name="{name}" value="{value}" when="{when}"/>'


def test_the_element_knows_what_is_set_when_it_is_entered(world: World) -> None:
    drawn = bundle(user_task("check", inner=assign("days", "5 + 5", "entering")) + start_and_end("check"))

    story = begin(world, drawn)

    assert story.open == ["check"]
    assert story.variables["days"] == 10


def test_what_is_set_on_leaving_decides_where_the_case_goes(world: World) -> None:
    """A condition on a flow that leaves the element knows it already."""
    drawn = bundle(
        user_task("check", inner=assign("far", "true"))
        + user_task("visit")
        + node("startEvent", "begin")
        + node("endEvent", "done")
        + flow("check", "visit", "far = true")
        + chain("begin", "check")
        + chain("visit", "done")
    )
    story = begin(world, drawn)

    story.do("check")

    assert story.open == ["visit"]


def test_a_later_entry_knows_an_earlier_one(world: World) -> None:
    drawn = bundle(
        user_task("check", inner=assign("days", "5", "entering") + assign("hours", "days * 8", "entering"))
        + start_and_end("check")
    )

    assert begin(world, drawn).variables["hours"] == 40


def test_nothing_of_it_stands_in_the_history_as_a_step_of_its_own(world: World) -> None:
    drawn = bundle(user_task("check", inner=assign("days", "5", "entering")) + start_and_end("check"))

    story = begin(world, drawn).do("check")

    passed = [step[0] for link in story.links for step in link.payload.get("passed", ())]
    assert passed == ["begin", "check", "done"]
