"""Pages without a browser around a case whose clocks may be extended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.engine.extending.conftest import ELSEWHERE, LEADER, sent, service
from tests.engine.story import Story, begin
from tests.engine.support import ALICE, BOB, CLERK, DORA, STRANGER, SUPERVISOR, World, employ, make_world
from tests.webui.incidents.conftest import Browser, browse, words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.engine.notices.services import Outbox

__all__ = ["Browser", "browse", "sent", "words"]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world(tmp_path)
    employ(made, CLERK, ALICE, BOB, STRANGER, DORA, SUPERVISOR, LEADER, ELSEWHERE)
    yield made
    made.runtime.database.close()


@pytest.fixture
def story(world: World, sent: dict[str, Outbox]) -> Story:
    return begin(world, service(), phone="19900000001")
