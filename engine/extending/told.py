"""What a history tells of the time that its clocks were given: by hand, by the diagram, by a new version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from engine import clocks
from engine.clocks import NEW_VERSION
from engine.errors import InvalidInput
from engine.state import from_ms

from .granting import GRANTED

if TYPE_CHECKING:
    from engine.history import Link


@dataclass(frozen=True, slots=True)
class Granted:
    """An extension that a history tells of: from which limit to which, why, who decided it and when.

    by: None for what the diagram extended without a person. basis and note are empty for what a diagram extended.
    """

    key: str
    before: str
    limit: str
    reason: str
    at: datetime
    by: int | None
    basis: str
    note: str


def extensions_in(links: Iterable[Link]) -> Iterator[Granted]:
    """Give what a history says of every other limit of its clocks, the earliest first: by hand, by the diagram, by a version."""
    limits: dict[str, str] = {}
    before_move: dict[str, str] = {}
    for link in links:
        if link.event == "case_migrated":
            before_move = dict(limits)
        elif link.event == "case_put_back":
            limits = dict(before_move)
        for key, limit in link.payload.get("limits", ()):
            yield Granted(key, limits.get(key, ""), limit, NEW_VERSION, from_ms(link.at), link.actor, "", "")
        limits |= {key: limit for key, limit, *_more in link.payload.get("begun", ())}
        limits |= dict(link.payload.get("limits", ()))
        for event in link.payload.get("events", ()):
            key = f"{event.get('deadline')}:{event.get('scope')}"
            if event["type"] == "deadline_started":
                limits[key] = event["limit"]
            if event["type"] == "deadline_extended":
                before, limits[key] = limits.get(key, ""), event["limit"]
                by_hand = link.payload if link.event == GRANTED else {}
                yield Granted(
                    key,
                    before,
                    event["limit"],
                    event["reason"],
                    from_ms(link.at),
                    link.actor,
                    by_hand.get("basis", ""),
                    by_hand.get("note", ""),
                )


def sum_of(one: Granted) -> str:
    """Say what an extension added: `30 + 15 = 45 WD`; the new limit alone where it is no more of the same."""
    try:
        before, after = clocks.parse_limit(one.before), clocks.parse_limit(one.limit)
    except InvalidInput:
        return one.limit
    if before.unit is not after.unit or after.count <= before.count:
        return one.limit
    return f"{before.count} + {after.count - before.count} = {after}"
