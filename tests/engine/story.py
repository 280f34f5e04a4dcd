"""Drives one case by the public verbs alone, reopening it from the database before every step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from engine import audit, codec, history, instances, messages, spiff, user_tasks
from engine.definitions import Bundle
from engine.history import Link
from engine.people import Actor
from engine.runtime import open_runtime
from engine.scheduler import next_moment, tick
from engine.state import from_ms, sealing_place
from engine.store.cases import CaseStore
from engine.store.rows import IncidentRow, UserTaskRow

from .support import CLERK, SHANGHAI, World, person

MAX_MOMENTS = 1_000


@dataclass
class Story:
    """One case. Nothing of it stays in memory between two steps, not even the compiled diagrams."""

    world: World
    case_id: int = 0
    store: CaseStore = field(init=False)

    def __post_init__(self) -> None:
        self.store = CaseStore(self.world.runtime.database, 1)

    def do(self, element_id: str, *, which: int = 0, by: Actor | None = None, **answers: Any) -> Story:
        """Claim and complete an open task of the element; run what is due then."""
        row = [row for row in self.tasks() if row.element_id == element_id][which]
        actor = by or person(50 + which, "Anybody", row.candidate_group, office=row.office_id)
        user_tasks.claim(self.world.runtime, row.id, actor)
        self.reopen()
        user_tasks.complete(self.world.runtime, row.id, actor, answers)
        return self.settle()

    def message(self, name: str, **answers: Any) -> Story:
        """Hand a message in."""
        self.reopen()
        messages.correlate(self.world.runtime, name, self.case_id, CLERK, answers)
        return self.settle()

    def later(self, **span: float) -> Story:
        """Move the clock, stopping at everything that falls due on the way."""
        goal = self.world.clock.moment + timedelta(**span)
        for _ in range(MAX_MOMENTS):
            moment = next_moment(self.world.runtime)
            if moment is None or moment > goal:
                break
            self.world.clock.moment = max(self.world.clock.moment, moment.astimezone(SHANGHAI))
            self.settle()
        self.world.clock.moment = goal
        return self

    def leap(self, **span: float) -> Story:
        """Move the clock at once, past everything that falls due on the way."""
        self.world.clock.move(**span)
        return self.settle()

    def settle(self) -> Story:
        """Run what is due and check what must hold after every step."""
        for _ in range(MAX_MOMENTS):
            if not tick(self.world.runtime, budget_s=60):
                break
        self.reopen()
        self.check()
        return self

    def reopen(self) -> None:
        """Forget everything in memory, as if the server had been started again."""
        old = self.world.runtime
        self.world.runtime = open_runtime(
            old.database,
            clock=old.clock,
            ids=old.ids,
            sealer=old.sealer,
            calendar=old.calendar,
            groups=old.groups,
            connectors=old.connectors,
        )

    def check(self) -> None:
        """Inbox and jobs are what the state says, the history is whole, saving and loading changes nothing."""
        assert list(audit.examine(self.world.runtime, self.store)) == []
        assert list(audit.verify(self.world.runtime, self.store)) == []
        row = self.store.instance(self.case_id)
        assert row is not None
        if row.state == "active":
            assert_round_trip(self)

    def tasks(self) -> list[UserTaskRow]:
        """Give the open tasks."""
        return [row for row in self.store.user_tasks(self.case_id) if row.state == "open"]

    @property
    def open(self) -> list[str]:
        """Give the elements of the open tasks, sorted."""
        return sorted(row.element_id for row in self.tasks())

    @property
    def outcome(self) -> str | None:
        """Give `active`, or the end event by which the case ended."""
        row = self.store.instance(self.case_id)
        assert row is not None
        return row.state if row.state != "completed" else row.outcome

    @property
    def variables(self) -> Mapping[str, Any]:
        """Give the newest variables of the case, apart from what every case begins with."""
        row = self.store.instance(self.case_id)
        assert row is not None
        if row.state == "active":
            found = spiff.newest_data(instances.open_case(self.world.runtime, row, []).workflow)
        else:
            found = instances.final_variables(self.world.runtime, row)
        return {name: value for name, value in found.items() if name not in {"name", "case_office"}}

    def seen_by(self, element_id: str) -> list[Mapping[str, Any]]:
        """Give the variables that each open task of the element sees."""
        row = self.store.instance(self.case_id)
        assert row is not None
        case = instances.open_case(self.world.runtime, row, [])
        return [
            item.data
            for item in spiff.resting(case.workflow).values()
            if item.element_id == element_id and item.kind == "user_task"
        ]

    @property
    def links(self) -> list[Link]:
        """Give the history, opened."""
        rows = self.store.history(self.case_id)
        return [history.open_link(self.world.runtime.sealer, self.case_id, row) for row in rows]

    @property
    def passed(self) -> list[str]:
        """Give the elements that tokens left, in order."""
        return [step[0] for link in self.links for step in link.payload.get("passed", ())]

    def events(self, kind: str) -> list[dict[str, Any]]:
        """Give what followed from the steps, of one type."""
        return [
            event for link in self.links for event in link.payload.get("events", ()) if event["type"] == kind
        ]

    @property
    def incidents(self) -> list[IncidentRow]:
        """Give the open incidents."""
        return self.store.incidents(self.case_id)

    @property
    def jobs(self) -> list[tuple[str, str]]:
        """Give what is waited for as (kind, target), sorted."""
        return sorted((kind, target) for _, kind, target, _ in self.store.whole(self.case_id).jobs)

    @property
    def deadlines(self) -> dict[str, str]:
        """Give the state of each clock by its id."""
        return {row.deadline_id: row.state for row in self.store.deadlines(self.case_id)}

    def due(self, name: str) -> str:
        """Say when a clock or an open task is due, in local time to the minute."""
        rows: dict[str, Any] = {row.element_id: row for row in self.tasks()}
        rows |= {row.deadline_id: row for row in self.store.deadlines(self.case_id)}
        return f"{from_ms(rows[name].due_at).astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"


def begin(world: World, service: Bundle | None = None, **variables: Any) -> Story:
    """Deploy a service and start a case of it."""
    if service is not None:
        world.deploy(service)
    story = Story(world)
    story.case_id = world.start(**variables).id
    return story.settle()


def assert_round_trip(story: Story) -> None:
    """Loading and saving gives the same bytes, and the same tokens rest with the same variables."""
    runtime = story.world.runtime
    row = story.store.instance(story.case_id)
    assert row is not None
    content = runtime.sealer.open(row.sealed_state, sealing_place(row.id))
    definition = runtime.catalogue.get(row.definition_id)
    engine = runtime.script_engine(definition, runtime.clock.now())
    workflow, extra = codec.load(content, definition.specs, engine)
    again = codec.dump(workflow, extra)
    assert again == content
    twice, _ = codec.load(again, definition.specs, engine)
    seen = {number: (item.element_id, item.data) for number, item in spiff.resting(workflow).items()}
    assert seen == {number: (item.element_id, item.data) for number, item in spiff.resting(twice).items()}
