"""Evaluates what a diagram says, in FEEL, for SpiffWorkflow. Python is never evaluated from a diagram."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine import feel
from engine.errors import InvalidInput
from engine.feel.values import type_name
from engine.values import FORBIDDEN_NAMES, checked_value

from .errors import StepError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.decisions import Decision


class ScriptEngine:
    """What the workflow asks for values. One for each step: it holds the step's clock and calendar."""

    def __init__(
        self, environment: feel.Environment, names: frozenset[str], decisions: Mapping[str, Decision]
    ) -> None:
        self._environment = environment
        self._names = names
        self._decisions = decisions
        self.environment = self  # where the library looks for correlation expressions

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> Any:  # noqa: ARG002 - library's signature
        """Give an expression's value for a task's variables."""
        found = self.value(expression, task.data, task.task_spec.bpmn_id)
        try:
            return checked_value(found)
        except InvalidInput as exc:
            raise StepError(
                f"Expected {expression!r} to be a value that a case can hold, but it is not",
                element_id=task.task_spec.bpmn_id,
                code=exc.code,
                expression=expression,
            ) from exc

    def value(self, expression: str, variables: Mapping[str, Any], element_id: str | None) -> Any:
        """Give an expression's value for variables; raises StepError naming the element."""
        try:
            return feel.compile(expression, names=self._names).evaluate(variables, self._environment)
        except InvalidInput as exc:
            raise StepError(
                f"Expected {expression!r} to have a value, but {exc.message}",
                element_id=element_id,
                code="expression_failed",
                expression=expression,
            ) from exc

    def run_script(self, task: Any, script: str) -> dict[str, Any]:
        """Give the variables that a script sets."""
        value = self.evaluate(task, script)
        if not isinstance(value, dict) or FORBIDDEN_NAMES & value.keys():
            raise StepError(
                f"Expected the script to be a FEEL context of variables, but it is {type_name(value)}",
                element_id=task.task_spec.bpmn_id,
                code="script_not_a_context",
                expression=script,
            )
        return value

    def decide(self, task: Any, decision_id: str) -> dict[str, Any]:
        """Give the variables that a decision sets: several outputs by their names, else one of the decision's name."""
        decision = self._decisions[decision_id]
        try:
            result = decision.evaluate(task.data, self._environment)
        except InvalidInput as exc:
            raise StepError(
                exc.message, element_id=task.task_spec.bpmn_id, code=exc.code, expression=decision_id
            ) from exc
        task.workflow.top_workflow.rules_hit.extend(result.matched_rule_ids)
        if len(decision.outputs) > 1 and isinstance(result.value, dict):
            return dict(result.value)
        return {decision.name: result.value}
