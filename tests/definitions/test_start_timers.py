"""A timer on the main start event starts cases by itself: a plain cycle, for work at the district."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.definitions import Bundle, compile_bundle
from engine.instances import StartRequest, start

from ..engine.bundles import GROUPS, bundle, chain, diagram, node, timer, user_task
from ..engine.support import DISTRICT, DORA, World, make_world
from .gate import assert_refused, errors_of


def sweep(cycle: str = "R/P1M", kind: str = "timeCycle", group: str = "district") -> str:
    begin = node("startEvent", "begin", f"\n{timer(cycle, kind)}")
    return begin + user_task("look", group) + node("endEvent", "done") + chain("begin", "look", "done")


def service(body: str, start_groups: str = "district") -> Bundle:
    return bundle(
        body, process=f'linbang:caseNumber="T" linbang:title="name" linbang:startGroups="{start_groups}"'
    )


def test_the_cycle_and_the_event_are_known() -> None:
    definition, problems = compile_bundle(service(sweep()), GROUPS)

    assert problems == []
    assert definition is not None
    assert (definition.start_timer, definition.start_event) == ("R/P1M", "begin")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("P1M", "timeDuration"),
        ("2026-05-01", "timeDate"),
        ("= cycle", "timeCycle"),
        ("monthly", "timeCycle"),
        ("", "timeCycle"),
    ],
)
def test_anything_but_a_plain_cycle_is_refused(text: str, kind: str) -> None:
    assert_refused(service(sweep(text, kind)), "start_timer_no_cycle", "begin")


def test_work_below_the_district_is_refused() -> None:
    assert_refused(service(sweep(group="reviewer")), "timer_start_below_district", "begin")
    assert_refused(service(sweep(), "district clerk"), "timer_start_below_district", "begin")


def test_a_called_process_has_no_timer_of_its_own() -> None:
    called = diagram(
        node("startEvent", "inner_in", timer("R/P1M", "timeCycle"))
        + node("endEvent", "inner_out")
        + chain("inner_in", "inner_out"),
        key="called",
        process="",
    )
    body = (
        node("startEvent", "begin")
        + node("callActivity", "go", attributes='calledElement="called"')
        + node("endEvent", "done")
        + chain("begin", "go", "done")
    )

    assert errors_of(bundle(body, called__bpmn=called)) == [("start_timer_misplaced", "inner_in")]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world(tmp_path)
    yield made
    made.runtime.database.close()


def test_a_case_that_a_person_starts_does_not_wait_for_the_timer(world: World) -> None:
    """The timer says when cases are started; one that has started goes on at once."""
    world.deploy(service(sweep()))
    started = start(world.runtime, DORA, StartRequest("t", DISTRICT))

    assert world.task(DORA, "look")
    assert started.business_key.startswith("T-")
