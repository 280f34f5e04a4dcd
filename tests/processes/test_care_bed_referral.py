"""The care bed referral: its stories go well, cover everything, and every rule is kept somewhere."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

import pytest
import yaml

from .conftest import Service, play
from .test_minimum_living_allowance import everything_named, rules

pytestmark = pytest.mark.xdist_group("referral")

_CHAPTERS = {"A", "B3", "C", "D"}
_HEALTH = {"care_level", "stability", "diagnoses", "adl_score", "medication", "infection_screen", "dnr_wish"}
_MEAN_AGE = range(78, 87)
_CALL = re.compile(
    r'<spiffworkflow:serviceTaskOperator id="([\w.]+)"[^>]*>(.*?)</spiffworkflow:serviceTaskOperator>',
    re.DOTALL,
)


@pytest.fixture(scope="session")
def referral() -> Service:
    return play("care_bed_referral")


def table_of(service: Service) -> dict[str, dict[str, list[str]]]:
    return rules(service.bundle.files["README.md"].decode())


def own_elements(service: Service) -> list[Any]:
    """Give the elements of the service's own diagrams; those of shared parts are asked for elsewhere."""
    own = {PurePosixPath(path).stem for path in service.bundle.names(".bpmn")}
    return [element for element in service.definition.elements.values() if element.process in own]


def documents(service: Service) -> dict[str, Any]:
    """Give the stories' files by name."""
    return {
        PurePosixPath(path).stem: yaml.safe_load(service.bundle.files[path])
        for path in service.bundle.names(".yaml", "scenarios")
    }


def test_it_has_no_problem(referral: Service) -> None:
    """Neither an error nor a warning: a designer's first look at a finished service is clean."""
    assert referral.problems == []


def test_every_story_goes_well(referral: Service) -> None:
    failed = {story.file: story.problems for story in referral.stories if story.problems}

    assert failed == {}
    assert len(referral.stories) >= 20


def test_the_stories_cover_every_node_flow_timer_and_rule(referral: Service) -> None:
    assert {kind: names for kind, names in referral.coverage.missing().items() if names} == {}


def test_every_letter_is_issued_by_a_story(referral: Service) -> None:
    written = {PurePosixPath(path).stem for path in referral.bundle.names(".html", "letters")}
    passed = referral.coverage.passed["nodes"]

    assert written <= {element.letter for element in own_elements(referral) if element.id in passed}


def test_every_notice_is_sent_by_a_story(referral: Service) -> None:
    declared = yaml.safe_load(referral.bundle.files["notices.yaml"]).keys()
    passed = referral.coverage.passed["nodes"]

    assert declared <= {element.notice for element in own_elements(referral) if element.id in passed}


def test_every_rule_of_the_sources_names_an_element_and_a_story(referral: Service) -> None:
    """The README's table is whole: nothing unmapped, nothing that does not exist."""
    table, known = table_of(referral), everything_named(referral)
    stories = {PurePosixPath(story.file).stem for story in referral.stories}

    assert len(table) >= 80
    assert {key.split(".")[0] for key in table} == _CHAPTERS
    for key, row in table.items():
        assert row["elements"], f"{key} names no element"
        assert row["stories"], f"{key} names no story"
        assert set(row["elements"]) <= known, f"{key}: {set(row['elements']) - known}"
        assert set(row["stories"]) <= stories, f"{key}: {set(row['stories']) - stories}"


def test_the_stories_claim_what_the_table_says(referral: Service) -> None:
    """A story's `covers` and the table of rules agree in both directions."""
    by_story: dict[str, set[str]] = {}
    for key, row in table_of(referral).items():
        for name in row["stories"]:
            by_story.setdefault(name, set()).add(key)
    for story in referral.stories:
        name = PurePosixPath(story.file).stem
        assert set(story.covers) == by_story.get(name, set()), name


def test_everything_that_decides_is_named_by_a_rule(referral: Service) -> None:
    """Every decision table's rule, clock, letter and task has a rule of the sources or a decision behind it."""
    named = {name for row in table_of(referral).values() for name in row["elements"]}
    definition = referral.definition

    assert {rule for decision in definition.decisions.values() for rule in decision.rules} <= named
    clocks = {key for key in definition.deadlines if f"deadlines.{key}" not in _shared_words(referral)}
    assert clocks <= named
    assert {e.letter for e in own_elements(referral) if e.letter} <= named
    assert {e.notice for e in own_elements(referral) if e.notice} <= named
    assert {e.id for e in own_elements(referral) if e.kind == "userTask"} <= named


def _shared_words(service: Service) -> set[str]:
    """Give the clocks of the shared parts as text keys."""
    texts = yaml.safe_load(service.bundle.files["shared/texts.en.yaml"])
    return {f"deadlines.{key}" for key in texts["deadlines"]}


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
        for component in _fields(json.loads(referral.bundle.files[path])["components"])
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


def _fields(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for component in components:
        inner = component.get("components")
        found += _fields(inner) if inner else [component] if "key" in component else []
    return found


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
