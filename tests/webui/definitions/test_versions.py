"""All versions of all services: listed, drawn, compared, downloaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.store.definitions import MAX_COUNTED
from tests.engine.bundles import bundle, start_and_end, user_task
from tests.engine.support import CLERK, World

from .conftest import Designer, service, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.webui.incidents.conftest import Browser


def test_it_lists_services_with_their_newest_versions_and_running_cases(
    world: World, designer: Designer
) -> None:
    world.deploy(service())
    world.start()
    world.deploy(service("15 WD"))
    world.start()
    world.start()

    (row,) = designer.get("/definitions/").xpath("//tbody/tr")

    cells = [" ".join(cell.text_content().split()) for cell in row.xpath("td")]
    assert cells[1] == "22 versions"
    assert cells[4] == "21 on earlier versions"


def test_it_lists_every_version_with_its_cases(world: World, designer: Designer) -> None:
    world.deploy(service())
    world.start()
    world.deploy(service("15 WD"))

    rows = designer.get("/definitions/t").xpath("//tbody/tr")

    assert [row.xpath("td[1]/a/text()")[0] for row in rows] == ["Version 2", "Version 1"]
    assert [row.xpath("td[4]/text()")[0] for row in rows] == ["0", "1"]


def test_it_draws_the_diagrams_of_the_version_that_is_asked_for(world: World, designer: Designer) -> None:
    world.deploy(service())
    world.deploy(service("15 WD"))

    page = designer.get("/definitions/t?version=1")

    (address,) = page.xpath("//figure/@data-diagram")
    assert designer.client.get(address).data == service().files["t.bpmn"]


def test_it_says_what_a_version_changed(world: World, designer: Designer) -> None:
    world.deploy(service())
    world.deploy(service("15 WD"))
    world.deploy(service("15 WD", note__html=b"x"))

    assert "12 working days → 15 working days" in words(designer.get("/definitions/t/2/changes"))
    assert "12 working days → 15 working days" in words(designer.get("/definitions/t/3/changes?since=1"))
    assert "12 working days" not in words(designer.get("/definitions/t/3/changes"))
    assert "This is the first version" in words(designer.get("/definitions/t/1/changes"))


def test_it_marks_on_the_drawings_what_came_changed_and_went(world: World, designer: Designer) -> None:
    world.deploy(bundle(user_task("review") + user_task("sign") + start_and_end("review", "sign")))
    world.deploy(
        bundle(user_task("review", "district") + user_task("visit") + start_and_end("review", "visit"))
    )

    old, new = designer.get("/definitions/t/2/changes").xpath("//figure/@data-facts")

    assert '"removed": ["sign"' in old
    assert '"added": ["visit"' in new
    assert '"changed": ["review"' in old
    assert '"changed": ["review"' in new


def test_every_link_to_a_drawing_leads_to_one_that_is_there(world: World, designer: Designer) -> None:
    world.deploy(bundle(user_task("review") + user_task("sign") + start_and_end("review", "sign")))
    world.deploy(bundle(user_task("review", "district") + start_and_end("review")))

    page = designer.get("/definitions/t/2/changes")

    places = page.xpath("//a[@data-element]/@href")
    assert places
    assert all(page.get_element_by_id(place[1:]).tag == "figure" for place in places)


def test_everybody_of_the_staff_may_look(world: World, browse: Callable[..., Browser]) -> None:
    world.deploy(service())
    clerk = browse(CLERK)

    assert "Version 1" in words(clerk.get("/definitions/t"))
    assert clerk.get("/").xpath("//nav//a[@href='/definitions/']") == [], "but the way is shown to designers"


def test_nobody_else_may(world: World, browse: Callable[..., Browser]) -> None:
    world.deploy(service())
    stranger = browse(CLERK).client
    with stranger.session_transaction() as session:
        session.clear()

    for address in ("/definitions/", "/definitions/t", "/definitions/t/1.zip"):
        assert stranger.get(address).status_code == 302


def test_what_there_is_none_of_is_not_found(world: World, designer: Designer) -> None:
    world.deploy(service())

    for address in ("u", "t/2.zip", "t/7/changes", "t/1/diagrams/u.bpmn", "u/1.zip"):
        assert designer.client.get(f"/definitions/{address}").status_code == 404


def test_designers_find_the_way_in_both_languages(
    world: World, designer: Designer, browse: Callable[..., Browser]
) -> None:
    world.deploy(service())

    assert designer.get("/definitions/").xpath("//nav//a[@href='/definitions/']/text()") == ["Services"]
    page = designer.get("/definitions/?lang=zh")
    assert page.xpath("//nav//a[@href='/definitions/']/text()") == ["服务定义"]


@pytest.mark.only_sqlite(reason="asks SQLite's planner")
def test_running_cases_are_counted_through_an_index(world: World) -> None:
    """A full scan would read every case that there ever was."""
    world.deploy(service())
    world.start()
    (row,) = world.runtime.catalogue.versions("t")
    query = (
        "EXPLAIN QUERY PLAN SELECT count(*) FROM (SELECT 1 FROM process_instance WHERE tenant_id = 1 "
        f"AND definition_id = {row.id} AND state = 'active' LIMIT {MAX_COUNTED})"
    )
    with world.runtime.database.reading() as connection:
        plan = " ".join(str(step[-1]) for step in connection.exec_driver_sql(query))

    assert "USING COVERING INDEX process_instance_running" in plan
    assert world.runtime.catalogue.running([row.id]) == {row.id: 1}
