from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connectors.cases import Cases
from engine.store.cases import CaseStore

from .services import CHILD

if TYPE_CHECKING:
    from tests.engine.support import World


@pytest.fixture
def cases(world: World) -> Cases:
    """The connector, known to the world's runtime, with the service whose cases are opened."""
    world.deploy(CHILD)
    made = Cases(world.runtime, CaseStore(world.runtime.database, 1))
    world.runtime.connectors = {"cases": made}
    return made
