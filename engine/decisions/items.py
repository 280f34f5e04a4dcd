"""Item definitions: what the types of a file mean, and whether a value is of one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.feel.compare import equal
from engine.feel.kinds import TYPES

if TYPE_CHECKING:
    from engine.feel.expression import Expression
    from engine.feel.runtime import Run

ANY = "Any"


@dataclass(slots=True)
class ItemType:
    """One type: a base type, a structure of named parts, or a collection of either.

    allowed: unary tests that a value has to pass; those of a collection are for its items.
    returns: what a type of functions gives. owner: the types of the file that it stands in, where another
    file borrows it.
    """

    name: str
    base: str = ANY
    collection: bool = False
    allowed: Expression | None = None
    components: dict[str, ItemType] = field(default_factory=dict)
    returns: str | None = None
    owner: Types | None = None


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether a value is of a type: the value as the type wants it, or why it is not."""

    value: Any
    problem: str = ""


class Types:
    """The types of one file, by name."""

    def __init__(self) -> None:
        self.definitions: dict[str, ItemType] = {}

    def known(self, name: str) -> bool:
        """Tell whether a type of that name exists."""
        return name in TYPES or name in self.definitions

    def is_of(self, name: str, value: Any, run: Run) -> bool:
        """Tell whether a value is of a definition of the file; null and a list of one are not."""
        if not self.known(name):
            return False
        fit = self.fit(name, value, run)
        return value is not None and not fit.problem and equal(fit.value, value, run) is True

    def borrow(self, prefix: str, other: Types) -> None:
        """Take in the types of another file, their names behind a prefix."""
        for name, definition in other.definitions.items():
            definition.owner = definition.owner or other
            self.definitions.setdefault(prefix + name, definition)

    def fit(self, name: str | None, value: Any, run: Run) -> Fit:
        """Fit a value to a type; null fits every type, a list of one fits its item's type and reverse."""
        if name is None or value is None or name == ANY:
            return Fit(value)
        definition = self.definitions.get(name)
        if definition is not None:
            return (definition.owner or self).fit_item(definition, value, run)
        if TYPES[name](value, run):
            return Fit(value)
        if type(value) is list and len(value) == 1 and TYPES[name](value[0], run):
            return Fit(value[0])
        return Fit(None, f"a {name}")

    def fit_item(self, item: ItemType, value: Any, run: Run) -> Fit:
        """Fit a value to a definition of the file."""
        if value is None:
            return Fit(None)
        if item.collection:
            parts = value if type(value) is list else [value]
            run.items(len(parts))
            fits = [self._fit_one(item, part, run) for part in parts]
            problem = next((fit.problem for fit in fits if fit.problem), "")
            return (
                Fit(None, f"a list in which each is {problem}")
                if problem
                else Fit([fit.value for fit in fits])
            )
        return self._fit_one(item, value, run)

    def _fit_one(self, item: ItemType, value: Any, run: Run) -> Fit:
        fit = self._fit_structure(item, value, run) if item.components else self.fit(item.base, value, run)
        if fit.problem and type(value) is list and len(value) == 1:
            return self._fit_one(item, value[0], run)
        if fit.problem or fit.value is None or item.allowed is None:
            return fit
        if item.allowed.evaluate_within(run, {}, value=fit.value):
            return fit
        return Fit(None, f"one of the allowed values of {item.name} ({item.allowed.text})")

    def _fit_structure(self, item: ItemType, value: Any, run: Run) -> Fit:
        if type(value) is not dict:
            return Fit(None, f"a context of the type {item.name}")
        fitted: dict[str, Any] = dict(value)
        for name, component in item.components.items():
            if name not in value:
                return Fit(None, f"a context of the type {item.name}, which has an entry {name!r}")
            fit = self.fit_item(component, value[name], run)
            if fit.problem:
                return Fit(None, f"a context whose entry {name!r} is {fit.problem}")
            fitted[name] = fit.value
        return Fit(fitted)
