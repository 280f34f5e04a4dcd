"""The households of the stories: invented people, and the answers that their forms take."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .running import Server

NAME = "王建国"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Couple:
    """A married couple by their identity numbers, which no other case has."""

    husband: str
    wife: str

    def application(self, signed_on: str) -> dict[str, Any]:
        """Give the answers with which the two apply as a household."""
        return {
            "Kind of application": "As a household",
            "Applicant's name": NAME,
            "Applicant's identity number": self.husband,
            "Telephone": "19900000013",
            "Address where the household lives": "和风苑12号301室",
            "Applicant's marital status": "Married",
            "Why the spouse does not count as a member": "None: the spouse is listed",
            "Members of the household": [
                member(NAME, self.husband, "Applicant", "800", signed_on),
                member("陈桂芳", self.wife, "Spouse", "400", signed_on),
            ],
            "Property of the household": [{"Kind": "Deposit", "Description": "活期存款", "Value": "9000"}],
            "Unavoidable monthly spending on illness and disability": "300",
            "Necessary monthly costs of work": "0",
            "All members have signed the authorisation to check their finances": True,
            "The information is true and complete": True,
        }


def couple(server: Server, *, wage: int = 0, transfers: tuple[int, int] = (800, 400)) -> Couple:
    """Invent a couple, and let the registry know the husband's wage and both transfers, in yuan a month."""
    number = next(_numbers)
    found = Couple(identity("19520307", 2 * number + 1), identity("19480922", 2 * number))
    server.registry_knows(found.husband, wage=wage, transfer=transfers[0])
    server.registry_knows(found.wife, transfer=transfers[1])
    return found


def member(name: str, id_no: str, relation: str, transfers: str, signed_on: str) -> dict[str, Any]:
    """Give the answers for one member of a household."""
    return {
        "Name": name,
        "Identity number": id_no,
        "Relation to the applicant": relation,
        "Household registration": "This sub-district",
        "Health": "Good",
        "Kind of disability": "None",
        "Ability to work": "None",
        "Studies": "None",
        "Wages a month": "0",
        "Net business income a month": "0",
        "Net income from property a month": "0",
        "Net transfers a month": transfers,
        "Part that does not count": "0",
        "Who signed the authorisation": "The person",
        "Authorisation signed on": signed_on,
    }


def appointment(day: str) -> dict[str, Any]:
    """Give the answers for arranging a survey."""
    return {
        "Date of the survey": day,
        "Time": "Morning",
        "First investigator": "林思远",
        "Second investigator": "孙若溪",
        "How the household was told": "Telephone",
    }


def survey(day: str, *, wages: str = "0", transfers: str = "1200") -> dict[str, Any]:
    """Give the answers of a survey at home."""
    return {
        "Surveyed on": day,
        "How": "At home",
        "Does the household cooperate": "Yes",
        "People living together": "2",
        "The income is steady": True,
        "Neighbours were asked": True,
        "Wages, household a month": wages,
        "Net business income, household a month": "0",
        "Net income from property, household a month": "0",
        "Net transfers, household a month": transfers,
        "Part of it that does not count": "0",
        "Deductible spending on disability, illness and work": "0",
        "Financial assets in all": "9000",
        "Vehicles": "0",
        "Homes": "1",
        "Legal reason for more time": "None",
        "How the household lives, and the finding": "生活情况与申报一致",
        "A member who was present has signed": True,
    }


def same_age(id_no: str) -> str:
    """Give the number of somebody else, born on the same day and of the same sex."""
    return identity(id_no[6:14], 2 * next(_numbers) + int(id_no[16]) % 2)


def identity(born: str, sequence: int) -> str:
    """Give a number with its check digit, of a region that is assigned to nobody; odd ones are men's."""
    digits = f"990101{born}{sequence:03}"
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True))
    return digits + "10X98765432"[total % 11]
