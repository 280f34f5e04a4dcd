"""What an operation of an outside system takes and gives; refuses parameters and answers of another shape."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, validate

from engine.ports import ConnectorError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_AMOUNT = Decimal("99999999.99")
"""Yuan. What the forms accept, too."""
MAX_NAMED_FIELDS = 5


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
    """A whole number from 0 to 100, as the forms accept it."""

    default_error_messages = {"invalid": "Expected a whole number from 0 to 100."}  # noqa: RUF012 - as above

    def _deserialize(self, value: Any, *_rest: Any, **_more: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 100:  # noqa: PLR2004 - said above
            raise self.make_error("invalid")
        return value


def text(*, longest: int, pattern: str | None = None) -> fields.String:
    """Declare a required text of 1 to `longest` characters that fits the whole pattern."""
    checks: list[Any] = [validate.Length(min=1, max=longest)]
    if pattern is not None:
        checks.append(validate.Regexp(rf"(?:{pattern})\Z"))
    return fields.String(required=True, validate=checks)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a connector.

    errors: codes that the outside system may refuse with, and what to tell people; a boundary event may
    catch them. Any other code is not passed on.
    """

    parameters: type[Schema]
    answer: type[Schema]
    errors: Mapping[str, str]

    def checked_parameters(self, system: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Give the parameters of a call; raises a permanent ConnectorError that names the wrong ones."""
        try:
            return dict(self.parameters(unknown=RAISE).load(dict(parameters)))
        except ValidationError as exc:
            raise ConnectorError(
                f"Expected other parameters for the {system}; wrong: {_named(exc)}",
                code=f"{system}_wrong_parameters",
                permanent=True,
            ) from None  # the library's error holds the values

    def checked_answer(self, system: str, answer: Any) -> dict[str, Any]:
        """Give the answer without what nobody asked for; raises a permanent ConnectorError."""
        try:
            return dict(self.answer(unknown=EXCLUDE).load(answer))
        except ValidationError as exc:
            raise ConnectorError(
                f"Expected an answer of the agreed shape from the {system}; wrong: {_named(exc)}",
                code=f"{system}_wrong_answer",
                permanent=True,
            ) from None  # as above


def _named(error: ValidationError) -> str:
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
