"""Commands that measure this machine: `linbang bench …`, in scratch databases that are gone afterwards."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from webui.bench import inbox, steps, timers
from webui.bench.figures import Figure, table
from webui.bench.installation import DATABASES, Measured, measured
from webui.bench.machine import machine
from webui.bench.rounds import CASES, MAX_CASES, MAX_ROUNDS, MAX_SECONDS, ROUNDS, SECONDS, Effort
from webui.settings import Settings

from .printing import as_json, failing_plainly, print_json

_STOPPED = 128


@click.group("bench")
def bench_() -> None:
    """Measure how fast this machine is, beside its database's bare driver.

    SQLite is measured in a temporary folder on the disk of LINBANG_DATA_DIR, PostgreSQL in scratch databases on the server
    of LINBANG_DATABASE_URL; both are removed afterwards. Figures of two machines cannot be compared, ratios can.
    """


_database = click.option(
    "--database", "kind", default="sqlite", show_default=True, type=click.Choice(DATABASES)
)
_cases = click.option(
    "--cases", default=CASES, show_default=True, type=click.IntRange(1, MAX_CASES), help="Cases of a round."
)
_rounds = click.option(
    "--rounds",
    default=ROUNDS,
    show_default=True,
    type=click.IntRange(1, MAX_ROUNDS),
    help="Figures are the medians of so many.",
)
_seconds = click.option(
    "--seconds",
    default=SECONDS,
    show_default=True,
    type=click.IntRange(1, MAX_SECONDS),
    help="No round begins later than that.",
)


def _in_rounds(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a bench that runs in rounds."""
    for option in (as_json, _seconds, _rounds, _cases, _database):
        command = option(command)
    return command


@bench_.command()
@_in_rounds
@failing_plainly
def completions(*, kind: str, cases: int, rounds: int, seconds: int, as_json: bool) -> None:
    """Complete tasks durably, with all checks, sealing, inbox, jobs and history."""
    effort = Effort(cases, rounds, seconds)
    with _measured(kind) as found:
        result = steps.measure(found, effort)
    _tell(
        f"completions on {kind}",
        steps.completions(result),
        steps.figures(result, "complete"),
        as_json=as_json,
    )


@bench_.command()
@_in_rounds
@failing_plainly
def starts(*, kind: str, cases: int, rounds: int, seconds: int, as_json: bool) -> None:
    """Start cases durably."""
    effort = Effort(cases, rounds, seconds)
    with _measured(kind) as found:
        result = steps.measure(found, effort)
    _tell(f"starts on {kind}", steps.starts(result), steps.figures(result, "start"), as_json=as_json)


@bench_.command("timers")
@click.option(
    "--stored",
    default=timers.STORED,
    show_default=True,
    type=click.IntRange(0, timers.MAX_STORED),
    help="Timers that are not due.",
)
@_in_rounds
@failing_plainly
def timers_(*, kind: str, stored: int, cases: int, rounds: int, seconds: int, as_json: bool) -> None:
    """Look for due timers among many, strike bursts of them, and see how late they are."""
    effort = Effort(cases, rounds, seconds)
    with _measured(kind) as found:
        result = timers.measure(found, effort, stored)
    _tell(f"timers on {kind}", timers.document(result), timers.figures(result), as_json=as_json)


@bench_.command("inbox")
@click.option(
    "--tasks",
    default=inbox.TASKS,
    show_default=True,
    type=click.IntRange(1, inbox.MAX_TASKS),
    help="Open tasks.",
)
@click.option(
    "--looks",
    default=inbox.LOOKS,
    show_default=True,
    type=click.IntRange(1, 10_000),
    help="How often each page is read.",
)
@as_json
@_database
@failing_plainly
def inbox_(*, kind: str, tasks: int, looks: int, as_json: bool) -> None:
    """Read pages, counts and searches of an inbox with very many open tasks."""
    with _measured(kind) as found:
        result = inbox.measure(found, tasks, looks)
        document = inbox.document(tasks, result, machine(found))
    _tell(f"inbox of {tasks:,} tasks on {kind}", document, inbox.figures(result), as_json=as_json)


@contextmanager
def _measured(kind: str) -> Iterator[Measured]:
    """Make what is measured; SIGTERM, too, takes it away again."""
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        with measured(Settings.from_environment(), kind) as found:
            yield found
    finally:
        signal.signal(signal.SIGTERM, before)


def _stop(number: int, _frame: object) -> None:
    raise SystemExit(_STOPPED + number)


def _tell(title: str, document: dict[str, Any], figures: list[Figure], *, as_json: bool) -> None:
    if as_json:
        print_json(document)
    else:
        click.echo(table(title, figures))


COMMANDS = (bench_,)
