"""Keeping a filter: under a name, for oneself or a group, of known fields only."""

from __future__ import annotations

import pytest

from engine import saved_filters
from engine.errors import InvalidInput, InvalidState, NotAllowed, NotFound

from ..support import ALICE, BOB, STRANGER, World

LATE = "view=groups&due=overdue"


def names(world: World, actor: object) -> list[str]:
    return [one.name for one in saved_filters.listed(world.runtime, actor)]  # type: ignore[arg-type]  # an Actor


def test_it_shows_a_filter_to_who_keeps_it(world: World) -> None:
    saved_filters.save(world.runtime, ALICE, "  Late   ones ", LATE)
    assert names(world, ALICE) == ["Late ones"]
    assert names(world, BOB) == []


def test_it_shows_a_shared_filter_to_the_group_at_the_office(world: World) -> None:
    saved_filters.save(world.runtime, BOB, "Mine", LATE)
    saved_filters.save(world.runtime, ALICE, "Ours", LATE, "reviewer@2")
    assert names(world, BOB) == ["Mine", "Ours"]
    assert [one.mine for one in saved_filters.listed(world.runtime, BOB)] == [True, False]
    assert names(world, STRANGER) == []


def test_it_shares_with_no_group_of_others(world: World) -> None:
    with pytest.raises(NotAllowed) as refused:
        saved_filters.save(world.runtime, ALICE, "Theirs", LATE, "reviewer@3")
    assert refused.value.code == "not_in_group"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("view=groups", "filter_empty"),
        ("", "filter_empty"),
        ("view=groups&order=name", "filter_unknown"),
        ("view=nowhere&q=a", "filter_unknown"),
        ("due=yesterday", "filter_unknown"),
        ("q=a&q=b", "filter_unknown"),
        (f"q={'a' * 101}", "filter_unknown"),
        ("&".join(f"q{number}=a" for number in range(50)), "filter_unknown"),
    ],
)
def test_it_keeps_only_what_a_filter_can_say(world: World, query: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        saved_filters.save(world.runtime, ALICE, "Odd", query)
    assert refused.value.code == code


@pytest.mark.parametrize("name", ["", "   ", "a" * 41])
def test_it_wants_a_name(world: World, name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        saved_filters.save(world.runtime, ALICE, name, LATE)
    assert refused.value.code == "filter_name"


def test_it_spells_the_same_filter_always_the_same(world: World) -> None:
    said = saved_filters.checked_query("due=overdue&q=%E7%8E%8B&view=mine")
    assert said == saved_filters.checked_query("view=mine&q=王&due=overdue&service=")
    assert said == "view=mine&q=%E7%8E%8B&due=overdue"


def test_it_keeps_at_most_twenty(world: World) -> None:
    for number in range(saved_filters.MAX_FILTERS):
        saved_filters.save(world.runtime, ALICE, str(number), LATE)
    with pytest.raises(InvalidState) as refused:
        saved_filters.save(world.runtime, ALICE, "one more", LATE)
    assert refused.value.code == "too_many_filters"
    saved_filters.save(world.runtime, BOB, "another's", LATE)


def test_it_renames_shares_and_forgets_ones_own(world: World) -> None:
    kept = saved_filters.save(world.runtime, ALICE, "Late", LATE)
    saved_filters.change(world.runtime, ALICE, kept, "Too late", "reviewer@2")
    assert names(world, BOB) == ["Too late"]
    saved_filters.change(world.runtime, ALICE, kept, "Too late", None)
    assert names(world, BOB) == []
    saved_filters.remove(world.runtime, ALICE, kept)
    assert names(world, ALICE) == []


def test_it_lets_nobody_else_change_it(world: World) -> None:
    kept = saved_filters.save(world.runtime, ALICE, "Late", LATE, "reviewer@2")
    with pytest.raises(NotAllowed):
        saved_filters.remove(world.runtime, BOB, kept)
    with pytest.raises(NotFound):
        saved_filters.change(world.runtime, STRANGER, kept, "Mine", None)
    assert names(world, ALICE) == ["Late"]
