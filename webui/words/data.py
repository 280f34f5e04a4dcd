"""What the parts of questions to outside systems and of their answers are called, where no form says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import lazy_gettext as lazy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask_babel.speaklater import LazyString

PARTS: Mapping[str, LazyString] = {
    "adl": lazy("activities of daily living"),
    "admitted_on": lazy("day of entry"),
    "agreement_no": lazy("number of the agreement"),
    "authorised": lazy("authorisation"),
    "bed_no": lazy("number of the bed"),
    "bed_type": lazy("kind of bed"),
    "beds": lazy("beds"),
    "birth_date": lazy("date of birth"),
    "budget": lazy("budget"),
    "business": lazy("business income a month"),
    "care": lazy("care needs"),
    "case_id": lazy("key of the case"),
    "case_number": lazy("case number"),
    "cases": lazy("cases"),
    "category": lazy("low-income category"),
    "consent_no": lazy("number of the consent"),
    "content": lazy("content"),
    "days": lazy("days"),
    "delisted": lazy("taken off the waiting list"),
    "dementia": lazy("dementia unit needed"),
    "deposits": lazy("deposits"),
    "diagnosis": lazy("diagnoses"),
    "discharged": lazy("discharged"),
    "discharged_on": lazy("day of discharge"),
    "dnr": lazy("wish about resuscitation"),
    "event": lazy("event"),
    "excluded": lazy("income that does not count, a month"),
    "held_until": lazy("held until"),
    "home_subdistrict": lazy("sub-district of the home"),
    "homes": lazy("homes"),
    "id_no": lazy("identity number"),
    "infection_screen": lazy("infection screen"),
    "institution": lazy("institution"),
    "level": lazy("level of care"),
    "medication": lazy("medication"),
    "members": lazy("members"),
    "message": lazy("message"),
    "message_id": lazy("number of the message"),
    "message_no": lazy("number of the message"),
    "mismatches": lazy("contradictions between sources"),
    "name": lazy("name"),
    "offer_no": lazy("number of the offer"),
    "office": lazy("office"),
    "partner": lazy("other office"),
    "person": lazy("person"),
    "persons": lazy("persons"),
    "place": lazy("place in line"),
    "property": lazy("income from property a month"),
    "purpose": lazy("purpose"),
    "query_no": lazy("number of the query"),
    "reason": lazy("reason"),
    "received": lazy("received"),
    "referral_no": lazy("number of the referral"),
    "reply_by": lazy("reply by"),
    "result": lazy("result"),
    "same": lazy("what must be equal"),
    "service": lazy("service"),
    "sex": lazy("sex"),
    "since": lazy("since"),
    "stay_no": lazy("number of the stay"),
    "subject": lazy("subject"),
    "text": lazy("text"),
    "to": lazy("recipient"),
    "transfer": lazy("transfers a month"),
    "until": lazy("until"),
    "urgent": lazy("urgency"),
    "valid_to": lazy("valid until"),
    "variables": lazy("data of the new case"),
    "vehicles": lazy("vehicles"),
    "wage": lazy("wages a month"),
    "waiting": lazy("how many wait"),
    "withdrawn": lazy("taken back"),
}


def part_words(name: str) -> str:
    """Say what a part is called; its own name for one that no operation has."""
    return str(PARTS.get(name, name))
