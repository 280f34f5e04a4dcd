"""Stands before the connectors: writes down every attempt, and answers what only a story can."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from connectors.operations import FAILURES
from engine.ports import Call, ConnectorError
from engine.scenarios.outside import is_error

ANSWERED = "answered"
_FAULTS = tuple(f"_{failure}" for failure in FAILURES)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of a call. result: `answered` or the error's code. seconds: by the machine's clock."""

    key: str
    operation: str
    case_id: int
    result: str
    permanent: bool
    at: datetime
    seconds: float


class Book:
    """Every attempt of every call, in the order in which they ended. Safe for many threads."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.attempts: list[Attempt] = []
        self.latest: dict[tuple[int, str], str] = {}
        """The key of the latest call, by case and operation."""
        self._failing: set[str] = set()

    def note(self, attempt: Attempt) -> None:
        """Write an attempt down."""
        self.attempts.append(attempt)
        self.latest[attempt.case_id, attempt.operation] = attempt.key
        if is_fault(attempt.result):
            self._failing.add(attempt.key)
        else:
            self._failing.discard(attempt.key)

    def is_open(self, case_id: int, operation: str) -> bool:
        """Say whether the latest call of a case to an operation has failed, and is to be tried again."""
        return self.latest.get((case_id, operation)) in self._failing

    def results(self) -> Counter[str]:
        """Count the attempts by what came of them."""
        return Counter(attempt.result for attempt in self.attempts)

    def failed_cases(self) -> frozenset[int]:
        """Give the cases of which an attempt failed that another one might have mended."""
        return frozenset(attempt.case_id for attempt in self.attempts if is_fault(attempt.result))

    def never_answered(self, case_id: int) -> list[str]:
        """Give the operations of a case's calls that were tried, and are tried no more, without any answer."""
        tried = {one.key: one for one in self.attempts if one.case_id == case_id}
        return sorted(one.operation for key, one in tried.items() if key in self._failing)


def is_fault(code: str) -> bool:
    """Tell the code of a system's bad day from one that says something about the question."""
    return code.endswith(_FAULTS)


class Witness:
    """A connector as the engine sees it, and the real ones behind it: to systems that fail, and that never do.

    spared: the cases whose calls go to those that never fail. longest_wait_s: for the others; what is slow
    costs little then.
    Stories speak of other cases that no one has started, and
    of partners that are not set up: such answers are given here, where the sandbox cannot be told of them.
    """

    def __init__(
        self, bad: Any, good: Any, spared: Container[int], book: Book, longest_wait_s: float
    ) -> None:
        self.name: str = bad.name
        self.operations: Mapping[str, Any] = bad.operations
        self._bad, self._good, self._spared = bad, good, spared
        self._book, self._longest_wait_s = book, longest_wait_s
        self._told: dict[tuple[int, str], list[Any]] = {}
        self._given: dict[str, Any] = {}
        if hasattr(bad, "receive"):
            self.receive = bad.receive

    def tell(self, case_id: int, operation: str, answers: list[Any]) -> None:
        """Let the calls of a case be answered so, one after the other, the last for ever."""
        self._told[case_id, operation] = list(answers)

    def call(self, call: Call) -> Any:
        """Ask, and write down what came of it."""
        began, result, permanent = time.perf_counter(), ANSWERED, False
        try:
            return self._answer(call)
        except ConnectorError as exc:
            result, permanent = exc.code, exc.permanent
            raise
        finally:
            seconds = time.perf_counter() - began
            operation = f"{self.name}.{call.operation}"
            self._book.note(
                Attempt(
                    call.idempotency_key,
                    operation,
                    call.process_instance_id,
                    result,
                    permanent,
                    self._book.now(),
                    seconds,
                )
            )

    def _answer(self, call: Call) -> Any:
        told = self._told.get((call.process_instance_id, call.operation))
        if told and call.idempotency_key not in self._given:
            self._given[call.idempotency_key] = told.pop(0) if len(told) > 1 else told[0]
        given = self._given.get(call.idempotency_key)
        if given is None or (self.name == "webhook" and not is_error(given)):
            if call.process_instance_id in self._spared:
                return self._good.call(call)
            return self._bad.call(replace(call, timeout_s=min(call.timeout_s, self._longest_wait_s)))
        if is_error(given):
            raise ConnectorError("The story says so", code=given["error"], permanent=True)
        return given
