"""Builtins on lists."""

from __future__ import annotations

from functools import cmp_to_key, reduce
from typing import TYPE_CHECKING, Any

from engine.feel import arithmetic, exact
from engine.feel.compare import equal, order
from engine.feel.errors import Trouble
from engine.feel.exact import CONTEXT, Number, tidy
from engine.feel.library import builtin
from engine.feel.runtime import MAX_LIST, Run
from engine.feel.values import FeelFunction, is_number, type_name

if TYPE_CHECKING:
    from collections.abc import Iterable


@builtin("list contains(list: list, element: any)")
def list_contains(run: Run, items: list[Any], element: Any) -> bool:
    """Tell whether the list has the element."""
    return any(equal(item, element, run) is True for item in items)


@builtin("count(list: list)", "count(...items: any)")
def count(_: Run, items: list[Any]) -> int:
    """Count the items."""
    return len(items)


def _extreme(items: list[Any], sign: int) -> Any:
    if not items:
        return None
    best = items[0]
    for item in items:
        found = order(item, best)
        if found is None:
            raise Trouble(f"Expected values with an order, but got {type_name(best)} and {type_name(item)}")
        best = item if found * sign > 0 else best
    return best


@builtin("min(list: list)", "min(...items: any)")
def least(_: Run, items: list[Any]) -> Any:
    """Give the smallest item; null of an empty list."""
    return _extreme(items, -1)


@builtin("max(list: list)", "max(...items: any)")
def greatest(_: Run, items: list[Any]) -> Any:
    """Give the greatest item; null of an empty list."""
    return _extreme(items, 1)


def _numbers(items: list[Any]) -> list[Number]:
    for item in items:
        if not is_number(item):
            raise Trouble(f"Expected numbers only, but got {type_name(item)}")
    return items


@builtin("sum(list: list)", "sum(...n: any)")
def total(_: Run, items: list[Any]) -> Any:
    """Add numbers, or durations of one kind; null of an empty list."""
    if items and not is_number(items[0]) and type_name(items[0]).endswith("duration"):
        return reduce(arithmetic.add, items)
    return reduce(arithmetic.add, _numbers(items)) if items else None


@builtin("product(list: list)", "product(...n: any)")
def product(_: Run, items: list[Any]) -> Any:
    """Multiply numbers; null of an empty list."""
    return reduce(arithmetic.multiply, _numbers(items)) if items else None


@builtin("mean(list: list)", "mean(...n: any)")
def mean(run: Run, items: list[Any]) -> Any:
    """Give the arithmetic mean; null of an empty list."""
    return arithmetic.divide(total(run, items), len(items)) if items else None


@builtin("median(list: list)", "median(...n: any)")
def median(_: Run, items: list[Any]) -> Any:
    """Give the middle number, or the mean of the two in the middle; null of an empty list."""
    ordered = sorted(_numbers(items))
    if not ordered:
        return None
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return exact.divide(arithmetic.add(ordered[middle - 1], ordered[middle]), 2)


@builtin("stddev(list: list)", "stddev(...n: any)")
def standard_deviation(run: Run, items: list[Any]) -> Any:
    """Give the standard deviation of a sample; null of fewer than two numbers."""
    if len(_numbers(items)) < 2:  # noqa: PLR2004 - one number has no deviation
        return None
    middle = mean(run, items)
    squares = [arithmetic.power(arithmetic.subtract(item, middle), 2) for item in items]
    return tidy(CONTEXT.sqrt(exact.divide(reduce(arithmetic.add, squares), len(items) - 1)))


@builtin("mode(list: list)", "mode(...n: any)")
def mode(_: Run, items: list[Any]) -> list[Number]:
    """Give the most frequent numbers, in ascending order."""
    counts: dict[Number, int] = {}
    for item in _numbers(items):
        counts[item] = counts.get(item, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(number for number, times in counts.items() if times == most)


def _ternary(items: list[Any], *, decisive: bool) -> bool | None:
    if any(item is decisive for item in items):
        return decisive
    return (not decisive) if all(type(item) is bool for item in items) else None


@builtin("all(list: list)", "all(...b: any)")
def all_true(_: Run, items: list[Any]) -> bool | None:
    """Tell whether all items are true."""
    return _ternary(items, decisive=False)


@builtin("any(list: list)", "any(...b: any)")
def any_true(_: Run, items: list[Any]) -> bool | None:
    """Tell whether one item is true."""
    return _ternary(items, decisive=True)


def _position(items: list[Any], position: Number) -> int:
    """Give the index from 0 of a position that counts from 1, or from the end when negative."""
    index = int(position)
    if index == 0 or abs(index) > len(items):
        raise Trouble(f"Expected a position from 1 to {len(items)} or from the end, but got {position}")
    return index - 1 if index > 0 else len(items) + index


@builtin("sublist(list: list, start position: number, length?: number)")
def sublist(_: Run, items: list[Any], start: Number, length: Number | None = None) -> list[Any]:
    """Give the items from a position on, so many or all."""
    first = _position(items, start)
    wanted = len(items) - first if length is None else exact.whole(length)
    if wanted is None or not 0 <= wanted <= len(items) - first:
        raise Trouble(f"Expected a length up to {len(items) - first}, but got {length}")
    return items[first : first + wanted]


@builtin("append(list: list, ...item: any)")
def append(_: Run, items: list[Any], more: list[Any]) -> list[Any]:
    """Give the list with further items behind it."""
    return [*items, *more]


@builtin("concatenate(...list: list)")
def concatenate(run: Run, lists: list[list[Any]]) -> list[Any]:
    """Give the items of all lists."""
    run.items(sum(map(len, lists)))
    return [item for items in lists for item in items]


@builtin("insert before(list: list, position: number, newItem: any)")
def insert_before(_: Run, items: list[Any], position: Number, item: Any) -> list[Any]:
    """Give the list with an item before the position."""
    index = _position(items, position)
    return [*items[:index], item, *items[index:]]


@builtin("remove(list: list, position: number)")
def remove(_: Run, items: list[Any], position: Number) -> list[Any]:
    """Give the list without the item at the position."""
    index = _position(items, position)
    return [*items[:index], *items[index + 1 :]]


@builtin("list replace(list: list, position: number, newItem: any)")
def replace_at(_: Run, items: list[Any], position: Number, item: Any) -> list[Any]:
    """Give the list with another item at the position."""
    index = _position(items, position)
    return [*items[:index], item, *items[index + 1 :]]


@builtin("list replace(list: list, match: function, newItem: any)")
def replace_where(run: Run, items: list[Any], match: FeelFunction, new: Any) -> list[Any]:
    """Give the list with another item wherever match(item, new item) is true."""
    result = []
    for item in items:
        verdict = match.call([item, new], run)
        if type(verdict) is not bool:
            raise Trouble("Expected true or false of the function")
        result.append(new if verdict else item)
    return result


@builtin("reverse(list: list)")
def reverse(_: Run, items: list[Any]) -> list[Any]:
    """Give the items from last to first."""
    return items[::-1]


@builtin("index of(list: list, match: any)")
def index_of(run: Run, items: list[Any], match: Any) -> list[int]:
    """Give the positions at which the value stands."""
    return [index for index, item in enumerate(items, start=1) if equal(item, match, run) is True]


def _distinct(items: Iterable[Any], run: Run) -> list[Any]:
    kept: list[Any] = []
    for item in items:
        run.spend(1 + len(kept))
        if not any(equal(item, other, run) is True for other in kept):
            kept.append(item)
    return kept


@builtin("distinct values(list: list)")
def distinct_values(run: Run, items: list[Any]) -> list[Any]:
    """Give every value once, in the order of its first place."""
    return _distinct(items, run)


@builtin("union(...list: list)")
def union(run: Run, lists: list[list[Any]]) -> list[Any]:
    """Give every value of all lists once."""
    return _distinct((item for items in lists for item in items), run)


@builtin("flatten(list: list)")
def flatten(run: Run, items: list[Any]) -> list[Any]:
    """Give the items of all lists inside the list, however deep."""
    flat: list[Any] = []
    waiting = items[::-1]
    while waiting:
        run.spend(1)
        item = waiting.pop()
        if type(item) is list:
            waiting.extend(reversed(item))
        else:
            flat.append(item)
        if len(waiting) > MAX_LIST:
            run.items(len(waiting))
    return flat


@builtin("sort(list: list, precedes?: function)")
def sort(run: Run, items: list[Any], precedes: FeelFunction | None = None) -> list[Any]:
    """Give the list in order: of the function that tells whether one item precedes another, or ascending."""

    def before(a: Any, b: Any) -> int:
        run.spend(1)
        if precedes is None:
            found = order(a, b)
            if found is None:
                raise Trouble(f"Expected values with an order, but got {type_name(a)} and {type_name(b)}")
            return found
        verdict = precedes.call([a, b], run)
        if type(verdict) is not bool:
            raise Trouble("Expected true or false of the function")
        return -1 if verdict else 1

    return sorted(items, key=cmp_to_key(before))
