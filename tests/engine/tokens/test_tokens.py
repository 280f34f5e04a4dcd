"""Bearer tokens: seen once, kept as a hash, with the rights of their person, until they end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import tokens
from engine.errors import InvalidInput, NotFound
from engine.store.people import PersonRow
from tests.engine.support import ALICE, QINGHE, STRANGER, World


@pytest.fixture(autouse=True)
def _alice(world: World) -> None:
    row = PersonRow(ALICE.person_id, "alice", "Alice", "Alice", None, None, "en", 1, QINGHE, "caseworker", 1)
    world.runtime.people.add_person(row, list(ALICE.memberships))


def make(world: World, **span: float) -> str:
    until = world.clock.now() + timedelta(**span) if span else None
    return tokens.create(world.runtime, ALICE.person_id, "wall", until)


def test_it_has_the_rights_of_its_person(world: World) -> None:
    actor = tokens.who(world.runtime, make(world))

    assert actor is not None
    assert (actor.person_id, actor.principals) == (ALICE.person_id, ALICE.principals)


def test_it_is_recognised_by_its_prefix_and_kept_nowhere(world: World) -> None:
    token = make(world)

    assert token.startswith("lb_")
    assert len(token) == 46
    (row,) = tokens.list_tokens(world.runtime)
    assert token.encode() not in row.digest
    assert row.label == "wall"


@pytest.mark.parametrize(
    "token", ["", "lb_", "x" * 46, "lb_" + "A" * 43, "lb_" + "é" * 43, "lb_" + "A" * 5000]
)
def test_nobody_is_known_by_another_text(world: World, token: str) -> None:
    make(world)

    assert tokens.who(world.runtime, token) is None


def test_it_ends_at_its_moment(world: World) -> None:
    token = make(world, days=1)
    world.clock.move(hours=23, minutes=59)
    assert tokens.who(world.runtime, token) is not None

    world.clock.move(minutes=1)

    assert tokens.who(world.runtime, token) is None


def test_it_ends_when_it_is_revoked_and_only_once(world: World) -> None:
    token, other = make(world), make(world)
    newest, oldest = tokens.list_tokens(world.runtime, ALICE.person_id)

    tokens.revoke(world.runtime, oldest.id)

    assert tokens.who(world.runtime, token) is None
    assert tokens.who(world.runtime, other) is not None
    assert newest.revoked_at is None
    with pytest.raises(NotFound):
        tokens.revoke(world.runtime, oldest.id)


def test_it_ends_when_its_person_may_not_sign_in_any_more(world: World) -> None:
    token = make(world)

    world.runtime.people.update_person(ALICE.person_id, active=0)

    assert tokens.who(world.runtime, token) is None


def test_its_last_use_is_kept_to_the_minute(world: World) -> None:
    token = make(world)

    def used() -> int | None:
        return tokens.list_tokens(world.runtime)[0].used_at

    first = world.runtime.now_ms()
    tokens.who(world.runtime, token)
    world.clock.move(seconds=59)
    tokens.who(world.runtime, token)
    assert used() == first

    world.clock.move(seconds=1)
    tokens.who(world.runtime, token)
    assert used() == first + 60_000


def test_it_refuses_what_cannot_be_a_token(world: World) -> None:
    runtime, now = world.runtime, world.clock.now()

    with pytest.raises(NotFound):
        tokens.create(runtime, STRANGER.person_id, "", None)
    with pytest.raises(InvalidInput, match="label"):
        tokens.create(runtime, ALICE.person_id, "x" * 101, None)
    with pytest.raises(InvalidInput, match="expires later"):
        tokens.create(runtime, ALICE.person_id, "", now)


def test_a_person_has_twenty_living_tokens_at_most(world: World) -> None:
    for _ in range(tokens.MAX_TOKENS):
        make(world, days=1)
    with pytest.raises(InvalidInput, match="at most 20"):
        make(world)

    world.clock.move(days=1)

    assert make(world)
