"""A small installation that real servers serve over HTTP, on either database, and programs that ask it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests

from engine import tokens
from engine.people import read_offices
from engine.store.people import OfficeRow
from tests.crash.server import Server
from tests.databases.pool import postgresql_url
from tests.engine.bundles import bundle, chain, flow, node, user_task
from tests.engine.support import CLERK, DISTRICT, QINGHE, SUPERVISOR, World, employ, person
from webui.settings import Settings
from webui.wiring import open_installation

if TYPE_CHECKING:
    from engine.people import Actor

BRANCHES = 8
PATIENCE_S = 60.0
REVIEWERS = tuple(person(60 + number, f"P{number}", "reviewer") for number in range(BRANCHES))
GROUPS = """
clerk: {level: subdistrict, name: {zh: clerk, en: clerk}}
reviewer: {level: subdistrict, name: {zh: reviewer, en: reviewer}}
supervisor: {level: district, name: {zh: supervisor, en: supervisor}}
"""


def _branch(number: int) -> str:
    name = f"b{number}"
    return user_task(name, form=name) + flow("fork", name) + flow(name, "join")


def _form(name: str) -> bytes:
    return f'{{"type": "default", "components": [{{"type": "textfield", "key": "{name}"}}]}}'.encode()


WIDE = bundle(
    node("startEvent", "begin", attributes='linbang:form="a"')
    + node("parallelGateway", "fork")
    + node("parallelGateway", "join")
    + user_task("last", form="a")
    + node("endEvent", "done")
    + chain("begin", "fork")
    + chain("join", "last", "done")
    + "".join(_branch(number) for number in range(BRANCHES)),
    **{f"b{number}__form__json": _form(f"b{number}") for number in range(BRANCHES)},
    process='linbang:caseNumber="W" linbang:title="a" linbang:startGroups="clerk"',
)
"""A task in each of eight branches, each with an answer of its own, and one task where they meet."""


@dataclass
class Program:
    """Asks the interface for programs with one person's token. Used by one thread at a time."""

    address: str
    token: str
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.trust_env = False

    def get(self, path: str) -> Any:
        """Give what an answer holds."""
        return self._ask("GET", path).json()

    def post(self, path: str, body: Any = None, **headers: str) -> requests.Response:
        """Give the answer; headers with a low line for each hyphen."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._ask("POST", path, json={} if body is None else body, headers=named)

    def _ask(self, method: str, path: str, **more: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        url = f"{self.address}/api/v1{path}"
        return self.session.request(method, url, headers=headers, timeout=PATIENCE_S, **more)


@dataclass
class Served:
    """The installation, as programs find it. addresses: of each server, all on one database."""

    settings: Settings
    addresses: list[str]
    tokens: dict[int, str]
    programs: dict[tuple[int, int], Program] = field(default_factory=dict)

    def program(self, who: Actor, server: int = 0) -> Program:
        """Give the program with a person's token and this number, which asks one of the servers."""
        key = (who.person_id or 0, server)
        if key not in self.programs:
            self.programs[key] = Program(self.addresses[server % len(self.addresses)], self.tokens[key[0]])
        return self.programs[key]

    def start(self, mark: str) -> int:
        """Start a case and give its id."""
        answer = self.program(CLERK).post(
            "/process-instances", {"service_key": "t", "answers": {"a": mark}, "similar_ok": True}
        )
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])


@contextmanager
def served(folder: Path, database: str, servers: int = 1) -> Iterator[Served]:
    """Make an installation, let servers serve it, and end them."""
    processes = folder / "processes"
    processes.mkdir()
    (processes / "groups.yaml").write_text(GROUPS)
    environment = {
        "LINBANG_DATA_DIR": str(folder / "data"),
        "LINBANG_PROCESSES_DIR": str(processes),
        "PORT": "0",
    }
    if database == "postgresql":
        environment["LINBANG_DATABASE_URL"] = postgresql_url(folder / "served.db")
    settings = Settings.from_environment(environment)
    given = _settle_in(settings)
    running = [Server(settings) for _ in range(servers)]
    found = Served(settings, [], given)
    try:
        found.addresses += [server.address() for server in running]
        yield found
    finally:
        for program in found.programs.values():
            program.session.close()
        for server in running:
            server.kill()


def _settle_in(settings: Settings) -> dict[int, str]:
    """Let everybody work here, with a token each."""
    with open_installation(settings) as opened:
        runtime = opened.runtime
        runtime.people.add_office(OfficeRow(DISTRICT, None, "district", "990101", "临溪区", "Linxi District"))
        runtime.people.add_office(
            OfficeRow(QINGHE, DISTRICT, "subdistrict", "990101001", "青禾街道", "Qinghe")
        )
        runtime.offices = read_offices(runtime.people)
        world = World(runtime)
        employ(world, CLERK, SUPERVISOR, *REVIEWERS)
        world.deploy(WIDE)
        cast = [actor.person_id or 0 for actor in (CLERK, SUPERVISOR, *REVIEWERS)]
        return {number: tokens.create(runtime, number, "test", None) for number in cast}
