"""The weekly report as a file, and figures counted again, from the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine.store.people import OfficeRow
from webui.cli import main
from webui.settings import Settings
from webui.wiring import open_installation

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Give what calls a command of an installation with one office."""
    environment = {"LINBANG_DATA_DIR": str(tmp_path / "data")}
    with open_installation(Settings.from_environment(environment)) as found:
        found.runtime.people.add_office(OfficeRow(1, None, "district", "990101", "临溪区", "Linxi District"))
    return lambda *arguments: CliRunner().invoke(main, list(arguments), env=environment)


@pytest.mark.parametrize(("tag", "said"), [("zh", "周报: 临溪区"), ("en", "Weekly report: Linxi District")])
def test_it_writes_one_file_that_needs_nothing_beside_it(
    run: Run, tmp_path: Path, tag: str, said: str
) -> None:
    out = tmp_path / "report.html"

    result = run("report", "--week", "2026-W46", "--office", "990101", "--language", tag, "--out", str(out))

    assert result.exit_code == 0, result.output
    text = out.read_text("utf-8")
    assert said in text
    assert f'<html lang="{tag}"' in text
    for outside in ("<script", "<link", " src=", " href="):
        assert outside not in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--week", "2026-11"), "Expected a week"),
        (("--week", "last"), "Expected a week"),
        (("--office", "4711"), "Expected an office"),
    ],
)
def test_what_is_not_there_is_said_plainly(
    run: Run, tmp_path: Path, arguments: tuple[str, str], said: str
) -> None:
    out = tmp_path / "report.html"

    result = run("report", *arguments, "--out", str(out))

    assert result.exit_code == 2
    assert said in result.output
    assert not out.exists()


def test_figures_are_counted_again(run: Run) -> None:
    assert run("count-figures").output == "counted 0 cases\n"
