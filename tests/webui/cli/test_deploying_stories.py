"""Stories on the command line: drawn by `linbang test`, played by `linbang deploy` unless somebody says otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.engine.bundles import GROUPS
from tests.engine.scenarios.proved import FAILS, GOES_WELL, PlayerHere, two_ways
from webui import wiring
from webui.cli import main

Run = Callable[..., Any]


@pytest.fixture
def player(monkeypatch: pytest.MonkeyPatch) -> PlayerHere:
    """What plays instead of a process of its own."""
    made = PlayerHere()
    monkeypatch.setattr(wiring, "Player", lambda _limits: made)
    return made


@pytest.fixture
def run(tmp_path: Path, player: PlayerHere) -> Run:
    processes = tmp_path / "processes"
    processes.mkdir()
    words = "".join(
        f"{key}: {{level: {one.level}, name: {{zh: {key}, en: {key}}}}}\n" for key, one in GROUPS.items()
    )
    (processes / "groups.yaml").write_text(words, "utf-8")
    environment = {"LINBANG_DATA_DIR": str(tmp_path / "data"), "LINBANG_PROCESSES_DIR": str(processes)}
    return lambda *words: CliRunner().invoke(main, list(words), env=environment)


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., str]:
    """Write a service with stories into a folder, and give its path."""

    def write(*stories: str) -> str:
        folder = tmp_path / "processes" / "t"
        for name, content in two_ways(*stories).files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        return str(folder)

    return write


def test_a_story_that_fails_refuses_the_deployment_but_in_an_emergency(
    run: Run, written: Callable[..., str], player: PlayerHere
) -> None:
    refused = run("deploy", written(FAILS), "--json")
    forced = json.loads(run("deploy", written(FAILS), "--without-stories", "--json").output)

    told = json.loads(refused.output)
    assert (refused.exit_code, told["ok"]) == (1, False)
    assert ("scenarios/story0.yaml", "story_fails") in {
        (one["file"], one["code"]) for one in told["problems"]
    }
    assert (forced["ok"], forced["version"], forced["stories"]) == (True, 1, "skipped")
    assert player.asked == 1


def test_stories_that_go_well_let_it_be_deployed(
    run: Run, written: Callable[..., str], player: PlayerHere
) -> None:
    told = json.loads(run("deploy", written(GOES_WELL), "--json").output)

    assert (told["ok"], told["stories"], player.asked) == (True, "passed", 1)
    assert "nodes_uncovered" in {one["code"] for one in told["problems"]}


def test_what_is_covered_is_drawn_into_a_folder(
    run: Run, written: Callable[..., str], tmp_path: Path
) -> None:
    result = run("test", written(GOES_WELL), "--draw", str(tmp_path / "drawn"), "--json")

    assert result.exit_code == 0
    assert {one.name for one in (tmp_path / "drawn").iterdir()} == {"index.html", "t-t.svg"}
    assert json.loads(result.stdout)["coverage"]["t"]["nodes"]["missing"] == ["other"]
