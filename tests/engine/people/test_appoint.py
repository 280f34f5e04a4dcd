"""Appointing and revoking a substitute."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine import substitutions
from engine.errors import EngineError, InvalidInput, InvalidState, NotAllowed, NotFound
from tests.engine.support import ALICE, BOB, CLERK, DORA, STRANGER, SUPERVISOR, World, employ

from .staff import CAROL, TODAY, away, today

FRIDAY = date(2026, 3, 6)


def test_the_substitute_stands_in_from_the_first_day_to_the_last(staffed: World) -> None:
    away(staffed, ALICE, CLERK, date(2026, 3, 3), FRIDAY)

    stands = {}
    for day in ("2026-03-02T23:59", "2026-03-03T00:00", "2026-03-06T23:59", "2026-03-07T00:00"):
        staffed.clock.set(day)
        stands[day[5:]] = today(staffed, CLERK).stands_for == {ALICE.person_id}

    assert stands == {
        "03-02T23:59": False,
        "03-03T00:00": True,
        "03-06T23:59": True,
        "03-07T00:00": False,
    }


def test_the_substitute_sees_the_inbox_and_the_groups_of_the_absent(staffed: World) -> None:
    away(staffed, ALICE, CLERK)

    clerk = today(staffed, CLERK)

    assert clerk.others == {"p12", "reviewer@2"}
    assert clerk.own_groups == {"clerk@2"}
    assert clerk.principals == {"p11", "clerk@2", "p12", "reviewer@2"}
    assert not clerk.in_group("reviewer", 2)


def test_roles_are_not_lent(staffed: World) -> None:
    substitutions.appoint(staffed.runtime, SUPERVISOR, 16, 15, TODAY, FRIDAY)

    assert today(staffed, DORA).roles == {"caseworker"}


def test_nobody_inherits_from_a_substitute(staffed: World) -> None:
    """Alice's substitute goes away too: theirs does the clerk's work and nothing of Alice's."""
    away(staffed, ALICE, CLERK)
    away(staffed, CLERK, BOB)

    assert today(staffed, BOB).stands_for == {CLERK.person_id}
    assert today(staffed, BOB).others == {"p11", "clerk@2"}


def test_who_may_no_longer_sign_in_lends_nothing(staffed: World) -> None:
    away(staffed, ALICE, CLERK)
    staffed.runtime.people.update_person(12, active=0)

    assert today(staffed, CLERK).others == frozenset()


def test_somebody_without_a_group_lends_their_own_inbox(world: World) -> None:
    from tests.engine.support import person

    single = person(30, "Single")
    employ(world, single, CLERK)
    away(world, single, CLERK)

    assert today(world, CLERK).others == {"p30"}


def test_a_supervisor_appoints_for_the_people_of_their_office_and_below(staffed: World) -> None:
    substitutions.appoint(staffed.runtime, SUPERVISOR, 12, 13, TODAY, FRIDAY)

    assert [row.name for row in substitutions.standing_in_for(staffed.runtime, 13)] == ["Alice"]


@pytest.mark.parametrize("actor", [BOB, STRANGER], ids=lambda actor: actor.name)
def test_a_colleague_appoints_for_nobody_else(staffed: World, actor: object) -> None:
    with pytest.raises(NotAllowed) as caught:
        substitutions.appoint(staffed.runtime, actor, 12, 13, TODAY, FRIDAY)  # type: ignore[arg-type]  # an Actor

    assert caught.value.code == "absence_of_others"


@pytest.mark.parametrize(
    ("substitute", "first", "last", "code"),
    [
        (12, TODAY, FRIDAY, "substitute_oneself"),
        (14, TODAY, FRIDAY, "substitute_elsewhere"),
        (13, FRIDAY, TODAY, "absence_backwards"),
        (13, TODAY - timedelta(days=9), TODAY - timedelta(days=1), "absence_over"),
        (13, TODAY, TODAY + timedelta(days=366), "absence_long"),
        (13, TODAY + timedelta(days=366), TODAY + timedelta(days=367), "absence_long"),
        (4711, TODAY, FRIDAY, "person_unknown"),
    ],
)
def test_it_refuses(staffed: World, substitute: int, first: date, last: date, code: str) -> None:
    with pytest.raises((InvalidInput, NotFound)) as caught:
        substitutions.appoint(staffed.runtime, ALICE, 12, substitute, first, last)

    assert caught.value.code == code


def test_somebody_of_the_office_above_may_stand_in_but_nobody_below(staffed: World) -> None:
    away(staffed, ALICE, DORA)

    with pytest.raises(EngineError) as caught:
        away(staffed, DORA, ALICE)

    assert caught.value.code == "substitute_elsewhere"


def test_five_substitutions_at_a_time_are_enough(staffed: World) -> None:
    for _ in range(5):
        away(staffed, ALICE, BOB)

    with pytest.raises(InvalidState) as caught:
        away(staffed, ALICE, CAROL)

    assert caught.value.code == "substitutes_many"
    away(staffed, ALICE, CAROL, date(2026, 3, 7), date(2026, 3, 9))


def test_revoking_ends_it_at_once(staffed: World) -> None:
    found = away(staffed, ALICE, CLERK)

    substitutions.revoke(staffed.runtime, ALICE, found)

    assert today(staffed, CLERK).stands_for == frozenset()
    assert substitutions.of_person(staffed.runtime, 12) == []
    with pytest.raises(InvalidState) as caught:
        substitutions.revoke(staffed.runtime, SUPERVISOR, found)
    assert caught.value.code == "substitution_revoked"


def test_only_the_person_or_their_supervisor_revokes(staffed: World) -> None:
    found = away(staffed, ALICE, CLERK)

    with pytest.raises(NotAllowed):
        substitutions.revoke(staffed.runtime, CLERK, found)
    with pytest.raises(NotFound):
        substitutions.revoke(staffed.runtime, ALICE, 4711)


def test_both_sides_see_it_and_the_supervisor_sees_the_office(staffed: World) -> None:
    away(staffed, ALICE, CLERK, date(2026, 3, 4), FRIDAY)

    for who in (12, 11):
        (found,) = substitutions.of_person(staffed.runtime, who)
        assert (found.person_id, found.substitute_id, found.running) == (12, 11, False)
    assert len(substitutions.of_office(staffed.runtime, SUPERVISOR)) == 1
    assert substitutions.of_person(staffed.runtime, 13) == []
    with pytest.raises(NotAllowed):
        substitutions.of_office(staffed.runtime, BOB)


def test_those_at_the_office_or_above_could_stand_in_the_nearest_first(staffed: World) -> None:
    names = [row.name for row in substitutions.possible(staffed.runtime, 12)]

    assert names == ["Chen", "Bob", "Carol", "Dora", "Sun"]
