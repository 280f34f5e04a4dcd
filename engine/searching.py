"""Finds the cases that a person may see by what they type; knows no SQL and shows nothing of a case."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from engine.store.searching import Hits, normal

if TYPE_CHECKING:
    from engine.people import Actor
    from engine.runtime import Runtime

MAX_TEXT = 100
_IDENTITY = re.compile(r"[0-9]{17}[0-9x]")
_KEY = re.compile(r"[0-9a-f]{32}")


def find(runtime: Runtime, actor: Actor, text: str) -> Hits:
    """Find the cases of the actor's office and those below it whose number or name holds the text.

    Blanks separate parts that must all be held. Of longer texts the first MAX_TEXT signs count.
    """
    return runtime.search.cases(text.strip()[:MAX_TEXT], runtime.offices.seen_by(actor))


def person_key(runtime: Runtime, text: str) -> str | None:
    """Give the keyed hash that stands for a person in addresses, where the text is a whole identity number."""
    whole = normal(text.strip()[:MAX_TEXT])
    return runtime.sealer.index("identity", whole).hex() if _IDENTITY.fullmatch(whole) else None


def of_person(runtime: Runtime, actor: Actor, key: str) -> Hits:
    """Find a person's cases at the actor's office and below by what person_key gave; nothing for another text."""
    if not _KEY.fullmatch(key):
        return Hits((), complete=True)
    return runtime.search.with_subject(bytes.fromhex(key), runtime.offices.seen_by(actor))
