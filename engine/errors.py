"""Every error that the engine raises on purpose.

Four kinds cross the boundary, and the web maps each to one status. A class's docstring is its
default message; the code is stable and may be read by programs.
"""

from __future__ import annotations

from typing import Any


class EngineError(Exception):
    """Expected the engine to do what was asked, but it could not."""

    code = "engine_error"

    def __init__(self, message: str | None = None, *, code: str | None = None, **details: Any) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip().splitlines()[0])
        if code is not None:
            self.code = code
        self.details = details

    @property
    def message(self) -> str:
        """The sentence that a person may read."""
        return str(self.args[0])


class NotFound(EngineError):  # noqa: N818 - the field's word
    """Expected to find it, but there is none with that id."""

    code = "not_found"


class NotAllowed(EngineError):  # noqa: N818 - the field's word
    """Expected a person who may do this, but this person may not."""

    code = "not_allowed"


class InvalidState(EngineError):  # noqa: N818 - the field's word
    """Expected it to be in another state for this."""

    code = "invalid_state"


class Busy(InvalidState):
    """Expected to save the step, but other people kept changing the case; please try again."""

    code = "busy"


class DatabaseAway(Busy):
    """Expected the database to answer, but it is away; please look whether it was done, and try again."""

    code = "database_away"


class DatabaseFull(InvalidState):
    """Expected the database to write it down, but its disk is full or broken; please look whether it was done."""

    code = "database_full"


class Changed(InvalidState):
    """Expected the case as it was read, but it has changed since."""

    code = "changed"


class DoneBefore(InvalidState):
    """Expected something new, but the same was done before under the same key."""

    code = "done_before"


class InvalidInput(EngineError):  # noqa: N818 - the field's word
    """Expected other input."""

    code = "invalid_input"
