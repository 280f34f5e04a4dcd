"""Random diagrams are run as a second, independent reading of the standard runs them.

The engine runs each in three ways: the object that began goes on, it is written down and read again before
every step, and it goes on as the cache of live cases keeps it.
"""

from __future__ import annotations

import random

from hypothesis import HealthCheck, assume, given, note, settings
from hypothesis import strategies as st

from engine import codec, spiff
from engine.definitions import Definition, compile_bundle
from engine.spiff.events import ClockEvent

from ..bundles import GROUPS
from ..test_codec import ENVIRONMENT
from .drawings import Block, blocks, draw
from .reference import Reference, TooManyPositions

STEPS = 14
ITEMS = [1, 2]
Act = tuple[str, int, str]
"""What is done: `task`, `clock` or `message`, the number of the token, and the element."""


def begin(definition: Definition) -> spiff.Workflow:
    engine = spiff.ScriptEngine(ENVIRONMENT, definition.names, definition.decisions)
    return spiff.start(definition.specs, engine, {"name": "x", "items": ITEMS, "ok": True, "a": "x"})


def read_again(workflow: spiff.Workflow, definition: Definition) -> spiff.Workflow:
    engine = spiff.ScriptEngine(ENVIRONMENT, definition.names, definition.decisions)
    return codec.load(codec.dump(workflow, {}), definition.specs, engine)[0]


def kept(workflow: spiff.Workflow) -> spiff.Workflow:
    codec.dump(workflow, {}, goes_on=True)
    return workflow


def rests(workflow: spiff.Workflow) -> list[tuple[int, str, str]]:
    return [(number, one.element_id, one.kind) for number, one in spiff.resting(workflow).items()]


def acts(workflow: spiff.Workflow) -> list[Act]:
    """Give what can be done next."""
    found: list[Act] = []
    for number, one in spiff.resting(workflow).items():
        if one.kind == "user_task":
            found.append(("task", number, one.element_id))
        for event in one.waits:
            kind = "clock" if isinstance(event, ClockEvent) else "message"
            found.append((kind, number, event.element_id))
    return found


def do(workflow: spiff.Workflow, act: Act, *, ok: bool) -> None:
    what, number, element = act
    if what == "task":
        spiff.complete(workflow, number, {"ok": ok})
    elif what == "clock":
        assert spiff.fire(workflow, number, element)
    else:
        assert spiff.deliver_message(workflow, "knock", {}, numbers={number})


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(blocks, st.randoms(use_true_random=False))
def test_it_rests_where_the_standard_says(block: Block, dice: random.Random) -> None:
    service = draw(block)
    definition, problems = compile_bundle(service, GROUPS, accepted=True)
    assert definition is not None, problems
    reference = Reference(service.files["t.bpmn"], len(ITEMS))
    plain, read, live = (begin(definition) for _ in range(3))
    positions = reference.begin()

    for _ in range(STEPS):
        assert not plain.stuck
        assert rests(plain) == rests(read) == rests(live)
        possible = acts(plain)
        seen = tuple(
            sorted(element for what, _number, element in possible if (what == "task") is people)
            for people in (True, False)
        )
        positions = {one for one in positions if (reference.seen(one), one.done) == (seen, plain.completed)}
        assert positions, seen
        if not possible:  # it has ended, or a join waits for a branch that an event has stopped
            break
        act, ok = dice.choice(possible), dice.random() < 0.4
        note(f"{act} {ok}")
        read, live = read_again(read, definition), kept(live)
        for workflow in (plain, read, live):
            do(workflow, act, ok=ok)
        try:
            after = reference.complete if act[0] == "task" else reference.strike
            positions = after(positions, act[2])
        except TooManyPositions:
            assume(False)
