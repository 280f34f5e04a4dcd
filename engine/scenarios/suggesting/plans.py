"""What is tried and what comes of it: plans, walks, and what people and systems are known to say. Plays nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random

    from .filling import Values

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_OF_THE_STORY = timedelta(days=800)
"""Days as near to a story as that move with it."""

Goal = tuple[str, str]
"""Something to be passed: its kind, such as `flows`, and its id."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be tried. document: a story; its steps are done as far as they can be.

    keep: how many of its steps come before `act`; None for all. act: a step put in between. hold: tasks that
    nobody does before `goal` is passed. goes_on: whether people go on where the story ends. near: after how many
    steps the goal should be passed; where it is not soon after, the rest is not played. None: it always is.
    """

    document: Mapping[str, Any]
    goal: Goal | None = None
    keep: int | None = None
    act: Mapping[str, Any] | None = None
    hold: frozenset[str] = frozenset()
    goes_on: bool = True
    dice: random.Random | None = None
    near: int | None = None


@dataclass(slots=True)
class Walk:
    """What a walk came to. document: the story it makes, every step as it was done.

    trace: the nodes passed at the start and by each step; days: on which day that was. covered: all that it
    passed. stuck: why it could not go on, where it did not come to an end. left: whether the rest was not played.
    """

    document: dict[str, Any]
    trace: list[list[str]]
    days: list[date]
    covered: frozenset[Goal]
    ended: bool
    stuck: str
    left: bool = False
    expect: dict[str, Any] = field(default_factory=dict)


@dataclass
class Habits:
    """What people and outside systems are known to say. steps: by task or message, each with its day."""

    values: Values
    steps: dict[str, list[tuple[date, Mapping[str, Any]]]] = field(default_factory=dict)
    answers: dict[str, list[Any]] = field(default_factory=dict)

    def learn(self, walk: Walk) -> None:
        """Take over what a walk's people and systems said."""
        told = [
            (walk.document.get("start", {}), walk.days[0]),
            *zip(walk.document["steps"], walk.days[1:], strict=False),
        ]
        self._learn_answers(walk.document.get("outside", {}))
        for step, day in told:
            self._learn_answers(step.get("outside", {}))
            for name, value in _leaves(step.get("answers", {})):
                kept = self.values.told.setdefault(name, [])
                if value is not None and value not in kept:
                    kept.append(value)
            name = step.get("task") or step.get("message")
            if name and "send_back" not in step:
                self.steps.setdefault(str(name), []).append((day, step))

    def _learn_answers(self, told: Mapping[str, Any]) -> None:
        for operation, given in told.items():
            for answer in given if isinstance(given, list) else [given]:
                kept = self.answers.setdefault(operation, [])
                if answer not in kept:
                    kept.append(answer)


def shifted(  # noqa: PLR0911 -- one line a kind
    value: Any, begins: date, by: timedelta
) -> Any:
    """Give a part of a story with its days moved; days long before the story, such as of birth, stay."""
    if isinstance(value, dict):
        return {key: shifted(item, begins, by) for key, item in value.items()}
    if isinstance(value, list):
        return [shifted(item, begins, by) for item in value]
    if isinstance(value, datetime):
        return value + by
    if isinstance(value, date):
        return value + by if abs(value - begins) < _OF_THE_STORY else value
    if isinstance(value, str) and _DAY.match(value):
        try:
            day = date.fromisoformat(value[:10])
        except ValueError:
            return value
        return f"{shifted(day, begins, by).isoformat()}{value[10:]}"
    return value


def _leaves(part: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(part, dict):
        for key, item in part.items():
            yield from _leaves(item, str(key))
    elif isinstance(part, list) and part and isinstance(part[0], dict):
        for item in part:
            yield from _leaves(item, name)
    else:
        yield name, part
