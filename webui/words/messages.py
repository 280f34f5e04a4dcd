"""Notices and evidence of a case in the reader's words: what was said to whom, whom was asked what for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _

from engine import deliveries
from webui.forms.masking import mask
from webui.language import language

from .common import day_words, element_name, label_of, moment_words, option_of
from .incidents import system_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.definitions import Definition
    from engine.deliveries import Message
    from engine.history import Link
    from engine.runtime import Runtime

_HASH_SHOWN = 12


def messages_of(
    runtime: Runtime, definition: Definition, process_instance_id: int, *, unmasked: bool
) -> list[dict[str, Any]]:
    """Give the notices of a case, the newest first. unmasked: recipients whole."""
    opened = [
        deliveries.open_message(runtime, row) for row in runtime.deliveries.of_case(process_instance_id)
    ]
    return [
        {
            "channel": channel_name(message.row.channel),
            "to": message.to if unmasked else masked_recipient(message),
            "subject": message.subject,
            "text": message.text,
            "language": message.language,
            "step": element_name(definition, message.row.element_id),
            "at": moment_words(message.row.sent_at or message.row.created_at, runtime.calendar),
            "state": message.row.state,
        }
        for message in reversed(opened)
    ]


def channel_name(channel: str) -> str:
    """Say by which way a notice goes."""
    return str(_("Short message") if channel == "sms" else _("E-mail"))


def masked_recipient(message: Message) -> str:
    """Give enough of a recipient to recognise it, and not enough to use it."""
    if message.row.channel == "sms":
        return mask(message.to, "phone")
    name, at, domain = message.to.rpartition("@")
    return f"{name[:1]}***{at}{domain}" if at else "***"


def sharing_of(runtime: Runtime, definition: Definition, links: Iterable[Link]) -> list[dict[str, Any]]:
    """Give whom was asked or told what of a person, the newest first."""
    today = runtime.calendar.local_date(runtime.clock.now())
    found = []
    for link in links:
        kept = link.payload.get("evidence")
        if kept is None:
            continue
        expires = kept["expires_on"]
        found.append(
            {
                "source": system_words(kept["source"].partition(".")[0]),
                "recipient": _recipient_words(definition, kept["recipient"]),
                "step": element_name(definition, link.element_id or ""),
                "purpose": definition.texts.say(language(), "reasons", kept["purpose"]),
                "consent": _consent_words(kept["consent"]),
                "fields": [label_of(definition, name.rpartition(".")[2]) for name in kept["fields"]],
                "asked": moment_words(kept["asked_at"], runtime.calendar),
                "answered": kept["answer_hash"] is not None,
                "query_no": kept["query_no"],
                "expires": day_words(expires) if expires else "",
                "past": bool(expires and expires < today),
                "hash": (kept["answer_hash"] or "")[:_HASH_SHOWN],
            }
        )
    return found[::-1]


def _recipient_words(definition: Definition, recipient: Mapping[str, Any] | None) -> str:
    """Say who was told, where a system passes things on to several."""
    return ", ".join(option_of(definition, name, value) for name, value in (recipient or {}).items())


def _consent_words(consent: Any) -> str:
    if consent is True:
        return str(_("Yes"))
    if consent in (None, False):
        return ""
    return consent.isoformat() if hasattr(consent, "isoformat") else str(consent)
