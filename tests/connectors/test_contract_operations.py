"""Every operation of every connector against the sandbox on real sockets: right, wrong, down, slow, asked again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from connectors.sandbox.faults import Fault
from connectors.system import System
from webui.wiring import CONNECTORS

from .conftest import WANG, Played

PERSON = {"name": "王建国", "id_no": WANG, "sex": "male", "birth_date": "1952-03-07"}
CARE = {
    "level": 3,
    "diagnosis": ["I69.3"],
    "adl": 45,
    "medication": "阿司匹林",
    "infection_screen": None,
    "dnr": None,
}
OFFER = {
    "bed_no": "YL01-001",
    "institution": "YL01",
    "referral_no": "WC-2026-000001",
    "urgent": False,
    "reply_by": datetime.fromisoformat("2026-03-04T17:00:00+08:00"),
    "person": PERSON,
    "care": CARE,
    "consent_no": "TY-1",
}
ENLISTMENT = {
    "referral_no": "WC-2026-000001",
    "bed_type": "institution",
    "level": 3,
    "category": "none",
    "since": "2026-03-02",
    "urgent": False,
}
QUESTIONS: dict[str, dict[str, Any]] = {
    "registry.verify_household": {
        "members": [{"name": "王建国", "id_no": WANG}],
        "purpose": "minimum_living_allowance",
        "authorised": True,
    },
    "registry.low_income_status": {
        "id_no": WANG,
        "name": "王建国",
        "purpose": "care_bed_referral",
        "authorised": True,
    },
    "registry.sweep": {
        "reason": "discharged",
        "since": "2026-02-01",
        "until": "2026-02-28",
        "purpose": "active_discovery",
    },
    "beds.vacancies": {
        "bed_type": "institution",
        "level": 3,
        "sex": "male",
        "dementia": False,
        "budget": 4000,
        "home_subdistrict": "990101001",
    },
    "beds.offer": OFFER,
    "beds.withdraw_offer": {"offer_no": "YP-000001", "reason": "silence"},
    "beds.enlist": ENLISTMENT,
    "beds.place": {"referral_no": "WC-2026-000001"},
    "beds.delist": {"referral_no": "WC-2026-000001", "reason": "withdrawn"},
    "beds.admit": {"offer_no": "YP-000001", "admitted_on": "2026-03-05", "agreement_no": "XY-1"},
    "beds.discharge": {"stay_no": "RZ-000002", "discharged_on": "2026-05-05", "reason": "home"},
    "sms.send": {"to": "19900001234", "text": "您的申请已受理。"},
    "mail.send": {"to": "office@hospital.example", "subject": "转介单", "text": "请于两个工作日内答复。"},
    "webhook.post": {
        "partner": "hospital",
        "event": "discharge_planned",
        "content": {"referral_no": "WC-2026-000001"},
    },
}
"""A question for every operation that is to be answered; one without its question fails the first test."""

BEFORE: dict[str, list[str]] = {
    "beds.withdraw_offer": ["beds.offer"],
    "beds.place": ["beds.enlist"],
    "beds.delist": ["beds.enlist"],
    "beds.admit": ["beds.offer"],
    "beds.discharge": ["beds.offer", "beds.admit"],
}
"""What has to be done first, so that there is something to act on."""

OPERATIONS = [
    pytest.param(kind, f"{kind.name}.{name}", id=f"{kind.name}.{name}")
    for kind in CONNECTORS
    for name in kind.operations
]


def prepare(played: Played, operation: str) -> dict[str, Any]:
    """Do what has to be done before, and give the question."""
    for number, first in enumerate(BEFORE.get(operation, ())):
        played.ask(first, f"before-{number}", **QUESTIONS[first])
    return QUESTIONS[operation]


@pytest.mark.parametrize(("kind", "operation"), OPERATIONS)
def test_it_is_answered_in_the_agreed_shape(played: Played, kind: type[System], operation: str) -> None:
    """The answer has every entry that the gate tells designers of."""
    question = prepare(played, operation)

    answer = played.ask(operation, **question)

    assert answer.keys() == kind.operations[operation.partition(".")[2]].shape(kind.name).answer


@pytest.mark.parametrize(("kind", "operation"), OPERATIONS)
def test_it_acts_once_however_often_a_key_comes(played: Played, kind: type[System], operation: str) -> None:
    question = prepare(played, operation)

    first, again = (played.ask(operation, "7-1", **question) for _ in range(2))

    assert first == again
    key = "7-1"
    assert played.sandbox.effects.counted()[key] == 1
    assert played.sandbox.effects.asked()[key] == 2


@pytest.mark.parametrize(("kind", "operation"), OPERATIONS)
@pytest.mark.parametrize(
    ("fault", "failure", "acted"),
    [
        (Fault("wrong_answer"), "wrong_answer", True),
        (Fault("down"), "down", False),
        (Fault("busy"), "busy", False),
        (Fault("slow", ms=60_000), "timeout", False),
        (Fault("late", ms=60_000), "timeout", True),
    ],
    ids=["wrong answer", "down", "busy", "slow", "late"],
)
def test_it_fails_with_a_code_of_its_own(
    played: Played, kind: type[System], operation: str, fault: Fault, failure: str, acted: bool
) -> None:
    """Whether the other side acted before it failed is what the idempotency key is for."""
    question = prepare(played, operation)
    played.sandbox.faults.replace([fault], seed=0)

    assert played.code_of(operation, "7-1", timeout_s=0.5, **question) == f"{kind.name}_{failure}"
    assert ("7-1" in played.sandbox.effects.counted()) == acted

    played.sandbox.faults.replace([], seed=0)
    assert played.code_of(operation, "7-1", **question) == "answered"
    assert played.sandbox.effects.counted()["7-1"] == 1


@pytest.mark.parametrize(("kind", "operation"), OPERATIONS)
def test_it_sends_nothing_that_was_not_agreed(played: Played, kind: type[System], operation: str) -> None:
    question = {**QUESTIONS[operation], "religion": "none"}

    assert played.code_of(operation, **question) == f"{kind.name}_wrong_parameters"
    assert played.sandbox.asked.latest() == []


@pytest.mark.parametrize(("kind", "operation"), OPERATIONS)
def test_nobody_waits_longer_than_told(played: Played, kind: type[System], operation: str) -> None:
    assert played.code_of(operation, timeout_s=0, **QUESTIONS[operation]) == f"{kind.name}_timeout"
