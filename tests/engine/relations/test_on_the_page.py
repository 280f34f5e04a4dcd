"""The case page lists the cases that a case has to do with; of another office's it shows the number alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.instances import Started, StartRequest, start
from engine.people import SYSTEM
from engine.ports import Call
from tests.engine.bundles import FOUR_TASKS, bundle
from tests.engine.support import CLERK, DORA, QINGHE, SHIQIAO

from .pages import case_page, visitor

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from connectors.cases import Cases
    from tests.engine.support import World


@pytest.fixture
def visit(world: World, tmp_path: Path) -> FlaskClient:
    return visitor(world, tmp_path, CLERK, DORA)


@pytest.fixture
def parent(world: World, cases: Cases) -> Started:
    """A case at Qinghe that opened one at Shiqiao and told another one there something."""
    world.deploy(bundle(FOUR_TASKS))
    started = start(world.runtime, SYSTEM, StartRequest("t", QINGHE, {"name": "Wang"}))
    told = start(world.runtime, SYSTEM, StartRequest("child", SHIQIAO, {"name": "Sun", "item": "card"}))
    wanted = {
        "service": "child",
        "variables": {"name": "Li Mei"},
        "reason": "moved house",
        "office": "990101002",
    }
    cases.call(Call("open", wanted, f"{started.id}-1", 10.0, started.id))
    content = {"case_number": told.business_key, "message": "note", "content": {"topic": "card"}}
    cases.call(Call("tell", content, f"{started.id}-2", 10.0, started.id))
    return started


def test_it_links_to_those_that_the_person_may_see(visit: FlaskClient, world: World, parent: Started) -> None:
    page = case_page(visit, DORA, parent.id)

    for row in world.runtime.relations.of_case(parent.id):
        assert f'href="/cases/{row.id}"' in page
        assert row.business_key in page
    assert "Li Mei" in page
    assert "Opened another case: C-2026-000002" in page
    assert "moved house" in page


def test_it_shows_the_number_alone_of_a_case_of_another_office(
    visit: FlaskClient, world: World, parent: Started
) -> None:
    page = case_page(visit, CLERK, parent.id)

    for row in world.runtime.relations.of_case(parent.id):
        assert row.business_key in page
        assert f'href="/cases/{row.id}"' not in page
    assert "Li Mei" not in page
    assert "at another office" in page


def test_the_other_side_says_where_it_comes_from(visit: FlaskClient, world: World, parent: Started) -> None:
    rows = {row.kind: row.id for row in world.runtime.relations.of_case(parent.id)}

    opened = case_page(visit, DORA, rows["opened"])
    assert "Opened by case T-2026-000001" in opened
    assert "This case was opened from" in opened
    assert f'href="/cases/{parent.id}"' in opened
    assert "Told this case something" in case_page(visit, DORA, rows["told"])


def test_a_case_without_relations_has_no_such_panel(visit: FlaskClient, world: World, cases: Cases) -> None:
    world.deploy(bundle(FOUR_TASKS))
    lonely = start(world.runtime, SYSTEM, StartRequest("t", QINGHE, {"name": "Wang"}))

    assert "Related cases" not in case_page(visit, CLERK, lonely.id)
