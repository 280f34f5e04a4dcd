"""Working days for programs."""

from __future__ import annotations

from collections.abc import Callable

from tests.engine.support import CLERK, STRANGER, World

from .conftest import Machine

Machines = Callable[..., Machine]


def test_it_gives_each_day_with_its_reason(two_steps: World, machine: Machines) -> None:
    told = machine(CLERK).get("/calendars/990101001/days?from=2026-02-13&to=2026-02-16").json

    assert [(day["day"], day["works"], day["kind"]) for day in told["days"]] == [
        ("2026-02-13", True, "working"),
        ("2026-02-14", True, "make_up"),
        ("2026-02-15", False, "holiday"),
        ("2026-02-16", False, "holiday"),
    ]
    assert told["calendar_version"] == two_steps.runtime.calendar.version


def test_it_says_that_a_year_is_provisional(two_steps: World, machine: Machines) -> None:
    told = machine(CLERK).get("/calendars/990101001/days?from=2027-01-04&to=2027-01-04").json

    assert told["days"][0]["provisional"] is True


def test_it_refuses_other_offices_and_too_many_days(two_steps: World, machine: Machines) -> None:
    machine(STRANGER).get("/calendars/990101001/days?from=2026-01-01&to=2026-01-02", 404)
    clerk = machine(CLERK)
    clerk.get("/calendars/990101001/days?from=2026-01-02&to=2026-01-01", 422)
    clerk.get("/calendars/990101001/days?from=2020-01-01&to=2026-01-01", 422)
    clerk.get("/calendars/990101001/days?from=0001-01-01&to=2026-01-01", 422)


def test_a_clock_names_the_version_of_its_calendar(two_steps: World, machine: Machines) -> None:
    two_steps.start()
    (clock,) = machine(CLERK).get("/deadlines").json["items"]

    assert clock["calendar_version"] == two_steps.runtime.calendar.version
