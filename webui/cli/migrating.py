"""Commands that move running cases to another version: look first, move, move back."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from engine.errors import NotFound
from engine.migration import applying, previews
from webui.settings import Settings
from webui.wiring import open_installation

from .printing import as_json, failing_plainly, print_json

if TYPE_CHECKING:
    from engine.migration.previews import Preview
    from engine.people import Actor
    from engine.runtime import Runtime

SHOWN = 200
_ID = click.IntRange(1, 2**63 - 1)
_VERSION = click.IntRange(1, 2**31 - 1)
_by = click.option(
    "--user", required=True, help="User name of the person who does it; the history names them."
)
_why = click.option("--reason", required=True, help="Why; it stands in the history of each case.")


@click.group()
def migrate() -> None:
    """Running cases on older versions: look at what a move would do, move them, move them back."""


@migrate.command()
@click.argument("service")
@click.option("--from", "source", type=_VERSION, help="Number of a version; without it every older one.")
@click.option("--to", "target", type=_VERSION, help="Number of a version; without it the newest.")
@_by
@as_json
@failing_plainly
def preview(service: str, source: int | None, target: int | None, user: str, *, as_json: bool) -> None:
    """Look at every running case of older versions, on copies, and say which can move. Changes no case."""
    with open_installation(Settings.from_environment()) as found:
        runtime = found.runtime
        actor = _person(runtime, user)
        row = previews.preview(runtime, actor, service, source=source, target=target)
        seen = previews.look_further(runtime, actor, row.id)
        while not seen.complete:
            seen = previews.look_further(runtime, actor, row.id)
        _tell(runtime, actor, seen, json=as_json)


@migrate.command()
@click.argument("migration_id", type=_ID)
@_by
@as_json
@failing_plainly
def show(migration_id: int, user: str, *, as_json: bool) -> None:
    """Show what was found of the cases, and what has become of them."""
    with open_installation(Settings.from_environment()) as found:
        actor = _person(found.runtime, user)
        _tell(found.runtime, actor, previews.read_preview(found.runtime, actor, migration_id), json=as_json)


@migrate.command()
@click.argument("migration_id", type=_ID)
@_by
@_why
@click.option("--also-changed", is_flag=True, help="Also cases that had gone on and were looked at again.")
@as_json
@failing_plainly
def apply(migration_id: int, user: str, reason: str, *, also_changed: bool, as_json: bool) -> None:
    """Move the cases that can, of the person's office and below. Exit code 1 when some had gone on since."""
    moved = again = 0
    with open_installation(Settings.from_environment()) as found:
        actor, left = _person(found.runtime, user), True
        while left:
            done = applying.apply(
                found.runtime, actor, migration_id, reason, also_changed=also_changed, budget_s=60
            )
            moved, again, left = moved + done.done, again + done.again, done.left and done.done > 0
    if as_json:
        print_json({"moved": moved, "looked_again": again})
    else:
        click.echo(f"{moved} moved, {again} had gone on and were looked at again")
    sys.exit(1 if again else 0)


@migrate.command()
@click.argument("migration_id", type=_ID)
@_by
@_why
@as_json
@failing_plainly
def undo(migration_id: int, user: str, reason: str, *, as_json: bool) -> None:
    """Move cases back that nobody has worked on since. Exit code 1 when some stay."""
    moved = 0
    kept: list[tuple[int, str]] = []
    with open_installation(Settings.from_environment()) as found:
        actor, after = _person(found.runtime, user), 0
        while True:
            done = applying.undo(found.runtime, actor, migration_id, reason, after=after)
            moved, kept = moved + done.done, kept + list(done.kept)
            if done.last is None:
                break
            after = done.last
    if as_json:
        print_json({"moved_back": moved, "kept": [{"case": str(case), "code": code} for case, code in kept]})
    else:
        click.echo(f"{moved} moved back, {len(kept)} stay because somebody has worked on them")
    sys.exit(1 if kept else 0)


def _person(runtime: Runtime, username: str) -> Actor:
    row = runtime.people.person(username=username)
    actor = runtime.actor(row.id) if row is not None else None
    if actor is None:
        raise NotFound(
            f"Expected a person with the user name {username!r}, but there is none", code="person_unknown"
        )
    return actor


def _tell(runtime: Runtime, actor: Actor, seen: Preview, *, json: bool) -> None:
    cases = previews.page_of_cases(runtime, actor, seen.row.id, size=SHOWN)
    told: list[dict[str, Any]] = [
        {
            "case": one.business_key,
            "state": one.row.state,
            "code": one.row.code,
            "element": one.row.element_id,
            "dates_change": one.report.moved_dates,
        }
        for one in cases
    ]
    if json:
        print_json({"id": str(seen.row.id), "complete": seen.complete, "counts": seen.counts, "cases": told})
        return
    click.echo(f"migration {seen.row.id}")
    click.echo(
        ", ".join(f"{number} {state}" for state, number in seen.counts.items() if number) or "no cases"
    )
    for one in told:
        why = f"  {one['code']} {one['element'] or ''}" if one["code"] else ""
        dates = "  due dates change" if one["dates_change"] else ""
        click.echo(f"{one['case']:<20} {one['state']}{why}{dates}")


COMMANDS = (migrate,)
