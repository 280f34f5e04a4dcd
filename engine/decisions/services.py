"""Decision services: a part of a requirement graph as a FEEL function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.decisions.logic import Evaluation
from engine.feel import FeelBudgetExceeded
from engine.feel.runtime import MAX_CALLS, Run
from engine.feel.values import FeelFunction, type_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.decisions.items import Types
    from engine.decisions.model import Decision


class ServiceFunction(FeelFunction):
    """A decision service; its parameters are its input data, then its input decisions.

    decisions: input decisions by name, to their ids. outputs: one gives its value, several a context.
    """

    def __init__(
        self,
        name: str,
        data: Sequence[tuple[str, str | None]],
        decisions: Sequence[tuple[str, str | None, str]],
        outputs: Sequence[Decision],
        types: Types,
        *,
        type_name: str | None,
    ) -> None:
        self.name = name
        self.parameters = [*data, *((name, of) for name, of, _ in decisions)]
        self._ids = {name: identifier for name, _, identifier in decisions}
        self._outputs = outputs
        self._types = types
        self._type = type_name

    def call(self, arguments: list[Any], run: Run) -> Any:
        """Give the value for arguments by position; null with a warning when they do not fit."""
        if len(arguments) != len(self.parameters):
            return run.null(
                f"Expected {len(self.parameters)} arguments for {self.name}, but got {len(arguments)}"
            )
        variables: dict[str, Any] = {}
        made: dict[str, Any] = {}
        for (name, wanted), argument in zip(self.parameters, arguments, strict=True):
            fit = self._types.fit(wanted, argument, run)
            if fit.problem:
                return run.null(
                    f"Expected {name!r} of {self.name} to be {fit.problem}, but got {type_name(argument)}"
                )
            if name in self._ids:
                made[self._ids[name]] = fit.value
            else:
                variables[name] = fit.value
        return self._decide(variables, made, run)

    def _decide(self, variables: dict[str, Any], made: dict[str, Any], run: Run) -> Any:
        if run.calls >= MAX_CALLS:
            raise FeelBudgetExceeded(
                f"Expected at most {MAX_CALLS} functions inside each other, but there are more."
            )
        run.spend(1 + sum(output.logic.size for output in self._outputs))
        run.calls += 1
        outer_fits, run.fits = run.fits, self._types.is_of
        try:
            values = {output.name: output.value(variables, Evaluation(run), made) for output in self._outputs}
        finally:
            run.calls -= 1
            run.fits = outer_fits
        value = values if len(values) > 1 else next(iter(values.values()))
        fit = self._types.fit(self._type, value, run)
        return run.null(f"Expected {self.name} to give {fit.problem}") if fit.problem else fit.value

    def call_named(self, arguments: Mapping[str, Any], run: Run) -> Any:
        """Give the value for arguments by name; null with a warning when the names do not fit."""
        names = [name for name, _ in self.parameters]
        if arguments.keys() != set(names):
            return run.null(f"Expected {self.name}({', '.join(names)}), but got ({', '.join(arguments)})")
        return self.call([arguments[name] for name in names], run)
