"""The verification centre's registry: asks what the authorities' records say of a household or a person.

The centre puts the records of the police (household register), tax, social insurance, real estate, business
registration, housing fund, vehicle, bank, insurance, securities and payment bodies together
(最低生活保障审核确认办法 第17条). The answer holds the household's sums only; single accounts stay there.
"""

from __future__ import annotations

from collections.abc import Mapping

from marshmallow import Schema, fields, validate

from connectors.operations import (
    Amount,
    Count,
    Day,
    Operation,
    choice,
    flag,
    identity_number,
    purpose,
    text,
)
from connectors.system import HttpSystem

MAX_MEMBERS = 50
SOURCES = (
    "household_register",
    "tax",
    "social_insurance",
    "real_estate",
    "business",
    "housing_fund",
    "vehicles",
    "bank_deposits",
    "insurance",
    "securities",
    "electronic_money",
)
CATEGORIES = ("none", "tekun", "dibao", "marginal", "rigid")
"""Not on a list; extremely poor; minimum living allowance; on its margin; with unavoidable expenses."""
REASONS = ("discharged", "alone_80", "new_disability_card")
MAX_SWEPT = 200


class Member(Schema):
    """A person of the household."""

    name = text(longest=100)
    id_no = identity_number()


class Question(Schema):
    """Parameters of `verify_household`."""

    members = fields.List(
        fields.Nested(Member), required=True, validate=validate.Length(min=1, max=MAX_MEMBERS)
    )
    purpose = purpose()
    authorised = flag()


class Mismatch(Schema):
    """A source whose record of a member contradicts the others."""

    name = text(longest=100)
    source = choice(*SOURCES)


class Facts(Schema):
    """Answer of `verify_household`.

    Income is yuan a month for the whole household, the mean of twelve months: wage, business (net),
    property (net), transfer; excluded is the part of it that does not count
    (最低生活保障审核确认办法 第13条). deposits: all financial assets, yuan. query_no: what the registry
    filed the question under.
    """

    query_no = text(longest=40)
    wage = Amount(required=True)
    business = Amount(required=True)
    property = Amount(required=True)
    transfer = Amount(required=True)
    excluded = Amount(required=True)
    deposits = Amount(required=True)
    vehicles = Count(required=True)
    homes = Count(required=True)
    mismatches = fields.List(
        fields.Nested(Mismatch), load_default=list, validate=validate.Length(max=MAX_MEMBERS * len(SOURCES))
    )


class PersonQuestion(Schema):
    """Parameters of `low_income_status`."""

    id_no = identity_number()
    name = text(longest=100)
    purpose = purpose()
    authorised = flag()


class LowIncomeStatus(Schema):
    """Answer of `low_income_status`: the list that a person is on, and the last day that this holds."""

    query_no = text(longest=40)
    category = choice(*CATEGORIES)
    valid_to = Day(required=True, allow_none=True)


class SweepQuestion(Schema):
    """Parameters of `sweep`: everybody for whom the reason came about from one day to another."""

    reason = choice(*REASONS)
    since = Day(required=True)
    until = Day(required=True)
    purpose = purpose()


class Found(Schema):
    """A person whom the records show; subdistrict is the code of the office that looks after the address."""

    name = text(longest=100)
    id_no = identity_number()
    phone = text(longest=20, allow_none=True)
    address = text(longest=200)
    subdistrict = text(longest=12, pattern=r"\d+")
    reason = choice(*REASONS)


class Sweep(Schema):
    """Answer of `sweep`."""

    query_no = text(longest=40)
    persons = fields.List(fields.Nested(Found), required=True, validate=validate.Length(max=MAX_SWEPT))


_CONSENT_MISSING = "Expected the signed authorisation before the registry may be asked"


class Registry(HttpSystem):
    """The connector of the registry."""

    name = "registry"
    settings = ("LINBANG_REGISTRY_URL",)
    operations: Mapping[str, Operation] = {
        "verify_household": Operation(
            Question,
            Facts,
            {
                "person_unknown": "The registry has no record of one of the household's members",
                "consent_missing": _CONSENT_MISSING,
            },
            "/households/verify",
            consent="authorised",
        ),
        "low_income_status": Operation(
            PersonQuestion,
            LowIncomeStatus,
            {
                "person_unknown": "The registry has no record of this person",
                "consent_missing": _CONSENT_MISSING,
            },
            "/persons/low-income",
            consent="authorised",
        ),
        "sweep": Operation(SweepQuestion, Sweep, {}, "/persons/sweep"),
    }
