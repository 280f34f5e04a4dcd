"""What the logic of a decision is to the rest: something that has a value in a scope of variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from engine.decisions.errors import DecisionError
from engine.feel import Expression, to_text
from engine.feel.text import masked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.decisions.items import Types
    from engine.feel.runtime import Run

MAX_SHOWN = 120  # characters of a value in a message


class Evaluation:
    """One evaluation of a decision: a budget for all of it, and the rules that fitted."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.matched: list[str] = []


class Logic(Protocol):
    """The logic of a decision.

    names: the variables that it reads. rules: ids of the rules in it. size: its cost in steps, where
    it is evaluated again and again.
    """

    names: frozenset[str]
    size: int
    rules: tuple[str, ...]

    def evaluate(self, scope: Mapping[str, Any], evaluation: Evaluation) -> Any:
        """Give the value; raises DecisionError."""
        ...


class Literal:
    """A literal expression: FEEL."""

    rules: tuple[str, ...] = ()

    def __init__(self, expression: Expression, type_name: str | None, types: Types, *, decision: str) -> None:
        self.names = expression.names
        self.text = expression.text
        self.size = expression.size
        self._expression = expression
        self._type = type_name
        self._types = types
        self._decision = decision

    def evaluate(self, scope: Mapping[str, Any], evaluation: Evaluation) -> Any:
        """Give the value; raises DecisionError when it is not of the type that is declared."""
        value = self._expression.evaluate_within(evaluation.run, scope)
        return fitted(
            value,
            self._type,
            self._types,
            evaluation,
            code="decision_output_type",
            what=f"the expression {self._expression.text!r} of the decision {self._decision!r}",
        )


class NoLogic:
    """The logic of a decision that is only ever handed in to a service: it has none."""

    names: frozenset[str] = frozenset()
    rules: tuple[str, ...] = ()
    size = 0

    def __init__(self, decision: str) -> None:
        self._decision = decision

    def evaluate(self, scope: Mapping[str, Any], evaluation: Evaluation) -> Any:  # noqa: ARG002 - as every logic
        """Refuse; raises DecisionError (`decision_no_logic`)."""
        raise DecisionError(
            f"Expected the decision {self._decision!r} to be handed in, but it was not, and it has no logic.",
            code="decision_no_logic",
        )


def fitted(
    value: Any, type_name: str | None, types: Types, evaluation: Evaluation, *, code: str, what: str
) -> Any:
    """Give the value as its type wants it; raises DecisionError naming what has the wrong value."""
    fit = types.fit(type_name, value, evaluation.run)
    if fit.problem:
        raise DecisionError(f"Expected {what} to be {fit.problem}, but it is {shown(value)}.", code=code)
    return fit.value


def shown(value: Any) -> str:
    """Give a value for a message, cut when it is long, long numbers masked."""
    text = masked(to_text(value))
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"
