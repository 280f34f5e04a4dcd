"""The shared parts: nothing in them is idle, their README says what they are, and what they must do they do."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

from engine.definitions import compile_bundle, read_folder, read_groups
from webui.wiring import operations

from .conftest import PROCESSES, Service
from .expected import everything_named, rules

SHARED = PROCESSES / "shared"
_TASK = re.compile(r"^\| `(?P<task>\w+)` \| `(?P<group>\w+)`.* \| `(?P<form>\w+)` \| ")
_NOTICE = re.compile(r"^\| `(?P<notice>\w+)` \| .+ \| .+ \| .*message.* \|$")
_MARKED = re.compile(r"`([^`]+)`")
_ADVERSE = {"refusal_notice", "redirect_notice", "not_accepted_notice"}


def readme() -> str:
    return (SHARED / "README.md").read_text()


def texts(language: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((SHARED / f"texts.{language}.yaml").read_text())
    return found


def story(service: Service, name: str) -> None:
    """Assert that a story of the service goes well; its file says what is expected."""
    found = {Path(result.file).stem: result.problems for result in service.stories}
    assert found[name] == ()


def test_no_part_is_idle(allowance: Service) -> None:
    """The allowance alone takes in every shared file; one that it does not need belongs to another folder."""
    there = {
        path.relative_to(PROCESSES).as_posix()
        for path in SHARED.rglob("*")
        if path.is_file() and path.suffix != ".md"
    }

    assert there == {path for path in allowance.bundle.files if path.startswith("shared/")}


def test_the_allowance_alone_passes_everything_in_them(allowance: Service) -> None:
    """Whoever changes a part sees it in the stories of one service, without waiting for those of the others."""
    assert {kind: names for kind, names in allowance.coverage.missing_shared().items() if names} == {}
    assert len(allowance.coverage.shared["nodes"]) >= 30


def test_every_word_is_used(allowance: Service) -> None:
    """What the allowance takes in of the shared texts is all there is: no words are left of parts long gone."""
    for language in ("zh", "en"):
        taken: dict[str, Any] = yaml.safe_load(allowance.bundle.files[f"shared/texts.{language}.yaml"])
        assert taken == texts(language)


def test_both_languages_say_the_same_things() -> None:
    """Instructions, letters, notices and messages have the same keys; labels in Chinese stand in the forms."""
    chinese, english = texts("zh"), texts("en")

    for section in ("processes", "deadlines", "messages", "notices", "letters"):
        assert {
            key: words.keys() if isinstance(words, dict) else None for key, words in chinese[section].items()
        } == {
            key: words.keys() if isinstance(words, dict) else None for key, words in english[section].items()
        }
    assert {key for key, words in chinese["elements"].items() if "instructions" in words} == {
        key for key, words in english["elements"].items() if "instructions" in words
    }


def test_the_readme_names_every_task_with_its_group_and_form(allowance: Service) -> None:
    listed = {row.group("task", "group", "form") for row in map(_TASK.match, readme().splitlines()) if row}
    tasks = {
        (element.id, element.group, element.form)
        for element in allowance.definition.elements.values()
        if element.kind == "userTask" and (SHARED / f"{element.process}.bpmn").exists()
    }

    assert listed == tasks


def test_the_readme_names_every_notice() -> None:
    listed = {row["notice"] for row in map(_NOTICE.match, readme().splitlines()) if row}

    assert listed == yaml.safe_load((SHARED / "notices.yaml").read_text()).keys()


def test_every_variable_of_the_forms_is_in_the_readme() -> None:
    """A service may rely on what is named there, so nothing that a person answers may be missing."""
    spoken_of = set(_MARKED.findall(readme().split("## Rules")[0]))

    for form in ("person", "withdrawal", "withdrawal_closing", "refusal_delivery"):
        for component in json.loads((SHARED / f"{form}.form.json").read_text())["components"]:
            if form != "refusal_delivery" or component["key"] != "refusal_remedy_explained":
                assert component["key"] in spoken_of, f"{form}: {component['key']}"


def test_every_shared_rule_names_what_is_there(allowance: Service) -> None:
    """An element of a service is written `service:element`; every rule has a story of some service."""
    groups = read_groups((PROCESSES / "groups.yaml").read_bytes())
    table = rules(readme())
    services = {name.rpartition(":")[0] for row in table.values() for names in row.values() for name in names}
    named = {"": everything_named(allowance), "minimum_living_allowance": everything_named(allowance)}
    stories: dict[str, set[str]] = {}
    for key in services - {""}:
        bundle = read_folder(PROCESSES / key)
        stories[key] = {Path(path).stem for path in bundle.names(".yaml", "scenarios")}
        if key not in named:
            definition, _problems = compile_bundle(bundle, groups, operations=operations())
            assert definition is not None
            named[key] = {*definition.elements, *definition.deadlines, *definition.forms, *definition.notices}

    assert len(table) >= 30
    for rule, row in table.items():
        assert row["elements"], f"{rule} names no element"
        assert row["stories"], f"{rule} names no story"
        for name in row["elements"]:
            service, _, inner = name.rpartition(":")
            assert inner in named[service], f"{rule}: {name}"
        for name in row["stories"]:
            service, _, inner = name.rpartition(":")
            assert inner in stories[service], f"{rule}: {name}"


def test_every_adverse_letter_closes_with_the_remedy() -> None:
    """Authority, 60 days and 6 months, said once for all of them (ARL-20, 24; ARR-25)."""
    for letter in _ADVERSE:
        assert '{% include "remedy.html" %}' in (SHARED / "letters" / f"{letter}.html").read_text()
    assert re.search("区人民政府.*六十日|六十日.*区人民政府", texts("zh")["letters"]["remedy"]["body"])
    assert "六个月" in texts("zh")["letters"]["remedy"]["body"]


def test_a_short_message_tells_nobody_that_they_were_refused() -> None:
    """A telephone lies about open: the message says that a decision is ready, the letter which one."""
    assert not re.search("不予|拒绝|不同意|不符合", texts("zh")["notices"]["refused"]["sms"])
    assert not re.search("refus|reject|not ", texts("en")["notices"]["refused"]["sms"])


def test_three_attempts_fall_on_three_days(allowance: Service) -> None:
    """Not reached: the next attempt opens on the next working day, also for somebody else; the third ends it."""
    story(allowance, "refused_income")


def test_who_refuses_the_call_is_not_called_again(allowance: Service) -> None:
    story(allowance, "single_property_over")


def test_a_bad_review_is_called_back_and_put_right(allowance: Service) -> None:
    story(allowance, "refused_marginal")


def test_a_bad_review_without_ground_is_explained(allowance: Service) -> None:
    story(allowance, "single_unqualified")


def test_who_worked_on_the_case_does_not_call_back(allowance: Service) -> None:
    """Both calls are closed to everybody who completed a task of another diagram of the case."""
    for task in ("visit_back", "call_back"):
        assert allowance.definition.elements[task].not_done_by == ("*",)


def test_a_refusal_is_delivered_within_three_working_days(allowance: Service) -> None:
    limit = allowance.definition.deadlines["refusal_delivery_limit"]

    assert (limit.kind, limit.limit) == ("statutory", "3 WD")
    story(allowance, "rebuttal_never_made")
