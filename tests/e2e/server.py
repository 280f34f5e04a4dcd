"""The application as its own process, for the browser: the demo's staff, a clock that begins where we say.

Run as `python -m tests.e2e.server`; writes one JSON line with its addresses when it answers.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from webui import demo, serving
from webui.clock import MovableClock
from webui.settings import Settings
from webui.wiring import open_installation

from .sights import sights

REPLY_AFTER_S = 0.5


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


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--begins", type=datetime.fromisoformat, required=True)
    parser.add_argument("--cases", type=int, default=0)
    wanted = parser.parse_args()
    settings = replace(Settings.from_environment(demo=True), sandbox_reply_s=REPLY_AFTER_S)
    with open_installation(settings, clock=BegunClock(wanted.begins)) as found:
        demo.fill(found, lambda done, of: None, cases=wanted.cases)

        def ready(address: str, sandbox: str | None) -> None:
            told = {"address": address, "sandbox": sandbox, "sights": sights(found)}
            print(json.dumps(told), flush=True)

        serving.serve(found, ready, play_outside=True)


if __name__ == "__main__":
    main()
