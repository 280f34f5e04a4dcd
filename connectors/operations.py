"""What an operation of an outside system takes and gives; refuses parameters and answers of another shape."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, validate

from engine.ports import ConnectorError, OperationShape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.ports import Call

MAX_AMOUNT = Decimal("99999999.99")
"""Yuan. What the forms accept, too."""
MAX_NAMED_FIELDS = 5
FAILURES = ("down", "timeout", "busy", "refused", "wrong_answer", "wrong_parameters")
"""What may go wrong with every system; the codes are `<system>_<failure>`."""


class Amount(fields.Field[Decimal]):
    """Yuan from 0 to MAX_AMOUNT with at most two decimals, as an exact number; never text, never a float."""

    default_error_messages = {"invalid": "Expected an amount in yuan."}  # noqa: RUF012 - the library's own way

    def _deserialize(self, value: Any, *_rest: Any, **_more: Any) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise self.make_error("invalid")
        amount = Decimal(value)
        if not amount.is_finite() or not 0 <= amount <= MAX_AMOUNT or amount != round(amount, 2):
            raise self.make_error("invalid")
        return round(amount, 2)


class Count(fields.Field[int]):
    """A whole number from 0 to 100, as the forms accept it, or to another highest one."""

    default_error_messages = {"invalid": "Expected a whole number in its range."}  # noqa: RUF012 - as above

    def __init__(self, *, highest: int = 100, **more: Any) -> None:
        super().__init__(**more)
        self.highest = highest

    def _deserialize(self, value: Any, *_rest: Any, **_more: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= self.highest:
            raise self.make_error("invalid")
        return value


class Flag(fields.Field[bool]):
    """True or false, which no text and no number stands for."""

    default_error_messages = {"invalid": "Expected true or false."}  # noqa: RUF012 - as above

    def _deserialize(self, value: Any, *_rest: Any, **_more: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class Day(fields.Field[date]):
    """A day, as a date or as its ISO text."""

    default_error_messages = {"invalid": "Expected a day such as 2026-03-02."}  # noqa: RUF012 - as above

    def _deserialize(self, value: Any, *_rest: Any, **_more: Any) -> date:
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            raise self.make_error("invalid") from None


class Moment(fields.Field[datetime]):
    """A moment that says how far it is from UTC, as a date and time or as text: ISO, or FEEL's with a zone's name."""

    default_error_messages = {"invalid": "Expected a moment such as 2026-03-02T10:15:00+08:00."}  # noqa: RUF012 - as above

    def _deserialize(self, value: Any, *_rest: Any, **_more: Any) -> datetime:
        try:
            moment = value if isinstance(value, datetime) else _moment(value)
        except (TypeError, ValueError, AttributeError, LookupError):
            raise self.make_error("invalid") from None
        if moment.utcoffset() is None:
            raise self.make_error("invalid")
        return moment


def _moment(text_: str) -> datetime:
    """Read `2026-03-02T10:15:00+08:00` or, as FEEL writes it, `2026-03-02T10:15:00@Asia/Shanghai`."""
    local, at, zone = text_.partition("@")
    moment = datetime.fromisoformat(local)
    if at and moment.tzinfo is None:
        return moment.replace(tzinfo=ZoneInfo(zone))
    return moment


def text(*, longest: int, pattern: str | None = None, **more: Any) -> fields.String:
    """Declare a required text of 1 to `longest` characters that fits the whole pattern."""
    checks: list[Any] = [validate.Length(min=1, max=longest)]
    if pattern is not None:
        checks.append(validate.Regexp(rf"(?:{pattern})\Z"))
    return fields.String(**{"required": True, "validate": checks, **more})


def choice(*words: str, **more: Any) -> fields.String:
    """Declare a required text that is one of the words; with `allow_none` also nothing."""
    return fields.String(**{"required": True, "validate": validate.OneOf(words), **more})


def flag(**more: Any) -> Flag:
    """Declare a required true or false; with `allow_none` also nothing."""
    return Flag(**{"required": True, **more})


def identity_number() -> fields.String:
    """Declare a required identity number of 18 characters."""
    return text(longest=18, pattern=r"\d{17}[\dXx]")


def purpose() -> fields.String:
    """Declare what personal data is asked for: a key such as the service's; the answer may serve nothing else."""
    return text(longest=64, pattern=r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a connector.

    errors: codes that the outside system may refuse with, and what to tell people; a boundary event may
    catch them. Any other code is not passed on. path: where the system takes it, behind its base address.
    consent: the parameter that says that the person agreed; where it is empty or false nothing is sent,
    and the call ends with the code `consent_missing`.
    """

    parameters: type[Schema]
    answer: type[Schema]
    errors: Mapping[str, str]
    path: str = ""
    consent: str | None = None

    def shape(self, system: str) -> OperationShape:
        """Say what the gate has to know of the operation, as one of the system of that name."""
        asked = self.parameters().fields
        required = frozenset(name for name, field in asked.items() if field.required)
        return OperationShape(
            required=required,
            optional=frozenset(asked) - required,
            answer=frozenset(self.answer().fields),
            errors=frozenset(self.errors) | {f"{system}_{failure}" for failure in FAILURES},
        )

    def checked_parameters(self, system: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Give the parameters of a call; raises a permanent ConnectorError that names the wrong ones.

        Without the consent that the operation needs it raises one with the code `consent_missing`.
        """
        try:
            loaded = dict(self.parameters(unknown=RAISE).load(dict(parameters)))
        except ValidationError as exc:
            raise ConnectorError(
                f"Expected other parameters for the {system}; wrong: {named(exc)}",
                code=f"{system}_wrong_parameters",
                permanent=True,
            ) from None  # the library's error holds the values
        if self.consent is not None and not loaded[self.consent]:
            raise ConnectorError(self.errors["consent_missing"], code="consent_missing", permanent=True)
        return loaded

    def checked_answer(self, system: str, answer: Any) -> dict[str, Any]:
        """Give the answer without what nobody asked for; raises a permanent ConnectorError."""
        try:
            return dict(self.answer(unknown=EXCLUDE).load(answer))
        except ValidationError as exc:
            raise ConnectorError(
                f"Expected an answer of the agreed shape from the {system}; wrong: {named(exc)}",
                code=f"{system}_wrong_answer",
                permanent=True,
            ) from None  # as above


def checked(system: str, operations: Mapping[str, Operation], call: Call) -> tuple[Operation, dict[str, Any]]:
    """Give the operation that a call of a system names, and its parameters as they are sent.

    Raises a permanent ConnectorError: `operation_unknown`, or what `Operation.checked_parameters` raises.
    """
    operation = operations.get(call.operation)
    if operation is None:
        raise ConnectorError(
            f"Expected an operation of the {system}, but {call.operation!r} is none",
            code="operation_unknown",
            permanent=True,
        )
    return operation, operation.checked_parameters(system, call.parameters)


def named(error: ValidationError) -> str:
    """List the places that are wrong, never what stands there."""
    places = sorted(set(_places(error.messages)))
    more = ", …" if len(places) > MAX_NAMED_FIELDS else ""
    return ", ".join(places[:MAX_NAMED_FIELDS]) + more


def _places(messages: Any, path: str = "") -> Iterator[str]:
    if not isinstance(messages, dict):
        yield path or "all of it"
        return
    for key, inner in messages.items():
        if key == "_schema":
            yield from _places(inner, path)
        elif isinstance(key, int):
            yield from _places(inner, f"{path}[{key}]")
        else:
            yield from _places(inner, f"{path}.{str(key)[:40]}".lstrip("."))
