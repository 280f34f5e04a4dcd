from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.definitions import Bundle, Definition, compile_bundle, read_folder, read_groups
from engine.problems import Problem
from engine.scenarios import Coverage, StoryResult, run_service
from tests.databases.pool import one_at_a_time
from webui.wiring import offered, operations

pytest.register_assert_rewrite("tests.processes.expected")

PROCESSES = Path(__file__).resolve().parents[2] / "processes"


@dataclass(frozen=True)
class Service:
    """A service as it lies in its folder, checked and played once for all tests about it."""

    bundle: Bundle
    definition: Definition
    problems: list[Problem]
    stories: list[StoryResult]
    coverage: Coverage


def play(key: str) -> Service:
    groups = read_groups((PROCESSES / "groups.yaml").read_bytes())
    bundle = read_folder(PROCESSES / key)
    definition, problems = compile_bundle(bundle, groups, operations=operations())
    assert definition is not None, problems
    stories, coverage = run_service(
        bundle, definition, groups, offered=offered(), open_database=one_at_a_time()
    )
    return Service(bundle, definition, problems, stories, coverage)


@pytest.fixture(scope="session")
def allowance() -> Service:
    return play("minimum_living_allowance")


@pytest.fixture(scope="session")
def referral() -> Service:
    return play("care_bed_referral")


@pytest.fixture(scope="session")
def assistance() -> Service:
    return play("door_to_door_assistance")


@pytest.fixture(scope="session")
def discovery() -> Service:
    return play("active_discovery")
