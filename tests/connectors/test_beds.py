"""The platform of care beds: what goes out with an offer, what a bed that somebody has means, who is next."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.beds import REJECTIONS, BedReply, Beds
from connectors.sandbox.beds import HELD, PlayedBeds
from connectors.sandbox.callbacks import Callback, Callbacks
from connectors.sandbox.replies import Replies, Reply, Rule
from engine.ports import Call, ConnectorError

from .conftest import LI, Played, answering, raw
from .test_contract_operations import ENLISTMENT, OFFER, QUESTIONS

LATER = datetime.now(UTC) + timedelta(days=2)


def offered(played: Played, key: str = "1-1", **change: Any) -> str:
    """Make an offer and give its number."""
    return str(played.ask("beds.offer", key, **{**OFFER, **change})["offer_no"])


def enlisted(played: Played, referral_no: str, **change: Any) -> dict[str, Any]:
    wanted = {**ENLISTMENT, "referral_no": referral_no, **change}
    return dict(played.ask("beds.enlist", f"9-{referral_no}", **wanted))


def planned(played: Played) -> list[Callback]:
    return played.sandbox.callbacks.listed()


@pytest.fixture
def called_back(played: Played) -> Played:
    """A platform that has somebody to call back, and calls nobody before its time."""
    played.sandbox.callbacks.url = "http://127.0.0.1:9"
    played.sandbox.beds.reply_after_s = 3_600
    return played


def test_it_gives_what_is_free_with_all_that_decides(played: Played) -> None:
    """Whether a bed fits is for the service's table to say; the nearest come first."""
    beds = played.ask("beds.vacancies", **QUESTIONS["beds.vacancies"])["beds"]

    assert len(beds) == 50
    assert [bed["distance_km"] for bed in beds] == sorted(bed["distance_km"] for bed in beds)
    assert {bed["institution"] for bed in beds} > {"YL01", "YL02"}
    assert any(bed["dementia_unit"] for bed in beds)


def test_a_bed_that_somebody_was_offered_is_offered_to_nobody_else(played: Played) -> None:
    offered(played)

    beds = played.ask("beds.vacancies", **QUESTIONS["beds.vacancies"])["beds"]
    assert OFFER["bed_no"] not in [bed["bed_no"] for bed in beds]
    assert played.code_of("beds.offer", "2-1", **OFFER) == "bed_taken"


def test_a_bed_is_kept_three_days_beyond_the_day_of_the_reply(played: Played) -> None:
    held = played.ask("beds.offer", **{**OFFER, "reply_by": LATER})

    assert held["held_until"] == LATER + HELD
    played.sandbox.beds.tick(LATER + HELD - timedelta(minutes=1))
    assert played.code_of("beds.offer", "2-1", **OFFER) == "bed_taken"
    played.sandbox.beds.tick(LATER + HELD)
    assert played.code_of("beds.offer", "3-1", **OFFER) == "answered"


def test_nobody_moves_in_on_an_offer_that_ran_out(played: Played) -> None:
    number = offered(played, reply_by=LATER)
    played.sandbox.beds.tick(LATER + HELD)

    admission = {**QUESTIONS["beds.admit"], "offer_no": number}
    assert played.code_of("beds.admit", "1-2", **admission) == "offer_unknown"


def test_health_facts_go_out_with_a_separate_consent_or_not_at_all(played: Played) -> None:
    assert played.code_of("beds.offer", **{**OFFER, "consent_no": None}) == "consent_missing"
    assert played.sandbox.asked.latest() == []


def test_what_goes_wrong_names_nobody(played: Played) -> None:
    wrong = {**OFFER, "person": {**OFFER["person"], "id_no": f"{LI} "}}

    with pytest.raises(ConnectorError, match=r"wrong: person\.id_no\Z"):
        played.ask("beds.offer", **wrong)


def test_it_gives_a_bed_back_once(played: Played) -> None:
    number = offered(played)

    found = [
        played.ask("beds.withdraw_offer", key, offer_no=number, reason="silence")["withdrawn"]
        for key in ("1-2", "1-3")
    ]

    assert found == [True, False]
    assert played.code_of("beds.offer", "2-1", **OFFER) == "answered"


@pytest.mark.parametrize(
    ("operation", "parameters", "code"),
    [
        ("withdraw_offer", {"offer_no": "YP-9", "reason": "silence"}, "offer_unknown"),
        ("admit", {"offer_no": "YP-9", "admitted_on": "2026-03-05", "agreement_no": "X"}, "offer_unknown"),
        ("discharge", {"stay_no": "RZ-9", "discharged_on": "2026-03-05", "reason": "home"}, "stay_unknown"),
        ("place", {"referral_no": "WC-9"}, "not_enlisted"),
    ],
)
def test_it_says_that_there_is_no_such_thing(
    played: Played, operation: str, parameters: dict[str, Any], code: str
) -> None:
    assert played.code_of(f"beds.{operation}", **parameters) == code


def test_a_stay_ends_once_and_frees_its_bed(played: Played) -> None:
    number = offered(played)
    admission = {**QUESTIONS["beds.admit"], "offer_no": number}
    stay_no = played.ask("beds.admit", "1-2", **admission)["stay_no"]
    leaving = {**QUESTIONS["beds.discharge"], "stay_no": stay_no}

    assert played.code_of("beds.offer", "2-1", **OFFER) == "bed_taken"
    ended = [played.ask("beds.discharge", key, **leaving)["discharged"] for key in ("1-3", "1-4")]

    assert ended == [True, False]
    assert played.code_of("beds.offer", "2-1", **OFFER) == "answered"


def test_the_line_is_ordered_by_need_and_then_by_time(played: Played) -> None:
    """特困 before low income before everybody else; then the level; then who has waited longer."""
    enlisted(played, "low", category="marginal", level=6)
    enlisted(played, "later", since="2026-03-05")
    enlisted(played, "needier", level=5)
    enlisted(played, "sooner", since="2026-03-01")
    enlisted(played, "poorest", category="tekun", level=0)
    enlisted(played, "another bed", bed_type="palliative")

    line = [one.referral_no for one in played.sandbox.beds.waiting.line("institution")]

    assert line == ["poorest", "low", "needier", "sooner", "later"]
    assert played.ask("beds.place", referral_no="needier") == {"place": 3, "waiting": 5}


def test_a_bed_that_becomes_free_calls_the_first_in_line(called_back: Played) -> None:
    """Each bed calls one person, and nobody twice."""
    enlisted(called_back, "second")
    enlisted(called_back, "first", category="tekun")

    for bed_no in ("YL02-001", "YL02-002"):
        called_back.sandbox.beds.free(bed_no)
    called_back.sandbox.beds.free("AN01-001")

    assert [(one.message, one.reference, one.content["referral_no"]) for one in planned(called_back)] == [
        ("bed_free", "9-first", "first"),
        ("bed_free", "9-second", "second"),
    ]


def test_who_moves_in_or_leaves_the_line_waits_no_longer(played: Played) -> None:
    enlisted(played, OFFER["referral_no"])
    enlisted(played, "other")
    number = offered(played)
    played.ask("beds.admit", "1-2", **{**QUESTIONS["beds.admit"], "offer_no": number})

    left = [
        played.ask("beds.delist", key, referral_no="other", reason="home")["delisted"]
        for key in ("8-1", "8-2")
    ]

    assert left == [True, False]
    assert played.sandbox.beds.waiting.entries == {}


def test_an_institution_replies_as_it_was_told(called_back: Played) -> None:
    rules = [
        Rule(Reply("rejected", "documents"), referral_no="WC-9"),
        Rule(Reply("silent"), bed_no="YL01-002"),
        Rule(Reply("accepted"), institution="YL01"),
    ]
    called_back.sandbox.beds.replies.replace(rules, seed=0)

    offered(called_back, "1-1", referral_no="WC-9")
    offered(called_back, "2-1", bed_no="YL01-002")
    offered(called_back, "3-1", bed_no="YL01-003")

    assert [
        (one.reference, one.content["reply"], one.content["rejection"]) for one in planned(called_back)
    ] == [
        ("1-1", "rejected", "documents"),
        ("3-1", "accepted", None),
    ]


def test_some_accept_some_reject_with_each_code_and_some_say_nothing() -> None:
    """By seed: the same referral and bed get the same reply."""
    replies = Replies()
    offers = [{"referral_no": str(number), "bed_no": "YL01-001"} for number in range(2_000)]

    found = [replies.reply_to(offer) for offer in offers]

    assert found == [replies.reply_to(offer) for offer in offers]
    assert {reply.rejection for reply in found if reply.reply == "rejected"} == set(REJECTIONS)
    assert 0.65 < sum(reply.reply == "accepted" for reply in found) / 2_000 < 0.75
    assert 0.05 < sum(reply.reply == "silent" for reply in found) / 2_000 < 0.11
    replies.replace([], seed=1)
    assert found != [replies.reply_to(offer) for offer in offers]


def test_a_reply_to_a_withdrawn_offer_is_never_said() -> None:
    """The institution hears of the withdrawal before it answers."""
    callbacks = Callbacks("http://127.0.0.1:9", b"", lambda _system: False)
    platform = PlayedBeds(callbacks, reply_after_s=0)
    platform.replies.replace([Rule(Reply("accepted"))], seed=0)
    question = Beds.operations["offer"].checked_parameters("beds", OFFER)
    number = platform.act["offer"]("1-1", question)["offer_no"]
    platform.act["withdraw_offer"]("1-2", {"offer_no": number, "reason": "silence"})

    assert callbacks.send_due(all_of_them=True) == 0

    assert [one.state for one in callbacks.listed()] == ["dropped"]


def test_an_answer_of_another_shape_is_refused() -> None:
    body = json.dumps({"offer_no": "YP-1", "held_until": "2026-03-07T09:00:00"}).encode()
    with (
        answering(lambda connection: connection.sendall(raw("200 OK", body))) as url,
        pytest.raises(ConnectorError, match=r"wrong: held_until\Z"),
    ):
        Beds(url).call(Call("offer", OFFER, "1", 5))


def test_a_reply_is_as_the_service_reads_it() -> None:
    found = BedReply().load({"offer_no": "YP-1", "reply": "accepted", "by": "听雨养老院"})

    assert found == {
        "offer_no": "YP-1",
        "reply": "accepted",
        "rejection": None,
        "note": None,
        "by": "听雨养老院",
    }
