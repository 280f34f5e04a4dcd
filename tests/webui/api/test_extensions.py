"""Programs extend a clock as people do: they see both dates before, and the same request counts once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.engine.extending.conftest import NOTE, service
from tests.engine.story import Story, begin
from tests.engine.support import ALICE, CLERK, STRANGER, World

if TYPE_CHECKING:
    from collections.abc import Callable

BODY = {"clock": "law:0", "reason": "cross_place", "note": NOTE}


@pytest.fixture
def story(world: World) -> Story:
    return begin(world, service())


def address(story: Story) -> str:
    return f"/process-instances/{story.case_id}"


def test_it_lists_what_may_be_extended_with_both_dates(story: Story, machine: Callable[..., Any]) -> None:
    found = machine(ALICE).get(f"{address(story)}/extensions").json["items"]

    assert [one["key"] for one in found] == ["law:0", "promise:0"]
    assert found[0] == {
        "key": "law:0",
        "deadline_id": "law",
        "limit": "30 WD",
        "due_at": "2026-04-14T09:00:00.000+00:00",
        "new_limit": "45 WD",
        "new_due_at": "2026-05-08T09:00:00.000+00:00",
        "new_provisional": False,
        "reasons": [{"key": "cross_place", "basis": "Measures, art. 22"}],
        "refused": None,
    }
    assert machine(CLERK).get(f"{address(story)}/extensions").json["items"] == []
    machine(STRANGER).get(f"{address(story)}/extensions", 404)


def test_it_extends_and_gives_the_case(story: Story, machine: Callable[..., Any]) -> None:
    told = machine(ALICE).post(f"{address(story)}/extend", BODY).json

    clocks = {one["key"]: (one["state"], one["due_at"]) for one in told["deadlines"]}
    assert clocks["law:0"] == ("running", "2026-05-08T09:00:00.000+00:00")
    assert clocks["promise:0"][0] == "handed_over"


def test_the_same_request_under_its_key_is_done_once(story: Story, machine: Callable[..., Any]) -> None:
    alice = machine(ALICE)

    first = alice.post(f"{address(story)}/extend", BODY, Idempotency_Key="e-1")
    again = alice.post(f"{address(story)}/extend", BODY, Idempotency_Key="e-1")

    assert first.headers["ETag"] == again.headers["ETag"]
    assert len([one for one in story.links if one.event == "extension_granted"]) == 1
    other = {**BODY, "note": "Something else altogether"}
    assert (
        alice.post(f"{address(story)}/extend", other, 422, Idempotency_Key="e-1").json["code"] == "key_reused"
    )
    assert alice.post(f"{address(story)}/extend", BODY, 409).json["code"] == "extended_before"


def test_it_acts_only_on_the_version_that_was_read(story: Story, machine: Callable[..., Any]) -> None:
    alice = machine(ALICE)
    tag = alice.get(address(story)).headers["ETag"]
    story.do("ask")

    assert alice.post(f"{address(story)}/extend", BODY, 412, If_Match=tag).json["code"] == "changed"
    assert story.due("law") == "2026-04-14T17:00"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"clock": "law:7"}, 404, "clock_unknown"),
        ({"reason": "flood"}, 422, "extension_reason_unknown"),
        ({"reason": "hard_survey"}, 403, "may_not_extend"),
        ({"note": "no"}, 422, "fields_invalid"),
        ({"more": 1}, 422, "fields_invalid"),
    ],
)
def test_it_refuses_truthfully(
    story: Story, machine: Callable[..., Any], change: dict[str, Any], status: int, code: str
) -> None:
    assert machine(ALICE).post(f"{address(story)}/extend", {**BODY, **change}, status).json["code"] == code


def test_too_late_is_a_conflict(story: Story, machine: Callable[..., Any]) -> None:
    story.later(days=60)

    assert machine(ALICE).post(f"{address(story)}/extend", BODY, 409).json["code"] == "extended_too_late"
