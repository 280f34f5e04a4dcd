"""Who a program is: its bearer token alone, never a session; and a limit on trying tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import g, request

from engine import tokens
from engine.state import machine_ms
from webui.page import installation
from webui.problems import problem

if TYPE_CHECKING:
    from engine.people import Actor

ATTEMPTS = 30
WINDOW_MS = 15 * 60 * 1000
"""So many wrong tokens from one address in so long; right ones are always taken."""
_SCHEME = "bearer"


def recognise() -> Any:
    """Find out before each request whose token it is; answer with 401 where it is nobody's, later with 429."""
    g.actor = None
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == _SCHEME:
        g.actor = tokens.who(installation().runtime, token.strip())
    if g.actor is not None:
        return None
    if not scheme:
        return _unknown("Expected a bearer token in the header Authorization", "token_missing")
    return _wrong()


def actor() -> Actor:
    """Give whose token it is; only in operations."""
    found: Actor = g.actor
    return found


def _wrong() -> Any:
    """Count a wrong token."""
    found, key = installation(), f"token:{request.remote_addr}"
    now = machine_ms()
    if found.values.attempts(key, now - WINDOW_MS) >= ATTEMPTS:
        detail = "Expected fewer wrong tokens from this address; please come again later"
        return problem(429, "too_many_attempts", detail, Retry_After=str(WINDOW_MS // 1000))
    found.values.note_attempt(key, now, found.runtime.ids.next(), now - WINDOW_MS)
    return _unknown("Expected a token that is known, not expired and not revoked", "token_wrong")


def _unknown(detail: str, code: str) -> Any:
    return problem(401, code, detail, WWW_Authenticate='Bearer realm="Linbang"')
