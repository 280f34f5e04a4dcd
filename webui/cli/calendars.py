"""Commands that count working days, show the calendar and audit what was counted; they change nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from engine import clock_audit, clocks, extending, history
from engine.calendar import FIRST_YEAR, LAST_YEAR, Calendar
from engine.calendar_changes import proposing
from engine.calendars import Calendars
from engine.clocks import DeadlineFacts, DeadlineKind, Pause
from engine.errors import NotFound
from engine.people import read_offices
from engine.state import from_ms, to_ms
from engine.store import Database
from engine.store.calendars import CalendarStore
from engine.store.engines import is_missing
from engine.store.people import PeopleStore
from webui.settings import Settings
from webui.wiring import TENANT, open_installation

from .printing import as_json, failing_plainly, print_json

if TYPE_CHECKING:
    from engine.runtime import Runtime
    from webui.wiring import Installation

_office = click.option("--office", help="Code of an office; without one the office above all others.")


@click.group()
def calendar() -> None:
    """Working days and deadlines: count, import notices, close offices, see what moves."""


@calendar.command()
@click.argument("day", required=False)
@click.argument("count", required=False)
@click.option("--accepted", help="Moment of acceptance, ISO 8601, business zone when it names none; or DAY.")
@click.option("--limit", help="Such as 12WD or 30D; or COUNT.")
@click.option("--pause", "pauses", multiple=True, help="FROM/TO, ISO 8601; may be given several times.")
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
                    "since": local(runtime, row.created_at),
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


@click.command("clocks")
@click.option("--case", "number", help="Number of one case: also tells what gave its clocks their dates.")
@as_json
@failing_plainly
def audit_clocks(number: str | None, *, as_json: bool) -> None:
    """Recompute every stored due date from the histories alone, and say which differ."""
    told: list[dict[str, Any]] = []
    with open_installation(Settings.from_environment()) as found:
        if number is None:
            faults = list(clock_audit.verify_clocks(found.runtime, found.cases))
        else:
            row = found.cases.instance_by_key(number)
            if row is None:
                raise NotFound(f"Expected a case with the number {number}, but there is none")
            faults = clock_audit.verify_case(found.runtime, found.cases, row.id)
            told = _clocks_of(found, row.id)
    if as_json:
        more = {} if number is None else {"clocks": told}
        print_json({"ok": not faults, "faults": [asdict(one) for one in faults], **more})
    else:
        for clock in told:
            click.echo(f"{clock['key']} {clock['limit']} from {clock['started_at']}, due {clock['due_at']}")
            for one in clock["extensions"]:
                by = f" by {one['by']}" if one["by"] else ""
                law = f" ({one['basis']})" if one["basis"] else ""
                click.echo(f"  {one['sum']} since {one['at']}{by}: {one['reason']}{law}")
        for one in faults:
            click.echo(
                f"{one.business_key} {one.clock} {one.what}: {one.stored}, by its history {one.recomputed}"
            )
        click.echo(f"{len(faults)} dates differ" if faults else "every due date follows from its history")
    sys.exit(1 if faults else 0)


def _clocks_of(found: Installation, process_instance_id: int) -> list[dict[str, Any]]:
    """Tell from a case's history what its clocks were given, with the dates that are stored."""
    runtime, store = found.runtime, found.cases
    links = [
        history.open_link(runtime.sealer, process_instance_id, one)
        for one in store.history(process_instance_id)
    ]
    names = {row.id: row.username for row in runtime.people.persons()}
    given: dict[str, list[dict[str, Any]]] = {}
    for one in extending.extensions_in(links):
        told = {
            "sum": extending.sum_of(one),
            "at": _local(runtime, to_ms(one.at)),
            "by": names.get(one.by, "") if one.by is not None else "",
            "reason": one.reason,
            "basis": one.basis,
        }
        given.setdefault(one.key, []).append(told)
    retold = clock_audit.retell(links)
    return [
        {
            "key": row.key,
            "limit": retold[row.key].limit if row.key in retold else "",
            "started_at": _local(runtime, row.started_at),
            "due_at": _local(runtime, row.due_at),
            "state": row.state,
            "extensions": given.get(row.key, []),
        }
        for row in store.deadlines(process_instance_id)
    ]


def _local(runtime: Runtime, moment: int) -> str:
    return f"{runtime.calendar.local_moment(from_ms(moment)):%Y-%m-%d %H:%M}"


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
        yield known.house if office is None else known.of(office_id_of(offices.rows.values(), office))
    finally:
        database.close()


def office_id_of(rows: Any, code: str) -> int:
    """Find an office by its code among rows; raises NotFound (`office_unknown`) where there is none."""
    found = next((row.id for row in rows if row.code == code), None)
    if found is None:
        raise NotFound(f"Expected an office with the code {code}, but there is none", code="office_unknown")
    return int(found)


def local(runtime: Runtime, moment: int) -> str:
    """Say a moment, given in milliseconds, by the offices' clock."""
    return f"{runtime.calendar.local_moment(from_ms(moment)):%Y-%m-%d %H:%M}"


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
