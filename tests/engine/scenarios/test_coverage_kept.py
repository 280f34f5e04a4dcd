"""Stories are played before a service is deployed; how they went is kept by the digest of its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from engine import deploying, playing
from engine.confined import Limits
from engine.errors import InvalidInput, NotAllowed
from engine.playing import Player, Record
from engine.scheduler import tick
from webui.words.problems import said

from ..bundles import GROUPS
from ..support import ALICE, World, make_world, person
from .proved import FAILS, GOES_WELL, OTHER_WAY, PlayerHere, two_ways

if TYPE_CHECKING:
    from engine.definitions import Bundle, Groups
    from engine.problems import Problem
    from engine.store.definitions import DefinitionRow

DESIGNER = person(17, "Wen", roles="designer")


class NeverPlays(Player):
    """What reaches its limits."""

    def __init__(self) -> None:
        super().__init__(Limits())

    def play(self, bundle: Bundle, groups: Groups, offered: Mapping[str, Any]) -> Record:
        raise InvalidInput("Expected the check to end within 1 s, but it goes on", code="limit_time")


@pytest.fixture
def player() -> PlayerHere:
    return PlayerHere()


@pytest.fixture
def world(tmp_path: Path, player: PlayerHere) -> Iterator[World]:
    made = make_world(tmp_path)
    made.runtime.player = player
    yield made
    made.runtime.database.close()


def deploy(world: World, service: Bundle, **ways: bool) -> tuple[DefinitionRow, list[Problem]]:
    return deploying.deploy(world.runtime, DESIGNER, service, "a new way", **ways)


def refused(world: World, service: Bundle) -> list[Problem]:
    with pytest.raises(InvalidInput) as caught:
        deploy(world, service)
    assert caught.value.code == "stories_failed"
    found: list[Problem] = caught.value.details["problems"]
    return found


def run_of(world: World, service: Bundle) -> playing.Run:
    found = playing.known(world.runtime, service.digest)
    assert found is not None
    return found


def test_it_counts_how_many_stories_pass_each_part(world: World) -> None:
    service = two_ways(GOES_WELL, GOES_WELL, OTHER_WAY)

    deploy(world, service)

    record = run_of(world, service).record
    assert record is not None
    assert record.times("nodes") == {"ask": 3, "begin": 3, "done": 2, "other": 1, "which": 3}
    assert record.times("flows")["another_way"] == 1
    assert record.stories[2].passed["nodes"] == {"begin", "ask", "which", "other"}


def test_a_story_that_fails_refuses_the_deployment_in_both_languages(world: World) -> None:
    problem = next(one for one in refused(world, two_ways(GOES_WELL, FAILS)) if one.severity == "error")

    assert (problem.file, problem.code) == ("scenarios/story1.yaml", "story_fails")
    assert "expected the outcome 'other', but it is 'done'" in problem.message
    assert said(problem, "zh").message.startswith("情景未通过：结束时：结果应为“other”，实际为“done”")
    assert world.runtime.catalogue.versions("t") == []


def test_a_story_that_cannot_be_read_is_a_problem_and_no_traceback(world: World) -> None:
    problem = next(one for one in refused(world, two_ways("steps: 5")) if one.severity == "error")

    assert "cannot be read" in problem.message


def test_what_no_story_passes_is_one_warning_a_kind_with_names_and_files(world: World) -> None:
    row, problems = deploy(world, two_ways(GOES_WELL))

    told = {one.code: (one.severity, str(one.message)) for one in problems}
    assert row.stories == "passed"
    assert told["nodes_uncovered"] == ("warning", "No story passes these elements: t.bpmn: other")
    assert told["flows_uncovered"] == ("warning", "No story passes these flows: t.bpmn: another_way")
    assert "timers_uncovered" not in told


def test_a_service_without_stories_is_deployed_with_a_warning_and_nothing_is_played(
    world: World, player: PlayerHere
) -> None:
    row, problems = deploy(world, two_ways())

    assert row.stories == "none"
    assert "stories_missing" in {one.code for one in problems}
    assert player.asked == 0


def test_in_an_emergency_a_version_is_deployed_without_its_stories_and_says_so(
    world: World, player: PlayerHere
) -> None:
    row, problems = deploy(world, two_ways(FAILS), without_stories=True)

    (stored,) = world.runtime.catalogue.versions("t")
    assert (row.stories, stored.stories, player.asked) == ("skipped", "skipped", 0)
    assert "stories_skipped" in {one.code for one in problems}


def test_stories_that_went_well_are_not_played_again(world: World, player: PlayerHere) -> None:
    first, second = two_ways(GOES_WELL), two_ways(GOES_WELL, OTHER_WAY)

    for service in (first, second, first, first):
        deploy(world, service)

    assert player.asked == 2
    assert [row.version for row in world.runtime.catalogue.versions("t")] == [3, 2, 1]


def test_stories_that_failed_are_played_again(world: World, player: PlayerHere) -> None:
    """What they failed of may have been mended in the program."""
    for _ in range(2):
        refused(world, two_ways(FAILS))

    assert player.asked == 2


def test_stories_that_reach_a_limit_refuse_the_deployment(world: World) -> None:
    world.runtime.player = NeverPlays()

    problem = refused(world, two_ways(GOES_WELL))[0]

    assert (problem.code, problem.severity) == ("limit_time", "error")
    assert run_of(world, two_ways(GOES_WELL)).record is None


def test_a_designer_lets_the_stories_of_a_version_be_played_in_the_background(
    world: World, player: PlayerHere
) -> None:
    service = two_ways(GOES_WELL)
    world.deploy(service)
    (row,) = world.runtime.catalogue.versions("t")
    assert row.stories == "unplayed"

    assert deploying.play_again(world.runtime, DESIGNER, row.id)
    assert run_of(world, service).waiting
    assert not deploying.play_again(world.runtime, DESIGNER, row.id)
    tick(world.runtime)

    found = run_of(world, service)
    assert (found.waiting, found.passed, player.asked) == (False, True, 1)
    assert world.runtime.jobs.next_due() is None


def test_nobody_else_lets_them_be_played(world: World) -> None:
    world.deploy(two_ways(GOES_WELL))
    (row,) = world.runtime.catalogue.versions("t")

    with pytest.raises(NotAllowed):
        deploying.play_again(world.runtime, ALICE, row.id)


def test_a_process_of_its_own_plays_them() -> None:
    record = Player(Limits()).play(two_ways(GOES_WELL, FAILS), GROUPS, {})

    assert [bool(story.problems) for story in record.stories] == [False, True]
    assert Record.unpack(record.pack()) == record
