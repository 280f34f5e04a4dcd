"""The cast of the tests of the language: one clock, one zone, one small calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine import feel
from engine.feel import Environment, Result

NOW = datetime(2026, 3, 1, 20, 30, tzinfo=UTC)  # already 2 March in Shanghai
SHANGHAI = ZoneInfo("Asia/Shanghai")


class WeekdayCalendar:
    """Works from Monday to Friday, and on Saturday 28 February 2026, which makes up for a holiday."""

    def is_working_day(self, day: date) -> bool:
        return day.weekday() < 5 or day == date(2026, 2, 28)

    def add_working_days(self, day: date, n: int) -> date:
        while n:
            day += timedelta(days=1)
            n -= self.is_working_day(day)
        return day

    def working_days_between(self, a: date, b: date) -> int:
        return sum(self.is_working_day(a + timedelta(days=n)) for n in range(1, (b - a).days + 1))

    def public_notice_end(self, day: date, days: int) -> date:
        end = day + timedelta(days=days)
        return end if self.is_working_day(end) else self.add_working_days(end, 1)


class Feel:
    """Evaluates a text with variables."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment

    def __call__(self, text: str, variables: dict[str, Any] | None = None) -> Any:
        variables = variables or {}
        return feel.compile(text, names=variables).evaluate(variables, self.environment)

    def explain(self, text: str, variables: dict[str, Any] | None = None) -> Result:
        return feel.compile(text).explain(variables or {}, self.environment)

    def passes(self, cell: str, value: Any, variables: dict[str, Any] | None = None) -> bool:
        return feel.compile_unary(cell).evaluate(variables or {}, self.environment, value=value)


@pytest.fixture(scope="session")
def environment() -> Environment:
    return Environment(now=lambda: NOW, zone=SHANGHAI, calendar=WeekdayCalendar())


@pytest.fixture(scope="session")
def evaluate(environment: Environment) -> Feel:
    return Feel(environment)
