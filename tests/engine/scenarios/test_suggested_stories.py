"""Stories proposed for what no story of a service passes: each is played before it is proposed."""

from __future__ import annotations

from pathlib import Path

from engine.definitions import Bundle, Definition, compile_bundle, read_folder, read_groups
from engine.scenarios import run_service
from engine.scenarios.suggesting import Limits, Suggestions, suggest
from webui.wiring import offered, operations

from ..bundles import (
    GROUPS,
    bundle,
    chain,
    declare,
    node,
    start_and_end,
    timer,
    trigger,
    user_task,
)

PROCESSES = Path(__file__).resolve().parents[3] / "processes"
QUICK = Limits(tries=12, seconds=60, kinds=("flows", "timers", "rules", "nodes"))
"""Bounds of tests; seconds that are enough on a slow machine, too, so that the result hangs on tries alone."""


def compiled(service: Bundle) -> Definition:
    definition, problems = compile_bundle(service, GROUPS)
    assert definition is not None, problems
    return definition


def proposed(service: Bundle, limits: Limits = QUICK) -> Suggestions:
    return suggest(compiled(service), GROUPS, limits=limits)


def with_stories(service: Bundle, *stories: str) -> Bundle:
    files = {f"scenarios/told_{number}.yaml": story.encode() for number, story in enumerate(stories)}
    return Bundle(service.key, {**service.files, **files})


def choosing(condition: str = "n &gt; 41") -> Bundle:
    """Make a service that goes one of two ways, by a number."""
    way = (
        '<bpmn:sequenceFlow id="plain" sourceRef="which" targetRef="small"/>'
        f'<bpmn:sequenceFlow id="large" sourceRef="which" targetRef="big"><bpmn:conditionExpression>{condition}</bpmn:conditionExpression></bpmn:sequenceFlow>'
    )
    body = (
        node("startEvent", "begin")
        + user_task("ask", form="n")
        + node("exclusiveGateway", "which", attributes='default="plain"')
        + node("endEvent", "small")
        + node("endEvent", "big")
        + chain("begin", "ask", "which")
        + way
    )
    return bundle(body)


SMALL = "steps: [{task: ask, answers: {n: 1}}]\nexpect: {outcome: small}"


def test_it_finds_the_number_that_takes_the_other_way() -> None:
    found = proposed(with_stories(choosing(), SMALL))

    (story,) = found.proposals
    assert set(found.missing) == {("flows", "large"), ("nodes", "big")} == set(story.covers)
    assert found.unreached == ()
    assert "outcome: big" in story.text
    assert story.title["zh"].startswith("待确认")
    assert story.title["en"] == "To be confirmed: by way of “big”, and 1 more"


def test_what_it_proposes_runs_green_and_leaves_nothing_to_propose() -> None:
    service = with_stories(choosing(), SMALL)
    (story,) = proposed(service).proposals

    grown = Bundle(service.key, {**service.files, story.file: story.text.encode()})
    results, coverage = run_service(grown, compiled(grown), GROUPS)

    assert [result.problems for result in results] == [(), ()]
    assert not any(coverage.missing().values())
    assert proposed(grown).missing == ()


def test_a_service_without_stories_gets_a_first_one_to_an_end() -> None:
    found = proposed(choosing())

    assert found.unreached == ()
    assert {goal for story in found.proposals for goal in story.covers} == set(found.missing)
    assert len(found.proposals) == 2


def test_the_same_service_gives_the_same_proposals() -> None:
    service = with_stories(choosing(), SMALL)

    assert proposed(service) == proposed(service)


def test_it_says_why_it_could_not_come_there() -> None:
    """No number is both: nothing is proposed, and the condition is named."""
    found = proposed(with_stories(choosing("n &gt; 41 and n &lt; 3"), SMALL))

    assert found.proposals == ()
    (flow, end) = found.unreached
    assert flow.goal == ("flows", "large")
    assert "n > 41 and n < 3" in flow.why
    assert end.goal == ("nodes", "big")


def test_a_search_whose_time_is_over_says_so() -> None:
    found = proposed(with_stories(choosing(), SMALL), Limits(seconds=0))

    assert {one.why for one in found.unreached} == {"not tried: the 0 seconds were over"}


def test_it_waits_past_a_timer() -> None:
    border = node("boundaryEvent", "too_late", timer("P3D", "timeDuration"), 'attachedToRef="ask"')
    body = user_task("ask", form="a") + border + node("endEvent", "over") + start_and_end("ask")
    told = "steps: [{task: ask, answers: {a: x}}]\nexpect: {outcome: done}"

    found = proposed(with_stories(bundle(body + chain("too_late", "over")), told))

    (story,) = found.proposals
    assert ("timers", "too_late") in story.covers
    assert "outcome: over" in story.text


def test_it_hands_in_a_message_that_nobody_handed_in() -> None:
    message = declare("message", "stop").replace("/>", ' linbang:form="a"/>')
    border = node("boundaryEvent", "stopped", trigger("message", "stop"), 'attachedToRef="ask"')
    body = user_task("ask", form="a") + border + node("endEvent", "over") + start_and_end("ask")
    service = bundle(body + chain("stopped", "over"), extra=message)
    told = "steps: [{task: ask, answers: {a: x}}]\nexpect: {outcome: done}"

    (story,) = proposed(with_stories(service, told)).proposals

    assert "message: stop" in story.text
    assert ("nodes", "stopped") in story.covers


TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="d">
<decision id="classify" name="grade"><variable name="grade"/>
<decisionTable hitPolicy="FIRST"><input id="i"><inputExpression id="e"><text>n</text></inputExpression></input>
<output id="o" name="grade"/>
<rule id="low"><inputEntry id="c1"><text>&lt; 60</text></inputEntry><outputEntry id="r1"><text>"low"</text></outputEntry></rule>
<rule id="middle"><inputEntry id="c2"><text>[60..80)</text></inputEntry><outputEntry id="r2"><text>"middle"</text></outputEntry></rule>
<rule id="high"><inputEntry id="c3"><text>&gt;= 80</text></inputEntry><outputEntry id="r3"><text>"high"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


def test_it_finds_answers_for_each_rule_of_a_table() -> None:
    decide = node(
        "businessRuleTask",
        "decide",
        "<bpmn:extensionElements><spiffworkflow:calledDecisionId>classify</spiffworkflow:calledDecisionId></bpmn:extensionElements>",
    )
    body = user_task("ask", form="n") + decide + start_and_end("ask", "decide")
    told = "steps: [{task: ask, answers: {n: 1}}]\nexpect: {outcome: done}"

    found = proposed(with_stories(bundle(body, grades__dmn=TABLE.encode()), told))

    assert found.unreached == ()
    assert set(found.missing) == {("rules", "middle"), ("rules", "high")}


def test_it_brings_a_clock_over_the_edges_of_the_calendar() -> None:
    clock = '<linbang:deadline id="look" kind="internal" limit="3 WD"/>'
    body = user_task("ask", form="a", inner=clock) + start_and_end("ask")
    told = "start: {at: 2026-03-02T10:15}\nsteps: [{task: ask, answers: {a: x}}]\nexpect: {outcome: done}"

    found = proposed(with_stories(bundle(body), told), Limits(seconds=60, kinds=("edges",)))

    assert [one.goal for one in found.unreached] == []
    assert {goal[1] for goal in found.missing} == {
        f"look@{edge}" for edge in ("last_day", "late", "weekend", "holiday", "made_up_day")
    }


def test_what_a_shipped_service_loses_with_a_story_is_proposed_again() -> None:
    """Given the sweep without the story in which it finds nobody, then what is lost is reached again."""
    groups = read_groups((PROCESSES / "groups.yaml").read_bytes())
    sweep, problems = compile_bundle(
        read_folder(PROCESSES / "active_discovery"), groups, operations=operations()
    )
    assert sweep is not None, problems

    found = suggest(sweep, groups, offered=offered(), limits=QUICK, without=["scenarios/nobody_found.yaml"])

    assert found.missing == (("flows", "all_opened"),)
    assert found.unreached == ()
