"""An installation on PostgreSQL that workers of their own processes look after; the test plays a web process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from connectors.sandbox import Sandbox, sandbox_server
from engine.people import read_offices
from engine.store import Database
from engine.store.people import OfficeRow
from tests.databases.pool import postgresql_url
from tests.engine.bundles import bundle, chain, node, timer
from tests.engine.jobs.services import BEGIN, DONE, call, states
from tests.engine.support import DISTRICT, QINGHE, World
from tests.webui.dispatchers.conftest import until
from webui.dispatching import queue_schema
from webui.settings import Settings
from webui.wiring import Installation, open_installation

from .processes import Running

SILENT_S = 2.0
GROUPS = """
clerk: {level: subdistrict, name: {zh: clerk, en: clerk}}
reviewer: {level: subdistrict, name: {zh: reviewer, en: reviewer}}
"""
PROCESS = 'linbang:caseNumber="{0}" linbang:title="name" linbang:startGroups="clerk"'
ASKS = bundle(BEGIN + call() + DONE + chain("begin", "verify", "done"), key="a", process=PROCESS.format("A"))
WAITS = bundle(
    BEGIN
    + node("intermediateCatchEvent", "a_while", timer("PT1S"))
    + DONE
    + chain("begin", "a_while", "done"),
    key="w",
    process=PROCESS.format("W"),
)


@dataclass
class Fleet:
    """The installation as one of its web processes has it, and the processes beside it."""

    found: Installation
    sandbox: Sandbox
    settings: Settings
    world: World
    processes: list[Running] = field(default_factory=list)

    def worker(self, name: str = "one", *, stop_within_s: float = 25.0) -> Running:
        """Start a worker and wait until it works."""
        settings = replace(self.settings, worker_name=name)
        running = Running("worker", settings, stop_within_s=stop_within_s)
        self.processes.append(running)
        running.ready()
        return running

    def web(self) -> tuple[Running, str]:
        """Start a process that serves pages, and give its address."""
        running = Running("web", self.settings)
        self.processes.append(running)
        return running, running.ready()

    def ended(self, *cases: int) -> bool:
        """Say whether these cases have come to their end."""
        found = states(self.found.runtime)
        return all(found[case][0] == "completed" for case in cases)

    def wait_for(self, condition: Callable[[], object], within_s: float = 20.0) -> None:
        """Wait until something holds that the processes bring about."""
        until(condition, within_s)


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    processes = tmp_path / "processes"
    processes.mkdir()
    (processes / "groups.yaml").write_text(GROUPS)
    url = postgresql_url(tmp_path / "fleet.db")
    database = Database(url)
    queue_schema.make(database)
    with database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM procrastinate_jobs")
        connection.exec_driver_sql("DELETE FROM procrastinate_periodic_defers")
        connection.exec_driver_sql("DELETE FROM procrastinate_workers")
    database.close()
    with ExitStack() as opened:
        sandbox = Sandbox()
        served = opened.enter_context(sandbox_server(sandbox))
        opened.callback(sandbox.closing.set)
        settings = Settings.from_environment(
            {
                "LINBANG_DATA_DIR": str(tmp_path / "data"),
                "LINBANG_DATABASE_URL": url,
                "LINBANG_PROCESSES_DIR": str(processes),
                "LINBANG_REGISTRY_URL": served.registry_url,
                "LINBANG_BACKGROUND": "none",
                "LINBANG_WORKER_SILENT_S": str(SILENT_S),
            }
        )
        found = opened.enter_context(open_installation(settings))
        runtime = found.runtime
        runtime.people.add_office(OfficeRow(DISTRICT, None, "district", "990101", "临溪区", "Linxi District"))
        runtime.people.add_office(
            OfficeRow(QINGHE, DISTRICT, "subdistrict", "990101001", "青禾街道", "Qinghe")
        )
        runtime.offices = read_offices(runtime.people)
        world = World(runtime, runtime.clock)  # type: ignore[arg-type]  # a real clock, which nobody moves
        for service in (ASKS, WAITS):
            world.deploy(service)
        made = Fleet(found, sandbox, settings, world)
        yield made
        for running in made.processes:
            running.kill()
