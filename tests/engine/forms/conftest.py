import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from engine import feel, forms

NOON = dt.datetime(2026, 3, 2, 4, 15, tzinfo=dt.UTC)


@pytest.fixture
def evaluate():
    """FEEL on the second of March 2026, as the engine gives it to forms."""
    zone = ZoneInfo("Asia/Shanghai")
    environment = feel.Environment(now=lambda: NOON.astimezone(zone), zone=zone, calendar=None)
    return lambda text, context: feel.compile(text).evaluate(context, environment)


@pytest.fixture
def read(evaluate):
    """Read answers to a form made of the given components."""

    def run(components, raw, context=None, **schema):
        return forms.read_answers({"components": components, **schema}, raw, context or {}, evaluate)

    return run


@pytest.fixture
def problem_of(read):
    """Give the code and the params of the only problem of one field's answer, or None."""

    def run(component, raw, context=None):
        answers = read([component], {component["key"]: raw}, context)
        assert len(answers.problems) <= 1
        assert all(problem.path == component["key"] for problem in answers.problems)
        return (answers.problems[0].code, dict(answers.problems[0].params)) if answers.problems else None

    return run


@pytest.fixture
def value_of(read):
    """Give the value that one field's answer becomes; there must be no problem with it."""

    def run(component, raw, context=None):
        answers = read([component], {component["key"]: raw}, context)
        assert answers.problems == ()
        return answers.values[component["key"]]

    return run
