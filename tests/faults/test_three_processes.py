"""An installation of three processes on PostgreSQL, a web server and two workers: any of them dies, nothing is lost.

What the people in the browsers were told is compared with what happened, as where a single server is killed.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest

from connectors.sandbox import sandbox_server
from connectors.sandbox.app import Sandbox
from connectors.sandbox.faults import Fault
from engine.store import Database
from tests.crash.chronicle import Chronicle
from tests.crash.clients import Caseworker
from tests.crash.district import PEOPLE, settle_in
from tests.crash.test_kill import (
    acknowledged,
    assert_as_written_down,
    assert_everything_came_once,
    finish_every_case,
    together,
)
from tests.databases.pool import postgresql_url
from tests.fleet.processes import Running
from webui.dispatching import queue_schema
from webui.wiring import open_installation

if TYPE_CHECKING:
    from webui.settings import Settings

pytestmark = pytest.mark.crash

SEED = 7
ROUNDS = 2
"""How often each of the three is killed."""
MOST_STEPS = 15
SILENT_S = 2
TAKEN_OVER_WITHIN_S = 40.0
FAULTS = [Fault("error", 0.15), Fault("doubled", 0.2), Fault("slow", 0.2, 150)]


class Three:
    """The three processes: each is started again when it was killed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.address = ""
        self._running = {name: self._started(name) for name in ("web", "one", "two")}

    def kill(self, name: str) -> None:
        """End one as a power failure would, and start it again."""
        self._running[name].kill()
        self._running[name] = self._started(name)

    def stop(self) -> None:
        """End all of them, the workers in order."""
        for name, running in self._running.items():
            if name != "web":
                running.terminate()
                assert running.stopped() == 0
            running.kill()

    def _started(self, name: str) -> Running:
        if name == "web":
            running = Running("web", self._settings)
            self.address = running.ready()
        else:
            running = Running("worker", replace(self._settings, worker_name=name))
            running.ready()
        return running


@pytest.fixture
def sandbox() -> Sandbox:
    """Play the registry outside the killed processes, so that it remembers what was done."""
    played = Sandbox()
    played.faults.replace(FAULTS, SEED)
    return played


@pytest.fixture
def settings(tmp_path: Path, sandbox: Sandbox) -> Iterator[Settings]:
    url = postgresql_url(tmp_path / "three.db")
    database = Database(url)
    queue_schema.make(database)
    database.close()
    more = {
        "LINBANG_DATABASE_URL": url,
        "LINBANG_BACKGROUND": "none",
        "LINBANG_WORKER_SILENT_S": str(SILENT_S),
    }
    with sandbox_server(sandbox) as served:
        yield settle_in(tmp_path, served.registry_url, **more)


def test_any_of_three_processes_dies_and_nothing_is_lost_or_done_twice(
    settings: Settings, sandbox: Sandbox
) -> None:
    """Given people at work and jobs due; when the web server and both workers are killed, one after the other;
    then what was acknowledged is there, the others do what is due, and every clock and call came once.
    """
    dice, people = random.Random(SEED), [Caseworker(name, number, SEED) for name, number in PEOPLE.items()]
    three, chronicle = Three(settings), Chronicle()
    deaths = ["web", "one", "two"] * ROUNDS
    dice.shuffle(deaths)
    try:
        for name in deaths:
            killed_at_work(three, name, people, dice)
        with open_installation(settings) as found:
            wait_until_nothing_is_due(found)
    finally:
        three.stop()
        for person in people:
            person.close()

    sandbox.faults.replace([], SEED)
    with open_installation(settings) as found:
        assert chronicle.read(found) == []
        assert_as_written_down(chronicle, people)
        finish_every_case(found)
        chronicle.forget()
        assert chronicle.read(found) == []
    assert together(people).acknowledged - chronicle.happened == Counter()
    assert_everything_came_once(chronicle, sandbox)
    assert acknowledged(people) > 10 * len(deaths) / 2


def killed_at_work(three: Three, name: str, people: list[Caseworker], dice: random.Random) -> None:
    """Let everybody work, kill a process after some steps, and let them go on until the web server dies too."""
    threads = [Thread(target=person.work, args=(three.address,)) for person in people]
    for thread in threads:
        thread.start()
    before = acknowledged(people)
    wait_for_steps(people, before + dice.randint(1, MOST_STEPS))
    if name != "web":
        three.kill(name)
        wait_for_steps(people, acknowledged(people) + 1)
    three.kill("web")
    for thread in threads:
        thread.join()


def wait_for_steps(people: list[Caseworker], steps: int) -> None:
    for _ in range(3_000):
        if acknowledged(people) >= steps:
            return
        Event().wait(0.01)
    pytest.fail(f"Expected {steps} steps to be acknowledged, but it were {acknowledged(people)}")


def wait_until_nothing_is_due(found) -> None:
    """Wait until the workers have done what is due, also what a killed one had begun."""
    for _ in range(int(TAKEN_OVER_WITHIN_S / 0.05)):
        due = found.runtime.jobs.next_due()
        if due is None or due > found.runtime.now_ms():
            return
        Event().wait(0.05)
    pytest.fail("Expected the workers to do what is due, but something was left")
