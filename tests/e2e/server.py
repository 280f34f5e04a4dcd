"""The application as its own process, for the browser: the demo's staff, a clock that begins where we say.

One process fills a data folder; others serve copies of it.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection

from flask import Flask
from jinja2 import FileSystemBytecodeCache

from engine import tokens
from webui import demo, serving
from webui.clock import MovableClock
from webui.settings import Settings
from webui.wiring import Installation, open_installation

from .sights import sights

REPLY_AFTER_S = 0.2
LOG, TOLD = "server.log", "told.json"
"""What a filled folder holds beside its data: what went wrong, and what is to be seen there by whose token."""


class BegunClock(MovableClock):
    """A clock that begins at a given moment, goes on with the machine's and is moved like the demo's."""

    def __init__(self, begins: datetime) -> None:
        self.move_to(begins)

    def now(self) -> datetime:
        """Give the moment it is in the story."""
        return self._moment + timedelta(seconds=time.monotonic() - self._set_at)

    def move_to(self, moment: datetime) -> None:
        """Let it be that moment from now on."""
        self._moment, self._set_at = moment.astimezone(UTC), time.monotonic()

    @property
    def moved(self) -> bool:
        """Say that it is never the machine's time."""
        return True


def fill(environment: Mapping[str, str], begins: str, cases: int) -> None:
    """Fill a data folder, and write down beside it what is told of it."""
    with _opened(environment, begins) as found:
        demo.fill(found, lambda done, of: None, cases=cases)
        told = {"sights": sights(found), "tokens": _tokens(found)}
        (found.settings.data_dir / TOLD).write_text(json.dumps(told))


def serve(environment: Mapping[str, str], begins: str, tells: Connection) -> None:
    """Serve a filled data folder until SIGTERM; tells its addresses when it answers."""
    with _opened(environment, begins) as found:
        serving.serve(found, lambda *addresses: tells.send(addresses), play_outside=True)


@contextmanager
def _opened(environment: Mapping[str, str], begins: str) -> Iterator[Installation]:
    """Open the installation; what goes wrong is written into its folder."""
    settings = replace(Settings.from_environment(environment, demo=True), sandbox_reply_s=REPLY_AFTER_S)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with (settings.data_dir / LOG).open("a") as log:
        os.dup2(log.fileno(), 2)
    # Pages are compiled once for all servers of a machine.
    Flask.jinja_options = {"bytecode_cache": FileSystemBytecodeCache()}
    with open_installation(settings, clock=BegunClock(datetime.fromisoformat(begins))) as found:
        yield found


def _tokens(found: Installation) -> dict[str, str]:
    """Give everybody a token, by user name."""
    people = found.runtime.people.persons()
    return {row.username: tokens.create(found.runtime, row.id, "e2e", None) for row in people}
