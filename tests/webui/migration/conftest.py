"""Two versions of a small service, with a case on the older one, and a browser for each of the cast."""

from __future__ import annotations

import pytest

from engine.definitions import Bundle
from tests.engine.bundles import bundle, extensions, start_and_end, user_task
from tests.engine.story import Story
from tests.engine.support import QINGHE, World, employ, person
from tests.webui.incidents.conftest import Browser, browse, words, world

__all__ = ["Browser", "browse", "words", "world"]

DEE = person(17, "Dee", "clerk", office=QINGHE, roles="designer")
REASON = "The new form asks for less."


def version(*ids: str, limit: str = "10 D") -> Bundle:
    clock = f'<linbang:deadline id="promise" kind="statutory" limit="{limit}"/>'
    return bundle(extensions(clock) + "".join(user_task(one) for one in ids) + start_and_end(*ids))


@pytest.fixture
def story(world: World) -> Story:
    """Give a case of version 1 of a service whose newest version is 2."""
    employ(world, DEE)
    world.deploy(version("ask", "check"))
    story = Story(world, world.start().id).settle()
    world.deploy(version("ask", "look", "check", limit="5 D"))
    return story
