"""Commands that change the working calendar: import notices, close offices, look at what moves, decide."""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.calendar_changes import applying, looking, proposing
from engine.calendar_changes.proposing import OfficeWishes, OwnDay
from engine.errors import NotFound
from engine.notices import MAX_CHARS
from engine.people import read_offices
from webui.settings import Settings
from webui.wiring import open_installation

from .calendars import local, office_id_of
from .printing import as_json, failing_plainly, print_json

if TYPE_CHECKING:
    from engine.calendar_changes.looking import Preview
    from engine.people import Actor
    from engine.runtime import Runtime

SHOWN = 200
_ID = click.IntRange(1, 2**63 - 1)
_DAY = click.DateTime(["%Y-%m-%d"])
_by = click.option("--user", required=True, help="User name of the person who does it; it stays on record.")
_why = click.option("--reason", required=True, help="Why; it stands in the history of each case.")


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_by
@as_json
@failing_plainly
def import_(file: Path, user: str, *, as_json: bool) -> None:
    """Propose the notice of a year and show which cases it moves. Nothing counts by it before `approve`."""
    with open_installation(Settings.from_environment()) as found:
        actor = _person(found.runtime, user)
        text = file.read_bytes()[: 4 * MAX_CHARS + 1].decode("utf-8", "replace")
        row = proposing.propose_notice(found.runtime, actor, file.name, text)
        _tell(found.runtime, actor, _look(found.runtime, actor, row.id), json=as_json)


@click.command("office")
@click.argument("code")
@click.option("--closed", multiple=True, type=_DAY, help="A day on which it is closed.")
@click.option("--open", "opened", multiple=True, type=_DAY, help="A day on which it is open.")
@click.option("--forget", multiple=True, type=_DAY, help="A day that is again as everywhere.")
@click.option("--label", default="", help="Why, in a few words; the day ledger shows it.")
@click.option("--hours", help="Such as 08:30-17:30; `usual` for those of the office above.")
@_by
@as_json
@failing_plainly
def office_(
    code: str,
    closed: tuple[datetime, ...],
    opened: tuple[datetime, ...],
    forget: tuple[datetime, ...],
    label: str,
    hours: str | None,
    user: str,
    *,
    as_json: bool,
) -> None:
    """Propose days and hours of an office and show which cases they move. Nothing counts by them before `approve`."""
    wishes = OfficeWishes(
        [
            OwnDay(one.date(), works, label)
            for works, days in ((False, closed), (True, opened))
            for one in days
        ],
        [one.date() for one in forget],
        None if hours in {None, "usual"} else _hours(str(hours)),
        usual_hours=hours == "usual",
    )
    with open_installation(Settings.from_environment()) as found:
        actor = _person(found.runtime, user)
        office_id = office_id_of(read_offices(found.runtime.people).rows.values(), code)
        row = proposing.propose_office(found.runtime, actor, office_id, wishes)
        _tell(found.runtime, actor, _look(found.runtime, actor, row.id), json=as_json)


@click.command()
@click.argument("change_id", type=_ID)
@_by
@as_json
@failing_plainly
def preview(change_id: int, user: str, *, as_json: bool) -> None:
    """Show what a proposed change moves, or what came of an approved one."""
    with open_installation(Settings.from_environment()) as found:
        actor = _person(found.runtime, user)
        _tell(found.runtime, actor, _look(found.runtime, actor, change_id), json=as_json)


@click.command()
@click.argument("change_id", type=_ID)
@_by
@_why
@as_json
@failing_plainly
def approve(change_id: int, user: str, reason: str, *, as_json: bool) -> None:
    """Put a change into force and move the cases. After a crash: the same again goes on with what is left."""
    with open_installation(Settings.from_environment()) as found:
        runtime, actor = found.runtime, _person(found.runtime, user)
        if looking.find(runtime, change_id).state != "applying":
            applying.approve(runtime, actor, change_id, reason)
        else:
            applying.check_may_decide(runtime, actor, looking.find(runtime, change_id))
        moved, left = 0, True
        while left:
            done = applying.go_on(runtime, change_id, budget_s=60)
            moved, left = moved + done.moved, done.left
    if as_json:
        print_json({"ok": True, "moved": moved})
    else:
        click.echo(f"in force; {moved} cases moved")


@click.command()
@click.argument("change_id", type=_ID)
@_by
@_why
@failing_plainly
def discard(change_id: int, user: str, reason: str) -> None:
    """Drop a proposed change; it stays on record."""
    with open_installation(Settings.from_environment()) as found:
        applying.discard(found.runtime, _person(found.runtime, user), change_id, reason)
    click.echo("dropped; nothing was moved")


def _look(runtime: Runtime, actor: Actor, change_id: int) -> Preview:
    seen = looking.look_further(runtime, actor, change_id)
    while seen.row.state == "looking":
        seen = looking.look_further(runtime, actor, change_id)
    return seen


def _tell(runtime: Runtime, actor: Actor, seen: Preview, *, json: bool) -> None:
    moves = looking.page_of_moves(runtime, actor, seen.row.id, size=SHOWN)
    told: list[dict[str, Any]] = [
        {
            "case": one.listed.business_key,
            "state": one.listed.row.state,
            "clocks": [
                {
                    "clock": clock.id,
                    "was": local(runtime, clock.was),
                    "due_at": local(runtime, clock.due_at),
                    "provisional": bool(clock.provisional),
                    "from": clock.old,
                    "to": clock.new,
                }
                for clock in one.report.clocks
            ],
            "missed_before": [
                {
                    "clock": clock.id,
                    "due_at": local(runtime, clock.due_at),
                    "would_be": local(runtime, clock.would_be),
                }
                for clock in one.report.stays
            ],
        }
        for one in moves
    ]
    if json:
        print_json({"id": str(seen.row.id), "state": seen.row.state, "counts": seen.counts, "cases": told})
        return
    click.echo(f"change {seen.row.id}: {seen.row.state}")
    click.echo(", ".join(f"{n} {state}" for state, n in seen.counts.items() if n) or "no case is moved")
    for one in told:
        for clock in one["clocks"]:
            mark = "  provisional" if clock["provisional"] else ""
            click.echo(f"{one['case']:<20} {clock['clock']:<16} {clock['was']} → {clock['due_at']}{mark}")
        for clock in one["missed_before"]:
            click.echo(f"{one['case']:<20} {clock['clock']:<16} {clock['due_at']}  missed before, stays")
    if len(told) == SHOWN:
        click.echo(f"… the first {SHOWN} cases; the page shows all")


def _person(runtime: Runtime, username: str) -> Actor:
    row = runtime.people.person(username=username)
    actor = runtime.actor(row.id) if row is not None else None
    if actor is None:
        raise NotFound(
            f"Expected a person with the user name {username!r}, but there is none", code="person_unknown"
        )
    return actor


def _hours(text: str) -> tuple[time, time]:
    try:
        opens, closes = (time.fromisoformat(part.strip()) for part in text.split("-", 1))
    except ValueError as exc:
        raise click.BadParameter(f"expected hours such as 08:30-17:30, but got {text!r}") from exc
    return opens, closes


COMMANDS = (import_, office_, preview, approve, discard)
