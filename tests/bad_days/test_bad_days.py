"""Whatever goes wrong outside: no case is lost, nothing is done twice, and in the end all is as on a good day."""

from __future__ import annotations

from collections import Counter

import pytest

from .campaign import Findings, campaign
from .table import lines_of

CASES = 60
STORIES = (
    "care_bed_referral/hospital_discharge",
    "care_bed_referral/withdrawn_with_offer",
    "care_bed_referral/plain_admission",
    "care_bed_referral/no_consent",
    "door_to_door_assistance/visit_at_home",
    "door_to_door_assistance/merged_double",
    "door_to_door_assistance/errand_by_adviser",
    "door_to_door_assistance/query_refused",
    "minimum_living_allowance/single_granted",
    "minimum_living_allowance/redirected",
    "active_discovery/monthly_sweep",
)
"""Short ones of every service, with calls to every system, replies that come later, and errors that are meant."""
AS_TOLD = {"straight", "retried", "incident", "delayed", "overtaken"}


@pytest.fixture(scope="module")
def found() -> Findings:
    """Bad days, recovery, and everything counted; a rate of faults at which some cases need an operator."""
    findings = campaign(CASES, seed=7, share=0.4, names=STORIES, tell=lambda _text: None)
    print("\n".join(lines_of(findings)))
    return findings


def test_it_ends_every_case_as_told_or_leaves_it_with_an_incident(found: Findings) -> None:
    """Given systems that fail at random; when all stories are played; then none is lost or ends otherwise."""
    ways = Counter(one.way for one in found.during)

    assert ways.total() == CASES
    assert set(ways) <= AS_TOLD | {"standing", "other way", "under way"}
    assert ways["retried"] > 0
    assert ways["standing"] > 0


def test_it_ends_all_of_them_once_the_systems_work_again(found: Findings) -> None:
    """What did not go as told has a clock in its history that struck while its case stood still."""
    ways = Counter(one.way for one in found.after)

    assert set(ways) <= AS_TOLD | {"other way", "under way"}
    assert ways["incident"] > 0
    assert sum(ways[way] for way in AS_TOLD) > 0.8 * CASES
    assert all("struck" in one.why or "strike" in one.why for one in found.after if one.way not in AS_TOLD)


def test_it_does_everything_outside_exactly_once(found: Findings) -> None:
    """One effect for each idempotency key, each known to a history; messages arrive once; all is whole."""
    assert found.wrong == []
    assert found.for_people == []
    assert found.figures["retries"] > 0
    assert found.figures["effects"] > CASES
    assert set(found.drawn) >= {"down", "error", "busy", "doubled", "wrong_answer", "slow", "late"}
