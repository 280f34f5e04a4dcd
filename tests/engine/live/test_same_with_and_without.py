"""What a step does to a case that was kept as an object is, byte for byte, what it does to one that was read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from engine import codec, instances, messages, outcome, user_tasks
from engine.definitions import compile_bundle, read_folder, read_groups
from engine.errors import EngineError
from engine.history import make_link
from engine.ids import IdSource
from engine.live import LiveCases
from engine.runtime import open_runtime
from engine.scenarios import run_service, runner
from engine.scheduler import tick
from engine.state import sealing_place
from engine.store.cases import CaseStore

from ..execution.drawings import Block, blocks, draw
from ..execution.test_forgetting import TOLD, without_stories_but
from ..stories import PROCESSES
from ..support import ALICE, CLERK, SUPERVISOR, World, make_world

BEGUN = {"ok": True, "a": "x", "items": ["p", "q", "r"], "done": 0}
ALWAYS, NEVER, SOMETIMES = "always", "never", "sometimes"


class Side:
    """An installation that keeps cases always, never, or only in some steps, as if there were other processes."""

    def __init__(self, world: World, when: str) -> None:
        self.world, self.when = world, when
        self.live = LiveCases(50)
        self.store = CaseStore(world.runtime.database, 1)
        self.case_id = 0
        world.runtime.ids = IdSource(0, lambda: 1_800_000_000_000)  # the same ids everywhere
        world.clock.move(microseconds=123_456)

    def turn(self, *, here: bool) -> None:
        """Say whether the next step happens in the process that keeps cases, where only some do."""
        kept = self.when == ALWAYS or (self.when == SOMETIMES and here)
        self.world.runtime.live = self.live if kept else None

    def act(self, choice: int, *, ok: bool) -> str:
        """Do one of the things that can be done; gives what became of it."""
        runtime = self.world.runtime
        tasks = [row for row in self.store.user_tasks(self.case_id) if row.state == "open"]
        kind, which = divmod(choice, 8)
        try:
            if kind == 3:
                messages.correlate(runtime, "knock", self.case_id, CLERK, {"a": "knocked"})
            elif kind == 4 and which == 0:
                instances.cancel(runtime, self.case_id, SUPERVISOR, "The end of the game")
            elif kind == 4:
                self.world.clock.move(days=1, hours=1)
                while tick(runtime, budget_s=60):
                    pass
            elif tasks:
                task = tasks[which % len(tasks)].id
                user_tasks.claim(runtime, task, ALICE)
                user_tasks.complete(runtime, task, ALICE, {"ok": ok, "a": f"by {which}"})
        except EngineError as exc:
            return exc.code
        return ""

    def stored(self) -> dict[str, Any]:
        """Give everything that is stored of the case, opened where it is sealed anew each time."""
        row = self.store.instance(self.case_id)
        assert row is not None
        whole = self.store.whole(self.case_id)
        history = self.store.history(self.case_id)
        return {
            "case": (
                row.state,
                row.outcome,
                row.row_version,
                row.history_seq,
                row.history_head,
                row.ended_at,
            ),
            "state": self.world.runtime.sealer.open(row.sealed_state, sealing_place(row.id)),
            "history": [(link.event, link.at, link.payload_digest, link.hash) for link in history],
            "tasks": self.store.user_tasks(self.case_id),
            "jobs": sorted(whole.jobs),
            "deadlines": self.store.deadlines(self.case_id),
            "incidents": self.store.incidents(self.case_id),
        }


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Side]]:
    folder: Path = tmp_path_factory.mktemp("sides")
    found = [Side(make_world(folder, f"{when}.db"), when) for when in (NEVER, ALWAYS, SOMETIMES)]
    yield found
    for side in found:
        side.world.runtime.database.close()


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(blocks, st.lists(st.tuples(st.integers(0, 39), st.booleans(), st.booleans()), max_size=15))
def test_random_services_go_the_same_way(
    sides: list[Side], block: Block, choices: list[tuple[int, bool, bool]]
) -> None:
    service = draw(block)
    hits = [side.live.hits for side in sides]
    for side in sides:
        side.turn(here=True)
        side.world.deploy_unjudged(service)  # some of them wait for ever, and that alike
        side.case_id = side.world.start(**BEGUN).id
    for choice, ok, here in choices:
        for side in sides:
            side.turn(here=here)
        said = [side.act(choice, ok=ok) for side in sides]

        assert said[1:] == said[:1] * 2
        never, always, sometimes = [side.stored() for side in sides]
        assert always == never
        assert sometimes == never
        if never["case"][0] != "active":
            event("ended")
            break
    assert sides[0].live.hits == hits[0]
    event(f"{(sides[1].live.hits - hits[1]) // 10 * 10} steps or more on kept cases")


def written_by(service: str, *, kept: bool) -> tuple[list[Any], int]:
    """Run every story of a service; gives each link of the histories and each state, and how many cases were kept."""
    written: list[Any] = []
    live: list[LiveCases] = []

    def linked(*given: Any) -> Any:
        link = make_link(*given)
        written.append((link.event, link.payload_digest, link.hash))
        return link

    def dumped(*given: Any, **how: Any) -> bytes:
        content = dump(*given, **how)
        written.append(content)
        return content

    def opened(*given: Any, **how: Any) -> Any:
        runtime = open_runtime(*given, **{**how, "ids": IdSource(0, lambda: 1_800_000_000_000)})
        if kept:
            live.append(LiveCases(100))
            runtime.live = live[-1]
        return runtime

    dump = codec.dump
    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(outcome, "make_link", linked))
        stack.enter_context(mock.patch.object(codec, "dump", dumped))
        stack.enter_context(mock.patch.object(runner, "open_runtime", opened))
        groups = read_groups((PROCESSES / "groups.yaml").read_bytes())
        bundle = without_stories_but(TOLD, read_folder(PROCESSES / service))
        definition, problems = compile_bundle(bundle, groups)
        assert definition is not None, problems
        results, _ = run_service(bundle, definition, groups)
    assert [problem for result in results for problem in result.problems] == []
    return written, sum(one.hits for one in live)


def test_the_stories_of_a_service_write_the_same() -> None:
    """With clocks, pauses, letters, calls, signatures and a moved clock."""
    read, none_kept = written_by("care_bed_referral", kept=False)

    live, hits = written_by("care_bed_referral", kept=True)

    assert live == read
    assert none_kept == 0
    assert hits > 100
