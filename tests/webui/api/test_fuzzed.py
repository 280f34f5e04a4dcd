"""The whole interface under random requests, made from its own documentation and from ids that there are.

Whatever is sent: no fault of ours, no answer that is not documented, nothing accepted that the
documentation forbids, and nothing told of another office.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from schemathesis.engine import events, from_schema

from engine import subscriptions, tokens, user_tasks
from engine.scheduler import tick
from engine.store import schema as s
from engine.telling import EVENTS
from tests.engine.bundles import bundle, script, start_and_end, user_task
from tests.engine.support import ALICE, BOB, DISTRICT, QINGHE, STRANGER, person

from .conftest import API, OPERATOR, NothingOutside, add_person

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from engine.people import Actor
    from tests.engine.support import World

EXAMPLES = int(os.environ.get("LINBANG_FUZZ_EXAMPLES", "6"))
"""So many random requests for each operation; more for a longer look."""
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
)
FEWEST_GOOD = 10
"""So many operations at least are done well by chance, too, and not refused alone."""
ROLES = "supervisor operator designer caseworker"
GROUPS = (("clerk", QINGHE), ("reviewer", QINGHE))
SUPERVISOR = person(31, "Sofia", office=DISTRICT, roles=ROLES)
STUCK = bundle(
    script("compute", "[1]") + start_and_end("compute", "ask") + user_task("ask"),
    key="stuck",
    process='linbang:caseNumber="STUCK" linbang:title="name" linbang:startGroups="clerk"',
)


@dataclass(frozen=True)
class Known:
    """Ids that there are, by the name under which an operation asks for one, and what lists them."""

    ids: dict[str, list[str]]

    @property
    def told(self) -> set[str]:
        """Give everything by which a case of the first office could be known."""
        return {one for values in self.ids.values() for one in values if len(one) > 3}


@pytest.fixture
def known(two_steps: World) -> Known:
    """Give what an installation holds with cases in several states, told to a machine, one of them late."""
    world = two_steps
    add_person(world, SUPERVISOR, *GROUPS)
    runtime = world.runtime
    runtime.hooks = NothingOutside()
    made = subscriptions.subscribe(runtime, OPERATOR, "https://machine.example/linbang", EVENTS)
    for _ in range(12):
        world.start()
    first, second, third, *_rest = world.inbox(ALICE)
    user_tasks.claim(runtime, first.user_task_id, ALICE)
    user_tasks.complete(runtime, first.user_task_id, ALICE, {"n": 7})
    user_tasks.claim(runtime, second.user_task_id, ALICE)
    user_tasks.claim(runtime, third.user_task_id, BOB)
    world.deploy(STUCK)
    world.start("stuck")
    world.clock.move(days=10)
    tick(runtime)
    told = subscriptions.told(runtime, made.row.id, OPERATOR)
    cases = [str(one.process_instance_id) for one in told]
    tasks = [str(row.user_task_id) for row in world.inbox(ALICE)]
    ids = {
        "process_instance_id": sorted(set(cases)),
        "user_task_id": sorted(tasks),
        "incident_id": [str(row.id) for row in runtime.incidents.open([QINGHE])],
        "subscription_id": [str(made.row.id)],
        "delivery_id": [str(one.id) for one in told[:5]],
        "business_key": sorted({one.business_key for one in told}),
    }
    assert all(ids.values())
    return Known(ids)


def test_it_answers_every_request_as_it_is_documented(two_steps: World, known: Known, app: Flask) -> None:
    failures, good = [], set()
    for scenario in _fuzz(two_steps, app, SUPERVISOR, known):
        for interaction in scenario.recorder.interactions.values():
            method, answer = interaction.request.method, interaction.response
            if (
                answer is not None
                and answer.status_code < 300
                and f"{scenario.label} ".startswith(f"{method} ")
            ):
                good.add(scenario.label)
        failures += [
            f"{scenario.label}: {check.failure_info.failure.title}\n{check.failure_info.failure.message}\n"
            f"{check.failure_info.code_sample}"
            for checks in scenario.recorder.checks.values()
            for check in checks
            if check.failure_info is not None
        ]

    assert "\n\n".join(failures) == ""
    assert len(good) >= FEWEST_GOOD


def test_it_tells_a_stranger_nothing_of_another_office(two_steps: World, known: Known, app: Flask) -> None:
    two_steps.runtime.people.update_person(STRANGER.person_id, roles=ROLES)
    before = _counts(two_steps)

    answers, told = 0, []
    for scenario in _fuzz(two_steps, app, STRANGER, known):
        for interaction in scenario.recorder.interactions.values():
            if interaction.response is None:
                continue
            answers += 1
            asked = f"{interaction.request.uri} {interaction.request.body}"
            body = interaction.response.content.decode("utf-8", "replace")
            told += [(scenario.label, one) for one in known.told if one in body and one not in asked]

    assert told == []
    assert answers > 500
    assert _counts(two_steps) == before


def _fuzz(world: World, app: Flask, actor: Actor, known: Known) -> Iterator[Any]:
    """Give what was tried and what came of it, operation by operation."""
    assert actor.person_id is not None
    token = tokens.create(world.runtime, actor.person_id, "fuzz", None)
    config = schemathesis.Config.from_dict(
        {
            "seed": 20260302,
            "headers": {"Authorization": f"Bearer {token}"},
            "generation": {"max-examples": EXAMPLES, "deterministic": True, "database": "none"},
            "checks": {"enabled": False, **{name: {"enabled": True} for name in CHECKS}},
        }
    )
    schema = schemathesis.openapi.from_wsgi(f"{API}/openapi.json", app, config=config)
    _weave(schema, known)
    for event in from_schema(schema).execute():
        assert not isinstance(event, events.FatalError | events.NonFatalError), event
        if isinstance(event, events.ScenarioFinished):
            yield event


def _weave(schema: Any, known: Known) -> None:
    """Put ids that there are in the place of most that are made up; what is malformed stays so."""
    turn = iter(range(10**9))

    def real(name: str, value: Any) -> Any:
        number = next(turn)
        there = known.ids.get(name)
        fits = isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 19
        return there[number % len(there)] if there and fits and number % 4 else value

    @schema.hook
    def map_path_parameters(_context: Any, path_parameters: Any) -> Any:
        return {name: real(name, value) for name, value in (path_parameters or {}).items()}

    @schema.hook
    def map_body(_context: Any, body: Any) -> Any:
        if not isinstance(body, dict):
            return body
        woven = {name: real(name, value) for name, value in body.items()}
        for name, there in (("service_key", "t"), ("message_name", "withdrawal")):
            value = woven.get(name)
            if isinstance(value, str) and 1 <= len(value) <= 100 and next(turn) % 2:
                woven[name] = there
        return woven


def _counts(world: World) -> list[int]:
    """Count what only work on a case of the first office could change."""
    from sqlalchemy import func, select

    with world.runtime.database.reading() as connection:
        return [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (s.history, s.event_delivery, s.user_task, s.incident)
        ]
