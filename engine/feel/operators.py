"""Closures for names, operators, conditions, lists and contexts; no loops, no calls."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.feel import arithmetic
from engine.feel.compare import equal, member, mismatch, order
from engine.feel.errors import Trouble
from engine.feel.runtime import Code, Frame
from engine.feel.values import NATIVE, Range, admit, type_name

if TYPE_CHECKING:
    from engine.feel.kinds import Check

Test = Callable[[Any, Frame], Any]  # tells whether a value passes, in a frame

_NOTHING = object()
_NUMBERS = frozenset({int, Decimal})
_TEXTS = frozenset({str})
_SIMPLE = frozenset({int, Decimal, str, bool})
HOLDS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def constant(value: Any) -> Code:
    """Give the code of a value that is known."""
    return lambda _: value


def read_name(name: str, otherwise: Any) -> Code:
    """Give the code that reads a variable, the nearest first; `otherwise` is the builtin of that name."""
    what = f"the variable {name!r}"

    def read(frame: Frame) -> Any:
        scope: Frame | None = frame
        while scope is not None:
            value = scope.variables.get(name, _NOTHING)
            if value is not _NOTHING:
                return value if type(value) in NATIVE else admit(value, what)
            scope = scope.parent
        if otherwise is None:
            frame.run.null(f"Expected a variable {name!r}, but there is none")
        return otherwise

    return read


def logic(parts: Sequence[Code], *, decisive: bool) -> Code:
    """Give the code of `and` (false decides) or `or` (true decides); what is not boolean counts as null."""

    def decide(frame: Frame) -> Any:
        result: bool | None = not decisive
        for part in parts:
            value = part(frame)
            if value is decisive:
                return decisive
            if value is not result and (value is None or type(value) is not bool):
                if value is not None:
                    frame.run.null(f"Expected true or false around and/or, but got {type_name(value)}")
                result = None
        return result

    return decide


def comparison(left: Code, symbol: str, right: Code, known: Any = None) -> Code:
    """Give the code of a comparison of two values. known: the right one, where it is a literal text or number."""
    compare, holds = _COMPARE[symbol], HOLDS[symbol]
    alike = _TEXTS if type(known) is str and symbol in {"=", "!="} else _NUMBERS
    if type(known) not in alike:
        return lambda frame: compare(left(frame), right(frame), frame)

    def compare_known(frame: Frame) -> Any:
        value = left(frame)
        return holds(value, known) if type(value) in alike else compare(value, known, frame)

    return compare_known


def than(symbol: str, right: Code) -> Test:
    """Give the test of `< 5` and the like."""
    compare = _COMPARE[symbol]
    return lambda value, frame: compare(value, right(frame), frame)


def _ordering(symbol: str, holds: Callable[[Any, Any], bool]) -> Callable[[Any, Any, Frame], Any]:
    def compare(a: Any, b: Any, frame: Frame) -> Any:
        if type(a) in _NUMBERS and type(b) in _NUMBERS:
            return holds(a, b)
        found = order(a, b)
        if found is None:
            return frame.run.null(mismatch(f"two values that {symbol} can compare", a, b))
        return holds(found, 0)

    return compare


def _equality(*, wanted: bool) -> Callable[[Any, Any, Frame], Any]:
    def compare(a: Any, b: Any, frame: Frame) -> Any:
        if type(a) is type(b) and type(a) in _SIMPLE:
            return (a == b) is wanted
        found = equal(a, b, frame.run)
        if found is None:
            return frame.run.null(mismatch("two values of one type", a, b))
        return found is wanted

    return compare


_COMPARE: dict[str, Callable[[Any, Any, Frame], Any]] = {
    "=": _equality(wanted=True),
    "!=": _equality(wanted=False),
    "<": _ordering("<", operator.lt),
    "<=": _ordering("<=", operator.le),
    ">": _ordering(">", operator.gt),
    ">=": _ordering(">=", operator.ge),
}


def membership(code: Code, *, cell: bool, ranged: bool = False) -> Test:
    """Give the test of a value, a range or a list; in a cell a condition may stand for itself.

    ranged: it is written as a range; when that has no value, neither has the test.
    """

    def test(value: Any, frame: Frame) -> Any:
        candidate = code(frame)
        if cell and type(candidate) is bool and type(value) is not bool:
            return candidate
        if ranged and candidate is None:
            return None
        found = member(value, candidate, frame.run)
        if found is None:
            return frame.run.null(mismatch("two values of one type", value, candidate))
        return found

    return test


def truth(code: Code) -> Test:
    """Give the test of an expression about `?`: that it is true, or, when no condition, the value."""
    same = membership(code, cell=False)

    def test(value: Any, frame: Frame) -> Any:
        found = code(frame)
        return found if type(found) is bool or found is None else same(value, frame)

    return test


def any_of(tests: Sequence[Test], subject: Code, *, negated: bool) -> Code:
    """Give the code that tells whether the subject passes one of the tests, or none when negated."""

    def check(frame: Frame) -> Any:
        value = subject(frame)
        result: bool | None = False
        for test in tests:
            found = test(value, frame)
            if found is True:
                return not negated
            if found is None:
                result = None
        return not result if negated and result is not None else result

    return check


def instance_of(value: Code, check: Check) -> Code:
    """Give the code of `instance of`."""
    return lambda frame: check(value(frame), frame.run)


def chain(first: Code, steps: Sequence[tuple[Callable[[Any, Any], Any], Code]]) -> Code:
    """Give the code of operators of one strength, from left to right."""

    def calculate(frame: Frame) -> Any:
        result = first(frame)
        try:
            for apply, part in steps:
                result = apply(result, part(frame))
        except Trouble as trouble:
            return frame.run.null(str(trouble))
        return frame.run.string(result) if type(result) is str else result

    return calculate


def negative(part: Code) -> Code:
    """Give the code of the sign."""

    def negate(frame: Frame) -> Any:
        try:
            return arithmetic.negate(part(frame))
        except Trouble as trouble:
            return frame.run.null(str(trouble))

    return negate


def choice(condition: Code, then: Code, otherwise: Code) -> Code:
    """Give the code of `if`; a condition that is not true takes the `else`."""

    def choose(frame: Frame) -> Any:
        verdict = condition(frame)
        if verdict is not None and type(verdict) is not bool:
            frame.run.null(f"Expected true or false behind 'if', but got {type_name(verdict)}")
        return then(frame) if verdict is True else otherwise(frame)

    return choose


def half_range(symbol: str, part: Code) -> Code:
    """Give the code of `(< 5)` as a value: a range that is open on one side."""

    def make(frame: Frame) -> Any:
        end = part(frame)
        if end is None or symbol == "!=":
            return frame.run.null(f"Expected a range, but '{symbol}' and {type_name(end)} make none")
        if symbol == "=":
            return Range(end, end)
        if symbol.startswith("<"):
            return Range(None, end, False, symbol == "<=")
        return Range(end, None, symbol == ">=", False)

    return make


def make_range(
    start: Code, end: Code, *, from_start: bool, to_end: bool, may_open: tuple[bool, bool]
) -> Code:
    """Give the code of a range. may_open: which ends are written as null, and therefore open.

    An end that turns out to be null makes the range null: a missing limit must not mean no limit.
    """

    def make(frame: Frame) -> Any:
        first, last = start(frame), end(frame)
        if (first is None and not may_open[0]) or (last is None and (not may_open[1] or first is None)):
            return frame.run.null("Expected a range with two ends, but one is null")
        return Range(first, last, from_start, to_end)

    return make


def literal_range(start: Code, end: Code, *, from_start: bool, to_end: bool) -> Code:
    """Give the code of a range between literals, as in most cells of tables: it is made only once."""
    make = make_range(start, end, from_start=from_start, to_end=to_end, may_open=(False, False))
    made: list[Range] = []

    def reuse(frame: Frame) -> Any:
        if not made:
            found = make(frame)
            if found is None:
                return None
            made.append(found)
        return made[0]

    return reuse


def make_list(parts: Sequence[Code]) -> Code:
    """Give the code of a list."""
    return lambda frame: [part(frame) for part in parts]


def make_context(entries: Sequence[tuple[str, Code]]) -> Code:
    """Give the code of a context; an entry sees those before it. A key that comes twice makes it null."""
    keys = [key for key, _ in entries]
    doubled = next((key for key in keys if keys.count(key) > 1), None)

    def make(frame: Frame) -> Any:
        if doubled is not None:
            return frame.run.null(f"Expected each key once, but {doubled!r} comes twice")
        variables: dict[str, Any] = {}
        inner = Frame(variables, frame, frame.run)
        for key, part in entries:
            variables[key] = part(inner)
        return variables

    return make
