"""`linbang check --sarif` writes what code review tools read: SARIF 2.1.0."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from engine.problems import Problem
from engine.sentences import Sentence
from webui.cli import main
from webui.cli.sarif import sarif

PROCESSES = Path(__file__).resolve().parents[3] / "processes"


def problem(**changes: Any) -> Problem:
    message = Sentence("Expected a known {what}, but got {value!r}.", what="group", value="nobody")
    given = {"line": 12, "column": 5, "name": "Review"} | changes
    found = Problem("t.bpmn", None, "review", "group_unknown", "error", message, "Put it into a lane.")
    return Problem(**{**{name: getattr(found, name) for name in Problem.__slots__}, **given})


def result_of(one: Problem, language: str = "en") -> dict[str, Any]:
    (found,) = sarif([(Path("services/t"), one)], language)["runs"][0]["results"]
    return found


def test_a_result_names_rule_level_place_and_element() -> None:
    found = result_of(problem())

    (location,) = found["locations"]
    assert (found["ruleId"], found["ruleIndex"], found["level"]) == ("group_unknown", 0, "error")
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "services/t/t.bpmn"},
        "region": {"startLine": 12, "startColumn": 5},
    }
    assert location["logicalLocations"] == [
        {"name": "review", "kind": "element", "fullyQualifiedName": "Review (review)"}
    ]


def test_a_problem_of_a_whole_file_has_no_region() -> None:
    found = result_of(problem(line=None, column=None, element=None))

    assert found["locations"] == [
        {"physicalLocation": {"artifactLocation": {"uri": "services/t/t.bpmn"}}},
    ]


def test_a_file_outside_of_the_folder_is_told_by_its_whole_address(tmp_path: Path) -> None:
    run = sarif([(tmp_path / "临", problem())], "en")["runs"][0]

    uri = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri.startswith("file:///")
    assert uri.endswith("/%E4%B8%B4/t.bpmn")


def test_a_fingerprint_stays_when_only_the_line_moves() -> None:
    here, below, other = (
        result_of(one)["partialFingerprints"]
        for one in (problem(), problem(line=40, column=1), problem(element="sign"))
    )

    assert here == below
    assert here != other


def test_a_rule_is_explained_in_both_languages_without_the_values() -> None:
    (rule,) = sarif([(Path("t"), problem()), (Path("t"), problem(line=14))], "en")["runs"][0]["tool"][
        "driver"
    ]["rules"]

    assert rule["id"] == "group_unknown"
    assert rule["shortDescription"]["text"] == "Expected a known …, but got …."
    assert rule["fullDescription"]["text"].endswith("没有“…”这个…。")
    assert rule["help"]["text"] == "Put it into a lane.\n请放进泳道。"


def test_a_result_is_told_in_the_language_that_was_asked_for() -> None:
    assert result_of(problem(), "zh")["message"]["text"] == "没有“nobody”这个组。 请放进泳道。"


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A copy of a service with errors in three files."""
    for name in ("groups.yaml", "shared", "minimum_living_allowance"):
        source = PROCESSES / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, tmp_path / name)
    folder = tmp_path / "minimum_living_allowance"
    diagram = folder / "minimum_living_allowance.bpmn"
    diagram.write_text(
        diagram.read_text("utf-8").replace('linbang:form="payment"', 'linbang:form="paymnt"'), "utf-8"
    )
    (folder / "payment.form.json").write_text("{", "utf-8")
    (folder / "texts.en.yaml").unlink()
    return folder


def test_the_command_writes_one_document_that_the_standard_allows(broken: Path) -> None:
    done = CliRunner().invoke(main, ["check", str(broken), "--sarif"])

    document = json.loads(done.output)
    assert done.exit_code == 1
    assert {"form_unknown", "json_broken", "texts_missing"} <= {
        one["ruleId"] for one in document["runs"][0]["results"]
    }
    assert faults_in(document) == []


def test_a_sound_service_gives_a_run_without_results() -> None:
    done = CliRunner().invoke(main, ["check", str(PROCESSES / "active_discovery"), "--sarif"])

    document = json.loads(done.output)
    assert [one for one in document["runs"][0]["results"] if one["level"] == "error"] == []
    assert faults_in(document) == []


def faults_in(document: dict[str, Any]) -> list[str]:
    """What the standard asks for of the parts that we write (SARIF 2.1.0, sections 3.13 to 3.52)."""
    found = []

    def need(holds: object, what: str) -> None:
        if not holds:
            found.append(what)

    need(document["version"] == "2.1.0", "3.13.2 version")
    need(document["$schema"].endswith("sarif-schema-2.1.0.json"), "3.13.3 schema")
    need(set(document) == {"$schema", "version", "runs"}, "3.13 properties")
    for run in document["runs"]:
        need(set(run) == {"tool", "columnKind", "results"}, "3.14 properties")
        need(run["columnKind"] in {"unicodeCodePoints", "utf16CodeUnits"}, "3.14.17 columnKind")
        driver = run["tool"]["driver"]
        need(driver["name"], "3.19.8 name")
        need(re.fullmatch(r"[a-z]{2}(-[A-Z]{2})?", driver["language"]), "3.19.21 language")
        ids = [rule["id"] for rule in driver["rules"]]
        need(len(ids) == len(set(ids)), "3.19.23 each rule once")
        for rule in driver["rules"]:
            need(
                all(rule[part]["text"] for part in ("shortDescription", "fullDescription", "help")),
                "3.49.9 texts",
            )
            need(rule["defaultConfiguration"]["level"] in {"error", "warning"}, "3.50.3 level")
        for result in run["results"]:
            need(ids[result["ruleIndex"]] == result["ruleId"], "3.27.6 rule and its number")
            need(result["message"]["text"], "3.11.8 text")
            need(
                all(isinstance(one, str) for one in result["partialFingerprints"].values()),
                "3.27.17 fingerprints",
            )
            for location in result["locations"]:
                uri = location["physicalLocation"]["artifactLocation"]["uri"]
                need(re.fullmatch(r"[\w!#$%&'()*+,./:;=?@\[\]~-]+", uri, re.ASCII), "3.4.3 address")
                region = location["physicalLocation"].get("region", {"startLine": 1})
                need(all(isinstance(value, int) and value >= 1 for value in region.values()), "3.30 region")
                need("startLine" in region, "3.30.5 a column needs its line")
    return found
