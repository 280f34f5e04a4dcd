"""Commands for bearer tokens of machines: make one, list them, revoke one."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from engine import tokens
from engine.errors import InvalidInput, NotFound
from engine.state import from_ms
from webui.settings import Settings
from webui.wiring import open_installation

from .printing import as_json, failing_plainly, print_json

if TYPE_CHECKING:
    from engine.runtime import Runtime
    from engine.store.tokens import TokenRow

MAX_DAYS = 3650
_SPAN = re.compile(r"(\d{1,4})d")


@click.group("token")
def token_() -> None:
    """Bearer tokens, with which machines use the interface at /api/v1."""


@token_.command()
@click.option("--user", required=True, help="User name of the person whose rights the token has.")
@click.option("--label", default="", help="What it is for.")
@click.option(
    "--expires", default="", help="Days such as 90d, or the last day: 2026-12-31. Without it: never."
)
@as_json
@failing_plainly
def create(user: str, label: str, expires: str, *, as_json: bool) -> None:
    """Make a token and print it. It is seen only now."""
    with open_installation(Settings.from_environment()) as found:
        runtime = found.runtime
        token = tokens.create(runtime, _person(runtime, user), label, _moment(runtime, expires))
    if as_json:
        print_json({"token": token})
    else:
        click.echo(token)


@token_.command("list")
@click.option("--user", default=None, help="Only this person's.")
@as_json
@failing_plainly
def list_(user: str | None, *, as_json: bool) -> None:
    """List tokens, ended ones too; never the tokens themselves."""
    with open_installation(Settings.from_environment()) as found:
        runtime = found.runtime
        rows = tokens.list_tokens(runtime, _person(runtime, user) if user is not None else None)
        names = {row.id: row.username for row in runtime.people.persons()}
        listed = [_told(row, names, runtime.now_ms()) for row in rows]
    if as_json:
        print_json(listed)
        return
    for one in listed:
        used = one["used_at"] or "never used"
        click.echo(f"{one['id']}  {one['user']:<12} {one['state']:<8} {used}  {one['label']}")


@token_.command()
@click.argument("token_id", type=click.IntRange(0, 2**63 - 1))
@failing_plainly
def revoke(token_id: int) -> None:
    """End a token at once; TOKEN_ID as `list` shows it."""
    with open_installation(Settings.from_environment()) as found:
        tokens.revoke(found.runtime, token_id)
    click.echo("revoked")


def _person(runtime: Runtime, username: str) -> int:
    row = runtime.people.person(username=username)
    if row is None:
        raise NotFound(
            f"Expected a person with the user name {username!r}, but there is none", code="person_unknown"
        )
    return row.id


def _moment(runtime: Runtime, text: str) -> datetime | None:
    """Give when a token ends: so many days from now, or with a day."""
    if not text:
        return None
    span = _SPAN.fullmatch(text)
    if span is not None and 0 < int(span[1]) <= MAX_DAYS:
        return runtime.clock.now() + timedelta(days=int(span[1]))
    try:
        day = date.fromisoformat(text)
    except ValueError as exc:
        raise InvalidInput(
            f"Expected days such as 90d or a day such as 2026-12-31, but got {text!r}", code="moment_unknown"
        ) from exc
    return datetime(day.year, day.month, day.day, tzinfo=runtime.calendar.zone).astimezone(UTC) + timedelta(
        days=1
    )


def _told(row: TokenRow, names: dict[int, str], now: int) -> dict[str, Any]:
    expired = row.expires_at is not None and row.expires_at <= now
    state = "revoked" if row.revoked_at is not None else "expired" if expired else "living"
    moments = {
        name: None
        if getattr(row, name) is None
        else from_ms(getattr(row, name)).isoformat(timespec="minutes")
        for name in ("created_at", "expires_at", "used_at")
    }
    return {
        "id": str(row.id),
        "user": names.get(row.person_id, ""),
        "label": row.label,
        "state": state,
        **moments,
    }


COMMANDS = (token_,)
