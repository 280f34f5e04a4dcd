"""What outside systems post to us: over real sockets, signed, once, and never more than its history when it is late."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connectors import signing
from connectors.beds import Beds
from connectors.callbacks import MAX_BYTES
from connectors.sandbox.faults import Fault
from engine.instances import cancel
from tests.engine.support import SUPERVISOR

from .conftest import SECRET, Outside, reply, run_due


def events(story: Any) -> list[str]:
    return [link.event for link in story.links]


def test_a_reply_moves_the_case_that_made_the_offer(outside: Outside) -> None:
    """Given an offer that the institution will reject; when the platform says so; then the case knows why."""
    outside.reply(reply="rejected", rejection="infectious", note="请先完成筛查")
    story = outside.offer()

    assert outside.let_speak() == 1

    assert story.open == ["tell_family"]
    assert {name: story.variables[name] for name in ("reply", "rejection", "note")} == {
        "reply": "rejected",
        "rejection": "infectious",
        "note": "请先完成筛查",
    }


def test_a_reply_posted_twice_counts_once(outside: Outside) -> None:
    outside.reply(reply="accepted")
    story = outside.offer()
    outside.sandbox.faults.replace([Fault("doubled")], seed=0)

    assert outside.let_speak() == 1

    assert events(story).count("message_correlated") == 1
    assert "message_late" not in events(story)


def test_a_double_is_told_so(outside: Outside) -> None:
    story = outside.offer()

    assert outside.post(reply(story)) == (200, {"result": "delivered"})
    assert outside.post(reply(story)) == (200, {"result": "double"})
    assert story.settle().open == ["tell_family"]


def test_a_late_reply_changes_nothing_but_the_history(outside: Outside) -> None:
    """The offer that is out is another one by now."""
    story = outside.offer()
    before = story.variables

    answer = outside.post(reply(story, offer_no="YP-000000"))

    assert answer == (200, {"result": "late"})
    assert (story.open, story.variables) == ([], before)
    assert events(story)[-1] == "message_late"


def test_a_reply_to_an_ended_case_is_kept_in_its_history(outside: Outside) -> None:
    story = outside.offer()
    cancel(outside.world.runtime, story.case_id, SUPERVISOR, "Started by mistake")

    assert [outside.post(reply(story))[1]["result"] for _ in range(2)] == ["late", "double"]

    assert story.outcome == "cancelled"
    assert events(story)[-2:] == ["case_cancelled", "message_late"]
    story.check()


def test_a_reply_that_is_quicker_than_the_answer_comes_again(outside: Outside) -> None:
    """Given an answer that is lost on the way; when the reply comes first; then neither is lost in the end."""
    outside.reply(reply="accepted")
    outside.sandbox.faults.replace([Fault("late", ms=60_000)], seed=0)
    hasty = Beds(outside.served.beds_url, secret=SECRET, longest_wait_s=0.3)
    outside.world.runtime.connectors = {"beds": hasty}
    story = outside.offer()

    assert outside.let_speak() == 0
    outside.sandbox.faults.replace([], seed=0)
    run_due(story)
    assert outside.let_speak() == 1

    assert story.open == ["tell_family"]
    assert len(outside.sandbox.effects.counted()) == 1
    assert "message_late" not in events(story)


@pytest.mark.parametrize(
    "forged",
    [
        {"secret": b"another"},
        {"ago_s": signing.TOLERANCE_S + 60},
        {"ago_s": -signing.TOLERANCE_S - 60},
        {"header": ""},
        {"header": "t=1,v1=00"},
        {"header": "t=" + "9" * 400 + ",v1=" + "0" * 64},
    ],
    ids=["another secret", "too old", "from the future", "missing", "broken", "too long"],
)
def test_it_refuses_what_is_not_signed_now_with_the_secret(outside: Outside, forged: dict[str, Any]) -> None:
    story = outside.offer()
    before = events(story)

    status, answer = outside.post(reply(story), **forged)

    assert (status, answer["code"]) == (401, "signature_wrong")
    assert (events(story), story.open) == (before, [])


def test_a_signature_holds_for_its_own_body_alone(outside: Outside) -> None:
    story = outside.offer()
    signed = signing.sign(b"agreed with the platform", json.dumps(reply(story)).encode(), 1)

    assert outside.post(reply(story, by="somebody else"), header=signed)[0] == 401


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 422, "content_wrong"),
        (b"[" * 50_000, 422, "content_wrong"),
        (b"[]", 422, "content_wrong"),
        (b'{"id": NaN}', 422, "content_wrong"),
        (b" " * (MAX_BYTES + 1), 413, "content_wrong"),
        (
            {"id": "1", "reference": "1-1", "message": "withdrawal_received", "content": {}},
            422,
            "content_wrong",
        ),
        ({"id": "1", "reference": "delivery-1", "message": "bed_reply", "content": {}}, 422, "content_wrong"),
        (
            {
                "id": "1",
                "reference": "4711-1",
                "message": "bed_free",
                "content": {"referral_no": "WC-1", "bed_type": "institution", "institution": "YL01"},
            },
            404,
            "case_unknown",
        ),
    ],
    ids=["broken", "deep", "a list", "no number", "too large", "not agreed", "no call", "no case"],
)
def test_it_refuses_what_nobody_could_take_in(
    outside: Outside, body: dict[str, Any] | bytes, status: int, code: str
) -> None:
    answer = outside.post(body)

    assert (answer[0], answer[1]["code"]) == (status, code)


@pytest.mark.parametrize(
    "content",
    [
        {"reply": "perhaps"},
        {"reply": "rejected"},
        {"reply": "accepted", "rejection": "no_bed"},
        {"reply": "rejected", "rejection": "no_reason"},
        {"offer_no": 17},
        {"note": "x" * 501},
    ],
)
def test_it_refuses_a_reply_of_another_shape_without_saying_what_it_held(
    outside: Outside, content: dict[str, Any]
) -> None:
    story = outside.offer()

    status, answer = outside.post(reply(story, **content))

    assert (status, answer["code"]) == (422, "content_wrong")
    assert "听雨养老院" not in answer["detail"]


@pytest.mark.parametrize("connector", ["registry", "nobody"])
def test_it_knows_no_connector_that_takes_no_callbacks(outside: Outside, connector: str) -> None:
    status, answer = outside.post(b"{}", connector=connector)

    assert (status, answer["code"]) == (404, "connector_unknown")


def test_it_refuses_everything_where_no_secret_is_agreed(outside: Outside) -> None:
    """An empty secret is none: nobody can sign with it."""
    outside.world.runtime.connectors = {"beds": Beds(outside.served.beds_url)}
    story = outside.offer()

    assert outside.post(reply(story), secret=b"")[0] == 401
