"""Plays the short message gateway: it sends nothing anywhere and remembers what it would have sent."""

from __future__ import annotations

import hashlib
import re
from http import HTTPStatus
from typing import Any

from .asked import AskedLog
from .refusals import RefusedError

_TELEPHONE = re.compile(r"(?:\+86)?1\d{10}")


class PlayedSms:
    """The gateway. A number that is none of a mobile telephone is refused."""

    def __init__(self, asked: AskedLog) -> None:
        self._asked = asked
        self.act = {"send": self._send}

    def _send(self, key: str, question: dict[str, Any]) -> dict[str, Any]:
        if _TELEPHONE.fullmatch(question["to"]) is None:
            raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, "number_invalid", "Expected a mobile number")
        self._asked.arrive("sms", question["to"], question["text"], key)
        return {"message_no": f"DX-{hashlib.sha256(key.encode()).hexdigest()[:12]}"}
