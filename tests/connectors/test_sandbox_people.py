"""The sandbox's people: invented, always the same, and about as well off as applicants are."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING

import pytest

from connectors.sandbox.people import DEPOSIT_LIMIT, Person, household_of, person_of

from .conftest import LI, WANG, Played, call, question

if TYPE_CHECKING:
    from collections.abc import Iterator

TODAY = date(2026, 3, 2)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def identity(first: str, born: str, number: int) -> str:
    digits = f"{first}{born}{number:03d}"
    return digits + "10X98765432"[sum(w * int(d) for w, d in zip(WEIGHTS, digits, strict=True)) % 11]


def adults() -> Iterator[Person]:
    """Give four thousand people of 25 to 89 years."""
    for year in range(1937, 2001):
        for number in range(63):
            yield person_of(identity("990101", f"{year}0615", number), TODAY)


def test_it_knows_the_same_of_a_person_every_time(played: Played) -> None:
    first = played.registry.call(call("1", **question(WANG, LI)))
    second = played.registry.call(call("2", **question(WANG, LI)))

    assert {**first, "query_no": ""} == {**second, "query_no": ""}
    assert first["query_no"] != second["query_no"]


def test_it_draws_the_shares_that_were_asked_for() -> None:
    """A band of three standard deviations around each share, for four thousand people."""
    people = list(adults())

    def share(count: int) -> float:
        return count / len(people)

    incomes = [person.wage + person.transfer for person in people if person.wage + person.transfer]
    assert share(sum(person.vehicles for person in people)) == pytest.approx(0.08, abs=0.013)
    assert share(sum(person.deposits > DEPOSIT_LIMIT for person in people)) == pytest.approx(0.05, abs=0.011)
    assert share(sum(person.mismatch is not None for person in people)) == pytest.approx(0.04, abs=0.010)
    assert share(len(people) - len(incomes)) == pytest.approx(0.25, abs=0.021)
    assert float(median(incomes)) == pytest.approx(700, rel=0.05)


def test_it_gives_no_means_to_a_child() -> None:
    child = person_of("990103201602290047", TODAY)

    assert child.known
    assert (child.wage, child.transfer, child.vehicles, child.homes) == (0, 0, 0, 0)


def test_it_never_excludes_more_than_there_is() -> None:
    assert all(person.excluded <= person.transfer for person in adults())


@pytest.mark.parametrize(
    "id_no",
    [
        "11010519491231002X",
        "990101195203070012",
        identity("990101", "20260303", 1),
        identity("990101", "19521340", 1),
    ],
    ids=["a real place", "a wrong check digit", "not yet born", "no date"],
)
def test_it_knows_only_invented_people(id_no: str) -> None:
    """A real number that somebody types into a demo finds nobody."""
    assert not person_of(id_no, TODAY).known


def test_it_counts_a_home_of_two_owners_once() -> None:
    couple = [Person(homes=1, wage=Decimal("0.10")), Person(homes=1, wage=Decimal("0.20"))]

    household = household_of(couple)

    assert household["homes"] == 1
    assert household["wage"] == Decimal("0.30")
