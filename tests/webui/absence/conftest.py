"""The pages without a browser, with colleagues who may stand in for each other."""

from __future__ import annotations

import pytest

from tests.engine.bundles import bundle, start_and_end, user_task
from tests.engine.people.staff import CAROL
from tests.engine.support import ALICE, BOB, World, employ
from tests.webui.incidents.conftest import browse, world

__all__ = ["browse", "task", "world"]


@pytest.fixture
def task(world: World) -> int:
    """A task of the reviewers, claimed by Alice and due at the end of 2026-03-05."""
    from engine import user_tasks

    employ(world, BOB, CAROL)
    limit = '<linbang:deadline id="soon" kind="internal" limit="3 WD"/>'
    world.deploy(bundle(user_task("ask", inner=limit, form="a") + start_and_end("ask")))
    world.start()
    found = world.task(ALICE, "ask")
    user_tasks.claim(world.runtime, found, ALICE)
    return found
