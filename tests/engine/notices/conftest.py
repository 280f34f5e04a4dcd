from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .services import Outbox, outboxes

if TYPE_CHECKING:
    from tests.engine.support import World


@pytest.fixture
def sent(world: World) -> dict[str, Outbox]:
    """Short messages and e-mails that the world's cases send."""
    made = outboxes()
    world.runtime.connectors = dict(made)
    return made
