"""The application as the pages of incidents have it, with an operator."""

from __future__ import annotations

import pytest

from tests.engine.support import DISTRICT, World, employ, person
from tests.webui.incidents.conftest import Browser, browse, words, world

__all__ = ["OPERATOR", "Browser", "browse", "operator_browser", "words", "world"]

OPERATOR = person(21, "Olga", office=DISTRICT, roles="operator")


@pytest.fixture
def operator_browser(world: World, browse) -> Browser:  # type: ignore[no-untyped-def]  # a fixture of another room
    """Give a browser in which the operator is signed in."""
    employ(world, OPERATOR)
    found: Browser = browse(OPERATOR)
    return found
