"""The installation in which bad days are lived: a real file, the services of the bureau, its address for callbacks."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from werkzeug.serving import WSGIRequestHandler, make_server

from engine.definitions import read_folder
from engine.people import Actor, lowest_level, read_offices
from engine.scenarios.runner import HOME, OFFICES
from engine.store.definitions import DefinitionRow
from webui.app import create_app
from webui.settings import ROOT, Settings
from webui.wiring import Installation, connectors, open_installation

from .outside import LONGEST_WAIT_S
from .witness import Book, Witness

if TYPE_CHECKING:
    from engine.definitions import Definition
    from engine.runtime import Runtime


@dataclass
class Clock:
    """The one clock of everybody; it goes where it is put, and never back."""

    moment: datetime = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def go_to(self, moment: datetime) -> None:
        """Let it be that moment, unless it is later already."""
        self.moment = max(self.moment, moment.astimezone(UTC))


@dataclass
class District:
    """An installation, everybody who works in it, and what its connectors were asked."""

    found: Installation
    clock: Clock
    book: Book
    definitions: Mapping[str, Definition]
    spared: set[int]
    callback_url: str = ""
    _people: dict[tuple[str, int], Actor] = field(default_factory=dict)

    @property
    def runtime(self) -> Runtime:
        return self.found.runtime

    def witness(self, system: str) -> Witness:
        """Give what stands before a connector."""
        connector = self.runtime.connectors[system]
        assert isinstance(connector, Witness)
        return connector

    def person(self, name: str, home: int) -> Actor:
        """Give somebody of a group at an office or above it: `group` is the first, `group.2` the second."""
        group, _, _number = name.partition(".")
        office = self.runtime.offices.at_level(home, self.runtime.groups[group].level)
        if (name, office) not in self._people:
            self._people[name, office] = Actor(
                1_000 + len(self._people),
                name,
                office,
                frozenset({(group, office)}),
                frozenset({"caseworker"}),
            )
        return self._people[name, office]

    def office_of(self, definition: Definition, code: str | None) -> int:
        """Give the office at which a case of a service starts."""
        found = next(row.id for row in OFFICES if row.code == (code or HOME))
        used = [element.group for element in definition.elements.values() if element.group]
        level = lowest_level(self.runtime.groups, [*used, *definition.start_groups])
        return self.runtime.offices.at_level(found, level)


@contextmanager
def open_district(folder: Path, bad: Mapping[str, str], good: Mapping[str, str]) -> Iterator[District]:
    """Open a fresh installation with all services, and serve its callbacks.

    bad, good: settings of the outside systems that fail, and of those that never do.
    """
    clock = Clock()
    wanted, others = (
        Settings.from_environment({"LINBANG_DATA_DIR": str(folder), **outside}) for outside in (bad, good)
    )
    with open_installation(wanted, clock=clock) as found:
        runtime = found.runtime
        for office in OFFICES:
            runtime.people.add_office(office)
        runtime.offices = read_offices(runtime.people)
        book, spared = Book(clock.now), set[int]()
        reliable = {**runtime.connectors, **connectors(others)}
        runtime.connectors = {
            name: Witness(real, reliable[name], spared, book, LONGEST_WAIT_S)
            for name, real in runtime.connectors.items()
        }
        definitions = {definition.key: definition for definition in _deploy_all(runtime)}
        district = District(found, clock, book, definitions, spared)
        with _serving(found) as url:
            district.callback_url = f"{url}/callbacks"
            yield district


def services() -> list[Path]:
    """Give the folders of all services."""
    return [
        folder
        for folder in sorted((ROOT / "processes").iterdir())
        if (folder / f"{folder.name}.bpmn").is_file()
    ]


def _deploy_all(runtime: Runtime) -> Iterator[Definition]:
    for folder in services():
        bundle = read_folder(folder)
        row = DefinitionRow(runtime.ids.next(), bundle.key, 0, bundle.digest, runtime.now_ms(), None, "")
        runtime.catalogue.deploy(bundle, row)
        yield runtime.catalogue.newest(bundle.key)[1]


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def _serving(found: Installation) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, create_app(found), threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="callbacks", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()
