"""The decisions of one file, and how one is made: those it requires first, each once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.decisions.items import Types
from engine.decisions.logic import Evaluation, Logic, fitted
from engine.errors import NotFound
from engine.feel import FeelBudgetExceeded
from engine.feel.runtime import Run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.decisions.knowledge import KnowledgeFunction
    from engine.decisions.services import ServiceFunction
    from engine.feel import Environment
    from engine.problems import Problem


@dataclass(frozen=True, slots=True)
class DecisionResult:
    """What a decision gave, and the ids of the rules that fitted, those of required decisions first.

    warnings: why parts of it have no value. made: by id, what it and the decisions it requires gave.
    """

    value: Any
    matched_rule_ids: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    made: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InputData:
    """A variable that the file declares. type_name: None when it may be anything."""

    name: str
    type_name: str | None


@dataclass(frozen=True, slots=True)
class Borrowed:
    """What a decision takes from one imported file, which it sees as a context of the import's name.

    An import without a name puts everything beside the file's own names.
    """

    name: str
    types: Types
    decisions: tuple[Decision, ...]
    input_data: tuple[InputData, ...]
    functions: Mapping[str, Any]

    def entries(
        self, variables: Mapping[str, Any], evaluation: Evaluation, made: dict[str, Any]
    ) -> dict[str, Any]:
        """Give what the decision sees; the imported file reads the variables under the import's name first."""
        own = variables.get(self.name)
        inner = {**variables, **own} if isinstance(own, dict) else variables
        outer_fits, evaluation.run.fits = evaluation.run.fits, self.types.is_of
        found = {**(own if isinstance(own, dict) else {}), **self.functions}
        found |= _fitted_data(self.input_data, inner, self.types, evaluation)
        below = made.setdefault(f"import {self.name}", {})
        found |= {one.name: one.value(inner, evaluation, below) for one in self.decisions}
        evaluation.run.fits = outer_fits
        return found


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
    borrowed: tuple[Borrowed, ...] = ()

    @property
    def rules(self) -> tuple[str, ...]:
        """Ids of the rules of its own table, for coverage."""
        return self.logic.rules

    @property
    def inputs(self) -> frozenset[str]:
        """Names of the variables that it and the decisions it requires read."""
        taken = [part for part in self.borrowed if part.name]
        made = {required.name for required in self.requires} | self.functions.keys()
        made |= {part.name for part in taken}
        below = [required.inputs for required in self.requires]
        for part in self.borrowed:
            below += [one.inputs for one in part.decisions]
            below.append(frozenset(data.name for data in part.input_data))
            made |= part.functions.keys() | {one.name for one in part.decisions} if not part.name else set()
        return (self.logic.names - made).union(*below)

    def evaluate(self, variables: Mapping[str, Any], environment: Environment) -> DecisionResult:
        """Make the decision.

        Gives the value for one output, a dict for several, a list for hit policies of many rules.
        Raises DecisionError, and what FEEL raises (FeelBudgetExceeded, InvalidInput for a float).
        """
        evaluation = Evaluation(Run(environment))
        evaluation.run.fits = self.types.is_of
        made: dict[str, Any] = {}
        try:
            value = self.value(variables, evaluation, made)
        except RecursionError:
            raise FeelBudgetExceeded("Expected values less deep inside each other.") from None
        return DecisionResult(value, tuple(evaluation.matched), tuple(evaluation.run.warnings), made)

    def value(self, variables: Mapping[str, Any], evaluation: Evaluation, made: dict[str, Any]) -> Any:
        """Give the value within an evaluation. made: results by decision id, so that each is made once."""
        if self.id in made:
            return made[self.id]
        scope: dict[str, Any] = {**variables, **self.functions}
        scope |= _fitted_data(self.input_data, variables, self.types, evaluation)
        for part in self.borrowed:
            entries = part.entries(variables, evaluation, made)
            scope |= {part.name: entries} if part.name else entries
        for required in self.requires:
            scope[required.name] = required.value(variables, evaluation, made)
        value = self.logic.evaluate(scope, evaluation)
        what = f"the result of the decision {self.name!r}"
        value = fitted(value, self.type_name, self.types, evaluation, code="decision_output_type", what=what)
        made[self.id] = value
        return value


def _fitted_data(
    data: tuple[InputData, ...], variables: Mapping[str, Any], types: Types, evaluation: Evaluation
) -> dict[str, Any]:
    """Give the declared variables that are there, as their types want them; raises DecisionError."""
    return {
        one.name: fitted(
            variables[one.name],
            one.type_name,
            types,
            evaluation,
            code="decision_input_type",
            what=f"the variable {one.name!r}",
        )
        for one in data
        if one.name in variables
    }


@dataclass(frozen=True, slots=True)
class Model:
    """All decisions of one file, by id, and its services and knowledge models by name.

    problems: what could not be read, where the file was read for as much as there is.
    """

    name: str
    decisions: Mapping[str, Decision]
    functions: Mapping[str, KnowledgeFunction | ServiceFunction] = field(default_factory=dict)
    types: Types = field(default_factory=Types)
    problems: tuple[Problem, ...] = ()

    def invoke(self, name: str, variables: Mapping[str, Any], environment: Environment) -> DecisionResult:
        """Call a service or a knowledge model with the variables that it takes; one that is not there is null.

        Raises NotFound (`no_decision`), and what making a decision raises.
        """
        function = self.functions.get(name)
        if function is None:
            raise NotFound(
                f"Expected a decision service {name!r} in {self.name!r}, but it has none.", code="no_decision"
            )
        evaluation = Evaluation(Run(environment))
        evaluation.run.fits = self.types.is_of
        arguments = {parameter: variables.get(parameter) for parameter, _ in function.parameters}
        try:
            value = function.call_named(arguments, evaluation.run)
        except RecursionError:
            raise FeelBudgetExceeded("Expected values less deep inside each other.") from None
        return DecisionResult(value, (), tuple(evaluation.run.warnings))

    def by_name(self, name: str) -> Decision:
        """Give the decision of that name; raises NotFound (`no_decision`)."""
        for decision in self.decisions.values():
            if decision.name == name:
                return decision
        raise NotFound(f"Expected a decision {name!r} in {self.name!r}, but it has none.", code="no_decision")
