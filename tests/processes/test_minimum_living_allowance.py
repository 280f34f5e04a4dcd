"""The minimum living allowance: its stories go well, cover everything, and every rule is kept somewhere."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from .conftest import PROCESSES, Service
from .expected import (
    assert_claims_agree,
    assert_everything_is_covered,
    assert_everything_named_exists,
    assert_no_rule_is_unmapped,
    assert_stories_go_well,
    claims,
    documents,
    everything_named,
    named_by,
    rules,
    table_of,
    what_decides,
)


def rules_of(service: Service) -> dict[str, dict[str, list[str]]]:
    """Give the rules of the service: its own table, and its stories and elements in the shared one."""
    table = table_of(service)
    for key, row in rules((PROCESSES / "shared" / "README.md").read_text()).items():
        assert key not in table, f"{key} stands in both tables"
        table[key] = {kind: list(_of_service(names, service.bundle.key)) for kind, names in row.items()}
    return table


def _of_service(names: Iterable[str], key: str) -> Iterable[str]:
    """Give the names that belong to the service or to the shared parts, without their service."""
    for name in names:
        service, _, inner = name.rpartition(":")
        if service in ("", key):
            yield inner


def test_it_has_no_problem(allowance: Service) -> None:
    """Neither an error nor a warning: a designer's first look at a finished service is clean."""
    assert allowance.problems == []


def test_every_story_goes_well(allowance: Service) -> None:
    assert_stories_go_well(allowance, at_least=30)


def test_the_stories_cover_every_node_flow_timer_and_rule(allowance: Service) -> None:
    assert_everything_is_covered(allowance)


def test_every_letter_is_issued_by_a_story(allowance: Service) -> None:
    """Its own and the shared ones that it takes in; what is only part of other letters is issued with them."""
    letters = {element.letter for element in allowance.definition.elements.values() if element.letter}
    written = {PurePosixPath(path).stem for path in allowance.bundle.parts(".html", "letters")}

    assert written - {"remedy"} == letters
    passed = allowance.coverage.passed["nodes"]
    assert {
        e.letter for e in allowance.definition.elements.values() if e.letter and e.id in passed
    } == letters


def test_every_rule_of_the_sources_names_an_element_and_a_story(allowance: Service) -> None:
    """The table is whole, nothing unmapped; neither it nor the shared one names what does not exist."""
    assert_no_rule_is_unmapped(table_of(allowance), chapters={"A0", "A1", "B2", "C", "D"}, at_least=90)
    assert_everything_named_exists(rules_of(allowance), everything_named(allowance), documents(allowance))


def test_the_stories_claim_what_the_tables_say(allowance: Service) -> None:
    assert_claims_agree(rules_of(allowance), claims(allowance))


def test_everything_that_decides_is_named_by_a_rule(allowance: Service) -> None:
    """Also what stands in the shared parts, all of which this service takes in."""
    definition = allowance.definition
    shared = {
        *definition.deadlines,
        *(element.letter for element in definition.elements.values() if element.letter),
        *(element.id for element in definition.elements.values() if element.kind == "userTask"),
    }

    assert what_decides(allowance) | shared <= named_by(rules_of(allowance))
