"""Counts and lists of open work, as supervisors read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import event

from engine import supervising, user_tasks
from engine.errors import NotAllowed
from engine.store.work import Count, WorkFilter
from tests.engine.story import Story, begin
from tests.engine.support import ALICE, DISTRICT, DORA, QINGHE, SHIQIAO, SUPERVISOR, World

from .conftest import ELSEWHERE, LOCAL, TIMED, only_task


@dataclass
class Office:
    """Five days on: a late task of Alice's, a case that waits, one at the district, and a fresh one."""

    late: Story
    paused: Story
    district: Story
    fresh: Story

    @property
    def world(self) -> World:
        return self.fresh.world

    def listed(self, where: WorkFilter | None = None, offices: tuple[int, ...] = (1, 2, 3)) -> list[int]:
        runtime = self.world.runtime
        return [
            row.process_instance_id
            for row in runtime.work.page(offices, where or WorkFilter(), runtime.now_ms(), size=50)
        ]

    def numbers(self, offices: tuple[int, ...] = (1, 2, 3)) -> Count:
        places = self.world.runtime.work.count_by_place(offices, self.world.runtime.now_ms())
        return Count.sum(places.values())


@pytest.fixture
def office(staff: World) -> Office:
    late = begin(staff, TIMED)
    user_tasks.claim(staff.runtime, only_task(late), ALICE)
    paused = begin(staff).do("write")
    district = begin(staff).do("write").do("wait").later(days=5)
    return Office(late, paused, district, begin(staff))


def test_it_counts_by_standing(office: Office) -> None:
    assert office.numbers() == Count(total=4, late=2, at_risk=0, paused=1, unclaimed=3)


def test_it_counts_what_becomes_late_until_a_moment_as_the_list_shows_it(office: Office) -> None:
    work, now = office.world.runtime.work, office.world.runtime.now_ms()
    dues = sorted(row.due_at for row in work.page([1, 2, 3], WorkFilter(), now, size=50))
    moments = [now, *(due + shift for due in dues for shift in (-1, 0)), now + 60 * 86_400_000]

    counted = [Count.sum(work.count_by_place([1, 2, 3], now, until).values()).soon for until in moments]

    assert counted == [len(office.listed(WorkFilter(until=until))) for until in moments]
    assert 0 in counted
    assert max(counted) > 0


def test_what_has_warned_and_is_not_late_is_at_risk(staff: World) -> None:
    story = begin(staff, TIMED).later(days=3)
    office = Office(story, story, story, story)

    assert office.numbers() == Count(total=1, at_risk=1, unclaimed=1)
    assert office.listed(WorkFilter("at_risk")) == [story.case_id]


def test_it_counts_by_place_and_by_person(office: Office) -> None:
    work, now = office.world.runtime.work, office.world.runtime.now_ms()

    assert work.count_by_place([1, 2, 3], now) == {
        (QINGHE, "t", "write"): Count(total=2, late=1, unclaimed=1),
        (QINGHE, "t", "wait"): Count(total=1, paused=1, unclaimed=1),
        (DISTRICT, "t", "decide"): Count(total=1, late=1, unclaimed=1),
    }
    assert work.count_by_person([1, 2, 3], now) == {
        ALICE.person_id: Count(total=1, late=1),
        None: Count(total=3, late=1, paused=1, unclaimed=3),
    }


def test_each_count_has_its_list(office: Office) -> None:
    assert office.listed(WorkFilter("late")) == [office.late.case_id, office.district.case_id]
    assert office.listed(WorkFilter("paused")) == [office.paused.case_id]
    assert office.listed(WorkFilter("unclaimed", element_id="write")) == [office.fresh.case_id]
    assert office.listed(WorkFilter(assignee=ALICE.person_id)) == [office.late.case_id]
    assert office.listed(WorkFilter("late", nobody=True)) == [office.district.case_id]
    assert office.listed(WorkFilter(group="clerk")) == [office.paused.case_id]
    assert office.listed(WorkFilter(office_id=DISTRICT)) == [office.district.case_id]
    assert office.listed(WorkFilter(service_key="other")) == []


def test_the_list_goes_by_due_date_and_on_from_its_last_row(office: Office) -> None:
    runtime = office.world.runtime
    whole = runtime.work.page([1, 2, 3], WorkFilter(), runtime.now_ms(), size=50)
    first = runtime.work.page([1, 2, 3], WorkFilter(), runtime.now_ms(), size=3)

    rest = runtime.work.page(
        [1, 2, 3], WorkFilter(), runtime.now_ms(), size=3, after=(first[-1].due_at, first[-1].id)
    )

    assert [row.due_at for row in whole] == sorted(row.due_at for row in whole)
    assert first + rest == whole


def test_other_offices_are_not_counted(office: Office) -> None:
    assert office.numbers((SHIQIAO,)) == Count()
    assert office.numbers((QINGHE,)).total == 3
    assert office.listed(offices=(SHIQIAO,)) == []


def test_it_counts_the_running_cases_past_their_promise(office: Office) -> None:
    work = office.world.runtime.work
    assert work.count_missed([1, 2, 3]) == {"t": 2}

    office.late.do("write", by=ALICE).do("wait").do("decide")

    assert work.count_missed([1, 2, 3]) == {"t": 1}
    assert work.count_missed([SHIQIAO]) == {}


def test_it_counts_what_people_have(office: Office) -> None:
    assert ALICE.person_id is not None
    assert DORA.person_id is not None
    assert office.world.runtime.work.loads({ALICE.person_id, DORA.person_id}) == {ALICE.person_id: 1}


def test_supervisors_answer_for_their_office_and_those_below_it(staff: World) -> None:
    def offices(actor: object) -> set[int]:
        return set(supervising.supervised_offices(staff.runtime, actor))  # type: ignore[arg-type]  # an Actor

    assert offices(SUPERVISOR) == {DISTRICT, QINGHE, SHIQIAO}
    assert offices(LOCAL) == {QINGHE}
    assert offices(ELSEWHERE) == {SHIQIAO}
    with pytest.raises(NotAllowed):
        offices(DORA)


@pytest.mark.only_sqlite(reason="asks SQLite's planner")
def test_every_statement_reads_an_index_alone(office: Office) -> None:
    """Nothing is looked up in a table but the few rows that are shown."""
    runtime = office.world.runtime
    said: list[tuple[str, Any]] = []
    event.listen(
        runtime.database.engine,
        "before_cursor_execute",
        lambda _connection, _cursor, statement, parameters, *_more: said.append((statement, parameters)),
    )
    runtime.work.count_by_place([1, 2, 3], runtime.now_ms())
    runtime.work.count_by_person([1, 2, 3], runtime.now_ms())
    runtime.work.count_missed([1, 2, 3])
    runtime.work.page([1, 2, 3], WorkFilter("late", group="reviewer"), runtime.now_ms(), size=50)
    runtime.work.asked([1, 2, 3])
    asked = [one for one in said if one[0].startswith(("SELECT", "WITH"))]

    with runtime.database.reading() as connection:
        plans = [
            [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            for statement, parameters in asked
        ]

    for plan, index in zip(
        plans,
        ("user_task_work", "user_task_work", "deadline_missed", "user_task_work", "reason_request_task"),
        strict=True,
    ):
        assert any(f"COVERING INDEX {index} " in step for step in plan), plan
        assert not any(step.startswith("SCAN") and "fine" not in step and "anon" not in step for step in plan)
