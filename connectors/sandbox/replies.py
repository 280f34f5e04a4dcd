"""What an institution says to an offer: drawn from a seed, or as somebody wrote down before."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from connectors.beds import REJECTIONS

from .people import share

SHARES = (
    ("silent", None, 0.08),
    ("rejected", "no_bed", 0.08),
    ("rejected", "infectious", 0.03),
    ("rejected", "beyond_licence", 0.05),
    ("rejected", "unsafe_behaviour", 0.03),
    ("rejected", "documents", 0.03),
)
"""How often an institution is silent or rejects; otherwise it accepts."""
MAX_RULES = 1_000


@dataclass(frozen=True, slots=True)
class Reply:
    """reply: accepted, rejected or silent. rejection: the code that goes with `rejected`."""

    reply: str
    rejection: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A reply to every offer that it fits; what is None fits all."""

    reply: Reply
    bed_no: str | None = None
    institution: str | None = None
    referral_no: str | None = None

    def fits(self, offer: Mapping[str, Any]) -> bool:
        """Say whether it is about this offer."""
        wanted = {"bed_no": self.bed_no, "institution": self.institution, "referral_no": self.referral_no}
        return all(value is None or offer[name] == value for name, value in wanted.items())


class RuleSchema(Schema):
    """How a rule is written in `PUT /sandbox/replies`."""

    reply = fields.String(required=True, validate=validate.OneOf(("accepted", "rejected", "silent")))
    rejection = fields.String(load_default=None, validate=validate.OneOf(REJECTIONS))
    note = fields.String(load_default=None, validate=validate.Length(max=500))
    bed_no = fields.String(load_default=None)
    institution = fields.String(load_default=None)
    referral_no = fields.String(load_default=None)

    @validates_schema
    def _has_its_code(self, found: dict[str, Any], **_: Any) -> None:
        if (found["reply"] == "rejected") != (found["rejection"] is not None):
            raise ValidationError("Expected a code with a rejection and with nothing else", "rejection")

    @post_load
    def _make(self, found: dict[str, Any], **_: Any) -> Rule:
        reply = Reply(*(found.pop(name) for name in ("reply", "rejection", "note")))
        return Rule(reply, **found)


class RulesSchema(Schema):
    """The replies that hold until they are replaced; the first rule that fits wins."""

    seed = fields.Integer(load_default=0, strict=True)
    replies = fields.List(fields.Nested(RuleSchema), required=True, validate=validate.Length(max=MAX_RULES))


class Replies:
    """The rules that hold now. Safe for many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.replace([], seed=0)

    def replace(self, rules: list[Rule], seed: int) -> None:
        """Let these rules hold; what none fits is drawn from the seed."""
        with self._lock:
            self._rules, self._seed = tuple(rules), seed

    def reply_to(self, offer: Mapping[str, Any]) -> Reply:
        """Give the reply to an offer: always the same for the same referral and bed."""
        with self._lock:
            rules, seed = self._rules, self._seed
        fitting = next((rule.reply for rule in rules if rule.fits(offer)), None)
        return fitting or _drawn(share(f"{offer['referral_no']}:{offer['bed_no']}", f"reply {seed}"))


def _drawn(position: float) -> Reply:
    for reply, rejection, part in SHARES:
        if position < part:
            return Reply(reply, rejection)
        position -= part
    return Reply("accepted")
