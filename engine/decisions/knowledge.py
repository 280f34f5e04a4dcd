"""Business knowledge models, and functions that a decision defines in boxes, as FEEL functions."""

from __future__ import annotations

from collections import ChainMap
from typing import TYPE_CHECKING, Any

from engine.decisions.logic import Evaluation, Logic
from engine.feel import FeelBudgetExceeded
from engine.feel.runtime import MAX_CALLS, Run
from engine.feel.values import FeelFunction, type_name

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping, Sequence

    from engine.decisions.items import Types


class KnowledgeFunction(FeelFunction):
    """A function whose body is the logic of a file; `surroundings` is what it sees beside its parameters."""

    def __init__(
        self,
        name: str,
        parameters: Sequence[tuple[str, str | None]],
        logic: Logic,
        types: Types,
        surroundings: MutableMapping[str, Any],
        *,
        type_name: str | None,
    ) -> None:
        self.name = name
        self.parameters = parameters
        self.logic = logic
        self._types = types
        self._surroundings = surroundings
        self._type = type_name

    def call(self, arguments: list[Any], run: Run) -> Any:
        """Give the value for arguments by position; null with a warning when they do not fit."""
        if len(arguments) != len(self.parameters):
            return run.null(
                f"Expected {len(self.parameters)} arguments for {self.name}, but got {len(arguments)}"
            )
        given: dict[str, Any] = {}
        for (name, wanted), argument in zip(self.parameters, arguments, strict=True):
            fit = self._types.fit(wanted, argument, run)
            if fit.problem:
                return run.null(
                    f"Expected {name!r} of {self.name} to be {fit.problem}, but got {type_name(argument)}"
                )
            given[name] = fit.value
        if run.calls >= MAX_CALLS:
            raise FeelBudgetExceeded(
                f"Expected at most {MAX_CALLS} functions inside each other, but there are more."
            )
        run.spend(1 + self.logic.size)
        run.calls += 1
        outer_fits, run.fits = run.fits, self._types.is_of
        try:
            value = self.logic.evaluate(ChainMap(given, self._surroundings), Evaluation(run))
        finally:
            run.calls -= 1
            run.fits = outer_fits
        fit = self._types.fit(self._type, value, run)
        return run.null(f"Expected {self.name} to give {fit.problem}") if fit.problem else fit.value

    def call_named(self, arguments: Mapping[str, Any], run: Run) -> Any:
        """Give the value for arguments by name; null with a warning when the names do not fit."""
        names = [name for name, _ in self.parameters]
        if arguments.keys() != set(names):
            return run.null(f"Expected {self.name}({', '.join(names)}), but got ({', '.join(arguments)})")
        return self.call([arguments[name] for name in names], run)
