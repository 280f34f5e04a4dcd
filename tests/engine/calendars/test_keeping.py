"""What is kept of a calendar, who hears of a new one when, and what a stale process does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from engine.calendar import Calendar, PackagedDays, installed_days
from engine.calendar_changes import proposing
from engine.calendar_changes.proposing import OfficeWishes
from engine.calendars import Edition, OfficeDay, OfficeRules, edition_of, pack_days, unpack_days
from engine.errors import InvalidInput, NotAllowed, NotFound
from engine.runtime import open_runtime

from ..support import ALICE, CLERK, DISTRICT, QINGHE, SHIQIAO, STRANGER, SUPERVISOR, person
from .conftest import NOTICE_2027


def another(runtime):
    """Give what another process of the installation works with."""
    return open_runtime(
        runtime.database,
        clock=runtime.clock,
        ids=runtime.ids,
        sealer=runtime.sealer,
        calendar=Calendar.standard(),
        groups=runtime.groups,
    )


def test_an_edition_comes_back_from_its_text_as_the_same_calendar():
    rules = OfficeRules((OfficeDay(date(2026, 3, 10), False, "storm", 7),), (time(8, 30), time(17, 30)))
    edition = replace(edition_of(Calendar.standard()), offices={2: rules})
    days = installed_days()

    again = Edition.unpack(0, 0, edition.pack())
    kept = unpack_days(days.label, pack_days(days))

    assert again == edition
    assert again.calendar((2, 1), kept).version == edition.calendar((2, 1), days).version


def test_the_nearest_office_decides_days_and_hours():
    rules = {
        1: OfficeRules((OfficeDay(date(2026, 3, 10), False, "storm", 1),), (time(8), time(16))),
        2: OfficeRules((OfficeDay(date(2026, 3, 10), True, "we work", 2),)),
        3: OfficeRules((), (time(10), time(18))),
    }
    edition = replace(edition_of(Calendar.standard()), offices=rules)
    second, third = (edition.calendar(chain, installed_days()) for chain in ((2, 1), (3, 1)))

    assert second.is_working_day(date(2026, 3, 10))
    assert not third.is_working_day(date(2026, 3, 10))
    assert (second.opens, third.opens) == (time(8), time(10))


def test_another_release_of_the_package_moves_no_date(district):
    """The days that an edition names are kept with it; what is installed now is not asked."""
    runtime = district.runtime
    runtime.calendars.keep_first(runtime.now_ms())
    other = PackagedDays("chinesecalendar 99", {date(2026, 3, 10): "x"}, {})
    later = open_runtime(
        runtime.database,
        clock=runtime.clock,
        ids=runtime.ids,
        sealer=runtime.sealer,
        calendar=Calendar((), packaged=other),
        groups=runtime.groups,
    )

    assert later.calendar == runtime.calendar
    assert later.calendar.is_working_day(date(2026, 3, 10))


def test_every_version_that_a_due_date_names_is_found_again(district):
    first = district.runtime.calendars.known.of(QINGHE)
    district.apply(district.close("03-10"))
    district.apply(district.notice())
    calendars = district.runtime.calendars

    assert calendars.version(first.version) == first
    newest = calendars.known.of(QINGHE)
    assert calendars.version(newest.version) == newest
    with pytest.raises(NotFound):
        calendars.version("0" * 16)


def test_a_process_that_has_not_heard_of_a_calendar_never_goes_back_behind_it(district):
    """Its next case begins by the old one; a case that another process has moved teaches it the new one."""
    story = district.begin()
    stale = another(district.runtime)
    district.apply(district.close("03-10"))
    assert stale.calendars.known.number == 0

    district.world.runtime, mine = stale, district.world.runtime
    district.world.runtime = stale
    from engine import user_tasks

    user_tasks.claim(stale, story.tasks()[0].id, ALICE)
    district.world.runtime = mine

    assert stale.calendars.known.number == 1
    assert story.due("promise") == "2026-03-19T17:00"


def test_a_notice_settles_a_provisional_year(district):
    """Accepted in December 2026: the date was provisional, and moves by the days of rest of the notice."""
    district.world.clock.set("2026-12-21T10:00")
    story = district.begin()
    (row,) = story.store.deadlines(story.case_id)
    assert (row.provisional, story.due("promise")) == (1, "2027-01-07T17:00")

    district.apply(district.notice())

    (row,) = story.store.deadlines(story.case_id)
    assert (row.provisional, story.due("promise")) == (0, "2027-01-08T17:00")


def test_a_notice_that_moves_no_date_still_settles_it(district):
    """The 4th of January is no day of rest here: the same day, provisional no longer."""
    district.world.clock.set("2026-12-21T10:00")
    story = district.begin()
    same = NOTICE_2027.replace(", 2027-01-04", "").replace("2027-01-09", "2027-01-30")
    district.apply(district.notice(same))

    (row,) = story.store.deadlines(story.case_id)
    assert (row.provisional, story.due("promise")) == (0, "2027-01-07T17:00")


def test_business_hours_of_an_office_move_its_dates(district):
    story = district.begin()
    wishes = OfficeWishes(hours=(time(8, 30), time(16, 30)))
    district.apply(proposing.propose_office(district.runtime, SUPERVISOR, DISTRICT, wishes))
    assert story.due("promise") == "2026-03-18T16:30"

    district.apply(
        proposing.propose_office(district.runtime, SUPERVISOR, DISTRICT, OfficeWishes(usual_hours=True))
    )
    assert story.due("promise") == "2026-03-18T17:00"


def test_who_may_propose_what(district):
    sub = person(18, "Sub", "clerk", office=QINGHE, roles="supervisor")
    closed = OfficeWishes([proposing.OwnDay(date(2026, 3, 10), works=False, label="storm")])

    proposing.propose_office(district.runtime, sub, QINGHE, closed)
    with pytest.raises(NotFound):
        proposing.propose_office(district.runtime, sub, SHIQIAO, closed)
    with pytest.raises(NotAllowed):
        proposing.propose_notice(district.runtime, sub, "2027.yaml", NOTICE_2027)
    for nobody in (CLERK, ALICE, STRANGER):
        with pytest.raises(NotAllowed):
            proposing.propose_office(district.runtime, nobody, QINGHE, closed)


def test_what_changes_nothing_is_refused(district):
    district.apply(district.close("03-10"))

    with pytest.raises(InvalidInput) as caught:
        proposing.propose_office(district.runtime, SUPERVISOR, QINGHE, OfficeWishes())
    assert caught.value.code == "nothing_changed"
