"""What a machine is told: every event of the cases that its person sees, once, in the step's own transaction."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from engine import instances, messages, subscriptions, telling, user_tasks
from engine.ports import ConnectorError
from engine.runtime import Runtime
from engine.scheduler import tick
from engine.store.failures import ConflictError
from engine.store.subscriptions import GONE
from engine.subscriptions import Subscribed
from tests.engine.stories import counting
from tests.engine.support import ALICE, CLERK, SUPERVISOR, World

from .conftest import ADDRESS, NEXT_DOOR, OPERATOR, Machines


def finish(world: World) -> int:
    started = world.start()
    task = world.task(ALICE, "ask")
    user_tasks.claim(world.runtime, task, ALICE)
    user_tasks.complete(world.runtime, task, ALICE, {})
    return started.id


def log(world: World, subscribed: Subscribed) -> list:
    return subscriptions.told(world.runtime, subscribed.row.id, OPERATOR)


def test_it_tells_a_case_from_start_to_end(world: World, machines: Machines, subscribed: Subscribed) -> None:
    case_id = finish(world)
    tick(world.runtime)

    assert sorted(content["event"] for *_rest, content in machines.posts) == [
        "case_completed",
        "case_started",
        "user_task_completed",
        "user_task_created",
    ]
    (created,) = machines.said("user_task_created")
    assert created["process_instance"] == {
        "id": str(case_id),
        "business_key": "T-2026-000001",
        "service_key": "t",
        "office": "990101001",
    }
    assert created["at"] == "2026-03-02T02:15:00.000+00:00"
    task = created["user_task"]
    assert (task["element_id"], task["candidate_group"]) == ("ask", "reviewer")
    assert task["due_at"] == "2026-03-09T09:00:00.000+00:00"


def test_it_says_nothing_of_the_person(world: World, machines: Machines, subscribed: Subscribed) -> None:
    finish(world)
    tick(world.runtime)

    assert machines.posts
    assert "Wang" not in json.dumps([content for *_rest, content in machines.posts])


def test_it_signs_with_the_secret_and_names_every_event_once(
    world: World, machines: Machines, subscribed: Subscribed
) -> None:
    finish(world)
    tick(world.runtime)
    tick(world.runtime)

    assert {(address, secret) for address, secret, *_ in machines.posts} == {
        (ADDRESS, subscribed.secret.encode())
    }
    keys = [key for _address, _secret, key, _content in machines.posts]
    assert len(keys) == len(set(keys)) == 4
    assert [content["id"] for *_rest, content in machines.posts] == keys


def test_it_tells_of_a_warning_and_of_a_clock_that_was_missed(
    world: World, machines: Machines, subscribed: Subscribed
) -> None:
    world.start()
    world.clock.move(days=10)
    tick(world.runtime)
    tick(world.runtime)

    (breached,) = machines.said("deadline_breached")
    assert breached["deadline"]["id"] == "promise"
    assert breached["deadline"]["due_at"] == "2026-03-09T09:00:00.000+00:00"


def test_it_tells_of_a_case_that_was_cancelled(
    world: World, machines: Machines, subscribed: Subscribed
) -> None:
    started = world.start()
    instances.cancel(world.runtime, started.id, SUPERVISOR, "started by mistake")
    tick(world.runtime)

    (cancelled,) = machines.said("case_cancelled")
    assert cancelled["process_instance"]["id"] == str(started.id)


def test_it_tells_only_what_was_wanted(world: World, machines: Machines) -> None:
    subscriptions.subscribe(world.runtime, OPERATOR, ADDRESS, ["case_completed"])
    finish(world)
    tick(world.runtime)

    assert [content["event"] for *_rest, content in machines.posts] == ["case_completed"]


def test_it_tells_nothing_of_another_office(world: World, machines: Machines) -> None:
    subscriptions.subscribe(world.runtime, NEXT_DOOR, ADDRESS, telling.EVENTS)
    finish(world)
    tick(world.runtime)

    assert machines.posts == []


def test_a_step_that_is_not_saved_tells_nothing(
    world: World, machines: Machines, subscribed: Subscribed, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = world.start()
    tick(world.runtime)
    machines.posts.clear()
    monkeypatch.setattr(instances, "MAX_TRIES", 1)
    monkeypatch.setattr(world.runtime.steps._rows, "update_instance", _lose)

    with pytest.raises(instances.Busy):
        messages.correlate(world.runtime, "withdrawal", started.id, CLERK, {})
    tick(world.runtime)

    assert machines.posts == []


def _lose(*_arguments: object) -> None:
    raise ConflictError


def test_a_step_costs_no_statement_where_nobody_listens(world: World, machines: Machines) -> None:
    world.start()
    task = world.task(ALICE, "ask")
    user_tasks.claim(world.runtime, task, ALICE)

    with counting(world.runtime.database) as alone:
        user_tasks.complete(world.runtime, task, ALICE, {})
    subscriptions.subscribe(world.runtime, OPERATOR, ADDRESS, ["incident_raised"])
    world.start()
    task = world.task(ALICE, "ask")
    user_tasks.claim(world.runtime, task, ALICE)
    with counting(world.runtime.database) as listening:
        user_tasks.complete(world.runtime, task, ALICE, {})

    assert listening.statements == alone.statements


def test_it_tries_again_later_and_keeps_why(world: World, machines: Machines, subscribed: Subscribed) -> None:
    machines.answer = 500
    world.start()
    tick(world.runtime)
    first = log(world, subscribed)[0]
    assert (first.state, first.attempts, first.status) == ("waiting", 1, 500)

    machines.answer = 204
    world.clock.move(seconds=59)
    tick(world.runtime)
    assert log(world, subscribed)[0].state == "waiting"
    world.clock.move(seconds=1)
    tick(world.runtime)

    told = log(world, subscribed)[0]
    assert (told.state, told.attempts, told.status, told.message) == ("sent", 2, 204, None)


def test_it_gives_up_within_a_day(world: World, machines: Machines, subscribed: Subscribed) -> None:
    machines.answer = ConnectorError("The hooks cannot be reached", code="hooks_down")
    world.start()
    for _ in range(telling.MAX_TRIES):
        tick(world.runtime)
        world.clock.move(hours=4)

    assert {one.state for one in log(world, subscribed)} == {"failed"}
    waits = [min(telling.FIRST_WAIT * 2**n, telling.LONGEST_WAIT) for n in range(telling.MAX_TRIES - 1)]
    assert timedelta(hours=20) < sum(waits, timedelta()) <= timedelta(hours=25)


def test_it_gives_up_at_once_where_the_address_is_refused(
    world: World, machines: Machines, subscribed: Subscribed
) -> None:
    machines.answer = ConnectorError("Expected an address outside", code="address_refused", permanent=True)
    world.start()
    tick(world.runtime)

    assert {(one.state, one.attempts) for one in log(world, subscribed)} == {("failed", 1)}


def test_it_tells_again_under_the_same_id(world: World, machines: Machines, subscribed: Subscribed) -> None:
    world.start()
    tick(world.runtime)
    told = log(world, subscribed)[0]
    before = [content for *_rest, content in machines.posts if content["id"] == str(told.id)]

    subscriptions.tell_again(world.runtime, told.id, OPERATOR)
    tick(world.runtime)

    after = [content for *_rest, content in machines.posts if content["id"] == str(told.id)]
    assert after == before * 2


def test_an_ended_subscription_hears_nothing_more(
    world: World, machines: Machines, subscribed: Subscribed
) -> None:
    machines.answer = 500
    world.start()
    tick(world.runtime)
    machines.posts.clear()

    subscriptions.end(world.runtime, subscribed.row.id, OPERATOR)
    world.clock.move(days=1)
    tick(world.runtime)

    assert machines.posts == []
    assert {(one.state, one.message) for one in log(world, subscribed)} == {("failed", GONE)}


def test_another_process_learns_of_it_within_ten_seconds(
    world: World, machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = _another(world)
    tick(other)
    subscriptions.subscribe(world.runtime, OPERATOR, ADDRESS, ["case_started"])
    assert other.subscriptions.running() == ()

    monkeypatch.setattr("engine.store.subscriptions.KNOWN_FOR_S", 0)
    tick(other)

    assert len(other.subscriptions.running()) == 1


def _another(world: World) -> Runtime:
    from dataclasses import replace

    from engine.store.subscriptions import SubscriptionStore

    return replace(world.runtime, subscriptions=SubscriptionStore(world.runtime.database, 1))


def test_whoever_left_hears_nothing(world: World, machines: Machines, subscribed: Subscribed) -> None:
    world.runtime.people.update_person(OPERATOR.person_id, active=0)
    world.runtime.subscriptions.refresh(at_once=True)
    world.start()
    tick(world.runtime)

    assert machines.posts == []
