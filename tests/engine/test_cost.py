"""What a step may cost in SQL statements and commits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from engine import user_tasks
from engine.definitions import compile_bundle, read_folder, read_groups
from engine.scenarios import run_service
from engine.store import Database
from tests.benchmarks.recording import Recording

from .bundles import FOUR_TASKS, bundle
from .support import ALICE, World

PROCESSES = Path(__file__).parents[2] / "processes"


@dataclass
class Count:
    statements: int = 0
    commits: int = 0


@contextmanager
def counting(database: Database) -> Iterator[Count]:
    """Count statements, executemany as one and BEGIN as none, and the commits that wrote."""
    count = Count()
    recording = Recording(database.engine)
    yield count
    database.engine.dispose()
    event.remove(database.engine, "do_connect", recording.connect)
    written = recording.take()
    count.statements = len(recording.reads) + sum(len(one.said) for one in written)
    count.commits = len(written)


def test_it_completes_a_task_with_eight_statements_and_one_commit(world: World) -> None:
    world.deploy(bundle(FOUR_TASKS))
    world.start()
    for number in range(1, 5):
        task = world.task(ALICE, f"t{number}")
        user_tasks.claim(world.runtime, task, ALICE)

        with counting(world.runtime.database) as count:
            user_tasks.complete(world.runtime, task, ALICE, {})

        assert count.statements <= 8
        assert count.commits == 1


def test_it_starts_a_case_with_six_statements_and_one_commit(world: World) -> None:
    world.deploy(bundle(FOUR_TASKS))

    with counting(world.runtime.database) as count:
        world.start()

    assert count.statements <= 6
    assert count.commits == 1


def test_it_claims_with_eight_statements_and_one_commit(world: World) -> None:
    world.deploy(bundle(FOUR_TASKS))
    world.start()
    task = world.task(ALICE, "t1")

    with counting(world.runtime.database) as count:
        user_tasks.claim(world.runtime, task, ALICE)

    assert count.statements <= 8
    assert count.commits == 1


def test_it_completes_with_twelve_statements_at_worst_in_every_story(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over all stories of the allowance, with clocks, letters and jobs."""
    groups = read_groups((PROCESSES / "groups.yaml").read_bytes())
    service = read_folder(PROCESSES / "minimum_living_allowance")
    definition, problems = compile_bundle(service, groups)
    assert definition is not None, problems
    costs: list[Count] = []
    complete = user_tasks.complete

    def counted(runtime: Any, *rest: Any) -> None:
        with counting(runtime.database) as count:
            complete(runtime, *rest)
        costs.append(count)

    monkeypatch.setattr(user_tasks, "complete", counted)

    results, _ = run_service(service, definition, groups)

    assert [result.problems for result in results if result.problems] == []
    assert len(costs) > 100
    assert max(count.statements for count in costs) <= 12
    assert {count.commits for count in costs} == {1}
