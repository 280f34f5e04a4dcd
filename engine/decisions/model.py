"""The decisions of one file, and how one is made: those it requires first, each once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.decisions.logic import Evaluation, Logic, fitted
from engine.errors import NotFound
from engine.feel import FeelBudgetExceeded
from engine.feel.runtime import Run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.decisions.items import Types
    from engine.feel import Environment


@dataclass(frozen=True, slots=True)
class DecisionResult:
    """What a decision gave, and the ids of the rules that fitted, those of required decisions first."""

    value: Any
    matched_rule_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InputData:
    """A variable that the file declares. type_name: None when it may be anything."""

    name: str
    type_name: str | None


@dataclass(slots=True)
class Decision:
    """One decision. requires: the decisions whose results it reads, by the name of the variable."""

    id: str
    name: str
    logic: Logic
    outputs: tuple[str, ...]
    type_name: str | None
    types: Types
    input_data: tuple[InputData, ...] = ()
    requires: tuple[Decision, ...] = ()
    functions: dict[str, Any] = field(default_factory=dict)

    @property
    def rules(self) -> tuple[str, ...]:
        """Ids of the rules of its own table, for coverage."""
        return self.logic.rules

    @property
    def inputs(self) -> frozenset[str]:
        """Names of the variables that it and the decisions it requires read."""
        made = {required.name for required in self.requires} | self.functions.keys()
        below = (required.inputs for required in self.requires)
        return (self.logic.names - made).union(*below)

    def evaluate(self, variables: Mapping[str, Any], environment: Environment) -> DecisionResult:
        """Make the decision.

        Gives the value for one output, a dict for several, a list for hit policies of many rules.
        Raises DecisionError, and what FEEL raises (FeelBudgetExceeded, InvalidInput for a float).
        """
        evaluation = Evaluation(Run(environment))
        evaluation.run.fits = self.types.is_of
        try:
            value = self.value(variables, evaluation, {})
        except RecursionError:
            raise FeelBudgetExceeded("Expected values less deep inside each other.") from None
        return DecisionResult(value, tuple(evaluation.matched))

    def value(self, variables: Mapping[str, Any], evaluation: Evaluation, made: dict[str, Any]) -> Any:
        """Give the value within an evaluation. made: results by decision id, so that each is made once."""
        if self.id in made:
            return made[self.id]
        scope: dict[str, Any] = {**variables, **self.functions}
        for data in self.input_data:
            if data.name in variables:
                what = f"the variable {data.name!r} for the decision {self.name!r}"
                code = "decision_input_type"
                value = variables[data.name]
                scope[data.name] = fitted(value, data.type_name, self.types, evaluation, code=code, what=what)
        for required in self.requires:
            scope[required.name] = required.value(variables, evaluation, made)
        value = self.logic.evaluate(scope, evaluation)
        what = f"the result of the decision {self.name!r}"
        value = fitted(value, self.type_name, self.types, evaluation, code="decision_output_type", what=what)
        made[self.id] = value
        return value


@dataclass(frozen=True, slots=True)
class Model:
    """All decisions of one file, by id."""

    name: str
    decisions: Mapping[str, Decision]

    def by_name(self, name: str) -> Decision:
        """Give the decision of that name; raises NotFound (`no_decision`)."""
        for decision in self.decisions.values():
            if decision.name == name:
                return decision
        raise NotFound(f"Expected a decision {name!r} in {self.name!r}, but it has none.", code="no_decision")
