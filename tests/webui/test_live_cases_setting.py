"""`LINBANG_LIVE_CASES`: how many cases a process keeps as objects between their steps."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import InvalidInput
from tests.databases.pool import database_url
from webui.settings import Settings
from webui.wiring import open_installation


def settings(folder: Path, **given: str) -> Settings:
    where = {"LINBANG_DATA_DIR": str(folder), "LINBANG_DATABASE_URL": database_url(folder / "linbang.db")}
    return Settings.from_environment({**where, **given})


def test_it_keeps_no_case_unless_it_is_told_to(tmp_path: Path) -> None:
    with open_installation(settings(tmp_path)) as found:
        assert found.runtime.live is None


def test_it_keeps_as_many_cases_as_it_is_told(tmp_path: Path) -> None:
    with open_installation(settings(tmp_path, LINBANG_LIVE_CASES="500")) as found:
        assert found.runtime.live is not None
        assert len(found.runtime.live) == 0


@pytest.mark.parametrize("text", ["many", "-1", "1.5", "100001", ""])
def test_it_refuses_what_is_no_such_number(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidInput, match="LINBANG_LIVE_CASES"):
        settings(tmp_path, LINBANG_LIVE_CASES=text)
