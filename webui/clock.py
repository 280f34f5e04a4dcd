"""The application's clock: the machine's, moved on by what the demo's control has added."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from engine.store.settings import SettingStore

_KEY = "clock_offset_ms"


class MovableClock:
    """The present moment. Its offset is a row of the database, so that it survives a restart."""

    def __init__(self, settings: SettingStore) -> None:
        self._settings = settings
        self._offset = timedelta(milliseconds=int(settings.get(_KEY) or 0))

    def now(self) -> datetime:
        """Give the present moment, in UTC."""
        return datetime.fromtimestamp(time.time(), UTC) + self._offset

    def move_to(self, moment: datetime) -> None:
        """Let it be that moment from now on; it never goes back behind the machine's clock."""
        offset = max(moment - datetime.fromtimestamp(time.time(), UTC), timedelta(0))
        self._settings.put(_KEY, str(offset // timedelta(milliseconds=1)))
        self._offset = offset

    @property
    def moved(self) -> bool:
        """Say whether it differs from the machine's clock."""
        return bool(self._offset)
