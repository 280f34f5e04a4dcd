"""The minimum living allowance: its stories go well, cover everything, and every rule is kept somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

import pytest

from .conftest import PROCESSES, Service

pytestmark = pytest.mark.xdist_group("allowance")

_ROW = re.compile(
    r"^\| `(?P<id>[A-Z][\w.]+)` \| (?P<rule>.+?) \| (?P<source>.+?) \| (?P<elements>.+?) \| (?P<stories>.+?) \|$"
)
_MARKED = re.compile(r"`([^`]+)`")
_CHAPTERS = {"B0", "B2", "C"}


def rules(readme: str) -> dict[str, dict[str, list[str]]]:
    """Read the table of rules in a README."""
    found = {}
    for line in readme.splitlines():
        row = _ROW.match(line)
        if row:
            assert row["id"] not in found, f"{row['id']} stands twice"
            found[row["id"]] = {
                "elements": _MARKED.findall(row["elements"]),
                "stories": _MARKED.findall(row["stories"]),
            }
    return found


def rules_of(service: Service) -> dict[str, dict[str, list[str]]]:
    """Give the rules of the service: its own table, and its stories and elements in the shared one."""
    table = rules(service.bundle.files["README.md"].decode())
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


def everything_named(service: Service) -> set[str]:
    """Give every name that a rule may point at."""
    definition = service.definition
    names = {
        *definition.elements,
        *definition.deadlines,
        *definition.messages,
        *definition.forms,
        *definition.pauses,
        *definition.notices,
    }
    names |= {key for decision in definition.decisions.values() for key in (decision.id, *decision.rules)}
    names |= {PurePosixPath(path).name.split(".")[0] for path in service.bundle.parts(".html", "letters")}
    names |= {PurePosixPath(path).name.split(".")[0] for path in service.bundle.parts(".form.json")}
    names |= set(definition.flows.values())
    return names


def test_it_has_no_problem(allowance: Service) -> None:
    """Neither an error nor a warning: a designer's first look at a finished service is clean."""
    assert allowance.problems == []


def test_every_story_goes_well(allowance: Service) -> None:
    failed = {story.file: story.problems for story in allowance.stories if story.problems}

    assert failed == {}
    assert len(allowance.stories) >= 30


def test_the_stories_cover_every_node_flow_timer_and_rule(allowance: Service) -> None:
    assert {kind: names for kind, names in allowance.coverage.missing().items() if names} == {}


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
    """The README's table is whole: nothing unmapped, nothing that does not exist."""
    table, known = rules_of(allowance), everything_named(allowance)
    stories = {story.file.split("/")[-1].removesuffix(".yaml") for story in allowance.stories}

    assert len(table) >= 100
    assert {
        chapter for chapter in _CHAPTERS if not any(key.startswith(f"{chapter}.") for key in table)
    } == set()
    for key, row in table.items():
        shared = key.startswith("B0.")  # the shared table's own test asks for its elements and stories
        assert row["elements"] or shared, f"{key} names no element"
        assert row["stories"] or shared, f"{key} names no story"
        assert set(row["elements"]) <= known, f"{key}: {set(row['elements']) - known}"
        assert set(row["stories"]) <= stories, f"{key}: {set(row['stories']) - stories}"


def test_the_stories_claim_what_the_table_says(allowance: Service) -> None:
    """A story's `covers` and the table of rules agree in both directions."""
    by_story: dict[str, set[str]] = {}
    for key, row in rules_of(allowance).items():
        for name in row["stories"]:
            by_story.setdefault(name, set()).add(key)
    for story in allowance.stories:
        name = PurePosixPath(story.file).stem
        assert set(story.covers) == by_story.get(name, set()), name


def test_everything_that_decides_is_named_by_a_rule(allowance: Service) -> None:
    """Every decision table's rule, clock, letter and task has a rule of the sources or a decision behind it."""
    named = {name for row in rules_of(allowance).values() for name in row["elements"]}
    definition = allowance.definition

    assert {rule for decision in definition.decisions.values() for rule in decision.rules} <= named
    assert set(definition.deadlines) <= named
    assert {e.letter for e in definition.elements.values() if e.letter} <= named
    assert {e.id for e in definition.elements.values() if e.kind == "userTask"} <= named
