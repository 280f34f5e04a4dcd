"""Services whose figures are known, and what was counted of them."""

from __future__ import annotations

import pytest

from engine import figures
from engine.figures import MONTH, CaseFigures, Period, StepFigures
from tests.engine.bundles import bundle, start_and_end, user_task
from tests.engine.support import ALICE, BOB, CLERK, DISTRICT, DORA, STRANGER, SUPERVISOR, World, employ

_RETURN_VISIT = b"""{"type": "default", "components": [
 {"type": "textfield", "key": "attempt_result"}, {"type": "textfield", "key": "rating"}]}"""
_LOOKED_INTO = b"""{"type": "default", "components": [
 {"type": "textfield", "key": "rating", "disabled": true}, {"type": "textfield", "key": "bad_review"}]}"""
RATED = bundle(
    user_task("visit", form="visit") + user_task("call", form="call") + start_and_end("visit", "call"),
    visit__form__json=_RETURN_VISIT,
    call__form__json=_LOOKED_INTO,
)
"""Asks for a rating, and then what looking into it came to."""


@pytest.fixture
def staff(world: World) -> World:
    employ(world, CLERK, ALICE, BOB, STRANGER, DORA, SUPERVISOR)
    return world


def counted(world: World, office: int = DISTRICT) -> CaseFigures:
    """Count what is left and give the month's figures of the service `t`."""
    figures.roll_up(world.runtime, at_once=True)
    return figures.of_cases(world.runtime, office, [month(world)]).get("t", CaseFigures())


def steps(world: World) -> dict[str, StepFigures]:
    figures.roll_up(world.runtime, at_once=True)
    return figures.of_steps(world.runtime, DISTRICT, [month(world)], "t")


def month(world: World) -> Period:
    return Period.of(world.runtime.today(), MONTH)
