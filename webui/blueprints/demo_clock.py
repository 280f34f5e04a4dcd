"""The demo's control that moves the clock on; never registered outside the demo."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _

from engine import scheduler
from engine.errors import InvalidInput
from engine.runtime import Runtime
from webui.auth import signed_in
from webui.clock import MovableClock
from webui.page import installation
from webui.words import clock_words

pages = Blueprint("demo_clock", __name__)

MAX_STOPS = 500
_HOURS = {"PT1H": 1, "PT4H": 4}
_WORKING_DAYS = {"1 WD": 1, "5 WD": 5}


@pages.post("/demo/clock")
@signed_in
def move() -> Any:
    """Move the clock on by one of the steps and let happen what falls due."""
    runtime = installation().runtime
    step, now = request.form.get("step", ""), runtime.clock.now()
    if step in _HOURS:
        moment = now + timedelta(hours=_HOURS[step])
    elif step in _WORKING_DAYS:
        local = runtime.calendar.local_moment(now)
        day = runtime.calendar.add_working_days(local.date(), _WORKING_DAYS[step])
        moment = datetime.combine(day, local.timetz())
    else:
        raise InvalidInput(
            f"Expected one of {[*_HOURS, *_WORKING_DAYS]}, but got {step!r}", code="step_unknown"
        )
    assert isinstance(runtime.clock, MovableClock)
    _go(runtime, runtime.clock, moment)
    installation().clock_moved(moment)
    flash(_("It is %(now)s now.", now=clock_words(runtime.clock.now(), runtime.calendar)), "info")
    target = request.referrer or ""
    inside = target.startswith(request.host_url)
    return redirect(target if inside else url_for("inbox.show"))


def _go(runtime: Runtime, clock: MovableClock, moment: datetime) -> None:
    """Go to a moment, stopping at what falls due on the way, so that it happens at its own time."""
    for _stop in range(MAX_STOPS):
        due = scheduler.next_moment(runtime)
        if due is None or due > moment:
            break
        if due > clock.now():
            clock.move_to(due)
        if not scheduler.tick(runtime):
            break
    clock.move_to(moment)
    runtime.wake()
