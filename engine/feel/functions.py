"""Functions that an expression defines, and how named values are turned into functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.feel.errors import FeelBudgetExceeded
from engine.feel.runtime import MAX_CALLS, Code, Frame, Run
from engine.feel.values import FeelFunction, admit, type_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from engine.feel.kinds import Check


class UserFunction(FeelFunction):
    """A function written in FEEL, with the variables that surrounded it."""

    def __init__(
        self,
        parameters: list[tuple[str, Check | None]],
        body: Code,
        frame: Frame,
        *,
        weight: int,
        name: str = "",
    ) -> None:
        self.parameters = parameters
        self.name = name or "function"
        self._body = body
        self._frame = frame
        self._weight = weight

    def call(self, arguments: list[Any], run: Run) -> Any:
        """Give the value for arguments by position; null with a warning when they do not fit."""
        if len(arguments) != len(self.parameters):
            return run.null(
                f"Expected {len(self.parameters)} arguments for {self.name}, but got {len(arguments)}"
            )
        variables = {}
        for (name, check), argument in zip(self.parameters, arguments, strict=True):
            value, fits = _coerced(check, argument, run)
            if not fits:
                return run.null(
                    f"Expected another type for {name!r} of {self.name}, but got a {type_name(argument)}"
                )
            variables[name] = value
        return self._evaluate(Frame(variables, self._frame, run))

    def call_named(self, arguments: Mapping[str, Any], run: Run) -> Any:
        """Give the value for arguments by name; null with a warning when the names do not fit."""
        names = [name for name, _ in self.parameters]
        if arguments.keys() != set(names):
            return run.null(f"Expected {self.name}({', '.join(names)}), but got ({', '.join(arguments)})")
        return self.call([arguments[name] for name in names], run)

    def _evaluate(self, frame: Frame) -> Any:
        run = frame.run
        run.spend(self._weight)
        if run.calls >= MAX_CALLS:
            raise FeelBudgetExceeded(
                f"Expected at most {MAX_CALLS} functions inside each other, but there are more."
            )
        run.calls += 1
        try:
            return self._body(frame)
        finally:
            run.calls -= 1


def _coerced(check: Check | None, value: Any, run: Run) -> tuple[Any, bool]:
    if check is None or value is None or check(value, run):
        return value, True
    if type(value) is list and len(value) == 1 and check(value[0], run):
        return value[0], True
    return ([value], True) if check([value], run) else (None, False)


class HostFunction(FeelFunction):
    """A function of the environment, written in Python; called by position."""

    def __init__(self, name: str, function: Callable[..., Any]) -> None:
        self.name = name
        self._function = function

    def call(self, arguments: list[Any], run: Run) -> Any:
        """Give what the Python function gives; its errors are those of the application and pass."""
        run.spend(1)
        return admit(self._function(*arguments), f"the result of {self.name}")

    def call_named(self, arguments: Mapping[str, Any], run: Run) -> Any:
        """Give null: the names of its parameters are not FEEL names."""
        return run.null(f"Expected {self.name} with arguments by position, but got {', '.join(arguments)}")
