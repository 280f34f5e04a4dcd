"""Builtins that compare points and ranges (Allen's relations), and `range`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from engine.feel import temporal
from engine.feel.compare import contains, mismatch, order
from engine.feel.errors import Trouble
from engine.feel.exact import parse as parse_number
from engine.feel.library import builtin
from engine.feel.literals import unquote
from engine.feel.values import Range

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.feel.runtime import Run


def _order(a: Any, b: Any) -> int:
    found = order(a, b)
    if found is None:
        raise Trouble(mismatch("two values with an order", a, b))
    return found


def _starts(a: Range, b: Range) -> int:
    """Compare the starts of two ranges; one that includes its start begins before one that does not."""
    if a.start is None or b.start is None:
        return (a.start is not None) - (b.start is not None)
    return _order(a.start, b.start) or (b.start_included - a.start_included)


def _ends(a: Range, b: Range) -> int:
    """Compare the ends of two ranges; one that includes its end ends after one that does not."""
    if a.end is None or b.end is None:
        return (b.end is not None) - (a.end is not None)
    return _order(a.end, b.end) or (a.end_included - b.end_included)


def _end_to_start(a: Range, b: Range) -> int:
    """Compare the end of a with the start of b: 0 when they share the point, 1 when they overlap."""
    if a.end is None or b.start is None:
        return 1
    found = _order(a.end, b.start)
    if found:
        return found
    return 0 if a.end_included and b.start_included else -1


def _as_range(value: Any) -> Range:
    return value if isinstance(value, Range) else Range(value, value)


def _within(inner: Range, outer: Range) -> bool:
    return _starts(inner, outer) >= 0 and _ends(inner, outer) <= 0


@builtin("before(point1: value, point2: value)")
def before(_: Run, a: Any, b: Any) -> bool:
    """Tell whether the first lies wholly before the second."""
    return _end_to_start(_as_range(a), _as_range(b)) < 0


@builtin("after(point1: value, point2: value)")
def after(_: Run, a: Any, b: Any) -> bool:
    """Tell whether the first lies wholly after the second."""
    return _end_to_start(_as_range(b), _as_range(a)) < 0


@builtin("meets(range1: range, range2: range)")
def meets(_: Run, a: Range, b: Range) -> bool:
    """Tell whether the first ends in the point in which the second starts."""
    return _end_to_start(a, b) == 0


@builtin("met by(range1: range, range2: range)")
def met_by(_: Run, a: Range, b: Range) -> bool:
    """Tell whether the first starts in the point in which the second ends."""
    return _end_to_start(b, a) == 0


@builtin("overlaps(range1: range, range2: range)")
def overlaps(_: Run, a: Range, b: Range) -> bool:
    """Tell whether the two share a point."""
    return _end_to_start(a, b) >= 0 and _end_to_start(b, a) >= 0


@builtin("overlaps before(range1: range, range2: range)")
def overlaps_before(_: Run, a: Range, b: Range) -> bool:
    """Tell whether the first starts before the second and ends within it."""
    return _starts(a, b) < 0 and _end_to_start(a, b) >= 0 and _ends(a, b) <= 0


@builtin("overlaps after(range1: range, range2: range)")
def overlaps_after(_: Run, a: Range, b: Range) -> bool:
    """Tell whether the first starts within the second and ends after it."""
    return _starts(a, b) >= 0 and _end_to_start(b, a) >= 0 and _ends(a, b) > 0


@builtin("finishes(point: value, range: range)")
def finishes(_: Run, a: Any, b: Range) -> bool:
    """Tell whether the first lies in the second and ends with it."""
    return _ends(_as_range(a), b) == 0 and _starts(_as_range(a), b) >= 0


@builtin("finished by(range: range, point: value)")
def finished_by(run: Run, a: Range, b: Any) -> bool:
    """Tell whether the second lies in the first and ends with it."""
    return finishes(run, b, a) is True


@builtin("starts(point: value, range: range)")
def starts(_: Run, a: Any, b: Range) -> bool:
    """Tell whether the first lies in the second and starts with it."""
    return _starts(_as_range(a), b) == 0 and _ends(_as_range(a), b) <= 0


@builtin("started by(range: range, point: value)")
def started_by(run: Run, a: Range, b: Any) -> bool:
    """Tell whether the second lies in the first and starts with it."""
    return starts(run, b, a) is True


@builtin("includes(range: range, point: value)")
def includes(_: Run, a: Range, b: Any) -> bool:
    """Tell whether the second lies in the first."""
    if isinstance(b, Range):
        return _within(b, a)
    found = contains(a, b)
    if found is None:
        raise Trouble(mismatch("a value that the range could hold", b, a.start))
    return found


@builtin("during(point: value, range: range)")
def during(run: Run, a: Any, b: Range) -> bool:
    """Tell whether the first lies in the second."""
    return includes(run, b, a) is True


@builtin("coincides(point1: value, point2: value)")
def coincides(_: Run, a: Any, b: Any) -> bool:
    """Tell whether the two start and end together."""
    first, second = _as_range(a), _as_range(b)
    return _starts(first, second) == 0 and _ends(first, second) == 0


_MADE = re.compile(r'(date and time|date|time|duration)\s*\(\s*"([^"]*)"\s*\)')
_MAKERS: dict[str, Callable[[str], Any]] = {
    "date": temporal.parse_date,
    "time": temporal.parse_time,
    "date and time": temporal.parse_datetime,
    "duration": temporal.parse_duration,
}


@builtin("range(from: string)")
def make_range(_: Run, text: str) -> Range:
    """Read a range of literals from text, such as `[1..10)`."""
    start, separator, end = text[1:-1].partition("..")
    if not separator or text[0] not in "[(]" or text[-1] not in "])[":
        raise Trouble(f"Expected a range such as [1..10], but got {text!r}")
    first, last = _end(start.strip()), _end(end.strip())
    if (first is None and last is None) or (None not in (first, last) and _order(first, last) > 0):
        raise Trouble(f"Expected a range from a smaller to a greater value, but got {text!r}")
    return Range(first, last, text[0] == "[" and first is not None, text[-1] == "]" and last is not None)


def _end(text: str) -> Any:
    if not text:
        return None
    if text.startswith('"') and text.endswith('"') and len(text) > 1:
        return unquote(text)
    if text.startswith("@"):
        return temporal.parse(text[1:].strip().strip('"'))
    made = _MADE.fullmatch(text)
    return _MAKERS[made[1]](made[2]) if made else parse_number(text)
