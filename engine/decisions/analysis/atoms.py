"""Cuts the values of a column into pieces on which no cell changes its answer, each with an example."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.feel import to_text
from engine.feel.compare import equal, order
from engine.feel.temporal import instant
from engine.feel.values import YearMonthDuration, type_name

if TYPE_CHECKING:
    from engine.decisions.analysis.cells import Limits

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_OTHER_TEXTS = ("other", "something else", "—")
_SAME = {
    "dateTime": "date and time",
    "dayTimeDuration": "days and time duration",
    "yearMonthDuration": "years and months duration",
}


@dataclass(frozen=True, slots=True)
class Atom:
    """A piece: one value of it, and FEEL that says which values it holds."""

    value: Any
    says: str


_EXAMPLES: dict[str, Any] = {"number": 0, "date": date(2000, 1, 1)}


def anything(kind: str | None) -> Atom:
    """Give the one piece of a column of which no cell says anything."""
    return Atom(_EXAMPLES.get(kind or "", "something"), "-")


def atoms(kind: str | None, limits: Limits) -> list[Atom] | None:
    """Give the pieces of a column, or None when nothing is known of its values.

    kind: the type of the column, where it is declared; null is a piece only where a cell speaks of it.
    """
    found: list[Atom] = []
    values = [value for value in limits.values if kind is None or type_name(value) == _SAME.get(kind, kind)]
    if kind == "boolean" or any(type(value) is bool for value in values):
        found += [Atom(value, to_text(value)) for value in (True, False)]
    for name in dict.fromkeys(type_name(value) for value in values):
        alike = [value for value in values if type_name(value) == name]
        if any(order(alike[0], value) is None for value in alike) and name != "boolean":
            return None  # times with a zone and without
        if name == "string" and not limits.ordered:
            found += _texts(alike)
        elif name != "boolean":
            found += _pieces(name, _sorted(alike))
    if limits.null:
        found = [*(found or [Atom(_EXAMPLES.get(kind or "", "something"), "not(null)")]), Atom(None, "null")]
    return found or None


def _texts(values: list[str]) -> list[Atom]:
    points = list(dict.fromkeys(values))
    other = next(text for text in (*_OTHER_TEXTS, "".join(points) + "…") if text not in points)
    listed = [to_text(text) for text in points]
    known = [Atom(text, said) for text, said in zip(points, listed, strict=True)]
    return [*known, Atom(other, f"not({', '.join(listed)})")]


def _sorted(values: list[Any]) -> list[Any]:
    """Give the values in their order, each once."""
    chosen: list[Any] = []
    for value in sorted(values, key=_rank):
        if not chosen or equal(chosen[-1], value) is not True:
            chosen.append(value)
    return chosen


def _rank(value: Any) -> Any:
    return instant(value) if isinstance(value, datetime | time) else value


def _pieces(kind: str, points: list[Any]) -> list[Atom]:
    """Give each point, and what lies before, between and behind them where there is something."""
    found: list[Atom] = []
    for before, point in zip([None, *points], points, strict=False):
        found += _between(kind, before, point)
        found.append(Atom(point, _written(point)))
    return [*found, *_between(kind, points[-1], None)] if points else []


def _between(kind: str, low: Any, high: Any) -> Iterable[Atom]:
    value = _inside(kind, low, high)
    if value is None:
        return []
    if low is None:
        return [Atom(value, f"< {_written(high)}")]
    if high is None:
        return [Atom(value, f"> {_written(low)}")]
    return [Atom(value, f"({_written(low)}..{_written(high)})")]


def _inside(kind: str, low: Any, high: Any) -> Any:
    """Give a value strictly between two, the plainest that is easily found; None when there is none."""
    try:
        candidates = list(_CANDIDATES[kind](low, high))
    except (OverflowError, ValueError, ArithmeticError):
        return None
    for value in candidates:
        above = low is None or order(value, low) == 1
        if above and (high is None or order(value, high) == -1):
            return value
    return None


def _numbers(low: Any, high: Any) -> Iterable[Any]:
    if low is None or high is None:
        return [high - 1 if low is None else low + 1]
    middle = (Decimal(low) + Decimal(high)) / 2
    return [int(middle), int(low) + 1, middle.normalize(), middle]


def _dates(low: Any, high: Any) -> Iterable[Any]:
    return [high - _DAY if low is None else low + _DAY]


def _moments(low: Any, high: Any) -> Iterable[Any]:
    if low is None or high is None:
        return _dates(low, high)
    return [low + _SECOND, low + (high - low) / 2]


def _clocks(low: Any, high: Any) -> Iterable[Any]:
    at = datetime.combine(date(2000, 1, 1), high if low is None else low)
    step = -_SECOND if low is None else _SECOND
    moved = [at + step, at + timedelta(microseconds=step // _SECOND)]
    return [one.timetz() for one in moved if one.date() == at.date()]


def _lengths(low: Any, high: Any) -> Iterable[Any]:
    if low is None or high is None:
        return [high - _DAY if low is None else low + _DAY]
    return [low + (high - low) / 2]


def _months(low: Any, high: Any) -> Iterable[Any]:
    return [YearMonthDuration(high.months - 1 if low is None else low.months + 1)]


def _ordered_texts(low: Any, high: Any) -> Iterable[Any]:
    if low is None:
        return ["", high[:-1]]
    return [low + end for end in ("a", "0", "!", "\x01")]


_CANDIDATES: dict[str, Callable[[Any, Any], Iterable[Any]]] = {
    "number": _numbers,
    "date": _dates,
    "date and time": _moments,
    "time": _clocks,
    "days and time duration": _lengths,
    "years and months duration": _months,
    "string": _ordered_texts,
}


def _written(value: Any) -> str:
    """Write a value as a cell does."""
    text = to_text(value)
    return f"({text})" if text.startswith("-") else text
