"""Tokens on the command line: made and seen once, listed, revoked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine import tokens
from engine.store.people import OfficeRow, PersonRow
from webui.cli import main
from webui.settings import Settings
from webui.wiring import open_installation


@pytest.fixture
def data(tmp_path: Path) -> dict[str, str]:
    environment = {"LINBANG_DATA_DIR": str(tmp_path)}
    with open_installation(Settings.from_environment(environment)) as found:
        found.runtime.people.add_office(OfficeRow(1, None, "district", "990101", "临溪区", "Linxi"))
        row = PersonRow(7, "clerk", "Li Na", "Li Na", None, None, "en", 1, 1, "caseworker", 1)
        found.runtime.people.add_person(row, [])
    return environment


def run(data: dict[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(main, ["token", *arguments], env=data)


def test_it_prints_the_token_once_and_lists_it_without(data: dict[str, str]) -> None:
    made = run(data, "create", "--user", "clerk", "--label", "wall", "--expires", "90d")
    token = made.output.strip()
    listed = run(data, "list", "--json")

    (row,) = json.loads(listed.output)
    assert (row["user"], row["label"], row["state"]) == ("clerk", "wall", "living")
    assert token.startswith("lb_")
    assert token not in listed.output + run(data, "list").output
    with open_installation(Settings.from_environment(data)) as found:
        actor = tokens.who(found.runtime, token)
    assert actor is not None
    assert actor.name == "Li Na"


def test_it_revokes_one(data: dict[str, str]) -> None:
    run(data, "create", "--user", "clerk", "--expires", "2099-12-31")
    (row,) = json.loads(run(data, "list", "--user", "clerk", "--json").output)

    assert run(data, "revoke", row["id"]).exit_code == 0

    assert json.loads(run(data, "list", "--json").output)[0]["state"] == "revoked"
    assert run(data, "revoke", row["id"]).exit_code == 2


@pytest.mark.parametrize("expires", ["soon", "0d", "9999d", "2020-01-01", "2026-13-01"])
def test_it_refuses_other_ends_plainly(data: dict[str, str], expires: str) -> None:
    result = run(data, "create", "--user", "clerk", "--expires", expires)

    assert result.exit_code == 2
    assert result.output.startswith("linbang: Expected")
    assert json.loads(run(data, "list", "--json").output) == []


def test_it_says_that_there_is_nobody_of_that_name(data: dict[str, str]) -> None:
    assert "'ghost'" in run(data, "create", "--user", "ghost").output
