"""Reads the figures of an office and all below it: how much, how long, how often in time. Writes nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.figures.measuring import IN_TIME, LATE

if TYPE_CHECKING:
    from engine.figures.periods import Period
    from engine.runtime import Runtime
    from engine.store.figures import Sum

_CASES = ("received", "done", "cancelled", "duration", "reworked")
_STEPS = ("waiting", "working", "sent_back")


@dataclass(slots=True)
class Distribution:
    """How often each value was measured, and the sum of all."""

    classes: Counter[int] = field(default_factory=Counter)
    total: int = 0

    def add(self, value: int, number: int, total: int) -> None:
        """Add some measurements of one class."""
        self.classes[value] += number
        self.total += total

    @property
    def number(self) -> int:
        """Give how many there were."""
        return self.classes.total()

    @property
    def mean(self) -> float | None:
        """Give the average; None where there was nothing."""
        return self.total / self.number if self.number else None

    def percentile(self, share: float) -> int | None:
        """Give the smallest value that at least this share does not exceed (nearest rank); None where there was nothing."""
        wanted, seen = share * self.number, 0
        for value in sorted(self.classes):
            seen += self.classes[value]
            if seen >= wanted:
                return value
        return None


@dataclass(slots=True)
class CaseFigures:
    """What became of cases. in_time and late: of those done that had a limit. returns: how often one was sent back."""

    received: int = 0
    done: int = 0
    in_time: int = 0
    late: int = 0
    cancelled: int = 0
    reworked: int = 0
    returns: int = 0
    duration: Distribution = field(default_factory=Distribution)

    @property
    def share_in_time(self) -> float | None:
        """Give the part of those with a limit that kept it; None where none had one."""
        limited = self.in_time + self.late
        return self.in_time / limited if limited else None

    def add(self, measure: str, bucket: int, number: int, total: int) -> None:
        """Add one sum."""
        if measure == "done":
            self.done += number
            self.in_time += number * (bucket == IN_TIME)
            self.late += number * (bucket == LATE)
        elif measure == "duration":
            self.duration.add(bucket, number, total)
        elif measure == "reworked":
            self.reworked += number
            self.returns += total
        elif measure == "received":
            self.received += number
        else:
            self.cancelled += number


@dataclass(slots=True)
class StepFigures:
    """One step: minutes of business hours until somebody had it, and from there until it was done."""

    waiting: Distribution = field(default_factory=Distribution)
    working: Distribution = field(default_factory=Distribution)
    sent_back: int = 0

    @property
    def number(self) -> int:
        """Give how often it was done."""
        return self.working.number


def of_cases(runtime: Runtime, office_id: int, periods: Collection[Period]) -> dict[str, CaseFigures]:
    """Give what became of the cases of an office and those below it, by service."""
    found = _sums(runtime, [office_id], periods, _CASES, ("service_key", "measure", "bucket"))
    return _grouped(found)


def of_offices(
    runtime: Runtime, offices: Collection[int], periods: Collection[Period], service_key: str | None = None
) -> dict[int, CaseFigures]:
    """Give what became of the cases of some offices, each with those below it."""
    found = _sums(runtime, offices, periods, _CASES, ("office_id", "measure", "bucket"), service_key)
    return _grouped(found)


def over_time(
    runtime: Runtime, office_id: int, periods: Sequence[Period], service_key: str | None = None
) -> dict[Period, CaseFigures]:
    """Give what became of the cases in each of some periods, those without any case included."""
    found = _sums(runtime, [office_id], periods, _CASES, ("period", "measure", "bucket"), service_key)
    by_key: dict[str, CaseFigures] = _grouped(found)
    return {period: by_key.get(period.key, CaseFigures()) for period in periods}


def of_steps(
    runtime: Runtime,
    office_id: int,
    periods: Collection[Period],
    service_key: str,
    definition_id: int | None = None,
) -> dict[str, StepFigures]:
    """Give how long each step of a service waited and was worked on, in some months; weeks are not counted by step.

    definition_id: in one version alone.
    """
    rows = runtime.figures.sums(
        [office_id],
        [period.key for period in periods],
        _STEPS,
        ("element_id", "measure", "bucket"),
        service_key=service_key,
        definition_id=definition_id,
    )
    found: dict[str, StepFigures] = defaultdict(StepFigures)
    for row in rows:
        element_id, measure, bucket = row.parts
        step = found[element_id]
        if measure == "sent_back":
            step.sent_back += row.number
        else:
            (step.waiting if measure == "waiting" else step.working).add(bucket, row.number, row.total)
    return dict(found)


def versions_counted(
    runtime: Runtime, office_id: int, periods: Collection[Period], service_key: str
) -> dict[int, int]:
    """Give how many cases of each version of a service ended, by the version's id."""
    rows = _sums(runtime, [office_id], periods, ("done", "cancelled"), ("definition_id",), service_key)
    return {row.parts[0]: row.number for row in rows}


def of_ratings(
    runtime: Runtime, office_id: int, periods: Collection[Period], service_key: str | None = None
) -> dict[str, Distribution]:
    """Give how often each rating was given, by service; the classes are those of `ratings.BUCKETS`."""
    return _rated(_sums(runtime, [office_id], periods, ("rating",), ("service_key", "bucket"), service_key))


def of_ratings_by_office(
    runtime: Runtime, offices: Collection[int], periods: Collection[Period], service_key: str | None = None
) -> dict[int, Distribution]:
    """Give how often each rating was given at some offices, each with those below it."""
    return _rated(_sums(runtime, offices, periods, ("rating",), ("office_id", "bucket"), service_key))


def _sums(
    runtime: Runtime,
    offices: Collection[int],
    periods: Collection[Period],
    measures: Collection[str],
    by: Sequence[str],
    service_key: str | None = None,
) -> list[Sum]:
    keys = [period.key for period in periods]
    return runtime.figures.sums(offices, keys, measures, by, service_key=service_key)


def _grouped(rows: Iterable[Sum]) -> dict:  # type: ignore[type-arg]  # by whatever comes first
    found: dict[object, CaseFigures] = defaultdict(CaseFigures)
    for row in rows:
        part, measure, bucket = row.parts
        found[part].add(measure, bucket, row.number, row.total)
    return dict(found)


def _rated(rows: Iterable[Sum]) -> dict:  # type: ignore[type-arg]  # by whatever comes first
    found: dict[object, Distribution] = defaultdict(Distribution)
    for row in rows:
        part, bucket = row.parts
        found[part].add(bucket, row.number, 0)
    return dict(found)
