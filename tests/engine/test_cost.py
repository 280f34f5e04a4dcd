"""What a step may cost in SQL statements and commits."""

from __future__ import annotations

from engine import user_tasks

from .bundles import FOUR_TASKS, bundle
from .stories import counting, played
from .support import ALICE, World


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


def test_it_completes_with_twelve_statements_at_worst_in_every_story() -> None:
    """Over all stories of the allowance, with clocks, letters and jobs."""
    costs = played().completions

    assert played().problems == []
    assert len(costs) > 100
    assert max(count.statements for count in costs) <= 12
    assert {count.commits for count in costs} == {1}
