"""Says what a driver's error means to whoever asked: somebody was quicker, the database is away, its disk is full."""

from __future__ import annotations

import logging

from engine.errors import Busy, DatabaseAway, DatabaseFull, EngineError, InvalidInput

_QUICKER = {"40001", "40P01", "55P03", "57014"}
"""PostgreSQL: serialization failure, deadlock, no lock in time, no answer in time."""
_AWAY = {"57P01", "57P02", "57P03", "53300"}
"""PostgreSQL: shut down by its operator, crashed, still starting, no connection left."""
_ENDS_CONNECTION = {"FATAL", "PANIC"}
"""PostgreSQL: how grave an error is with which it hangs up, or crashes."""
_FULL = {"53100", "58030"}
"""PostgreSQL: disk full, error of the disk."""
_SQLITE_BUSY, _SQLITE_LOCKED, _SQLITE_IO_ERROR, _SQLITE_FULL, _SQLITE_CANNOT_OPEN = 5, 6, 10, 13, 14

log = logging.getLogger("linbang.database")


class ConflictError(Exception):
    """Somebody else changed the case since it was read; the step starts again."""


class OvertakenError(ConflictError):
    """The case is no longer as it was read, and nothing of the step was written."""


def means_away(error: BaseException) -> bool:
    """Say whether a driver's error means that the connection is gone, or that there was none to be had."""
    if getattr(getattr(error, "diag", None), "severity_nonlocalized", None) in _ENDS_CONNECTION:
        return True
    state = getattr(error, "sqlstate", None)
    if state is not None:
        return state in _AWAY or state.startswith("08")
    code = _sqlite_code(error)
    # What libpq finds out by itself has no state.
    return code == _SQLITE_CANNOT_OPEN or (code is None and type(error).__name__ == "OperationalError")


def means_quicker(error: BaseException) -> bool:
    """Say whether a driver's error means that others stood in the way, so that it may go well again."""
    if getattr(error, "sqlstate", None) in _QUICKER:
        return True
    return _sqlite_code(error) in {_SQLITE_BUSY, _SQLITE_LOCKED}


def means_full(error: BaseException) -> bool:
    """Say whether a driver's error means that the disk takes nothing more, or is broken."""
    if getattr(error, "sqlstate", None) in _FULL:
        return True
    return _sqlite_code(error) in {_SQLITE_FULL, _SQLITE_IO_ERROR}


def plainly(error: BaseException) -> EngineError | None:
    """Give what people are told of a driver's error; None for one that nobody foresaw."""
    if means_away(error):
        log.warning("the database is away: %s", str(error).partition("\n")[0])
        return DatabaseAway()
    if means_full(error):
        log.error("the database cannot write: %s", str(error).partition("\n")[0])
        return DatabaseFull()
    if type(error).__name__ == "DataError":  # such as a NUL sign in a text, or a number beyond its column
        return InvalidInput(
            "Expected texts and numbers that the database can hold, but there is one that it cannot",
            code="not_storable",
        )
    return Busy() if means_quicker(error) else None


def _sqlite_code(error: BaseException) -> int | None:
    """Give the primary result code of an error of SQLite; None for another driver's."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF
