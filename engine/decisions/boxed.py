"""Boxed expressions: contexts, lists, invocations, functions, conditions and loops drawn as boxes."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any

from engine.decisions.errors import DecisionError
from engine.decisions.knowledge import KnowledgeFunction
from engine.decisions.logic import Evaluation, Logic, fitted, shown
from engine.feel.errors import Trouble
from engine.feel.loops import items_of
from engine.feel.values import FeelFunction

if TYPE_CHECKING:
    from engine.decisions.items import Types


def _inside(scope: Mapping[str, Any], variables: dict[str, Any]) -> MutableMapping[str, Any]:
    outer = scope if isinstance(scope, MutableMapping) else dict(scope)
    return ChainMap(variables, outer)


class Boxed:
    """What all boxes share: the names, rules and cost of their parts."""

    def __init__(self, parts: Iterable[Logic], *, bound: Iterable[str] = ()) -> None:
        known = self.parts = tuple(parts)
        self.bound = frozenset(bound)
        self.names = frozenset[str]().union(*(part.names for part in known)) - self.bound
        self.rules = tuple(rule for part in known for rule in part.rules)
        self.size = 1 + sum(part.size for part in known)


class Context(Boxed):
    """Entries that see those before them; an entry without a name is the value of the whole."""

    def __init__(self, entries: Sequence[tuple[str | None, str | None, Logic]], types: Types) -> None:
        super().__init__((part for _, _, part in entries), bound=(name for name, _, _ in entries if name))
        self._entries = entries
        self._types = types

    def evaluate(self, scope: Mapping[str, Any], evaluation: Evaluation) -> Any:
        """Give the context, or the value of its last entry."""
        made: dict[str, Any] = {}
        inner = _inside(scope, made)
        for name, type_name, part in self._entries:
            value = part.evaluate(inner, evaluation)
            if name is None:
                return value
            what = f"the entry {name!r}"
            made[name] = fitted(
                value, type_name, self._types, evaluation, code="decision_output_type", what=what
            )
        return made


class List(Boxed):
    """One value after the other."""

    def __init__(self, parts: Sequence[Logic]) -> None:
        super().__init__(parts)

    def evaluate(self, scope: Mapping[str, Any], evaluation: Evaluation) -> Any:
        """Give the list."""
        return [part.evaluate(scope, evaluation) for part in self.parts]


class Invocation(Boxed):
    """A call with named arguments."""

    def __init__(self, callee: Logic, bindings: Sequence[tuple[str, Logic]]) -> None:
        super().__init__([callee, *(part for _, part in bindings)])
        self._callee = callee
        self._bindings = bindings

    def evaluate(self, scope: Mapping[str, Any], evaluation: Evaluation) -> Any:
        """Give what the function gives; raises DecisionError when there is no function to call."""
        function = self._callee.evaluate(scope, evaluation)
        if not isinstance(function, FeelFunction):
            raise DecisionError(
                f"Expected a function to invoke, but got {shown(function)}.", code="decision_no_function"
            )
        arguments = {name: part.evaluate(scope, evaluation) for name, part in self._bindings}
        return function.call_named(arguments, evaluation.run)


class Function(Boxed):
    """A function with a box as its body."""

    def __init__(self, parameters: Sequence[tuple[str, str | None]], body: Logic, types: Types) -> None:
        super().__init__([body], bound=(name for name, _ in parameters))
        self._parameters = parameters
        self._body = body
        self._types = types

    def evaluate(self, scope: Mapping[str, Any], _: Evaluation) -> Any:
        """Give the function, which keeps the variables around it."""
        return KnowledgeFunction(
            "function", self._parameters, self._body, self._types, _inside(scope, {}), type_name=None
        )


class Conditional(Boxed):
    """If, then, else."""

    def __init__(self, condition: Logic, then: Logic, otherwise: Logic) -> None:
        super().__init__([condition, then, otherwise])
        self._condition = condition
        self._then = then
        self._otherwise = otherwise

    def evaluate(self, scope: Mapping[str, Any], evaluation: Evaluation) -> Any:
        """Give one of the two; a condition that is not true takes the else."""
        chosen = self._then if self._condition.evaluate(scope, evaluation) is True else self._otherwise
        return chosen.evaluate(scope, evaluation)


class Loop(Boxed):
    """For, some, every, or a filter, over one collection. kind: which of them."""

    def __init__(self, kind: str, variable: str, source: Logic, body: Logic) -> None:
        super().__init__([source, body], bound=(variable, "partial"))
        self.names = source.names | (body.names - {variable, "partial"})
        self._kind = kind
        self._variable = variable
        self._source = source
        self._body = body

    def evaluate(self, scope: Mapping[str, Any], evaluation: Evaluation) -> Any:
        """Give the list that `for` and a filter make, or whether some or every item is right."""
        try:
            items = items_of(self._source.evaluate(scope, evaluation), evaluation.run)
        except Trouble as trouble:
            return evaluation.run.null(f"{self._kind}: {trouble}")
        return self._collected(list(items), scope, evaluation)

    def _collected(self, items: list[Any], scope: Mapping[str, Any], evaluation: Evaluation) -> Any:
        results: list[Any] = []
        for item in items:
            evaluation.run.spend(self.size)
            entries = item if self._kind == "filter" and type(item) is dict else {}
            inner = _inside(scope, {self._variable: item, "partial": results.copy(), **entries})
            evaluation.run.items(len(results))
            results.append(self._body.evaluate(inner, evaluation))
        if self._kind == "for":
            return results
        if self._kind != "filter":
            return _quantified(results, every=self._kind == "every")
        if any(type(result) is not bool and result is not None for result in results):
            return evaluation.run.null("Expected true or false in the filter, but got another value")
        return [item for item, result in zip(items, results, strict=True) if result is True]


def _quantified(results: list[Any], *, every: bool) -> bool | None:
    """Join the verdicts as `or` and `and` do; the boxes want true, false or null of each, else it is null."""
    if any(type(result) is not bool and result is not None for result in results):
        return None
    if (not every) in results:
        return not every
    return every if all(result is every for result in results) else None
