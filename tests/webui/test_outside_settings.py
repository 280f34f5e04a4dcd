"""Which outside systems an installation has is said in its settings alone; what cannot be used is said at the start."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import pytest

from connectors.sandbox import sandbox_server
from engine.errors import InvalidInput
from webui.settings import Settings
from webui.wiring import CONNECTORS, connectors, operations


def test_a_system_without_an_address_is_not_there() -> None:
    assert connectors(Settings.from_environment({})) == {}


def test_an_empty_setting_is_none() -> None:
    assert connectors(Settings.from_environment({"LINBANG_SMS_URL": ""})) == {}


def test_a_sandbox_sets_up_every_system() -> None:
    with sandbox_server() as served:
        found = connectors(Settings.from_environment(dict(served.settings)))

    assert list(found) == [kind.name for kind in CONNECTORS]


def test_the_gate_knows_operations_that_are_not_set_up() -> None:
    """A service may be checked on a designer's machine, where no system is."""
    shapes = operations()

    assert shapes["beds.offer"].errors > {"bed_taken", "consent_missing", "beds_down"}
    assert shapes["mail.send"].required == {"to", "subject", "text"}
    assert shapes["registry.sweep"].answer == {"query_no", "persons"}


def test_a_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("agreed\n", "utf-8")
    settings = Settings.from_environment({"LINBANG_BEDS_SECRET_FILE": str(file)})

    assert settings.given(["LINBANG_BEDS_SECRET"]) == {"LINBANG_BEDS_SECRET": "agreed"}


@pytest.mark.parametrize(
    "environment",
    [
        {"LINBANG_REGISTRY_URL": "registry.example"},
        {"LINBANG_MAIL_URL": "smtp://127.0.0.1"},
        {"LINBANG_MAIL_URL": "smtp://me:secret@127.0.0.1", "LINBANG_MAIL_FROM": "a@b.example"},
        {"LINBANG_WEBHOOK_PARTNERS": "/nowhere/partners.yaml"},
        {"LINBANG_BEDS_URL": "http://127.0.0.1", "LINBANG_BEDS_SECRET_FILE": "/nowhere/secret"},
    ],
)
def test_a_setting_that_cannot_be_used_is_said_at_the_start(environment: dict[str, str]) -> None:
    with pytest.raises(InvalidInput) as caught:
        connectors(Settings.from_environment(environment))

    assert caught.value.code == "setting_broken"
    assert "me:secret" not in caught.value.message


@pytest.mark.parametrize("text", ["soon", "-1", "nan", "inf", "1e9", ""])
def test_it_refuses_a_wait_that_is_none(text: str) -> None:
    with pytest.raises(InvalidInput):
        Settings.from_environment({"LINBANG_SANDBOX_REPLY_S": text})


def test_the_sandbox_tells_how_to_ask_it(tmp_path: Path) -> None:
    """What it prints are settings: every system, with faults at random."""
    command = [sys.executable, "-m", "webui.cli", "sandbox", "--port", "0", "--mail-port", "0"]
    with subprocess.Popen(
        [*command, "--faults", "0.1", "--seed", "7"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        lines = ends_with_partners(process)
        settings = dict(line.strip().split("=", 1) for line in lines[1:])
        address = lines[0].split()[4].rstrip(";")
        with urllib.request.urlopen(f"{address}/sandbox/effects", timeout=10) as answer:
            effects = json.load(answer)
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=20)
        finally:
            process.kill()

    assert effects["total"] == 0
    assert process.returncode == 0
    assert {kind.settings[0] for kind in CONNECTORS} <= settings.keys()


def ends_with_partners(process: subprocess.Popen[str]) -> list[str]:
    """Read what is printed up to the last setting, for a while."""
    giving_up = threading.Timer(30, process.kill)
    giving_up.start()
    lines: list[str] = []
    assert process.stdout is not None
    while not lines or "SECRET" not in lines[-1]:
        line = process.stdout.readline()
        assert line, "it ended"
        lines.append(line)
    giving_up.cancel()
    return lines
