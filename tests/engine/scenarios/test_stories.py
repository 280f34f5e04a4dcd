"""How a story goes: started by a timer, told something from outside, telling people, covering shared parts."""

from __future__ import annotations

import pytest
import yaml

from engine.definitions import Bundle, compile_bundle
from engine.scenarios import Coverage, StoryResult, run_service, summary_of_shared

from ..bundles import (
    GROUPS,
    bundle,
    chain,
    declare,
    diagram,
    node,
    start_and_end,
    timer,
    trigger,
    user_task,
)


def played(service: Bundle, *stories: str) -> tuple[list[StoryResult], Coverage]:
    files = {f"scenarios/{number}.yaml": story.encode() for number, story in enumerate(stories)}
    told = Bundle(service.key, {**service.files, **files})
    definition, problems = compile_bundle(told, GROUPS)
    assert definition is not None, problems
    return run_service(told, definition, GROUPS)


def problems_of(service: Bundle, story: str) -> tuple[str, ...]:
    ((result,), _) = played(service, story)
    return result.problems


def telling(recipient: str = "phone") -> Bundle:
    """Make a service that tells somebody when its task is done."""
    body = user_task("ask", form="a", notice="told") + start_and_end("ask")
    service = bundle(body, notices__yaml=f"told: {{sms: {recipient}}}".encode())
    files = dict(service.files)
    for name in ("texts.zh.yaml", "texts.en.yaml"):
        words = {**yaml.safe_load(files[name]), "notices": {"told": {"sms": "Hello {a}"}}}
        files[name] = yaml.safe_dump(words).encode()
    return Bundle("t", files)


def test_a_notice_that_was_written_is_expected() -> None:
    story = "steps: [{task: ask, answers: {a: x}}]\nexpect: {notices: %s}"
    to = telling("'\"19900000001\"'")

    assert problems_of(to, story % "[told]") == ()
    assert problems_of(to, story % "[told, told]") != ()


def test_a_notice_to_nobody_is_not_written() -> None:
    story = "steps: [{task: ask, answers: {a: x}}]\nexpect: {notices: [told]}"

    assert problems_of(telling("nobody"), story) != ()


def waiting(matches: str = "") -> Bundle:
    """Make a service that waits for a message from outside."""
    message = declare("message", "reply").replace("/>", f" {matches}/>")
    event = node("intermediateCatchEvent", "wait", trigger("message", "reply"))
    body = user_task("ask", form="a") + event + start_and_end("ask", "wait")
    return bundle(body, extra=message)


SAID = "steps: [{task: ask, answers: {a: x}}, {message: reply, from: beds, answers: {no: %s}%s}]\nexpect: {outcome: %s}"
MATCHES = 'linbang:matches="message.no = a"'


def test_an_outside_system_says_something_late() -> None:
    assert problems_of(waiting(), SAID % ("x", "", "done")) == ()


def test_what_does_not_match_comes_too_late_and_moves_nothing() -> None:
    assert problems_of(waiting(MATCHES), SAID % ("x", "", "done")) == ()
    assert problems_of(waiting(MATCHES), SAID % ("y", ", comes: late", "null")) == ()


def test_a_story_that_expects_it_otherwise_fails() -> None:
    (problem,) = problems_of(waiting(MATCHES), SAID % ("y", "", "null"))

    assert "late" in problem


def sweeping() -> Bundle:
    start = node("startEvent", "begin", timer("R/P1M", "timeCycle"))
    body = start + user_task("look", "district") + node("endEvent", "done") + chain("begin", "look", "done")
    return bundle(body, process='linbang:caseNumber="T" linbang:title="name" linbang:startGroups="district"')


def test_a_case_may_be_started_by_its_timer_or_by_a_person_at_the_district() -> None:
    rest = "steps: [{task: look, by: district}]\nexpect: {outcome: done}"

    assert problems_of(sweeping(), f"start: {{by: timer}}\n{rest}") == ()
    assert problems_of(sweeping(), f"start: {{by: district}}\n{rest}") == ()


def test_a_service_without_a_timer_is_not_started_by_one() -> None:
    (problem,) = problems_of(waiting(), "start: {by: timer}")

    assert problem.startswith("Expected a timer")


@pytest.fixture
def calling() -> Bundle:
    """A service that may call a shared part, in which there are two ways."""
    ways = (
        node("exclusiveGateway", "which", attributes='default="plain"')
        + user_task("look", form="a")
        + node("startEvent", "part_in")
        + node("endEvent", "part_out")
        + chain("part_in", "which")
        + '<bpmn:sequenceFlow id="plain" sourceRef="which" targetRef="part_out"/>'
        + '<bpmn:sequenceFlow id="more" sourceRef="which" targetRef="look"><bpmn:conditionExpression>n = 1</bpmn:conditionExpression></bpmn:sequenceFlow>'
        + chain("look", "part_out")
    )
    part = diagram(ways, key="part", process="")
    body = (
        user_task("ask", form="n")
        + node("callActivity", "go", attributes='calledElement="part"')
        + start_and_end("ask", "go")
    )
    made = bundle(body, part__bpmn=part)
    files = {
        f"shared/{path}" if path == "part.bpmn" else path: content for path, content in made.files.items()
    }
    return Bundle("t", {**files, "a.form.json": b'{"components": [{"type": "textfield", "key": "a"}]}'})


def test_shared_parts_are_counted_apart(calling: Bundle) -> None:
    """A service is covered by itself; what it leaves out of a part another service may pass."""
    _, short = played(calling, "steps: [{task: ask, answers: {n: 0}}]")
    _, long = played(calling, "steps: [{task: ask, answers: {n: 1}}, {task: look, answers: {a: x}}]")

    assert short.missing() == {"nodes": [], "flows": [], "timers": [], "rules": []}
    assert short.missing_shared()["nodes"] == ["look"]
    assert short.missing_shared()["flows"] == ["f_look_part_out", "more"]
    assert long.missing_shared()["flows"] == ["plain"]
    together = summary_of_shared([short, long])
    assert together["nodes"] == {"covered": 4, "of": 4, "missing": []}
    assert together["flows"]["missing"] == []
