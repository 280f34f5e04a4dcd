"""Pages without a browser around a small office: somebody late, something that waits, something fresh."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine import user_tasks
from tests.engine.story import begin
from tests.engine.supervising.conftest import ELSEWHERE, LOCAL, TIMED, only_task
from tests.engine.supervising.test_work import Office
from tests.engine.support import ALICE, BOB, CLERK, DORA, STRANGER, SUPERVISOR, World, employ, make_world
from tests.webui.incidents.conftest import Browser, browse, words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Browser", "browse", "words"]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world(tmp_path)
    employ(made, CLERK, ALICE, BOB, STRANGER, DORA, SUPERVISOR, LOCAL, ELSEWHERE)
    yield made
    made.runtime.database.close()


@pytest.fixture
def office(world: World) -> Office:
    """Five days on: a late task of Alice's, a case that waits, one at the district, and a fresh one."""
    late = begin(world, TIMED)
    user_tasks.claim(world.runtime, only_task(late), ALICE)
    paused = begin(world).do("write")
    district = begin(world).do("write").do("wait").later(days=5)
    return Office(late, paused, district, begin(world))
