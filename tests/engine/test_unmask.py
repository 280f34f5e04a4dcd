"""Masked data is shown whole only for a reason, and the history keeps who looked and why."""

from __future__ import annotations

import pytest

from engine import audit, cases, history
from engine.errors import InvalidInput, NotFound
from engine.store.cases import CaseStore

from .bundles import FOUR_TASKS, bundle, chain, node
from .support import ALICE, STRANGER, World


@pytest.fixture
def store(world: World) -> CaseStore:
    return CaseStore(world.runtime.database, world.runtime.tenant_id)


def last_link(world: World, store: CaseStore, case_id: int) -> history.Link:
    return history.open_link(world.runtime.sealer, case_id, store.history(case_id)[-1])


def test_it_writes_the_reason_into_the_history(world: World, store: CaseStore) -> None:
    world.deploy(bundle(FOUR_TASKS))
    case = world.start()

    cases.note_unmasking(world.runtime, store, case.id, ALICE, "  to call the applicant back ")

    link = last_link(world, store, case.id)
    assert (link.event, link.actor) == ("details_unmasked", ALICE.person_id)
    assert link.payload == {"reason": "to call the applicant back"}
    assert list(audit.verify(world.runtime, store)) == []


def test_it_is_possible_in_a_case_that_has_ended(world: World, store: CaseStore) -> None:
    world.deploy(bundle(node("startEvent", "begin") + node("endEvent", "done") + chain("begin", "done")))
    case = world.start()

    cases.note_unmasking(world.runtime, store, case.id, ALICE, "a complaint came in")

    row = store.instance(case.id)
    assert row is not None
    assert (row.state, row.outcome) == ("completed", "done")
    assert last_link(world, store, case.id).event == "details_unmasked"


@pytest.mark.parametrize("reason", ["", "   ", "why"])
def test_it_refuses_without_a_reason(world: World, store: CaseStore, reason: str) -> None:
    world.deploy(bundle(FOUR_TASKS))
    case = world.start()

    with pytest.raises(InvalidInput):
        cases.note_unmasking(world.runtime, store, case.id, ALICE, reason)
    assert last_link(world, store, case.id).event == "case_started"


def test_a_stranger_of_another_office_finds_no_case(world: World, store: CaseStore) -> None:
    world.deploy(bundle(FOUR_TASKS))
    case = world.start()

    with pytest.raises(NotFound):
        cases.note_unmasking(world.runtime, store, case.id, STRANGER, "only curious")
