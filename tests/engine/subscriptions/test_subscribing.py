"""Who may let machines hear of cases, and what they may not ask for."""

from __future__ import annotations

import pytest

from engine import subscriptions
from engine.errors import EngineError, InvalidInput, InvalidState, NotAllowed, NotFound
from engine.scheduler import tick
from engine.subscriptions import Subscribed
from tests.engine.support import ALICE, SUPERVISOR, World

from .conftest import ADDRESS, NEXT_DOOR, OPERATOR, Machines


def test_only_operators_subscribe(world: World, machines: Machines) -> None:
    for actor in (ALICE, SUPERVISOR):
        with pytest.raises(NotAllowed):
            subscriptions.subscribe(world.runtime, actor, ADDRESS, ["case_started"])
        with pytest.raises(NotAllowed):
            subscriptions.list_subscriptions(world.runtime, actor)


@pytest.mark.parametrize(
    ("address", "events", "code"),
    [
        (ADDRESS, [], "event_unknown"),
        (ADDRESS, ["case_started", "case_read"], "event_unknown"),
        ("http://machine.example/", ["case_started"], "address_refused"),
        ("https://machine.example/\n", ["case_started"], "address_refused"),
        ("https://machine.example/" + "x" * 500, ["case_started"], "address_refused"),
        ("https://例子.example/", ["case_started"], "address_refused"),
    ],
)
def test_it_refuses_what_cannot_be_told(
    world: World, machines: Machines, address: str, events: list[str], code: str
) -> None:
    with pytest.raises(InvalidInput) as raised:
        subscriptions.subscribe(world.runtime, OPERATOR, address, events)

    assert raised.value.code == code


def test_the_secret_is_kept_sealed(world: World, machines: Machines, subscribed: Subscribed) -> None:
    (row,) = subscriptions.list_subscriptions(world.runtime, OPERATOR)

    assert subscribed.secret.encode() not in row.sealed_secret
    assert len(subscribed.secret) > 40


def test_another_office_sees_none_of_it(world: World, machines: Machines, subscribed: Subscribed) -> None:
    world.start()
    tick(world.runtime)
    told = subscriptions.told(world.runtime, subscribed.row.id, OPERATOR)[0]

    assert subscriptions.list_subscriptions(world.runtime, NEXT_DOOR) == []
    with pytest.raises(NotFound):
        subscriptions.told(world.runtime, subscribed.row.id, NEXT_DOOR)
    with pytest.raises(NotFound):
        subscriptions.tell_again(world.runtime, told.id, NEXT_DOOR)
    with pytest.raises(NotFound):
        subscriptions.end(world.runtime, subscribed.row.id, NEXT_DOOR)


def test_it_ends_once_and_tells_nothing_again_after(
    world: World, machines: Machines, subscribed: Subscribed
) -> None:
    world.start()
    tick(world.runtime)
    told = subscriptions.told(world.runtime, subscribed.row.id, OPERATOR)[0]
    subscriptions.end(world.runtime, subscribed.row.id, OPERATOR)

    def refused(error: type[EngineError], act: object) -> None:
        with pytest.raises(error):
            act()

    refused(InvalidState, lambda: subscriptions.end(world.runtime, subscribed.row.id, OPERATOR))
    refused(InvalidState, lambda: subscriptions.tell_again(world.runtime, told.id, OPERATOR))


def test_twenty_run_at_most(world: World, machines: Machines) -> None:
    for _ in range(subscriptions.MAX_RUNNING):
        made = subscriptions.subscribe(world.runtime, OPERATOR, ADDRESS, ["case_started"])

    with pytest.raises(InvalidInput, match="at most 20"):
        subscriptions.subscribe(world.runtime, OPERATOR, ADDRESS, ["case_started"])

    subscriptions.end(world.runtime, made.row.id, OPERATOR)
    assert subscriptions.subscribe(world.runtime, OPERATOR, ADDRESS, ["case_started"])
