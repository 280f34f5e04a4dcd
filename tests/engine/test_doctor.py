"""The doctor recomputes tasks, inbox and jobs from the states and shows every difference."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from engine import audit
from engine.instances import cancel
from engine.store.rows import JobRow, KeptMessage

from .bundles import boundary, bundle, chain, node, start_and_end, timer, user_task
from .story import Story, begin
from .support import SUPERVISOR, World


@pytest.fixture
def story(world: World) -> Story:
    body = (
        user_task("ask")
        + boundary("late", "ask", timer("P1D"))
        + node("endEvent", "too_late")
        + start_and_end("ask")
        + chain("late", "too_late")
    )
    return begin(world, bundle(body))


def differences(story: Story) -> list[tuple[str, str]]:
    found = audit.examine(story.world.runtime, story.store)
    return [(difference.what, difference.detail.split(":")[0]) for difference in found]


def tamper(story: Story, statement: str) -> None:
    with story.world.runtime.database.writing() as connection:
        connection.execute(text(statement), {"zeros": bytes(80), "nothing": b""})


def test_it_finds_nothing_where_all_is_well(story: Story) -> None:
    assert differences(story) == []


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("DELETE FROM inbox", [("inbox", "missing")]),
        ("UPDATE inbox SET principal = 'p99'", [("inbox", "missing"), ("inbox", "not wanted")]),
        ("UPDATE inbox SET due_at = 5", [("inbox", "missing"), ("inbox", "not wanted")]),
        ("DELETE FROM job", [("job", "missing")]),
        ("UPDATE job SET target = '1\\:other'", [("job", "missing"), ("job", "not wanted")]),
        ("UPDATE user_task SET state = 'completed'", [("task", "missing"), ("inbox", "not wanted")]),
        ("UPDATE user_task SET number = 99", [("task", "missing"), ("task", "not wanted")]),
        (
            "UPDATE process_instance SET sealed_state = :zeros",
            [
                (
                    "state",
                    "Expected data that this installation sealed, but it was changed or sealed with another key.",
                )
            ],
        ),
        (
            "UPDATE process_instance SET sealed_state = :nothing",
            [
                (
                    "state",
                    "Expected data that this installation sealed, but it was changed or sealed with another key.",
                )
            ],
        ),
    ],
)
def test_it_finds_what_was_changed_behind_the_applications_back(
    story: Story, statement: str, expected: list[tuple[str, str]]
) -> None:
    tamper(story, statement)

    assert differences(story) == expected


def test_a_job_that_is_being_tried_again_later_is_no_difference(story: Story) -> None:
    """A failed attempt moves the job's due date; the state remembers the first one."""
    runtime = story.world.runtime
    story.world.clock.move(days=2)
    (job,) = runtime.jobs.claim(runtime.now_ms(), 0, 1000, 77, 5)
    runtime.jobs.release(job.id, 77, 1, runtime.now_ms() + 60_000)

    assert differences(story) == []


@pytest.mark.parametrize("table", ["inbox", "job"])
def test_it_finds_what_an_ended_case_left_behind(story: Story, table: str) -> None:
    with story.world.runtime.database.reading() as connection:
        row = connection.exec_driver_sql(f"SELECT * FROM {table}").one()
    cancel(story.world.runtime, story.case_id, SUPERVISOR, "Started by mistake")
    values = {f"b{place}": value for place, value in enumerate(row)}
    with story.world.runtime.database.writing() as connection:
        marks = ", ".join(f":{name}" for name in values)
        connection.execute(text(f"INSERT INTO {table} VALUES ({marks})"), values)

    assert differences(story) == [(table, "not wanted")]


def test_it_finds_a_case_that_cannot_go_on(story: Story) -> None:
    """A running case in which nobody and nothing is waited for stands still for ever."""
    from engine import codec
    from engine.instances import open_case
    from engine.state import sealing_place

    row = story.store.instance(story.case_id)
    assert row is not None
    runtime = story.world.runtime
    case = open_case(runtime, row, [])
    for task in case.workflow.tasks.values():
        if task.task_spec.bpmn_id in {"ask", "late"}:
            task._set_state(256)
    content = runtime.sealer.seal(codec.dump(case.workflow, case.state.pack()), sealing_place(row.id))
    with runtime.database.writing() as connection:
        connection.execute(text("UPDATE process_instance SET sealed_state = :state"), {"state": content})

    assert ("state", "nothing rests") in differences(story)


@pytest.mark.parametrize(
    ("kind", "statement"),
    [
        ("message", "INSERT INTO job VALUES (1, 7, 0, 0, 'message', '7', 5, 'waiting', 0, NULL, NULL)"),
        ("event", "INSERT INTO job VALUES (1, 7, 0, 0, 'event', '7', 5, 'waiting', 0, NULL, NULL)"),
        (
            "alert_message",
            "INSERT INTO job VALUES (1, 7, 0, 0, 'alert_message', '7', 5, 'waiting', 0, NULL, NULL)",
        ),
    ],
)
def test_it_finds_a_job_that_nothing_outside_of_cases_waits_for(
    story: Story, kind: str, statement: str
) -> None:
    tamper(story, statement)

    found = list(audit.examine(story.world.runtime, story.store))

    assert [(one.business_key, one.what, one.detail) for one in found] == [
        ("–", "job", f"not wanted: {kind} 7")
    ]


def test_it_finds_a_kept_message_that_nobody_looks_after(story: Story) -> None:
    row = KeptMessage(
        7,
        "paid",
        "a place",
        None,
        None,
        "bank",
        "1",
        "waiting",
        b"sealed",
        created_at=1,
        expires_at=2,
        ended_at=None,
    )
    store, job = story.world.runtime.kept, JobRow(7, 0, "message", "7", 1)
    store.add(row, job)
    assert differences(story) == []
    tamper(story, "DELETE FROM job WHERE id = 7")

    assert differences(story) == [("job", "missing")]
