"""The application around a small installation whose supervisor changes the calendar."""

from __future__ import annotations

import pytest

from tests.engine.calendars.conftest import District
from tests.webui.incidents.conftest import browse, world  # noqa: F401 - fixtures


@pytest.fixture
def district(world):  # noqa: F811 - the fixture
    return District(world)
