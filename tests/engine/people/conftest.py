from __future__ import annotations

import pytest

from tests.engine.support import World, employ

from .staff import CAST


@pytest.fixture
def staffed(world: World) -> World:
    """An installation in which everybody of the cast has a row."""
    employ(world, *CAST)
    return world
