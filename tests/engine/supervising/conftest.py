"""A case with two tasks at once, of which one may not be done by whoever did the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.engine.bundles import bundle, extensions, start_and_end, user_task
from tests.engine.story import Story, begin
from tests.engine.support import (
    ALICE,
    BOB,
    CLERK,
    DORA,
    QINGHE,
    SHIQIAO,
    STRANGER,
    SUPERVISOR,
    World,
    employ,
    person,
)

if TYPE_CHECKING:
    from engine.definitions import Bundle

LOCAL = person(17, "Lin", office=QINGHE, roles="supervisor")
"""Answers for the work of one sub-district."""
ELSEWHERE = person(18, "Else", office=SHIQIAO, roles="supervisor")
TIMED = bundle(
    extensions('<linbang:deadline id="promise" kind="promised" limit="4 WD" warn="2 WD"/>')
    + user_task("write")
    + user_task("wait", group="clerk", inner='<linbang:pause reason="waiting"/>')
    + user_task("decide", group="district")
    + start_and_end("write", "wait", "decide"),
    pauses__yaml=b"waiting: {basis: x, name: {zh: x, en: x}}",
)
"""Promises an answer in four working days; the clock stands still while something is waited for."""
CHECKED = bundle(
    user_task("write")
    + user_task("check", notDoneBy="write")
    + user_task("decide", group="district")
    + start_and_end("write", "check", "decide")
)


@pytest.fixture
def staff(world: World) -> World:
    """The cast, written down: verbs that name a person look them up."""
    employ(world, CLERK, ALICE, BOB, STRANGER, DORA, SUPERVISOR, LOCAL, ELSEWHERE)
    return world


@pytest.fixture
def story(staff: World) -> Story:
    return begin(staff, CHECKED)


def another(story: Story, service: Bundle | None = None) -> Story:
    """Start another case in the same world."""
    return begin(story.world, service)


def only_task(story: Story) -> int:
    """Give the id of the one open task."""
    (row,) = story.tasks()
    return row.id
