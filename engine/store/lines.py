"""Keeps some connections at hand for the hot path, each taken out of the pool once; says nothing on them itself."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from engine.store.engines import POOL_SIZE, is_still_there

if TYPE_CHECKING:
    from sqlalchemy import Engine, PoolProxiedConnection

KEPT = POOL_SIZE // 2
"""How many wait here at most; the pool has three times as many besides, for everything else."""


class Lines:
    """A stack of open connections on which no transaction runs. Shared by threads.

    Taking one out of the pool and giving it back costs as much as half of a step's statements. Disposing of the
    engine closes those that are here.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: list[PoolProxiedConnection] = []
        self._ended = False
        event.listen(engine, "engine_disposed", self._empty)

    def take(self) -> PoolProxiedConnection:
        """Give a connection that seems to be alive; raises what the pool raises."""
        while self._waiting:
            try:
                line = self._waiting.pop()
            except IndexError:  # another thread was quicker
                break
            if is_still_there(line.dbapi_connection):
                return line
            line.invalidate()
        return self._engine.raw_connection()

    def give_back(self, line: PoolProxiedConnection) -> None:
        """Take a connection back on which everything is committed."""
        if self._ended or len(self._waiting) >= KEPT:
            line.close()
        else:
            self._waiting.append(line)

    def end(self) -> None:
        """Keep none from now on."""
        self._ended = True
        self._empty()

    def _empty(self, *_: Any) -> None:
        with suppress(IndexError):
            while True:
                self._waiting.pop().invalidate()  # the pool that it came from may be gone
