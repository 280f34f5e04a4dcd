"""The district's platform of care beds: vacancies, offers and replies, the waiting list, stays.

Health facts and the assessment go out with an offer and nowhere else, and only with the person's separate
consent (个人信息保护法 第29条).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from connectors.callbacks import read_callback
from connectors.operations import (
    Amount,
    Count,
    Day,
    Moment,
    Operation,
    choice,
    flag,
    identity_number,
    text,
)
from connectors.registry import CATEGORIES
from connectors.system import LONGEST_WAIT_S, HttpSystem

if TYPE_CHECKING:
    import ssl
    from typing import Self

    from engine.ports import Inbound

BED_TYPES = ("home_care", "institution", "home_sickbed", "hospital", "palliative")
"""① at home with care, ② in an institution, ③ at home with a doctor's visits, ④ in hospital, ⑤ palliative."""
REJECTIONS = ("no_bed", "infectious", "beyond_licence", "unsafe_behaviour", "documents")
HIGHEST_LEVEL = 6
MAX_VACANCIES = 50
MAX_DIAGNOSES = 20


def _number() -> fields.String:
    """Declare a number that one of the two sides gave something: a bed, an offer, a referral."""
    return text(longest=64)


def _reason() -> fields.String:
    return text(longest=200)


class Wish(Schema):
    """Parameters of `vacancies`. budget: yuan a month, null for none; home_subdistrict: an office's code."""

    bed_type = choice(*BED_TYPES)
    level = Count(required=True, highest=HIGHEST_LEVEL)
    sex = choice("male", "female")
    dementia = flag()
    budget = Amount(required=True, allow_none=True)
    home_subdistrict = text(longest=12, pattern=r"\d+")


class Bed(Schema):
    """A free bed: what it is licensed for, what it costs a month, how far it is from home."""

    bed_no = _number()
    institution = _number()
    institution_name = text(longest=100)
    bed_type = choice(*BED_TYPES)
    min_level = Count(required=True, highest=HIGHEST_LEVEL)
    max_level = Count(required=True, highest=HIGHEST_LEVEL)
    sex = choice("male", "female", "any")
    dementia_unit = flag()
    doctor_contract = flag()
    price = Amount(required=True)
    distance_km = Amount(required=True)


class Vacancies(Schema):
    """Answer of `vacancies`."""

    query_no = _number()
    beds = fields.List(fields.Nested(Bed), required=True, validate=validate.Length(max=MAX_VACANCIES))


class Person(Schema):
    """Who needs the bed."""

    name = text(longest=100)
    id_no = identity_number()
    sex = choice("male", "female")
    birth_date = Day(required=True)


class Care(Schema):
    """What an institution must know before it takes somebody in. adl: points of the Barthel index."""

    level = Count(required=True, highest=HIGHEST_LEVEL)
    diagnosis = fields.List(text(longest=100), required=True, validate=validate.Length(max=MAX_DIAGNOSES))
    adl = Count(required=True, allow_none=True)
    medication = text(longest=500, allow_none=True)
    infection_screen = text(longest=500, allow_none=True)
    dnr = flag(allow_none=True)


class Offer(Schema):
    """Parameters of `offer`. reply_by: when silence counts as a refusal; consent_no: of the separate consent."""

    bed_no = _number()
    institution = _number()
    referral_no = _number()
    urgent = flag()
    reply_by = Moment(required=True)
    person = fields.Nested(Person, required=True)
    care = fields.Nested(Care, required=True)
    consent_no = text(longest=64, allow_none=True)


class Held(Schema):
    """Answer of `offer`: the bed is kept until then."""

    offer_no = _number()
    held_until = Moment(required=True)


class Withdrawal(Schema):
    """Parameters of `withdraw_offer`."""

    offer_no = _number()
    reason = _reason()


class Withdrawn(Schema):
    """Answer of `withdraw_offer`; false when the offer had ended before."""

    withdrawn = flag()


class Enlistment(Schema):
    """Parameters of `enlist`. since: the day from which the waiting counts."""

    referral_no = _number()
    bed_type = choice(*BED_TYPES)
    level = Count(required=True, highest=HIGHEST_LEVEL)
    category = choice(*CATEGORIES)
    since = Day(required=True)
    urgent = flag()


class Referral(Schema):
    """Parameters of `place`."""

    referral_no = _number()


class Place(Schema):
    """Answer of `enlist` and `place`: the place in the line, from 1, and how many wait in it."""

    place = Count(required=True, highest=100_000)
    waiting = Count(required=True, highest=100_000)


class Delisting(Schema):
    """Parameters of `delist`."""

    referral_no = _number()
    reason = _reason()


class Delisted(Schema):
    """Answer of `delist`; false when nobody of that referral waited."""

    delisted = flag()


class Admission(Schema):
    """Parameters of `admit`; agreement_no: without a service agreement nobody moves in (老年人权益保障法 第48条)."""

    offer_no = _number()
    admitted_on = Day(required=True)
    agreement_no = _number()


class Stay(Schema):
    """Answer of `admit`."""

    stay_no = _number()


class Discharge(Schema):
    """Parameters of `discharge`."""

    stay_no = _number()
    discharged_on = Day(required=True)
    reason = _reason()


class Discharged(Schema):
    """Answer of `discharge`; false when the stay had ended before."""

    discharged = flag()


class BedReply(Schema):
    """The message `bed_reply`: what the institution says to an offer, with a code when it rejects."""

    offer_no = _number()
    reply = choice("accepted", "rejected")
    rejection = choice(*REJECTIONS, required=False, load_default=None, allow_none=True)
    note = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=500))
    by = text(longest=100)

    @validates_schema
    def _has_its_code(self, found: dict[str, Any], **_: Any) -> None:
        if (found["reply"] == "rejected") != (found["rejection"] is not None):
            raise ValidationError("Expected a code with a rejection and with nothing else", "rejection")


class BedFree(Schema):
    """The message `bed_free`: it is this person's turn."""

    referral_no = _number()
    bed_type = choice(*BED_TYPES)
    institution = _number()


_OFFER_UNKNOWN = {"offer_unknown": "The platform has no open offer of that number"}


class Beds(HttpSystem):
    """The connector of the platform. secret: what the platform signs its callbacks with."""

    name = "beds"
    settings = ("LINBANG_BEDS_URL", "LINBANG_BEDS_SECRET")
    operations: Mapping[str, Operation] = {
        "vacancies": Operation(Wish, Vacancies, {}, "/vacancies"),
        "offer": Operation(
            Offer,
            Held,
            {
                "bed_taken": "Somebody else has been given the bed meanwhile",
                "consent_missing": "Expected a separate consent before health facts may be passed on",
            },
            "/offers",
            consent="consent_no",
        ),
        "withdraw_offer": Operation(Withdrawal, Withdrawn, _OFFER_UNKNOWN, "/offers/withdraw"),
        "enlist": Operation(Enlistment, Place, {}, "/waiting"),
        "place": Operation(
            Referral, Place, {"not_enlisted": "The referral is not on the waiting list"}, "/waiting/place"
        ),
        "delist": Operation(Delisting, Delisted, {}, "/waiting/leave"),
        "admit": Operation(Admission, Stay, _OFFER_UNKNOWN, "/stays"),
        "discharge": Operation(
            Discharge, Discharged, {"stay_unknown": "The platform has no stay of that number"}, "/stays/end"
        ),
    }
    messages: Mapping[str, type[Schema]] = {"bed_reply": BedReply, "bed_free": BedFree}

    def __init__(
        self,
        url: str,
        *,
        secret: bytes = b"",
        token: str | None = None,
        context: ssl.SSLContext | None = None,
        longest_wait_s: float = LONGEST_WAIT_S,
    ) -> None:
        super().__init__(url, token=token, context=context, longest_wait_s=longest_wait_s)
        self._secret = secret

    @classmethod
    def configured(cls, values: Mapping[str, str]) -> Self:
        """Make the connector; without a secret every callback is refused."""
        return cls(values["LINBANG_BEDS_URL"], secret=values.get("LINBANG_BEDS_SECRET", "").encode())

    def receive(self, headers: Mapping[str, str], body: bytes) -> Inbound:
        """Give a reply or the call to the next in line.

        Raises a permanent ConnectorError: `signature_wrong` or `content_wrong`.
        """
        return read_callback(self._secret, headers, body, self.messages)
