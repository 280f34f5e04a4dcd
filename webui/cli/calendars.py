"""Commands for working days: count them, show a year, import notices, close offices, look at what moves, decide."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine import clock_audit, clocks
from engine.calendar import FIRST_YEAR, LAST_YEAR, Calendar
from engine.calendar_changes import applying, looking, proposing
from engine.calendar_changes.proposing import OfficeWishes, OwnDay
from engine.calendars import Calendars
from engine.clocks import DeadlineFacts, DeadlineKind, Pause
from engine.errors import NotFound
from engine.notices import MAX_CHARS
from engine.people import read_offices
from engine.state import from_ms
from engine.store import Database
from engine.store.calendars import CalendarStore
from engine.store.engines import is_missing
from engine.store.people import PeopleStore
from webui.settings import Settings
from webui.wiring import TENANT, open_installation

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
_office = click.option("--office", help="Code of an office; without one the office above all others.")


@click.group()
def calendar() -> None:
    """Working days and deadlines: count, import notices, close offices, see what moves."""


@calendar.command()
@click.argument("day", required=False)
@click.argument("count", required=False)
@click.option("--accepted", help="Moment of acceptance, ISO 8601, business zone when it names none; or DAY.")
@click.option("--limit", help="Such as 12WD or 30D; or COUNT.")
@click.option("--pause", "pauses", multiple=True, help="From/to, ISO 8601.")
@_office
@as_json
@failing_plainly
def due(
    day: str | None,
    count: str | None,
    accepted: str | None,
    limit: str | None,
    pauses: tuple[str, ...],
    office: str | None,
    *,
    as_json: bool,
) -> None:
    """Say when a limit ends, day by day: `linbang calendar due 2026-03-02 12WD`."""
    begin, wanted = accepted or day, limit or count
    if begin is None or wanted is None:
        raise click.UsageError("expected a day of acceptance and a limit: calendar due 2026-03-02 12WD")
    with _counted_by(office) as working:
        started_at = _moment(begin, working)
        facts = DeadlineFacts(
            "limit",
            DeadlineKind.PROMISED if pauses else DeadlineKind.STATUTORY,
            clocks.parse_limit(wanted),
            started_at,
            tuple(_pause(text, working) for text in pauses),
        )
        found = clocks.due_at(facts, working, started_at)
        days = clocks.ledger(facts, working, found.at)
    local = working.local_moment(found.at)
    if as_json:
        ledger = [
            {
                "day": line.day.isoformat(),
                "counted": line.counted,
                "number": line.number,
                "reason": str(line.reason),
                "detail": line.detail,
                "provisional": line.provisional,
            }
            for line in days
        ]
        print_json(
            {
                "due_at": local.isoformat(),
                "provisional": found.provisional,
                "calendar_version": found.calendar_version,
                "ledger": ledger,
            }
        )
        return
    for line in days:
        number = f"{line.number:>3}" if line.counted else "   "
        mark = " provisional" if line.provisional else ""
        detail = f" ({line.detail})" if line.detail else ""
        click.echo(f"{line.day:%Y-%m-%d %a} {number}  {line.reason}{detail}{mark}")
    mark = " (provisional: no notice for its year is in force)" if found.provisional else ""
    click.echo(f"due {local:%Y-%m-%d %H:%M}{mark}")
    click.echo(f"calendar version {found.calendar_version}")


@calendar.command()
@click.argument("year", type=click.IntRange(FIRST_YEAR, LAST_YEAR))
@_office
@as_json
@failing_plainly
def show(year: int, office: str | None, *, as_json: bool) -> None:
    """Show where a year differs from Monday to Friday, by which notice, and its number of working days."""
    with _counted_by(office) as working:
        days = [
            date(year, 1, 1) + timedelta(days=n)
            for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)
        ]
        explained = {day: working.explain(day) for day in days}
        count = sum(info.kind.works for info in explained.values())
        notice = next((one for one in working.notices if one.year == year), None)
        provisional = working.is_provisional(days[0])
    told = {day: info for day, info in explained.items() if info.name is not None}
    source = f"{notice.number}, {notice.issued_on}" if notice else working.packaged.label
    if as_json:
        listed = [
            {"day": day.isoformat(), "kind": str(info.kind), "name": info.name} for day, info in told.items()
        ]
        head = {"year": year, "working_days": count, "provisional": provisional, "version": working.version}
        print_json({**head, "source": None if provisional else source, "days": listed})
        return
    for day, info in told.items():
        click.echo(f"{day:%Y-%m-%d %a}  {info.kind:<8} {info.name}")
    click.echo(f"{year}: {count} working days, {working.opens:%H:%M}–{working.closes:%H:%M}")
    click.echo("provisional: no notice is in force" if provisional else f"source: {source}")
    click.echo(f"calendar version {working.version}")


@calendar.command()
@as_json
@failing_plainly
def versions(*, as_json: bool) -> None:
    """List the editions that were in force, the newest first, with the version that due dates name."""
    with open_installation(Settings.from_environment()) as found:
        runtime = found.runtime
        known, house = runtime.calendars.known, runtime.offices
        records: list[dict[str, Any]] = []
        for row in proposing.store(runtime).editions():
            edition = runtime.calendars.edition(row.number)
            named = {known.of(office, row.number).version: one.code for office, one in house.rows.items()}
            records.append(
                {
                    "edition": row.number,
                    "since": _local(runtime, row.created_at),
                    "change": None if row.change_id is None else str(row.change_id),
                    "versions": sorted(named),
                    "packaged": edition.packaged,
                    "notices": [f"{one.year} {one.number}" for one in edition.notices],
                    "offices_with_their_own": len(edition.offices),
                }
            )
    if as_json:
        print_json({"editions": records})
        return
    for one in records:
        click.echo(f"{one['edition']:>4}  {one['since']}  {', '.join(one['versions'])}")
        click.echo(f"      notices: {', '.join(one['notices']) or 'none'}; other years: {one['packaged']}")


@calendar.command("import")
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


@calendar.command("office")
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
        office_id = _office_id(read_offices(found.runtime.people).rows.values(), code)
        row = proposing.propose_office(found.runtime, actor, office_id, wishes)
        _tell(found.runtime, actor, _look(found.runtime, actor, row.id), json=as_json)


@calendar.command()
@click.argument("change_id", type=_ID)
@_by
@as_json
@failing_plainly
def preview(change_id: int, user: str, *, as_json: bool) -> None:
    """Show what a proposed change moves, or what came of an approved one."""
    with open_installation(Settings.from_environment()) as found:
        actor = _person(found.runtime, user)
        _tell(found.runtime, actor, _look(found.runtime, actor, change_id), json=as_json)


@calendar.command()
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


@calendar.command()
@click.argument("change_id", type=_ID)
@_by
@_why
@failing_plainly
def discard(change_id: int, user: str, reason: str) -> None:
    """Drop a proposed change; it stays on record."""
    with open_installation(Settings.from_environment()) as found:
        applying.discard(found.runtime, _person(found.runtime, user), change_id, reason)
    click.echo("dropped; nothing was moved")


@click.command("clocks")
@as_json
@failing_plainly
def audit_clocks(*, as_json: bool) -> None:
    """Recompute every stored due date from the histories alone, and say which differ."""
    with open_installation(Settings.from_environment()) as found:
        faults = list(clock_audit.verify_clocks(found.runtime, found.cases))
    if as_json:
        print_json({"ok": not faults, "faults": [asdict(one) for one in faults]})
    else:
        for one in faults:
            click.echo(
                f"{one.business_key} {one.clock} {one.what}: {one.stored}, by its history {one.recomputed}"
            )
        click.echo(f"{len(faults)} dates differ" if faults else "every due date follows from its history")
    sys.exit(1 if faults else 0)


@contextmanager
def _counted_by(office: str | None) -> Iterator[Calendar]:
    """Give the calendar of an office of the installation; what this release ships where there is no installation."""
    url = Settings.from_environment().database_url
    if is_missing(url):
        if office is not None:
            raise NotFound(f"Expected an office with the code {office}, but there is no installation")
        yield Calendar.standard()
        return
    database = Database(url)
    try:
        if database.schema() is None:
            yield Calendar.standard()
            return
        offices = read_offices(PeopleStore(database, TENANT))
        kept = Calendars(CalendarStore(database, TENANT), lambda: offices, Calendar.standard())
        known = kept.known
        yield known.house if office is None else known.of(_office_id(offices.rows.values(), office))
    finally:
        database.close()


def _office_id(rows: Any, code: str) -> int:
    found = next((row.id for row in rows if row.code == code), None)
    if found is None:
        raise NotFound(f"Expected an office with the code {code}, but there is none", code="office_unknown")
    return int(found)


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
                    "was": _local(runtime, clock.was),
                    "due_at": _local(runtime, clock.due_at),
                    "provisional": bool(clock.provisional),
                    "from": clock.old,
                    "to": clock.new,
                }
                for clock in one.report.clocks
            ],
            "missed_before": [
                {
                    "clock": clock.id,
                    "due_at": _local(runtime, clock.due_at),
                    "would_be": _local(runtime, clock.would_be),
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


def _local(runtime: Runtime, moment: int) -> str:
    return f"{runtime.calendar.local_moment(from_ms(moment)):%Y-%m-%d %H:%M}"


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


def _moment(text: str, working: Calendar) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as exc:
        raise click.BadParameter(f"expected an ISO 8601 date or moment, but got {text!r}") from exc
    return moment if moment.tzinfo else moment.replace(tzinfo=working.zone)


def _pause(text: str, working: Calendar) -> Pause:
    start, _, end = text.partition("/")
    if not end:
        raise click.BadParameter(f"expected FROM/TO, but got {text!r}")
    return Pause(_moment(start, working), _moment(end, working), "pause")


COMMANDS = (calendar,)
