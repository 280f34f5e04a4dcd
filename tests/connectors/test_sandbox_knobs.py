"""The knobs of the sandbox: scripts for one case, the time, faults for one system, what its page shows."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from connectors.sandbox.faults import KINDS, SYSTEMS, Fault, Faults, at_random
from connectors.sandbox.masking import mask_receiver, mask_text

from .conftest import LI, WANG, Played
from .test_contract_operations import OFFER, QUESTIONS


def send(played: Played, method: str, path: str, body: Any) -> int:
    """Send JSON to a knob and give the status."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(f"{played.url}/sandbox/{path}", content, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        refused.close()
        return refused.code


def page(played: Played) -> str:
    with urllib.request.urlopen(played.url, timeout=5) as answer:
        return str(answer.read().decode())


def test_a_case_is_answered_as_it_was_written_down(played: Played) -> None:
    """One after the other, the last for ever; a key keeps its answer; other cases are answered as ever."""
    status = {"query_no": "HD-1", "category": "tekun", "valid_to": "2027-01-31"}
    script = {"registry.low_income_status": [{"error": "person_unknown"}, status]}
    question = QUESTIONS["registry.low_income_status"]

    assert send(played, "PUT", "scripts/17", script) == 204

    assert played.code_of("registry.low_income_status", "17-1", **question) == "person_unknown"
    found = [played.ask("registry.low_income_status", f"17-{task}", **question) for task in (2, 3, 3)]
    assert {one["category"] for one in found} == {"tekun"}
    assert played.ask("registry.low_income_status", "18-1", **question)["query_no"] != "HD-1"
    assert played.sandbox.effects.counted() == {"17-2": 1, "17-3": 1, "18-1": 1}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "scripts/17", {"registry.sweep": []}),
        ("PUT", "scripts/17", {"registry.sweep": {}}),
        ("PUT", "scripts/17", []),
        ("PUT", "replies", {"replies": [{"reply": "perhaps"}]}),
        ("PUT", "replies", {"replies": [{"reply": "rejected"}]}),
        ("PUT", "replies", {"replies": [{"reply": "accepted", "rejection": "no_bed"}]}),
        ("PUT", "faults", {"faults": [{"kind": "slow", "system": "weather"}]}),
        ("POST", "tick", {"now": "2026-03-02"}),
        ("POST", "tick", {"now": "2026-03-02T10:15:00"}),
        ("POST", "tick", {}),
    ],
)
def test_it_refuses_what_it_does_not_understand(played: Played, method: str, path: str, body: Any) -> None:
    assert send(played, method, path, body) == 422


def test_it_refuses_to_free_a_bed_that_is_none(played: Played) -> None:
    assert send(played, "POST", "beds/XX-1/free", b"") == 404


def test_a_bed_is_freed_whoever_has_it(played: Played) -> None:
    played.ask("beds.offer", "1-1", **OFFER)

    assert send(played, "POST", f"beds/{OFFER['bed_no']}/free", b"") == 204

    assert played.code_of("beds.offer", "2-1", **OFFER) == "answered"
    assert played.ask("beds.withdraw_offer", "1-2", offer_no="YP-000001", reason="x") == {"withdrawn": False}


def test_it_is_told_the_time(played: Played) -> None:
    """The sandbox waits for no real days: what is held until then is free."""
    played.ask("beds.offer", "1-1", **OFFER)

    assert send(played, "POST", "tick", {"now": "2026-03-07T17:00:00+08:00"}) == 200

    assert played.code_of("beds.offer", "2-1", **OFFER) == "answered"


def test_one_system_fails_while_the_others_answer(played: Played) -> None:
    send(played, "PUT", "faults", {"faults": [{"kind": "error", "system": "sms"}]})

    assert played.code_of("sms.send", "1-1", **QUESTIONS["sms.send"]) == "sms_down"
    assert played.code_of("mail.send", "1-2", **QUESTIONS["mail.send"]) == "answered"
    assert "sms: error" in page(played)


def test_each_system_has_dice_of_its_own() -> None:
    """Which question another system is asked in between changes nothing."""
    alone, mixed = Faults(), Faults()
    for faults in (alone, mixed):
        faults.replace([Fault("error", 0.5)], seed=7)

    found = [alone.draw("beds") for _ in range(40)]
    between = []
    for _ in range(40):
        mixed.draw("sms")
        between.append(mixed.draw("beds"))

    assert found == between


def test_a_share_of_all_questions_goes_wrong_in_every_way() -> None:
    faults = Faults()
    faults.replace(at_random(0.1), seed=7)

    drawn = [faults.draw(system) for system in SYSTEMS for _ in range(2_000)]

    assert 0.08 < sum(bool(one) for one in drawn) / len(drawn) < 0.12
    assert {kind for one in drawn for kind in one} == set(KINDS)


def test_its_page_shows_what_arrived_and_no_number(played: Played) -> None:
    played.ask("sms.send", "1-1", to="19900001234", text="王建国，请回电 19900005678。<b>")
    played.ask("mail.send", "1-2", to="wangjianguo@example.org", subject="转介单", text="请答复。")
    played.ask("webhook.post", "1-3", partner="chc", event="admitted", content={"id_no": WANG})

    shown = page(played)

    for hidden in ("19900001234", "19900005678", "wangjianguo", WANG, "<b>"):
        assert hidden not in shown
    for seen in ("199****1234", "转介单", "admitted", "w***@example.org"):
        assert seen in shown


def test_its_page_shows_who_waits_and_what_is_said_later(played: Played) -> None:
    played.sandbox.callbacks.url = "http://127.0.0.1:9"
    played.ask("beds.enlist", "1-1", **QUESTIONS["beds.enlist"])
    send(played, "POST", "beds/YL01-001/free", b"")

    shown = page(played)

    assert QUESTIONS["beds.enlist"]["referral_no"] in shown
    assert "beds.bed_free" in shown
    assert LI not in shown


@pytest.mark.parametrize(
    ("open_", "hidden"),
    [
        ("19900001234", "199****1234"),
        ("+8619900001234", "+86*******1234"),
        ("12345", "*****"),
        ("", ""),
        ("li@example.org", "l***@example.org"),
        ("@example.org", "***@example.org"),
    ],
)
def test_a_receiver_is_masked(open_: str, hidden: str) -> None:
    assert mask_receiver(open_) == hidden


def test_an_identity_number_in_a_text_is_masked() -> None:
    assert mask_text(f"证号 {WANG}，尾号 0011") == "证号 990***********0011，尾号 0011"
