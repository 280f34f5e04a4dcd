"""What the tests of the analysis share: a table and what is said about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from engine.decisions.analysis import Analysis, analyse
from tests.engine.decisions.conftest import decision, model, table

if TYPE_CHECKING:
    from collections.abc import Callable


def analysis(rules: list[list[str]], before: str = "", **parts: Any) -> Analysis:
    """Give what is said about a table. before: further elements of its file."""
    made = model(before + decision("size", table(rules, **parts)))
    return next(found for name, _, found in analyse(made) if name == "size")


@pytest.fixture
def codes() -> Callable[..., list[str]]:
    def found(rules: list[list[str]], **parts: Any) -> list[str]:
        return [finding.code for finding in analysis(rules, **parts).findings]

    return found
