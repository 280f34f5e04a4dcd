"""How builtin functions are declared, found and called; holds no function itself.

A builtin is written as a Python function under its FEEL signature::

    @builtin("substring(string: string, start position: number, length?: number)")
    def substring(run, string, start, length=None): ...

Several signatures of one name are tried in the order of their declaration. Arguments are coerced as
the standard says: a list of one to its item, a value to a list of one, a date to its midnight in UTC.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from engine.feel.errors import Trouble
from engine.feel.values import FeelFunction, Range, YearMonthDuration, is_number, type_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engine.feel.runtime import Run

_DECLARATION = re.compile(r"(?P<name>[^(]+)\((?P<parameters>.*)\)")
_MISSING = object()

BUILTINS: dict[str, Builtin] = {}  # by FEEL name; filled by the modules `library_*`


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: its FEEL name, the kind of value it takes, whether it may be left out."""

    name: str
    kind: str
    optional: bool


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a builtin. fixed, required, checks: what `bind` needs to know of the parameters, once."""

    declaration: str
    parameters: tuple[Parameter, ...]
    variadic: bool
    function: Callable[..., Any]
    fixed: tuple[Parameter, ...]
    required: int
    checks: tuple[Callable[[Any], bool], ...]

    def bind(self, arguments: list[Any]) -> list[Any] | None:
        """Give the arguments coerced to the parameters, or None when they do not fit."""
        fixed = self.fixed
        if len(arguments) < self.required or (len(arguments) > len(fixed) and not self.variadic):
            return None
        if not self.variadic and self._fit(arguments):
            return arguments
        if self.variadic and not fixed and arguments == [None]:
            return None  # null instead of a list, not a list of null
        bound: list[Any] = []
        for parameter, argument in zip(fixed, arguments, strict=False):
            # A text or an offset that is null counts as left out; a number that is null does not fit.
            skipped = argument is None and parameter.optional and parameter.kind != "number"
            bound.append(None if skipped else coerce(parameter.kind, argument))
        if self.variadic:
            rest = [coerce(self.parameters[-1].kind, argument) for argument in arguments[len(fixed) :]]
            bound = [*bound, _MISSING if any(value is _MISSING for value in rest) else rest]
        return None if any(value is _MISSING for value in bound) else bound

    def _fit(self, arguments: list[Any]) -> bool:
        """Tell whether the arguments are of the kinds of the parameters as they come, as nearly always."""
        for check, argument in zip(self.checks, arguments, strict=False):  # noqa: SIM110 - a generator costs more
            if not check(argument):
                return False
        return True

    def arrange(self, arguments: Mapping[str, Any]) -> list[Any] | None:
        """Give named arguments in the order of the parameters, or None when the names do not fit."""
        names = [parameter.name for parameter in self.parameters]
        if not arguments.keys() <= set(names):
            return None
        required = [parameter.name for parameter in self.parameters if not parameter.optional]
        if any(name not in arguments for name in required):
            return None
        last = max((index for index, name in enumerate(names) if name in arguments), default=-1)
        return [arguments.get(name) for name in names[: last + 1]]


class Builtin(FeelFunction):
    """A function of the language, with all its signatures."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.signatures: list[Signature] = []

    def call(self, arguments: list[Any], run: Run) -> Any:
        """Give the value for arguments by position; null with a warning when none of the ways fits."""
        cost = 1
        for argument in arguments:
            if type(argument) in _SIZED:
                cost += _cost(argument)
        run.spend(cost)
        for signature in self.signatures:
            bound = signature.bind(arguments)
            if bound is not None:
                return self._value(signature, bound, run)
        return run.null(f"Expected {self._ways()}, but got ({', '.join(map(type_name, arguments))})")

    def call_named(self, arguments: Mapping[str, Any], run: Run) -> Any:
        """Give the value for arguments by name; null with a warning when none of the ways fits."""
        run.spend(1 + sum(map(_cost, arguments.values())))
        for signature in self.signatures:
            arranged = signature.arrange(arguments)
            bound = None if arranged is None else signature.bind(arranged)
            if bound is not None:
                return self._value(signature, bound, run)
        given = ", ".join(f"{name}: {type_name(value)}" for name, value in arguments.items())
        return run.null(f"Expected {self._ways()}, but got ({given})")

    def _value(self, signature: Signature, bound: list[Any], run: Run) -> Any:
        try:
            return signature.function(run, *bound)
        except Trouble as trouble:
            return run.null(f"{self.name}: {trouble}")

    def _ways(self) -> str:
        return " or ".join(signature.declaration for signature in self.signatures)


def builtin(*declarations: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a Python function as a builtin, under one or several signatures."""

    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        for declaration in declarations:
            found = _DECLARATION.fullmatch(declaration)
            assert found is not None
            name = found["name"]
            parts = [part.strip() for part in found["parameters"].split(",") if part.strip()]
            parameters = tuple(_parameter(part) for part in parts)
            variadic = bool(parts) and parts[-1].startswith("...")
            BUILTINS.setdefault(name, Builtin(name)).signatures.append(
                Signature(
                    declaration,
                    parameters,
                    variadic,
                    function,
                    parameters[:-1] if variadic else parameters,
                    sum(not parameter.optional for parameter in parameters),
                    tuple(_KINDS[parameter.kind] for parameter in parameters),
                )
            )
        return function

    return declare


_SIZED = frozenset({list, dict, str})


def _cost(value: Any) -> int:
    """Give what it costs, in steps, to look at all of an argument."""
    if type(value) is list or type(value) is dict:
        return len(value)
    return len(value) >> 6 if type(value) is str else 0


def _parameter(text: str) -> Parameter:
    name, _, kind = text.removeprefix("...").partition(":")
    return Parameter(name.removesuffix("?"), kind.strip() or "any", name.endswith("?"))


def _is(kind: type) -> Callable[[Any], bool]:
    return lambda value: type(value) is kind


_KINDS: dict[str, Callable[[Any], bool]] = {
    "any": lambda _: True,
    "value": lambda value: value is not None,
    "number": is_number,
    "string": _is(str),
    "boolean": _is(bool),
    "date": _is(date),
    "time": _is(time),
    "date and time": _is(datetime),
    "date or moment": lambda value: isinstance(value, date),
    "days and time duration": _is(timedelta),
    "years and months duration": _is(YearMonthDuration),
    "duration": lambda value: isinstance(value, timedelta | YearMonthDuration),
    "list": _is(list),
    "context": _is(dict),
    "range": _is(Range),
    "function": lambda value: isinstance(value, FeelFunction),
}


def coerce(kind: str, value: Any) -> Any:
    """Give the value as the kind wants it, or a mark that it does not fit."""
    fits = _KINDS[kind]
    if fits(value):
        return value
    if kind == "list":
        return [value] if value is not None else _MISSING
    if type(value) is list and len(value) == 1 and fits(value[0]):
        return value[0]
    if kind == "date and time" and type(value) is date:
        return datetime.combine(value, time(tzinfo=UTC))
    return _MISSING
