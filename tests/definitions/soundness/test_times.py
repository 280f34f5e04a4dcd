"""Clocks that cannot be met because of what stands in them, and pauses that no clock hears of."""

from __future__ import annotations

import pytest

from engine import clocks
from engine.definitions import Bundle
from engine.definitions.soundness.times import span

from ...engine.bundles import (
    bundle,
    diagram,
    extensions,
    flow,
    node,
    small_body,
    start_and_end,
    subprocess,
    timer,
    user_task,
)
from ..gate import errors_of
from .support import said, the_only

OF_TIME = {"deadline_longer_than_outer", "deadline_cannot_be_met", "pause_without_clock"}
PAUSES = b"waiting: {basis: x, name: {zh: x, en: x}}"


def clock(name: str, limit: str, kind: str = "internal", **attributes: str) -> str:
    more = " ".join(f'{key}="{value}"' for key, value in attributes.items())
    return f'<linbang:deadline id="{name}" kind="{kind}" limit="{limit}" {more}/>'


def nested(inner: str, outer: str, **attributes: str) -> Bundle:
    """Make `first` → `ask` with a clock → `last` in a process with another."""
    around = extensions(clock("outer", outer, **attributes))
    tasks = user_task("first") + user_task("ask", inner=clock("inner", inner)) + user_task("last")
    return bundle(around + tasks + start_and_end("first", "ask", "last"))


def codes(service: Bundle) -> list[str]:
    assert errors_of(service) == []
    return [one.code for one in said(service, OF_TIME)]


@pytest.mark.parametrize(
    ("limit", "least", "most"),
    [("1 WD", 1, 3), ("5 WD", 5, 7), ("6 WD", 8, 10), ("12 WD", 16, 18), ("7 D", 7, 9), ("48 h", 2, 2)],
)
def test_a_limit_is_a_span_of_days_in_ordinary_weeks(limit: str, least: float, most: float) -> None:
    """From a Monday to the day itself, from a Friday over weekends; a last day that rests moves on."""
    found = span(clocks.parse_limit(limit))

    assert (found.least, found.most) == (least, most)


@pytest.mark.parametrize(
    ("inner", "outer"),
    [
        ("6 WD", "5 WD"),
        ("8 D", "7 D"),
        ("72 h", "48 h"),
        ("20 D", "10 WD"),
        ("10 WD", "7 D"),
        ("96 h", "1 WD"),
    ],
)
def test_a_clock_that_is_longer_than_the_one_around_it_is_told(inner: str, outer: str) -> None:
    problem = the_only(nested(inner, outer), "deadline_longer_than_outer")

    assert problem.element == "ask"
    assert inner in problem.message
    assert outer in problem.message


@pytest.mark.parametrize(
    ("inner", "outer"), [("5 WD", "5 WD"), ("7 D", "5 WD"), ("5 WD", "7 D"), ("= term", "1 WD")]
)
def test_a_clock_that_may_fit_is_no_problem(inner: str, outer: str) -> None:
    assert codes(nested(inner, outer)) == []


def test_the_clock_around_has_to_run_by_then() -> None:
    assert codes(nested("6 WD", "5 WD", startsOn="last")) == []
    assert codes(nested("6 WD", "5 WD", endsOn="ask")) == []
    assert codes(nested("6 WD", "5 WD", startsOn="first")) == ["deadline_longer_than_outer"]


def test_a_clock_in_a_called_process_stands_in_that_of_its_caller() -> None:
    other = diagram(
        small_body("other", user_task("ask", inner=clock("inner", "6 WD")), "ask"), key="other", process=""
    )
    call = node("callActivity", "call", extensions(clock("outer", "5 WD")), 'calledElement="other"')

    service = bundle(call + start_and_end("call"), other__bpmn=other)

    assert codes(service) == ["deadline_longer_than_outer"]


def waiting(text: str, inner: str = "", **attributes: str) -> Bundle:
    """Make `ask` → `wait` in a process with a clock of 5 working days."""
    event = node("intermediateCatchEvent", "wait", extensions(inner) + timer(text))
    around = extensions(clock("limit", "5 WD", **attributes))
    return bundle(around + user_task("ask") + event + start_and_end("ask", "wait"), pauses__yaml=PAUSES)


@pytest.mark.parametrize("text", ["P8D", "8 D", "8 WD", "PT200H"])
def test_a_clock_shorter_than_what_its_work_waits_for_is_told(text: str) -> None:
    assert codes(waiting(text)) == ["deadline_cannot_be_met"]


@pytest.mark.parametrize("text", ["P5D", "5 WD", "P1M", "= term", "R/P10D"])
def test_a_wait_that_fits_or_that_nobody_knows_is_no_problem(text: str) -> None:
    kind = "timeCycle" if text.startswith("R") else "timeDuration"
    service = waiting(text)
    files = {name: content.replace(b"timeDuration", kind.encode()) for name, content in service.files.items()}

    assert "deadline_cannot_be_met" not in [one.code for one in said(Bundle("t", files), OF_TIME)]


def test_a_promised_clock_stands_still_at_a_pause() -> None:
    pause = '<linbang:pause reason="waiting"/>'

    assert codes(waiting("P8D", pause, kind="promised")) == []
    assert codes(waiting("P8D", pause, kind="statutory")) == ["deadline_cannot_be_met", "pause_without_clock"]


def test_a_clock_that_ends_before_the_wait_is_no_problem() -> None:
    assert codes(waiting("P8D", endsOn="ask")) == []
    assert codes(waiting("P8D", endsOn="wait")) == []


def test_the_quickest_way_counts() -> None:
    """Where one way does not wait, the clock can be met."""
    around = extensions(clock("limit", "5 WD"))
    event = node("intermediateCatchEvent", "wait", timer("P8D"))
    choice = node("exclusiveGateway", "which", attributes='default="f_which_wait"')
    quick = flow("which", "done", "ok")

    assert codes(bundle(around + choice + event + start_and_end("which", "wait") + quick)) == []


def test_waits_of_a_subprocess_count_for_the_clock_around_it() -> None:
    work = subprocess("work", small_body("x", node("intermediateCatchEvent", "wait", timer("P8D")), "wait"))

    assert codes(bundle(extensions(clock("limit", "5 WD")) + work + start_and_end("work"))) == [
        "deadline_cannot_be_met"
    ]


@pytest.mark.parametrize(("kind", "found"), [("promised", []), ("internal", ["pause_without_clock"])])
def test_a_pause_needs_a_promised_clock_around_it(kind: str, found: list[str]) -> None:
    paused = user_task("ask", inner='<linbang:pause reason="waiting"/>')
    service = bundle(
        extensions(clock("limit", "5 WD", kind)) + paused + start_and_end("ask"), pauses__yaml=PAUSES
    )

    assert codes(service) == found
