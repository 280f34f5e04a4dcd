"""Small services that send notices, and connectors that keep what was sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import yaml

from connectors.mail import Mail
from connectors.sms import Sms
from engine.definitions import Bundle
from engine.ports import ConnectorError
from tests.engine.bundles import bundle, node, start_and_end, user_task

if TYPE_CHECKING:
    from engine.ports import Call

PHONE, ADDRESS = "19900000013", "chen@example.org"
SMS = "{name}, your case {case_number} is accepted by {clerk}."
SUBJECT, BODY = "Case {case_number}", "Dear {name}, come on {visit_on}."
WORDS = {"en": {"sms": SMS, "subject": SUBJECT, "body": BODY}, "zh": {"sms": "{name}，已受理。"}}
WORDS["zh"] |= {"subject": "受理", "body": "{name}，请于 {visit_on} 前来。"}


@dataclass
class Outbox:
    """A connector that keeps what it is asked to send, or fails as a test says."""

    name: str
    real: type
    calls: list[Call] = field(default_factory=list)
    error: ConnectorError | None = None

    @property
    def operations(self) -> Any:
        return self.real.operations

    def call(self, call: Call) -> Any:
        asked = self.operations[call.operation].checked_parameters(self.name, call.parameters)
        self.calls.append(call)
        if self.error is not None:
            raise self.error
        number = f"n{len(self.calls)}"
        return {"message_no": number} if asked and self.name == "sms" else {"message_id": number}

    @property
    def sent(self) -> list[dict[str, Any]]:
        return [dict(call.parameters) for call in self.calls]


def outboxes() -> dict[str, Outbox]:
    return {"sms": Outbox("sms", Sms), "mail": Outbox("mail", Mail)}


def telling(recipients: dict[str, str], body: str | None = None, **words: dict[str, str]) -> Bundle:
    """Make a service whose task `ask` sends the notice `told` when it is done, before another task."""
    body = body or user_task("ask", form="a", notice="told") + user_task("next") + start_and_end(
        "ask", "next"
    )
    return with_notices(bundle(body, notices__yaml=yaml.safe_dump({"told": recipients}).encode()), words)


def with_notices(service: Bundle, words: dict[str, dict[str, str]]) -> Bundle:
    """Give the texts of a service the words of the notice `told`."""
    files = dict(service.files)
    for language in ("zh", "en"):
        texts = yaml.safe_load(files[f"texts.{language}.yaml"])
        texts["notices"] = {"told": {**WORDS[language], **words.get(language, {})}}
        files[f"texts.{language}.yaml"] = yaml.safe_dump(texts, allow_unicode=True).encode()
    return Bundle(service.key, MappingProxyType(files))


BOTH = {"sms": "phone", "mail": "address"}
ENDING = user_task("ask", form="a") + start_and_end("ask").replace(
    node("endEvent", "done"), node("endEvent", "done", "", 'linbang:notice="told"')
)
"""A body whose last step ends the case and sends the notice."""


def down(system: str = "sms") -> ConnectorError:
    return ConnectorError(f"The {system} cannot be reached", code=f"{system}_down")


def refused() -> ConnectorError:
    return ConnectorError("There is no such number", code="number_invalid", permanent=True)
