"""Versions of services for programs: a designer's tools check and deploy a zip."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from engine.definitions import Bundle
from tests.engine.bundles import bundle, start_and_end, user_task
from tests.engine.support import ALICE, World

from .conftest import API, DESIGNER, TWO_STEPS, Machine

Machines = Callable[..., Machine]
SOUND = bundle(start_and_end("look") + user_task("look"), key="visit", process=(
    'linbang:caseNumber="V" linbang:title="name" linbang:startGroups="clerk"'))  # fmt: skip
BROKEN = bundle(start_and_end("look") + user_task("look", group="nobody", form="none"), key="visit")
PATH = "/process-definitions"


def upload(machine: Machine, found: Bundle | bytes, query: str, status: int, *, form: bool = False) -> Any:
    content = found if isinstance(found, bytes) else found.to_zip()
    given: dict[str, Any] = {"data": content, "content_type": "application/zip"}
    if form:
        given = {"data": {"bundle": (io.BytesIO(content), "visit.zip")}}
    headers = {"Authorization": f"Bearer {machine.token}"}
    answer = machine.client.post(f"{API}{PATH}?{query}", headers=headers, **given)
    assert answer.status_code == status, answer.text
    return answer.json


def test_a_designer_checks_and_deploys(world: World, machine: Machines) -> None:
    dan = machine(DESIGNER)

    checked = upload(dan, SOUND, "check=true", 200)
    assert (checked["deployed"], checked["process_definition"]) == (False, None)
    assert dan.get(PATH).json["items"] == []

    deployed = upload(dan, SOUND, "note=first+version", 201, form=True)["process_definition"]
    assert (deployed["key"], deployed["version"], deployed["newest"]) == ("visit", 1, True)
    assert dan.get(f"{PATH}/{deployed['id']}").json == deployed
    assert upload(dan, SOUND, "note=the+same+again", 200)["deployed"] is False


def test_everything_that_is_wrong_is_told_at_once(world: World, machine: Machines) -> None:
    problem = upload(machine(DESIGNER), BROKEN, "note=first+version", 422)

    assert problem["code"] == "bundle_has_errors"
    wrong = [error for error in problem["errors"] if error["severity"] == "error"]
    assert {error["code"] for error in wrong} >= {"form_unknown", "group_unknown"}
    assert {(error["field"], error["element"]) for error in wrong} >= {("visit.bpmn", "look")}
    assert upload(machine(DESIGNER), BROKEN, "check=true", 422)["errors"] == problem["errors"]


def test_what_is_no_zip_is_refused(world: World, machine: Machines) -> None:
    dan = machine(DESIGNER)

    assert upload(dan, b"PK", "check=true", 422)["code"] == "not_a_zip"
    assert dan.post(PATH, {}, 415).json["code"] == "http_415"
    assert upload(dan, SOUND, "", 422)["code"] == "note_missing"


def test_nobody_else_deploys_but_everybody_looks(two_steps: World, machine: Machines) -> None:
    alice = machine(ALICE)

    assert upload(alice, SOUND, "note=first+version", 403)["code"] == "not_a_designer"
    assert [one["key"] for one in alice.get(PATH).json["items"]] == ["t"]


def test_versions_of_a_service_come_newest_first(two_steps: World, machine: Machines) -> None:
    changed = Bundle("t", {**TWO_STEPS.files, "README.md": b"changed"})
    upload(machine(DESIGNER), changed, "note=a+word+more", 201)
    alice = machine(ALICE)

    versions = alice.get(f"{PATH}?key=t").json["items"]
    page = alice.get(f"{PATH}?key=t&limit=1").json

    assert [(one["version"], one["newest"]) for one in versions] == [(2, True), (1, False)]
    assert alice.get(page["next"]).json["items"] == versions[1:]
    alice.get(f"{PATH}/1", 404)
