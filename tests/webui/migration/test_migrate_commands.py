"""Moves of cases on the command line: look, move, move back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine.instances import StartRequest, start
from engine.people import SYSTEM
from engine.store.definitions import DefinitionRow
from engine.store.people import OfficeRow, PersonRow
from tests.engine.bundles import bundle, start_and_end, user_task
from webui.cli import main
from webui.settings import Settings
from webui.wiring import open_installation

PROCESS = 'linbang:caseNumber="T" linbang:title="name" linbang:startGroups="supervisor"'


def version(*ids: str):
    tasks = "".join(user_task(one, "supervisor") for one in ids)
    return bundle(tasks + start_and_end(*ids), process=PROCESS)


@pytest.fixture
def data(tmp_path: Path) -> dict[str, str]:
    """Give an installation with a case of version 1 of a service whose newest version is 2."""
    environment = {"LINBANG_DATA_DIR": str(tmp_path)}
    with open_installation(Settings.from_environment(environment)) as found:
        runtime = found.runtime
        runtime.people.add_office(OfficeRow(1, None, "district", "990101", "临溪区", "Linxi"))
        runtime.offices = type(runtime.offices)({row.id: row for row in runtime.people.offices()})
        for number, role in ((7, "designer"), (8, "supervisor")):
            row = PersonRow(number, role, "Li Na", "Li Na", None, None, "en", 1, 1, role, 1)
            runtime.people.add_person(row, [])
        for one in (version("ask", "check"), version("ask", "look", "check")):
            row_of = DefinitionRow(runtime.ids.next(), "t", 0, one.digest, runtime.now_ms(), None, "")
            runtime.catalogue.deploy(one, row_of)
            if one.digest == version("ask", "check").digest:
                start(runtime, SYSTEM, StartRequest("t", 1, {"name": "Wang"}))
    return environment


def run(data: dict[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(main, ["migrate", *arguments], env=data)


def test_it_looks_moves_and_moves_back(data: dict[str, str]) -> None:
    seen = json.loads(run(data, "preview", "t", "--user", "designer", "--json").output)
    reason = ("--reason", "The new form asks for less.")

    assert [(one["state"], one["code"]) for one in seen["cases"]] == [("movable", None)]
    moved = run(data, "apply", seen["id"], "--user", "supervisor", *reason)
    assert (moved.exit_code, moved.output) == (0, "1 moved, 0 had gone on and were looked at again\n")
    assert "1 moved" in run(data, "show", seen["id"], "--user", "designer").output
    back = run(data, "undo", seen["id"], "--user", "supervisor", *reason)
    assert (back.exit_code, back.output[:12]) == (0, "1 moved back")


def test_it_refuses_plainly(data: dict[str, str]) -> None:
    seen = json.loads(run(data, "preview", "t", "--user", "designer", "--json").output)

    for arguments in (
        ("preview", "other", "--user", "designer"),
        ("preview", "t", "--user", "nobody"),
        ("preview", "t", "--user", "designer", "--from", "2"),
        ("apply", seen["id"], "--user", "designer", "--reason", "because"),
        ("apply", seen["id"], "--user", "supervisor", "--reason", "x"),
        ("undo", "7", "--user", "supervisor", "--reason", "because"),
    ):
        result = run(data, *arguments)
        assert result.exit_code == 2
        assert result.output.startswith("linbang: Expected")
