"""Cases are counted in the background, each once, whatever happens meanwhile."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from engine import figures, instances, user_tasks
from engine.figures import WEEK, Period
from tests.engine.story import begin
from tests.engine.supervising.conftest import TIMED, only_task
from tests.engine.support import ALICE, BOB, DISTRICT, QINGHE, SHIQIAO, SUPERVISOR, World

from .conftest import RATED, counted, month, steps


def test_what_begins_and_what_ends_are_counted_apart(staff: World) -> None:
    story = begin(staff, TIMED)
    first = counted(staff)

    story.do("write").do("wait").do("decide")

    assert (first.received, first.done) == (1, 0)
    found = counted(staff)
    assert (found.received, found.done, found.in_time, found.late) == (1, 1, 1, 0)
    assert found.share_in_time == 1


def test_a_missed_promise_is_late_and_its_length_is_in_working_days(staff: World) -> None:
    """From Monday to the Monday after: five working days, of which four were promised."""
    begin(staff, TIMED).later(days=7).do("write").do("wait").do("decide")

    found = counted(staff)

    assert (found.in_time, found.late, found.share_in_time) == (0, 1, 0)
    assert found.duration.percentile(0.5) == 5


def test_nothing_is_counted_twice(staff: World) -> None:
    begin(staff, TIMED).do("write").do("wait").do("decide")

    again = [figures.roll_up(staff.runtime, at_once=True) for _ in range(3)]

    assert again[1:] == [0, 0]
    assert counted(staff).received == 1


def test_who_was_slower_leaves_the_batch_alone(staff: World) -> None:
    """Two processes read the same cases; the second to write changes nothing."""
    story = begin(staff, TIMED)
    instances.cancel(staff.runtime, story.case_id, SUPERVISOR, "Entered twice")
    cases = staff.runtime.figures.not_figured(10)
    assert [one.id for one in cases] == [story.case_id]

    assert counted(staff).cancelled == 1

    assert not staff.runtime.figures.write(cases, [], [])
    assert counted(staff).cancelled == 1


def test_an_office_counts_what_lies_below_it_and_not_beside_it(staff: World) -> None:
    begin(staff, TIMED)

    assert [counted(staff, office).received for office in (DISTRICT, QINGHE, SHIQIAO)] == [1, 1, 0]


def test_a_cancelled_case_is_not_done(staff: World) -> None:
    story = begin(staff, TIMED)
    instances.cancel(staff.runtime, story.case_id, SUPERVISOR, "Entered twice")

    found = counted(staff)

    assert (found.done, found.cancelled, found.share_in_time) == (0, 1, None)


def test_a_step_waits_until_somebody_has_it_and_is_worked_on_from_there(staff: World) -> None:
    story = begin(staff, TIMED).later(hours=2)
    user_tasks.claim(staff.runtime, only_task(story), ALICE)
    story.later(hours=1)
    user_tasks.complete(staff.runtime, only_task(story), ALICE, {})
    story.settle().do("wait").do("decide")

    found = steps(staff)["write"]

    assert (found.waiting.percentile(0.5), found.working.percentile(0.5)) == (120, 60)
    assert found.number == 1


def test_who_had_it_and_gave_it_back_ended_the_waiting(staff: World) -> None:
    story = begin(staff, TIMED).later(hours=1)
    user_tasks.claim(staff.runtime, only_task(story), BOB)
    user_tasks.unclaim(staff.runtime, only_task(story), BOB)
    story.later(hours=2).do("write", by=ALICE).do("wait").do("decide")

    assert steps(staff)["write"].number == 1


def test_everything_is_counted_again_from_the_histories(staff: World) -> None:
    begin(staff, TIMED).later(days=7).do("write").do("wait").do("decide")
    begin(staff)
    before, of_steps = counted(staff), steps(staff)

    told: list[int] = []
    assert figures.count_again(staff.runtime, told.append) == 2

    assert told == [2]
    assert (counted(staff), steps(staff)) == (before, of_steps)


def test_a_process_rests_when_there_was_nothing_to_count(staff: World) -> None:
    figures.roll_up(staff.runtime, at_once=True)
    said: list[str] = []
    event.listen(
        staff.runtime.database.engine,
        "before_cursor_execute",
        lambda _connection, _cursor, statement, *_more: said.append(statement),
    )

    assert figures.roll_up(staff.runtime) == 0

    assert said == []


def test_the_slowest_come_first_with_their_case(staff: World) -> None:
    slow = begin(staff, TIMED).later(days=7).do("write").do("wait").do("decide")
    fast = begin(staff).do("write").do("wait").do("decide")
    counted(staff)

    rows = staff.runtime.figures.slowest([DISTRICT, QINGHE], [month(staff).key], (0, 1 << 60), 10)

    assert [(row.id, row.days, row.missed) for row in rows] == [(slow.case_id, 5, 1), (fast.case_id, 0, 0)]
    assert staff.runtime.figures.slowest([SHIQIAO], [month(staff).key], (0, 1 << 60), 10) == []


def test_a_rating_is_read_from_the_return_visit(staff: World) -> None:
    begin(staff, RATED).do("visit", attempt_result="rated", rating="satisfied").do("call")
    bad = begin(staff).do("visit", attempt_result="rated", rating="very_dissatisfied")
    bad.do("call", bad_review="justified")
    begin(staff).do("visit", attempt_result="declined").do("call")
    counted(staff)

    found = figures.of_ratings(staff.runtime, DISTRICT, [month(staff)])["t"]

    assert found.classes == {4: 1, 1: 1, 0: 1}
    (row,) = staff.runtime.figures.badly_rated([QINGHE], (0, 1 << 60), 10)
    assert (row.id, row.rating, row.review) == (bad.case_id, "very_dissatisfied", "justified")


def test_weeks_and_months_count_the_same(staff: World) -> None:
    begin(staff, TIMED).do("write").do("wait").do("decide")
    figures.roll_up(staff.runtime, at_once=True)
    week = Period.of(staff.runtime.today(), WEEK)

    assert figures.over_time(staff.runtime, DISTRICT, week.last_ones(2))[week].done == 1
    assert figures.over_time(staff.runtime, DISTRICT, [week.before])[week.before].done == 0


@pytest.mark.only_sqlite(reason="asks SQLite's planner")
def test_every_figure_is_one_range_of_an_index(staff: World) -> None:
    said: list[tuple[str, object]] = []
    event.listen(
        staff.runtime.database.engine,
        "before_cursor_execute",
        lambda _connection, _cursor, statement, parameters, *_more: said.append((statement, parameters)),
    )
    store = staff.runtime.figures
    store.not_figured(10)
    store.sums([1], ["2026-03"], ["done"], ("bucket",))
    store.slowest([1, 2], ["2026-03"], (0, 1), 10)
    store.badly_rated([1, 2], (0, 1), 10)
    asked = [one for one in said if one[0].startswith("SELECT")]

    with staff.runtime.database.reading() as connection:
        plans = [
            " ".join(
                row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            )
            for statement, parameters in asked
        ]

    for plan, index in zip(
        plans,
        (
            "process_instance_not_figured",
            "SEARCH figure USING PRIMARY KEY",
            "case_figure_slow",
            "case_figure_bad",
        ),
        strict=True,
    ):
        assert index in plan
        assert "SCAN case_figure" not in plan
