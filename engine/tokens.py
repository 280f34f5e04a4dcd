"""Bearer tokens of machines: made, found again by their hash, ended. A token has the rights of its person.

Only the hash is kept, keyed with the installation's key: neither the database alone nor a guess gives a
token back.
"""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from engine.errors import InvalidInput, NotFound
from engine.state import to_ms
from engine.store.tokens import TokenRow

if TYPE_CHECKING:
    from engine.people import Actor
    from engine.runtime import Runtime

PREFIX = "lb_"
"""By which a token is recognised where one lies about."""
_BYTES = 32
_FORM = re.compile(r"lb_[A-Za-z0-9_-]{43}")
MAX_LABEL = 100
MAX_TOKENS = 20
"""Living tokens of one person."""
MAX_LISTED = 500
USED_EVERY_MS = 60_000
"""How exactly the last use is kept; a write for every request would cost more than the request."""


def create(runtime: Runtime, person_id: int, label: str, expires_at: datetime | None) -> str:
    """Make a token for a person and give it, the only time that it is seen.

    expires_at: the moment from which on it is refused; None for never. Raises NotFound for somebody who
    may not sign in, InvalidInput for a label that is too long, a moment in the past, or one token too many.
    """
    if runtime.actor(person_id) is None:
        raise NotFound("Expected a person who may sign in, but there is none", code="person_unknown")
    if len(label) > MAX_LABEL:
        raise InvalidInput(f"Expected a label of at most {MAX_LABEL} characters", code="label_too_long")
    now = runtime.now_ms()
    until = None if expires_at is None else to_ms(expires_at)
    if until is not None and until <= now:
        raise InvalidInput("Expected a token that expires later, but the moment is past", code="moment_past")
    if sum(_lives(row, now) for row in list_tokens(runtime, person_id)) >= MAX_TOKENS:
        raise InvalidInput(f"Expected at most {MAX_TOKENS} tokens of one person", code="too_many_tokens")
    token = PREFIX + secrets.token_urlsafe(_BYTES)
    runtime.tokens.add(
        TokenRow(
            runtime.ids.next(), person_id, _digest(runtime, token), label.strip(), now, until, None, None
        )
    )
    return token


def who(runtime: Runtime, token: str) -> Actor | None:
    """Give whose token it is; None for one that is unknown, revoked or expired, or whose person may not sign in."""
    if _FORM.fullmatch(token) is None:
        return None
    row = runtime.tokens.by_digest(_digest(runtime, token))
    now = runtime.now_ms()
    if row is None or not _lives(row, now):
        return None
    actor = runtime.actor(row.person_id)
    if actor is not None and (row.used_at is None or abs(now - row.used_at) >= USED_EVERY_MS):
        runtime.tokens.note_use(row.id, now)
    return actor


def list_tokens(runtime: Runtime, person_id: int | None = None) -> list[TokenRow]:
    """List the tokens of a person, or of everybody, the newest first; ended ones too, at most MAX_LISTED."""
    return runtime.tokens.of(person_id, MAX_LISTED)


def revoke(runtime: Runtime, token_id: int) -> None:
    """End a token at once; raises NotFound for one that there is not, or that is revoked already."""
    if not runtime.tokens.revoke(token_id, runtime.now_ms()):
        raise NotFound("Expected a token that is not revoked, but there is none", code="token_unknown")


def _lives(row: TokenRow, now: int) -> bool:
    return row.revoked_at is None and (row.expires_at is None or now < row.expires_at)


def _digest(runtime: Runtime, token: str) -> bytes:
    return runtime.sealer.fingerprint(f"token {token}".encode())
