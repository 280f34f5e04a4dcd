"""The pages without a browser, and a few tasks of the reviewers to work on."""

from __future__ import annotations

import pytest

from tests.engine.bundles import bundle, start_and_end, user_task
from tests.engine.support import ALICE, BOB, World, employ
from tests.webui.incidents.conftest import browse, world

__all__ = ["browse", "tasks", "world"]

TASKS = 3


@pytest.fixture(autouse=True)
def bob(world: World) -> None:
    """Alice's colleague, who may sign in too."""
    employ(world, BOB)


@pytest.fixture
def tasks(world: World) -> list[int]:
    """Three tasks of the reviewers, each of a case of its own."""
    world.deploy(bundle(user_task("check") + user_task("sign") + start_and_end("check", "sign")))
    for _case in range(TASKS):
        world.start()
    return [row.user_task_id for row in world.inbox(ALICE)]
