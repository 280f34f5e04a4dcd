"""Signatures on what systems post to each other: made and checked here, in one way for both directions.

`Linbang-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>." and the body>`.
"""

from __future__ import annotations

import hashlib
import hmac
import re

from engine.ports import ConnectorError

HEADER = "Linbang-Signature"
TOLERANCE_S = 300
"""How far the two systems' clocks and the way between them may be apart."""
_FORM = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")


def sign(secret: bytes, body: bytes, at: int) -> str:
    """Give the header's value for a body that is sent at a moment, in seconds since 1970 UTC."""
    return f"t={at},v1={_digest(secret, body, at)}"


def check(secret: bytes, body: bytes, header: str, now: int) -> None:
    """Refuse a body that was not signed with the secret within the tolerance around now.

    Raises a permanent ConnectorError with the code `signature_wrong`, the same for every reason; an empty
    secret fits nothing.
    """
    found = _FORM.fullmatch(header)
    at = int(found[1]) if found else 0
    fits = found is not None and hmac.compare_digest(_digest(secret, body, at), found[2])
    if not secret or not fits or abs(now - at) > TOLERANCE_S:
        raise ConnectorError(
            "Expected a body signed with the agreed secret in the last minutes",
            code="signature_wrong",
            permanent=True,
        )


def _digest(secret: bytes, body: bytes, at: int) -> str:
    return hmac.new(secret, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
