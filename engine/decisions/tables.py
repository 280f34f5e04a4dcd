"""Decision tables: which rules fit, and what the hit policy makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.decisions.errors import DecisionError
from engine.decisions.logic import Evaluation, fitted, shown
from engine.feel.compare import equal
from engine.feel.library import BUILTINS
from engine.feel.runtime import Frame

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.decisions.items import Types
    from engine.feel import Expression

SINGLE_HIT = frozenset({"UNIQUE", "ANY", "PRIORITY", "FIRST"})
MULTIPLE_HIT = frozenset({"OUTPUT ORDER", "RULE ORDER", "COLLECT"})
AGGREGATIONS = {"SUM": "sum", "COUNT": "count", "MIN": "min", "MAX": "max"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in its file: the id of its element, and its line."""

    element: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Input:
    """A column of conditions: what is looked at, and what it has to be."""

    expression: Expression
    label: str
    type_name: str | None
    allowed: Expression | None
    place: Place = Place()


@dataclass(frozen=True, slots=True)
class Output:
    """A column of results. priorities: the allowed values, best first, as a FEEL list; allowed: as tests."""

    name: str
    type_name: str | None
    priorities: Expression | None
    allowed: Expression | None
    default: Expression | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A row; None is a cell that fits everything. cells: where its conditions stand. note: what people wrote beside it."""

    id: str
    tests: tuple[Expression | None, ...]
    results: tuple[Expression, ...]
    place: Place = Place()
    cells: tuple[Place, ...] = ()
    note: str = ""


class Table:
    """A decision table."""

    def __init__(
        self,
        decision: str,
        *,
        inputs: Sequence[Input],
        outputs: Sequence[Output],
        rows: Sequence[Rule],
        hit_policy: str,
        aggregation: str | None,
        types: Types,
        place: Place = Place(),
    ) -> None:
        self.place = place
        self.types = types
        self.inputs = tuple(inputs)
        self.outputs = tuple(outputs)
        self.rows = tuple(rows)
        self.hit_policy = hit_policy
        self.aggregation = aggregation
        self.rules = tuple(row.id for row in rows)
        self._tests = [
            (row, [(index, test.code) for index, test in enumerate(row.tests) if test is not None])
            for row in rows
        ]
        expressions = _expressions(inputs, outputs, rows)
        self.names = frozenset(name for expression in expressions for name in expression.names)
        self.size = sum(expression.size for expression in expressions)
        self.decision = decision

    def evaluate(self, scope: Mapping[str, Any], evaluation: Evaluation) -> Any:
        """Give the result of the table: a value, a dict for several outputs, a list for many hits.

        Raises DecisionError: `decision_input_type`, `decision_input_value`, `decision_not_unique`,
        `decision_any_conflict`, `decision_no_rule`, `decision_output_type`, `decision_output_value`,
        `decision_aggregation`.
        """
        values = [self._input(column, scope, evaluation) for column in self.inputs]
        hits = self._hits(values, scope, evaluation)
        if not hits:
            return self._nothing_fits(values, scope, evaluation)
        if self.hit_policy == "UNIQUE" and len(hits) > 1:
            raise self._error("decision_not_unique", "at most one rule to fit", hits, values)
        evaluation.matched += [row.id for row in (hits[:1] if self.hit_policy == "FIRST" else hits)]
        if self.hit_policy in {"UNIQUE", "FIRST"}:
            return self._one(self._results(hits[0], scope, evaluation))
        results = [self._results(row, scope, evaluation) for row in hits]
        if self.hit_policy == "ANY":
            if any(equal(result, results[0]) is not True for result in results):
                raise self._error("decision_any_conflict", "all rules that fit to agree", hits, values)
            return self._one(results[0])
        if self.hit_policy in {"PRIORITY", "OUTPUT ORDER"}:
            results = self._by_priority(results, evaluation)
        if self.hit_policy == "PRIORITY":
            return self._one(results[0])
        return self._aggregated([self._one(result) for result in results], evaluation)

    def _input(self, column: Input, scope: Mapping[str, Any], evaluation: Evaluation) -> Any:
        value = column.expression.evaluate_within(evaluation.run, scope)
        what = f"the input {column.label!r} ({column.expression.text}) of the decision {self.decision!r}"
        value = fitted(value, column.type_name, self.types, evaluation, code="decision_input_type", what=what)
        return self._among(value, column.allowed, scope, evaluation, code="decision_input_value", what=what)

    def _among(
        self,
        value: Any,
        allowed: Expression | None,
        scope: Mapping[str, Any],
        evaluation: Evaluation,
        *,
        code: str,
        what: str,
    ) -> Any:
        """Give the value when it is among the allowed ones; null always is."""
        if allowed is None or value is None or allowed.evaluate_within(evaluation.run, scope, value=value):
            return value
        raise DecisionError(
            f"Expected {what} to be among {allowed.text}, but it is {shown(value)}.", code=code
        )

    def fits(self, values: Sequence[Any], evaluation: Evaluation) -> list[Rule]:
        """Give every rule that fits the values of the inputs, whatever the hit policy; other variables are unknown."""
        frames = [Frame({"?": value}, None, evaluation.run) for value in values]
        return self._fitting(frames, only_first=False)

    def _hits(self, values: list[Any], scope: Mapping[str, Any], evaluation: Evaluation) -> list[Rule]:
        outer = Frame(scope, None, evaluation.run)
        frames = [Frame({"?": value}, outer, evaluation.run) for value in values]
        return self._fitting(frames, only_first=self.hit_policy == "FIRST")

    def _fitting(self, frames: Sequence[Frame], *, only_first: bool) -> list[Rule]:
        """Give the rules whose cells are all true, in their order; plain loops, for here the time of a table goes."""
        hits = []
        for row, tests in self._tests:
            for index, code in tests:
                if code(frames[index]) is not True:
                    break
            else:
                hits.append(row)
                if only_first:
                    break
        return hits

    def _results(self, row: Rule, scope: Mapping[str, Any], evaluation: Evaluation) -> dict[str, Any]:
        return {
            output.name: self._result(output, cell, row.id, scope, evaluation)
            for output, cell in zip(self.outputs, row.results, strict=True)
        }

    def _result(
        self, output: Output, cell: Expression, where: str, scope: Mapping[str, Any], evaluation: Evaluation
    ) -> Any:
        value = cell.evaluate_within(evaluation.run, scope)
        what = f"the output {output.name!r} ({cell.text}) of {where!r} in the decision {self.decision!r}"
        value = fitted(
            value, output.type_name, self.types, evaluation, code="decision_output_type", what=what
        )
        return self._among(value, output.allowed, scope, evaluation, code="decision_output_value", what=what)

    def _one(self, results: dict[str, Any]) -> Any:
        return results if len(self.outputs) > 1 else results[self.outputs[0].name]

    def _nothing_fits(self, values: list[Any], scope: Mapping[str, Any], evaluation: Evaluation) -> Any:
        if any(output.default is not None for output in self.outputs):
            results = {
                output.name: None
                if output.default is None
                else self._result(output, output.default, "default", scope, evaluation)
                for output in self.outputs
            }
            one = self._one(results)
            return one if self.hit_policy in SINGLE_HIT or self.aggregation else [one]
        if self.hit_policy in SINGLE_HIT:
            raise self._error("decision_no_rule", "a rule to fit", [], values)
        return self._aggregated([], evaluation)

    def _by_priority(self, results: list[dict[str, Any]], evaluation: Evaluation) -> list[dict[str, Any]]:
        """Sort by the place of each output among its allowed values; the first column counts most."""
        orders = {
            output.name: output.priorities.evaluate_within(evaluation.run, {}) or []
            for output in self.outputs
            if output.priorities is not None
        }

        def rank(result: dict[str, Any]) -> tuple[int, ...]:
            return tuple(_place(result[name], order) for name, order in orders.items())

        return sorted(results, key=rank)

    def _aggregated(self, results: list[Any], evaluation: Evaluation) -> Any:
        if self.aggregation is None:
            return results
        if not results:
            return 0 if self.aggregation == "COUNT" else None
        value = BUILTINS[AGGREGATIONS[self.aggregation]].call([results], evaluation.run)
        if value is None:
            raise DecisionError(
                f"Expected the decision {self.decision!r} to take the {self.aggregation} of its results, "
                f"but they are {shown(results)}.",
                code="decision_aggregation",
            )
        return value

    def _error(self, code: str, expected: str, hits: Sequence[Rule], values: list[Any]) -> DecisionError:
        given = ", ".join(
            f"{column.expression.text} = {shown(value)}"
            for column, value in zip(self.inputs, values, strict=True)
        )
        rules = ", ".join(row.id for row in hits) or "none"
        return DecisionError(
            f"Expected {expected} in the decision {self.decision!r}, "
            f"but for {given or 'no inputs'} the rules that fit are: {rules}.",
            code=code,
            decision=self.decision,
            rules=[row.id for row in hits],
        )


def _place(value: Any, order: Sequence[Any]) -> int:
    return next((place for place, allowed in enumerate(order) if equal(value, allowed) is True), len(order))


def _expressions(
    inputs: Sequence[Input], outputs: Sequence[Output], rows: Sequence[Rule]
) -> list[Expression]:
    expressions = [column.expression for column in inputs]
    expressions += [output.default for output in outputs if output.default is not None]
    expressions += [test for row in rows for test in row.tests if test is not None]
    return expressions + [cell for row in rows for cell in row.results]
