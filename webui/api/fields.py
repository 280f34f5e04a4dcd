"""Fields of the interface for machines: ids as text, moments with their zone, names bounded. Knows no resource."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from marshmallow import fields, validate

from engine.state import from_ms, to_ms
from engine.store import FAR_FUTURE_MS

MAX_ID = 2**63 - 1
_ID = validate.Regexp(r"[0-9]{1,19}\Z")
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9998, 1, 1, tzinfo=UTC)


class Id(fields.String):
    """An id, text on the outside because other languages' numbers are too short for it, a number inside."""

    default_error_messages = {"invalid": "Expected an id: digits as text."}  # noqa: RUF012 - the library's own way

    def __init__(self, **more: Any) -> None:
        metadata = {"pattern": "^[0-9]{1,19}$", **more.pop("metadata", {})}
        super().__init__(metadata=metadata, **more)

    def _serialize(self, value: Any, *_rest: Any, **_more: Any) -> Any:
        return None if value is None else str(value)

    def _deserialize(self, value: Any, *_rest: Any, **_more: Any) -> Any:
        if not isinstance(value, str) or not value.isascii() or not value.isdecimal() or len(value) > 19:  # noqa: PLR2004 - digits of 64 bits
            raise self.make_error("invalid")
        number = int(value)
        if number > MAX_ID:
            raise self.make_error("invalid")
        return number


class Moment(fields.AwareDateTime):
    """A moment: ISO 8601 with its zone on the outside, milliseconds inside; the far future is none."""

    def __init__(self, **more: Any) -> None:
        super().__init__(format="iso", **more)

    def _serialize(self, value: Any, *_rest: Any, **_more: Any) -> Any:
        if value is None or value >= FAR_FUTURE_MS:
            return None
        return from_ms(value).isoformat(timespec="milliseconds")

    def _deserialize(self, value: Any, *rest: Any, **more: Any) -> Any:
        moment = super()._deserialize(value, *rest, **more)
        try:
            if not _EARLIEST <= moment < _LATEST:
                raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        except OverflowError:
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE) from None
        return to_ms(moment)


class YesNo(fields.Boolean):
    """Whether something is so: true or false outside, 0 or 1 inside."""

    def _serialize(self, value: Any, *_rest: Any, **_more: Any) -> Any:
        return bool(value)


class Exact(fields.Field[Any]):
    """A value as it is: any plain value, its numbers exact."""


def key(**more: Any) -> fields.String:
    """Declare a short name of ours, such as a service's key or an element's id."""
    return fields.String(validate=validate.Length(min=1, max=100), **more)


def words(longest: int, shortest: int = 1, **more: Any) -> fields.String:
    """Declare a text for people."""
    return fields.String(validate=validate.Length(min=shortest, max=longest), **more)


def choice(*names: str, **more: Any) -> fields.String:
    """Declare one of a few names."""
    return fields.String(validate=validate.OneOf(names), **more)


def flag(**more: Any) -> fields.Boolean:
    """Declare true or false; a program says it in no other way, in an address as text."""
    return fields.Boolean(truthy={"true", True}, falsy={"false", False}, **more)
