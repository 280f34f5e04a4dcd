"""The verification centre's registry: asks what the authorities' records say of a household.

The centre puts the records of the police (household register), tax, social insurance, real estate, business
registration, housing fund, vehicle, bank, insurance, securities and payment bodies together
(最低生活保障审核确认办法 第17条). The answer holds the household's sums only; single accounts stay there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marshmallow import Schema, fields, validate

from connectors.operations import Amount, Count, Operation, text
from connectors.peer import Peer
from engine.ports import ConnectorError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    from engine.ports import Call

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


class Member(Schema):
    """A person of the household."""

    name = text(longest=100)
    id_no = text(longest=18, pattern=r"\d{17}[\dXx]")


class Question(Schema):
    """Parameters of `verify_household`. purpose: the service's key; the answer may serve nothing else."""

    members = fields.List(
        fields.Nested(Member), required=True, validate=validate.Length(min=1, max=MAX_MEMBERS)
    )
    purpose = text(longest=64, pattern=r"[a-z][a-z0-9_]*")
    authorised = fields.Boolean(required=True, truthy={True}, falsy={False})


class Mismatch(Schema):
    """A source whose record of a member contradicts the others."""

    name = text(longest=100)
    source = fields.String(required=True, validate=validate.OneOf(SOURCES))


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


_CONSENT_MISSING = "Expected the household's signed authorisation before the registry may be asked"

VERIFY_HOUSEHOLD = Operation(
    parameters=Question,
    answer=Facts,
    errors={
        "person_unknown": "The registry has no record of one of the household's members",
        "consent_missing": _CONSENT_MISSING,
    },
)


class Registry:
    """The `Connector` of the registry at an address.

    token, context: what the registry's operator asks for. longest_wait_s: seconds; no diagram makes a call
    last longer than this.
    """

    name = "registry"
    operations: Mapping[str, Operation] = {"verify_household": VERIFY_HOUSEHOLD}

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        context: ssl.SSLContext | None = None,
        longest_wait_s: float = 50.0,
    ) -> None:
        self._peer = Peer(self.name, url, token=token, context=context)
        self._longest_wait_s = longest_wait_s

    def call(self, call: Call) -> dict[str, Any]:
        """Ask the registry; raises ConnectorError, permanent unless the registry is down, late or busy.

        Without the household's authorisation nothing is sent (社会救助法 第40条).
        """
        operation = self.operations.get(call.operation)
        if operation is None:
            raise ConnectorError(
                f"Expected an operation of the registry, but {call.operation!r} is none",
                code="operation_unknown",
                permanent=True,
            )
        question = operation.checked_parameters(self.name, call.parameters)
        if not question["authorised"]:
            raise ConnectorError(_CONSENT_MISSING, code="consent_missing", permanent=True)
        answer = self._peer.ask(
            "/households/verify",
            question,
            idempotency_key=call.idempotency_key,
            timeout_s=min(call.timeout_s, self._longest_wait_s),
            refusals=operation.errors,
        )
        return operation.checked_answer(self.name, answer)
