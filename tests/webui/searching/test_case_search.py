"""Searching for cases by the form of the list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine import instances
from engine.instances import StartRequest
from tests.engine.bundles import FOUR_TASKS, bundle
from tests.engine.support import ALICE, CLERK, QINGHE, STRANGER, World

Browse = Callable[..., Any]
IDENTITY = "99010119570412001X"
_PROCESS = (
    'linbang:caseNumber="T" linbang:title="name" linbang:startGroups="clerk" linbang:subject="identity"'
)


def opened(world: World) -> None:
    world.deploy(bundle(FOUR_TASKS, process=_PROCESS))
    for name, identity in (("欧阳建国", IDENTITY), ("王芳", "990101195704120011")):
        request = StartRequest("t", QINGHE, {"name": name, "identity": identity})
        instances.start(world.runtime, CLERK, request)


def titles(page: Any) -> list[str]:
    found: list[str] = page.xpath("//td[@data-label='Applicant']/text()")
    return found


def test_a_part_of_a_name_finds_its_case_and_stands_in_the_address(browse: Browse, world: World) -> None:
    opened(world)
    browser = browse(ALICE)

    answer = browser.client.post("/cases/", data={"q": "阳建", "state": "active"})

    assert "q=%E9%98%B3%E5%BB%BA" in answer.location
    assert titles(browser.get(answer.location)) == ["欧阳建国"]


def test_an_identity_number_finds_its_person_and_stands_in_no_address(browse: Browse, world: World) -> None:
    opened(world)
    browser = browse(ALICE)

    answer = browser.client.post("/cases/", data={"q": IDENTITY})

    assert IDENTITY not in answer.location
    page = browser.get(answer.location)
    assert titles(page) == ["欧阳建国"]
    assert IDENTITY not in page.text_content()
    assert titles(browse(STRANGER).get(answer.location)) == []


def test_a_made_up_key_finds_nothing(browse: Browse, world: World) -> None:
    opened(world)

    assert titles(browse(ALICE).get("/cases/?person=" + "0" * 32)) == []
    assert titles(browse(ALICE).get("/cases/?person=%27%20OR%201=1")) == []


def test_an_empty_search_shows_all(browse: Browse, world: World) -> None:
    opened(world)

    assert titles(browse(ALICE).post("/cases/", q="  ")) == ["王芳", "欧阳建国"]
