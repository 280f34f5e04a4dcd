"""Active discovery: its stories go well, and with real cases each person found becomes one lead, once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.cases import Cases
from engine import history, instances, user_tasks
from engine.calendar import Calendar
from engine.definitions import read_folder, read_groups
from engine.ids import IdSource
from engine.instances import StartRequest
from engine.people import SYSTEM, Actor, read_offices
from engine.runtime import Runtime, open_runtime
from engine.scenarios import Outside
from engine.scheduler import next_moment, tick
from engine.sealing import Sealer
from engine.store.cases import CaseStore
from engine.store.definitions import DefinitionRow
from engine.store.people import OfficeRow
from tests.databases.pool import open_database
from tests.engine.support import DISTRICT, QINGHE, SHIQIAO, MovedClock
from webui.wiring import operations

from .conftest import PROCESSES, Service
from .expected import assert_every_letter_is_issued, assert_everything_is_covered, assert_stories_go_well

_MAX_TICKS = 200
_PERSONS = [
    {
        "name": "王桂英",
        "id_no": "990101193905120248",
        "phone": "19900000031",
        "address": "和风苑5号102室",
        "subdistrict": "990101001",
        "reason": "discharged",
    },
    {
        "name": "李秀兰",
        "id_no": "990101193711030463",
        "phone": "19900000032",
        "address": "听雨新村18号601室",
        "subdistrict": "990101002",
        "reason": "discharged",
    },
]


class Installation:
    """Both services with the connector on real cases; the registry answers what a test says."""

    def __init__(self, folder: Path) -> None:
        database = open_database(folder / "linbang.db")
        self.clock = MovedClock()
        self.runtime: Runtime = open_runtime(
            database,
            clock=self.clock,
            ids=IdSource(0),
            sealer=Sealer(bytes(32)),
            calendar=Calendar.standard(),
            groups=read_groups((PROCESSES / "groups.yaml").read_bytes()),
            operations=operations(),
        )
        for office in (
            OfficeRow(DISTRICT, None, "district", "990101", "临溪区", "Linxi District"),
            OfficeRow(QINGHE, DISTRICT, "subdistrict", "990101001", "青禾街道", "Qinghe"),
            OfficeRow(SHIQIAO, DISTRICT, "subdistrict", "990101002", "石桥街道", "Shiqiao"),
        ):
            self.runtime.people.add_office(office)
        self.runtime.offices = read_offices(self.runtime.people)
        self.store = CaseStore(database, self.runtime.tenant_id)
        self.registry = Outside("registry")
        self.runtime.connectors = {
            "registry": self.registry,
            "sms": Outside("sms"),
            "cases": Cases(self.runtime, self.store),
        }
        for key in ("door_to_door_assistance", "active_discovery"):
            bundle = read_folder(PROCESSES / key)
            row = DefinitionRow(
                self.runtime.ids.next(), key, 0, bundle.digest, self.runtime.now_ms(), None, ""
            )
            self.runtime.catalogue.deploy(bundle, row)

    def find(self, *persons: dict[str, Any]) -> None:
        """Let the registry name these persons, all for the first reason asked."""
        nobody = {"query_no": "SW-2", "persons": []}
        self.registry.answers["sweep"] = [{"query_no": "SW-1", "persons": list(persons)}, nobody, nobody]

    def sweep(self) -> int:
        """Sweep by hand, until nothing is left to do; gives the case."""
        started = instances.start(self.runtime, SYSTEM, StartRequest("active_discovery", DISTRICT))
        self.settle()
        return started.id

    def settle(self) -> None:
        for _ in range(_MAX_TICKS):
            if not tick(self.runtime):
                return
        raise AssertionError("Expected the installation to come to rest")

    def leads(self) -> list[Any]:
        """Give the cases of the other service, the oldest first."""
        return [row for row in self.cases() if row.service_key == "door_to_door_assistance"]

    def cases(self) -> list[Any]:
        with self.runtime.database.reading() as connection:
            ids = connection.exec_driver_sql("SELECT id FROM process_instance ORDER BY id").scalars().all()
        return [self.store.instance(one) for one in ids]

    def passed(self, case_id: int) -> list[str]:
        """Give the elements that a case has passed, in order."""
        links = [history.open_link(self.runtime.sealer, case_id, row) for row in self.store.history(case_id)]
        return [step[0] for link in links for step in link.payload.get("passed", ())]

    def task(self, case_id: int, element_id: str) -> int:
        (row,) = [
            task
            for task in self.store.user_tasks(case_id)
            if task.element_id == element_id and task.state == "open"
        ]
        return row.id


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    found = Installation(tmp_path)
    yield found
    found.runtime.database.close()


def clerk(office: int) -> Actor:
    return Actor(11, "Chen", office, frozenset({("window_clerk", office)}), frozenset({"caseworker"}))


def test_it_has_no_problem(discovery: Service) -> None:
    assert discovery.problems == []


def test_every_story_goes_well_and_together_they_cover_everything(discovery: Service) -> None:
    assert_stories_go_well(discovery, at_least=3)
    assert_everything_is_covered(discovery)


def test_every_letter_is_issued_by_a_story(discovery: Service) -> None:
    assert_every_letter_is_issued(discovery)


def test_it_starts_by_itself_every_month(installation: Installation) -> None:
    installation.find()
    moment = next_moment(installation.runtime)
    assert moment is not None

    installation.clock.moment = moment
    installation.settle()

    (case,) = installation.cases()
    assert (case.service_key, case.outcome, case.office_id) == ("active_discovery", "swept", DISTRICT)


def test_each_person_found_becomes_a_lead_at_their_own_sub_district(installation: Installation) -> None:
    installation.find(*_PERSONS)

    case_id = installation.sweep()

    assert [(row.title, row.office_id) for row in installation.leads()] == [
        ("王桂英", QINGHE),
        ("李秀兰", SHIQIAO),
    ]
    assert all(installation.task(row.id, "call_person") for row in installation.leads())
    sweep = installation.store.instance(case_id)
    assert sweep is not None
    assert sweep.outcome == "swept"


def test_an_unknown_sub_district_is_looked_at_by_a_person(installation: Installation) -> None:
    installation.find({**_PERSONS[0], "subdistrict": "990101999"}, _PERSONS[1])

    case_id = installation.sweep()

    assert [row.title for row in installation.leads()] == ["李秀兰"]
    assert installation.task(case_id, "look_at_hit")


def test_a_person_found_again_is_merged_by_a_clerk(installation: Installation) -> None:
    """The running case notes the second lead and does not move; the second case ends as merged."""
    installation.find(_PERSONS[0])
    installation.sweep()
    installation.clock.moment += timedelta(days=20)
    installation.find(_PERSONS[0])
    installation.sweep()
    first, second = installation.leads()

    task_id = installation.task(second.id, "confirm_duplicate")
    user_tasks.claim(installation.runtime, task_id, clerk(QINGHE))
    answers = {"duplicate_of": first.business_key, "same_request": True, "duplicate_note": "数据又命中"}
    user_tasks.complete(installation.runtime, task_id, clerk(QINGHE), answers)
    installation.settle()

    first, second = installation.leads()
    assert second.outcome == "merged"
    assert first.state == "active"
    assert "note_lead" in installation.passed(first.id)
    assert installation.task(first.id, "call_person")
