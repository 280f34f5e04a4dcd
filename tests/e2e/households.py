"""The household of the stories: invented people, as an applicant's form has them."""

from __future__ import annotations

from typing import Any

HUSBAND, WIFE = "990101195203070011", "990101194809220024"
NAME = "王建国"


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


def application(signed_on: str, *, name: str = NAME) -> dict[str, Any]:
    """Give the answers of a married couple that applies as a household."""
    return {
        "Kind of application": "As a household",
        "Applicant's name": name,
        "Applicant's identity number": HUSBAND,
        "Telephone": "19900000013",
        "Address where the household lives": "和风苑12号301室",
        "Applicant's marital status": "Married",
        "Why the spouse does not count as a member": "None: the spouse is listed",
        "Members of the household": [
            member(name, HUSBAND, "Applicant", "800", signed_on),
            member("陈桂芳", WIFE, "Spouse", "400", signed_on),
        ],
        "Property of the household": [{"Kind": "Deposit", "Description": "活期存款", "Value": "9000"}],
        "Unavoidable monthly spending on illness and disability": "300",
        "Necessary monthly costs of work": "0",
        "All members have signed the authorisation to check their finances": True,
        "The information is true and complete": True,
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
