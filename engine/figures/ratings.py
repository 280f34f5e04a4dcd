"""What people said of a service: read from the answers of the return visit. Knows its variables and nothing of pages.

The shared part of every service, `processes/shared/evaluate_service.bpmn`, asks for them: `attempt_result`, `rating`, and
for a bad rating `bad_review`. A service that asks for the same names in its own forms is counted as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.definitions import Definition

RATING, RESULT, REVIEW = "rating", "attempt_result", "bad_review"
SCALE = {"very_satisfied": 5, "satisfied": 4, "fair": 3, "dissatisfied": 2, "very_dissatisfied": 1}
"""The five levels; the last two are bad reviews (国办发〔2019〕51号)."""
DECLINED, NOT_REACHED = "declined", "not_reached"
BUCKETS = {**SCALE, DECLINED: 0, NOT_REACHED: -1}
_BAD = 2


@dataclass(frozen=True, slots=True)
class Rating:
    """One case's rating. value: a key of BUCKETS; at: when it was noted, in milliseconds; review: what was found out."""

    value: str
    at: int
    review: str | None = None

    @property
    def bucket(self) -> int:
        """Give the class by which it is counted."""
        return BUCKETS[self.value]


def is_bad(value: str) -> bool:
    """Say whether a rating has to be looked into."""
    return 0 < BUCKETS.get(value, 0) <= _BAD


def rating_elements(definition: Definition) -> frozenset[str]:
    """Give the user tasks whose forms ask for a rating, or for what became of a bad one."""
    asking = {name for name, form in definition.forms.items() if _asks(form)}
    return frozenset(key for key, one in definition.elements.items() if one.form in asking)


def review_elements(definition: Definition) -> frozenset[str]:
    """Give the user tasks in which a bad rating is looked into or put right."""
    showing = {
        name
        for name, form in definition.forms.items()
        if any(one.get("key") in {REVIEW, "bad_review_facts"} for one in form.get("components", ()))
    }
    return frozenset(key for key, one in definition.elements.items() if one.form in showing)


def rating_of(answered: Iterable[tuple[int, Mapping[str, Any]]]) -> Rating | None:
    """Give a case's rating from the answers in their order, each with its moment; None where nobody was asked."""
    found: Rating | None = None
    for at, answers in answered:
        value = answers.get(RATING)
        result = answers.get(RESULT)
        if result in {DECLINED, NOT_REACHED}:
            found = Rating(str(result), at)
        elif value in SCALE and REVIEW not in answers:
            found = Rating(str(value), at)
        if found is not None and answers.get(REVIEW):
            found = replace(found, review=str(answers[REVIEW]))
    return found


def _asks(form: Mapping[str, Any]) -> bool:
    return any(
        one.get("key") in {RATING, REVIEW} and not one.get("disabled") for one in form.get("components", ())
    )
