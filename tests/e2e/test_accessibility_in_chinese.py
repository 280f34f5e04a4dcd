"""Every page keeps the rules of WCAG A and AA in Chinese, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .desk import NARROW
from .every_page import problems

if TYPE_CHECKING:
    from pathlib import Path

    from .desk import Office
    from .running import Server


@pytest.fixture(scope="module")
def server(filled_server: Server) -> Server:
    """A server with a few cases in different states."""
    return filled_server


def test_it_breaks_no_rule_on_any_page(town: Office, rules: Path) -> None:
    """On a phone, in whose lines Chinese words break elsewhere; colours do not hang on the language."""
    assert problems(town, rules, "zh", ((NARROW, "light"),), colours=False) == {}
