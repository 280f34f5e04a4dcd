"""A few tasks of the reviewers."""

from __future__ import annotations

import pytest

from tests.engine.bundles import bundle, start_and_end, user_task
from tests.engine.support import ALICE, World


@pytest.fixture
def tasks(world: World) -> list[int]:
    """Three tasks of the reviewers, each of a case of its own."""
    world.deploy(bundle(user_task("check") + user_task("sign") + start_and_end("check", "sign")))
    for _case in range(3):
        world.start()
    return [row.user_task_id for row in world.inbox(ALICE)]
