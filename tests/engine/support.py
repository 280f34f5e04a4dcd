"""What tests of the engine share: an installation in a folder, a clock to move, and the fixed cast."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from engine.calendar import Calendar
from engine.definitions import Bundle, compile_bundle
from engine.errors import InvalidInput
from engine.ids import IdSource
from engine.instances import Started, StartRequest, start
from engine.people import Actor
from engine.runtime import Runtime, open_runtime
from engine.sealing import Sealer
from engine.store import Database
from engine.store.definitions import DefinitionRow
from engine.store.inbox import InboxRow
from engine.store.people import OfficeRow, PeopleStore, PersonRow
from tests.databases.pool import open_database

from .bundles import GROUPS

SHANGHAI = ZoneInfo("Asia/Shanghai")
DISTRICT, QINGHE, SHIQIAO = 1, 2, 3


@dataclass
class MovedClock:
    """A clock that stands still until it is moved."""

    moment: datetime = datetime(2026, 3, 2, 10, 15, tzinfo=SHANGHAI)

    def now(self) -> datetime:
        return self.moment.astimezone(UTC)

    def move(self, **span: float) -> None:
        self.moment += timedelta(**span)

    def set(self, text: str) -> None:
        self.moment = datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def person(number: int, name: str, *groups: str, office: int = QINGHE, roles: str = "caseworker") -> Actor:
    return Actor(
        number, name, office, frozenset((group, office) for group in groups), frozenset(roles.split())
    )


CLERK = person(11, "Chen", "clerk")
ALICE = person(12, "Alice", "reviewer")
BOB = person(13, "Bob", "reviewer")
STRANGER = person(14, "Stranger", "reviewer", office=SHIQIAO)
DORA = person(15, "Dora", "district", office=DISTRICT)
SUPERVISOR = person(16, "Sun", "supervisor", office=DISTRICT, roles="supervisor")


def person_row(actor: Actor, **changes: Any) -> PersonRow:
    """Give the row of one of the cast."""
    assert actor.person_id is not None
    assert actor.office_id is not None
    row = PersonRow(
        id=actor.person_id,
        username=actor.name.lower(),
        name=actor.name,
        name_en=actor.name,
        email=None,
        password_hash=None,
        language="en",
        active=1,
        office_id=actor.office_id,
        roles=" ".join(sorted(actor.roles)),
        session_version=1,
    )
    return replace(row, **changes)


@dataclass
class World:
    """An installation for one test."""

    runtime: Runtime
    clock: MovedClock = field(default_factory=MovedClock)

    def deploy(self, bundle: Bundle) -> None:
        row = DefinitionRow(
            self.runtime.ids.next(), bundle.key, 0, bundle.digest, self.runtime.now_ms(), None, ""
        )
        try:
            self.runtime.catalogue.deploy(bundle, row)
        except InvalidInput as exc:
            for problem in exc.details.get("problems", ()):
                exc.add_note(str(problem))
            raise

    def deploy_unjudged(self, bundle: Bundle) -> None:
        """Deploy what compiles, as a gate that looked for less would have."""
        definition, problems = compile_bundle(bundle, self.runtime.groups, accepted=True)
        assert definition is not None, problems
        self.runtime.catalogue.learn(definition)
        self.deploy(bundle)

    def start(self, key: str = "t", **variables: object) -> Started:
        return start(self.runtime, CLERK, StartRequest(key, QINGHE, {"name": "Wang", **variables}))

    def inbox(self, actor: Actor) -> list[InboxRow]:
        return self.runtime.inbox.page(actor.principals, 100)

    def task(self, actor: Actor, element_id: str) -> int:
        """Give the id of the one open task of that element in the actor's inboxes."""
        (row,) = [row for row in self.inbox(actor) if row.element_id == element_id]
        return row.user_task_id


def employ(world: World, *actors: Actor, **changes: Any) -> None:
    """Give each of the cast a row, so that what they are is read from the database."""
    for actor in actors:
        world.runtime.people.add_person(person_row(actor, **changes), list(actor.memberships))


def make_world(folder: Path, name: str = "linbang.db") -> World:
    return _world_in(open_database(folder / name))


def make_world_at(url: str) -> World:
    """Make an installation in a database that an address names."""
    database = Database(url)
    database.create_tables()
    return _world_in(database)


def _world_in(database: Database) -> World:
    """Make an installation with the three offices that all tests know."""
    people = PeopleStore(database, 1)
    for office in (
        OfficeRow(DISTRICT, None, "district", "990101", "临溪区", "Linxi District"),
        OfficeRow(QINGHE, DISTRICT, "subdistrict", "990101001", "青禾街道", "Qinghe"),
        OfficeRow(SHIQIAO, DISTRICT, "subdistrict", "990101002", "石桥街道", "Shiqiao"),
    ):
        people.add_office(office)
    clock = MovedClock()
    runtime = open_runtime(
        database,
        clock=clock,
        ids=IdSource(0),
        sealer=Sealer(bytes(range(32))),
        calendar=Calendar.standard(),
        groups=GROUPS,
    )
    return World(runtime, clock)
