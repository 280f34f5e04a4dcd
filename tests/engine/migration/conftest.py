"""A service in two versions, and what moving its cases takes."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from engine.definitions import Bundle
from engine.migration.applying import Applied, Undone, apply, undo
from engine.migration.previews import Preview, SeenCase, look_further, page_of_cases, preview

from ..story import Story
from ..support import QINGHE, SUPERVISOR, World, person

DESIGNER = person(17, "Dee", office=QINGHE, roles="designer")
REASON = "The new form asks for less."


@dataclass
class Moving:
    """Cases that begin on one version and are moved to another."""

    world: World

    def begin(self, old: Bundle, **variables: object) -> Story:
        """Start a case on a version."""
        self.world.deploy(old)
        story = Story(self.world, self.world.start(old.key, **variables).id)
        return story.settle()

    def look(self, key: str = "t", size: int = 100) -> Preview:
        """Look at every case."""
        row = preview(self.world.runtime, DESIGNER, key)
        for _ in range(100):
            seen = look_further(self.world.runtime, DESIGNER, row.id, size)
            if seen.complete:
                return seen
        raise AssertionError("never complete")

    def cases(self, seen: Preview) -> list[SeenCase]:
        return page_of_cases(self.world.runtime, DESIGNER, seen.row.id)

    def case(self, seen: Preview) -> SeenCase:
        (found,) = self.cases(seen)
        return found

    def refusal(self, new: Bundle) -> tuple[str | None, str | None]:
        """Give why the one case cannot move to a version; (None, None) when it can."""
        self.world.deploy(new)
        found = self.case(self.look(new.key)).row
        return found.code, found.element_id

    def apply(self, seen: Preview, **more: bool) -> Applied:
        return apply(self.world.runtime, SUPERVISOR, seen.row.id, REASON, **more)

    def undo(self, seen: Preview) -> Undone:
        return undo(self.world.runtime, SUPERVISOR, seen.row.id, "It was a mistake.")

    def move(self, story: Story, new: Bundle) -> Preview:
        """Deploy a version, move the one case to it, and check everything that must hold."""
        self.world.deploy(new)
        seen = self.look(new.key)
        found = self.case(seen)
        assert (found.row.code, found.row.element_id) == (None, None)
        assert self.apply(seen) == Applied(1, 0, left=False)
        story.check()
        return seen


@pytest.fixture
def moving(world: World) -> Moving:
    return Moving(world)
