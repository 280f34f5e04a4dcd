"""Closures for calls: which function a name stands for, and with what arguments it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.feel.functions import HostFunction
from engine.feel.values import FeelFunction, type_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.feel.library import Builtin
    from engine.feel.runtime import Code, Frame

_NOTHING = object()


def _variable(name: str, frame: Frame) -> Any:
    scope: Frame | None = frame
    while scope is not None:
        value = scope.variables.get(name, _NOTHING)
        if value is not _NOTHING:
            return value
        scope = scope.parent
    return _NOTHING


def function_named(name: str) -> Code:
    """Give the code that finds a function: a variable that holds one, else one of the environment."""

    def find(frame: Frame) -> Any:
        value = _variable(name, frame)
        if isinstance(value, FeelFunction):
            return value
        host = frame.run.environment.functions.get(name)
        if host is not None:
            return HostFunction(name, host)
        return frame.run.null(f"Expected a function {name!r}, but there is none")

    return find


def builtin_or_variable(builtin: Builtin) -> Code:
    """Give the code that finds a builtin, unless a variable of its name holds a function."""

    def find(frame: Frame) -> Any:
        value = _variable(builtin.name, frame)
        return value if isinstance(value, FeelFunction) else builtin

    return find


def by_position(callee: Code, arguments: Sequence[Code]) -> Code:
    """Give the code of a call with arguments by position."""

    def call(frame: Frame) -> Any:
        function = callee(frame)
        values = [argument(frame) for argument in arguments]
        if not isinstance(function, FeelFunction):
            return _no_function(function, frame)
        return function.call(values, frame.run)

    return call


def by_name(callee: Code, arguments: Sequence[tuple[str, Code]]) -> Code:
    """Give the code of a call with arguments by name."""

    def call(frame: Frame) -> Any:
        function = callee(frame)
        values = {name: argument(frame) for name, argument in arguments}
        if not isinstance(function, FeelFunction):
            return _no_function(function, frame)
        return function.call_named(values, frame.run)

    return call


def _no_function(value: Any, frame: Frame) -> None:
    if value is not None:
        frame.run.null(f"Expected a function before '(', but got {type_name(value)}")
