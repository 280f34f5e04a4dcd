"""An operator's hands for programs: data, tokens, many incidents; checked against the version, done once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.engine.bundles import bundle, node, script, start_and_end, trigger, user_task
from tests.engine.support import ALICE, World

from .conftest import OPERATOR

if TYPE_CHECKING:
    from collections.abc import Callable

LINE = bundle(
    user_task("first", form="n")
    + user_task("second")
    + user_task("third")
    + start_and_end("first", "second", "third")
)
STUCK = bundle(script("compute", "[1]") + user_task("after") + start_and_end("compute", "after"))
REASON = "Typed wrongly at the counter"


def started(world: World, service: Any = LINE, **variables: Any) -> str:
    world.deploy(service)
    return f"/process-instances/{world.start(**variables).id}"


def test_variables_are_edited_at_the_version_that_was_read(world: World, machine: Callable[..., Any]) -> None:
    olga, case = machine(OPERATOR), started(world, n=3)
    body = {"changes": {"n": 4}, "reason": REASON}
    tag = olga.get(case).headers["ETag"]

    assert olga.post(f"{case}/variables", body, If_Match=tag).headers["ETag"] != tag

    assert olga.post(f"{case}/variables", body, 412, If_Match=tag).json["code"] == "changed"
    assert olga.post(f"{case}/variables", body, 422).json["code"] == "nothing_changed"
    machine(ALICE).post(f"{case}/variables", body, 403)


def test_the_same_request_under_its_key_is_done_once(world: World, machine: Callable[..., Any]) -> None:
    olga, case = machine(OPERATOR), started(world, n=3)
    body = {"changes": {"n": 4}, "reason": REASON}
    tag = olga.get(case).headers["ETag"]

    first = olga.post(f"{case}/variables", body, If_Match=tag, Idempotency_Key="k-1")
    again = olga.post(f"{case}/variables", body, If_Match=tag, Idempotency_Key="k-1")

    assert first.headers["ETag"] == again.headers["ETag"]
    other = {"changes": {"n": 5}, "reason": REASON}
    assert olga.post(f"{case}/variables", other, 422, Idempotency_Key="k-1").json["code"] == "key_reused"


def test_a_token_is_shown_and_moved(world: World, machine: Callable[..., Any]) -> None:
    olga, case = machine(OPERATOR), started(world)
    (token,) = olga.get(f"{case}/tokens").json["items"]
    assert token["targets"] == ["done", "first", "second", "third"]
    body = {"number": token["number"], "to": "third", "reason": REASON}

    shown = olga.post(f"{case}/move", {**body, "preview": True}).json
    done = olga.post(f"{case}/move", body, Idempotency_Key="k-1").json
    again = olga.post(f"{case}/move", body, Idempotency_Key="k-1").json

    assert (
        shown == done == {"closes": ["first"], "passes": [], "opens": ["third"], "stuck": [], "ends": False}
    )
    assert again["opens"] == []
    assert [task["element_id"] for task in olga.get(case).json["user_tasks"]] == ["third"]
    assert olga.post(f"{case}/move", body, 409).json["code"] == "token_gone"


def test_many_incidents_are_seen_to_by_filter(world: World, machine: Callable[..., Any]) -> None:
    olga = machine(OPERATOR)
    started(world, STUCK)
    started(world, STUCK)
    body = {"act": "move", "to": "after", "reason": REASON, "where": {"code": "script_not_a_context"}}

    found = olga.post("/incidents/together", body).json["items"]

    assert [(one["done"], one["code"]) for one in found] == [(True, None)] * 2
    assert olga.get("/incidents").json["items"] == []
    assert olga.post("/incidents/together", {**body, "ids": ["1"]}, 422).json["code"] == "ids_or_where"


def test_an_incident_is_corrected_and_retried_once(world: World, machine: Callable[..., Any]) -> None:
    olga = machine(OPERATOR)
    started(
        world,
        bundle(
            script("check", "if income = null then [1] else {}")
            + user_task("after")
            + start_and_end("check", "after")
        ),
    )
    (incident,) = olga.get("/incidents?code=script_not_a_context").json["items"]
    address = f"/incidents/{incident['id']}"
    olga.post(f"{address}/retry", Idempotency_Key="k-1")
    body = {"changes": {"income": 4}, "reason": REASON}

    first = olga.post(f"{address}/correct", body, Idempotency_Key="k-2").json
    again = olga.post(f"{address}/correct", body, Idempotency_Key="k-2").json

    assert (first["state"], again["state"]) == ("resolved", "resolved")


def test_a_message_for_a_key_is_published_and_read(world: World, machine: Callable[..., Any]) -> None:
    free = '<bpmn:message id="message_free" name="free" />'
    wait = node("intermediateCatchEvent", "wait", trigger("message", "free"), 'linbang:correlation="bed"')
    olga, case = (
        machine(OPERATOR),
        started(world, bundle(wait + start_and_end("wait"), extra=free), bed="B-7"),
    )
    body = {"message_name": "free", "correlation_key": "B-7", "number": "p-1", "content": {"home": "Linxi"}}

    sent = olga.post("/messages/publish", body).json

    assert sent["state"] == "delivered"
    assert olga.get(f"/messages/{sent['id']}").json == olga.post("/messages/publish", body).json == sent
    assert olga.get(case).json["state"] == "completed"
    machine(ALICE).get(f"/messages/{sent['id']}", 404)
    machine(ALICE).post("/messages/publish", body, 403)
