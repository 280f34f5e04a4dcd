"""Commands about figures: the weekly report as a file, and counting everything again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine import figures
from engine.errors import InvalidInput, NotFound
from engine.figures import WEEK, Period
from webui import desk
from webui.app import create_app
from webui.language import LANGUAGES
from webui.settings import Settings
from webui.wiring import open_installation

from .printing import failing_plainly

if TYPE_CHECKING:
    from webui.wiring import Installation


@click.command()
@click.option("--week", default="", help="Such as 2026-W46; the present week without it.")
@click.option("--office", default="", help="The office's code, such as 990101; the highest one without it.")
@click.option("--language", "tag", type=click.Choice(sorted(LANGUAGES)), default="zh", show_default=True)
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="An HTML file.")
@failing_plainly
def report(week: str, office: str, tag: str, out: Path) -> None:
    """Write the report of a week as one HTML file, ready to be printed."""
    with open_installation(Settings.from_environment()) as found:
        figures.roll_up(found.runtime, budget_s=60.0, at_once=True)
        period = Period.read(week) if week else Period.of(found.runtime.today(), WEEK)
        if period.kind != WEEK:
            raise InvalidInput("Expected a week such as 2026-W46, but got a month", code="period_unknown")
        with create_app(found).test_request_context():
            out.write_text(desk.report.as_file(_office(found, office), period, tag), "utf-8")
    click.echo(str(out))


@click.command("count-figures")
@failing_plainly
def count_figures() -> None:
    """Forget the supervisors' figures and count all cases from their histories again."""
    with open_installation(Settings.from_environment()) as found:
        done = figures.count_again(found.runtime, lambda number: click.echo(f"  {number} cases"))
    click.echo(f"counted {done} cases")


def _office(found: Installation, code: str) -> int:
    rows = found.runtime.offices.rows.values()
    for row in rows:
        if row.code == code or (not code and row.parent_id is None):
            return row.id
    raise NotFound(f"Expected an office with the code {code}, but there is none", code="office_missing")


COMMANDS = (report, count_figures)
