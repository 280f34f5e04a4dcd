"""Empty databases for stories that are played by the hundred: made once, copied for each."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from engine.store import Database

if TYPE_CHECKING:
    from collections.abc import Iterator


class Stages:
    """Gives databases that hold the tables and nothing else, one for each play."""

    @contextmanager
    def database(self) -> Iterator[Database]:
        """Give one that is thrown away at the end."""
        with tempfile.TemporaryDirectory(prefix="linbang-story-") as folder:
            path = Path(folder) / "story.db"
            path.write_bytes(self._empty)
            database = Database(f"sqlite:///{path}")
            try:
                yield database
            finally:
                database.close()

    @cached_property
    def _empty(self) -> bytes:
        with tempfile.TemporaryDirectory(prefix="linbang-stage-") as folder:
            path = Path(folder) / "empty.db"
            database = Database(f"sqlite:///{path}")
            database.create_tables()
            database.close()
            return path.read_bytes()
