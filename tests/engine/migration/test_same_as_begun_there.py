"""Whatever the diagram and the edit: a moved case goes on as one that began on the new version, or it is refused.

The other case is begun on the new version and led to the same open tasks by the same answers; tasks that the
new version adds before them are done there without an answer.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from engine import user_tasks

from ..story import Story
from ..support import World, make_world, person
from .conftest import Moving
from .drawings import Drawing, edited, random_drawing

MAX_STEPS = 60


def do(story: Story, element_id: str, answer: str | None) -> None:
    """Claim and complete a task; without an answer where its form asks for none."""
    row = next(row for row in story.tasks() if row.element_id == element_id)
    actor = person(50, "Anybody", row.candidate_group, office=row.office_id)
    user_tasks.claim(story.world.runtime, row.id, actor)
    user_tasks.complete(story.world.runtime, row.id, actor, {} if answer is None else {"a": answer})


def asks(element_id: str) -> bool:
    return element_id.startswith("t")


def lead(story: Story, drawing: Drawing, done: list[str], goal: list[str]) -> tuple[bool, bool]:
    """Do in a fresh case what was done in the other.

    Says whether it came to the same open tasks, and whether by nothing but the same answers.
    """
    left = [(drawing.renamed.get(one, one), one) for one in done]
    extra = len([one for one in left if one[0] not in drawing.tasks]) > 0
    for _ in range(MAX_STEPS):
        opened = story.open
        if opened == goal and not [one for one in left if one[0] in opened]:
            break
        known = next((one for one in left if one[0] in opened), None)
        added = [one for one in opened if one not in goal and one not in [name for name, _old in left]]
        if known is not None and (known == left[0] or not added):
            do(story, *known)
            left.remove(known)
        elif added:
            extra = True
            do(story, added[0], None)
        else:
            break
    return story.open == goal, not extra and not left


def finish(story: Story, rnd: Random) -> list[Any]:
    """Complete the open tasks in some order to the end; gives what was open and passed on the way."""
    told: list[Any] = []
    for _ in range(MAX_STEPS):
        opened = story.open
        told.append(opened)
        if not opened:
            break
        chosen = opened[rnd.randrange(len(opened))]
        before = len(story.passed)
        do(story, chosen, chosen if asks(chosen) else None)
        told.append(sorted(story.passed[before:]))
    return [*told, story.outcome, story.variables.get("a")]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32))
def test_a_moved_case_goes_on_as_one_that_began_there(seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = make_world(Path(folder))
        try:
            check(world, Random(seed))
        finally:
            world.runtime.database.close()


def check(world: World, rnd: Random) -> str:
    old = random_drawing(rnd)
    new = edited(rnd, old)
    moving = Moving(world)
    story = moving.begin(old.bundle("t"))
    done: list[str] = []
    for _ in range(rnd.randint(0, 3)):
        if len(story.open) > (story.outcome != "active"):
            chosen = rnd.choice(story.open)
            do(story, chosen, chosen)
            done.append(chosen)
    if story.outcome != "active":
        event("ended before")
        return "ended"
    world.deploy(new.bundle("t"))
    if world.runtime.catalogue.versions("t")[0].version == 1:
        return "same"
    seen = moving.look()
    found = moving.case(seen).row
    if found.state == "refused":
        event(f"refused: {found.code}")
        return str(found.code)
    assert moving.apply(seen).done == 1
    story.check()
    fresh = Story(world, world.start().id).settle()
    same, exactly = lead(fresh, new, done, story.open)
    assert same, (old, new, done, story.open, fresh.open)
    event("moved")
    order = rnd.randrange(10**6)
    mine, other = finish(story, Random(order)), finish(fresh, Random(order))
    if not exactly:  # the answers before differ
        mine, other = mine[:-1], other[:-1]
    assert mine == other, (old, new, done)
    story.check()
    return "moved"
