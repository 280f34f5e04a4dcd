"""What went wrong, in words of somebody who has to see to it; the engine's own sentence stands below them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask_babel.speaklater import LazyString

_SYSTEMS: Mapping[str, LazyString] = {
    "registry": lazy("the verification centre's registry"),
    "beds": lazy("the platform of care beds"),
    "sms": lazy("the sending of short messages"),
    "mail": lazy("the sending of e-mail"),
    "webhook": lazy("the other office's system"),
    "cases": lazy("Linbang's own cases"),
}
_FAILURES: Mapping[str, LazyString] = {
    "down": lazy("%(system)s cannot be reached."),
    "timeout": lazy("%(system)s did not answer in time."),
    "busy": lazy("%(system)s is too busy and asks to come again later."),
    "refused": lazy("%(system)s refused the question."),
    "wrong_answer": lazy("%(system)s gave an answer that cannot be used."),
    "wrong_parameters": lazy("What is asked of %(system)s is not complete or not in the agreed form."),
}
_WORDS: Mapping[str, LazyString] = {
    "person_unknown": lazy("The other system has no record of this person."),
    "consent_missing": lazy("The consent to ask is missing."),
    "bed_taken": lazy("The bed has been taken meanwhile."),
    "offer_unknown": lazy("The other system does not know the offer."),
    "not_enlisted": lazy("The other system does not have the referral on its waiting list."),
    "stay_unknown": lazy("The other system does not know the stay."),
    "number_invalid": lazy("The telephone number cannot get short messages."),
    "address_missing": lazy("The person has no e-mail address any more."),
    "address_refused": lazy("The e-mail address was refused."),
    "partner_unknown": lazy("No address is set up for the other office."),
    "case_unknown": lazy("The other case does not exist."),
    "message_unknown": lazy("The other case does not wait for such a message."),
    "variables_wrong": lazy("What is handed to the other case is not complete or not in the agreed form."),
    "service_unknown": lazy("There is no such service."),
    "office_unknown": lazy("There is no such office."),
    "recipient_broken": lazy("To whom the message goes cannot be worked out."),
    "connector_missing": lazy("No connection to the other system is set up."),
    "call_broken": lazy("The connection to the other system is broken or gave no usable answer."),
    "condition_not_boolean": lazy(
        "A condition is neither true nor false, because a value is missing or of another kind."
    ),
    "no_flow_taken": lazy("No condition is true, so that the case has no way to go on."),
    "expression_failed": lazy("A calculation cannot be carried out."),
    "script_not_a_context": lazy("A calculation gives no variables."),
    "value_not_plain": lazy("A calculation gives something that a case cannot hold."),
    "value_too_large": lazy("A calculation gives more than a case can hold."),
    "timer_broken": lazy("The time to wait for cannot be worked out."),
    "timer_far": lazy("The time to wait for lies too far away."),
    "limit_broken": lazy("The limit of a clock cannot be worked out."),
    "endless_loop": lazy("The case goes round in a circle."),
    "nothing_arrives": lazy(
        "The case waits for branches that no longer come. Tried again, it goes on with those that have arrived."
    ),
    "error_not_caught": lazy("An error was raised that the diagram does not provide for."),
    "correlation_missing": lazy("The key by which a message finds its case is missing or of another kind."),
    "content_not_a_context": lazy("What a message is to say cannot be worked out."),
    "collection_not_a_list": lazy("What is to be done for each entry of a list has no list."),
    "cardinality_not_a_number": lazy("How often something is to be done is no whole number."),
    "too_many_items": lazy("Something is to be done more often than is possible."),
}


def system_words(system: str) -> str:
    """Say which outside system it is; its own name for one that nobody has named here."""
    words = str(_SYSTEMS.get(system, system))
    return words[:1].upper() + words[1:]


def failure_words(code: str, message: str) -> str:
    """Say what went wrong; what has no words of its own is said as the engine says it."""
    system, _underscore, failure = code.partition("_")
    if system in _SYSTEMS and failure in _FAILURES:
        words = str(_FAILURES[failure]) % {"system": _SYSTEMS[system]}
        return words[0].upper() + words[1:]
    if code in _WORDS:
        return str(_WORDS[code])
    if code.startswith("decision_"):
        return str(
            _("A decision table cannot be used: a value is missing, of another kind, or fits no rule.")
        )
    return message
