"""What the invented registry knows of a person, drawn from the identity number, every time the same.

Shares and sums follow what is known of applicants for the minimum living allowance; they are assumptions.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from statistics import NormalDist
from typing import Any

from connectors.registry import SOURCES

ZERO = Decimal(0)
REGION = "99"
"""No place in China: a real identity number that somebody types in a demo is answered as unknown."""
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"

NO_INCOME = 0.25
MEDIAN_INCOME, INCOME_SPREAD = 700.0, 0.6
"""Yuan a month and σ of the logarithm, of those who have an income."""
WAGE_SHARE = 0.4
VEHICLE = 0.08
DEPOSITS_OVER_LIMIT = 0.05
DEPOSIT_LIMIT = 24 * 1650
"""Yuan a head: 24 months of the standard."""
MISMATCH = 0.04
HOME, SECOND_HOME = 0.6, 0.02
BASIC_PENSION = Decimal("123.00")
"""Yuan a month; the part of a pension that does not count as income."""
PENSION_AGE, WORKING_AGE = 60, 18
CATEGORY_SHARES = (("tekun", 0.04), ("dibao", 0.24), ("marginal", 0.34), ("rigid", 0.38))
"""Lists of those whose status is asked for, as upper ends of their shares; the rest is on none."""


@dataclass(frozen=True)
class Person:
    """What all sources together say of one person; sums in yuan, income a month."""

    known: bool = True
    wage: Decimal = ZERO
    business: Decimal = ZERO
    property: Decimal = ZERO
    transfer: Decimal = ZERO
    excluded: Decimal = ZERO
    deposits: Decimal = ZERO
    vehicles: int = 0
    homes: int = 0
    mismatch: str | None = None
    """The source that contradicts the others."""
    category: str = "none"
    valid_to: date | None = None
    """The list that the person is on, and the last day that this holds."""


def person_of(id_no: str, today: date) -> Person:
    """Invent a person; unknown when the number is no invented one or its check digit is wrong."""
    born = _birth_date(id_no)
    if born is None or born > today:
        return Person(known=False)
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    category = _category(id_no)
    person = Person(
        deposits=_deposits(id_no),
        mismatch=_mismatch(id_no),
        category=category,
        valid_to=None if category == "none" else date(today.year + 1, 12, 31),
    )
    return person if age < WORKING_AGE else _with_means(person, id_no, age)


def household_of(people: list[Person]) -> dict[str, Any]:
    """Add people up to one household; a home stands in each owner's name and counts once."""
    sums = ("wage", "business", "property", "transfer", "excluded", "deposits", "vehicles")
    added = {name: sum(getattr(person, name) for person in people) for name in sums}
    return {**added, "homes": max(person.homes for person in people)}


def share(id_no: str, what: str) -> float:
    """Draw a number from 0 to below 1, evenly, always the same for the same person and purpose."""
    digest = hashlib.sha256(f"{what}:{id_no}".encode()).digest()
    return int.from_bytes(digest[:6]) / 2**48


def identity_number(region: str, born: date, number: int) -> str:
    """Make the identity number of an invented person, with its check digit."""
    digits = f"{region}{born:%Y%m%d}{number:03d}"
    return digits + _check_digit(digits)


def _with_means(person: Person, id_no: str, age: int) -> Person:
    """Give an adult an income, a home, a vehicle."""
    income = 0.0
    if share(id_no, "no_income") >= NO_INCOME:
        logarithm = NormalDist(math.log(MEDIAN_INCOME), INCOME_SPREAD)
        income = math.exp(logarithm.inv_cdf(0.001 + 0.998 * share(id_no, "income")))
    pensioner = age >= PENSION_AGE
    wage = 0.0 if pensioner else income * WAGE_SHARE
    transfer = _yuan(income - wage)
    return replace(
        person,
        wage=_yuan(wage),
        transfer=transfer,
        excluded=min(BASIC_PENSION, transfer) if pensioner else ZERO,
        vehicles=int(share(id_no, "vehicle") < VEHICLE),
        homes=int(share(id_no, "home") < HOME) + int(share(id_no, "home") < SECOND_HOME),
    )


def _deposits(id_no: str) -> Decimal:
    position = share(id_no, "deposits")
    if share(id_no, "deposits_over") < DEPOSITS_OVER_LIMIT:
        return _yuan(DEPOSIT_LIMIT * (1.2 + 4 * position))
    return _yuan(DEPOSIT_LIMIT * 0.9 * position**3)


def _mismatch(id_no: str) -> str | None:
    if share(id_no, "mismatch") >= MISMATCH:
        return None
    return SOURCES[int(share(id_no, "mismatch_source") * len(SOURCES))]


def _birth_date(id_no: str) -> date | None:
    if not id_no.startswith(REGION):
        return None
    if _check_digit(id_no[:17]) != id_no[17].upper():
        return None
    try:
        return date(int(id_no[6:10]), int(id_no[10:12]), int(id_no[12:14]))
    except ValueError:
        return None


def _check_digit(digits: str) -> str:
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True))
    return _CHECK_DIGITS[total % 11]


def _category(id_no: str) -> str:
    position = share(id_no, "category")
    return next((name for name, upto in CATEGORY_SHARES if position < upto), "none")


def _yuan(amount: float) -> Decimal:
    return Decimal(f"{amount:.2f}")
