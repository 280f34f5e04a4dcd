from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from connectors.sandbox import sandbox_server
from connectors.sandbox.app import Sandbox
from connectors.sandbox.faults import Fault
from engine import scheduler, user_tasks
from engine.errors import InvalidState, NotAllowed
from engine.people import read_actor
from engine.store import schema
from engine.store.cases import every_case
from webui.clock import MovableClock
from webui.wiring import Installation, open_installation

from .chronicle import Chronicle
from .clients import Caseworker, Diary
from .district import FIRED_AT_MOST_ONCE, FIRED_ONCE, PEOPLE, settle_in
from .server import Server

if TYPE_CHECKING:
    from webui.settings import Settings

pytestmark = pytest.mark.crash

KILLS = 50
AT_WORK = 4
"""How many people at least are in the middle of a request when the server is killed."""
MOST_STEPS = 12
"""How many steps are acknowledged at most before the server is killed, give or take what is under way."""
LONGEST_LIFE_S = 5.0
DIES_EARLY = 0.1
"""How often the server is killed before it has started."""
FAULTS = [
    Fault("error", 0.2),
    Fault("doubled", 0.2),
    Fault("slow", 0.3, 150),
    Fault("late", 0.2, 150),
]


@pytest.fixture
def seed() -> int:
    """Choose the moments of the kills; `CRASH_SEED` repeats those of a run that failed."""
    chosen = int(os.environ.get("CRASH_SEED") or random.SystemRandom().randrange(1_000_000))
    print(f"CRASH_SEED={chosen}")
    return chosen


@pytest.fixture
def sandbox(seed: int) -> Sandbox:
    """Play the registry outside the killed process, so that it remembers what was done."""
    played = Sandbox()
    played.faults.replace(FAULTS, seed)
    return played


@pytest.fixture
def settings(tmp_path: Path, sandbox: Sandbox) -> Iterator[Settings]:
    with sandbox_server(sandbox) as served:
        yield settle_in(tmp_path, served.registry_url)


@pytest.fixture
def people(seed: int) -> Iterator[list[Caseworker]]:
    cast = [Caseworker(name, number, seed) for name, number in PEOPLE.items()]
    yield cast
    for person in cast:
        person.close()


def test_it_loses_nothing_and_does_nothing_twice_however_often_it_is_killed(
    settings: Settings, sandbox: Sandbox, people: list[Caseworker], seed: int
) -> None:
    """Given people at work and jobs due; when the server is killed 50 times; then every acknowledged step
    is there, every other is wholly there or absent, and in the end every clock and call came once.
    """
    dice = random.Random(seed)
    chronicle = Chronicle()
    for _ in range(KILLS):
        if dice.random() < DIES_EARLY:
            killed_while_starting(settings, dice)
            continue
        killed_at_work(settings, people, dice)
        with open_installation(settings) as found:
            assert chronicle.read(found) == []
            assert_as_written_down(chronicle, people)
            let_time_pass(found, dice)

    sandbox.faults.replace([], seed)
    with open_installation(settings) as found:
        finish_every_case(found)
        chronicle.forget()
        assert chronicle.read(found) == []
    say(chronicle, people)
    assert together(people).acknowledged - chronicle.happened == Counter()
    assert_everything_came_once(chronicle, sandbox)
    assert acknowledged(people) > KILLS


def killed_while_starting(settings: Settings, dice: random.Random) -> None:
    server = Server(settings)
    Event().wait(dice.uniform(0, 0.15))
    server.kill()


def killed_at_work(settings: Settings, people: list[Caseworker], dice: random.Random) -> None:
    server = Server(settings)
    address = server.address()
    threads = [Thread(target=person.work, args=(address,)) for person in people]
    for thread in threads:
        thread.start()
    try:
        wait_for_the_moment(people, dice)
    finally:
        server.kill()
        for thread in threads:
            thread.join()


def wait_for_the_moment(people: list[Caseworker], dice: random.Random) -> None:
    """Wait for some steps to be done, a moment more, and enough people in the middle of a request."""
    tick = Event()
    before, steps = acknowledged(people), dice.randint(0, MOST_STEPS)
    for _ in range(int(LONGEST_LIFE_S / 0.001)):
        if acknowledged(people) - before >= steps:
            break
        tick.wait(0.001)
    tick.wait(dice.uniform(0, 0.05))
    for _ in range(int(LONGEST_LIFE_S / 0.001)):
        if sum(person.waiting for person in people if person.signed_in) >= AT_WORK:
            return
        tick.wait(0.001)
    pytest.fail("Expected people in the middle of a request, but they had nothing to do")


def acknowledged(people: list[Caseworker]) -> int:
    return sum(person.diary.acknowledged.total() for person in people)


def let_time_pass(found: Installation, dice: random.Random) -> None:
    """Let hours pass while nothing runs, so that jobs are due at the next start, and leases run out."""
    clock = found.runtime.clock
    assert isinstance(clock, MovableClock)
    clock.move_to(clock.now() + timedelta(hours=dice.uniform(0, 4)))
    if dice.random() < 0.7:
        end_leases(found)


def end_leases(found: Installation) -> None:
    """Do as if the two minutes had passed for which the killed process had claimed its jobs."""
    with found.runtime.database.writing() as connection:
        connection.execute(
            update(schema.job).values(lease_until=0).where(schema.job.c.lease_until.isnot(None))
        )


def finish_every_case(found: Installation) -> None:
    """Do what is left to do, in one process that nobody kills."""
    runtime, clock = found.runtime, found.runtime.clock
    assert isinstance(clock, MovableClock)
    turns = cycle(PEOPLE.values())
    for _ in range(100):
        end_leases(found)
        while scheduler.tick(runtime, budget_s=60):
            pass
        active = [case for case in every_case(found.cases) if case.row.state == "active"]
        if not active:
            return
        for case in active:
            for task in case.open_tasks:
                do_as_somebody(found, task.id, task.assignee or next(turns))
        clock.move_to(clock.now() + timedelta(hours=1))
    pytest.fail("Expected every case to end, but some did not")


def do_as_somebody(found: Installation, task: int, person: int) -> None:
    """Claim and complete a task as a person, or leave it to somebody else."""
    actor = read_actor(found.runtime.people, person)
    assert actor is not None
    try:
        user_tasks.claim(found.runtime, task, actor)
        user_tasks.complete(found.runtime, task, actor, {"a": "in the end"})
    except (NotAllowed, InvalidState):
        return


def together(people: list[Caseworker]) -> Diary:
    whole = Diary()
    for person in people:
        whole.asked += person.diary.asked
        whole.acknowledged += person.diary.acknowledged
        whole.refused += person.diary.refused
        whole.unexpected += person.diary.unexpected
    return whole


def assert_as_written_down(chronicle: Chronicle, people: list[Caseworker]) -> None:
    """What was acknowledged has happened; what was refused has not; nothing has happened twice."""
    diary, happened = together(people), chronicle.happened
    happened = Counter({step: times for step, times in happened.items() if step in diary.asked})
    assert diary.unexpected == []
    assert diary.acknowledged - happened == Counter()
    assert happened - (diary.asked - diary.refused) == Counter()
    assert set(happened.values()) <= {1}


def assert_everything_came_once(chronicle: Chronicle, sandbox: Sandbox) -> None:
    asked = 0
    for links in chronicle.links.values():
        fired = Counter(link.element_id for link in links if link.event == "timer_fired")
        answers = sum(1 for link in links if link.event == "service_answered")
        followed = Counter(
            (event["type"], event.get("level", ""))
            for link in links
            for event in link.payload.get("events", ())
            if event["type"] in ("deadline_warned", "deadline_breached", "case_completed")
        )
        assert followed["case_completed", ""] == 1
        assert set(followed.values()) == {1}
        if any(link.event == "timer_fired" for link in links):
            assert fired.pop(FIRED_AT_MOST_ONCE, 1) == 1
            assert fired == Counter(FIRED_ONCE)
            assert answers == 1
            asked += 1
    effects = sandbox.effects.counted()
    assert len(effects) == asked, "Expected one idempotency key for each call, over all retries and kills"
    assert set(effects.values()) == {1}


def say(chronicle: Chronicle, people: list[Caseworker]) -> None:
    diary = together(people)
    in_doubt = diary.asked - diary.refused - diary.acknowledged
    kept = sum(1 for step in in_doubt if chronicle.happened[step])
    print(
        f"{KILLS} kills, {len(chronicle.links)} cases, {diary.acknowledged.total()} steps acknowledged, "
        f"{diary.refused.total()} refused, {in_doubt.total()} in doubt, of which {kept} had happened"
    )
