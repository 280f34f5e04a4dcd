"""Limits such as `12 WD`, `7 D` and `24 h`: their text and nothing of their meaning in time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from engine.calendar import MAX_DAYS
from engine.errors import InvalidInput
from engine.sentences import Sentence

MAX_LIMITS = 20

_LIMIT = re.compile(r"([0-9]{1,4})[ \t]*(WD|D|h)")
_SHOWN_CHARS = 40


class Unit(StrEnum):
    """What a limit counts."""

    WORKING_DAY = "WD"
    CALENDAR_DAY = "D"
    HOUR = "h"


@dataclass(frozen=True, slots=True)
class Limit:
    """A number of days or hours.

    Working days end at close of business, calendar days at 24:00, hours as the clock on the wall says.
    Raises InvalidInput when the count is not from 1 to MAX_DAYS.
    """

    count: int
    unit: Unit

    def __post_init__(self) -> None:
        if not 1 <= self.count <= MAX_DAYS:
            raise InvalidInput(
                Sentence(
                    "Expected a limit of 1 to {most} days or hours, but got {count}",
                    most=MAX_DAYS,
                    count=self.count,
                ),
                code="invalid_limit",
            )

    def __str__(self) -> str:
        return f"{self.count} {self.unit}"


def parse_limit(text: object) -> Limit:
    """Read `12 WD`, `7 D` or `24 h`; whatever FEEL gave may be passed. Raises InvalidInput for anything else."""
    match = _LIMIT.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        raise InvalidInput(
            Sentence(
                "Expected a limit such as '12 WD' (working days), '7 D' (calendar days) or '24 h' (hours), but got '{text}'",
                text=str(text)[:_SHOWN_CHARS],
            ),
            code="invalid_limit",
        )
    return Limit(int(match[1]), Unit(match[2]))


def parse_limits(text: str) -> tuple[Limit, ...]:
    """Read limits in days with commas between: `7 D, 3 WD`.

    Raises InvalidInput as `parse_limit` does, and for hours: what they stand for is planned in whole days.
    """
    parts = text.split(",", MAX_LIMITS)
    if len(parts) > MAX_LIMITS:
        raise InvalidInput(
            Sentence("Expected at most {most} limits, but got more", most=MAX_LIMITS),
            code="invalid_limit",
        )
    limits = tuple(parse_limit(part) for part in parts)
    if any(limit.unit is Unit.HOUR for limit in limits):
        raise InvalidInput(
            Sentence("Expected limits in days here, but got '{text}'", text=text[:_SHOWN_CHARS]),
            code="invalid_limit",
        )
    return limits
