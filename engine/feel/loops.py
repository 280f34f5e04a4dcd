"""Closures for everything that evaluates a part again for each item: for, some, every, filters.

Each turn costs as many steps as the part has nodes, so that the budget bounds the work.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from engine.feel.compare import order
from engine.feel.errors import Trouble
from engine.feel.exact import whole
from engine.feel.runtime import Code, Frame, Run
from engine.feel.values import NATIVE, Range, admit, is_number, type_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Iteration:
    """`name in source`, or `name in source..end`."""

    name: str
    source: Code
    end: Code | None

    def items(self, frame: Frame) -> Iterable[Any]:
        """Give what the name stands for, one after the other; raises Trouble when it is no collection."""
        value = self.source(frame)
        if self.end is not None:
            return _steps(value, self.end(frame), frame.run)
        return items_of(value, frame.run)


def items_of(value: Any, run: Run) -> Iterable[Any]:
    """Give the items of a list or of a range of whole numbers or dates; a single value is its own item."""
    if value is None:
        raise Trouble("Expected a list, but got null")
    if type(value) is list:
        return value
    if type(value) is not Range:
        return [value]
    if value.start is None or value.end is None:
        raise Trouble("Expected a range with two ends, but one is open")
    if order(value.start, value.end) == 1:
        raise Trouble("Expected a range from a smaller to a greater value, but it is the other way round")
    items = list(_steps(value.start, value.end, run))
    first, last = 0 if value.start_included else 1, len(items) - (0 if value.end_included else 1)
    return items[first:last]


def _steps(start: Any, end: Any, run: Run) -> Iterable[Any]:
    """Give every value from start to end, downwards when the end is smaller."""
    low, high = whole(start), whole(end)
    if low is not None and high is not None:
        run.items(abs(high - low) + 1)
        return range(low, high + 1) if low <= high else range(low, high - 1, -1)
    if type(start) is date and type(end) is date:
        days = (end - start).days
        run.items(abs(days) + 1)
        return [start + timedelta(days=n if days >= 0 else -n) for n in range(abs(days) + 1)]
    raise Trouble(
        f"Expected whole numbers or dates at both ends, but got {type_name(start)} and {type_name(end)}"
    )


def _frames(iterations: Sequence[Iteration], frame: Frame) -> Iterator[Frame]:
    """Give a frame for each combination of items, the last iteration turning fastest."""
    for item in iterations[0].items(frame):
        frame.run.spend(1)
        value = item if type(item) in NATIVE else admit(item, f"every item of {iterations[0].name}")
        inner = Frame({iterations[0].name: value}, frame, frame.run)
        if len(iterations) == 1:
            yield inner
        else:
            yield from _frames(iterations[1:], inner)


def for_each(iterations: Sequence[Iteration], body: Code, *, weight: int, partial: bool) -> Code:
    """Give the code of `for`; `partial`: the body reads the results so far, which are copied for it."""

    def run_for(frame: Frame) -> Any:
        run = frame.run
        results: list[Any] = []
        try:
            for inner in _frames(iterations, frame):
                run.spend(weight)
                if partial:
                    run.items(len(results))
                    inner = Frame({"partial": results.copy()}, inner, run)  # noqa: PLW2901 - one frame further in
                results.append(body(inner))
        except Trouble as trouble:
            return run.null(f"for: {trouble}")
        run.items(len(results))
        return results

    return run_for


def quantified(iterations: Sequence[Iteration], condition: Code, *, weight: int, every: bool) -> Code:
    """Give the code of `some` and `every`, which are a long `or` and a long `and`."""

    def run_quantified(frame: Frame) -> Any:
        run = frame.run
        result: bool | None = every
        try:
            for inner in _frames(iterations, frame):
                run.spend(weight)
                value = condition(inner)
                if value is (not every):
                    return value
                if value is not every:
                    result = None
        except Trouble as trouble:
            return run.null(f"{'every' if every else 'some'}: {trouble}")
        return result

    return run_quantified


def pick(source: Code, condition: Code, *, weight: int) -> Code:
    """Give the code of `source[condition]`: an item by its number, or the items for which it is true.

    In the condition `item` is the item; the entries of an item that is a context are names of their own.
    """

    def run_filter(frame: Frame) -> Any:
        run = frame.run
        value = source(frame)
        if type(value) is Range:
            try:
                value = list(items_of(value, run))
            except Trouble as trouble:
                return run.null(f"filter: {trouble}")
        items = value if type(value) is list else [] if value is None else [value]
        if not items:
            run.spend(weight)
            return None if is_number(condition(_item_frame(None, frame))) else []
        kept = []
        for item in items:
            run.spend(weight)
            verdict = condition(_item_frame(item, frame))
            if verdict is True:
                kept.append(item)
            elif is_number(verdict):
                return _at(items, verdict, run)
            elif verdict is not False and verdict is not None:
                return run.null(
                    f"Expected a condition or a number in the filter, but got {type_name(verdict)}"
                )
        return kept

    return run_filter


def _item_frame(item: Any, frame: Frame) -> Frame:
    value = item if type(item) in NATIVE else admit(item, "every item of the filtered list")
    inner = Frame({"item": value}, frame, frame.run)
    return Frame(value, inner, frame.run) if type(value) is dict else inner


def _at(items: list[Any], number: Any, run: Run) -> Any:
    index = whole(number)
    if index is None or index == 0 or abs(index) > len(items):
        return run.null(f"Expected an item from 1 to {len(items)}, but asked for {number}")
    return items[index - 1 if index > 0 else index]
