"""What crosses the boundary of the forms room: answers, problems, what is shown, and the limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Component = Mapping[str, Any]
Evaluate = Callable[[str, Mapping[str, Any]], Any]
"""Gives the value of a FEEL expression in a context; the caller binds clock, zone and calendar."""

TEXTS = frozenset({"textfield", "textarea"})
SINGLE_CHOICES = frozenset({"select", "radio"})
MULTIPLE_CHOICES = frozenset({"checklist", "taglist"})
CHOICES = SINGLE_CHOICES | MULTIPLE_CHOICES
PASSIVE = frozenset({"text", "separator", "spacer", "button"})
FIELDS = TEXTS | CHOICES | {"number", "checkbox", "datetime", "filepicker"}
CONTAINERS = frozenset({"group", "dynamiclist"})

MAX_ROWS = 200
MAX_CELLS = 10_000  # fields of all rows together: what a person can answer in one form, and far more
MAX_CHARACTERS = 200_000  # of all texts of one form together
MAX_TEXT = {"textfield": 1_000, "textarea": 20_000}  # where the schema sets no lower limit
MAX_DIGITS = 34  # decimal128, as FEEL has it
MAX_CHOICES = 1_000
MAX_FILES = 20
FIRST_YEAR, LAST_YEAR = 1900, 2200


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing wrong with an answer.

    path: where it is, such as `members.0.income`; empty when it concerns the whole form.
    code: stable; the web layer has the words for it.
    params: what the words name, such as the limit that was passed.
    """

    path: str
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered, typed and checked; `values` is safe to use only when there are no problems."""

    values: dict[str, Any]
    problems: tuple[FieldProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    """One choice: the value kept in the case and the label of the schema or the variable."""

    value: Any
    label: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A component that is to be shown, with what stands in it.

    path: `members.0.income`, the name of the input and the path of its problems; containers and
    passive components have the path of what they hold, which may be empty.
    children: the components of a group. rows: the components of each row of a list.
    """

    component: Component
    path: str
    value: Any = None
    options: tuple[Option, ...] = ()
    children: tuple[Shown, ...] = ()
    rows: tuple[tuple[Shown, ...], ...] = ()


def name_of(component: Component) -> str | None:
    """Give the name under which the component's answer is kept, or None when it keeps none of its own."""
    kind = component.get("type")
    name = component.get("path") if kind in CONTAINERS else component.get("key") if kind in FIELDS else None
    return name if isinstance(name, str) and name else None


def is_locked(component: Component) -> bool:
    """Say whether the component only shows: what is posted for it is dropped."""
    return bool(component.get("disabled") or component.get("readonly"))


def may_grow(component: Component) -> bool:
    """Say whether a person may add and remove rows of this list; form-js lets them unless told otherwise."""
    return component.get("allowAddRemove") is not False


def join(path: str, name: str | int) -> str:
    """Give the path of something inside `path`."""
    return f"{path}.{name}" if path else str(name)
