"""What is expected of every service: stories that go well and cover it, a table of rules that is whole and kept.

The functions that assert are called by the tests of each service, which say what is particular to it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

import yaml

from .conftest import Service

Table = Mapping[str, Mapping[str, list[str]]]
"""Rules by their id: the elements that keep each, the stories that prove it."""

_ROW = re.compile(
    r"^\| `(?P<id>[A-Z][\w.]+)` \| (?P<rule>.+?) \| (?P<source>.+?) \| (?P<elements>.+?) \| (?P<stories>.+?) \|$"
)
_MARKED = re.compile(r"`([^`]+)`")


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


def table_of(service: Service) -> dict[str, dict[str, list[str]]]:
    return rules(service.bundle.files["README.md"].decode())


def documents(service: Service) -> dict[str, Any]:
    """Give the stories' files by name."""
    return {
        PurePosixPath(path).stem: yaml.safe_load(service.bundle.files[path])
        for path in service.bundle.names(".yaml", "scenarios")
    }


def claims(service: Service, prefix: str = "") -> dict[str, set[str]]:
    """Give the rules that each story says it proves."""
    return {f"{prefix}{name}": set(story.get("covers") or ()) for name, story in documents(service).items()}


def fields_of(components: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Give the fields of a form, those inside groups and lists, too."""
    for component in components:
        if "key" in component:
            yield component
        yield from fields_of(component.get("components", []))


def own_processes(service: Service) -> set[str]:
    """Give the processes of the service's own diagrams; those of shared parts are asked for elsewhere."""
    return {PurePosixPath(path).stem for path in service.bundle.names(".bpmn")}


def own_elements(service: Service) -> list[Any]:
    own = own_processes(service)
    return [element for element in service.definition.elements.values() if element.process in own]


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


def what_decides(service: Service) -> set[str]:
    """Give the rules of decision tables, and the clocks, letters and tasks of the service's own diagrams."""
    elements = own_elements(service)
    scopes = {element.id for element in elements} | own_processes(service)
    return {
        *(rule for decision in service.definition.decisions.values() for rule in decision.rules),
        *(key for key, clock in service.definition.deadlines.items() if clock.scope in scopes),
        *(element.letter for element in elements if element.letter),
        *(element.id for element in elements if element.kind == "userTask"),
    }


def named_by(table: Table) -> set[str]:
    """Give the elements that some rule names."""
    return {name for row in table.values() for name in row["elements"]}


def assert_stories_go_well(service: Service, *, at_least: int) -> None:
    assert {story.file: story.problems for story in service.stories if story.problems} == {}
    assert len(service.stories) >= at_least


def assert_everything_is_covered(service: Service) -> None:
    """Every node, flow, timer and rule of a table is passed by a story."""
    assert {kind: names for kind, names in service.coverage.missing().items() if names} == {}


def assert_every_letter_is_issued(service: Service) -> None:
    written = {PurePosixPath(path).stem for path in service.bundle.names(".html", "letters")}
    passed = service.coverage.passed["nodes"]

    assert written <= {element.letter for element in own_elements(service) if element.id in passed}


def assert_every_notice_is_sent(service: Service) -> None:
    declared = yaml.safe_load(service.bundle.files["notices.yaml"]).keys()
    passed = service.coverage.passed["nodes"]

    assert declared <= {element.notice for element in own_elements(service) if element.id in passed}


def assert_no_rule_is_unmapped(table: Table, *, chapters: set[str], at_least: int) -> None:
    assert len(table) >= at_least
    assert {key.split(".")[0] for key in table} == chapters
    for key, row in table.items():
        assert row["elements"], f"{key} names no element"
        assert row["stories"], f"{key} names no story"


def assert_everything_named_exists(table: Table, known: set[str], stories: Collection[str]) -> None:
    for key, row in table.items():
        assert set(row["elements"]) <= known, f"{key}: {set(row['elements']) - known}"
        assert set(row["stories"]) <= set(stories), f"{key}: {set(row['stories']) - set(stories)}"


def assert_claims_agree(table: Table, claimed: Mapping[str, set[str]]) -> None:
    """A story's `covers` and the table of rules say the same, in both directions."""
    by_story: dict[str, set[str]] = {name: set() for name in claimed}
    for key, row in table.items():
        for name in row["stories"]:
            by_story.setdefault(name, set()).add(key)

    assert claimed == by_story
