"""`linbang import`: services are written where there was none, and told what is left to do."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from tests.definitions.importing.drawings import drawing, line
from webui.cli import main


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["import", *arguments, "--group", "window_clerk"])


def diagram(folder: Path) -> Path:
    """Given a diagram that somebody drew for another engine."""
    file = folder / "theirs.bpmn"
    file.write_bytes(drawing(line('<userTask id="a" name="Check" x:assignee="${initiator}"/>')))
    return file


def test_the_service_is_written_and_can_be_checked(tmp_path: Path) -> None:
    result = run(str(diagram(tmp_path)), "--to", str(tmp_path / "ours"))

    assert result.exit_code == 0, result.output
    assert "theirs.bpmn:4: assignee ${initiator}" in result.output
    checked = CliRunner().invoke(main, ["check", str(tmp_path / "ours" / "grant"), "--json"])
    assert json.loads(checked.output)["ok"] is True


def test_nothing_is_written_over_and_then_nothing_is_written_at_all(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    diagram(tmp_path / "in")
    (tmp_path / "in" / "another.bpmn").write_bytes(drawing(line('<userTask id="b"/>'), key="another"))
    there = tmp_path / "ours" / "grant"
    there.mkdir(parents=True)

    result = run(str(tmp_path / "in"), "--to", str(tmp_path / "ours"))

    assert result.exit_code == 2
    assert "Expected no folder" in result.output
    assert list(there.iterdir()) == []
    assert list(there.parent.iterdir()) == [there]


def test_looking_writes_nothing(tmp_path: Path) -> None:
    result = run(str(diagram(tmp_path)), "--to", str(tmp_path / "ours"), "--look", "--json")

    told = json.loads(result.output)
    assert result.exit_code == 0
    assert [one["service"] for one in told["services"]] == ["grant"]
    assert {note["code"] for note in told["services"][0]["notes"]} >= {
        "assignee",
        "main_process",
        "form_made",
    }
    assert not (tmp_path / "ours").exists()


def test_a_file_of_which_nothing_can_be_made_is_told_and_the_others_are_written(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    diagram(folder)
    (folder / "broken.bpmn").write_text("no xml", "utf-8")

    result = run(str(folder), "--to", str(tmp_path / "ours"))

    assert result.exit_code == 1
    assert "broken.bpmn" in result.output
    assert (tmp_path / "ours" / "grant" / "grant.bpmn").is_file()


def test_it_is_told_in_the_language_that_is_asked_for(tmp_path: Path) -> None:
    result = run(str(diagram(tmp_path)), "--to", str(tmp_path / "ours"), "--look", "--language", "zh")

    assert "需人工处理" in result.output
    assert "theirs.bpmn:4: assignee ${initiator}：本系统中该岗位组的任何人都可认领。" in result.output
