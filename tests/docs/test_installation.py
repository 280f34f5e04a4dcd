"""The files of a three-node installation fit the program: its commands, its settings, and what units are held to."""

from __future__ import annotations

import re
import shlex
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from webui.cli import main
from webui.dispatching.worker import STOP_WITHIN_S
from webui.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PLACE = ROOT / "docs" / "installation"
UNITS = sorted(PLACE.glob("*.service"))
NOT_OURS = {"PGPASSFILE"}
HARDENED = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "CapabilityBoundingSet": "",
    "RestrictSUIDSGID": "yes",
    "User": "linbang",
}
SECONDS = re.compile(r"^(\d+)s?$")


def documented() -> set[str]:
    page = (ROOT / "docs" / "OPERATING.md").read_text("utf-8")
    return set(re.findall(r"`(LINBANG_\w+|PORT|PGPASSFILE)`", page))


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((PLACE / "compose.yaml").read_text("utf-8"))
    return found


def ours() -> dict[str, dict[str, Any]]:
    return {name: one for name, one in compose()["services"].items() if one["image"] == "linbang"}


def unit(path: Path) -> ConfigParser:
    parser = ConfigParser(interpolation=None, strict=False, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(path.read_text("utf-8"))
    return parser


def variables(path: Path) -> set[str]:
    return {
        assigned.partition("=")[0] for assigned in shlex.split(unit(path)["Service"].get("Environment", ""))
    }


def from_file() -> dict[str, str]:
    lines = (PLACE / "linbang.env").read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def parse(arguments: list[str]) -> None:
    """Let the command line read a command without doing anything; fails for one that it does not know."""
    name, *rest = arguments
    command = main.commands[name]
    command.parse_args(click.Context(command), list(rest))


def test_units_there_are() -> None:
    assert [path.name for path in UNITS] == ["linbang-web.service", "linbang-worker@.service"]


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_is_hardened(path: Path) -> None:
    service = unit(path)["Service"]

    assert {name: service.get(name) for name in HARDENED} == HARDENED


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_starts_a_command_that_there_is(path: Path) -> None:
    program, *arguments = shlex.split(unit(path)["Service"]["ExecStart"])

    assert program == "/opt/linbang/bin/linbang"
    parse(arguments)


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_waits_until_what_runs_has_ended(path: Path) -> None:
    assert int(unit(path)["Service"]["TimeoutStopSec"]) > STOP_WITHIN_S


def test_every_variable_of_the_units_is_documented() -> None:
    used = set(from_file()).union(*(variables(path) for path in UNITS))

    assert used - documented() == set()


def test_the_environment_of_the_units_can_be_read() -> None:
    settings = Settings.from_environment(from_file())

    assert settings.background == "none"
    assert settings.database_url.startswith("postgresql+psycopg://")


def test_every_variable_of_the_containers_is_documented() -> None:
    used = set().union(*(one["environment"] for one in ours().values()))
    used |= set(re.findall(r"\b(LINBANG_\w+)=", (PLACE / "Dockerfile").read_text("utf-8")))

    assert used - documented() == set()
    assert used & NOT_OURS == NOT_OURS


def test_containers_start_commands_that_there_are() -> None:
    started = {name: one["command"] for name, one in ours().items()}

    assert set(started) == {"init", "web", "worker-a", "worker-b"}
    for program, *arguments in started.values():
        assert program == "linbang"
        parse(arguments)


def test_containers_share_the_database_and_leave_jobs_to_workers() -> None:
    settings = {name: Settings.from_environment(one["environment"]) for name, one in ours().items()}

    assert {one.background for one in settings.values()} == {"none"}
    assert len({one.database_url for one in settings.values()}) == 1
    assert {settings["worker-a"].worker_name, settings["worker-b"].worker_name} == {"a", "b"}


def test_containers_wait_until_what_runs_has_ended() -> None:
    for one in ours().values():
        found = SECONDS.match(one["stop_grace_period"])
        assert found is not None
        assert int(found[1]) > STOP_WITHIN_S


def test_the_image_is_built_from_the_checkout() -> None:
    build = compose()["x-linbang"]["build"]

    assert (PLACE / build["context"]).resolve() == ROOT
    assert (ROOT / build["dockerfile"]).exists()
