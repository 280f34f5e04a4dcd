"""What is new since the visit before, and which lines of a list are."""

from __future__ import annotations

from engine import looking, user_tasks
from engine.state import to_ms

from ..support import ALICE, BOB, CLERK, World


def since(world: World) -> int | None:
    """Look, as a page does: what is new is asked before the look is noted."""
    found = looking.since(world.runtime, ALICE, "groups")
    looking.note(world.runtime, ALICE, "groups")
    return found


def came(world: World, actor: object) -> list[int]:
    return [row.since for row in world.inbox(actor)]  # type: ignore[arg-type]  # an Actor


def test_nothing_is_new_at_the_first_visit(world: World) -> None:
    assert since(world) is None
    world.clock.move(seconds=59)
    assert since(world) is None


def test_it_counts_from_the_end_of_the_visit_before(world: World) -> None:
    since(world)
    world.clock.move(seconds=50)
    since(world)
    left = to_ms(world.clock.now())
    world.clock.move(minutes=20)
    assert since(world) == left


def test_it_keeps_to_it_while_the_visit_lasts(world: World) -> None:
    since(world)
    first = to_ms(world.clock.now())
    world.clock.move(minutes=20)
    for _look in range(5):
        assert since(world) == first
        world.clock.move(seconds=40)


def test_it_looks_at_each_list_by_itself(world: World) -> None:
    since(world)
    world.clock.move(minutes=20)
    assert looking.since(world.runtime, ALICE, "mine") is None
    assert looking.since(world.runtime, BOB, "groups") is None


def test_a_clock_that_was_put_back_begins_no_visit_in_the_future(world: World) -> None:
    since(world)
    world.clock.move(hours=-1)
    assert since(world) is None
    world.clock.move(minutes=5)
    assert since(world) == to_ms(world.clock.now()) - 5 * 60_000


def test_a_task_came_when_it_was_created(world: World, tasks: list[int]) -> None:
    assert came(world, ALICE) == [world.runtime.now_ms()] * 3


def test_what_one_claims_or_gives_back_is_no_news(world: World, tasks: list[int]) -> None:
    user_tasks.claim(world.runtime, tasks[0], ALICE)
    assert min(came(world, ALICE)) == 0
    user_tasks.unclaim(world.runtime, tasks[0], ALICE)
    assert min(came(world, BOB)) == 0


def test_what_a_colleague_hands_on_is_news(world: World, tasks: list[int]) -> None:
    world.runtime.people.add_person(_row(BOB), [("reviewer", 2)])
    user_tasks.claim(world.runtime, tasks[0], ALICE)
    world.clock.move(minutes=10)
    user_tasks.delegate(world.runtime, tasks[0], ALICE, 13, "You know the family")
    (mine,) = world.runtime.inbox.page({"p13"}, 10)
    assert mine.since == world.runtime.now_ms()


def test_an_undone_claim_gives_the_task_back(world: World, tasks: list[int]) -> None:
    user_tasks.claim(world.runtime, tasks[0], ALICE)
    user_tasks.undo_claim(world.runtime, tasks[0], ALICE, world.runtime.now_ms())
    assert tasks[0] in [row.user_task_id for row in world.inbox(BOB)]
    assert CLERK.principals.isdisjoint(row.principal for row in world.inbox(BOB))


def _row(actor: object):
    from engine.store.people import PersonRow

    return PersonRow(13, "bob", "Bob", "Bob", None, None, "en", 1, 2, "caseworker", 1)
