from __future__ import annotations

import pytest

from tests.engine.support import World

from .staff import CAST, employ


@pytest.fixture
def staffed(world: World) -> World:
    """An installation in which everybody of the cast has a row."""
    employ(world, *CAST)
    return world
