"""Moves of cases to another version for programs, with the rights of the token's person."""

from __future__ import annotations

from tests.engine.story import Story
from tests.engine.support import ALICE, SUPERVISOR, World
from tests.webui.api.conftest import DESIGNER, app, machine, world

from .conftest import REASON, version

__all__ = ["app", "machine", "world"]
ALL = "/process-definitions/t/migrations"


def behind(world: World) -> Story:
    world.deploy(version("ask", "check"))
    story = Story(world, world.start().id).settle()
    world.deploy(version("ask", "look", "check", limit="5 D"))
    return story


def test_it_looks_moves_and_moves_back(world, machine) -> None:
    story = behind(world)
    designer, supervisor = machine(DESIGNER), machine(SUPERVISOR)
    begun = designer.post(ALL, {}, 201).json
    one = f"{ALL}/{begun['id']}"

    assert designer.post(f"{one}/look").json["counts"]["movable"] == 1
    (case,) = designer.get(f"{one}/cases").json["items"]
    assert case["process_instance_id"] == str(story.case_id)
    assert [clock["new_limit"] for clock in case["clocks"]] == ["5 D"]
    moved = supervisor.post(f"{one}/apply", {"reason": REASON}).json
    assert moved == {"moved": 1, "looked_again": 0, "more": False}
    assert designer.get(one).json["counts"]["moved"] == 1
    undone = supervisor.post(f"{one}/undo", {"reason": REASON}).json
    assert undone == {"moved_back": 1, "kept": [], "after": None}
    assert [item["id"] for item in designer.get(ALL).json["items"]] == [begun["id"]]


def test_rights_and_unknown_things_are_told(world, machine) -> None:
    behind(world)
    begun = machine(DESIGNER).post(ALL, {}, 201).json

    machine(ALICE).post(ALL, {}, 403)
    machine(DESIGNER).post(f"{ALL}/{begun['id']}/apply", {"reason": REASON}, 403)
    machine(SUPERVISOR).post(f"{ALL}/{begun['id']}/apply", {"reason": REASON}, 409)
    machine(SUPERVISOR).post("/process-definitions/other/migrations", {}, 404)
    machine(SUPERVISOR).get(f"/process-definitions/other/migrations/{begun['id']}", 404)
    machine(SUPERVISOR).post(ALL, {"source": 2}, 422)
