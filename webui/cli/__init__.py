"""The command line. Each command prints for people, or with --json one document for programs."""

from __future__ import annotations

import click

from . import (
    calendar_changes,
    calendars,
    databases,
    deciding,
    designing,
    importing,
    measuring,
    migrating,
    operating,
    recording,
    reporting,
    stories,
    tokens,
)


@click.group()
@click.version_option(package_name="linbang")
def main() -> None:
    """Linbang 邻帮: process automation for public casework."""


for _command in (
    *calendars.COMMANDS,
    *deciding.COMMANDS,
    *designing.COMMANDS,
    *importing.COMMANDS,
    *databases.COMMANDS,
    *measuring.COMMANDS,
    *migrating.COMMANDS,
    *operating.COMMANDS,
    *recording.COMMANDS,
    *reporting.COMMANDS,
    *stories.COMMANDS,
    *tokens.COMMANDS,
):
    main.add_command(_command)

for _command in calendar_changes.COMMANDS:
    calendars.calendar.add_command(_command)
operating.audit_.add_command(calendars.audit_clocks)
