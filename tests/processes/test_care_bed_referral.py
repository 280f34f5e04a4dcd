"""The care bed referral: its stories go well, cover everything, and every rule is kept somewhere."""

from __future__ import annotations

import json
import re
from decimal import Decimal

from .conftest import Service
from .expected import (
    assert_claims_agree,
    assert_every_letter_is_issued,
    assert_every_notice_is_sent,
    assert_everything_is_covered,
    assert_everything_named_exists,
    assert_no_rule_is_unmapped,
    assert_stories_go_well,
    claims,
    documents,
    everything_named,
    fields_of,
    named_by,
    own_elements,
    table_of,
    what_decides,
)

_HEALTH = {"care_level", "stability", "diagnoses", "adl_score", "medication", "infection_screen", "dnr_wish"}
_MEAN_AGE = range(78, 87)
_CALL = re.compile(
    r'<spiffworkflow:serviceTaskOperator id="([\w.]+)"[^>]*>(.*?)</spiffworkflow:serviceTaskOperator>',
    re.DOTALL,
)


def test_it_has_no_problem(referral: Service) -> None:
    """Neither an error nor a warning: a designer's first look at a finished service is clean."""
    assert referral.problems == []


def test_every_story_goes_well(referral: Service) -> None:
    assert_stories_go_well(referral, at_least=20)


def test_the_stories_cover_every_node_flow_timer_and_rule(referral: Service) -> None:
    assert_everything_is_covered(referral)


def test_every_letter_is_issued_by_a_story(referral: Service) -> None:
    assert_every_letter_is_issued(referral)


def test_every_notice_is_sent_by_a_story(referral: Service) -> None:
    assert_every_notice_is_sent(referral)


def test_every_rule_of_the_sources_names_an_element_and_a_story(referral: Service) -> None:
    """The README's table is whole: nothing unmapped, nothing that does not exist."""
    table = table_of(referral)

    assert_no_rule_is_unmapped(table, chapters={"A", "B3", "C", "D"}, at_least=80)
    assert_everything_named_exists(table, everything_named(referral), documents(referral))


def test_the_stories_claim_what_the_table_says(referral: Service) -> None:
    assert_claims_agree(table_of(referral), claims(referral))


def test_everything_that_decides_is_named_by_a_rule(referral: Service) -> None:
    """Every decision table's rule, clock, letter, notice and task has a rule of the sources or a decision behind it."""
    notices = {element.notice for element in own_elements(referral) if element.notice}

    assert what_decides(referral) | notices <= named_by(table_of(referral))


def test_every_call_that_carries_a_person_leaves_evidence(referral: Service) -> None:
    """Asking about or passing on a person's data is recorded; taking back a number of the platform is not such."""
    calls = [element.call for element in own_elements(referral) if element.call]

    assert {call.operation for call in calls if call.evidence is None} == {
        "beds.withdraw_offer",
        "beds.place",
        "beds.delist",
    }
    assert {call.evidence.consent for call in calls if call.evidence} == {"consent_no"}


def test_every_form_marks_health_facts(referral: Service) -> None:
    """So that a short message that names one is refused by the check."""
    unmarked = {
        component["key"]
        for path in referral.bundle.names(".form.json")
        for component in fields_of(json.loads(referral.bundle.files[path])["components"])
        if component["key"] in _HEALTH
        and component.get("properties", {}).get("linbang:sensitive") != "health"
    }

    assert unmarked == set()


def test_only_an_offer_passes_health_facts_on(referral: Service) -> None:
    """The waiting list and the vacancies know the level alone; partners know nothing of health."""
    health = re.compile("|".join(_HEALTH - {"care_level"}))
    carriers = {
        operation
        for path in referral.bundle.names(".bpmn")
        for operation, parameters in _CALL.findall(referral.bundle.files[path].decode())
        if health.search(parameters)
    }

    assert carriers == {"beds.offer"}


def test_nobody_moves_in_without_an_agreement(referral: Service) -> None:
    """Every way to the entry leads through the signed agreement (老年人权益保障法-48)."""
    flows = {target: source for (source, target) in _flows(referral, "admit_person")}

    assert flows["admit_to_bed"] == "move_arranged"
    assert flows["move_arranged"] == "agreement_question"
    assert flows["agreement_question"] == "conclude_agreement"


def _flows(service: Service, process: str) -> list[tuple[str, str]]:
    text = service.bundle.files[f"{process}.bpmn"].decode()
    return re.findall(r'<bpmn:sequenceFlow [^>]*sourceRef="(\w+)" targetRef="(\w+)"', text)


def test_the_people_of_the_stories_are_as_old_as_those_of_the_district(referral: Service) -> None:
    """The demo plays the stories by their weight; the mean age of five-bed referrals is about 82."""
    weighted = [
        (2026 - int(document["start"]["answers"]["applicant_id_no"][6:10]), document["demo"])
        for document in documents(referral).values()
    ]
    mean = Decimal(sum(age * weight for age, weight in weighted)) / sum(weight for _, weight in weighted)

    assert round(mean) in _MEAN_AGE
