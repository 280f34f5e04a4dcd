"""Stories from recorded cases: what happened, in the order it did, without the people to whom it happened."""

from __future__ import annotations

from .recorder import MAX_PLAYS, Recorded, record

__all__ = ["MAX_PLAYS", "Recorded", "record"]
