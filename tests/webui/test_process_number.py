"""Each process of an installation gives ids under a number of its own, which it leases."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select, text

from engine.store.schema import node
from webui.settings import Settings
from webui.wiring import Installation, open_installation


def settings(folder: Path) -> Settings:
    return Settings.from_environment({"LINBANG_DATA_DIR": str(folder)})


def numbers(found: Installation) -> list[int]:
    with found.runtime.database.reading() as connection:
        return sorted(connection.execute(select(node.c.number)).scalars())


def of_process(number: int) -> int:
    """Give the part of an id that names its process."""
    return number >> 12 & 0x3FF


def test_a_process_that_lost_its_number_goes_on_under_another(tmp_path: Path) -> None:
    """Given one that the database heard nothing of for too long, and another that came meanwhile."""
    with open_installation(settings(tmp_path)) as first:
        with first.runtime.database.writing() as connection:
            connection.execute(text("UPDATE node SET until = 0"))
        with open_installation(settings(tmp_path)) as second:
            assert second.number == first.number

            first.renew()

            assert first.number != second.number
            assert numbers(second) == sorted([first.number, second.number])
            assert of_process(first.runtime.ids.next()) == first.number
        assert numbers(first) == [first.number]


def test_a_number_that_is_still_its_own_stays(tmp_path: Path) -> None:
    with open_installation(settings(tmp_path)) as found:
        before = found.number

        found.renew()

        assert found.number == before
        assert of_process(found.runtime.ids.next()) == before
