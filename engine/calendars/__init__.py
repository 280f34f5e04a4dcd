"""The calendars that the offices of an installation keep: editions, and which one a case goes by."""

from engine.calendars.content import Edition, OfficeDay, OfficeRules, edition_of, pack_days, unpack_days
from engine.calendars.keeping import Calendars, Known

__all__ = [
    "Calendars",
    "Edition",
    "Known",
    "OfficeDay",
    "OfficeRules",
    "edition_of",
    "pack_days",
    "unpack_days",
]
