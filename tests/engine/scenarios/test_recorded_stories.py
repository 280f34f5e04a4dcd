"""Stories made of recorded cases: the same way, the same due dates, other people."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine import instances
from engine.definitions import Definition, compile_bundle, read_folder, read_groups
from engine.definitions.declarations import read_yaml
from engine.scenarios import recording, story_text
from engine.scenarios.happened import passed_by
from engine.scenarios.rehearsing import due_by, rehearse
from engine.scenarios.runner import Player, set_up
from engine.store import Database
from webui.wiring import offered, operations

PROCESSES = Path(__file__).resolve().parents[3] / "processes"
SERVICE = "minimum_living_allowance"
GROUPS = read_groups((PROCESSES / "groups.yaml").read_bytes())


@pytest.fixture(scope="module")
def definition() -> Definition:
    found, problems = compile_bundle(read_folder(PROCESSES / SERVICE), GROUPS, operations=operations())
    assert found is not None, problems
    return found


@pytest.fixture
def database() -> Iterator[Database]:
    with tempfile.TemporaryDirectory() as folder:
        made = Database(f"sqlite:///{Path(folder) / 'case.db'}")
        yield made
        made.close()


def played(definition: Definition, database: Database, steps: int | None = None) -> Player:
    """Let the case of a shipped story happen; steps: how many of its steps, all without it."""
    file = "scenarios/deemed_accepted_then_withdrawn.yaml"
    document = read_yaml(definition.bundle.files[file], file)
    player = set_up(document, definition, GROUPS, database, offered())
    player.begin()
    for step in player.story.steps[:steps]:
        player.do(step)
    return player


def recorded(player: Player, tries: int = recording.MAX_PLAYS) -> recording.Recorded:
    story = player.story
    return recording.record(story.runtime, story.cases, story.case_id, offered=offered(), tries=tries)


@pytest.fixture(scope="module")
def whole(definition: Definition) -> tuple[recording.Recorded, list[str], list[tuple[str, Any]]]:
    """A case that was played to its end: its story, where it came by, and its clocks."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'case.db'}")
        player = played(definition, database)
        made, links = recorded(player), player.story.links()
        database.close()
    return made, passed_by(links), due_by(links)


def test_it_goes_the_same_way_to_the_same_due_dates(definition: Definition, whole) -> None:
    made, passed, due = whole

    again = rehearse(
        read_yaml(story_text(made.document).encode(), "story"), definition, GROUPS, offered=offered()
    )

    assert made.same
    assert made.notes == ()
    assert again.problems == ()
    assert list(again.passed) == passed
    assert list(again.due) == due
    assert made.document["expect"]["outcome"] == "withdrawn"
    assert made.document["expect"]["deadlines"]["completeness_limit"] == "breached"


def test_nobody_of_the_case_is_in_it(whole) -> None:
    text = story_text(whole[0].document)

    for personal in (
        "王建国",
        "陈桂芳",
        "990101195203070011",
        "19900000013",
        "和风苑",
        "已找到工作",
        "活期存款",
    ):
        assert personal not in text
    for amount in (": 800,", ": 400,", ": 9000"):
        assert amount not in text


def test_the_same_person_stays_the_same_and_the_sums_stay_sums(whole) -> None:
    document = whole[0].document
    answers = document["start"]["answers"]
    verified = document["outside"]["registry.verify_household"]

    assert answers["members"][0]["id_no"] == answers["applicant_id_no"]
    assert answers["members"][0]["name"] == answers["applicant_name"]
    assert answers["applicant_id_no"][6:12] == "195203"
    assert int(answers["applicant_id_no"][16]) % 2 == 1
    assert sum(member["transfer"] for member in answers["members"]) == verified["transfer"]
    assert answers["assets"][0]["asset_value"] == verified["deposits"]
    assert verified["homes"] == 1


def test_marked_values_on_which_the_way_hangs_stay_and_are_named(whole) -> None:
    """A person who is not disabled would be judged otherwise with any class of disability."""
    assert whole[0].kept == ("disability_class",)


def test_a_case_still_under_way_is_told_as_far_as_it_came(definition: Definition, database: Database) -> None:
    made = recorded(played(definition, database, steps=2), tries=0)

    assert made.same
    assert "outcome" not in made.document["expect"]
    assert made.document["expect"]["open"] == ["schedule_survey"]
    assert made.document["expect"]["due"]["promise"] == "2026-03-25T17:00"
    assert set(made.document["steps"][-1]) == {"at"}


def test_what_a_story_cannot_express_is_said(definition: Definition, database: Database) -> None:
    player = played(definition, database, steps=2)
    story = player.story
    leader = story.person("street_leader")
    supervisor = replace(leader, roles=frozenset({"supervisor"}))
    instances.cancel(story.runtime, story.case_id, supervisor, "filed twice")

    made = recorded(player, tries=0)

    assert made.notes == ("The case was cancelled by hand at 2026-03-10T09:30; a story cannot.",)
    assert not made.same


def test_two_signers_are_two_persons_of_the_cast(definition: Definition, database: Database) -> None:
    """Given a story with two signatures, when its case is recorded, then each step names who signed first and second."""
    file = "scenarios/grant.yaml"
    player = set_up(read_yaml(definition.bundle.files[file], file), definition, GROUPS, database, offered())
    player.play()

    made = recorded(player, tries=0)

    signed = [step for step in made.document["steps"] if "second" in step]
    assert made.same
    assert signed
    assert all(step["by"] != step["second"] for step in signed)
