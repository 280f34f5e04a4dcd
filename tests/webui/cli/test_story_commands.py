"""Proposing stories and recording cases at the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from engine.definitions import Bundle, read_folder
from engine.scenarios import Story
from engine.scenarios.runner import OFFICES
from engine.store.definitions import DefinitionRow
from tests.engine.bundles import bundle, chain, node, user_task
from tests.engine.support import person
from webui.cli import main
from webui.settings import Settings
from webui.wiring import open_installation

TOLD = "steps: [{task: ask, answers: {n: 1, name: 张三}}]\nexpect: {outcome: small}"
FORM = """{"type": "default", "components": [
 {"type": "number", "key": "n"},
 {"type": "textfield", "key": "name", "properties": {"linbang:record": true}}]}"""


def choosing() -> Bundle:
    ways = (
        '<bpmn:sequenceFlow id="plain" sourceRef="which" targetRef="small"/>'
        '<bpmn:sequenceFlow id="large" sourceRef="which" targetRef="big"><bpmn:conditionExpression>n &gt; 41</bpmn:conditionExpression></bpmn:sequenceFlow>'
    )
    body = (
        node("startEvent", "begin")
        + user_task("ask", form="many")
        + node("exclusiveGateway", "which", attributes='default="plain"')
        + node("endEvent", "small")
        + node("endEvent", "big")
        + chain("begin", "ask", "which")
    )
    return bundle(body + ways, many__form__json=FORM.encode())


@pytest.fixture
def processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of services with one in it, which an installation of its own takes them from."""
    folder = tmp_path / "processes"
    service = folder / "t"
    (service / "scenarios").mkdir(parents=True)
    (service / "scenarios" / "told.yaml").write_text(TOLD, "utf-8")
    for name, content in choosing().files.items():
        (service / name).write_bytes(content)
    groups = {
        key: {"level": level, "name": {"zh": key, "en": key}}
        for key, level in (("clerk", "subdistrict"), ("reviewer", "subdistrict"), ("supervisor", "district"))
    }
    (folder / "groups.yaml").write_text(yaml.safe_dump(groups), "utf-8")
    monkeypatch.setenv("LINBANG_PROCESSES_DIR", str(folder))
    monkeypatch.setenv("LINBANG_DATA_DIR", str(tmp_path / "data"))
    return folder


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def test_it_writes_what_it_proposes_and_never_over_a_file(processes: Path) -> None:
    into = processes / "t" / "scenarios"
    call = (
        "test",
        str(processes / "t"),
        "--suggest",
        "--only",
        "flows",
        "--into",
        str(into),
        "--language",
        "en",
    )

    first = run(*call)
    green = run("test", str(processes / "t"), "--json")
    again = run(*call)

    assert first.exit_code == 0, first.output
    assert f"written: {into / 'proposed_large.yaml'}" in first.output
    assert json.loads(green.output)["failed"] == []
    assert json.loads(green.output)["coverage"]["t"]["flows"]["missing"] == []
    assert again.output == "t: its stories cover everything.\n"


def test_proposals_and_reasons_are_one_document_for_programs(processes: Path) -> None:
    diagram = processes / "t" / "t.bpmn"
    diagram.write_text(diagram.read_text("utf-8").replace("n &gt; 41", "n &gt; 41 and n &lt; 3"), "utf-8")

    result = run("test", "t", "--suggest", "--only", "flows", "--tries", "3", "--json", "--language", "zh")

    (service,) = json.loads(result.output)["services"]
    assert service["proposals"] == []
    (left,) = service["unreached"]
    assert (left["kind"], left["id"], left["tried"]) == ("flows", "large", 3)
    assert left["why"] == "试了 3 次，没有找到使 `n > 41 and n < 3` 成立的答案"


@pytest.fixture
def case(processes: Path) -> str:
    """The number of a case that somebody did in an installation."""
    with open_installation(Settings.from_environment()) as found:
        runtime = found.runtime
        for office in OFFICES:
            runtime.people.add_office(office)
        runtime.offices.rows.update({office.id: office for office in OFFICES})
        service = read_folder(processes / "t")
        row = DefinitionRow(runtime.ids.next(), service.key, 0, service.digest, runtime.now_ms(), None, "")
        runtime.catalogue.deploy(service, row)
        _id, definition = runtime.catalogue.newest("t")
        document = yaml.safe_load(TOLD)
        story = Story(document, runtime, definition, 2, lambda name: person(7, name, name, office=2))
        story.start()
        story.do(document["steps"][0])
        done = story.cases.instance(story.case_id)
        assert done is not None
        return done.business_key


def test_it_records_a_case_by_its_number_without_its_people(case: str, tmp_path: Path) -> None:
    out = tmp_path / "recorded.yaml"

    result = run("record", case, "--out", str(out), "--language", "en")
    text = out.read_text("utf-8")

    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[0].startswith("Played, the story passes the same nodes")
    assert "张三" not in text
    assert "n: 1" in text
    assert yaml.safe_load(text)["expect"]["outcome"] == "small"
    assert text.startswith("# 由 linbang record")


def test_a_recorded_story_is_never_written_over_a_file(case: str, tmp_path: Path) -> None:
    out = tmp_path / "recorded.yaml"
    out.write_text("mine", "utf-8")

    result = run("record", case, "--out", str(out))

    assert result.exit_code == 2
    assert out.read_text("utf-8") == "mine"


def test_it_knows_no_case_of_another_number(case: str, tmp_path: Path) -> None:
    result = run("record", f"{case}9", "--out", str(tmp_path / "out.yaml"), "--language", "en")

    assert result.exit_code == 2
    assert "Expected the number or id of a case" in result.output
